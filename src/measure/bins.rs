//! Log-spaced bins: the small form of a histogram, for drawing. All share the same edges.

use serde::{Deserialize, Serialize};

/// Bins per factor of ten.
pub const PER_DECADE: u32 = 30;
/// The lower edge of bin 0, in microseconds.
pub const FIRST_MICROS: f64 = 1.0;
/// How many bins there are: 1 µs to 1000 s.
pub const COUNT: usize = 270;

/// Counts per bin, from the first bin that holds any record to the last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bins {
    /// The index of `counts[0]`.
    pub first: usize,
    /// Counts, without empty ends.
    pub counts: Vec<u64>,
}

/// The bin that a time in microseconds falls into; the ends take what is beyond.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the bins"
)]
pub fn index(micros: f64) -> usize {
    let place = (micros.max(FIRST_MICROS) / FIRST_MICROS).log10() * f64::from(PER_DECADE);
    (place.floor() as usize).min(COUNT - 1)
}

/// The lower edge of a bin, in milliseconds.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "a small index")]
pub fn lower_edge_ms(index: usize) -> f64 {
    FIRST_MICROS * 10f64.powf(index as f64 / f64::from(PER_DECADE)) / 1000.0
}

impl Bins {
    /// The sum over all bins.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The count of one bin, by its global index.
    #[must_use]
    pub fn get(&self, index: usize) -> u64 {
        index
            .checked_sub(self.first)
            .and_then(|at| self.counts.get(at))
            .copied()
            .unwrap_or(0)
    }

    /// Adds another one.
    pub fn add(&mut self, other: &Self) {
        if other.counts.is_empty() {
            return;
        }
        if self.counts.is_empty() {
            *self = other.clone();
            return;
        }
        let first = self.first.min(other.first);
        let end = (self.first + self.counts.len()).max(other.first + other.counts.len());
        let counts = (first..end)
            .map(|at| self.get(at) + other.get(at))
            .collect();
        *self = Self { first, counts };
    }
}

/// The middle of a bin on the logarithmic scale, in milliseconds.
#[must_use]
pub fn middle_ms(index: usize) -> f64 {
    (lower_edge_ms(index) * lower_edge_ms(index + 1)).sqrt()
}

impl Bins {
    /// About the value in milliseconds at or below which the share `q` (0–1) of all records lies: a bin's middle (±4 %).
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a rank between 1 and the total"
    )]
    pub fn quantile(&self, q: f64) -> Option<f64> {
        let rank = ((q.clamp(0.0, 1.0) * self.total() as f64).ceil() as u64).max(1);
        let mut below = 0;
        let at = self.counts.iter().position(|&count| {
            below += count;
            below >= rank
        });
        at.map(|at| middle_ms(self.first + at))
    }
}
