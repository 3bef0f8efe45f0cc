//! `linger compare`: two arms in randomised pairs of blocks, and a verdict.
//!
//! ```text
//! plan → series ── which arm next? ──→ bench (the lab, a command, a simulated clock)
//!          ↑ figures of the block ───────┘        series → comparison (verdict, every block)
//! ```

mod command;
mod contamination;
mod delivery;
mod figures;
mod lab_bench;
mod plan;
mod result;
mod sentence;
mod series;
#[cfg(test)]
mod simulated;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::measure::comparison::Metric;

pub use command::CommandBench;
pub use contamination::MachineFigures;
pub use delivery::Delivery;
pub use figures::Figures;
pub use lab_bench::LabBench;
pub use plan::{Plan, PlanError};
pub use result::{
    ArmReport, BlockReport, Circumstances, Comparison, GoalReport, NoiseReport, PairReport,
};
pub use sentence::number;
pub use series::{Ask, Phase, Progress, Series};

/// One of the two that are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Arm {
    /// The one that the other is held against.
    A,
    /// The other one.
    B,
}

impl Arm {
    /// `A` or `B`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
        }
    }

    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

/// Why a comparison ended without a verdict.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompareError {
    /// A block could not be measured.
    #[error("block {number} ({}): {reason}", arm.name())]
    Block {
        /// Which block, from 1.
        number: usize,
        /// Whose.
        arm: Arm,
        /// Why, and the way out.
        reason: String,
    },
    /// A block has too little data for the metric.
    #[error(
        "block {number} ({}) has no {}: {}",
        arm.name(), metric.name(), why(*metric, *records)
    )]
    NoFigure {
        /// Which block, from 1.
        number: usize,
        /// Whose.
        arm: Arm,
        /// The metric.
        metric: Metric,
        /// How many records were answered, or read back where the metric asks for that.
        records: u64,
    },
}

fn why(metric: Metric, records: u64) -> String {
    if metric.is_read() && records == 0 {
        return "none of its records was read back: the follower is far behind (the embedded cluster gives it one batch a partition and \
round trip: send fewer and larger ones), or a command tells no end_to_end_ms"
            .into();
    }
    format!("fewer than 10 of its {records} records lie above it; measure longer blocks (--block)")
}

/// What measures blocks.
pub trait Bench {
    /// Measures one block of this arm; the error says why it could not, and the way out.
    fn block(&mut self, arm: Arm) -> impl Future<Output = Result<Figures, String>>;

    /// The time since it started.
    fn elapsed(&self) -> Duration;

    /// Counts the time from now on.
    fn restart(&mut self);
}

/// Runs blocks of A that do not count, for at least so long: brokers that were just started take their time over the first records.
pub async fn warm_up<B: Bench>(bench: &mut B, least: Duration) -> Result<(), CompareError> {
    let arm = Arm::A;
    while bench.elapsed() < least {
        let block = bench.block(arm).await;
        block.map_err(|reason| CompareError::Block {
            number: 0,
            arm,
            reason,
        })?;
    }
    bench.restart();
    Ok(())
}

/// Lets a bench measure what the series asks for, until it has enough or `stop` completes, which drops the block that is under way.
/// `news` hears of every block before it begins.
pub async fn run<B: Bench>(
    series: &mut Series,
    bench: &mut B,
    mut news: impl FnMut(&Series, &Ask),
    stop: impl Future<Output = ()>,
) -> Result<(), CompareError> {
    tokio::pin!(stop);
    while let Some(ask) = series.next(bench.elapsed()) {
        news(series, &ask);
        let measured = tokio::select! {
            biased;
            () = &mut stop => {
                series.stop();
                break;
            }
            measured = bench.block(ask.arm) => measured,
        };
        let figures = measured.map_err(|reason| CompareError::Block {
            number: ask.number,
            arm: ask.arm,
            reason,
        })?;
        series.take(&ask, figures, bench.elapsed())?;
    }
    Ok(())
}
