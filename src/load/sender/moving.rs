//! How a sender follows the helm: to another trial, into a pause, to its end.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::Sender;
use super::share::{before_the_first, fresh_pacer, pause_moment, share, take_kit};
use crate::load::helm::{Assignment, Order};
use crate::load::workload::Rate;

impl Sender<'_> {
    /// Takes what the helm says now; false when this sender is no longer needed.
    pub(super) fn follow(&mut self) -> bool {
        let (seen, assignment, order) = self.helm.look();
        self.seen = seen;
        self.obey(order);
        if order == Order::Stop {
            return false;
        }
        self.heed_gate();
        Arc::ptr_eq(&assignment, &self.assignment) || self.move_to(assignment)
    }

    pub(super) fn obey(&mut self, order: Order) {
        let now = self.watch.now();
        match (self.order, order, &mut self.pacer) {
            (before, Order::Pause(at), Some(pacer)) if before != order => {
                pacer.pause(pause_moment(at, self.assignment.from));
            }
            (Order::Pause(_), Order::Run | Order::Hold, Some(pacer)) => pacer.resume(now),
            _ => {}
        }
        self.now = now;
        self.order = order;
    }

    fn move_to(&mut self, assignment: Arc<Assignment>) -> bool {
        self.leave_transaction(false);
        let Some(part) = assignment.parts.get(self.index) else {
            return false;
        };
        self.part = Arc::clone(part);
        let is_other_producer = !Arc::ptr_eq(&assignment.reports, &self.assignment.reports);
        if is_other_producer {
            self.accepted_here = 0;
        }
        let kit = take_kit(&assignment, self.index);
        let lends = is_other_producer || kit.is_some();
        if let Some(kit) = kit {
            self.kit = kit;
        }
        if lends {
            assignment.lend(self.index, &self.kit, self.accepted_here);
        }
        match (&mut self.pacer, assignment.rate) {
            (Some(pacer), Rate::PerSecond(rate)) if !assignment.fresh_schedule => {
                if self.assignment.rate != assignment.rate {
                    pacer.set_rate(assignment.from, rate);
                }
            }
            _ => {
                self.pacer = fresh_pacer(&assignment, self.index);
                if let (Order::Pause(at), Some(pacer)) = (self.order, &mut self.pacer) {
                    pacer.pause(pause_moment(at, assignment.from));
                }
            }
        }
        let mut quota = self.left.saturating_add(self.later);
        if assignment.quota != self.assignment.quota {
            quota = share(&assignment, self.index);
        }
        (self.left, self.later) = before_the_first(&assignment, quota);
        if quota == 0 {
            assignment.done.fetch_add(1, Ordering::AcqRel);
        }
        assignment.moved.fetch_add(1, Ordering::AcqRel);
        self.assignment = assignment;
        self.fresh = true;
        true
    }
}
