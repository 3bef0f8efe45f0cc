//! Goals as text: read and written.

use std::fmt;
use std::str::FromStr;

use super::{Figure, Goal, Relation};

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
pub(super) const FIGURES: [(&str, Figure); 13] = [
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
    ("duplicated", Figure::Duplicated),
    ("reordered", Figure::Reordered),
];

/// Every relation with its sign; the longer signs first, so that `<=` is not read as `<`.
pub(super) const RELATIONS: [(&str, Relation); 6] = [
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
            _ if self.is_time() => "a time, such as 20ms, 1.5s or 300us",
            _ => "a count, such as 0",
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
            figure if figure.is_time() => "ms",
            _ => "",
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
