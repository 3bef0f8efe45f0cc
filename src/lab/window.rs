//! The measured window of a block: figures of the live trial between two ticks of the engine.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::lab::block::Block;
use crate::lab::engine::Engine;
use crate::lab::figures::Figures;
use crate::lab::machine::MachineReading;
use crate::lab::trial::Trial;
use crate::load::workload::Rate;
use crate::measure::steady::{Steady, Window as Second};
use crate::measure::{Counts, ErrorCount, Stages};
use crate::settings::Settings;

/// The engine looks at the busiest thread once a second: a younger figure still speaks of the time before the window.
const CPU_AGE: Duration = Duration::from_secs(1);
const SECOND: Duration = Duration::from_secs(1);

/// A block that was asked for and is not over.
pub struct Window {
    settings: Arc<Settings>,
    warmup: Duration,
    measure: Duration,
    asked: Instant,
    alone: Option<Duration>,
    from: Option<Start>,
    course: Course,
    cpu: f64,
}

/// The window second by second: whether it stands still.
#[derive(Default)]
struct Course {
    steady: Steady,
    since: Duration,
    figures: Figures,
}

impl Course {
    /// From here on.
    fn of(live: &Trial) -> Self {
        Self {
            steady: Steady::new(live.workload.rate == Rate::Max),
            since: live.loaded,
            figures: live.now.clone(),
        }
    }

    /// Takes the last second, once it is over.
    fn look(&mut self, live: &Trial) {
        let time = live.loaded.saturating_sub(self.since);
        if time < SECOND {
            return;
        }
        let news = live.now.since(&self.figures);
        if let Some(median) = news.response.quantile(0.5) {
            self.steady.push(Second {
                median_ms: float(median) / 1000.0,
                per_s: float(news.accounts.delivered) / time.as_secs_f64(),
            });
        }
        self.since = live.loaded;
        self.figures = live.now.clone();
    }
}

/// The live trial as the window began.
struct Start {
    warmed: Duration,
    loaded: Duration,
    figures: Figures,
    errors: Vec<ErrorCount>,
}

impl Window {
    /// Of the trial that will be opened with these very settings.
    #[must_use]
    pub fn new(settings: Arc<Settings>, warmup: Duration, measure: Duration) -> Self {
        Self {
            settings,
            warmup,
            measure,
            asked: Instant::now(),
            alone: None,
            from: None,
            course: Course::default(),
            cpu: 0.0,
        }
    }

    /// Looks at the live trial after a tick; gives the block once it is over.
    fn look(&mut self, live: &Trial, alone: bool, cpu: f64) -> Option<Block> {
        let Some(start) = &self.from else {
            self.warm_up(live, alone);
            return None;
        };
        self.course.look(live);
        let measured = live.loaded.saturating_sub(start.loaded);
        if measured >= CPU_AGE {
            self.cpu = self.cpu.max(cpu);
        }
        (measured >= self.measure).then(|| self.block(start, live, measured))
    }

    /// Begins the window once the trial has been alone for long enough. Whether a trial of the lab counts as settled is no matter
    /// here: a block asks for its own warm-up.
    fn warm_up(&mut self, live: &Trial, alone: bool) {
        if !alone || live.first_attempt().is_none() {
            return;
        }
        let since = *self.alone.get_or_insert(live.loaded);
        if live.loaded.saturating_sub(since) >= self.warmup {
            self.course = Course::of(live);
            self.from = Some(Start {
                warmed: self.asked.elapsed(),
                loaded: live.loaded,
                figures: live.now.clone(),
                errors: live.errors().to_vec(),
            });
        }
    }

    fn block(&self, start: &Start, live: &Trial, measured: Duration) -> Block {
        let figures = live.now.since(&start.figures);
        let seconds = measured.as_secs_f64().max(0.001);
        let lateness = if live.workload.rate == Rate::Max {
            Counts::new()
        } else {
            figures.lateness
        };
        Block {
            trial: live.number,
            settings: Arc::clone(&live.settings),
            warmed: start.warmed,
            measured,
            accounts: figures.accounts,
            records_per_s: float(figures.accounts.delivered) / seconds,
            mib_per_s: float(figures.accounts.delivered_bytes) / seconds / 1_048_576.0,
            response: figures.response.latencies(Some(&figures.failed_response)),
            delivery: figures.delivery.latencies(None),
            send: figures.send.latencies(None),
            lateness: lateness.latencies(None),
            end_to_end: live
                .followed
                .as_ref()
                .map(|_| figures.end_to_end.latencies(None)),
            histogram: figures.response,
            failures: figures.failed_response,
            errors: since(live.errors().to_vec(), &start.errors),
            behind: 0,
            steadiness: self.course.steady.judge(),
            client_cpu: self.cpu,
            stages: Stages::default(),
            machine: MachineReading::of(&figures.machine, &figures.hiccups),
            warnings: Vec::new(),
        }
    }
}

impl Engine {
    /// Opens a trial with these settings, even if nothing changed, and measures it once it is alone and warm.
    pub(super) fn begin_block(&mut self, window: Window) {
        let settings = Arc::clone(&window.settings);
        self.window = Some(window);
        self.turn(settings, true);
    }

    /// Looks at the block that is under way; a finished one stands in the next reading.
    pub(super) fn watch_block(&mut self) {
        let alone = self.trials.draining() == 0;
        let (Some(window), Some(live)) = (&mut self.window, self.trials.live()) else {
            return;
        };
        if !Arc::ptr_eq(&window.settings, &live.settings) {
            return;
        }
        let Some(mut block) = window.look(live, alone, self.desk.cpu) else {
            return;
        };
        if block.client_cpu <= 0.0 {
            block.client_cpu = self.desk.cpu;
        }
        let row = crate::lab::TrialReading {
            lateness: block.lateness,
            machine: block.machine,
            ..live.reading(&[], false)
        };
        block.stages = row.stages;
        block.warnings = self.warnings(&row);
        block.behind = self.desk.behind(self.clock.now(), self.trials.accounts());
        self.desk.block = Some(Arc::new(block));
        self.window = None;
    }
}

/// What came since an earlier list of the same trial.
fn since(errors: Vec<ErrorCount>, earlier: &[ErrorCount]) -> Vec<ErrorCount> {
    let before = |error: &ErrorCount| {
        let same = |old: &&ErrorCount| {
            (&old.code, old.phase, old.persisted) == (&error.code, error.phase, error.persisted)
        };
        earlier.iter().find(same).map_or(0, |old| old.count)
    };
    let news = errors.into_iter().map(|error| ErrorCount {
        count: error.count.saturating_sub(before(&error)),
        ..error
    });
    news.filter(|error| error.count > 0).collect()
}

#[expect(clippy::cast_precision_loss, reason = "counts stay below 2^52")]
fn float(number: u64) -> f64 {
    number as f64
}
