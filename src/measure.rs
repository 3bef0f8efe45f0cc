//! What is kept: recorders, intervals, history, breakdown.

pub mod accounts;
pub mod bins;
pub mod column;
pub mod comparison;
pub mod counts;
pub mod encoded;
pub mod history;
pub mod latencies;
pub mod stage_meter;
pub mod stages;
pub mod statistics;
pub mod steady;
pub mod tally;

pub use accounts::{Accounts, ErrorCount, Persisted, Phase};
pub use bins::Bins;
pub use column::HistoryColumn;
pub use counts::Counts;
pub use encoded::DecodeError;
pub use history::History;
pub use latencies::Latencies;
pub use stage_meter::StageMeter;
pub use stages::{Breakdown, Stages};
pub use statistics::{Statistics, StatisticsError};
pub use steady::{Steadiness, Steady};
pub use tally::Tally;
