//! Goals: what a person wants held.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::lab::TrialState;
use crate::lab::reading::TrialReading;
use crate::settings::Millis;

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

/// Why a text is not a goal.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum GoalError {
    /// There is no figure of this name.
    #[error("goal {text:?}: {name:?} is no figure; there are {}", figure_names())]
    Figure {
        /// The goal.
        text: String,
        /// What stands for the figure.
        name: String,
    },
    /// There is no relation.
    #[error(
        "goal {text:?} has no relation; write <, <=, =, >= or > after the figure, such as p99<20ms"
    )]
    Relation {
        /// The goal.
        text: String,
    },
    /// The bound is not a number of the figure's unit.
    #[error("goal {text:?}: {bound:?} is no bound; write {example}")]
    Bound {
        /// The goal.
        text: String,
        /// What stands for the bound.
        bound: String,
        /// What would be right.
        example: &'static str,
    },
}

/// Every figure with its name.
const FIGURES: [(&str, Figure); 11] = [
    ("p50", Figure::Percentile(50.0)),
    ("p90", Figure::Percentile(90.0)),
    ("p95", Figure::Percentile(95.0)),
    ("p99", Figure::Percentile(99.0)),
    ("p99.9", Figure::Percentile(99.9)),
    ("p99.99", Figure::Percentile(99.99)),
    ("mean", Figure::Mean),
    ("max", Figure::Max),
    ("throughput", Figure::Throughput),
    ("failed", Figure::Failed),
    ("lost", Figure::Lost),
];

/// Every relation with its sign; the longer signs first, so that `<=` is not read as `<`.
const RELATIONS: [(&str, Relation); 6] = [
    ("<=", Relation::AtMost),
    (">=", Relation::AtLeast),
    ("==", Relation::Equal),
    ("<", Relation::Below),
    (">", Relation::Above),
    ("=", Relation::Equal),
];

/// Units of time, in milliseconds; the longer ones first.
const TIMES: [(&str, f64); 5] = [
    ("ms", 1.0),
    ("us", 1e-3),
    ("µs", 1e-3),
    ("s", 1e3),
    ("", 1.0),
];
/// Multiples of a count.
const MULTIPLES: [(&str, f64); 3] = [("k", 1e3), ("M", 1e6), ("", 1.0)];

fn figure_names() -> String {
    FIGURES.map(|(name, _)| name).join(", ")
}

impl Goal {
    /// Reads `p99<20ms`, `mean<=500us`, `throughput>=20000/s`, `failed=0`. A time without a unit is in milliseconds.
    pub fn parse(text: &str) -> Result<Self, GoalError> {
        let relation = GoalError::Relation { text: text.into() };
        let at = text.find(['<', '>', '=']).ok_or(relation.clone())?;
        let (name, rest) = text.split_at(at);
        let (sign, relation) = RELATIONS
            .into_iter()
            .find(|(sign, _)| rest.starts_with(sign))
            .ok_or(relation)?;
        let name = name.trim();
        let figure = FIGURES.into_iter().find(|(known, _)| *known == name);
        let (_, figure) = figure.ok_or_else(|| GoalError::Figure {
            text: text.into(),
            name: name.into(),
        })?;
        let bound = rest[sign.len()..].trim();
        let number = figure.read_bound(bound).ok_or_else(|| GoalError::Bound {
            text: text.into(),
            bound: bound.into(),
            example: figure.example(),
        })?;
        Ok(Self {
            figure,
            relation,
            bound: number,
        })
    }

    /// Whether a trial holds it. Unknown until the trial has settled and has enough data, and where failed records leave
    /// only a lower bound that does not decide it.
    #[must_use]
    pub fn state(&self, trial: &TrialReading) -> GoalState {
        let settled = trial.state != TrialState::Settling;
        let (value, exact) = match self.figure {
            Figure::Lost => return GoalState::Unknown,
            Figure::Failed => return self.failed_state(trial),
            _ if !settled => return GoalState::Unknown,
            Figure::Throughput if trial.held.as_secs_f64() < 1.0 => return GoalState::Unknown,
            Figure::Throughput => (trial.sent_per_s, true),
            Figure::Percentile(_) | Figure::Mean | Figure::Max => {
                let Some(value) = self.latency(trial) else {
                    return GoalState::Unknown;
                };
                let bounded = trial.response.at_least_from;
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

    /// The trial's figure that it bounds, where that is a time.
    #[must_use]
    pub fn latency(&self, trial: &TrialReading) -> Option<Millis> {
        let name = self.figure.name();
        let named = trial.response.named().into_iter();
        named
            .filter(|(known, _)| *known == name)
            .find_map(|(_, value)| value)
    }

    fn failed_state(&self, trial: &TrialReading) -> GoalState {
        #[expect(clippy::cast_precision_loss, reason = "a count")]
        let failed = trial.accounts.failed as f64;
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

impl Figure {
    /// Its name: `p99.9`, `throughput`.
    #[must_use]
    pub fn name(self) -> &'static str {
        let row = FIGURES.into_iter().find(|(_, figure)| *figure == self);
        row.map_or("percentile", |(name, _)| name)
    }

    fn is_time(self) -> bool {
        matches!(self, Self::Percentile(_) | Self::Mean | Self::Max)
    }

    fn example(self) -> &'static str {
        match self {
            Self::Throughput => "records per second, such as 20000/s",
            Self::Failed | Self::Lost => "a count, such as 0",
            _ => "a time, such as 20ms, 1.5s or 300us",
        }
    }

    fn read_bound(self, text: &str) -> Option<f64> {
        let text = match self {
            Self::Throughput => text.strip_suffix("/s").unwrap_or(text),
            _ => text,
        };
        let units: &[(&str, f64)] = if self.is_time() { &TIMES } else { &MULTIPLES };
        let (number, factor) = units
            .iter()
            .find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, factor)))?;
        let bound = number.trim().parse::<f64>().ok()? * factor;
        (bound.is_finite() && bound >= 0.0).then_some(bound)
    }
}

impl Relation {
    fn holds(self, value: f64, bound: f64) -> bool {
        match self {
            Self::Below => value < bound,
            Self::AtMost => value <= bound,
            Self::Equal => (value - bound).abs() <= f64::EPSILON * bound.abs(),
            Self::AtLeast => value >= bound,
            Self::Above => value > bound,
        }
    }

    /// Whether a larger value can only help.
    fn is_upward(self) -> bool {
        matches!(self, Self::AtLeast | Self::Above)
    }

    fn sign(self) -> &'static str {
        let row = RELATIONS
            .into_iter()
            .rev()
            .find(|(_, relation)| *relation == self);
        row.map_or("=", |(sign, _)| sign)
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, sign, bound) = (self.figure.name(), self.relation.sign(), self.bound);
        let unit = match self.figure {
            Figure::Throughput => "/s",
            Figure::Failed | Figure::Lost => "",
            _ => "ms",
        };
        write!(formatter, "{name}{sign}{bound}{unit}")
    }
}

impl FromStr for Goal {
    type Err = GoalError;

    fn from_str(text: &str) -> Result<Self, GoalError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Goal {
    type Error = GoalError;

    fn try_from(text: String) -> Result<Self, GoalError> {
        Self::parse(&text)
    }
}

impl From<Goal> for String {
    fn from(goal: Goal) -> Self {
        goal.to_string()
    }
}

#[cfg(test)]
mod tests;
