//! A comparison of two rows that runs on the lab, and what it proved.

use std::sync::Arc;
use std::time::Duration;

use crate::compare::{Ask, Series};
use crate::measure::comparison::{Metric, Verdict};
use crate::settings::Settings;
use crate::tui::model::Model;

/// Two rows in turn, block by block.
#[derive(Clone, Debug)]
pub struct Duel {
    /// The numbers of the rows: A is the base, B the chosen one.
    pub rows: (u64, u64),
    /// Their settings.
    pub settings: (Arc<Settings>, Arc<Settings>),
    /// Where the load goes back to.
    pub back: Arc<Settings>,
    /// The blocks so far.
    pub series: Series,
    /// When it began, by the lab's clock.
    pub began: Duration,
    /// The block that runs, with the settings by which its result is known.
    pub block: Option<(Ask, Arc<Settings>)>,
}

/// What a comparison proved of two settings.
#[derive(Clone, Debug)]
pub struct Proof {
    /// The settings, A and B.
    pub settings: (Arc<Settings>, Arc<Settings>),
    /// The figure that it is about.
    pub metric: Metric,
    /// Which is better.
    pub verdict: Verdict,
}

impl Model {
    /// What was proved last of these settings against the base's.
    #[must_use]
    pub fn proved(&self, base: &Settings, other: &Settings, metric: Metric) -> Option<Verdict> {
        let same = |one: &Settings, two: &Settings| one.changed_from(two).is_empty();
        let fits = |proof: &&Proof| {
            proof.metric == metric
                && same(&proof.settings.0, base)
                && same(&proof.settings.1, other)
        };
        self.proofs
            .iter()
            .rev()
            .find(fits)
            .map(|proof| proof.verdict)
    }
}
