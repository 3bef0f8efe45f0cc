//! One column of the past, for the time charts.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::measure::Bins;

/// What happened between two moments.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HistoryColumn {
    /// Start, since the lab started.
    pub from: Duration,
    /// End.
    pub to: Duration,
    /// The trial that the load was on at the end.
    pub trial: u64,
    /// Whether nothing fell due (paused).
    pub paused: bool,
    /// Records attempted.
    pub attempted: u64,
    /// Records delivered.
    pub delivered: u64,
    /// Records failed.
    pub failed: u64,
    /// Bytes delivered.
    pub bytes: u64,
    /// Response times of the records that were reported in it.
    pub response: Bins,
    /// The same records in HdrHistogram's compressed V2 form, for snapshots; empty where there were none.
    pub histogram: Vec<u8>,
    /// 50th, 99th percentile and maximum of the response time in milliseconds, where there was any report.
    pub quantiles: Option<(f64, f64, f64)>,
}
