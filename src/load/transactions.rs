//! Records sent in transactions: one at a time for a producer, shared by all senders of its trial.
//!
//! ```text
//! conductor: begin ─→ gate opens ─→ size or time is reached ─→ gate closes ─→ all senders are out ─→ commit or abort ─┐
//!               └────────────────────────────────────────────────────────────────────────────────────────────────────┘
//! ```
//! Reports are read by the producer's own poll thread meanwhile, since a commit waits for all of them.

pub mod conductor;
pub mod gate;
mod plan;

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

pub use gate::Gate;
pub use plan::{Aborts, Plan, is_transactional};

use crate::load::parts::Counter;
use crate::measure::tally::Tally;

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

/// The records of one sender in a transaction, where records are numbered: who numbered them, and which numbers.
pub type Part = (u32, Range<u64>);

/// What else wants to hear of every transaction that ended; called by the conductor.
pub type Witness = Box<dyn Fn(&[Part], Ended) + Send + Sync>;

/// The transactions of one trial, as its senders, its conductor and the engine share them.
#[derive(Default)]
pub struct Transactions {
    /// When a transaction ends, and how.
    pub plan: Plan,
    /// Where senders enter and leave.
    pub gate: Gate,
    /// Hears of every transaction that ended, where records are audited.
    pub witness: Option<Witness>,
    /// What was counted so far, by the conductor.
    pub counts: Counts,
    working: AtomicBool,
}

/// What a conductor counts. Transactions without a record count nowhere.
#[derive(Default)]
pub struct Counts {
    /// Committed.
    pub commits: Counter,
    /// Aborted, as the workload wants it.
    pub aborts: Counter,
    /// Aborted because they could not be committed.
    pub failed: Counter,
    /// Of which nobody knows how they ended.
    pub unknown: Counter,
    /// How often another producer of the same transactional.id took over.
    pub fenced: Counter,
    /// Records that the client accepted in all of them.
    pub records: Counter,
    /// Records in those that were aborted.
    pub aborted_records: Counter,
    /// Nanoseconds in which no sender might send.
    pub closed_ns: Counter,
    /// Begin.
    pub begin: Tally,
    /// From the last sender's leaving to the commit being done, what was under way delivered.
    pub commit: Tally,
    /// The same of aborts.
    pub abort: Tally,
}

impl Transactions {
    /// Transactions that end as planned.
    #[must_use]
    pub fn new(plan: Plan, senders: usize, witness: Option<Witness>) -> Self {
        Self {
            gate: Gate::new(&plan, senders),
            plan,
            witness,
            ..Self::default()
        }
    }

    /// Whether a conductor is at work: a transaction may be open.
    #[must_use]
    pub fn is_working(&self) -> bool {
        self.working.load(Ordering::Acquire)
    }

    fn set_working(&self, working: bool) {
        self.working.store(working, Ordering::Release);
    }
}
