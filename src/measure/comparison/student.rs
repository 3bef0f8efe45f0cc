//! Quantiles of Student's t distribution.

use statrs::distribution::{ContinuousCDF as _, StudentsT};

/// The value below which the share `p` (0–1) of Student's t with so many degrees of freedom lies; infinite where there are none.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "a number of pairs")]
pub fn quantile(p: f64, degrees: usize) -> f64 {
    if degrees == 0 {
        return f64::INFINITY;
    }
    StudentsT::new(0.0, 1.0, degrees as f64).map_or(f64::INFINITY, |t| t.inverse_cdf(p))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_tables() {
        // NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2.
        for (p, degrees, expected) in [
            (0.975, 1, 12.706),
            (0.975, 5, 2.571),
            (0.975, 9, 2.262),
            (0.975, 30, 2.042),
            (0.95, 5, 2.015),
            (0.80, 9, 0.883),
        ] {
            let found = quantile(p, degrees);
            assert!((found - expected).abs() < 6e-4, "{p} {degrees}: {found}");
        }
        assert!(quantile(0.975, 0).is_infinite());
    }
}
