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
    /// Median of the end-to-end time: due → readable by the follower.
    #[serde(rename = "read-p50")]
    ReadP50,
    /// 99th percentile of the end-to-end time.
    #[serde(rename = "read-p99")]
    ReadP99,
    /// 99.9th percentile of the end-to-end time.
    #[serde(rename = "read-p99.9")]
    ReadP999,
}

/// A text that names no metric.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no metric: throughput, p50, p99, p99.9, read-p50, read-p99 or read-p99.9")]
pub struct MetricError(String);

impl Metric {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Throughput,
        Self::P50,
        Self::P99,
        Self::P999,
        Self::ReadP50,
        Self::ReadP99,
        Self::ReadP999,
    ];

    /// As it is typed.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Throughput => "throughput",
            Self::P50 => "p50",
            Self::P99 => "p99",
            Self::P999 => "p99.9",
            Self::ReadP50 => "read-p50",
            Self::ReadP99 => "read-p99",
            Self::ReadP999 => "read-p99.9",
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

    /// Whether it is about the end-to-end time, which only a follower can tell.
    #[must_use]
    pub fn is_read(self) -> bool {
        matches!(self, Self::ReadP50 | Self::ReadP99 | Self::ReadP999)
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
            Self::Throughput | Self::P50 | Self::ReadP50 => 5.0,
            Self::P99 | Self::ReadP99 => 10.0,
            Self::P999 | Self::ReadP999 => 20.0,
        }
    }

    /// The share of records that lies above it, for percentiles.
    #[must_use]
    pub fn share_above(self) -> Option<f64> {
        match self {
            Self::Throughput => None,
            Self::P50 | Self::ReadP50 => Some(0.5),
            Self::P99 | Self::ReadP99 => Some(0.01),
            Self::P999 | Self::ReadP999 => Some(0.001),
        }
    }

    /// Its value in a block, and whether that is a lower bound only; none where there is not enough data, or no follower where it
    /// needs one.
    #[must_use]
    pub fn of(
        self,
        response: &Latencies,
        end_to_end: Option<&Latencies>,
        records_per_s: f64,
    ) -> Option<(f64, bool)> {
        let times = if self.is_read() {
            end_to_end?
        } else {
            response
        };
        let Millis(value) = match self {
            Self::Throughput => return (records_per_s > 0.0).then_some((records_per_s, false)),
            Self::P50 | Self::ReadP50 => times.p50,
            Self::P99 | Self::ReadP99 => times.p99,
            Self::P999 | Self::ReadP999 => times.p99_9,
        }?;
        let at_least = times.at_least_from.is_some_and(|from| value >= from.0);
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
        assert_eq!(Metric::P50.of(&response, None, 10.0), Some((3.0, false)));
        assert_eq!(Metric::P99.of(&response, None, 10.0), Some((900.0, true)));
        assert_eq!(Metric::P999.of(&response, None, 10.0), None);
        assert_eq!(Metric::Throughput.of(&response, None, 0.0), None);
    }

    #[test]
    fn end_to_end_percentiles_are_the_followers_alone() {
        let response = Latencies {
            p50: Some(Millis(3.0)),
            ..Latencies::default()
        };
        let read = Latencies {
            p50: Some(Millis(7.0)),
            ..Latencies::default()
        };
        let of = |read| Metric::ReadP50.of(&response, read, 10.0);
        assert_eq!(of(Some(&read)), Some((7.0, false)));
        assert_eq!(of(None), None);
        assert_eq!(Metric::ReadP99.of(&response, Some(&read), 10.0), None);
        let read = Metric::ALL.into_iter().filter(|metric| metric.is_read());
        assert!(
            read.clone()
                .all(|metric| metric.name().starts_with("read-"))
        );
        assert_eq!(read.count(), 3);
    }
}
