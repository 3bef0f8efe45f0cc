//! What was measured, by point and rate.

use crate::lab::Goal;
use crate::measure::comparison::{Estimate, Metric};

use super::measured::Measured;
use super::objective::Objective;
use super::plan::{Job, Phase};

/// What a missed goal weighs against the sought figure while searching: missing by 1 % is as bad as 3 % less. Near the border points on
/// the wrong side so stay worth looking at from.
const WEIGHT: f64 = 3.0;

/// A point with so many blocks knows its own noise.
const ENOUGH: usize = 4;
/// Standard errors in half a 95 % interval.
const WIDE: f64 = 2.0;

/// All blocks of one point at one rate.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The number of the point.
    pub point: usize,
    /// Records per second that were asked for; none is full speed.
    pub rate: Option<f64>,
    /// The blocks in the order in which they were measured.
    pub blocks: Vec<(Job, Measured)>,
}

/// Everything that was measured.
#[derive(Clone, Debug, Default)]
pub struct Book {
    /// In the order of the first block.
    pub entries: Vec<Entry>,
}

impl Book {
    /// Adds a block.
    pub fn add(&mut self, job: &Job, measured: Measured) {
        let block = (*job, measured);
        match self.position(job.point, job.rate) {
            Some(at) => self.entries[at].blocks.push(block),
            None => self.entries.push(Entry {
                point: job.point,
                rate: job.rate,
                blocks: vec![block],
            }),
        }
    }

    /// What is known of a point at a rate.
    #[must_use]
    pub fn entry(&self, point: usize, rate: Option<f64>) -> Option<&Entry> {
        self.position(point, rate)
            .and_then(|at| self.entries.get(at))
    }

    /// The spread of a figure between blocks of one point, pooled over all points, as the standard deviation of logarithms; none where
    /// no point has two blocks.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a number of blocks")]
    pub fn spread(&self, metric: Metric) -> Option<f64> {
        let known = self.entries.iter().filter_map(|entry| entry.logs(metric));
        let (mut squares, mut degrees) = (0.0, 0);
        for logs in known.filter(|logs| logs.len() > 1) {
            let mean = logs.iter().sum::<f64>() / logs.len() as f64;
            squares += logs.iter().map(|log| (log - mean).powi(2)).sum::<f64>();
            degrees += logs.len() - 1;
        }
        (degrees > 0).then(|| (squares / degrees as f64).sqrt())
    }

    fn position(&self, point: usize, rate: Option<f64>) -> Option<usize> {
        let mut entries = self.entries.iter();
        entries.position(|entry| entry.point == point && entry.rate == rate)
    }

    /// How many blocks there are.
    #[must_use]
    pub fn blocks(&self) -> usize {
        self.entries.iter().map(|entry| entry.blocks.len()).sum()
    }
}

impl Entry {
    /// The same with the blocks of one phase only.
    #[must_use]
    pub fn of_phase(&self, phase: Phase) -> Self {
        let blocks = self.blocks.iter();
        Self {
            blocks: blocks
                .filter(|(job, _)| job.phase == phase)
                .cloned()
                .collect(),
            ..*self
        }
    }

    /// Logarithms of a figure, a block each; none when a block has not enough data.
    #[must_use]
    pub fn logs(&self, metric: Metric) -> Option<Vec<f64>> {
        let figures = self.blocks.iter().map(|(_, block)| block.figure(metric));
        figures
            .map(|figure| figure.map(|(value, _)| value.ln()))
            .collect()
    }

    /// The geometric mean of a figure, with half its 95 % interval as the logarithm of a ratio (infinite for one block).
    #[must_use]
    pub fn mean(&self, metric: Metric) -> Option<(f64, f64)> {
        let estimate = Estimate::of(&self.logs(metric)?, 0)?;
        Some((estimate.mean.exp(), estimate.half_width()))
    }

    /// The geometric mean of a figure with its noise, as half the 95 % interval of a logarithm: by its own blocks where there are enough
    /// of them, else by the `spread` of all points; infinite where nothing is known.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a number of blocks")]
    pub fn mean_with_noise(&self, metric: Metric, spread: Option<f64>) -> Option<(f64, f64)> {
        let (value, own) = self.mean(metric)?;
        let blocks = self.blocks.len();
        let pooled = spread.map(|spread| WIDE * spread / (blocks as f64).sqrt());
        let noise = if blocks >= ENOUGH { Some(own) } else { pooled };
        Some((value, noise.unwrap_or(own)))
    }

    /// How far goals and rate are missed, the median of the blocks; none where no block tells.
    #[must_use]
    pub fn excess(&self, goals: &[Goal]) -> Option<f64> {
        let blocks = self.blocks.iter();
        let mut told: Vec<f64> = blocks
            .filter_map(|(_, block)| block.total_excess(goals, self.rate))
            .collect();
        told.sort_by(f64::total_cmp);
        // Of two the worse: a goal that is missed in half the blocks is not held.
        told.get(told.len() / 2).copied()
    }

    /// Why a block of it gave no figures.
    #[must_use]
    pub fn problem(&self) -> Option<&str> {
        let mut blocks = self.blocks.iter();
        blocks.find_map(|(_, block)| block.problem.as_deref())
    }

    /// How good it is for the guide and for ranks: the smaller the better; infinite where nothing is known.
    #[must_use]
    pub fn score(&self, objective: &Objective) -> f64 {
        let metric = objective.metric;
        let (Some((value, _)), Some(excess)) = (self.mean(metric), self.excess(&objective.goals))
        else {
            return f64::INFINITY;
        };
        let value = if metric.is_higher_better() {
            -value.ln()
        } else {
            value.ln()
        };
        value + WEIGHT * excess
    }

    /// The rank: first what holds the goals, the best figure first; then what misses them least.
    #[must_use]
    pub fn rank(&self, objective: &Objective) -> (f64, f64) {
        let excess = self.excess(&objective.goals).unwrap_or(f64::INFINITY);
        (excess, self.score(objective))
    }
}
