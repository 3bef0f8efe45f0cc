//! A sweep on the lab: block after block while it runs, and what it found.

use std::sync::Arc;
use std::time::Duration;

use crate::settings::Settings;
use crate::sweep::{Intake, Job, Outcome, Pace, Steps};
use crate::tui::model::Model;

/// A sweep that runs, or has ended.
#[derive(Clone, Debug)]
pub struct Sweeping {
    /// The search, with what is done of it.
    pub steps: Arc<Steps>,
    /// What was found so far.
    pub found: Arc<Outcome>,
    /// Where the load goes back to.
    pub back: Arc<Settings>,
    /// When it ends with what is done, by the lab's clock.
    pub until: Duration,
    /// The block that runs; none once it has ended.
    pub under: Option<Under>,
    /// How far it is.
    pub pace: Pace,
    /// Judges blocks.
    pub intake: Intake,
    /// Whether its window is in front.
    pub shown: bool,
}

/// The block that runs.
#[derive(Clone, Debug)]
pub struct Under {
    /// What it is for.
    pub job: Job,
    /// Its settings; the result is known by this very `Arc`.
    pub settings: Arc<Settings>,
    /// When it was asked for, by the lab's clock.
    pub since: Duration,
}

impl Model {
    /// The sweep whose window is in front.
    #[must_use]
    pub fn sweep_in_front(&self) -> Option<&Sweeping> {
        self.sweep.as_ref().filter(|sweep| sweep.shown)
    }

    /// Whether a sweep runs.
    #[must_use]
    pub fn is_sweeping(&self) -> bool {
        self.sweep
            .as_ref()
            .is_some_and(|sweep| sweep.under.is_some())
    }
}
