//! What a number of pairs can find, and how many it takes.

use super::student::quantile;

/// The probability with which an effect is to be found.
const POWER: f64 = 0.8;
/// No comparison is worth more pairs.
const MOST: usize = 100_000;

/// The smallest effect (a logarithm of a ratio) that so many pairs with this standard deviation find in four of five cases.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "a number of pairs")]
pub fn detectable(sd: f64, pairs: usize) -> f64 {
    let Some(degrees) = pairs.checked_sub(1) else {
        return f64::INFINITY;
    };
    (quantile(0.975, degrees) + quantile(POWER, degrees)) * sd / (pairs as f64).sqrt()
}

/// The least number of pairs with this standard deviation that find an effect of this size; none if no sensible number does.
#[must_use]
pub fn pairs_needed(sd: f64, effect: f64) -> Option<usize> {
    let enough = |pairs: &usize| detectable(sd, *pairs) <= effect;
    let mut most = super::FEWEST_PAIRS;
    while !enough(&most) {
        if most >= MOST {
            return None;
        }
        most *= 2;
    }
    // The smallest effect falls with every further pair.
    let (mut low, mut high) = ((most / 2).max(super::FEWEST_PAIRS), most);
    while low < high {
        let middle = usize::midpoint(low, high);
        if enough(&middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Some(high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_sizes() {
        for (pairs, factor) in [(6, 1.43), (10, 1.0), (20, 0.66)] {
            let found = detectable(1.0, pairs);
            assert!((found - factor).abs() < 0.01, "{pairs}: {found}");
        }
        assert!(detectable(1.0, 1).is_infinite() && detectable(1.0, 0).is_infinite());
    }

    #[test]
    fn the_number_needed_is_the_least_that_is_enough() {
        for (sd, effect) in [(0.03, 0.02), (0.1, 0.05), (0.5, 0.02)] {
            let pairs = pairs_needed(sd, effect).unwrap();
            assert!(detectable(sd, pairs) <= effect && detectable(sd, pairs - 1) > effect);
        }
        assert_eq!(pairs_needed(0.0, 0.02), Some(6));
        assert_eq!(pairs_needed(0.5, 0.0), None);
    }
}
