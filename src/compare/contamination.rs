//! Which blocks the machine spoilt. Told by what it did alone: neither the arm nor any figure of the load is looked at.
//!
//! A block is spoilt where one of four things was both *large* (above a fixed share) and *rare* (far from what this machine does in
//! this comparison all the time). What it does all the time is in both arms alike, is measured by the noise floor, and needs no
//! dropping; on a machine where it is too much, the noise floor says so. What is large and rare hits one block and not its partner.
//!
//! Which things count, that the rule is blind, that the *pair* is dropped and that more than a fifth of dropped pairs is "too noisy":
//! the project's reference on measurement, section 2.7, point 5. "Rare" is Tukey's outer fence (Exploratory Data Analysis, 1977):
//! above the upper quartile by more than three times the distance between the quartiles. Where an arm itself loads the machine more,
//! half of the blocks are beyond any fence of the other half, which moves the quartile: no arm can spoil its own blocks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::lab::MachineReading;
use crate::measure::comparison::Metric;

use super::Phase;
use super::series::{Done, Pair};

/// Blocks differ from each other by about so much anyway: the residual of the simulation behind the method (section 2.6 there).
/// Time that is lost above this share shows in a throughput.
const RESIDUAL: f64 = 0.02;
/// A median moves little: this share of late records makes it the percentile 47.4 of the others.
const MEDIAN: f64 = 0.05;
/// Cores that our threads wait for, all together: half a second a second.
const WAITED: f64 = 0.5;
/// Tukey's outer fence lies so many distances between the quartiles above the upper one.
const FAR: f64 = 3.0;

/// What this machine did during a block. `null`: nothing was looked at, or the system does not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct MachineFigures {
    /// The share of the time in which it stood still for 10 ms or more at once (0–1).
    pub paused: Option<f64>,
    /// The share of its CPU time that a hypervisor gave to others (0–1).
    pub cpu_stolen: Option<f64>,
    /// Cores that our threads waited for: 0.5 is half a second of waiting per second.
    pub run_queue_wait: Option<f64>,
    /// Whether one of our threads wanted a core nearly all the time.
    pub saturated: Option<bool>,
}

impl From<&MachineReading> for MachineFigures {
    fn from(machine: &MachineReading) -> Self {
        Self {
            paused: machine.paused,
            cpu_stolen: machine.stolen,
            run_queue_wait: machine.waited,
            saturated: machine.busiest.map(|_| machine.saturated),
        }
    }
}

/// One thing that spoils a block.
struct Cause {
    of: fn(&MachineFigures) -> Option<f64>,
    /// Nothing below counts.
    least: fn(Metric) -> f64,
    /// What it did, with this figure and what is usual.
    told: fn(f64, f64) -> String,
}

const CAUSES: [Cause; 4] = [
    Cause {
        of: |machine| machine.paused,
        least: lost,
        told: |now, usual| {
            let (now, usual) = (percent(now), percent(usual));
            format!("this machine stood still for {now} of the time (usually {usual})")
        },
    },
    Cause {
        of: |machine| machine.cpu_stolen,
        least: |_| RESIDUAL,
        told: |now, usual| {
            let (now, usual) = (percent(now), percent(usual));
            format!("the hypervisor gave {now} of the CPU time to others (usually {usual})")
        },
    },
    Cause {
        of: |machine| machine.run_queue_wait,
        least: |_| WAITED,
        told: |now, usual| {
            format!("threads waited {now:.2} s a second for a core (usually {usual:.2})")
        },
    },
    Cause {
        of: |machine| machine.saturated.map(|it| if it { 1.0 } else { 0.0 }),
        least: |_| 0.5,
        told: |_, _| "one thread wanted a core all the time (usually none does)".into(),
    },
];

/// The share of lost time from which on a figure tells of it: a pause hits the records of its own time, so it makes up half of those
/// above a percentile when it is half as long.
fn lost(metric: Metric) -> f64 {
    let above = metric.share_above();
    above.map_or(RESIDUAL, |above| (above / 2.0).min(MEDIAN))
}

fn percent(share: f64) -> String {
    format!("{} %", super::number(share * 100.0))
}

/// For each block of one phase, what spoilt it.
fn judge(blocks: &[MachineFigures], metric: Metric) -> Vec<Option<String>> {
    let mut found = vec![None; blocks.len()];
    for cause in &CAUSES {
        let mut known: Vec<f64> = blocks.iter().filter_map(cause.of).collect();
        known.sort_by(f64::total_cmp);
        let (Some(low), Some(usual), Some(high)) = (
            quantile(&known, 0.25),
            quantile(&known, 0.5),
            quantile(&known, 0.75),
        ) else {
            continue;
        };
        let bound = (high + FAR * (high - low)).max((cause.least)(metric));
        for (block, why) in blocks.iter().zip(&mut found) {
            let value = (cause.of)(block).filter(|value| *value > bound);
            if let (Some(value), None) = (value, &why) {
                *why = Some((cause.told)(value, usual));
            }
        }
    }
    found
}

