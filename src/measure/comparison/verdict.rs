//! From pairs to a verdict.

use serde::{Deserialize, Serialize};

use super::estimate::Estimate;
use super::power::pairs_needed;

/// With fewer pairs no order of signs is rarer than 5 %: nothing can be shown.
pub const FEWEST_PAIRS: usize = 6;
/// The chance of calling a difference where there is none.
const ALPHA: f64 = 0.05;

/// Which arm is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// A is, by the margin at least.
    ABetter,
    /// B is, by the margin at least.
    BBetter,
    /// Neither is by as much as the margin.
    NoDifference,
    /// It cannot be told.
    Inconclusive,
}

/// Why it cannot be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Fewer than six pairs are left.
    FewPairs,
    /// The interval reaches from within the margin beyond it, or the effect is about as large as the margin.
    Wide,
    /// Student's t and the permutation of signs do not agree: a few pairs make the difference.
    Outliers,
    /// Failed records leave lower bounds that do not decide.
    LowerBounds,
    /// More than a fifth of the pairs was contaminated by the machine.
    Noisy,
    /// A setting compared with itself differed: the machine does not hold still.
    NoiseFloor,
    /// Blocks of an arm never settled.
    Unsteady,
}

/// What the verdict is held against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// The least difference that matters, as the logarithm of a ratio.
    pub margin: f64,
    /// Whether a larger value is the better one.
    pub higher_is_better: bool,
    /// Whether some of A's values are lower bounds.
    pub a_is_bound: bool,
    /// Whether some of B's values are lower bounds.
    pub b_is_bound: bool,
}

/// A verdict with what it rests on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judgement {
    /// Which arm is better.
    pub verdict: Verdict,
    /// Why it cannot be told.
    pub reason: Option<Reason>,
    /// What the pairs say; none without any.
    pub estimate: Option<Estimate>,
    /// How many pairs would decide, where a number would.
    pub pairs_to_decide: Option<usize>,
}

/// Judges logarithms of ratios `B / A` against the margin.
#[must_use]
pub fn judge(ratios: &[f64], limits: &Limits, seed: u64) -> Judgement {
    let estimate = Estimate::of(ratios, seed);
    let (verdict, reason) = match &estimate {
        Some(estimate) if estimate.pairs >= FEWEST_PAIRS => decide(estimate, limits),
        _ => (Verdict::Inconclusive, Some(Reason::FewPairs)),
    };
    let more = match reason {
        Some(Reason::Wide | Reason::FewPairs | Reason::Outliers) => {
            estimate.and_then(|estimate| to_decide(&estimate, limits.margin))
        }
        _ => None,
    };
    Judgement {
        verdict,
        reason,
        estimate,
        pairs_to_decide: more,
    }
}

fn decide(estimate: &Estimate, limits: &Limits) -> (Verdict, Option<Reason>) {
    let (low, high) = estimate.interval;
    let no = |reason| (Verdict::Inconclusive, Some(reason));
    if estimate.excludes_zero() && estimate.mean.abs() >= limits.margin {
        let b_is_higher = estimate.mean > 0.0;
        // A lower bound can only hide that its arm's values are higher still.
        let hidden = if b_is_higher {
            limits.a_is_bound
        } else {
            limits.b_is_bound
        };
        return match (estimate.p <= ALPHA, hidden) {
            (_, true) => no(Reason::LowerBounds),
            (false, _) => no(Reason::Outliers),
            (true, false) if b_is_higher == limits.higher_is_better => (Verdict::BBetter, None),
            (true, false) => (Verdict::ABetter, None),
        };
    }
    if limits.a_is_bound || limits.b_is_bound {
        return no(Reason::LowerBounds);
    }
    if low > -limits.margin && high < limits.margin {
        return (Verdict::NoDifference, None);
    }
    no(Reason::Wide)
}

