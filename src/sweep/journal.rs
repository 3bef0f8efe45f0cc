//! The journal of a sweep: its plan, and one line per finished block.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::settings::Settings;
use crate::snapshot::journal::{Journal, Kind};

use super::measured::Measured;
use super::plan::{Job, Plan};
use super::search::{Bench, Ended};

/// What a journal of a sweep says of itself.
pub const KIND: Kind = Kind {
    word: "linger-sweep",
    of: "a sweep",
    schema: 1,
};

/// A journal of a sweep that was read.
pub type Opened = crate::snapshot::journal::Opened<Header, Line>;

/// All that is needed to go on with a sweep, but for the connection, whose secrets stay out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Header {
    /// `linger-sweep`.
    pub kind: String,
    /// The form.
    pub schema: u32,
    /// Which linger wrote it.
    pub linger_version: String,
    /// When it was begun.
    pub started_at: String,
    /// The swept knobs and their values, as they were typed.
    pub words: Vec<String>,
    /// Every other setting, by name, as `--set` reads it.
    pub settings: Vec<(String, String)>,
    /// What is going to be done.
    pub plan: Plan,
    /// How long a block is measured, in seconds.
    pub block_s: f64,
    /// What goes before and does not count, in seconds.
    pub warmup_s: f64,
    /// How long the whole may take, in seconds.
    pub budget_s: Option<f64>,
    /// The cluster: `embedded`, `local`, or the brokers.
    pub cluster: String,
    /// The topic.
    pub topic: String,
    /// Partitions that were asked for.
    pub partitions: Option<u32>,
}

/// One finished block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// What was measured.
    pub job: Job,
    /// What came out.
    pub measured: Measured,
}

/// A bench behind a journal: what is done comes from it, what is not is measured and written down.
pub struct Recorded<B> {
    /// Measures what is not done.
    pub bench: B,
    journal: Journal,
    done: VecDeque<Line>,
}

impl<B: Bench> Recorded<B> {
    /// A bench that goes on behind these blocks.
    #[must_use]
    pub fn new(journal: Journal, done: Vec<Line>, bench: B) -> Self {
        Self {
            bench,
            journal,
            done: done.into(),
        }
    }
}

impl<B: Bench> Bench for Recorded<B> {
    fn measure(&mut self, job: &Job, settings: &Settings) -> Result<Measured, Ended> {
        if let Some(line) = self.done.pop_front() {
            if line.job == *job {
                return Ok(line.measured);
            }
            return Err(Ended::Broken(format!(
                "the journal's block {} is not the one that this linger would measure: it was written by another version",
                line.job.number + 1
            )));
        }
        let measured = self.bench.measure(job, settings)?;
        let line = Line {
            job: *job,
            measured,
        };
        self.journal
            .append(&line)
            .map_err(|error| Ended::Broken(format!("the journal cannot be written: {error}")))?;
        Ok(line.measured)
    }
}

#[cfg(test)]
mod tests;
