//! The ledger: what the client knows of every record, held against what is in the log. Pure: nothing here reads or waits.
//!
//! Sequence numbers are kept in chunks of bits that take no room once all their records are alike, so that memory follows what
//! is under way and what went wrong, not what was sent.

mod bits;
mod chunk;
mod findings;
mod judging;
mod lane;
mod terms;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

pub use findings::{Findings, upper_bound};
pub use terms::{Ended, Outcome, Place, Producer, Span, Transaction};

use self::lane::Lane;
use crate::audit::header::{Header, Unread};

/// For so many chunks at a time it is kept where their records should be: 16 MiB in all.
const PLACED_CHUNKS: usize = 128;

/// The order of one producer's records of one trial in one partition is judged on its own.
type Course = (Producer, u32, i32);

/// What is known of every record. First comes what the client reports, then what is read.
#[derive(Debug, Default)]
pub struct Ledger {
    lanes: Vec<(Producer, Lane)>,
    found: HashMap<Producer, usize>,
    /// The lane that was used last.
    last: usize,
    /// The highest sequence number that has appeared in each course …
    courses: HashMap<Course, u64>,
    /// … and in the one that was read last.
    course: Option<(Course, u64)>,
    transactions: Vec<Transaction>,
    spans: Vec<Span>,
    /// The run whose records are ours; all of them are where none is named.
    run: Option<u32>,
    /// How many records the client accepted in all, where that is known of one trial and not of each producer.
    accepted: Option<u64>,
    /// Behind the last record that was acknowledged, by partition.
    ends: Vec<i64>,
    /// Chunks that keep where their records should be.
    placed: usize,
    counts: Counts,
}

#[derive(Debug, Default)]
struct Counts {
    records: u64,
    duplicated: u64,
    reordered: u64,
    corrupt: u64,
    foreign: u64,
    compared: u64,
    misplaced: u64,
}

impl Ledger {
    /// A ledger of one run; records of other runs are foreign.
    #[must_use]
    pub fn of_run(run: u32) -> Self {
        Self {
            run: Some(run),
            ..Self::default()
        }
    }

    /// A ledger of whatever runs have left records; nothing is known of them but what they say themselves.
    #[must_use]
    pub fn of_any_run() -> Self {
        Self::default()
    }

    fn lane(&mut self, producer: Producer) -> usize {
        let is_last = self.lanes.get(self.last).is_some_and(|it| it.0 == producer);
        if !is_last {
            let lanes = &mut self.lanes;
            self.last = *self.found.entry(producer).or_insert_with(|| {
                lanes.push((producer, Lane::default()));
                lanes.len() - 1
            });
        }
        self.last
    }

    /// How many records the client accepted from a producer, in all.
    pub fn attempted(&mut self, producer: Producer, records: u64) {
        let at = self.lane(producer);
        self.lanes[at].1.attempted = records;
    }

    /// How many records the client accepted from all producers together: of one trial, whose records begin anywhere in theirs.
    pub fn accepted(&mut self, records: u64) {
        self.accepted = Some(records);
    }

    /// Copies and records out of order that were read so far.
    #[must_use]
    pub fn so_far(&self) -> (u64, u64) {
        (self.counts.duplicated, self.counts.reordered)
    }

    /// What the client reported of a record, and where it was acknowledged.
    pub fn report(
        &mut self,
        producer: Producer,
        sequence: u64,
        outcome: Outcome,
        place: Option<Place>,
    ) {
        if let (Outcome::Acknowledged, Some(place)) = (outcome, place) {
            self.stretch(place);
        }
        let at = self.lane(producer);
        let mut free = PLACED_CHUNKS - self.placed;
        self.lanes[at].1.report(sequence, outcome, place, &mut free);
        self.placed = PLACED_CHUNKS - free;
    }

    fn stretch(&mut self, place: Place) {
        let Some(partition) = place
            .pack()
            .and_then(|_| usize::try_from(place.partition).ok())
        else {
            return;
        };
        if self.ends.len() <= partition {
            self.ends.resize(partition + 1, 0);
        }
        self.ends[partition] = self.ends[partition].max(place.offset + 1);
    }

    /// Where partitions must end for all that was acknowledged to be there, by partition.
    #[must_use]
    pub fn ends(&self) -> &[i64] {
        &self.ends
    }

    /// A transaction that has ended.
    pub fn transaction(&mut self, transaction: Transaction) {
        self.transactions.push(transaction);
    }

    /// Whether it knows of any transaction.
    #[must_use]
    pub fn has_transactions(&self) -> bool {
        !self.transactions.is_empty()
    }

    /// A record that was read.
    pub fn read(&mut self, place: Place, header: &Result<Header, Unread>) {
        self.counts.records += 1;
        match header {
            Ok(header) if self.run.is_none_or(|run| run == header.origin.run) => {
                self.see(place, header);
            }
            Ok(_) | Err(Unread::Foreign) => self.counts.foreign += 1,
            Err(Unread::Corrupt) => self.counts.corrupt += 1,
        }
    }

    fn see(&mut self, place: Place, header: &Header) {
        let producer = Producer {
            run: header.origin.run,
            producer: header.producer,
        };
        let at = self.lane(producer);
        let mut free = PLACED_CHUNKS - self.placed;
        let sight = self.lanes[at].1.see(header.sequence, place, &mut free);
        self.placed = PLACED_CHUNKS - free;
        let counts = &mut self.counts;
        match (sight.first, sight.in_place) {
            (true, Some(found)) => {
                counts.compared += 1;
                counts.misplaced += u64::from(!found);
            }
            // The first copy stood elsewhere; it is this one that was acknowledged.
            (false, Some(true)) => counts.misplaced -= 1,
            _ => {}
        }
        if !sight.first {
            counts.duplicated += 1;
        } else if self.passes((producer, header.trial, place.partition), header.sequence) {
            self.counts.reordered += 1;
        }
    }

    /// Whether a later record of the same course has appeared before.
    fn passes(&mut self, course: Course, sequence: u64) -> bool {
        if self.course.is_none_or(|it| it.0 != course) {
            let highest = self.courses.get(&course).copied().unwrap_or(0);
            if let Some((known, highest)) = self.course.replace((course, highest)) {
                self.courses.insert(known, highest);
            }
        }
        let Some((_, highest)) = &mut self.course else {
            return false;
        };
        if sequence < *highest {
            return true;
        }
        *highest = sequence;
        false
    }

    /// How much of a partition was read; everything that is not covered by a span counts as unread.
    pub fn covered(&mut self, span: Span) {
        self.spans.push(span);
    }
}
