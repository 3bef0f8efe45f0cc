//! The conductor: the thread that begins and ends the transactions of one trial, while senders and poll thread go on.

use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::gate::Cause;
use super::{Aborts, Ended, Transactions};
use crate::load::clock::Clock;
use crate::load::helm::{Assignment, Helm};
use crate::load::native::{Called, Native, TransactionError};
use crate::load::reports::{Inbox, Word};

/// One call into the client takes no longer than this; the same call then goes on.
const CALL: Duration = Duration::from_millis(500);
/// Before a call that was refused for the moment is made again.
const MOMENT: Duration = Duration::from_millis(10);

/// A conductor as the engine holds it.
pub struct Conductor {
    /// The producer's serial number.
    pub serial: u64,
    /// What it shares with senders and engine.
    pub transactions: Arc<Transactions>,
    thread: Option<JoinHandle<()>>,
}

impl Conductor {
    /// Starts the thread, for an assignment that is sent in transactions; none for others, and where the client is dead. The
    /// producer must be initialised, and no transaction be open. Its last word is `Rested`.
    ///
    /// # Errors
    /// The thread cannot be started.
    pub fn start(
        assignment: &Assignment,
        helm: &Arc<Helm>,
        clock: Clock,
        (serial, inbox): (u64, Inbox),
    ) -> std::io::Result<Option<Self>> {
        let Some(transactions) = &assignment.transactions else {
            return Ok(None);
        };
        if transactions.gate.is_dead() {
            return Ok(None);
        }
        transactions.gate.reset();
        transactions.set_working(true);
        let desk = Desk {
            transactions: Arc::clone(transactions),
            native: Arc::clone(&assignment.producer),
            reports: Arc::clone(&assignment.reports),
            parts: assignment.parts.clone(),
            helm: Arc::clone(helm),
            clock,
            say: Box::new(move |word| drop(inbox.send((serial, word)))),
        };
        let thread = thread::Builder::new()
            .name("transactions".into())
            .spawn(move || desk.run())
            .inspect_err(|_| transactions.set_working(false))?;
        Ok(Some(Self {
            serial,
            transactions: Arc::clone(transactions),
            thread: Some(thread),
        }))
    }

    /// Whether a transaction may be open.
    #[must_use]
    pub fn is_working(&self) -> bool {
        self.transactions.is_working()
    }

    /// Waits for the end of the thread, which must have been told to rest.
    pub fn join(&mut self) {
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Desk {
    transactions: Arc<Transactions>,
    native: Arc<Native>,
    reports: Arc<crate::load::reports::Reports>,
    parts: Vec<Arc<crate::load::parts::SenderPart>>,
    helm: Arc<Helm>,
    clock: Clock,
    say: Box<dyn Fn(Word) + Send>,
}

impl Desk {
    fn run(self) {
        if let Err(error) = self.conduct() {
            self.die(&error);
        }
        self.transactions.set_working(false);
        (self.say)(Word::Rested);
    }

    /// One transaction after the other, until it is to rest.
    fn conduct(&self) -> Called {
        let Transactions { plan, gate, .. } = &*self.transactions;
        let mut aborts = Aborts::new(plan.abort_percent);
        let mut closed = None;
        loop {
            let began = self.clock.now();
            self.native.begin_transaction()?;
            self.transactions.counts.begin.record(self.since(began));
            let before = self.accepted();
            gate.open();
            self.helm.wake();
            if let Some(closed) = closed {
                let kept_out = self.clock.now().saturating_sub(closed);
                self.transactions.counts.closed_ns.add(kept_out);
            }
            let cause = self.wait_for_end(before);
            gate.close();
            closed = Some(self.clock.now());
            self.helm.nudge();
            let parts = gate.wait_for_senders();
            let records = self.accepted() - before;
            if records == 0 {
                self.call(Native::abort_transaction)?;
            } else {
                let ended = self.end(aborts.next_is(), records);
                let known = *ended.as_ref().unwrap_or(&Ended::Unknown);
                if let Some(witness) = &self.transactions.witness {
                    witness(&parts, known);
                }
                self.count(known, records);
                ended?;
            }
            if cause == Cause::Rest {
                return Ok(());
            }
        }
    }

    /// Waits until the transaction is to end; one without a record stays open.
    fn wait_for_end(&self, before: u64) -> Cause {
        loop {
            let cause = self
                .transactions
                .gate
                .wait_for_end(self.transactions.plan.longest);
            if cause != Cause::Time || self.accepted() > before {
                return cause;
            }
        }
    }

    /// Records that the client has accepted from all senders of this trial.
    fn accepted(&self) -> u64 {
        self.parts.iter().map(|part| part.accepted.get()).sum()
    }

    /// Ends a transaction with records in it: by a commit, or by an abort of what was written. One that cannot be committed is
    /// aborted too.
    fn end(&self, abort: bool, records: u64) -> Result<Ended, TransactionError> {
        let counts = &self.transactions.counts;
        let began = self.clock.now();
        self.reports.rouse();
        if abort {
            // An abort gives up what is not yet sent: an application that aborts has written first.
            while !self.native.flush(CALL) && !self.transactions.gate.is_given_up() {}
            self.call(Native::abort_transaction)?;
            counts.abort.record(self.since(began));
            counts.aborts.add(1);
            return Ok(Ended::Aborted);
        }
        match self.call(Native::commit_transaction) {
            Ok(()) => {
                counts.commit.record(self.since(began));
                Ok(Ended::Committed)
            }
            Err(error) if error.requires_abort && !error.fatal => {
                (self.say)(Word::Error(error.code, told(&error, records), false));
                self.call(Native::abort_transaction)?;
                counts.abort.record(self.since(began));
                counts.failed.add(1);
                Ok(Ended::Aborted)
            }
            Err(error) => Err(error),
        }
    }

    fn count(&self, ended: Ended, records: u64) {
        let counts = &self.transactions.counts;
        counts.records.add(records);
        match ended {
            Ended::Committed => counts.commits.add(1),
            Ended::Aborted => counts.aborted_records.add(records),
            Ended::Unknown => counts.unknown.add(1),
        }
    }

    /// Makes a call until it has succeeded, failed for good, or is given up.
    fn call(&self, call: fn(&Native, Duration) -> Called) -> Called {
        loop {
            let began = self.clock.now();
            match call(&self.native, CALL) {
                Err(error) if error.retriable && !self.transactions.gate.is_given_up() => {
                    if self.since(began) < 1000 {
                        thread::sleep(MOMENT);
                    }
                }
                result => return result,
            }
        }
    }

    /// The client is of no more use: says so, and lets every further record fail.
    fn die(&self, error: &TransactionError) {
        let gate = &self.transactions.gate;
        if error.is_fenced() {
            self.transactions.counts.fenced.add(1);
        }
        // Given up at the end of the load: nothing is sent any more.
        if !gate.is_given_up() {
            (self.say)(Word::Error(error.code, error.text.clone(), true));
            gate.open_dead();
            self.helm.wake();
        }
    }

    fn since(&self, began: u64) -> u64 {
        self.clock.now().saturating_sub(began) / 1000
    }
}

fn told(error: &TransactionError, records: u64) -> String {
    format!(
        "a transaction of {records} records was aborted: {}",
        error.text
    )
}
