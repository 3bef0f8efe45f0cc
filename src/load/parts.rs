//! What the threads of a trial write while it runs: one part per thread, each with a single writer.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::load::native::Report;
use crate::measure::tally::Tally;
use crate::measure::{ErrorCount, Persisted, Phase};

/// What tells one kind of error from another; `code` is librdkafka's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ErrorKind {
    /// librdkafka's number of the code.
    pub code: i32,
    /// Where it arose.
    pub phase: Phase,
    /// Whether the record may be in the log.
    pub persisted: Persisted,
}

/// Errors by kind. Written on the slow path only, so a lock does no harm.
#[derive(Default)]
pub struct Errors(Mutex<BTreeMap<ErrorKind, u64>>);

impl Errors {
    /// Counts one error.
    pub fn count(&self, kind: ErrorKind) {
        *self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(kind)
            .or_default() += 1;
    }

    /// Adds these errors to a list, by code name.
    pub fn add_to(
        &self,
        list: &mut Vec<ErrorCount>,
        name: fn(i32) -> String,
        retriable: fn(i32) -> bool,
    ) {
        for (kind, count) in self.0.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let code = name(kind.code);
            let same = list.iter_mut().find(|entry| {
                entry.code == code && entry.phase == kind.phase && entry.persisted == kind.persisted
            });
            match same {
                Some(entry) => entry.count += count,
                None => list.push(ErrorCount {
                    code,
                    phase: kind.phase,
                    retriable: retriable(kind.code),
                    persisted: kind.persisted,
                    count: *count,
                }),
            }
        }
    }
}

/// A counter with one writer: plain loads and stores, so that counting costs no locked instruction.
#[derive(Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Adds to the counter; only its one writer may.
    #[inline]
    pub fn add(&self, by: u64) {
        self.0.store(
            self.0.load(Ordering::Relaxed).wrapping_add(by),
            Ordering::Release,
        );
    }

    /// Takes one back; only its one writer may.
    #[inline]
    pub fn take_back(&self) {
        self.0.store(
            self.0.load(Ordering::Relaxed).wrapping_sub(1),
            Ordering::Release,
        );
    }

    /// The count now.
    #[inline]
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }
}

/// Written by one sender for one trial.
#[derive(Default)]
pub struct SenderPart {
    /// Records that it tried to hand over, those waiting included.
    pub attempted: Counter,
    /// Records that the client accepted.
    pub accepted: Counter,
    /// Records that the client refused or that waited too long.
    pub failed: Counter,
    /// Due → accepted.
    pub send: Tally,
    /// Due → tried.
    pub lateness: Tally,
    /// Age of the records that failed here.
    pub failed_response: Tally,
    /// Their codes.
    pub errors: Errors,
}

/// What else wants to hear of every report; called by poll threads.
pub type Witness = Box<dyn Fn(&Report<'_>) + Send + Sync>;

/// Written by one poll thread for one trial.
#[derive(Default)]
pub struct ReportPart {
    /// Hears of every report, where records are audited.
    pub witness: Option<Witness>,
    /// Records reported as delivered.
    pub delivered: Counter,
    /// Payload and record key bytes of those.
    pub bytes: Counter,
    /// Records reported as failed.
    pub failed: Counter,
    /// Due → report.
    pub response: Tally,
    /// Accepted → report.
    pub delivery: Tally,
    /// Age of the records that failed.
    pub failed_response: Tally,
    /// Their codes.
    pub errors: Errors,
    /// When the last report came, in nanoseconds since the lab started.
    pub last_report: AtomicU64,
}
