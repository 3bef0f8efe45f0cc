//! When the figures of a trial begin to count: its warm-up is found by its own course, and left out.

use std::collections::VecDeque;
use std::time::Duration;

use crate::lab::figures::Figures;
use crate::measure::counts::Counts;
use crate::measure::stage_meter::StageMeter;
use crate::measure::statistics::Statistics;
use crate::measure::steady::{Steadiness, Steady, WINDOWS, Window};

const WINDOW: Duration = Duration::from_secs(1);
/// A window with fewer reports goes on: its median would rest on chance.
const ENOUGH: u64 = 10;
/// After this time without five seconds that are alike, figures count all the same, and are marked.
const PATIENCE: Duration = Duration::from_secs(20);

/// A trial at a moment from which its figures may count.
#[derive(Clone)]
pub struct Start {
    /// When, in nanoseconds since the lab started.
    pub now: u64,
    /// Its time of load.
    pub loaded: Duration,
    /// All its figures.
    pub figures: Figures,
    /// Its stages, reset here.
    pub meter: StageMeter,
}

impl Start {
    /// Of a trial as it stands.
    #[must_use]
    pub fn here(now: u64, loaded: Duration, figures: &Figures, meter: &StageMeter) -> Self {
        let mut meter = meter.clone();
        meter.reset();
        Self {
            now,
            loaded,
            figures: figures.clone(),
            meter,
        }
    }
}

/// What must have passed before figures count.
#[derive(Clone, Copy)]
pub struct Least {
    /// Time of load, alone with the cluster.
    pub time: Duration,
    /// Delivered records.
    pub records: u64,
}

/// Looks for the end of a trial's warm-up.
pub struct Settling {
    steady: Steady,
    /// Whether the load itself changes, so that nothing can be read from its course.
    changes: bool,
    second: Counts,
    began: Option<Duration>,
    window: Duration,
    /// Where the last windows began, oldest first.
    starts: VecDeque<Start>,
    /// The first moment at which figures might count.
    earliest: Option<Start>,
    given_up: bool,
    over: bool,
}

impl Settling {
    /// Of a trial that has not begun. `full_speed`: no schedule sets its throughput. `changes`: its load is not meant to be steady.
    #[must_use]
    pub fn new(full_speed: bool, changes: bool) -> Self {
        Self {
            steady: Steady::new(full_speed),
            changes,
            second: Counts::new(),
            began: None,
            window: Duration::ZERO,
            starts: VecDeque::new(),
            earliest: None,
            given_up: false,
            over: false,
        }
    }

    /// Takes the response times of one interval.
    pub fn push(&mut self, response: &Counts) {
        if self.began.is_some() && !self.over {
            self.second.add(response);
        }
    }

    /// Takes librdkafka's statistics, for the stages of every moment from which figures may count.
    pub fn hear(&mut self, statistics: &Statistics, at: Duration) {
        for start in self.starts.iter_mut().chain(&mut self.earliest) {
            start.meter.push(statistics, at);
        }
    }

    /// Whether nothing was looked for so far.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.began.is_none()
    }

    /// What its course says so far.
    #[must_use]
    pub fn steadiness(&self) -> Steadiness {
        match self.began {
            None => Steadiness::Early,
            _ if self.changes => Steadiness::Unasked,
            _ => self.steady.judge(),
        }
    }

    /// Looks at the trial as it stands `here`; gives the moment from which its figures count once that is known, and again
    /// when a better one is found after it had been given up.
    pub fn look(
        &mut self,
        here: impl Fn() -> Start,
        loaded: Duration,
        least: Least,
    ) -> Option<Start> {
        if self.over {
            return None;
        }
        let Some(began) = self.began else {
            self.began = Some(loaded);
            self.window = loaded;
            self.starts.push_back(here());
            return None;
        };
        let length = loaded.saturating_sub(self.window);
        if length < WINDOW || self.second.total() < ENOUGH {
            return None;
        }
        self.close_window(length, loaded);
        let start = here();
        let passed = loaded.saturating_sub(began);
        if self.earliest.is_none()
            && passed >= least.time
            && start.figures.accounts.delivered >= least.records
        {
            self.earliest = Some(start.clone());
        }
        self.starts.push_back(start);
        while self.starts.len() > WINDOWS + 1 {
            self.starts.pop_front();
        }
        self.decide(passed)
    }

    fn close_window(&mut self, length: Duration, loaded: Duration) {
        #[expect(
            clippy::cast_precision_loss,
            reason = "microseconds and counts of a second"
        )]
        let window = Window {
            median_ms: self.second.quantile(0.5).unwrap_or(0) as f64 / 1000.0,
            per_s: self.second.total() as f64 / length.as_secs_f64(),
        };
        self.steady.push(window);
        self.second.clear();
        self.window = loaded;
    }

    fn decide(&mut self, passed: Duration) -> Option<Start> {
        let earliest = self.earliest.as_ref()?;
        if self.changes || self.steady.judge() == Steadiness::Steady {
            self.over = true;
            let first = self.starts.pop_front().filter(|_| !self.changes);
            let start = first.filter(|first| first.loaded >= earliest.loaded);
            self.starts.clear();
            return start.or_else(|| self.earliest.take());
        }
        if passed >= PATIENCE && !self.given_up {
            self.given_up = true;
            return Some(earliest.clone());
        }
        None
    }
}

#[cfg(test)]
mod tests;
