//! The journal of scenarios: what is going to be run, and one line per finished round.

use serde::{Deserialize, Serialize};

use super::result::Round;
use crate::snapshot::journal::Kind;

/// What a journal of scenarios says of itself.
pub const KIND: Kind = Kind {
    word: "linger-scenario",
    of: "scenarios",
    schema: 1,
};

/// A journal of scenarios that was read.
pub type Opened = crate::snapshot::journal::Opened<Header, Line>;

/// All that is needed to go on, but for the connection, whose secrets stay out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// `linger-scenario`.
    pub kind: String,
    /// The form.
    pub schema: u32,
    /// Which linger wrote it.
    pub linger_version: String,
    /// When it was begun.
    pub started_at: String,
    /// Which scenarios, in their order.
    pub ids: Vec<String>,
    /// Whether they are all that there are.
    pub all: bool,
    /// How often each.
    pub repeat: u32,
    /// The cluster: the embedded one, a local one, or the brokers.
    pub cluster: String,
}

/// One finished round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Of which scenario.
    pub id: String,
    /// The how manieth, from 1.
    pub round: u32,
    /// What came of it.
    pub result: Round,
}
