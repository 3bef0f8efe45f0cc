//! The plain copy of a tally: differences, percentiles, bins.

use std::sync::LazyLock;

use crate::measure::Latencies;
use crate::measure::bins::{self, Bins};
use crate::measure::tally::{LONGEST_MICROS, SLOTS, slot, slot_range};
use crate::settings::Millis;

/// A percentile with fewer records above it is not told: it would rest on chance.
pub const ENOUGH_ABOVE: u64 = 10;

/// The bin of every slot, by the slot's middle.
static BIN_OF_SLOT: LazyLock<Vec<usize>> = LazyLock::new(|| {
    (0..SLOTS)
        .map(|at| {
            let (low, high) = slot_range(at);
            bins::index(f64::midpoint(to_f64(low), to_f64(high)))
        })
        .collect()
});

/// Counts of times in microseconds, in the slots of a tally.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Up to the highest slot in use; what is beyond is zero.
    slots: Vec<u64>,
    total: u64,
    sum: u64,
    max: u64,
    saturated: u64,
}

impl Counts {
    /// No records.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets all records, keeps the memory.
    pub fn clear(&mut self) {
        self.overwrite(std::iter::empty(), 0, 0, 0);
    }

    pub(super) fn overwrite(
        &mut self,
        slots: impl Iterator<Item = u64>,
        saturated: u64,
        sum: u64,
        max: u64,
    ) {
        self.slots.clear();
        self.slots.extend(slots);
        self.total = self.slots.iter().sum::<u64>() + saturated;
        (self.saturated, self.sum, self.max) = (saturated, sum, max);
    }

    /// Records `n` equal times in microseconds.
    pub fn record_n(&mut self, micros: u64, n: u64) {
        if micros > LONGEST_MICROS {
            self.saturated += n;
        } else {
            let at = slot(micros);
            if self.slots.len() <= at {
                self.slots.resize(at + 1, 0);
            }
            self.slots[at] += n;
        }
        self.total += n;
        self.sum = self.sum.saturating_add(micros.saturating_mul(n));
        self.max = self.max.max(micros);
    }

    /// Adds the records of another one.
    pub fn add(&mut self, other: &Self) {
        if self.slots.len() < other.slots.len() {
            self.slots.resize(other.slots.len(), 0);
        }
        for (mine, theirs) in self.slots.iter_mut().zip(&other.slots) {
            *mine += theirs;
        }
        self.total += other.total;
        self.sum = self.sum.saturating_add(other.sum);
        self.max = self.max.max(other.max);
        self.saturated += other.saturated;
    }

    /// Takes away an earlier copy of the same tally. The maximum stays where it still fits the highest slot
    /// that is left; else it becomes the highest value of that slot.
    pub fn subtract(&mut self, earlier: &Self) {
        for (mine, theirs) in self.slots.iter_mut().zip(&earlier.slots) {
            *mine = mine.saturating_sub(*theirs);
        }
        self.saturated = self.saturated.saturating_sub(earlier.saturated);
        self.sum = self.sum.saturating_sub(earlier.sum);
        self.total = self.slots.iter().sum::<u64>() + self.saturated;
        if self.saturated > 0 {
            return;
        }
        let highest = self.slots.iter().rposition(|&count| count > 0);
        self.max = highest.map_or(0, |at| self.max.min(slot_range(at).1));
        self.slots.truncate(highest.map_or(0, |at| at + 1));
    }

    /// How many records there are, saturated ones included.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// How many records were longer than 10 minutes.
    #[must_use]
    pub fn saturated(&self) -> u64 {
        self.saturated
    }

    /// The sum of all times, in microseconds.
    #[must_use]
    pub fn sum(&self) -> u64 {
        self.sum
    }

    /// The sum of the times of at least so many microseconds, to about 0.1 %.
    #[must_use]
    pub fn sum_from(&self, micros: u64) -> f64 {
        let long = self.filled().filter_map(|(at, count)| {
            let (low, high) = slot_range(at);
            (low >= micros).then(|| f64::midpoint(to_f64(low), to_f64(high)) * to_f64(count))
        });
        long.sum::<f64>() + to_f64(self.saturated) * to_f64(LONGEST_MICROS)
    }

