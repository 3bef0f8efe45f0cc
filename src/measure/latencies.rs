//! Percentiles of one kind of time.

use serde::{Deserialize, Serialize};

use crate::settings::Millis;

/// Mean, percentiles and maximum; `None` where there is not enough data (fewer than 10 records above the percentile).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Latencies {
    /// How many records it rests on.
    pub count: u64,
    /// Arithmetic mean.
    pub mean: Option<Millis>,
    /// Median.
    pub p50: Option<Millis>,
    /// 90th percentile.
    pub p90: Option<Millis>,
    /// 95th percentile.
    pub p95: Option<Millis>,
    /// 99th percentile.
    pub p99: Option<Millis>,
    /// 99.9th percentile.
    pub p99_9: Option<Millis>,
    /// 99.99th percentile.
    pub p99_99: Option<Millis>,
    /// The longest.
    pub max: Option<Millis>,
    /// From this value on a percentile is a lower bound ("≥"), because a record failed at that age or the range ended.
    pub at_least_from: Option<Millis>,
}

impl Latencies {
    /// Whether one of these percentiles (or the maximum) is only a lower bound.
    #[must_use]
    pub fn is_at_least(&self, time: Millis) -> bool {
        self.at_least_from.is_some_and(|from| time >= from)
    }

    /// Whether the mean is only a lower bound: it rests on every record, so on any that failed.
    #[must_use]
    pub fn mean_is_at_least(&self) -> bool {
        self.at_least_from.is_some()
    }

    /// The named percentiles with their figures, in rising order, for tables.
    #[must_use]
    pub fn named(&self) -> [(&'static str, Option<Millis>); 8] {
        [
            ("mean", self.mean),
            ("p50", self.p50),
            ("p90", self.p90),
            ("p95", self.p95),
            ("p99", self.p99),
            ("p99.9", self.p99_9),
            ("p99.99", self.p99_99),
            ("max", self.max),
        ]
    }
}
