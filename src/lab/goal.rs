//! Goals: what a person wants held.

mod text;

pub use text::GoalError;

/// A bound on one figure, such as `p99<20ms` or `failed=0`.
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    /// The figure.
    pub figure: Figure,
    /// The relation.
    pub relation: Relation,
    /// The bound: milliseconds for latencies, records per second for rates, plain counts otherwise.
    pub bound: f64,
}

/// A figure that a goal can bound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Figure {
    /// A percentile of the response time, in percent (99.9).
    Percentile(f64),
    /// The mean response time.
    Mean,
    /// The largest response time.
    Max,
    /// Records delivered per second.
    Throughput,
    /// Records that failed.
    Failed,
    /// Records that were lost (needs auditing).
    Lost,
}

/// How figure and bound must relate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `=`
    Equal,
    /// `>=`
    AtLeast,
    /// `>`
    Above,
}

/// Whether a goal is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GoalState {
    /// It is.
    Held,
    /// It is not.
    Missed,
    /// Not enough data yet.
    Unknown,
}
