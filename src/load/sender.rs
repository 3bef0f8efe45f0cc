//! A sender: the thread that hands records over when they are due, and its lane into the client.
#![expect(
    unsafe_code,
    reason = "records are handed over without a copy of their payload"
)]

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use self::share::{before_the_first, fresh_pacer, share, take_kit};
use crate::drill;
use crate::load::clock::Clock;
use crate::load::helm::{Assignment, Helm, Kit, Order};
use crate::load::mark::Marker;
use crate::load::native::{Code, QUEUE_FULL, STATE};
use crate::load::opaque::{Stamp, TRIALS};
use crate::load::pacer::Pacer;
use crate::load::parts::{ErrorKind, SenderPart};
use crate::load::watch::Watch;
use crate::load::workload::SendMode;
use crate::measure::{Persisted, Phase};

mod barrier;
mod moving;
mod share;

/// A sleeping sender looks up at least this often: an unpark may come a moment too early.
const LONGEST_NAP: Duration = Duration::from_millis(50);

/// At full speed, a sender that finds the queue full reads reports itself, and goes on doing so for this long, in nanoseconds.
const HELPS_FOR: u64 = 20_000_000;
/// How long it waits for them at most before it looks at its orders.
const LONGEST_HELP: Duration = Duration::from_millis(2);
/// So many records it hands over between two looks at reports that have come meanwhile: 0.1 ms at a million a second.
const RECORDS_PER_HELP: u32 = 64;

/// A record tried within so many nanoseconds of its due time is prompt.
const PROMPT_NS: u64 = 1_000;

/// Starts the thread of sender number `index` (from 0); it ends at `Order::Stop`, or when a trial has fewer senders.
pub fn spawn(index: usize, helm: Arc<Helm>, clock: Clock) -> std::io::Result<JoinHandle<()>> {
    thread::Builder::new()
        .name(format!("sender-{index}"))
        .spawn(move || {
            drill::point("sender");
            helm.join(thread::current());
            let (seen, assignment, order) = helm.look();
            if let Some(mut sender) = Sender::take_place(index, &helm, clock, seen, assignment) {
                sender.obey(order);
                sender.run();
                sender.leave();
            }
            helm.part(thread::current().id());
        })
}

struct Sender<'a> {
    index: usize,
    helm: &'a Helm,
    watch: Watch,
    seen: u64,
    order: Order,
    assignment: Arc<Assignment>,
    part: Arc<SenderPart>,
    kit: Kit,
    marker: Marker,
    pacer: Option<Pacer>,
    now: u64,
    /// Records until it must stop: of its quota, or of its share of the transaction that it is in …
    left: u64,
    /// … and those of its quota that come after.
    later: u64,
    /// While it is in a transaction: its marked records before that.
    entered: Option<u64>,
    /// Records that this sender's producer accepted from it.
    accepted_here: u64,
    /// Until when the client kept this sender waiting: being late for that long is not its own fault.
    kept_until: u64,
    /// When the client last accepted a record; 0 before the first one.
    accepted_at: u64,
    blocked: bool,
    fresh: bool,
    /// Until when it reads reports, and the records handed over since it last did.
    helps_until: u64,
    unhelped: u32,
}

/// How an attempt ended.
enum Outcome {
    Accepted,
    Failed(Code),
    Moved,
}

impl<'a> Sender<'a> {
    fn take_place(
        index: usize,
        helm: &'a Helm,
        clock: Clock,
        seen: u64,
        assignment: Arc<Assignment>,
    ) -> Option<Self> {
        let part = Arc::clone(assignment.parts.get(index)?);
        let kit = take_kit(&assignment, index)?;
        let pacer = fresh_pacer(&assignment, index);
        let quota = share(&assignment, index);
        let (left, later) = before_the_first(&assignment, quota);
        if quota == 0 {
            assignment.done.fetch_add(1, Ordering::AcqRel);
        }
        let accepted_here = assignment.reports.waits.slot(index).accepted();
        assignment.lend(index, &kit, accepted_here);
        assignment.moved.fetch_add(1, Ordering::AcqRel);
        let mut watch = Watch::new(clock);
        let now = watch.now();
        Some(Self {
            index,
            helm,
            watch,
            seen,
            order: Order::Run,
            assignment,
            part,
            kit,
            marker: Marker::default(),
            pacer,
            now,
            left,
            later,
            entered: None,
            accepted_here,
            kept_until: 0,
            accepted_at: 0,
            blocked: false,
            fresh: true,
            helps_until: 0,
            unhelped: 0,
        })
    }

    fn run(&mut self) {
        loop {
            if self.helm.turn() != self.seen && !self.follow() {
                return;
            }
            if self.left == 0 || self.is_held() {
                self.stand_by();
                continue;
            }
            let Some(due) = self.next_due() else { continue };
            self.send(due);
        }
    }

    /// Leaves its place to whoever takes it next.
    fn leave(&mut self) {
        self.leave_transaction(false);
        let slot = self.assignment.reports.waits.slot(self.index);
        slot.leave(self.accepted_here);
        let lent = self.assignment.producer.lent();
        lent.leave(self.index, self.accepted_here);
    }

    /// Whether nothing may be sent now. In a pause the pacer still hands out what fell due before it.
    fn is_held(&self) -> bool {
        match self.order {
            Order::Hold => true,
            Order::Pause(_) => self.pacer.is_none(),
            _ => false,
        }
    }

