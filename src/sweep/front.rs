//! The Pareto front: points that nothing beats in throughput and in time at once.

use serde::{Deserialize, Serialize};

/// Throughputs that differ by less are the same: at a fixed rate they are that rate.
const SAME_THROUGHPUT: f64 = 0.005;

/// Whether a point is on the front.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Front {
    /// Nothing beats it.
    On,
    /// It is beaten by less than the noise.
    Near,
    /// It is beaten.
    Off,
}

/// A place between throughput and time, with half the width of each interval as the logarithm of a ratio.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    /// Records per second.
    pub throughput: f64,
    /// Milliseconds.
    pub time: f64,
    /// The noise of the throughput.
    pub throughput_noise: f64,
    /// The noise of the time.
    pub time_noise: f64,
}

/// Where each spot stands; unknown ones are off.
#[must_use]
pub fn front(spots: &[Option<Spot>]) -> Vec<Front> {
    let known = || spots.iter().flatten();
    let place = |spot: &Spot| {
        if !known().any(|other| beats(other, spot)) {
            Front::On
        } else if known().any(|other| beats_surely(other, spot)) {
            Front::Off
        } else {
            Front::Near
        }
    };
    spots
        .iter()
        .map(|spot| spot.as_ref().map_or(Front::Off, place))
        .collect()
}

/// Steps of a throughput, so that equal ones are equal whoever they are held against.
fn steps(spot: &Spot) -> f64 {
    (spot.throughput.ln() / SAME_THROUGHPUT).round()
}

fn beats(one: &Spot, other: &Spot) -> bool {
    let (a, b) = (steps(one), steps(other));
    a >= b && one.time <= other.time && (a > b || one.time < other.time)
}

/// Whether it still does when the noise of both is taken against it.
fn beats_surely(one: &Spot, other: &Spot) -> bool {
    let slack = |a: f64, b: f64| a.hypot(b);
    let faster = (other.time / one.time).ln() - slack(one.time_noise, other.time_noise);
    let more = (one.throughput / other.throughput).ln();
    let noise = slack(one.throughput_noise, other.throughput_noise);
    let same = steps(one) >= steps(other);
    beats(one, other) && ((faster > 0.0 && same) || (more > noise && one.time <= other.time))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spot(throughput: f64, time: f64) -> Spot {
        Spot {
            throughput,
            time,
            throughput_noise: 0.02,
            time_noise: 0.05,
        }
    }

    #[test]
    fn what_nothing_beats_is_on_the_front() {
        let spots = [
            Some(spot(1000.0, 1.0)),
            Some(spot(2000.0, 2.0)),
            Some(spot(1500.0, 3.0)),
            Some(spot(1000.5, 1.04)),
            None,
        ];
        let expected = [Front::On, Front::On, Front::Off, Front::Near, Front::Off];
        assert_eq!(front(&spots), expected);
    }

    #[test]
    fn at_one_rate_the_front_is_the_shortest_time() {
        let spots = [spot(1000.1, 5.0), spot(1000.0, 2.0), spot(999.9, 9.0)].map(Some);
        assert_eq!(front(&spots), [Front::Off, Front::On, Front::Off]);
    }
}
