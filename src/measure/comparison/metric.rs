//! The one figure that a comparison is about, chosen before anything is measured.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::measure::Latencies;
use crate::settings::Millis;

/// The figure of a block that is compared.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
pub enum Metric {
    /// Records delivered per second.
    #[serde(rename = "throughput")]
    Throughput,
    /// Median of the response time.
    #[default]
    #[serde(rename = "p50")]
    P50,
    /// 99th percentile of the response time.
    #[serde(rename = "p99")]
    P99,
    /// 99.9th percentile of the response time.
    #[serde(rename = "p99.9")]
    P999,
}

/// A text that names no metric.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no metric: throughput, p50, p99 or p99.9")]
pub struct MetricError(String);

impl Metric {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Throughput, Self::P50, Self::P99, Self::P999];

    /// As it is typed.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Throughput => "throughput",
            Self::P50 => "p50",
            Self::P99 => "p99",
            Self::P999 => "p99.9",
        }
    }

    /// Its unit.
    #[must_use]
    pub fn unit(self) -> &'static str {
        if self == Self::Throughput {
            "records/s"
        } else {
            "ms"
        }
    }

    /// Whether a larger value is the better one.
    #[must_use]
    pub fn is_higher_better(self) -> bool {
        self == Self::Throughput
    }

    /// The difference in percent below which nobody should care, unless told otherwise: tails vary more.
    #[must_use]
    pub fn usual_margin(self) -> f64 {
        match self {
            Self::Throughput | Self::P50 => 5.0,
            Self::P99 => 10.0,
            Self::P999 => 20.0,
        }
    }

    /// The share of records that lies above it, for percentiles.
    #[must_use]
    pub fn share_above(self) -> Option<f64> {
        match self {
            Self::Throughput => None,
            Self::P50 => Some(0.5),
            Self::P99 => Some(0.01),
            Self::P999 => Some(0.001),
        }
    }

    /// Its value in a block, and whether that is a lower bound only; none where there is not enough data.
    #[must_use]
    pub fn of(self, response: &Latencies, records_per_s: f64) -> Option<(f64, bool)> {
        let Millis(value) = match self {
            Self::Throughput => return (records_per_s > 0.0).then_some((records_per_s, false)),
            Self::P50 => response.p50,
            Self::P99 => response.p99,
            Self::P999 => response.p99_9,
        }?;
        let at_least = response.at_least_from.is_some_and(|from| value >= from.0);
        // Below the clock's step of 1 µs there is nothing to tell apart.
        Some((value.max(0.001), at_least))
    }
}

impl FromStr for Metric {
    type Err = MetricError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|metric| metric.name() == text);
        known.ok_or_else(|| MetricError(text.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_and_others_are_refused() {
        for metric in Metric::ALL {
            assert_eq!(metric.name().parse(), Ok(metric));
        }
        let wrong = "p95".parse::<Metric>().unwrap_err().to_string();
        assert!(wrong.contains("p99.9") && wrong.contains("p95"), "{wrong}");
    }

    #[test]
    fn a_percentile_beyond_failed_records_is_a_lower_bound() {
        let response = Latencies {
            p50: Some(Millis(3.0)),
            p99: Some(Millis(900.0)),
            at_least_from: Some(Millis(500.0)),
            ..Latencies::default()
        };
        assert_eq!(Metric::P50.of(&response, 10.0), Some((3.0, false)));
        assert_eq!(Metric::P99.of(&response, 10.0), Some((900.0, true)));
        assert_eq!(Metric::P999.of(&response, 10.0), None);
        assert_eq!(Metric::Throughput.of(&response, 0.0), None);
    }
}
