//! The audit of one trial while it runs: what the client reports and what the follower reads meet in one ledger.

use std::sync::{Arc, Mutex};

use super::header::Header;
use super::ledger::{Findings, Ledger, Place, Span};
use super::run::{enter, judged, lock};
use crate::load::parts::Witness;

/// The ledger of one trial, written by the client's poll thread and by the follower.
#[derive(Debug)]
pub struct TrialAudit {
    run: u32,
    ledger: Mutex<Ledger>,
}

impl TrialAudit {
    /// An audit of a trial that has not begun.
    #[must_use]
    pub fn new(run: u32) -> Self {
        Self {
            run,
            ledger: Mutex::new(Ledger::of_run(run)),
        }
    }

    /// What enters each report into the ledger.
    #[must_use]
    pub fn witness(self: &Arc<Self>) -> Witness {
        let audit = Arc::clone(self);
        Box::new(move |report| enter(&audit.ledger, audit.run, report))
    }

    /// Enters records that were read, in the order of their partitions, and takes them out of the list: one lock for many, so that
    /// the thread that reports seldom waits.
    pub fn read(&self, records: &mut Vec<(Place, Header)>) {
        let mut ledger = lock(&self.ledger);
        for (place, header) in records.drain(..) {
            ledger.read(place, &Ok(header));
        }
    }

    /// Copies beyond the first one, and records behind a later one of their sender, that were read so far.
    #[must_use]
    pub fn so_far(&self) -> (u64, u64) {
        lock(&self.ledger).so_far()
    }

    /// Behind the last record that was acknowledged, by partition.
    #[must_use]
    pub fn ends(&self) -> Vec<i64> {
        lock(&self.ledger).ends().to_vec()
    }

    /// The verdict, once all records of the trial are reported; the ledger gives its memory back. `accepted` and `delivered` are
    /// the lab's own counts, `spans` how much of every partition was read.
    #[must_use]
    pub fn judge(&self, accepted: u64, delivered: u64, spans: &[Span]) -> Findings {
        let mut ledger = std::mem::replace(&mut *lock(&self.ledger), Ledger::of_run(self.run));
        ledger.accepted(accepted);
        for span in spans {
            ledger.covered(*span);
        }
        judged(&ledger, delivered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::header::Origin;
    use crate::load::native::Report;
    use crate::load::opaque::Stamp;
    use crate::measure::Persisted;

    const RUN: u32 = 7;

    fn header(sequence: u64) -> Header {
        Header {
            origin: Origin { run: RUN, boot: 1 },
            trial: 2,
            producer: 0,
            sequence,
            due: 0,
        }
    }

    fn place(offset: i64) -> Place {
        Place {
            partition: 0,
            offset,
        }
    }

    fn told(witness: &Witness, sequence: u64, offset: i64) {
        let mut payload = vec![0; 50];
        assert!(header(sequence).write(&mut payload));
        witness(&Report {
            stamp: Stamp::unpack(0),
            code: 0,
            persisted: Persisted::No,
            partition: 0,
            offset,
            payload: &payload,
            bytes: 0,
            latency_us: None,
        });
    }

    fn whole(end: i64) -> Span {
        Span {
            partition: 0,
            start: 0,
            from: 0,
            to: end,
            end,
            is_final: true,
        }
    }

    /// The second trial of a sender that had sent 100: 102 is lost, 103 is there twice, 105 stands before 104.
    #[test]
    fn a_trial_in_the_middle_of_a_run_is_judged_alone() {
        let audit = Arc::new(TrialAudit::new(RUN));
        let witness = audit.witness();
        // Reports come before and after the record was read.
        for (sequence, offset) in [(100, 0), (101, 1), (102, 2)] {
            told(&witness, sequence, offset);
        }
        let sequences = [100, 101, 103, 103, 105, 104];
        let mut read = (0..)
            .zip(sequences)
            .map(|(offset, sequence)| (place(offset), header(sequence)))
            .collect();
        audit.read(&mut read);
        assert!(read.is_empty());
        assert_eq!(audit.so_far(), (1, 1));
        for (sequence, offset) in [(103, 2), (104, 5), (105, 4)] {
            told(&witness, sequence, offset);
        }
        assert_eq!(audit.ends(), [6]);
        let found = audit.judge(6, 6, &[whole(6)]);
        assert_eq!(found.imbalances, [""; 0]);
        let counts = (found.lost, found.duplicated, found.reordered);
        assert_eq!(counts, (1, 1, 1), "{found:?}");
        assert_eq!((found.attempted, found.missing), (6, 1), "{found:?}");
    }

    #[test]
    fn what_was_not_read_is_unverified_and_too_much_is_invalid() {
        let audit = || {
            let audit = Arc::new(TrialAudit::new(RUN));
            told(&audit.witness(), 4, 3);
            audit
        };
        let half = Span { to: 2, ..whole(4) };
        let found = audit().judge(1, 1, &[half]);
        assert_eq!((found.lost, found.unverified), (0, 1));
        assert!(found.balances());
        assert!(!audit().judge(0, 1, &[whole(4)]).balances());
        assert!(!audit().judge(1, 2, &[whole(4)]).balances());
    }
}
