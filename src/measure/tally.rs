//! The recorder on the hot path: a cumulative histogram with one writer and any readers.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::measure::Counts;

/// Values below this one have a slot of their own; above, every power of two has `SUB_SLOTS` slots.
const EXACT: u64 = 2048;
const SUB_SLOTS: u64 = 1024;
/// The longest time that has a slot, in microseconds: 10 minutes. Longer ones are counted as saturated.
pub const LONGEST_MICROS: u64 = 600_000_000;
/// How many slots there are.
pub const SLOTS: usize = slot(LONGEST_MICROS) + 1;

/// The slot of a value in microseconds up to `LONGEST_MICROS`; a slot is at most 0.1 % wide.
#[inline]
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    reason = "at most 20,600 for values with a slot"
)]
pub const fn slot(micros: u64) -> usize {
    if micros < EXACT {
        return micros as usize;
    }
    let power = micros.ilog2() - EXACT.ilog2();
    (EXACT + power as u64 * SUB_SLOTS + (micros >> (power + 1)) - SUB_SLOTS) as usize
}

/// The lowest and the highest value of a slot, in microseconds.
#[must_use]
pub const fn slot_range(slot: usize) -> (u64, u64) {
    let slot = slot as u64;
    if slot < EXACT {
        return (slot, slot);
    }
    let power = (slot - EXACT) / SUB_SLOTS;
    let lowest = ((slot - EXACT) % SUB_SLOTS + SUB_SLOTS) << (power + 1);
    (lowest, lowest + (1 << (power + 1)) - 1)
}

/// A cumulative histogram of times in microseconds that one thread writes while others read.
///
/// Contract: only one thread records at a time. A second writer would lose counts (a record is a load and a store, not an
/// atomic addition), yet nothing worse. Readers may copy at any moment. Nothing is allocated after `new`.
#[derive(Debug)]
pub struct Tally {
    slots: Box<[AtomicU64]>,
    saturated: AtomicU64,
    sum: AtomicU64,
    max: AtomicU64,
}

impl Default for Tally {
    fn default() -> Self {
        Self::new()
    }
}

impl Tally {
    /// An empty one: about 160 KiB.
    #[must_use]
    pub fn new() -> Self {
        Self {
            slots: (0..SLOTS).map(|_| AtomicU64::new(0)).collect(),
            saturated: AtomicU64::new(0),
            sum: AtomicU64::new(0),
            max: AtomicU64::new(0),
        }
    }

    /// Records one time in microseconds. Only the one writer may call it.
    #[inline]
    pub fn record(&self, micros: u64) {
        self.record_n(micros, 1);
    }

    /// Records `n` equal times in microseconds. Only the one writer may call it.
    #[inline]
    pub fn record_n(&self, micros: u64, n: u64) {
        let cell = if micros <= LONGEST_MICROS {
            self.slots.get(slot(micros)).unwrap_or(&self.saturated)
        } else {
            &self.saturated
        };
        raise(cell, n);
        raise(&self.sum, micros.saturating_mul(n));
        if micros > self.max.load(Relaxed) {
            self.max.store(micros, Relaxed);
        }
    }

    /// Overwrites `counts` with what was recorded so far. While the writer goes on, the newest records may be missing;
    /// what one copy holds, every later copy holds too, so that the difference of two copies is never negative.
    pub fn copy_into(&self, counts: &mut Counts) {
        let max = self.max.load(Relaxed);
        let used = slot(max.min(LONGEST_MICROS)) + 1;
        let slots = self.slots.iter().take(used).map(|cell| cell.load(Relaxed));
        let (saturated, sum) = (self.saturated.load(Relaxed), self.sum.load(Relaxed));
        counts.overwrite(slots, saturated, sum, max);
    }
}

/// Adds to a cell that nobody else writes.
#[inline]
fn raise(cell: &AtomicU64, by: u64) {
    cell.store(cell.load(Relaxed).wrapping_add(by), Relaxed);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn slots_are_gapless_and_at_most_a_thousandth_wide() {
        let mut next = 0;
        for at in 0..SLOTS {
            let (low, high) = slot_range(at);
            assert_eq!(low, next);
            assert_eq!((slot(low), slot(high)), (at, at));
            assert!(high == low || (high - low) * 1000 < high);
            next = high + 1;
        }
        assert!(next > LONGEST_MICROS);
    }

    #[test]
    fn too_long_times_are_counted_with_their_exact_maximum() {
        let tally = Tally::new();
        tally.record_n(LONGEST_MICROS, 2);
        tally.record(LONGEST_MICROS + 1);
        tally.record(3_600_000_007);
        let mut counts = Counts::new();
        tally.copy_into(&mut counts);
        assert_eq!((counts.total(), counts.saturated()), (4, 2));
        assert_eq!(counts.max(), Some(3_600_000_007));
    }

    #[test]
    fn copies_of_a_running_tally_only_grow_and_the_last_is_complete() {
        const RECORDS: u64 = 200_000;
        let tally = Arc::new(Tally::new());
        let writer = std::thread::spawn({
            let tally = Arc::clone(&tally);
            move || (0..RECORDS).for_each(|at| tally.record(at * 7 % 90_000))
        });
        let (mut now, mut before) = (Counts::new(), Counts::new());
        while !writer.is_finished() {
            tally.copy_into(&mut now);
            let mut step = now.clone();
            step.subtract(&before);
            assert_eq!(step.total() + before.total(), now.total());
            std::mem::swap(&mut now, &mut before);
        }
        writer.join().unwrap();
        tally.copy_into(&mut now);
        assert_eq!(now.total(), RECORDS);
    }
}
