//! What the audits of trials ask of them, and tell them.

use std::sync::Arc;

use super::Trials;
use crate::lab::Goal;
use crate::lab::trial_audits::Verdict;

impl Trials {
    /// How many records of a trial the client accepted and how many were delivered, once all of them are reported and the follower
    /// has had its time (without acknowledgements the log comes after the reports); for a trial that is not closed.
    #[must_use]
    pub fn reported(&self, number: u64) -> Option<(u64, u64)> {
        let trial = self.active.iter().find(|trial| trial.number == number)?;
        trial
            .is_drained()
            .then(|| (trial.accepted(), trial.accounts().delivered))
    }

    /// Takes the verdict of a trial's audit.
    pub fn audited(&mut self, number: u64, verdict: Verdict, goals: &[Goal]) {
        let mut active = self.active.iter_mut();
        if let Some(trial) = active.find(|trial| trial.number == number) {
            if let Some(audit) = &mut trial.audit {
                audit.verdict = Some(verdict);
            }
            return;
        }
        let mut closed = self.closed.iter_mut();
        if let Some(archive) = closed.find(|archive| archive.row.number == number) {
            let row = Arc::make_mut(&mut archive.row);
            row.audit = row.audit.take().map(|audit| audit.settled(verdict));
            row.goals = goals.iter().map(|goal| goal.state(row)).collect();
        }
    }
}
