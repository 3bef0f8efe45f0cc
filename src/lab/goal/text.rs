//! Goals as text: `p99<20ms`, `failed=0`, `throughput>=5000`.

use std::fmt;
use std::str::FromStr;

use super::{Figure, Goal, Relation};

/// Why a text is not a goal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GoalError {
    /// There is no relation in it.
    #[error("goal {0:?} has no relation; write for example p99<20ms or failed=0")]
    Relation(String),
    /// The figure is unknown.
    #[error(
        "goal {goal:?} names no figure; use p50 … p99.99, mean, max, throughput, failed or lost, not {given:?}"
    )]
    Figure {
        /// The whole goal.
        goal: String,
        /// What stood for the figure.
        given: String,
    },
    /// The bound cannot be read.
    #[error("goal {goal:?}: {given:?} is no bound; write a number{}", unit_hint(*.is_time))]
    Bound {
        /// The whole goal.
        goal: String,
        /// What stood for the bound.
        given: String,
        /// Whether the figure is a time.
        is_time: bool,
    },
}

fn unit_hint(is_time: bool) -> &'static str {
    if is_time {
        " of milliseconds, such as 20, 20ms or 1.5s"
    } else {
        ", such as 0 or 5000"
    }
}

/// Relations with their spelling, longer ones first, so that `<=` is not read as `<`.
const RELATIONS: [(&str, Relation); 7] = [
    ("<=", Relation::AtMost),
    (">=", Relation::AtLeast),
    ("==", Relation::Equal),
    ("<", Relation::Below),
    (">", Relation::Above),
    ("=", Relation::Equal),
    ("≤", Relation::AtMost),
];

const WORDS: [(&str, Figure); 5] = [
    ("mean", Figure::Mean),
    ("max", Figure::Max),
    ("throughput", Figure::Throughput),
    ("failed", Figure::Failed),
    ("lost", Figure::Lost),
];

impl FromStr for Goal {
    type Err = GoalError;

    fn from_str(text: &str) -> Result<Self, GoalError> {
        let goal = text.trim();
        let place = goal
            .char_indices()
            .find_map(|(at, _)| {
                let rest = goal.get(at..)?;
                let (word, relation) = RELATIONS.iter().find(|(word, _)| rest.starts_with(word))?;
                Some((at, word.len(), *relation))
            })
            .ok_or_else(|| GoalError::Relation(goal.into()))?;
        let (at, length, relation) = place;
        let left = goal.get(..at).unwrap_or_default().trim();
        let right = goal.get(at + length..).unwrap_or_default().trim();
        let figure = figure(left).ok_or_else(|| GoalError::Figure {
            goal: goal.into(),
            given: left.into(),
        })?;
        let bound = bound(right, figure.is_time()).ok_or_else(|| GoalError::Bound {
            goal: goal.into(),
            given: right.into(),
            is_time: figure.is_time(),
        })?;
        Ok(Self {
            figure,
            relation,
            bound,
        })
    }
}

fn figure(text: &str) -> Option<Figure> {
    let lower = text.to_ascii_lowercase();
    if let Some((_, figure)) = WORDS.iter().find(|(word, _)| *word == lower) {
        return Some(*figure);
    }
    let percent: f64 = lower.strip_prefix('p')?.parse().ok()?;
    [50.0, 90.0, 95.0, 99.0, 99.9, 99.99]
        .contains(&percent)
        .then_some(Figure::Percentile(percent))
}

fn bound(text: &str, is_time: bool) -> Option<f64> {
    let (digits, factor) = if is_time {
        time_unit(text)
    } else {
        (text.strip_suffix("/s").unwrap_or(text), 1.0)
    };
    let number: f64 = digits.trim().parse().ok()?;
    (number.is_finite() && number >= 0.0).then_some(number * factor)
}

fn time_unit(text: &str) -> (&str, f64) {
    [("ms", 1.0), ("us", 0.001), ("µs", 0.001), ("s", 1000.0)]
        .into_iter()
        .find_map(|(unit, factor)| text.strip_suffix(unit).map(|digits| (digits, factor)))
        .unwrap_or((text, 1.0))
}

impl Figure {
    /// Whether it is a time, in milliseconds.
    #[must_use]
    pub fn is_time(self) -> bool {
        matches!(self, Self::Percentile(_) | Self::Mean | Self::Max)
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Percentile(percent) = self {
            return write!(out, "p{percent}");
        }
        let word = WORDS.iter().find(|(_, figure)| figure == self);
        out.write_str(word.map_or("", |(word, _)| word))
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self {
            Self::Below => "<",
            Self::AtMost => "<=",
            Self::Equal => "=",
            Self::AtLeast => ">=",
            Self::Above => ">",
        };
        out.write_str(word)
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = if self.figure.is_time() { "ms" } else { "" };
        write!(out, "{}{}{}{unit}", self.figure, self.relation, self.bound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn goal(text: &str) -> Goal {
        text.parse().unwrap()
    }

    #[test]
    fn goals_are_read_and_written() {
        let cases = [
            ("p99<20ms", "p99<20ms"),
            (" p99.9 <= 1.5s ", "p99.9<=1500ms"),
            ("failed=0", "failed=0"),
            ("lost==0", "lost=0"),
            ("throughput>=5000/s", "throughput>=5000"),
            ("max<250us", "max<0.25ms"),
            ("mean<5", "mean<5ms"),
        ];
        for (text, written) in cases {
            assert_eq!(goal(text).to_string(), written);
            assert_eq!(goal(written), goal(text));
        }
    }

    #[test]
    fn bad_goals_say_what_is_wrong() {
        let cases = [
            ("p99", "has no relation"),
            ("", "has no relation"),
            ("p98<20ms", "names no figure"),
            ("speed>3", "\"speed\""),
            ("p99<fast", "is no bound"),
            ("failed=-1", "is no bound"),
            ("failed<5ms", "is no bound"),
            ("p99<NaN", "is no bound"),
        ];
        for (text, expected) in cases {
            let message = text.parse::<Goal>().unwrap_err().to_string();
            assert!(message.contains(expected), "{text:?}: {message}");
        }
    }
}
