//! The statistics of paired blocks: which of two arms is better, by how much, and is it real.
//!
//! The unit is the block, never the record. A pair gives one logarithm of a ratio, `ln(B / A)`; what drifts slowly is nearly the
//! same in both blocks of a pair and cancels. Sources: paired t interval on logarithms of ratios and its use for ratios of run
//! times: Kalibera and Jones, "Rigorous benchmarking in reasonable time", ISMM 2013; sign-flip permutation: Fisher, "The Design of
//! Experiments", 1935; equivalence by interval inclusion: Westlake, Biometrics 32, 1976.

mod estimate;
mod metric;
mod power;
mod resample;
mod student;
mod verdict;

pub use estimate::{Estimate, percent, ratio_of};
pub use metric::{Metric, MetricError};
pub use power::{detectable, pairs_needed};
pub use resample::bootstrap;
pub use verdict::{FEWEST_PAIRS, Judgement, Limits, Reason, Verdict, judge};
