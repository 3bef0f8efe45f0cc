//! Progress of a sweep on standard error: which block, and how long is left.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::Duration;

use crate::cli::output::note;
use crate::report::format::{millis, three};
use crate::settings::{Knob, Settings};
use crate::sweep::journal::Header;
use crate::sweep::{Job, Measured, Space};

/// Tells how far a sweep is: a line that is rewritten on a terminal, else a line a block.
#[derive(Debug)]
pub struct Teller {
    quiet: bool,
    terminal: bool,
    written: bool,
    total: usize,
    block_s: f64,
    names: Vec<&'static str>,
    took: Vec<f64>,
}

impl Teller {
    /// A teller for this plan; a quiet one says nothing.
    pub fn new(quiet: bool, header: &Header, space: &Space) -> Self {
        let points = match header.plan.search {
            crate::sweep::Search::One => space.one_at_a_time(),
            _ => space.grid(),
        };
        let points = points.map_or(0, |(points, _)| points.len());
        Self {
            quiet,
            terminal: io::stderr().is_terminal(),
            written: false,
            total: header.plan.blocks(points),
            block_s: header.block_s + header.warmup_s,
            names: space.axes.iter().map(|axis| axis.knob.name).collect(),
            took: Vec::new(),
        }
    }

    /// Says what begins.
    pub fn begin(&mut self, job: &Job, settings: &Settings) {
        if self.quiet || !self.terminal {
            return;
        }
        let line = format!("{}  {}", self.place(job), self.what(job, settings));
        let line: String = line.chars().take(79).collect();
        let _ = write!(io::stderr(), "\r\x1b[K{line}");
        self.written = true;
    }

    /// Says what came out.
    pub fn done(&mut self, job: &Job, settings: &Settings, measured: &Measured) {
        self.took.push(measured.took_s);
        if self.quiet || self.terminal {
            return;
        }
        let figures = match &measured.problem {
            Some(problem) => problem.clone(),
            None => format!(
                "{}/s p99 {} ms",
                three(measured.records_per_s),
                millis(measured.response.p99)
            ),
        };
        note(&format!(
            "{}  {}  {figures}",
            self.place(job),
            self.what(job, settings)
        ));
    }

    /// Ends the rewritten line.
    pub fn end(&mut self) {
        if std::mem::take(&mut self.written) {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }

    /// `block 12 of about 48, 3m 20s left`.
    fn place(&self, job: &Job) -> String {
        let number = job.number + 1;
        let left = self.total.saturating_sub(job.number);
        #[expect(clippy::cast_precision_loss, reason = "a number of blocks")]
        let seconds = {
            let each = match self.took.len() {
                0 => self.block_s,
                many => self.took.iter().sum::<f64>() / many as f64,
            };
            each * left as f64
        };
        let left = Duration::try_from_secs_f64(seconds.ceil()).unwrap_or_default();
        let left = humantime::format_duration(left);
        format!(
            "block {number} of about {}, {left} left",
            self.total.max(number)
        )
    }

    fn what(&self, job: &Job, settings: &Settings) -> String {
        let shown = |name: &&'static str| {
            let row: Option<&Knob> = crate::settings::find(name);
            row.map(|row| format!("{name}={}", row.text(settings.value(name))))
        };
        let mut words: Vec<String> = self.names.iter().filter_map(shown).collect();
        words.push(match job.rate {
            Some(rate) => format!("at {}/s", three(rate)),
            None => "at full speed".into(),
        });
        words.join(" ")
    }
}
