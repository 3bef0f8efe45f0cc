//! What was delivered, which comes before speed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::measure::ErrorCount;

use super::series::Done;
use super::{Arm, Phase, Series};

/// Of two arms that both fail records, one fails this many times as large a share before the difference is told.
const TIMES: f64 = 2.0;
/// An arm that delivers less than this share of its rate does not hold it.
const HELD: f64 = 0.98;

/// What the arms delivered in the pairs of A and B.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Delivery {
    /// Of A.
    pub a: Account,
    /// Of B.
    pub b: Account,
    /// The arm that delivers worse: it fails records where the other fails none or half as many, or does not hold the rate.
    pub worse: Option<Arm>,
    /// The difference in a sentence.
    pub difference: Option<String>,
}

/// The counts of one arm over its blocks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Account {
    /// Records that a sender tried to hand to the client.
    pub attempted: u64,
    /// Records whose delivery was reported.
    pub delivered: u64,
    /// Records that failed.
    pub failed: u64,
    /// Errors by code.
    pub errors: Vec<ErrorCount>,
    /// Median of records delivered per second.
    pub records_per_s: Option<f64>,
    /// Whether the median of its blocks held the rate that was asked for; none at full speed.
    pub held_rate: Option<bool>,
    /// Blocks that did not hold it.
    #[serde(default)]
    pub short_blocks: usize,
}

impl Account {
    fn of(series: &Series, arm: Arm, rate: Option<f64>) -> Self {
        let mut sum = Self::default();
        let mine = |done: &&Done| done.ask.phase == Phase::Pairs && done.ask.arm == arm;
        let mut speeds = Vec::new();
        for done in series.blocks().iter().filter(mine) {
            let figures = &done.figures;
            sum.attempted += figures.attempted;
            sum.delivered += figures.delivered;
            sum.failed += figures.failed;
            add(&mut sum.errors, &figures.errors);
            speeds.push(figures.records_per_s);
        }
        let is_short = |speed: &&f64| rate.is_some_and(|rate| **speed < rate * HELD);
        sum.short_blocks = speeds.iter().filter(is_short).count();
        sum.records_per_s = super::result::median(speeds);
        sum.held_rate = rate
            .zip(sum.records_per_s)
            .map(|(rate, speed)| speed >= rate * HELD);
        sum
    }

    /// The share of the answered records that failed, 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "counts stay below 2^52")]
    fn failed_share(&self) -> f64 {
        self.failed as f64 / (self.delivered + self.failed).max(1) as f64
    }

    fn told(&self) -> String {
        if self.failed == 0 {
            return "none".into();
        }
        let all = self.delivered + self.failed;
        let share = self.failed_share() * 100.0;
        format!("{} of {all} records ({share:.2} %)", self.failed)
    }
}

fn add(sum: &mut Vec<ErrorCount>, more: &[ErrorCount]) {
    for error in more {
        let same = |known: &&mut ErrorCount| {
            (&known.code, known.phase, known.persisted)
                == (&error.code, error.phase, error.persisted)
        };
        match sum.iter_mut().find(same) {
            Some(known) => known.count += error.count,
            None => sum.push(error.clone()),
        }
    }
}

impl Delivery {
    /// Of the pairs so far; `rate` is what both arms were asked for, in records per second.
    #[must_use]
    pub fn of(series: &Series, rate: Option<f64>) -> Self {
        let a = Account::of(series, Arm::A, rate);
        let b = Account::of(series, Arm::B, rate);
        let (shares, failed) = ((a.failed_share(), b.failed_share()), (a.failed, b.failed));
        let failing = if failed.1 > 0 && shares.1 >= shares.0 * TIMES {
            Some(Arm::B)
        } else if failed.0 > 0 && shares.0 >= shares.1 * TIMES {
            Some(Arm::A)
        } else {
            None
        };
        let short = match (a.held_rate, b.held_rate) {
            (Some(true), Some(false)) => Some(Arm::B),
            (Some(false), Some(true)) => Some(Arm::A),
            _ => None,
        };
        let mut said = Vec::new();
        if let Some(arm) = failing {
            let (worse, other) = if arm == Arm::A { (&a, &b) } else { (&b, &a) };
            said.push(format!(
                "{} fails {}, {} {}",
                arm.name(),
                worse.told(),
                arm.other().name(),
                other.told()
            ));
        }
        if let (Some(arm), Some(rate)) = (short, rate) {
            let worse = if arm == Arm::A { &a } else { &b };
            said.push(format!(
                "{} does not hold {rate:.0}/s: it delivers {:.0}/s, so its times are those of a growing queue",
                arm.name(),
                worse.records_per_s.unwrap_or(0.0)
            ));
        }
        Self {
            worse: failing.or(short),
            difference: (!said.is_empty()).then(|| said.join("; ")),
            a,
            b,
        }
    }
}