/// By linear interpolation between the two nearest (Hyndman and Fan's type 7); none of nothing.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a place in a short list"
)]
fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let place = share * sorted.len().checked_sub(1)? as f64;
    let low = sorted.get(place.floor() as usize)?;
    let high = sorted.get(place.ceil() as usize)?;
    Some(low + (high - low) * place.fract())
}

/// Judges all blocks anew, since what is usual shows with every one more, and drops the pairs of spoilt ones unless they are kept.
pub(super) fn mark(blocks: &mut [Done], pairs: &mut [Pair], metric: Metric, kept: bool) {
    for phase in [Phase::Noise, Phase::Pairs] {
        let mine = |done: &&mut Done| done.ask.phase == phase;
        let machines: Vec<_> = blocks.iter_mut().filter(mine).collect();
        let told: Vec<_> = machines.iter().map(|done| done.figures.machine).collect();
        for (done, why) in machines.into_iter().zip(judge(&told, metric)) {
            done.figures.contaminated = why;
        }
    }
    for pair in pairs {
        let why = |at: usize| blocks.get(at)?.figures.contaminated.clone();
        pair.dropped = why(pair.blocks.0)
            .or_else(|| why(pair.blocks.1))
            .filter(|_| !kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paused(shares: &[f64]) -> Vec<MachineFigures> {
        let one = |share: &f64| MachineFigures {
            paused: Some(*share),
            ..MachineFigures::default()
        };
        shares.iter().map(one).collect()
    }

    fn spoilt(blocks: &[MachineFigures], metric: Metric) -> Vec<usize> {
        let found = judge(blocks, metric);
        let spoilt = found.iter().enumerate().filter(|(_, why)| why.is_some());
        spoilt.map(|(at, _)| at).collect()
    }

    #[test]
    fn a_pause_is_told_where_it_is_large_and_rare() {
        let calm = [0.0, 0.001, 0.0, 0.002, 0.0, 0.09, 0.0, 0.001];
        assert_eq!(spoilt(&paused(&calm), Metric::P50), [5]);
        let why = judge(&paused(&calm), Metric::P50)[5].clone().unwrap();
        assert_eq!(
            why,
            "this machine stood still for 9 % of the time (usually 0.05 %)"
        );
        // Rare, but too short to show in a median; it makes up most of the time above p99.
        let short = [0.0, 0.001, 0.0, 0.0, 0.0, 0.03, 0.0, 0.001];
        assert_eq!(spoilt(&paused(&short), Metric::P50), [0; 0]);
        assert_eq!(spoilt(&paused(&short), Metric::Throughput), [5]);
        assert_eq!(spoilt(&paused(&short), Metric::P99), [5]);
        // Large, but what this machine does all the time.
        let always = [0.05, 0.08, 0.02, 0.07, 0.05, 0.09, 0.04, 0.06];
        assert_eq!(spoilt(&paused(&always), Metric::P99), [0; 0]);
    }

    #[test]
    fn an_arm_that_loads_the_machine_does_not_spoil_its_own_blocks() {
        let arms = [0.01, 0.3, 0.01, 0.31, 0.29, 0.0, 0.3, 0.01, 0.0, 0.32];
        assert_eq!(spoilt(&paused(&arms), Metric::P50), [0; 0]);
        let thread = |saturated| MachineFigures {
            saturated: Some(saturated),
            ..MachineFigures::default()
        };
        let half: Vec<_> = (0..12).map(|at| thread(at % 2 == 0)).collect();
        assert_eq!(spoilt(&half, Metric::P50), [0; 0]);
        let once: Vec<_> = (0..12).map(|at| thread(at == 7)).collect();
        assert_eq!(spoilt(&once, Metric::P50), [7]);
        let all = vec![thread(true); 12];
        assert_eq!(spoilt(&all, Metric::Throughput), [0; 0]);
    }

    #[test]
    fn stolen_time_and_waiting_count_and_what_is_not_known_does_not() {
        let mut blocks = vec![MachineFigures::default(); 9];
        assert_eq!(spoilt(&blocks, Metric::P50), [0; 0]);
        for block in &mut blocks {
            (block.cpu_stolen, block.run_queue_wait) = (Some(0.001), Some(0.05));
        }
        blocks[2].cpu_stolen = Some(0.03);
        blocks[6].run_queue_wait = Some(0.9);
        let found = judge(&blocks, Metric::P50);
        assert!(found[2].as_deref().unwrap().contains("hypervisor"));
        assert!(found[6].as_deref().unwrap().contains("0.90 s a second"));
        assert_eq!(spoilt(&blocks, Metric::P50), [2, 6]);
    }
}