    /// The longest time in microseconds; exact in a tally's copy, else at most 0.1 % too high.
    #[must_use]
    pub fn max(&self) -> Option<u64> {
        (self.total > 0).then_some(self.max)
    }

    /// The shortest time in microseconds, at most 0.1 % too low.
    #[must_use]
    pub fn min(&self) -> Option<u64> {
        let first = self.filled().next().map(|(at, _)| slot_range(at).0);
        first.or_else(|| (self.total > 0).then_some(LONGEST_MICROS))
    }

    /// The arithmetic mean in microseconds.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.total > 0).then(|| to_f64(self.sum) / to_f64(self.total))
    }

    /// The value in microseconds at or below which the share `q` (0–1) of all records lies: the highest value that
    /// its slot cannot tell from it, but never above the maximum (HDR's rule).
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rank between 0 and the total"
    )]
    pub fn quantile(&self, q: f64) -> Option<u64> {
        let rank = (q.clamp(0.0, 1.0) * to_f64(self.total)).ceil() as u64;
        self.at_rank(rank.clamp(1, self.total.max(1)))
    }

    /// The value of the record with this rank, counted from 1 by rising value.
    fn at_rank(&self, rank: u64) -> Option<u64> {
        let mut below = 0;
        for (at, count) in self.filled() {
            below += count;
            if below >= rank {
                return Some(slot_range(at).1.min(self.max));
            }
        }
        self.max()
    }

    /// Slots with records, with their counts.
    pub(super) fn filled(&self) -> impl Iterator<Item = (usize, u64)> + '_ {
        let pairs = self.slots.iter().copied().enumerate();
        pairs.filter(|&(_, count)| count > 0)
    }

    /// The small form for drawing.
    #[must_use]
    pub fn bins(&self) -> Bins {
        let mut wide = [0u64; bins::COUNT];
        for (at, count) in self.filled() {
            wide[BIN_OF_SLOT[at]] += count;
        }
        if self.saturated > 0 {
            wide[bins::index(to_f64(self.max))] += self.saturated;
        }
        let first = wide.iter().position(|&count| count > 0);
        let last = wide.iter().rposition(|&count| count > 0);
        first
            .zip(last)
            .map_or_else(Bins::default, |(first, last)| Bins {
                first,
                counts: wide[first..=last].to_vec(),
            })
    }

    /// Mean, percentiles and maximum. `failed` holds the ages at which records failed: they would have taken at least as
    /// long, so they are counted in, and figures from `at_least_from` on are lower bounds.
    #[must_use]
    pub fn latencies(&self, failed: Option<&Self>) -> Latencies {
        let failed = failed.filter(|failed| failed.total > 0);
        let Some(failed) = failed else {
            return self.latencies_from(None);
        };
        let mut all = self.clone();
        all.add(failed);
        all.latencies_from(failed.min())
    }

    fn latencies_from(&self, failed_from: Option<u64>) -> Latencies {
        let at = |share| self.percentile(share).map(Millis::from_micros);
        let saturated_from = (self.saturated > 0).then_some(LONGEST_MICROS);
        let at_least_from = failed_from.into_iter().chain(saturated_from).min();
        Latencies {
            count: self.total,
            mean: self.mean().map(|micros| Millis(micros / 1000.0)),
            p50: at(5000),
            p90: at(9000),
            p95: at(9500),
            p99: at(9900),
            p99_9: at(9990),
            p99_99: at(9999),
            max: self.max().map(Millis::from_micros),
            at_least_from: at_least_from.map(Millis::from_micros),
        }
    }

    /// The percentile given in ten-thousandths; none where fewer than `ENOUGH_ABOVE` records lie above it.
    fn percentile(&self, share: u64) -> Option<u64> {
        let rank = (u128::from(self.total) * u128::from(share)).div_ceil(10_000);
        let rank = u64::try_from(rank).ok()?;
        let enough = self.total - rank >= ENOUGH_ABOVE;
        enough.then(|| self.at_rank(rank)).flatten()
    }
}

/// A count as a float.
#[expect(clippy::cast_precision_loss, reason = "2^53 µs are 285 years")]
pub(super) fn to_f64(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests;
