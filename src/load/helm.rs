//! What senders follow: the current assignment, and whether to run. The engine steers, senders look before each record.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{Thread, ThreadId};

use crate::load::keys::RecordKeys;
use crate::load::mark::Marks;
use crate::load::native::Native;
use crate::load::parts::SenderPart;
use crate::load::payload::Payloads;
use crate::load::reports::Reports;
use crate::load::transactions::Transactions;
use crate::load::workload::{Rate, SendMode};

/// The most senders that a trial may have.
pub const MAX_SENDERS: usize = 16;

/// What one sender sends: made before the trial starts, so that turning never waits for it.
pub struct Kit {
    /// Payloads.
    pub payloads: Payloads,
    /// Record keys and explicit partitions.
    pub keys: RecordKeys,
}

/// What senders do for one trial. Immutable but for what they report back.
pub struct Assignment {
    /// The trial's number.
    pub trial: u64,
    /// The producer that takes the records.
    pub producer: Arc<Native>,
    /// Where its reports are read, and where senders wait for room or for a report.
    pub reports: Arc<Reports>,
    /// One part for each sender.
    pub parts: Vec<Arc<SenderPart>>,
    /// The common rate of all senders.
    pub rate: Rate,
    /// Whether a sender waits for each report.
    pub mode: SendMode,
    /// How long send() may wait for room, in nanoseconds.
    pub max_block: u64,
    /// When the schedule changes to this rate, in nanoseconds since the lab started.
    pub from: u64,
    /// Whether the schedule starts anew (another number of senders, or the first trial).
    pub fresh_schedule: bool,
    /// How many records all senders send before they stop.
    pub quota: Option<u64>,
    /// Payloads and record keys, one for each sender; none where they stay as they were.
    pub kits: Mutex<Vec<Option<Kit>>>,
    /// How many senders have moved here.
    pub moved: AtomicU32,
    /// How many senders have sent their share of the quota.
    pub done: AtomicU32,
    /// When the first record was accepted, in nanoseconds since the lab started; 0 until then.
    pub first_accepted: AtomicU64,
    /// When the first record was tried; 0 until then.
    pub first_attempt: AtomicU64,
    /// For how long a sender that moved here had nothing accepted, at most, in nanoseconds; 0 until one has moved.
    pub pause: AtomicU64,
    /// Writes a header into each record, where they are read back.
    pub marks: Option<Arc<Marks>>,
    /// Where its records are sent in transactions.
    pub transactions: Option<Arc<Transactions>>,
}

impl Assignment {
    /// How many senders it has.
    #[must_use]
    pub fn senders(&self) -> usize {
        self.parts.len()
    }

    /// Whether all senders have moved here.
    #[must_use]
    pub fn has_all_senders(&self) -> bool {
        self.moved.load(Ordering::Acquire) as usize == self.senders()
    }

    /// Notes that a sender had its first record accepted here at `now`, and its last one elsewhere `before` (0: none).
    pub fn began(&self, now: u64, before: u64) {
        if before != 0 {
            self.pause
                .fetch_max(now.saturating_sub(before), Ordering::AcqRel);
        }
        let _ = self
            .first_accepted
            .compare_exchange(0, now, Ordering::AcqRel, Ordering::Relaxed);
    }

    /// Keeps a sender's payloads in place until the producer has reported all records made from them; `accepted` are the
    /// records that the sender handed to this producer before.
    pub fn lend(&self, sender: usize, kit: &Kit, accepted: u64) {
        let lent = self.producer.lent();
        lent.keep(sender, kit.payloads.pool(), accepted, &self.reports.waits);
    }

    /// Whether it brings a schedule or kits that senders do not have from before.
    #[must_use]
    pub fn is_new_to_senders(&self) -> bool {
        self.fresh_schedule || lock(&self.kits).iter().any(Option::is_some)
    }
}

/// Whether senders run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// They send.
    Run,
    /// Nothing falls due since this moment.
    Pause(u64),
    /// Records go on falling due, but wait: the former trial drains first.
    Hold,
    /// They end.
    Stop,
}

