//! What a scenario is made of: its row of the table, and what its body tells.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::stage::Stage;

/// One experiment about one claim.
pub struct Scenario {
    /// Its id in the list of claims: `C3`.
    pub id: &'static str,
    /// The claim, in one sentence.
    pub claim: &'static str,
    /// What must be there.
    pub needs: Needs,
    /// What the control does, in words.
    pub control: &'static str,
    /// What the treatment does, in words.
    pub treatment: &'static str,
    /// What is counted.
    pub counted: &'static str,
    /// How the counts are judged.
    pub rule: Rule,
    /// Where librdkafka differs from the claim, which comes from Java's client; empty where it does not.
    pub differs: &'static str,
    /// One round. Blocks; tells what happened, and leaves the judging to the rule.
    pub run: fn(&Stage) -> Result<Told, Stopped>,
}

/// What a scenario needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// No cluster.
    Nothing,
    /// The embedded cluster, which each of its loads starts for itself.
    Embedded,
    /// Any real cluster.
    Real,
    /// So many brokers of our own, since it stops or freezes them.
    Local(u16),
}

impl std::fmt::Display for Needs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Nothing => f.write_str("nothing"),
            Self::Embedded => f.write_str("the embedded cluster"),
            Self::Real => f.write_str("a real cluster"),
            Self::Local(1) => f.write_str("a local Kafka"),
            Self::Local(brokers) => write!(f, "a local Kafka of {brokers}"),
        }
    }
}

/// How a scenario is judged. Every rule wants equal numbers of faults in control and treatment, and every check to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// The anomaly is found in the treatment and not in the control, and both met faults.
    Counts,
    /// The checks are verdicts of paired comparisons.
    Speed,
    /// Every check holds.
    Checks,
}

impl Rule {
    /// What makes the claim hold, in a sentence.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Counts => {
                "more than 0 in the treatment and 0 in the control, which met equally many faults"
            }
            Self::Speed => "the verdict of paired comparisons",
            Self::Checks => "every check holds",
        }
    }
}

/// What one round of a scenario tells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Told {
    /// The control.
    pub control: Arm,
    /// The treatment.
    pub treatment: Arm,
    /// Further arms, which do not decide.
    pub further: Vec<Arm>,
    /// What must hold, each in a sentence with its figures.
    pub checks: Vec<Check>,
    /// What a person may take home, in a sentence or two.
    pub lesson: String,
}

/// What was counted in one arm.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Arm {
    /// What was done, in a few words.
    pub name: String,
    /// What was counted and measured, by name; the unit stands in the name.
    pub counts: BTreeMap<String, Figure>,
    /// How many of what the claim is about: lost, duplicated, reordered records.
    pub anomaly: u64,
    /// How many faults hit records in flight.
    pub faults: u64,
    /// What to bear in mind.
    pub notes: Vec<String>,
}

impl Arm {
    /// An arm in which nothing has been counted yet.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// The same with a count or a measure.
    #[must_use]
    pub fn with(mut self, name: &str, figure: impl Into<Figure>) -> Self {
        self.counts.insert(name.to_owned(), figure.into());
        self
    }

    /// The same with a measure, where there is one.
    #[must_use]
    pub fn with_some(self, name: &str, figure: Option<impl Into<Figure>>) -> Self {
        match figure {
            Some(figure) => self.with(name, figure),
            None => self,
        }
    }

    /// The same with so many of what the claim is about.
    #[must_use]
    pub fn anomaly(mut self, count: u64) -> Self {
        self.anomaly = count;
        self
    }

    /// The same with so many faults that hit.
    #[must_use]
    pub fn faults(mut self, count: u64) -> Self {
        self.faults = count;
        self
    }

    /// The same with a note.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }
}

/// A figure: counts stay whole.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Figure {
    /// How many; several rounds are added up.
    Count(u64),
    /// How much; of several rounds the mean is told.
    Measure(f64),
}

impl From<u64> for Figure {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

impl From<f64> for Figure {
    fn from(measure: f64) -> Self {
        Self::Measure(measure)
    }
}

/// Something that must hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Check {
    /// What, with its figures.
    pub says: String,
    /// Whether it does.
    pub holds: bool,
}

impl Check {
    /// A check with what it says.
    #[must_use]
    pub fn new(says: impl Into<String>, holds: bool) -> Self {
        Self {
            says: says.into(),
            holds,
        }
    }
}

/// Why a round came to no verdict on its claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// It cannot be tested here; the reason, and what would make it testable.
    NotTestable(String),
    /// What should have been put to the test did not come about.
    NotExercised(String),
    /// It could not be measured.
    Broken(String),
}

impl Stopped {
    /// It could not be measured, for this reason.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the form that map_err hands over"
    )]
    pub fn broken(cause: impl ToString) -> Self {
        Self::Broken(cause.to_string())
    }
}
