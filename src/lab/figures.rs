//! All cumulative figures of a trial, and what came between two moments.

use crate::lab::machine::Load;
use crate::measure::{Accounts, Counts};

/// All cumulative figures of a trial at one moment.
#[derive(Clone, Default)]
pub struct Figures {
    /// Counts.
    pub accounts: Accounts,
    /// Due → report, delivered records.
    pub response: Counts,
    /// Due → failure, failed records.
    pub failed_response: Counts,
    /// Accepted → report.
    pub delivery: Counts,
    /// Due → accepted.
    pub send: Counts,
    /// Due → tried.
    pub lateness: Counts,
    /// Due → read back by the follower.
    pub end_to_end: Counts,
    /// By how much sleeps of this machine were too long.
    pub hiccups: Counts,
    /// What this machine did.
    pub machine: Load,
}

impl Figures {
    /// What came since an earlier moment of the same trial.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let mut news = self.clone();
        news.response.subtract(&earlier.response);
        news.failed_response.subtract(&earlier.failed_response);
        news.delivery.subtract(&earlier.delivery);
        news.send.subtract(&earlier.send);
        news.lateness.subtract(&earlier.lateness);
        news.end_to_end.subtract(&earlier.end_to_end);
        news.hiccups.subtract(&earlier.hiccups);
        news.machine = self.machine.since(&earlier.machine);
        news.accounts.attempted = self
            .accounts
            .attempted
            .saturating_sub(earlier.accounts.attempted);
        news.accounts.delivered = self
            .accounts
            .delivered
            .saturating_sub(earlier.accounts.delivered);
        news.accounts.failed = self.accounts.failed.saturating_sub(earlier.accounts.failed);
        news.accounts.delivered_bytes = self
            .accounts
            .delivered_bytes
            .saturating_sub(earlier.accounts.delivered_bytes);
        news
    }
}
