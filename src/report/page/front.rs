//! Throughput against response time: which results no other one beats in both.

use crate::snapshot::Snapshot;
use crate::sweep::ONE_RATE;

use super::axis::{self, Axis};
use super::chart::{self, DrawError};
use super::ink::Ink;

/// Fewer results than this need no picture.
const FEWEST: usize = 3;

/// A result as a point: p99 in milliseconds, records per second.
fn point(one: &Snapshot) -> Option<(f64, f64)> {
    let (p99, rate) = (one.result.response_ms.p99?.0, one.result.records_per_s?);
    (p99 > 0.0 && rate > 0.0).then_some((p99, rate))
}

/// The points that no other one beats in both, by rising time.
#[must_use]
pub fn front(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut sorted = points.to_vec();
    sorted.sort_by(|one, other| one.0.total_cmp(&other.0).then(other.1.total_cmp(&one.1)));
    let mut best = 0.0;
    sorted.retain(|(_, rate)| {
        let beats = *rate > best;
        if beats {
            best = *rate;
        }
        beats
    });
    sorted
}

/// The chart; none where there is nothing to trade.
pub fn chart(results: &[Snapshot]) -> Result<Option<String>, DrawError> {
    let points: Vec<(f64, f64)> = results.iter().filter_map(point).collect();
    let least = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).fold(f64::INFINITY, f64::min);
    let most = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).fold(0.0, f64::max);
    let rates = (least(|point| point.1), most(|point| point.1));
    if points.len() < FEWEST || rates.1 < rates.0 * ONE_RATE {
        return Ok(None);
    }
    let x = Axis::logarithmic(least(|point| point.0), most(|point| point.0), axis::time);
    let y = Axis::from_zero(rates.1, 4.0, axis::big);
    let front = front(&points);
    let svg = chart::draw(
        chart::WIDE,
        "throughput against response time",
        (&x, &y),
        |plane| {
            let mut steps = Vec::new();
            for (p99, rate) in &front {
                steps.extend(
                    steps
                        .last()
                        .map(|(_, below): &(f64, f64)| (p99.log10(), *below)),
                );
                steps.push((p99.log10(), *rate));
            }
            chart::line(plane, steps, Ink::Series(1), 0.9, 4)?;
            for at in &points {
                let series = usize::from(front.contains(at));
                chart::mark(plane, (at.0.log10(), at.1), series)?;
            }
            Ok(())
        },
    )?;
    Ok(Some(svg))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_front_holds_what_nothing_beats_in_both() {
        let points = [
            (5.0, 10.0),
            (1.0, 4.0),
            (2.0, 3.0),
            (5.0, 12.0),
            (9.0, 12.0),
        ];
        assert_eq!(front(&points), [(1.0, 4.0), (5.0, 12.0)]);
    }
}
