//! Saved benchmarks: one trial with its environment, settings, results and histograms.

pub mod diff;
pub mod journal;
mod machine;
pub mod parts;
pub mod result;
pub mod schema;
pub mod store;
pub mod verdict;

pub use parts::{Cluster, Conditions, Environment, Setting, SettingValue, Workload, settings_map};
pub use result::{
    BreakdownMs, Follower, Goal, GoalOutcome, Histograms, Interval, Notice, Outcome, Quality,
    Spread, Transactions,
};
pub use schema::{SCHEMA_VERSION, Snapshot};
pub use verdict::{Verdict, verdict};
