//! What the follower has read of one trial, and when it is enough to close it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::audit::FollowPart;
use crate::lab::reading::FollowedReading;
use crate::measure::{Accounts, Counts};
use crate::settings::Millis;

/// Once all records are reported, the follower may read on for as long as it finds one this often …
const QUIET: Duration = Duration::from_secs(2);
/// … and for at most this long.
const PATIENCE: Duration = Duration::from_secs(15);

/// What the follower has read of one trial.
pub struct Followed {
    part: Arc<FollowPart>,
    read: u64,
    /// When all records were reported, and when the last one was read after that.
    reported: Option<Instant>,
    heard: Instant,
    /// Whether nothing more is waited for.
    pub done: bool,
}

impl Followed {
    /// A trial of which nothing was read yet.
    #[must_use]
    pub fn new(part: Arc<FollowPart>) -> Self {
        Self {
            part,
            read: 0,
            reported: None,
            heard: Instant::now(),
            done: false,
        }
    }

    /// Due → read, of all records so far.
    #[must_use]
    pub fn end_to_end(&self) -> Counts {
        let mut counts = Counts::new();
        self.part.end_to_end.copy_into(&mut counts);
        counts
    }

    /// Looks how far the follower is; `left` says that no more records are sent.
    pub fn look(&mut self, accounts: Accounts, left: bool) {
        let read = self.part.read.get();
        let now = Instant::now();
        if read > self.read {
            self.read = read;
            self.heard = now;
        }
        if !left || accounts.in_flight() > 0 {
            self.reported = None;
            return;
        }
        let since = *self.reported.get_or_insert(now);
        let quiet = now.duration_since(self.heard.max(since));
        self.done =
            read >= accounts.delivered || quiet > QUIET || now.duration_since(since) > PATIENCE;
    }

    /// Delivered records that were not read.
    #[must_use]
    pub fn unread(&self, accounts: Accounts) -> u64 {
        accounts.delivered.saturating_sub(self.part.read.get())
    }

    /// For the row; `counted` are the times that count.
    #[must_use]
    pub fn reading(&self, counted: &Counts, accounts: Accounts) -> FollowedReading {
        let early = self.part.early.get();
        FollowedReading {
            end_to_end: counted.latencies(None),
            read: self.part.read.get(),
            unread: self.unread(accounts),
            early,
            earliest: (early > 0)
                .then(|| Millis::from_micros(self.part.earliest.load(Ordering::Relaxed))),
        }
    }
}
