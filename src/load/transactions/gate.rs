//! The gate between senders and transactions: they are inside while they may send, and all are outside while one ends.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{Part, Plan};

/// Whoever waits looks up at least this often.
const LOOK: Duration = Duration::from_millis(50);

/// The gate of one trial. Senders touch it at the ends of transactions only, never for a record.
#[derive(Default)]
pub struct Gate {
    shares: Vec<u64>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    door: Door,
    /// Which senders are inside …
    inside: u32,
    /// … and which have sent their share of this transaction.
    spent: u32,
    /// What was sent in this transaction, where records are numbered.
    parts: Vec<Part>,
    /// Whether this transaction is broken: nothing more can be sent in it.
    broken: bool,
    order: Order,
}

/// Whether senders may enter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Door {
    /// They wait outside, and those inside leave.
    #[default]
    Closed,
    /// They may.
    Open,
    /// The client is dead: they go in and out, and every record fails.
    Dead,
}

/// What the conductor is to do after this transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Order {
    /// The next one.
    #[default]
    GoOn,
    /// End.
    Rest,
    /// End, and wait for nothing any more.
    GiveUp,
}

/// Why a transaction ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// All senders have sent their share.
    Size,
    /// Its time is over.
    Time,
    /// Nothing more can be sent in it.
    Broken,
    /// It is the last one.
    Rest,
}

impl Gate {
    /// A closed gate for so many senders.
    #[must_use]
    pub fn new(plan: &Plan, senders: usize) -> Self {
        Self {
            shares: (0..senders)
                .map(|sender| plan.share(sender, senders))
                .collect(),
            ..Self::default()
        }
    }

    /// Lets a sender in; tells how many records it may send. None where it must wait outside.
    pub fn enter(&self, sender: usize) -> Option<u64> {
        let mut state = self.lock();
        let bit = 1 << sender;
        let is_spent = state.spent & bit != 0;
        if state.door == Door::Closed || (state.door == Door::Open && is_spent) {
            return None;
        }
        state.inside |= bit;
        Some(self.shares.get(sender).copied().unwrap_or(1))
    }

    /// Notes that a sender is outside, what it has sent, and whether that was its share.
    pub fn leave(&self, sender: usize, spent: bool, part: Option<Part>) {
        let mut state = self.lock();
        let bit = 1 << sender;
        state.inside &= !bit;
        if spent {
            state.spent |= bit;
        }
        state
            .parts
            .extend(part.filter(|(_, range)| !range.is_empty()));
        drop(state);
        self.changed.notify_all();
    }

