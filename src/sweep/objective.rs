//! Objectives by name: what is sought, at which rate, and what must hold.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::lab::{Figure, Goal, GoalError};
use crate::measure::comparison::Metric;

/// What is sought, such as `max throughput where p99<20ms` or `min p99 at 50000/s`; in files it is that text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(into = "String", try_from = "String")]
#[schemars(with = "String")]
pub struct Objective {
    /// The figure: the highest throughput, or the lowest percentile.
    pub metric: Metric,
    /// The rate at which it is measured, in records per second; none is the settings' own (for throughput: full speed, or the highest
    /// rate that holds the goals).
    pub rate: Option<f64>,
    /// What must hold.
    pub goals: Vec<Goal>,
}

/// Why a text is no objective.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ObjectiveError {
    /// It does not begin as an objective.
    #[error(
        "objective {0:?}: write 'max throughput', 'max throughput where p99<20ms' or 'min p99 at 50000/s'"
    )]
    Shape(String),
    /// The direction makes no sense.
    #[error("objective {text:?}: {reason}")]
    Direction {
        /// The objective.
        text: String,
        /// What to write.
        reason: String,
    },
    /// The rate is none.
    #[error("objective {text:?}: {rate:?} is no rate; write records per second, such as 50000/s")]
    Rate {
        /// The objective.
        text: String,
        /// What stands for the rate.
        rate: String,
    },
    /// A goal is none.
    #[error(transparent)]
    Goal(#[from] GoalError),
}

impl Objective {
    /// Whether each point is judged by the highest rate at which it holds the goals: a percentile of a run at full speed is the queue's.
    #[must_use]
    pub fn seeks_rate(&self) -> bool {
        self.metric == Metric::Throughput && self.goals.iter().any(is_time)
    }

    /// Whether points are measured at full speed.
    #[must_use]
    pub fn is_full_speed(&self) -> bool {
        self.metric == Metric::Throughput && !self.seeks_rate()
    }

    /// The figure by which two points at the same rate are held against each other: the sought one, or where that is the rate, the
    /// first goal's that the statistics know.
    #[must_use]
    pub fn judged_by(&self) -> Metric {
        if !self.seeks_rate() {
            return self.metric;
        }
        let mut times = self.goals.iter().filter(|goal| is_time(goal));
        times
            .find_map(|goal| goal.figure.name().parse().ok())
            .unwrap_or(Metric::P99)
    }
}

/// Whether a goal bounds a time.
pub(super) fn is_time(goal: &Goal) -> bool {
    matches!(
        goal.figure,
        Figure::Percentile(_) | Figure::Mean | Figure::Max
    )
}

impl FromStr for Objective {
    type Err = ObjectiveError;

    fn from_str(text: &str) -> Result<Self, ObjectiveError> {
        let shape = || ObjectiveError::Shape(text.into());
        let (head, goals) = match text.split_once(" where ") {
            Some((head, goals)) => (head, read_goals(goals)?),
            None => (text, Vec::new()),
        };
        let words: Vec<&str> = head.split_whitespace().collect();
        let (direction, name, rate) = match words.as_slice() {
            [direction, name] => (*direction, *name, None),
            [direction, name, "at", rate] => (*direction, *name, Some(*rate)),
            _ => return Err(shape()),
        };
        let wrong = |reason: String| ObjectiveError::Direction {
            text: text.into(),
            reason,
        };
        let metric: Metric = name.parse().map_err(|error| wrong(format!("{error}")))?;
        if metric.is_read() {
            let reason = format!("a sweep reads nothing back, so it knows no {name}: min p99");
            return Err(wrong(reason));
        }
        judge_direction(text, direction, metric, rate).ok_or_else(shape)??;
        let rate = rate.map(|rate| read_rate(text, rate)).transpose()?;
        Ok(Self {
            metric,
            rate,
            goals,
        })
    }
}

/// Says what is wrong with the direction; none where it is no direction at all.
fn judge_direction(
    text: &str,
    direction: &str,
    metric: Metric,
    rate: Option<&str>,
) -> Option<Result<(), ObjectiveError>> {
    let name = metric.name();
    let wrong = |reason: String| {
        Some(Err(ObjectiveError::Direction {
            text: text.into(),
            reason,
        }))
    };
    match (direction, metric == Metric::Throughput) {
        ("max", true) if rate.is_some() => {
            wrong("at a fixed rate the throughput is that rate; leave out 'at'".into())
        }
        ("max", true) | ("min", false) => Some(Ok(())),
        ("min", true) => wrong("the higher throughput is the better: max throughput".into()),
        ("max", false) => wrong(format!("the lower {name} is the better: min {name}")),
        _ => None,
    }
}

fn read_goals(text: &str) -> Result<Vec<Goal>, GoalError> {
    let parts = text.split(',').flat_map(|part| part.split(" and "));
    parts.map(|part| Goal::parse(part.trim())).collect()
}

fn read_rate(text: &str, rate: &str) -> Result<f64, ObjectiveError> {
    let row = crate::settings::find("rate");
    let value = row.and_then(|row| row.parse(rate).ok());
    value
        .and_then(|value| value.number())
        .ok_or_else(|| ObjectiveError::Rate {
            text: text.into(),
            rate: rate.into(),
        })
}

impl fmt::Display for Objective {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let direction = if self.metric.is_higher_better() {
            "max"
        } else {
            "min"
        };
        write!(out, "{direction} {}", self.metric.name())?;
        if let Some(rate) = self.rate {
            write!(out, " at {rate}/s")?;
        }
        for (at, goal) in self.goals.iter().enumerate() {
            let joint = if at == 0 { " where " } else { ", " };
            write!(out, "{joint}{goal}")?;
        }
        Ok(())
    }
}

impl TryFrom<String> for Objective {
    type Error = ObjectiveError;

    fn try_from(text: String) -> Result<Self, ObjectiveError> {
        text.parse()
    }
}

impl From<Objective> for String {
    fn from(objective: Objective) -> Self {
        objective.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Objective {
        text.parse().unwrap()
    }

    #[test]
    fn objectives_are_read_and_written() {
        for text in [
            "max throughput",
            "max throughput where p99<20ms",
            "max throughput where p99<20ms, failed=0",
            "min p99 at 50000/s",
            "min p99.9 at 50000/s where failed=0",
            "min p50",
        ] {
            assert_eq!(read(text).to_string(), text);
        }
        assert_eq!(read("min p99 at 50k/s").rate, Some(50_000.0));
        let two = read("max throughput where p99 < 20ms and failed = 0");
        assert_eq!(two.goals.len(), 2);
    }

    #[test]
    fn a_bound_on_a_time_seeks_the_rate_and_others_full_speed() {
        assert!(read("max throughput where p99<20ms").seeks_rate());
        assert!(read("max throughput where failed=0").is_full_speed());
        assert!(!read("min p99 at 1000/s").is_full_speed());
        let metric = read("max throughput where mean<5ms, p50<3ms").judged_by();
        assert_eq!(metric, Metric::P50);
    }

    #[test]
    fn what_is_no_objective_is_refused_with_the_way_out() {
        for (text, part) in [
            ("", "write 'max throughput'"),
            ("fast please", "\"please\" is no metric"),
            ("max p99", "min p99"),
            ("min throughput", "max throughput"),
            ("max throughput at 5/s", "leave out 'at'"),
            ("min p98", "p99.9"),
            ("min p99 at speed", "\"speed\" is no rate"),
            ("min p99 at max", "\"max\" is no rate"),
            ("most p99", "write 'max throughput'"),
            ("max throughput where p98<1ms", "p98"),
        ] {
            let error = text.parse::<Objective>().unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
