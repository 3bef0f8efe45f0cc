//! The memory of the latency axis: it grows at once and shrinks after ten seconds.

use std::time::Duration;

use crate::lab::{Figure, Reading};
use crate::measure::{Bins, bins};
use crate::tui::model::{Axis, Model};

/// How long a smaller span must do before the axis shrinks.
const SHRINK_AFTER: Duration = Duration::from_secs(10);
/// The share of records that may lie outside at either end (they are told by « and »).
const OUTSIDE: f64 = 0.0005;
/// The axis never spans fewer bins than this (a factor of ten).
const LEAST: usize = bins::PER_DECADE as usize;

/// Follows the live distribution, the reference and the latency goals.
pub fn follow(model: &mut Model, reading: &Reading) {
    let live = reading.live_trial().and_then(|trial| span(&trial.bins));
    let behind = match (&model.reference, model.chosen_trial.or(reading.base)) {
        (Some(reference), None) => span(&reference.bins),
        (_, number) => number
            .and_then(|number| reading.trial(number))
            .and_then(|trial| span(&trial.bins)),
    };
    let goals = model.goals.iter().filter_map(|goal| match goal.figure {
        Figure::Percentile(_) | Figure::Mean | Figure::Max => {
            let bin = bins::index(goal.bound * 1000.0);
            Some((bin, bin))
        }
        _ => None,
    });
    let data = live.into_iter().chain(behind).reduce(union);
    let wanted = data.map(|data| widened(goals.fold(data, union)));
    model.axis = moved(model.axis, wanted, model.now);
}

fn union(one: (usize, usize), other: (usize, usize)) -> (usize, usize) {
    (one.0.min(other.0), one.1.max(other.1))
}

/// The bins that hold all but `OUTSIDE` of the records at either end.
#[expect(clippy::cast_precision_loss, reason = "a share is enough")]
fn span(bins: &Bins) -> Option<(usize, usize)> {
    let total = bins.total();
    if total == 0 {
        return None;
    }
    let allowed = total as f64 * OUTSIDE;
    let beyond = |sum: &mut u64, count: u64| {
        *sum += count;
        Some(*sum as f64 > allowed)
    };
    let counts = bins.counts.iter().copied();
    let low = counts.clone().scan(0, beyond).position(|found| found)?;
    let high = counts.rev().scan(0, beyond).position(|found| found)?;
    Some((bins.first + low, bins.first + bins.counts.len() - 1 - high))
}

/// One bin of air at either end, and never less than a factor of ten.
fn widened((low, high): (usize, usize)) -> (usize, usize) {
    let last = bins::COUNT - 1;
    let (low, high) = (low.saturating_sub(1), (high + 1).min(last));
    let missing = LEAST.saturating_sub(high - low);
    let low = low.saturating_sub(missing.div_ceil(2));
    (low, (low + LEAST).max(high).min(last))
}

fn moved(axis: Axis, wanted: Option<(usize, usize)>, now: Duration) -> Axis {
    let Some(wanted) = wanted else { return axis };
    let fresh = Axis {
        span: Some(wanted),
        smaller_since: None,
    };
    let Some(span) = axis.span else { return fresh };
    let grown = union(span, wanted);
    if grown == wanted {
        return fresh;
    }
    let since = axis.smaller_since.unwrap_or(now);
    if now.saturating_sub(since) >= SHRINK_AFTER {
        return fresh;
    }
    Axis {
        span: Some(grown),
        smaller_since: Some(since),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: Duration = Duration::from_secs(1);

    #[test]
    fn the_axis_grows_at_once_and_shrinks_after_ten_seconds() {
        let wide = moved(Axis::default(), Some((10, 90)), S);
        let grown = moved(wide, Some((5, 90)), 2 * S);
        assert_eq!(grown.span, Some((5, 90)));
        let waiting = moved(grown, Some((40, 80)), 3 * S);
        assert_eq!(waiting.span, Some((5, 90)), "no shrinking at once");
        let still = moved(waiting, Some((40, 80)), 12 * S);
        assert_eq!(still.span, Some((5, 90)));
        let shrunk = moved(still, Some((40, 80)), 13 * S);
        assert_eq!(shrunk.span, Some((40, 80)));
    }

    #[test]
    fn a_single_outlier_does_not_stretch_the_axis() {
        let mut counts = vec![0; 200];
        counts[100] = 1_000_000;
        counts[199] = 1;
        assert_eq!(span(&Bins { first: 0, counts }), Some((100, 100)));
    }

    #[test]
    fn the_axis_stays_within_the_bins() {
        assert_eq!(widened((0, 0)), (0, LEAST));
        let (low, high) = widened((bins::COUNT - 1, bins::COUNT - 1));
        assert!(low < high && high < bins::COUNT, "{low} {high}");
    }
}
