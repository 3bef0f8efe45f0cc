//! What is kept: recorders, intervals, history, breakdown.

pub mod accounts;
pub mod bins;
pub mod column;
pub mod latencies;
pub mod stages;

pub use accounts::{Accounts, ErrorCount, Persisted, Phase};
pub use bins::Bins;
pub use column::HistoryColumn;
pub use latencies::Latencies;
pub use stages::{Breakdown, Stages};
