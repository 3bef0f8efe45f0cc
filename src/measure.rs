//! What is kept: recorders, intervals, history, breakdown.

pub mod accounts;
pub mod bins;
pub mod column;
pub mod counts;
pub mod encoded;
pub mod latencies;
pub mod stages;
pub mod tally;

pub use accounts::{Accounts, ErrorCount, Persisted, Phase};
pub use bins::Bins;
pub use column::HistoryColumn;
pub use counts::Counts;
pub use encoded::DecodeError;
pub use latencies::Latencies;
pub use stages::{Breakdown, Stages};
pub use tally::Tally;
