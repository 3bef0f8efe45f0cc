//! A comparison of two rows that runs on the lab, and what it proved.

use std::sync::Arc;
use std::time::Duration;

use crate::compare::{Ask, Series};
use crate::lab::{Reading, TrialReading};
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
    /// What was proved of these settings (B) against those (A), the last first.
    pub fn proofs_of(
        &self,
        base: &Settings,
        other: &Settings,
    ) -> impl Iterator<Item = (Metric, Verdict)> {
        let same = |one: &Settings, two: &Settings| one.changed_from(two).is_empty();
        self.proofs.iter().rev().filter_map(move |proof| {
            let (a, b) = &proof.settings;
            let verdict = if same(a, base) && same(b, other) {
                proof.verdict
            } else if same(a, other) && same(b, base) {
                turned(proof.verdict)
            } else {
                return None;
            };
            Some((proof.metric, verdict))
        })
    }

    /// The rows that the panel lists, newest first: blocks of comparisons are left out, but for one that the load is on or that a
    /// person has in hand. Their sum stands beside the row that was compared.
    pub fn rows<'a>(&self, reading: &'a Reading) -> impl Iterator<Item = &'a TrialReading> {
        let shown = |trial: &&TrialReading| {
            let number = Some(trial.number);
            let wanted = [Some(reading.live), reading.base, self.chosen_trial];
            wanted.contains(&number) || !self.folded.contains(&trial.number)
        };
        reading.trials.iter().rev().map(AsRef::as_ref).filter(shown)
    }
}

/// The verdict with the arms in each other's place.
fn turned(verdict: Verdict) -> Verdict {
    match verdict {
        Verdict::ABetter => Verdict::BBetter,
        Verdict::BBetter => Verdict::ABetter,
        same => same,
    }
}