    /// Whether senders may stay inside.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.lock().door != Door::Closed
    }

    /// Says that nothing more can be sent in this transaction.
    pub fn break_off(&self) {
        self.lock().broken = true;
        self.changed.notify_all();
    }

    /// Lets the conductor end this transaction and then itself.
    pub fn rest(&self) {
        let mut state = self.lock();
        if state.order == Order::GoOn {
            state.order = Order::Rest;
        }
        drop(state);
        self.changed.notify_all();
    }

    /// As `rest`, but whatever does not answer is waited for no longer.
    pub fn give_up(&self) {
        self.lock().order = Order::GiveUp;
        self.changed.notify_all();
    }

    /// Whether nothing is to be waited for any more.
    #[must_use]
    pub fn is_given_up(&self) -> bool {
        self.lock().order == Order::GiveUp
    }

    /// Whether the client is dead.
    #[must_use]
    pub fn is_dead(&self) -> bool {
        self.lock().door == Door::Dead
    }

    /// Makes the gate ready for another conductor.
    pub(super) fn reset(&self) {
        self.lock().order = Order::GoOn;
    }

    /// Opens a transaction.
    pub(super) fn open(&self) {
        let mut state = self.lock();
        state.door = Door::Open;
        (state.spent, state.broken) = (0, false);
        state.parts.clear();
    }

    /// Opens it for good: every record fails from now on, as it does for an application whose client is dead.
    pub(super) fn open_dead(&self) {
        self.lock().door = Door::Dead;
    }

    /// Waits until the transaction is to end.
    pub(super) fn wait_for_end(&self, longest: Duration) -> Cause {
        let limit = Instant::now() + longest;
        let all = self
            .shares
            .iter()
            .enumerate()
            .fold(0, |all, (sender, _)| all | (1 << sender));
        let mut state = self.lock();
        loop {
            if state.order != Order::GoOn {
                return Cause::Rest;
            }
            if state.broken {
                return Cause::Broken;
            }
            if state.spent == all {
                return Cause::Size;
            }
            let left = limit.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Cause::Time;
            }
            state = self.wait(state, left);
        }
    }

    /// Lets nobody in any more.
    pub(super) fn close(&self) {
        self.lock().door = Door::Closed;
    }

    /// Waits until all senders are outside; gives what they have sent.
    pub(super) fn wait_for_senders(&self) -> Vec<Part> {
        let mut state = self.lock();
        while state.inside != 0 && state.order != Order::GiveUp {
            state = self.wait(state, LOOK);
        }
        std::mem::take(&mut state.parts)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>, most: Duration) -> MutexGuard<'a, State> {
        let waited = self.changed.wait_timeout(state, most);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    fn gate(size: u64, senders: usize) -> Gate {
        let plan = Plan {
            size: Some(size),
            ..Plan::default()
        };
        Gate::new(&plan, senders)
    }

    #[test]
    fn a_sender_that_has_sent_its_share_waits_for_the_next_transaction() {
        let gate = gate(5, 2);
        assert_eq!(gate.enter(0), None);
        gate.open();
        assert_eq!((gate.enter(0), gate.enter(1)), (Some(3), Some(2)));
        gate.leave(0, true, Some((7, 0..3)));
        assert_eq!(gate.enter(0), None);
        gate.leave(1, true, Some((8, 0..2)));
        assert_eq!(gate.wait_for_end(LONG), Cause::Size);
        gate.close();
        assert_eq!(gate.wait_for_senders(), [(7, 0..3), (8, 0..2)]);
        gate.open();
        assert_eq!(gate.enter(0), Some(3));
        gate.leave(0, false, Some((7, 3..3)));
        assert_eq!(gate.enter(0), Some(3));
        assert_eq!(gate.wait_for_end(Duration::ZERO), Cause::Time);
    }

    #[test]
    fn whoever_ends_a_transaction_waits_for_the_last_sender() {
        let gate = Arc::new(gate(1000, 1));
        gate.open();
        assert!(gate.enter(0).is_some());
        let sender = {
            let gate = Arc::clone(&gate);
            thread::spawn(move || {
                while gate.is_open() {
                    thread::yield_now();
                }
                gate.leave(0, false, Some((0, 0..9)));
            })
        };
        gate.rest();
        assert_eq!(gate.wait_for_end(LONG), Cause::Rest);
        gate.close();
        assert_eq!(gate.wait_for_senders(), [(0, 0..9)]);
        sender.join().unwrap();
    }

    #[test]
    fn a_dead_client_holds_nobody_back_and_a_broken_transaction_ends() {
        let gate = gate(1, 1);
        gate.open();
        assert_eq!(gate.enter(0), Some(1));
        gate.break_off();
        assert_eq!(gate.wait_for_end(LONG), Cause::Broken);
        gate.leave(0, true, None);
        gate.close();
        assert_eq!(gate.enter(0), None);
        gate.open_dead();
        assert_eq!(gate.enter(0), Some(1));
        assert!(gate.is_dead());
    }

    #[test]
    fn what_never_leaves_is_given_up() {
        let gate = gate(1, 1);
        gate.open();
        assert_eq!(gate.enter(0), Some(1));
        gate.give_up();
        gate.close();
        assert_eq!(gate.wait_for_senders(), []);
    }
}
