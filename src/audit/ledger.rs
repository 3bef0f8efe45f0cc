//! The ledger: what the client knows of every record, held against what is in the log. Pure: nothing here reads or waits.
//!
//! Sequence numbers are kept in chunks of bits that take no room once all their records are alike, so that memory follows what
//! is under way and what went wrong, not what was sent.

mod bits;
mod chunk;
mod findings;
mod lane;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::ops::Range;

pub use findings::{Findings, upper_bound};

use self::chunk::Cells;
use self::lane::Lane;
use crate::audit::header::{Header, Unread};

/// For so many chunks at a time it is kept where their records should be: 16 MiB in all.
const PLACED_CHUNKS: usize = 128;

/// Who numbers records: one thread that sends, in one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Producer {
    /// The run.
    pub run: u32,
    /// The thread.
    pub producer: u32,
}

/// What the client reported of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was delivered.
    Acknowledged,
    /// It failed, and was not written.
    Failed,
    /// It failed, and may have been written.
    Unknown,
}

/// Where a record stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The partition.
    pub partition: i32,
    /// The offset there.
    pub offset: i64,
}

impl Place {
    /// As one number above 0; none where it is not a place (an acknowledgement without an offset has −1 or less).
    fn pack(self) -> Option<u64> {
        let partition = u64::from(u16::try_from(self.partition).ok()?);
        let offset = u64::try_from(self.offset).ok().filter(|it| it >> 47 == 0)?;
        Some((partition << 48 | offset) + 1)
    }

    fn unpack(packed: u64) -> Option<Self> {
        let packed = packed.checked_sub(1)?;
        Some(Self {
            partition: i32::try_from(packed >> 48).ok()?,
            offset: i64::try_from(packed & ((1 << 48) - 1)).ok()?,
        })
    }
}

/// How much of a partition was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The partition.
    pub partition: i32,
    /// Where the records of the run may begin.
    pub start: i64,
    /// The first offset that was still there, from `start` on.
    pub from: i64,
    /// Everything before this offset was read.
    pub to: i64,
    /// The end that it had when reading began.
    pub end: i64,
}

impl Span {
    /// Whether it was read to its end.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.to >= self.end
    }

    /// Whether a record at this offset would have been read. A log that was read to its end says all there is to say: what was
    /// acknowledged behind that end was cut off.
    fn covers(&self, offset: i64) -> bool {
        offset >= self.from && (self.is_whole() || offset < self.to)
    }
}

/// How a transaction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It was committed.
    Committed,
    /// It was aborted.
    Aborted,
    /// Nobody knows.
    Unknown,
}

/// Which records a transaction had: a range of sequence numbers of each of its producers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// The records.
    pub parts: Vec<(Producer, Range<u64>)>,
    /// How it ended.
    pub ended: Ended,
}

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

    /// What the client reported of a record, and where it was acknowledged.
    pub fn report(
        &mut self,
        producer: Producer,
        sequence: u64,
        outcome: Outcome,
        place: Option<Place>,
    ) {
        let at = self.lane(producer);
        let mut free = PLACED_CHUNKS - self.placed;
        self.lanes[at].1.report(sequence, outcome, place, &mut free);
        self.placed = PLACED_CHUNKS - free;
    }

    /// A transaction that has ended.
    pub fn transaction(&mut self, transaction: Transaction) {
        self.transactions.push(transaction);
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

    /// What all of it says.
    #[must_use]
    pub fn judge(&self) -> Findings {
        let mut findings = self.counted();
        let knows = self.run.is_some();
        let all = self
            .lanes
            .iter()
            .map(|(_, lane)| self.cells(lane, 0..u64::MAX));
        let mut total = Cells::default();
        all.for_each(|cells| total.add(&cells));
        if knows {
            self.settle_transactions(&mut total, &mut findings);
            self.settle(&total, &mut findings);
            findings.weigh();
        }
        findings
    }

    fn counted(&self) -> Findings {
        let counts = &self.counts;
        let mut findings = Findings {
            records: counts.records,
            duplicated: counts.duplicated,
            reordered: counts.reordered,
            corrupt: counts.corrupt,
            foreign: counts.foreign,
            offset_mismatch: counts.misplaced,
            offsets_compared: counts.compared,
            ..Findings::default()
        };
        for (_, lane) in &self.lanes {
            let (unique, upto) = lane.read();
            findings.unique += unique;
            findings.missing += upto - unique;
            findings.producers += u64::from(upto > 0);
            findings.attempted += lane.attempted;
        }
        findings
    }

    fn cells(&self, lane: &Lane, range: Range<u64>) -> Cells {
        lane.count(range, &|place| self.covers(place))
    }

    /// Whether a record would have been read at this place; at an unknown one, only where all was read.
    fn covers(&self, place: Option<Place>) -> bool {
        let Some(place) = place else {
            let whole = |span: &Span| span.is_whole() && span.from <= span.start;
            return !self.spans.is_empty() && self.spans.iter().all(whole);
        };
        let mut spans = self.spans.iter();
        spans.any(|span| span.partition == place.partition && span.covers(place.offset))
    }

    /// Moves the records of transactions that were not committed out of the counts that promise something.
    fn settle_transactions(&self, total: &mut Cells, findings: &mut Findings) {
        for transaction in &self.transactions {
            let mut cells = Cells::default();
            for (producer, range) in &transaction.parts {
                if let Some(at) = self.found.get(producer) {
                    cells.add(&self.cells(&self.lanes[*at].1, range.clone()));
                }
            }
            let parted = cells.seen() > 0 && cells.lost > 0;
            findings.torn_transactions += u64::from(parted && transaction.ended != Ended::Aborted);
            match transaction.ended {
                Ended::Committed => {}
                Ended::Aborted => {
                    total.take(&cells);
                    findings.aborted += cells.reported() + cells.silent_seen;
                    findings.aborted_visible += cells.seen();
                }
                Ended::Unknown => {
                    total.take(&cells);
                    total.unknown_seen += cells.acknowledged_seen + cells.unknown_seen;
                    total.unknown_absent += cells.lost + cells.unverified + cells.unknown_absent;
                    total.failed_seen += cells.failed_seen;
                    total.failed_absent += cells.failed_absent;
                    total.silent_seen += cells.silent_seen;
                }
            }
        }
    }

    fn settle(&self, total: &Cells, findings: &mut Findings) {
        findings.acknowledged = total.acknowledged();
        findings.failed = total.failed_seen + total.failed_absent;
        findings.unknown = total.unknown();
        findings.lost = total.lost;
        findings.unverified = total.unverified;
        findings.resurrected = total.failed_seen;
        findings.unknown_landed = total.unknown_seen;
        findings.unreported_landed = total.silent_seen;
        let reported = total.reported() + findings.aborted;
        findings.unreported = findings.attempted.saturating_sub(reported);
        for (producer, lane) in &self.lanes {
            let beyond = self.cells(lane, lane.attempted..u64::MAX);
            let cases = [
                (lane.repeated, "were reported twice"),
                (beyond.reported(), "were reported, but never handed over"),
                (beyond.silent_seen, "were read, but never handed over"),
            ];
            for (count, what) in cases.into_iter().filter(|it| it.0 > 0) {
                let text = format!("{count} records of producer {} {what}", producer.producer);
                findings.imbalances.push(text);
            }
        }
    }
}
