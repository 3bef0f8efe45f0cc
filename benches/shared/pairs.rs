//! Figures of paired runs: the median with its interval.

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

const RESAMPLES: usize = 10_000;

/// A median with the 95 % interval of the bootstrap over pairs.
pub struct Median {
    /// The median.
    pub value: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Median {
    /// Of these figures, one a pair.
    pub fn of(figures: &[f64]) -> Self {
        let mut random = SmallRng::seed_from_u64(1);
        let mut medians: Vec<f64> = (0..RESAMPLES)
            .map(|_| {
                let drawn =
                    (0..figures.len()).map(|_| figures[random.random_range(0..figures.len())]);
                median(drawn.collect())
            })
            .collect();
        medians.sort_by(f64::total_cmp);
        Self {
            value: median(figures.to_vec()),
            low: medians[RESAMPLES / 40],
            high: medians[RESAMPLES - 1 - RESAMPLES / 40],
        }
    }
}

impl std::fmt::Display for Median {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { value, low, high } = self;
        write!(f, "{value:.3} [{low:.3}, {high:.3}]")
    }
}

/// The middle value.
pub fn median(mut figures: Vec<f64>) -> f64 {
    assert!(!figures.is_empty(), "no figures");
    figures.sort_by(f64::total_cmp);
    let middle = figures.len() / 2;
    if figures.len() % 2 == 1 {
        figures[middle]
    } else {
        f64::midpoint(figures[middle - 1], figures[middle])
    }
}
