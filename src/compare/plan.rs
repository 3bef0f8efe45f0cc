//! What is fixed before anything is measured.

use std::time::Duration;

use crate::measure::comparison::{FEWEST_PAIRS, Metric};

/// Pairs unless told otherwise: they find an effect as large as the noise of one pair.
const USUAL_PAIRS: usize = 10;
/// Pairs of A against A that tell the noise floor.
const NOISE_PAIRS: usize = 6;
/// What turning and draining cost a block, before any was measured.
const TURN: Duration = Duration::from_millis(400);

/// What is fixed before anything is measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The one figure that decides.
    pub metric: Metric,
    /// The least difference that matters, in percent.
    pub margin_percent: f64,
    /// Pairs of A and B.
    pub pairs: usize,
    /// Pairs of A and A before them; 0 where they cannot be afforded.
    pub noise_pairs: usize,
    /// The load that is measured in a block.
    pub block: Duration,
    /// The load before that, which does not count.
    pub warmup: Duration,
    /// The time for everything, where it is bounded.
    pub budget: Option<Duration>,
    /// Draws the order within each pair.
    pub seed: u64,
    /// Whether pairs count that the machine spoilt.
    pub keep_contaminated: bool,
}

/// Why a plan cannot lead to a verdict.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PlanError {
    /// Too few pairs.
    #[error("{0} pairs can show nothing: give at least {FEWEST_PAIRS} (--pairs {FEWEST_PAIRS})")]
    FewPairs(usize),
    /// Too little time.
    #[error(
        "{} s pay for {fits} pairs of {} s, and at least {FEWEST_PAIRS} are needed: --budget {}s, or a shorter --block or --warmup",
        budget.as_secs(), pair.as_secs_f64(), needed.as_secs_f64().ceil()
    )]
    SmallBudget {
        /// The time for everything.
        budget: Duration,
        /// What one pair takes.
        pair: Duration,
        /// How many fit.
        fits: usize,
        /// The least time for everything.
        needed: Duration,
    },
    /// Not enough records for the percentile.
    #[error(
        "{metric} needs {needed:.0} records in a block and {there:.0} fall due: --block {block}s, a higher --throughput, or another --metric"
    )]
    FewRecords {
        /// The percentile.
        metric: &'static str,
        /// How many records it needs.
        needed: f64,
        /// How many fall due.
        there: f64,
        /// A block that is long enough, in seconds.
        block: u64,
    },
}

impl Plan {
    /// A plan of these blocks. With a budget the pairs are as many as it pays for, and at most `pairs`.
    pub fn new(
        metric: Metric,
        pairs: Option<usize>,
        (block, warmup): (Duration, Duration),
        budget: Option<Duration>,
    ) -> Result<Self, PlanError> {
        let mut plan = Self {
            metric,
            margin_percent: metric.usual_margin(),
            pairs: pairs.unwrap_or(USUAL_PAIRS),
            noise_pairs: NOISE_PAIRS,
            block,
            warmup,
            budget,
            seed: 0,
            keep_contaminated: false,
        };
        if plan.pairs < FEWEST_PAIRS {
            return Err(PlanError::FewPairs(plan.pairs));
        }
        if let Some(budget) = budget {
            plan.spend(budget, pairs)?;
        }
        Ok(plan)
    }

    fn spend(&mut self, budget: Duration, most: Option<usize>) -> Result<(), PlanError> {
        let pair = self.pair_time();
        let fits = times(budget, pair);
        if fits < FEWEST_PAIRS {
            return Err(PlanError::SmallBudget {
                budget,
                pair,
                fits,
                needed: std::iter::repeat_n(pair, FEWEST_PAIRS).sum(),
            });
        }
        if fits < FEWEST_PAIRS + NOISE_PAIRS {
            self.noise_pairs = 0;
        }
        let left = fits - self.noise_pairs;
        self.pairs = most.map_or(left, |most| most.min(left));
        Ok(())
    }

    /// What a pair takes, as far as can be foreseen.
    #[must_use]
    pub fn pair_time(&self) -> Duration {
        (self.block + self.warmup + TURN) * 2
    }

    /// Whether so many records per second are enough for the metric.
    pub fn check_rate(&self, rate: f64) -> Result<(), PlanError> {
        let Some(share) = self.metric.share_above() else {
            return Ok(());
        };
        // Twenty above it, so that ten are there in a bad block too.
        let needed = 20.0 / share;
        let there = rate * self.block.as_secs_f64();
        if there >= needed {
            return Ok(());
        }
        Err(PlanError::FewRecords {
            metric: self.metric.name(),
            needed,
            there,
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "the table bounds rates"
            )]
            block: (needed / rate).ceil() as u64,
        })
    }
}

/// How often a time fits into another.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "days of milliseconds"
)]
pub(super) fn times(whole: Duration, part: Duration) -> usize {
    (whole.as_secs_f64() / part.as_secs_f64().max(0.001)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK: (Duration, Duration) = (Duration::from_secs(4), Duration::from_millis(600));

    #[test]
    fn a_budget_chooses_the_pairs_and_pays_for_the_noise_floor_first() {
        let plan = |budget: u64, pairs| {
            let budget = Some(Duration::from_secs(budget));
            Plan::new(Metric::P50, pairs, BLOCK, budget)
        };
        // A pair takes 10 s.
        let counts = |plan: Plan| (plan.noise_pairs, plan.pairs);
        assert_eq!(counts(plan(300, None).unwrap()), (6, 24));
        assert_eq!(counts(plan(300, Some(8)).unwrap()), (6, 8));
        assert_eq!(counts(plan(100, None).unwrap()), (0, 10));
        let short = plan(30, None).unwrap_err().to_string();
        assert!(short.contains("--budget 60s"), "{short}");
        let free = Plan::new(Metric::P50, None, BLOCK, None).unwrap();
        assert_eq!(counts(free), (6, 10));
        assert_eq!(
            Plan::new(Metric::P50, Some(3), BLOCK, None),
            Err(PlanError::FewPairs(3))
        );
    }

    #[test]
    fn a_percentile_needs_its_records() {
        let plan = Plan::new(Metric::P999, None, BLOCK, None).unwrap();
        assert!(plan.check_rate(10_000.0).is_ok());
        let few = plan.check_rate(1_000.0).unwrap_err().to_string();
        assert!(few.contains("--block 20s"), "{few}");
        assert!(plan.check_rate(f64::INFINITY).is_ok());
    }
}
