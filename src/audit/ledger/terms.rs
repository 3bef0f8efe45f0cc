//! What a ledger speaks of: producers, outcomes, places, spans, transactions.

use std::ops::Range;

pub use crate::load::transactions::Ended;

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
    pub(super) fn pack(self) -> Option<u64> {
        let partition = u64::from(u16::try_from(self.partition).ok()?);
        let offset = u64::try_from(self.offset).ok().filter(|it| it >> 47 == 0)?;
        Some((partition << 48 | offset) + 1)
    }

    pub(super) fn unpack(packed: u64) -> Option<Self> {
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
    /// Whether nothing acknowledged can stand behind that end: the replicas were in sync.
    pub is_final: bool,
}

impl Span {
    /// Whether it was read to its end.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.to >= self.end
    }

    /// Whether a record at this offset would have been read. A log that was read to its final end says all there is to say:
    /// what was acknowledged behind that end was cut off.
    pub(super) fn covers(&self, offset: i64) -> bool {
        let is_passed = offset < self.to.min(self.end);
        offset >= self.from && (is_passed || self.is_whole() && self.is_final)
    }
}

/// Which records a transaction had: a range of sequence numbers of each of its producers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// The records.
    pub parts: Vec<(Producer, Range<u64>)>,
    /// How it ended.
    pub ended: Ended,
}
