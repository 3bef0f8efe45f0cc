//! The window of claims: which one is chosen, the one that is put to the test, and what came of those that were.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::lab::Reading;
use crate::scenario::{self, Ground, Round, Scenario};
use crate::tui::model::Model;

/// The claims, and what became of them in this session.
#[derive(Clone, Debug, Default)]
pub struct Claims {
    /// Whether the window is in front.
    pub shown: bool,
    /// The chosen one, in the order of the scenarios.
    pub at: usize,
    /// What each lacks here, with the command that has it, in the same order; none where it can run.
    pub lacks: Arc<[Option<String>]>,
    /// The one that is put to the test.
    pub trying: Option<Trying>,
    /// The last round of each that has one.
    pub rounds: Vec<(usize, Arc<Round>)>,
}

/// A scenario that runs.
#[derive(Clone, Debug)]
pub struct Trying {
    /// Which one.
    pub at: usize,
    /// Since when, by the screen's clock.
    pub since: Duration,
    /// What is being done.
    pub says: String,
    /// The arms that were seen, in their order.
    pub arms: Vec<ArmNow>,
    /// Set to end it as soon as it can.
    pub stop: Arc<AtomicBool>,
    /// Whether the lab's own load goes on afterwards.
    pub resume: bool,
}

/// What an arm has counted so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArmNow {
    /// Its name.
    pub name: String,
    /// Records that were tried, delivered and failed.
    pub attempted: u64,
    /// See above.
    pub delivered: u64,
    /// See above.
    pub failed: u64,
    /// Requests that were sent again.
    pub retries: u64,
}

/// What is heard of a scenario that runs.
#[derive(Clone, Debug)]
pub enum Heard {
    /// What is being done.
    Says(String),
    /// An arm's counts.
    Counts(ArmNow),
    /// It is over.
    Over(Box<Round>),
}

impl ArmNow {
    /// From a reading of the arm's load.
    #[must_use]
    pub fn of(name: &str, reading: &Reading) -> Self {
        let accounts = reading.accounts;
        Self {
            name: name.to_owned(),
            attempted: accounts.attempted,
            delivered: accounts.delivered,
            failed: accounts.failed,
            retries: reading.trials.iter().map(|it| it.stages.retries).sum(),
        }
    }
}

impl Claims {
    /// On a ground that has this much.
    #[must_use]
    pub fn on(ground: &Ground) -> Self {
        Self {
            lacks: scenario::all().map(|row| ground.lacks(row)).collect(),
            ..Self::default()
        }
    }

    /// The scenario at a place.
    #[must_use]
    pub fn scenario(at: usize) -> Option<&'static Scenario> {
        scenario::all().nth(at)
    }

    /// What it lacks here, with the command that has it.
    #[must_use]
    pub fn lack(&self, at: usize) -> Option<&str> {
        self.lacks.get(at).and_then(Option::as_deref)
    }

    /// Its last round.
    #[must_use]
    pub fn round(&self, at: usize) -> Option<&Round> {
        let found = self.rounds.iter().find(|(known, _)| *known == at);
        found.map(|(_, round)| round.as_ref())
    }

    /// Lets the scenario that runs end as soon as it can.
    pub fn stop(&self) {
        if let Some(trying) = &self.trying {
            trying.stop.store(true, Ordering::Relaxed);
        }
    }
}

impl Model {
    /// Whether a window takes all keys and the mouse.
    #[must_use]
    pub fn has_window(&self) -> bool {
        self.claims.shown || self.sweep_in_front().is_some()
    }

    /// The window of claims, where it is in front.
    #[must_use]
    pub fn claims_in_front(&self) -> Option<&Claims> {
        Some(&self.claims).filter(|claims| claims.shown)
    }
}
