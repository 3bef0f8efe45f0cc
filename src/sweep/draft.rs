//! From what a person asks for to a plan, or a refusal before anything is measured.

use std::time::Duration;

use crate::measure::comparison::Metric;

use super::objective::Objective;
use super::plan::{Plan, PlanError, Wish};
use super::space::{Space, SpaceError};

/// The highest rate that the pacer is asked for, in records per second.
pub const MOST_RATE: f64 = 10_000_000.0;
/// A percentile rests on so many records above it.
const ABOVE: f64 = 10.0;

/// How long the parts of one block take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// What is measured.
    pub block: Duration,
    /// Load before that, which does not count.
    pub warmup: Duration,
    /// Opening, turning and draining, about.
    pub between: Duration,
}

impl Times {
    /// All of it.
    #[must_use]
    pub fn whole(&self) -> Duration {
        self.block + self.warmup + self.between
    }
}

/// Why a sweep would not answer what is asked.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DraftError {
    /// There are no points, or the rules refuse all.
    #[error(transparent)]
    Space(#[from] SpaceError),
    /// The time does not suffice.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// Neither knobs nor a rate to seek.
    #[error(
        "nothing to sweep: name knobs and values, such as linger.ms=0,5,20 batch.size=16KiB..1MiB, or seek a rate with \
--objective 'max throughput where p99<20ms'"
    )]
    Nothing,
    /// A goal that only an audit counts.
    #[error("goal {0}: a sweep does not read the topic back; leave it out")]
    Audited(String),
    /// A percentile at full speed.
    #[error(
        "{0} at full speed is the time in a full queue, whatever the settings: name a rate, --objective 'min {0} at 50000/s'"
    )]
    FullQueue(&'static str),
    /// Too few records in a block for the percentile.
    #[error(
        "at {rate}/s a block of {block_s:.1} s has {records:.0} records, too few for {metric}: give a longer --block or a higher rate"
    )]
    FewRecords {
        /// Records per second.
        rate: f64,
        /// The block's length in seconds.
        block_s: f64,
        /// Records in it.
        records: f64,
        /// The percentile.
        metric: &'static str,
    },
}

/// Fits what is asked to the points; `seed` draws every order.
pub fn draft(
    space: &Space,
    objective: Objective,
    wish: &Wish,
    times: &Times,
    (margin, seed): (Option<f64>, u64),
) -> Result<Plan, DraftError> {
    let base = space.base.number("rate");
    check(&objective, base)?;
    if space.axes.is_empty() && !objective.seeks_rate() {
        return Err(DraftError::Nothing);
    }
    let rate = objective.rate.unwrap_or(base).min(MOST_RATE);
    let judged = objective.judged_by();
    let records = rate * times.block.as_secs_f64();
    let few = |share: f64| records * share < ABOVE;
    if judged.share_above().is_some_and(few) && !objective.seeks_rate() {
        return Err(DraftError::FewRecords {
            rate,
            block_s: times.block.as_secs_f64(),
            records,
            metric: judged.name(),
        });
    }
    let (points, _) = space.points(wish.search.unwrap_or(super::Search::Grid))?;
    let plan = Plan::begin(objective, rate, margin, seed);
    Ok(plan.choose(points.len(), wish, times.whole())?)
}

/// Refuses what a sweep cannot judge.
fn check(objective: &Objective, base: f64) -> Result<(), DraftError> {
    let mut goals = objective.goals.iter();
    if let Some(goal) = goals.find(|goal| goal.figure.is_audited()) {
        return Err(DraftError::Audited(goal.to_string()));
    }
    let metric = objective.metric;
    if metric != Metric::Throughput && objective.rate.unwrap_or(base).is_infinite() {
        return Err(DraftError::FullQueue(metric.name()));
    }
    Ok(())
}
