//! The verdict in words.

use crate::measure::comparison::{Metric, Reason, Verdict};

use super::result::Comparison;
use super::{Arm, Phase};

/// The verdict in one sentence, with the difference in delivery before it where there is one.
#[must_use]
pub(super) fn sentence(found: &Comparison) -> String {
    let speed = speed(found);
    match &found.delivery.difference {
        None => speed,
        Some(difference) => format!("Delivery differs: {difference}. Speed: {speed}"),
    }
}

fn speed(found: &Comparison) -> String {
    let (Some(effect), Some(interval)) = (found.effect_percent, found.interval_percent) else {
        return format!("Inconclusive: {}", why(found));
    };
    let measured = measured(found.metric, effect, interval);
    let margin = number(found.margin_percent);
    let pairs = found.pairs_counted;
    match found.verdict {
        Verdict::ABetter => format!("A is better: {measured}, in {pairs} pairs."),
        Verdict::BBetter => format!("B is better: {measured}, in {pairs} pairs."),
        Verdict::NoDifference => {
            let real = if interval[0] > 0.0 || interval[1] < 0.0 {
                "; real, but too small to matter"
            } else {
                ""
            };
            format!(
                "No difference that matters: {measured}, within the margin of {margin} %{real}, in {pairs} pairs."
            )
        }
        Verdict::Inconclusive => {
            format!("Inconclusive: {measured}, in {pairs} pairs; {}", why(found))
        }
    }
}

/// `p50 of B is 38.2 % lower (95 % interval 36 to 40.1 % lower)`.
fn measured(metric: Metric, effect: f64, [low, high]: [f64; 2]) -> String {
    let side = |value: f64| if value < 0.0 { "lower" } else { "higher" };
    let size = |value: f64| number(value.abs());
    let span = if low.is_finite() && high.is_finite() {
        if (low < 0.0) == (high < 0.0) {
            let (near, far) = if low < 0.0 { (high, low) } else { (low, high) };
            format!("{} to {} % {}", size(near), size(far), side(near))
        } else {
            format!("{} % lower to {} % higher", size(low), size(high))
        }
    } else {
        "unbounded".into()
    };
    format!(
        "{} of B is {} % {} (95 % interval: {span})",
        metric.name(),
        size(effect),
        side(effect)
    )
}

fn why(found: &Comparison) -> String {
    let more = match found.pairs_to_decide {
        Some(pairs) => format!("about {pairs} pairs would decide (--pairs {pairs})."),
        None => "the effect is about as large as the margin or the noise is too great: more pairs alone will not decide; choose another --margin, longer blocks or a quieter machine.".into(),
    };
    match found.reason {
        None => more,
        Some(Reason::Wide) => format!("the interval reaches across the margin of {} %; {more}", number(found.margin_percent)),
        Some(Reason::FewPairs) => {
            let done = found.pairs_counted;
            format!("{done} pairs are too few, 6 are needed at least.")
        }
        Some(Reason::Outliers) => format!("the permutation of signs does not confirm the interval: a few pairs make the difference; {more}"),
        Some(Reason::LowerBounds) => "records failed, and the metric is a lower bound that does not decide: mend the failures first.".into(),
        Some(Reason::Noisy) => {
            let dropped = found.pairs.iter().filter(|pair| pair.dropped.is_some()).count();
            format!("the machine is too noisy: {dropped} pairs had to be dropped; use a quieter one.")
        }
        Some(Reason::NoiseFloor) => noise(found),
        Some(Reason::Unsteady) => {
            let arm = found.unsteady.map_or("an arm", Arm::name);
            format!("{arm} never settled: its figures went on changing; measure with a longer --warmup, or a lower --throughput.")
        }
    }
}

fn noise(found: &Comparison) -> String {
    let pairs = found
        .pairs
        .iter()
        .filter(|pair| pair.phase == Phase::Noise)
        .count();
    let effect = found
        .noise
        .as_ref()
        .map_or(0.0, |noise| noise.effect_percent);
    format!(
        "A compared with itself differed by {} % in {pairs} pairs: the machine does not hold still enough to compare anything; use a quieter one, or longer blocks.",
        number(effect.abs())
    )
}

/// A percentage with as many digits as it deserves: `0.4`, `12.3`, `120`.
#[must_use]
pub fn number(value: f64) -> String {
    if value >= 100.0 {
        format!("{value:.0}")
    } else {
        let digits = if value >= 10.0 { 1 } else { 2 };
        let text = format!("{value:.digits$}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_read_from_near_to_far() {
        let text = measured(Metric::P50, -38.21, [-40.14, -36.0]);
        assert_eq!(
            text,
            "p50 of B is 38.2 % lower (95 % interval: 36 to 40.1 % lower)"
        );
        let across = measured(Metric::Throughput, 0.4, [-0.81, 1.6]);
        assert_eq!(
            across,
            "throughput of B is 0.4 % higher (95 % interval: 0.81 % lower to 1.6 % higher)"
        );
        let open = measured(Metric::P99, 120.4, [f64::NEG_INFINITY, f64::INFINITY]);
        assert!(open.contains("120 % higher") && open.contains("unbounded"));
    }
}