/// The shared place; a change of `turn` tells senders to look.
pub struct Helm {
    turn: AtomicU64,
    state: Mutex<(Arc<Assignment>, Order)>,
    threads: Mutex<Vec<Thread>>,
}

impl Helm {
    /// A helm with a first assignment.
    #[must_use]
    pub fn new(assignment: Arc<Assignment>) -> Self {
        Self {
            turn: AtomicU64::new(1),
            state: Mutex::new((assignment, Order::Run)),
            threads: Mutex::new(Vec::new()),
        }
    }

    /// Rises with every change.
    #[inline]
    #[must_use]
    pub fn turn(&self) -> u64 {
        self.turn.load(Ordering::Acquire)
    }

    /// The assignment and the order, with the turn that they belong to.
    #[must_use]
    pub fn look(&self) -> (u64, Arc<Assignment>, Order) {
        let state = lock(&self.state);
        (self.turn(), Arc::clone(&state.0), state.1)
    }

    /// Gives another assignment.
    pub fn assign(&self, assignment: Arc<Assignment>) {
        self.change(|state| state.0 = assignment);
    }

    /// Gives another order.
    pub fn order(&self, order: Order) {
        self.change(|state| state.1 = order);
    }

    /// Makes senders look, though nothing has changed but a gate.
    pub fn nudge(&self) {
        self.change(|_| ());
    }

    /// Wakes the senders that sleep.
    pub fn wake(&self) {
        for thread in lock(&self.threads).iter() {
            thread.unpark();
        }
    }

    /// Names a thread that is to be woken at a change.
    pub fn join(&self, thread: Thread) {
        lock(&self.threads).push(thread);
    }

    /// Forgets a thread that ends.
    pub fn part(&self, thread: ThreadId) {
        lock(&self.threads).retain(|known| known.id() != thread);
    }

    fn change(&self, change: impl FnOnce(&mut (Arc<Assignment>, Order))) {
        {
            let mut state = lock(&self.state);
            change(&mut state);
            self.turn.fetch_add(1, Ordering::AcqRel);
        }
        self.wake();
    }
}

/// Where the senders of one producer wait for it; its poll thread wakes them.
#[derive(Default)]
pub struct Waits {
    slots: [Slot; MAX_SENDERS],
}

/// One sender's place.
#[derive(Default)]
pub struct Slot {
    waiting: AtomicBool,
    reported: AtomicU64,
    accepted: AtomicU64,
    thread: Mutex<Option<Thread>>,
}

impl Waits {
    /// The place of a sender.
    #[must_use]
    pub fn slot(&self, sender: usize) -> &Slot {
        &self.slots[sender % MAX_SENDERS]
    }

    /// Wakes every sender that waits.
    pub fn wake(&self) {
        for slot in &self.slots {
            if slot.waiting.swap(false, Ordering::AcqRel)
                && let Some(thread) = lock(&slot.thread).as_ref()
            {
                thread.unpark();
            }
        }
    }
}

impl Slot {
    /// Says that this thread is about to park; whoever makes room from now on unparks it.
    pub fn announce(&self) {
        let mut thread = lock(&self.thread);
        let me = std::thread::current();
        if thread.as_ref().is_none_or(|known| known.id() != me.id()) {
            *thread = Some(me);
        }
        self.waiting.store(true, Ordering::Release);
    }

    /// Notes how many records the sender that leaves this place had handed over, for the next one here.
    pub fn leave(&self, accepted: u64) {
        self.accepted.store(accepted, Ordering::Release);
    }

    /// How many records former senders at this place had handed over.
    #[must_use]
    pub fn accepted(&self) -> u64 {
        self.accepted.load(Ordering::Acquire)
    }

    /// Counts a report for this sender; only the poll thread may.
    #[inline]
    pub fn report(&self) {
        self.reported
            .store(self.reported.load(Ordering::Relaxed) + 1, Ordering::Release);
    }

    /// How many reports there were.
    #[must_use]
    pub fn reported(&self) -> u64 {
        self.reported.load(Ordering::Acquire)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
