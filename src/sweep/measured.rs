//! What one block said of a point, as far as a sweep keeps it.

use serde::{Deserialize, Serialize};

use crate::lab::block::Block;
use crate::lab::{Figure, Goal};
use crate::measure::Latencies;
use crate::measure::comparison::Metric;

/// The warning of a client that was too slow for the load.
pub const SATURATED: &str = "CLIENT SATURATED";
/// The share of the asked rate that may be missing.
const SLACK: f64 = 0.01;
/// What may be missing besides because records are under way at the edges of a block: their time against the block's, at most this.
const EDGES: f64 = 0.05;
/// What a goal that is no matter of degree weighs when it is missed: as if a time were twice its bound.
const MISSED: f64 = std::f64::consts::LN_2;

/// One block's figures.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Measured {
    /// Records delivered per second.
    pub records_per_s: f64,
    /// Due → acknowledged.
    pub response: Latencies,
    /// Records that failed.
    pub failed: u64,
    /// The highest share of one core (0–1) that a thread of ours took.
    pub client_cpu: f64,
    /// Warnings, by their words in capitals.
    pub warnings: Vec<String>,
    /// Why there are no figures, if so.
    pub problem: Option<String>,
    /// The time in which that was measured, in seconds.
    pub measured_s: f64,
    /// How long it took with warm-up and draining, in seconds.
    pub took_s: f64,
}

impl From<&Block> for Measured {
    fn from(block: &Block) -> Self {
        Self {
            records_per_s: block.records_per_s,
            response: block.response,
            failed: block.accounts.failed,
            client_cpu: block.client_cpu,
            warnings: block.warnings.iter().map(|one| one.word.into()).collect(),
            problem: None,
            measured_s: block.measured.as_secs_f64(),
            took_s: (block.warmed + block.measured).as_secs_f64(),
        }
    }
}

impl Measured {
    /// A block that gave no figures.
    #[must_use]
    pub fn failed(problem: String, took_s: f64) -> Self {
        Self {
            problem: Some(problem),
            took_s,
            ..Self::default()
        }
    }

    /// A figure, and whether it is a lower bound only; none without enough data.
    #[must_use]
    pub fn figure(&self, metric: Metric) -> Option<(f64, bool)> {
        if self.problem.is_some() {
            return None;
        }
        metric.of(&self.response, None, self.records_per_s)
    }

    /// Whether the client was the bottleneck.
    #[must_use]
    pub fn is_saturated(&self) -> bool {
        self.warnings.iter().any(|word| word == SATURATED)
    }

    /// How far a goal is missed, as the logarithm of value to bound; 0 where it holds, none where the data do not tell.
    #[must_use]
    pub fn excess(&self, goal: &Goal) -> Option<f64> {
        if self.problem.is_some() {
            return None;
        }
        let value = self.value(goal.figure)?;
        let holds = goal.relation.holds(value, goal.bound);
        let bounded = self.response.at_least_from;
        let all = goal.figure == Figure::Mean;
        let exact =
            !super::objective::is_time(goal) || !bounded.is_some_and(|from| all || value >= from.0);
        match (holds, exact || holds == goal.relation.is_upward()) {
            (_, false) => None,
            (true, true) => Some(0.0),
            (false, true) if value > 0.0 && goal.bound > 0.0 => {
                Some((value / goal.bound).ln().abs().max(f64::EPSILON))
            }
            (false, true) => Some(MISSED),
        }
    }

    /// The sum of what is missed of goals and of an asked rate; none where the data do not tell.
    #[must_use]
    pub fn total_excess(&self, goals: &[Goal], rate: Option<f64>) -> Option<f64> {
        let missed: Option<f64> = goals.iter().map(|goal| self.excess(goal)).sum();
        Some(missed? + self.behind(rate)?)
    }

    /// How far it stayed behind the asked rate, as the logarithm of asked to delivered; 0 where it kept up.
    #[must_use]
    pub fn behind(&self, rate: Option<f64>) -> Option<f64> {
        let Some(rate) = rate else {
            return Some(0.0);
        };
        if self.records_per_s <= 0.0 {
            return None;
        }
        let under_way = self.response.p50.map_or(0.0, |p50| p50.0 / 1000.0);
        let edges = (under_way / self.measured_s.max(0.001)).min(EDGES);
        let kept_up = self.records_per_s >= rate * (1.0 - SLACK - edges);
        Some(if kept_up {
            0.0
        } else {
            (rate / self.records_per_s).ln()
        })
    }

    /// The value of a figure that a goal names: milliseconds, records per second, or a count.
    #[must_use]
    pub fn value(&self, figure: Figure) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "a count")]
        match figure {
            Figure::Throughput => Some(self.records_per_s),
            Figure::Failed => Some(self.failed as f64),
            Figure::Lost | Figure::Duplicated | Figure::Reordered => None,
            _ => {
                let named = self.response.named().into_iter();
                let mut known = named.filter(|(name, _)| *name == figure.name());
                known.find_map(|(_, value)| value).map(|value| value.0)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Millis;

    fn measured(p99: f64) -> Measured {
        Measured {
            records_per_s: 1000.0,
            response: Latencies {
                p99: Some(Millis(p99)),
                ..Latencies::default()
            },
            ..Measured::default()
        }
    }

    fn excess(goal: &str, measured: &Measured) -> Option<f64> {
        measured.excess(&Goal::parse(goal).unwrap())
    }

    #[test]
    fn a_missed_goal_says_by_how_much() {
        assert_eq!(excess("p99<20ms", &measured(19.0)), Some(0.0));
        let doubled = excess("p99<20ms", &measured(40.0)).unwrap();
        assert!((doubled - 2f64.ln()).abs() < 1e-12);
        assert!(excess("p99<20ms", &measured(20.0)).unwrap() > 0.0);
        assert_eq!(excess("p50<20ms", &measured(1.0)), None, "not enough data");
        assert_eq!(excess("failed=0", &measured(1.0)), Some(0.0));
        assert!(excess("throughput>=2000/s", &measured(1.0)).unwrap() > 0.6);
    }

    #[test]
    fn a_lower_bound_can_miss_a_goal_but_not_hold_it() {
        let mut failed = measured(19.0);
        failed.response.at_least_from = Some(Millis(18.0));
        assert_eq!(excess("p99<20ms", &failed), None);
        failed.response.p99 = Some(Millis(25.0));
        assert!(excess("p99<20ms", &failed).unwrap() > 0.0);
    }

    #[test]
    fn a_rate_that_is_not_kept_counts_as_missed() {
        assert_eq!(measured(1.0).behind(Some(1005.0)), Some(0.0));
        assert!(measured(1.0).behind(Some(1020.0)).unwrap() > 0.0);
        let mut edges = measured(1.0);
        edges.response.p50 = Some(Millis(20.0));
        edges.measured_s = 1.0;
        assert_eq!(
            edges.behind(Some(1020.0)),
            Some(0.0),
            "two responses are under way"
        );
        assert!(measured(1.0).behind(Some(2000.0)).unwrap() > 0.69);
        assert_eq!(measured(1.0).total_excess(&[], None), Some(0.0));
    }
}
