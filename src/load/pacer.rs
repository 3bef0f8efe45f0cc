//! The schedule: when each record of a sender is due. Pure; the clock is the caller's.

use std::collections::VecDeque;

use crate::load::flow::Flow;

/// When the records of one sender are due, in nanoseconds since the lab's start.
///
/// All senders of a load share one schedule: sender `i` of `k` sends its records `i`, `i + k`, `i + 2k`, …; so equal
/// arguments but for `sender` give interleaved senders that keep the rate together. No record is ever due earlier than
/// the exact time, and none later than 1 ns after it: the schedule does not drift.
#[derive(Clone, Debug)]
pub struct Pacer {
    senders: f64,
    /// The number of the next record of this sender.
    next: u64,
    next_due: u64,
    paused_at: Option<u64>,
    /// Parts with their own origin or rate, oldest first; the first one holds for `next`. Never empty.
    parts: VecDeque<Part>,
}

/// A stretch of the schedule.
#[derive(Clone, Copy, Debug)]
struct Part {
    /// The first record of this sender that it holds for.
    first: u64,
    /// The record that `origin` and `lead` refer to.
    base: u64,
    /// Nanoseconds since the lab's start.
    origin: u64,
    /// How many records of the common schedule after `origin` the record `base` is due.
    lead: f64,
    /// How the common schedule lies in time after `origin`.
    flow: Flow,
}

impl Part {
    /// The place of a record in the common schedule after `origin`.
    #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53 records")]
    fn place(&self, n: u64, senders: f64) -> f64 {
        n.saturating_sub(self.base) as f64 * senders + self.lead
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "exact up to 104 days"
    )]
    fn due(&self, n: u64, senders: f64) -> u64 {
        let after = self.flow.due(self.place(n, senders));
        self.origin.saturating_add(after.ceil() as u64)
    }

    /// How many places of the common schedule have passed since `origin`.
    #[expect(clippy::cast_precision_loss, reason = "below 104 days")]
    fn passed(&self, now: u64) -> f64 {
        self.flow.places(now.saturating_sub(self.origin) as f64)
    }

    /// The first record from `first` on that is due after `now`.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the guess is corrected by at most a few records"
    )]
    fn first_after(&self, now: u64, senders: f64) -> u64 {
        let passed = self.passed(now);
        let guess = self.base + ((passed - self.lead) / senders).max(0.0) as u64;
        let mut n = guess.saturating_sub(1).max(self.first);
        while self.due(n, senders) <= now {
            n += 1;
        }
        n
    }
}

impl Pacer {
    /// The schedule of sender `sender` (from 0) of `senders`, which together send records as they `flow` from `start_ns` on: a
    /// number is a steady rate per second. A rate that is not above 0 lets nothing fall due.
    #[must_use]
    pub fn new(flow: impl Into<Flow>, sender: u32, senders: u32, start_ns: u64) -> Self {
        let part = Part {
            first: 0,
            base: 0,
            origin: start_ns,
            lead: f64::from(sender),
            flow: flow.into(),
        };
        let mut pacer = Self {
            senders: f64::from(senders.max(1)),
            next: 0,
            next_due: 0,
            paused_at: None,
            parts: VecDeque::from([part]),
        };
        pacer.settle();
        pacer
    }

    /// When the next record is due; `u64::MAX` for one that falls due only after a pause that has no end yet.
    #[inline]
    #[must_use]
    pub fn next_due(&self) -> u64 {
        match self.paused_at {
            Some(paused_at) if self.next_due > paused_at => u64::MAX,
            _ => self.next_due,
        }
    }

    /// When this sender's record `n` (from 0, not before the next one) is due by the schedule as it stands.
    #[must_use]
    pub fn due(&self, n: u64) -> u64 {
        let part = self.parts.iter().rev().find(|part| part.first <= n);
        part.or(self.parts.front())
            .map_or(u64::MAX, |part| part.due(n, self.senders))
    }

    /// How many records were taken so far: the number of the next one.
    #[must_use]
    pub fn taken(&self) -> u64 {
        self.next
    }

    /// Takes the next record off the schedule; returns when it was due.
    #[inline]
    pub fn advance(&mut self) -> u64 {
        let due = self.next_due;
        self.next += 1;
        self.settle();
        due
    }

    /// How many records are due at `now` and not yet taken.
    #[must_use]
    pub fn due_before(&self, now: u64) -> u64 {
        let now = self.paused_at.map_or(now, |paused_at| paused_at.min(now));
        self.first_after(now).saturating_sub(self.next)
    }

    /// Lets nothing more fall due from `now` on. What was due before stays due.
    pub fn pause(&mut self, now: u64) {
        self.paused_at.get_or_insert(now);
    }

    /// Goes on where `pause` stopped: the rest of the schedule moves by the length of the pause.
    pub fn resume(&mut self, now: u64) {
        let Some(paused_at) = self.paused_at.take() else {
            return;
        };
        let first = self.first_after(paused_at);
        self.cut(first, |part| {
            part.origin += now.saturating_sub(paused_at);
        });
    }

    /// Goes on at another rate from `now` on: what was due stays due, and the share of the interval that has passed is
    /// kept. A shape begins anew. All senders of a load must be given the same `now`.
    pub fn set_rate(&mut self, now: u64, flow: impl Into<Flow>) {
        let now = self.paused_at.map_or(now, |paused_at| paused_at.min(now));
        let first = self.first_after(now);
        let (senders, flow) = (self.senders, flow.into());
        self.cut(first, |part| {
            let lead = (part.place(first, senders) - part.passed(now)).max(0.0);
            *part = Part {
                first,
                base: first,
                origin: now,
                lead,
                flow,
            };
        });
    }

    /// The first record not before the next one that is due after `now`.
    fn first_after(&self, now: u64) -> u64 {
        let mut end = u64::MAX;
        for part in self.parts.iter().rev() {
            if part.due(part.first.max(self.next), self.senders) <= now {
                return part.first_after(now, self.senders).min(end).max(self.next);
            }
            end = part.first;
        }
        self.next
    }

    /// Begins a new part with record `first`.
    fn cut(&mut self, first: u64, change: impl FnOnce(&mut Part)) {
        let Some(mut part) = self.parts.back().copied() else {
            return;
        };
        change(&mut part);
        part.first = first;
        self.parts.retain(|old| old.first < first);
        self.parts.push_back(part);
        self.settle();
    }

    #[inline]
    fn settle(&mut self) {
        while self
            .parts
            .get(1)
            .is_some_and(|part| part.first <= self.next)
        {
            self.parts.pop_front();
        }
        if let Some(part) = self.parts.front() {
            self.next_due = part.due(self.next, self.senders);
        }
    }
}

#[cfg(test)]
mod tests;
