//! The follower's books: every record that is read is counted for its trial once, and entered where the trial is audited.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;

use super::{FollowPart, Passed, Totals, lock};
use crate::audit::header::{Header, Origin, Unread};
use crate::audit::ledger::Place;
use crate::load::native;
use crate::load::reader::Read;

/// So many records are entered into a ledger at a time.
const RECORDS_PER_ENTRY: usize = 256;

/// Where what is read is counted.
pub(super) struct Books {
    origin: Origin,
    pub(super) totals: Arc<Totals>,
    registered: Receiver<(u32, Arc<FollowPart>)>,
    /// The trials under way, the one that was read last in front.
    pub(super) parts: Vec<(u32, Arc<FollowPart>)>,
    /// Records for the ledger of the trial in front.
    entries: Vec<(Place, Header)>,
    /// By partition.
    passed: Vec<Option<Passed>>,
    /// Whether that has changed since it was last told.
    moved: bool,
}

impl Books {
    pub(super) fn new(
        origin: Origin,
        totals: Arc<Totals>,
        registered: Receiver<(u32, Arc<FollowPart>)>,
    ) -> Self {
        Self {
            origin,
            totals,
            registered,
            parts: Vec::new(),
            entries: Vec::new(),
            passed: Vec::new(),
            moved: false,
        }
    }

    pub(super) fn take(&mut self, read: &Read<'_>, now: u64) {
        match *read {
            Read::End { partition, offset } => {
                let passed = self.begin(partition, offset);
                passed.next = passed.next.max(offset);
                self.moved = true;
            }
            Read::Error { code, .. } => {
                *lock(&self.totals.trouble) = Some(native::name(code));
            }
            Read::Record {
                partition,
                offset,
                payload,
            } => {
                if !self.pass(partition, offset) {
                    return;
                }
                match Header::read(payload) {
                    Ok(header) if header.origin == self.origin => {
                        self.count(Place { partition, offset }, &header, now);
                    }
                    Ok(_) | Err(Unread::Foreign) => self.totals.foreign.add(1),
                    Err(Unread::Corrupt) => self.totals.corrupt.add(1),
                }
            }
        }
    }

    /// How far a partition was read, from this offset on where it was not read before.
    pub(super) fn begin(&mut self, partition: i32, offset: i64) -> &mut Passed {
        let at = usize::try_from(partition).unwrap_or(0);
        if self.passed.len() <= at {
            self.passed.resize(at + 1, None);
        }
        self.passed[at].get_or_insert(Passed {
            partition,
            start: offset,
            next: offset,
            went_back: false,
        })
    }

    /// Notes which offset comes next, and those that did not come; false for one that was passed before, which does not count
    /// again.
    fn pass(&mut self, partition: i32, offset: i64) -> bool {
        self.moved = true;
        let passed = self.begin(partition, offset);
        let Ok(skipped) = u64::try_from(offset - passed.next) else {
            passed.went_back = true;
            return false;
        };
        passed.next = offset + 1;
        // A single offset is the marker of a transaction; a log that was cut lacks many.
        if skipped > 1 {
            self.totals.skipped.add(skipped);
        }
        true
    }

    /// Enters what has gathered, and tells how far it is: after each look.
    pub(super) fn close(&mut self) {
        self.enter();
        if std::mem::take(&mut self.moved) {
            let mut told = lock(&self.totals.passed);
            told.clear();
            told.extend(self.passed.iter().flatten());
        }
    }

    /// Hands what has gathered to the ledger of the trial in front.
    fn enter(&mut self) {
        let audit = self.parts.first().and_then(|it| it.1.audit.as_ref());
        if let Some(audit) = audit.filter(|_| !self.entries.is_empty()) {
            audit.read(&mut self.entries);
        }
    }

    fn count(&mut self, place: Place, header: &Header, now: u64) {
        if self.entries.len() >= RECORDS_PER_ENTRY {
            self.enter();
        }
        self.turn_to(header.trial);
        let Some((_, part)) = self.parts.first().filter(|it| it.0 == header.trial) else {
            return;
        };
        if part.audit.is_some() {
            self.entries.push((place, *header));
        }
        if header.due > now {
            let before = (header.due - now) / 1000;
            part.earliest.fetch_max(before, Ordering::Relaxed);
            part.early.add(1);
        }
        part.end_to_end
            .record(now.saturating_sub(header.due) / 1000);
        part.read.add(1);
        self.totals.read.add(1);
    }

    /// Puts a trial in front, where it is known.
    fn turn_to(&mut self, trial: u32) {
        if self.parts.first().is_some_and(|known| known.0 == trial) {
            return;
        }
        self.enter();
        // A trial that is closed has let go of its part.
        self.parts.retain(|known| Arc::strong_count(&known.1) > 1);
        self.parts.extend(self.registered.try_iter());
        if let Some(at) = self.parts.iter().position(|known| known.0 == trial) {
            self.parts.swap(0, at);
        }
    }
}