    /// When the next record is due, if that is not in the future; otherwise sleeps for a while.
    fn next_due(&mut self) -> Option<u64> {
        let Some(pacer) = &mut self.pacer else {
            return Some(self.now);
        };
        let due = pacer.next_due();
        if due > self.now {
            self.now = self.watch.now();
        }
        if due <= self.now {
            return Some(pacer.advance());
        }
        thread::park_timeout(Duration::from_nanos(due - self.now).min(LONGEST_NAP));
        self.now = self.watch.now();
        None
    }

    fn send(&mut self, due: u64) {
        self.part.attempted.add(1);
        if self.pacer.is_some() {
            self.part
                .lateness
                .record(self.now.saturating_sub(due.max(self.kept_until)) / 1000);
        }
        self.mark_attempt();
        loop {
            match self.attempt(due) {
                Outcome::Accepted => break self.accepted(due),
                Outcome::Failed(code) => break self.failed(due, code),
                Outcome::Moved => {
                    let old = Arc::clone(&self.part);
                    old.attempted.take_back();
                    if !self.follow() || !self.is_let_in() {
                        self.left = 0;
                        self.seen = 0;
                        return;
                    }
                    self.part.attempted.add(1);
                    self.mark_attempt();
                }
            }
        }
        self.finish();
    }

    /// Notes when a trial's first record was tried, be it one that moved here from the former trial.
    fn mark_attempt(&self) {
        if self.fresh {
            let _ = self.assignment.first_attempt.compare_exchange(
                0,
                self.now,
                Ordering::AcqRel,
                Ordering::Relaxed,
            );
        }
    }

    /// Hands the record over, waiting for room while there is none.
    fn attempt(&mut self, due: u64) -> Outcome {
        let payload = self.kit.payloads.next();
        let marks = self.assignment.marks.as_ref();
        let payload = match marks {
            Some(marks) => self.marker.mark(marks, payload, self.assignment.trial, due),
            None => payload,
        };
        let key = self.kit.keys.next();
        let trial = u16::try_from(self.assignment.trial % TRIALS).unwrap_or_default();
        let sender = u8::try_from(self.index).unwrap_or_default();
        let prompt = self.now.saturating_sub(due) < PROMPT_NS;
        let stamp = |prompt| Stamp {
            due,
            prompt,
            sender,
            trial,
        };
        let Assignment {
            producer, reports, ..
        } = &*self.assignment;
        let produce = |stamp| match marks {
            Some(_) => producer.produce_copy(key.partition, payload, key.key, stamp),
            // SAFETY: the kit's pool was lent to this producer when the sender took the kit, or the assignment.
            None => unsafe { producer.produce(key.partition, payload, key.key, stamp) },
        };
        let mut result = produce(stamp(prompt));
        if result == Err(QUEUE_FULL) {
            let since = self.watch.now();
            self.blocked = true;
            let slot = reports.waits.slot(self.index);
            while result == Err(QUEUE_FULL) {
                slot.announce();
                result = produce(stamp(false));
                if result != Err(QUEUE_FULL) {
                    break;
                }
                if self.helm.turn() != self.seen {
                    return Outcome::Moved;
                }
                let now = self.watch.now();
                let waited = now.saturating_sub(since);
                if waited >= self.assignment.max_block {
                    break;
                }
                let rest = Duration::from_nanos(self.assignment.max_block - waited);
                if self.pacer.is_none() {
                    self.helps_until = now + HELPS_FOR;
                }
                if self.pacer.is_some() || !reports.help(producer, rest.min(LONGEST_HELP)) {
                    thread::park_timeout(rest.min(LONGEST_NAP));
                }
            }
        }
        match result {
            Ok(()) => Outcome::Accepted,
            Err(code) => Outcome::Failed(code),
        }
    }

    fn accepted(&mut self, due: u64) {
        self.look_at_clock();
        self.part.accepted.add(1);
        self.accepted_here += 1;
        if self.assignment.marks.is_some() {
            self.marker.accepted();
        }
        self.part.send.record(self.now.saturating_sub(due) / 1000);
        if std::mem::take(&mut self.fresh) {
            self.assignment.began(self.now, self.accepted_at);
        }
        self.accepted_at = self.now;
        if self.now < self.helps_until {
            self.help();
        }
        if self.assignment.mode == SendMode::Sync {
            self.await_report();
        }
    }

    /// Reads the reports that have come meanwhile, in place of the poll thread.
    fn help(&mut self) {
        self.unhelped += 1;
        if self.unhelped >= RECORDS_PER_HELP {
            self.unhelped = 0;
            let Assignment {
                producer, reports, ..
            } = &*self.assignment;
            reports.help(producer, Duration::ZERO);
            self.now = self.watch.now();
        }
    }

    fn look_at_clock(&mut self) {
        self.now = self.watch.now();
        if std::mem::take(&mut self.blocked) {
            self.kept_until = self.now;
        }
    }

    fn failed(&mut self, due: u64, code: Code) {
        self.look_at_clock();
        self.part
            .failed_response
            .record(self.now.saturating_sub(due) / 1000);
        self.part.errors.count(ErrorKind {
            code,
            phase: Phase::Send,
            persisted: Persisted::No,
        });
        self.part.failed.add(1);
        if code == STATE {
            self.break_off();
        }
    }

    /// Waits until every record of this sender is reported: synchronous sending.
    fn await_report(&mut self) {
        let slot = self.assignment.reports.waits.slot(self.index);
        while self.helm.turn() == self.seen {
            slot.announce();
            if slot.reported() >= self.accepted_here {
                break;
            }
            thread::park_timeout(LONGEST_NAP);
        }
        self.blocked = true;
        self.look_at_clock();
    }

    fn finish(&mut self) {
        self.left -= 1;
        if self.left == 0 {
            self.halt();
        }
    }
}
