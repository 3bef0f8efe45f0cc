//! Progress of a sweep on standard error: which block, and how long is left.

use crate::cli::output::note;
use crate::cli::status::StatusLine;
use crate::measure::comparison::Metric;
use crate::report::format::{maybe, three};
use crate::settings::{Knob, Settings};
use crate::sweep::journal::Header;
use crate::sweep::{Job, Measured, Pace, Space, time_of};

/// Tells how far a sweep is: a line that is rewritten on a terminal, else a line a block.
#[derive(Debug)]
pub struct Teller {
    quiet: bool,
    line: StatusLine,
    pace: Pace,
    names: Vec<&'static str>,
    time: Metric,
}

impl Teller {
    /// A teller for this plan; a quiet one says nothing.
    pub fn new(quiet: bool, header: &Header, space: &Space) -> Self {
        let points = space.points(header.plan.search);
        let points = points.map_or(0, |(points, _)| points.len());
        Self {
            quiet,
            line: StatusLine::new(quiet),
            pace: Pace::new(&header.plan, points, header.block_s + header.warmup_s),
            names: space.axes.iter().map(|axis| axis.knob.name).collect(),
            time: time_of(header.plan.objective.judged_by()),
        }
    }

    /// Says what begins.
    pub fn begin(&mut self, job: &Job, settings: &Settings) {
        let text = format!("{}  {}", self.place(job), self.what(job, settings));
        self.line.show(&text);
    }

    /// Says what came out.
    pub fn done(&mut self, job: &Job, settings: &Settings, measured: &Measured) {
        self.pace.took(measured.took_s);
        if self.quiet || self.line.is_shown() {
            return;
        }
        let figures = match &measured.problem {
            Some(problem) => problem.clone(),
            None => format!(
                "{}/s {} {} ms",
                three(measured.records_per_s),
                self.time.name(),
                maybe(measured.figure(self.time).map(|(figure, _)| figure))
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
        self.line.end();
    }

    /// `block 12 of about 48, 3m 20s left`.
    fn place(&self, job: &Job) -> String {
        let left = humantime::format_duration(self.pace.left(job.number));
        format!(
            "block {} of about {}, {left} left",
            job.number + 1,
            self.pace.total(job.number)
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
