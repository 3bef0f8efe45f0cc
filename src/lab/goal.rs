//! Goals: what a person wants held.

use serde::{Deserialize, Serialize};

use crate::audit::Findings;
use crate::lab::TrialState;
use crate::lab::reading::{Told, TrialReading};
use crate::measure::Latencies;
use crate::settings::Millis;

mod text;

pub use text::GoalError;

/// A bound on one figure, such as `p99<20ms` or `failed=0`; in files it is that text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(into = "String", try_from = "String")]
#[schemars(with = "String")]
pub struct Goal {
    /// The figure.
    pub figure: Figure,
    /// The relation.
    pub relation: Relation,
    /// The bound: milliseconds for latencies, records per second for rates, plain counts otherwise.
    pub bound: f64,
}

/// A figure that a goal can bound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Figure {
    /// A percentile of the response time, in percent (99.9).
    Percentile(f64),
    /// The mean response time.
    Mean,
    /// The largest response time.
    Max,
    /// Records delivered per second.
    Throughput,
    /// Records that failed.
    Failed,
    /// Records that were lost (needs auditing).
    Lost,
    /// Records that are there more than once (needs auditing).
    Duplicated,
    /// Records behind a later one of their sender (needs auditing).
    Reordered,
}

impl Figure {
    /// Whether it is counted by an audit.
    #[must_use]
    pub fn is_audited(self) -> bool {
        matches!(self, Self::Lost | Self::Duplicated | Self::Reordered)
    }
}

/// How figure and bound must relate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `=`
    Equal,
    /// `>=`
    AtLeast,
    /// `>`
    Above,
}

/// Whether a goal is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum GoalState {
    /// It is.
    Held,
    /// It is not.
    Missed,
    /// Not enough data yet.
    Unknown,
}

impl Goal {
    /// Whether a trial holds it. Unknown until the trial has settled and has enough data, and where failed records leave
    /// only a lower bound that does not decide it.
    #[must_use]
    pub fn state(&self, trial: &TrialReading) -> GoalState {
        let settled = trial.state != TrialState::Settling;
        match self.figure {
            Figure::Failed => self.failed_state(trial),
            figure if figure.is_audited() => {
                let told = trial.audit.as_ref().and_then(|it| it.told(figure));
                told.map_or(GoalState::Unknown, |told| self.told_state(told))
            }
            _ if !settled => GoalState::Unknown,
            Figure::Throughput if trial.held.as_secs_f64() < 1.0 => GoalState::Unknown,
            _ => self.judge(&trial.response, trial.sent_per_s, trial.accounts.failed),
        }
    }

    /// Whether finished figures hold it: response times, records per second, failed records.
    #[must_use]
    pub fn judge(&self, response: &Latencies, records_per_s: f64, failed: u64) -> GoalState {
        let (value, exact) = match self.figure {
            Figure::Lost | Figure::Duplicated | Figure::Reordered => return GoalState::Unknown,
            Figure::Failed => (count(failed), true),
            Figure::Throughput => (records_per_s, true),
            Figure::Percentile(_) | Figure::Mean | Figure::Max => {
                let Some(value) = self.named(response) else {
                    return GoalState::Unknown;
                };
                let bounded = response.at_least_from;
                // A mean rests on every record, so any failed one makes it a lower bound.
                let all = self.figure == Figure::Mean;
                (value.0, !bounded.is_some_and(|from| all || value >= from))
            }
        };
        let held = self.relation.holds(value, self.bound);
        let decided = exact || held == self.relation.is_upward();
        match (decided, held) {
            (false, _) => GoalState::Unknown,
            (true, true) => GoalState::Held,
            (true, false) => GoalState::Missed,
        }
    }

    /// Whether an audit holds it; none for a figure that is not counted by one. Unknown where the audit is invalid, or where
    /// records that could not be looked for leave it open.
    #[must_use]
    pub fn audited(&self, findings: &Findings) -> Option<GoalState> {
        let found = match self.figure {
            Figure::Lost => findings.lost,
            Figure::Duplicated => findings.duplicated,
            Figure::Reordered => findings.reordered,
            _ => return None,
        };
        let held = self.relation.holds(count(found), self.bound);
        let decided = findings.unverified == 0 || held == self.relation.is_upward();
        Some(match (findings.balances() && decided, held) {
            (false, _) => GoalState::Unknown,
            (true, true) => GoalState::Held,
            (true, false) => GoalState::Missed,
        })
    }

    /// Whether a count that may still rise holds it.
    fn told_state(&self, told: Told) -> GoalState {
        let (found, is_final) = match told {
            Told::Unknown => return GoalState::Unknown,
            Told::Exactly(found) => (found, true),
            Told::Pending(found) | Told::AtLeast(found) => (found, false),
        };
        let found = count(found);
        let held = self.relation.holds(found, self.bound);
        // What is passed stays passed, and a floor that is reached stays reached.
        let is_passed = !held && !self.relation.is_upward() && found > self.bound;
        match (
            held,
            is_final || is_passed || held && self.relation.is_upward(),
        ) {
            (_, false) => GoalState::Unknown,
            (true, true) => GoalState::Held,
            (false, true) => GoalState::Missed,
        }
    }

    /// The trial's figure that it bounds, where that is a time.
    #[must_use]
    pub fn latency(&self, trial: &TrialReading) -> Option<Millis> {
        self.named(&trial.response)
    }

    fn named(&self, response: &Latencies) -> Option<Millis> {
        let name = self.figure.name();
        let named = response.named().into_iter();
        named
            .filter(|(known, _)| *known == name)
            .find_map(|(_, value)| value)
    }

    fn failed_state(&self, trial: &TrialReading) -> GoalState {
        let failed = count(trial.accounts.failed);
        let held = self.relation.holds(failed, self.bound);
        // Failures only rise: what is passed stays passed, and a floor that is reached stays reached.
        let final_already = held == self.relation.is_upward() && failed > 0.0;
        match (held, final_already || trial.state != TrialState::Settling) {
            (_, false) => GoalState::Unknown,
            (true, true) => GoalState::Held,
            (false, true) => GoalState::Missed,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a count")]
fn count(number: u64) -> f64 {
    number as f64
}

impl Relation {
    /// Whether a value holds it against a bound.
    #[must_use]
    pub fn holds(self, value: f64, bound: f64) -> bool {
        match self {
            Self::Below => value < bound,
            Self::AtMost => value <= bound,
            Self::Equal => (value - bound).abs() <= f64::EPSILON * bound.abs(),
            Self::AtLeast => value >= bound,
            Self::Above => value > bound,
        }
    }

    /// Whether a larger value can only help.
    #[must_use]
    pub fn is_upward(self) -> bool {
        matches!(self, Self::AtLeast | Self::Above)
    }
}

#[cfg(test)]
mod tests;
