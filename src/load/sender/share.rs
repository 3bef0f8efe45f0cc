//! What of an assignment falls to one sender.

use crate::load::helm::{Assignment, Kit};
use crate::load::pacer::Pacer;
use crate::load::workload::Rate;

/// This sender's payloads and record keys, where the assignment brings new ones.
pub(super) fn take_kit(assignment: &Assignment, index: usize) -> Option<Kit> {
    let mut kits = assignment
        .kits
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    kits.get_mut(index).and_then(Option::take)
}

/// A schedule that begins within a pause is paused from just before its first record.
pub(super) fn pause_moment(at: u64, from: u64) -> u64 {
    if at > from {
        at
    } else {
        from.saturating_sub(1)
    }
}

/// This sender's part of the schedule; none at full speed.
pub(super) fn fresh_pacer(assignment: &Assignment, index: usize) -> Option<Pacer> {
    let sender = u32::try_from(index).unwrap_or_default();
    let senders = u32::try_from(assignment.senders()).unwrap_or(1);
    match assignment.rate {
        Rate::PerSecond(rate) => Some(Pacer::new(rate, sender, senders, assignment.from)),
        Rate::Max => None,
    }
}

/// This sender's share of the quota.
pub(super) fn share(assignment: &Assignment, index: usize) -> u64 {
    let Some(quota) = assignment.quota else {
        return u64::MAX;
    };
    let senders = assignment.senders() as u64;
    quota / senders + u64::from((index as u64) < quota % senders)
}

/// What of a quota may be sent at once, and what later: all of it, or none before it has entered a transaction.
pub(super) fn before_the_first(assignment: &Assignment, quota: u64) -> (u64, u64) {
    match assignment.transactions {
        Some(_) => (0, quota),
        None => (quota, 0),
    }
}
