//! Progress of scenarios on standard error: which round, what it does, and how long is left.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::cli::output::note;
use crate::cli::status::StatusLine;
use crate::scenario::{Ground, News, Round, Step};

/// How long a round takes before any has told.
const ROUND_S: f64 = 15.0;

/// Tells how far the scenarios are: a line that is rewritten on a terminal, and a line a finished round everywhere.
#[derive(Clone)]
pub struct Teller {
    quiet: bool,
    line: Arc<Mutex<StatusLine>>,
    /// How many rounds of those that are run take time.
    total: usize,
    long: usize,
    done: usize,
    took_s: f64,
    measured: usize,
}

impl Teller {
    /// A teller of these steps on this ground; a quiet one says nothing.
    pub fn new(quiet: bool, steps: &[Step], ground: &Ground) -> Self {
        let takes_time = |step: &&Step| ground.lacks(step.scenario).is_none();
        Self {
            quiet,
            line: Arc::new(Mutex::new(StatusLine::new(quiet))),
            total: steps.len(),
            long: steps.iter().filter(takes_time).count(),
            done: 0,
            took_s: 0.0,
            measured: 0,
        }
    }

    /// Says what begins.
    pub fn begin(&self, step: &Step) {
        let text = format!("{}  {}", self.place(), step.scenario.claim);
        self.show(&format!("{}  {text}", step.scenario.id));
    }

    /// What hears the news of this round.
    pub fn ear(&self, step: &Step) -> Arc<dyn Fn(&News<'_>) + Send + Sync> {
        let (teller, id) = (self.clone(), step.scenario.id);
        Arc::new(move |news| {
            if let News::Says(text) = news {
                teller.show(&format!("{id}  {}  {text}", teller.place()));
            }
        })
    }

    /// Says what came out.
    pub fn done(&mut self, step: &Step, round: &Round) {
        self.done += 1;
        if round.took_s > 0.0 {
            self.took_s += round.took_s;
            self.measured += 1;
        }
        self.end();
        if self.quiet {
            return;
        }
        let (id, verdict, took) = (step.scenario.id, round.verdict.name(), round.took_s);
        note(&format!("{id}  {verdict} in {took:.1} s; {}", self.place()));
    }

    /// Clears the rewritten line.
    pub fn end(&self) {
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        line.end();
    }

    fn show(&self, text: &str) {
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        line.show(text);
    }

    /// `3 of 12 done, about 2m 10s left`.
    #[expect(clippy::cast_precision_loss, reason = "a number of rounds")]
    fn place(&self) -> String {
        let each = if self.measured == 0 {
            ROUND_S
        } else {
            self.took_s / self.measured as f64
        };
        let left = each * self.long.saturating_sub(self.measured) as f64;
        let left = Duration::try_from_secs_f64(left.ceil()).unwrap_or_default();
        let (done, total) = (self.done, self.total);
        if done == total {
            return format!("{done} of {total} done");
        }
        let left = humantime::format_duration(left);
        format!("{done} of {total} done, about {left} left")
    }
}
