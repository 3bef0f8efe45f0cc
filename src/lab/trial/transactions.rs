//! What became of the transactions of a trial.

use std::time::Duration;

use super::{Trial, copy};
use crate::settings::Millis;
use crate::snapshot::Transactions;

impl Trial {
    /// Its transactions so far; none where records are sent without.
    #[must_use]
    pub fn transacted(&self) -> Option<Transactions> {
        let counts = &self.transactions.as_ref()?.counts;
        let times = |tally| copy(tally).latencies(None);
        let kept_out = Duration::from_nanos(counts.closed_ns.get()).as_secs_f64();
        let lasted = self.loaded.as_secs_f64();
        Some(Transactions {
            commits: counts.commits.get(),
            aborts: counts.aborts.get(),
            failed: counts.failed.get(),
            unknown: counts.unknown.get(),
            fenced: counts.fenced.get() > 0,
            records: counts.records.get(),
            aborted_records: counts.aborted_records.get(),
            init_ms: self.initialised.map(Millis::of),
            begin_ms: times(&counts.begin),
            commit_ms: times(&counts.commit),
            abort_ms: times(&counts.abort),
            kept_out: (lasted > 0.0).then(|| (kept_out / lasted).min(1.0)),
        })
    }
}
