//! The line of progress while a bench runs, and while a topic is read back.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use crate::audit;
use crate::lab::{LoadState, Reading};
use crate::report::format::{bounded, count, three};
use crate::report::perf::{self, Progress};

use super::status::StatusLine;

/// What had happened at a moment.
#[derive(Clone, Copy, Debug, Default)]
struct Mark {
    at: Duration,
    delivered: u64,
    bytes: u64,
    reports: u64,
    sum_ms: f64,
}

/// Turns readings into the differences between lines.
#[derive(Debug, Default)]
pub struct Tracker {
    last: Mark,
}

impl Tracker {
    /// What happened since the last call.
    pub fn since_last(&mut self, reading: &Reading) -> Progress {
        let now = mark(reading);
        let last = self.last;
        // Figures start anew when a trial has settled.
        let (reports, sum_ms) = if now.reports >= last.reports && now.sum_ms >= last.sum_ms {
            (now.reports - last.reports, now.sum_ms - last.sum_ms)
        } else {
            (now.reports, now.sum_ms)
        };
        self.last = now;
        #[expect(
            clippy::cast_precision_loss,
            reason = "a mean that is shown with one decimal"
        )]
        let mean_ms = (reports > 0).then(|| sum_ms / reports as f64);
        Progress {
            delivered: now.delivered.saturating_sub(last.delivered),
            bytes: now.bytes.saturating_sub(last.bytes),
            seconds: now.at.saturating_sub(last.at).as_secs_f64(),
            mean_ms,
            max_ms: longest_since(reading, last.at),
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a sum for a mean that is shown with one decimal"
)]
fn mark(reading: &Reading) -> Mark {
    let response = reading.live_trial().map(|trial| trial.response);
    let response = response.unwrap_or_default();
    Mark {
        at: reading.at,
        delivered: reading.accounts.delivered,
        bytes: reading.accounts.delivered_bytes,
        reports: response.count,
        sum_ms: response
            .mean
            .map_or(0.0, |mean| mean.0 * response.count as f64),
    }
}

fn longest_since(reading: &Reading, since: Duration) -> Option<f64> {
    reading
        .history
        .iter()
        .rev()
        .take_while(|column| column.to > since)
        .filter_map(|column| column.quantiles.map(|(_, _, max)| max))
        .reduce(f64::max)
}

/// Writes progress to standard error: a line that is rewritten each second on a terminal, else one line an interval.
#[derive(Debug)]
pub struct Printer {
    tracker: Tracker,
    terminal: bool,
    quiet: bool,
    every: Duration,
    next: Duration,
    written: bool,
}

impl Printer {
    /// A printer that writes a line every `every` where there is no terminal; a quiet one writes nothing.
    #[must_use]
    pub fn new(quiet: bool, every: Duration) -> Self {
        let terminal = io::stderr().is_terminal();
        let every = if terminal {
            Duration::from_secs(1)
        } else {
            every
        };
        Self {
            tracker: Tracker::default(),
            terminal,
            quiet,
            every,
            next: every,
            written: false,
        }
    }

    /// Looks at a reading; writes when it is time, and once there is a trial to tell of.
    pub fn look(&mut self, reading: &Reading) {
        if self.quiet || reading.at < self.next || reading.trials.is_empty() {
            return;
        }
        while self.next <= reading.at {
            self.next += self.every;
        }
        let progress = self.tracker.since_last(reading);
        if self.terminal {
            let _ = write!(io::stderr(), "\r\x1b[K{}", live(reading, &progress));
            self.written = true;
        } else {
            super::output::note(&perf::interval(&progress));
        }
    }

    /// Ends the rewritten line.
    pub fn end(&mut self) {
        if std::mem::take(&mut self.written) {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

/// The line of progress while a topic is read back, on standard error: rewritten on a terminal, else one line an interval.
pub struct ReadBack {
    quiet: bool,
    line: StatusLine,
    every: Duration,
    told: Instant,
}

impl ReadBack {
    /// A line that is told every `every` where there is no terminal; a quiet one says nothing.
    #[must_use]
    pub fn new(quiet: bool, every: Duration) -> Self {
        Self {
            quiet,
            line: StatusLine::new(quiet),
            every,
            told: Instant::now(),
        }
    }

    /// Tells how far it is.
    pub fn tell(&mut self, progress: audit::Progress) {
        if self.quiet {
            return;
        }
        let text = format!(
            "read {} of {} offsets",
            count(progress.read),
            count(progress.of)
        );
        if self.line.is_shown() {
            self.line.show(&text);
        } else if self.told.elapsed() >= self.every {
            self.told = Instant::now();
            super::output::note(&text);
        }
    }

    /// Ends the rewritten line.
    pub fn end(&mut self) {
        self.line.end();
    }
}

/// One line of at most 79 columns for a terminal.
fn live(reading: &Reading, progress: &Progress) -> String {
    let seconds = reading.at.as_secs();
    let state = match &reading.load {
        LoadState::Starting => "opening",
        LoadState::Running => "load",
        LoadState::Paused => "paused",
        LoadState::Stopping => "draining",
        LoadState::Stopped => "done",
        LoadState::Failed(_) => "failed",
    };
    #[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
    let rate = if progress.seconds > 0.0 {
        three(progress.delivered as f64 / progress.seconds)
    } else {
        "0".into()
    };
    let times = reading
        .live_trial()
        .map(|trial| trial.response)
        .unwrap_or_default();
    let text = format!(
        "{state} {}:{:02}  {} sent  {rate}/s  p99 {} ms  in flight {}  failed {}",
        seconds / 60,
        seconds % 60,
        count(reading.accounts.delivered),
        bounded(times.p99, &times),
        count(reading.accounts.in_flight()),
        count(reading.accounts.failed),
    );
    text.chars().take(79).collect()
}
