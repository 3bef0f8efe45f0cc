//! Mean, spread and interval of logarithms of ratios.

use super::resample::sign_flip;
use super::student::quantile;

/// What pairs say: all figures are natural logarithms of ratios `B / A`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// How many pairs there are.
    pub pairs: usize,
    /// The effect: the arithmetic mean.
    pub mean: f64,
    /// The median, to be held against the mean.
    pub median: f64,
    /// The standard deviation between pairs (n − 1).
    pub sd: f64,
    /// The 95 % interval of the mean, by Student's t; as wide as can be with fewer than two pairs.
    pub interval: (f64, f64),
    /// How probable a mean at least as far from 0 would be if signs were chance: Fisher's sign-flip permutation, two-sided.
    pub p: f64,
}

impl Estimate {
    /// Of the logarithms of the pairs' ratios; none without any. `seed` draws the permutations where not all can be tried.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a number of pairs")]
    pub fn of(ratios: &[f64], seed: u64) -> Option<Self> {
        let pairs = ratios.len();
        if pairs == 0 {
            return None;
        }
        let n = pairs as f64;
        let mean = ratios.iter().sum::<f64>() / n;
        let squares: f64 = ratios.iter().map(|ratio| (ratio - mean).powi(2)).sum();
        let sd = if pairs > 1 {
            (squares / (n - 1.0)).sqrt()
        } else {
            0.0
        };
        let half = if pairs > 1 {
            quantile(0.975, pairs - 1) * sd / n.sqrt()
        } else {
            f64::INFINITY
        };
        Some(Self {
            pairs,
            mean,
            median: median(ratios),
            sd,
            interval: (mean - half, mean + half),
            p: sign_flip(ratios, seed),
        })
    }

    /// Whether the interval leaves 0 out.
    #[must_use]
    pub fn excludes_zero(&self) -> bool {
        self.interval.0 > 0.0 || self.interval.1 < 0.0
    }

    /// Half the width of the interval.
    #[must_use]
    pub fn half_width(&self) -> f64 {
        (self.interval.1 - self.interval.0) / 2.0
    }
}

/// A logarithm of a ratio as a change in percent: `ln 1.05` is 5.
#[must_use]
pub fn percent(ratio: f64) -> f64 {
    ratio.exp_m1() * 100.0
}

/// A change in percent as the logarithm of a ratio.
#[must_use]
pub fn ratio_of(percent: f64) -> f64 {
    (percent / 100.0).ln_1p()
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |index: usize| sorted.get(index).copied().unwrap_or(0.0);
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 {
        at(middle)
    } else {
        f64::midpoint(at(middle.saturating_sub(1)), at(middle))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_the_textbooks() {
        // Mean 2, standard deviation 1, t(0.975; 2) = 4.303: 2 ± 2.484.
        let estimate = Estimate::of(&[1.0, 2.0, 3.0], 1).unwrap();
        assert!((estimate.mean - 2.0).abs() < 1e-12 && (estimate.sd - 1.0).abs() < 1e-12);
        assert!((estimate.interval.0 + 0.484).abs() < 1e-3, "{estimate:?}");
        assert!((estimate.half_width() - 2.484).abs() < 1e-3);
        assert!(!estimate.excludes_zero());
        assert!((median(&[4.0, 1.0, 2.0, 3.0]) - 2.5).abs() < 1e-12);
    }

    #[test]
    fn one_pair_proves_nothing_and_none_says_nothing() {
        let one = Estimate::of(&[0.3], 1).unwrap();
        assert!(one.interval.0.is_infinite() && !one.excludes_zero());
        assert!(Estimate::of(&[], 1).is_none());
    }

    #[test]
    fn percents_and_logarithms_agree() {
        assert!((percent(ratio_of(5.0)) - 5.0).abs() < 1e-9);
        assert!((percent(2f64.ln()) - 100.0).abs() < 1e-9);
    }
}
