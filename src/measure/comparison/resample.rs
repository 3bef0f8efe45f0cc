//! Cross-checks that assume no distribution: sign-flip permutation and bootstrap.

use rand::rngs::SmallRng;
use rand::{Rng as _, RngExt as _, SeedableRng as _};

/// Up to so many pairs every choice of signs is tried.
const ALL_UP_TO: usize = 16;
/// So many are drawn beyond.
const DRAWN: u32 = 2_000;
/// So many resamples give the bootstrap's interval.
const RESAMPLES: usize = 2_000;

/// The share of sign choices whose sum is at least as far from 0 as that of the ratios as they are; two-sided. If both arms are the
/// same, each pair's sign is a coin's.
pub(super) fn sign_flip(ratios: &[f64], seed: u64) -> f64 {
    let observed: f64 = ratios.iter().sum::<f64>().abs();
    // Sums of the same numbers in another order differ in their last digits.
    let bound = observed - 1e-12 * (1.0 + observed);
    if ratios.len() <= ALL_UP_TO {
        return all_signs(ratios, bound);
    }
    let mut rng = SmallRng::seed_from_u64(seed);
    let mut extreme = 1;
    for _ in 0..DRAWN {
        let sum: f64 = ratios
            .chunks(64)
            .map(|chunk| signed(chunk, rng.next_u64()))
            .sum();
        extreme += u32::from(sum.abs() >= bound);
    }
    // The choice that was observed counts as drawn too: p is never 0.
    f64::from(extreme) / f64::from(DRAWN + 1)
}

fn all_signs(ratios: &[f64], bound: f64) -> f64 {
    // A whole set of signs and its opposite give the same distance: half of them is enough.
    let choices = 1_u32 << ratios.len().saturating_sub(1);
    let extreme = (0..choices).filter(|&signs| signed(ratios, signs.into()).abs() >= bound);
    f64::from(u32::try_from(extreme.count()).unwrap_or(choices)) / f64::from(choices)
}

fn signed(ratios: &[f64], signs: u64) -> f64 {
    let flip = |(at, ratio): (usize, &f64)| if signs >> at & 1 == 1 { -ratio } else { *ratio };
    ratios.iter().enumerate().map(flip).sum()
}

/// The bootstrap's 95 % interval of the mean: percentiles of the means of pairs drawn with replacement (Efron, Annals of Statistics 7,
/// 1979). None with fewer than two pairs.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "a number of pairs")]
pub fn bootstrap(ratios: &[f64], seed: u64) -> Option<(f64, f64)> {
    if ratios.len() < 2 {
        return None;
    }
    let mut rng = SmallRng::seed_from_u64(seed);
    let mut mean = || {
        let drawn = (0..ratios.len()).filter_map(|_| ratios.get(rng.random_range(0..ratios.len())));
        drawn.sum::<f64>() / ratios.len() as f64
    };
    let mut means: Vec<f64> = (0..RESAMPLES).map(|_| mean()).collect();
    means.sort_by(f64::total_cmp);
    let tail = RESAMPLES / 40;
    Some((*means.get(tail)?, *means.get(RESAMPLES - 1 - tail)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_pairs_of_one_sign_are_two_of_64() {
        assert!((sign_flip(&[1.0, 2.0, 1.0, 3.0, 1.0, 2.0], 1) - 2.0 / 64.0).abs() < 1e-12);
        // Five can never reach 5 %.
        assert!(sign_flip(&[1.0; 5], 1) > 0.05);
        assert!((sign_flip(&[1.0, -1.0], 1) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn drawn_signs_agree_with_all_of_them() {
        let ratios: Vec<f64> = (0..16).map(|at| f64::from(at) - 5.0).collect();
        let all = sign_flip(&ratios, 1);
        // Two zeros double every choice, and change nothing.
        let more = [ratios.as_slice(), &[0.0, 0.0]].concat();
        let drawn = sign_flip(&more, 7);
        assert!((all - drawn).abs() < 0.03, "{all} {drawn}");
    }

    #[test]
    fn the_bootstrap_surrounds_the_mean() {
        let ratios = [0.01, 0.03, 0.02, 0.04, 0.02, 0.03, 0.01, 0.02];
        let (low, high) = bootstrap(&ratios, 3).unwrap();
        let mean = ratios.iter().sum::<f64>() / 8.0;
        assert!(low < mean && mean < high && low > 0.01 && high < 0.04);
        assert_eq!(bootstrap(&ratios, 3), Some((low, high)));
        assert_eq!(bootstrap(&[0.1], 3), None);
    }
}