/// The pairs that would find the margin, and that would narrow the interval to the distance between effect and margin.
fn to_decide(estimate: &Estimate, margin: f64) -> Option<usize> {
    let finding = pairs_needed(estimate.sd, margin)?;
    let distance = (margin - estimate.mean.abs()).abs();
    let parting = pairs_needed(estimate.sd, distance)?;
    let most = estimate.pairs.max(FEWEST_PAIRS).saturating_mul(20);
    // Where the effect is about as large as the margin itself, no number is worth its time.
    let pairs = finding.max(parting);
    (pairs <= most).then(|| pairs.max(estimate.pairs + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::comparison::ratio_of;

    fn limits() -> Limits {
        Limits {
            margin: ratio_of(5.0),
            higher_is_better: true,
            a_is_bound: false,
            b_is_bound: false,
        }
    }

    /// Ten pairs around a change in percent, each this far from it.
    fn pairs(center: f64, off: f64) -> Vec<f64> {
        let sign = |at: i32| if at % 2 == 0 { 1.0 } else { -1.0 };
        (0..10)
            .map(|at| ratio_of(center) + sign(at) * off)
            .collect()
    }

    fn verdict(ratios: &[f64], limits: &Limits) -> (Verdict, Option<Reason>) {
        let judgement = judge(ratios, limits, 1);
        (judgement.verdict, judgement.reason)
    }

    #[test]
    fn the_interval_decides_against_the_margin() {
        use Verdict::{ABetter, BBetter, Inconclusive, NoDifference};
        assert_eq!(verdict(&pairs(8.0, 0.01), &limits()), (BBetter, None));
        assert_eq!(verdict(&pairs(-8.0, 0.01), &limits()), (ABetter, None));
        assert_eq!(verdict(&pairs(0.5, 0.01), &limits()), (NoDifference, None));
        // Real, yet too small to matter.
        assert_eq!(verdict(&pairs(2.0, 0.001), &limits()), (NoDifference, None));
        let wide = (Inconclusive, Some(Reason::Wide));
        assert_eq!(verdict(&pairs(0.5, 0.2), &limits()), wide);
        assert_eq!(verdict(&pairs(4.5, 0.02), &limits()), wide);
        let few = (Inconclusive, Some(Reason::FewPairs));
        assert_eq!(verdict(&pairs(50.0, 0.01)[..5], &limits()), few);
        assert_eq!(verdict(&[], &limits()), few);
    }

    #[test]
    fn lower_is_better_for_times() {
        let times = Limits {
            higher_is_better: false,
            ..limits()
        };
        assert_eq!(verdict(&pairs(8.0, 0.01), &times).0, Verdict::ABetter);
        assert_eq!(verdict(&pairs(-8.0, 0.01), &times).0, Verdict::BBetter);
    }

    #[test]
    fn lower_bounds_only_support_what_they_cannot_hide() {
        let times = Limits {
            higher_is_better: false,
            b_is_bound: true,
            ..limits()
        };
        // B is at least 50 % slower.
        assert_eq!(verdict(&pairs(50.0, 0.01), &times).0, Verdict::ABetter);
        let unclear = (Verdict::Inconclusive, Some(Reason::LowerBounds));
        assert_eq!(verdict(&pairs(-50.0, 0.01), &times), unclear);
        assert_eq!(verdict(&pairs(0.0, 0.01), &times), unclear);
    }

    #[test]
    fn the_number_that_would_decide_is_told_where_there_is_one() {
        let judgement = judge(&pairs(0.5, 0.12), &limits(), 1);
        let more = judgement.pairs_to_decide.unwrap();
        assert!((11..200).contains(&more), "{more}");
        // As large as the margin: no number decides.
        assert_eq!(judge(&pairs(4.99, 0.1), &limits(), 1).pairs_to_decide, None);
        assert_eq!(judge(&pairs(8.0, 0.01), &limits(), 1).pairs_to_decide, None);
    }
}
