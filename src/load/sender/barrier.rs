//! How a sender takes part in transactions: it sends only inside of one, and meets the others outside when it ends. Nothing here is
//! called for a record; without transactions, nothing at all is done.

use std::sync::atomic::Ordering;
use std::thread;

use super::{LONGEST_NAP, Sender};
use crate::load::helm::Order;

impl Sender<'_> {
    /// Waits a while for whatever lets it send: another order, another trial, the next transaction.
    #[cold]
    pub(super) fn stand_by(&mut self) {
        if self.is_held() || !self.enter() {
            thread::park_timeout(LONGEST_NAP);
        }
    }

    /// Enters the next transaction, if there is one.
    fn enter(&mut self) -> bool {
        let Some(transactions) = &self.assignment.transactions else {
            return false;
        };
        if self.later == 0 {
            return false;
        }
        let Some(share) = transactions.gate.enter(self.index) else {
            return false;
        };
        self.left = share.min(self.later);
        self.later -= self.left;
        self.entered = Some(self.marker.place().map_or(0, |(_, accepted)| accepted));
        // What it waited for is not its own lateness.
        self.now = self.watch.now();
        self.kept_until = self.now;
        true
    }

    /// Leaves its transaction, if it is in one; `spent` says that it may not come back before the next one.
    pub(super) fn leave_transaction(&mut self, spent: bool) {
        let Some(from) = self.entered.take() else {
            return;
        };
        self.later = self.later.saturating_add(std::mem::take(&mut self.left));
        if let Some(transactions) = &self.assignment.transactions {
            let place = self.marker.place();
            let part = place.map(|(producer, upto)| (producer, from..upto));
            transactions
                .gate
                .leave(self.index, spent || self.later == 0, part);
        }
    }

    /// Leaves a transaction that ends.
    pub(super) fn heed_gate(&mut self) {
        let transactions = self.assignment.transactions.as_ref();
        if self.entered.is_some() && transactions.is_some_and(|it| !it.gate.is_open()) {
            self.leave_transaction(false);
        }
    }

    /// With a record in its hands: waits until it may send it; false when it is not needed any more.
    pub(super) fn is_let_in(&mut self) -> bool {
        while self.left == 0 {
            if self.helm.turn() != self.seen && !self.follow() {
                return false;
            }
            if self.order == Order::Stop {
                return false;
            }
            if self.left == 0 {
                self.stand_by();
            }
        }
        true
    }

    /// The client takes no more records in this transaction: it is to end, after the one that is counted now.
    pub(super) fn break_off(&mut self) {
        if let Some(transactions) = &self.assignment.transactions
            && self.entered.is_some()
        {
            transactions.gate.break_off();
            self.later = self.later.saturating_add(self.left.saturating_sub(1));
            self.left = 1;
        }
    }

    /// It has sent all that it may for now: its share of a transaction, or its quota.
    #[cold]
    pub(super) fn halt(&mut self) {
        self.leave_transaction(true);
        if self.left == 0 && self.later == 0 {
            self.assignment.done.fetch_add(1, Ordering::AcqRel);
        }
    }
}
