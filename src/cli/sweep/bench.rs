//! Blocks of a running lab as the bench of a sweep; a signal or the end of the budget ends it.

use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

use crate::cli::output::{Failure, note};
use crate::cli::signals::Ending;
use crate::lab::Blocks;
use crate::settings::Settings;
use crate::sweep::journal::Header;
use crate::sweep::{Bench, Ended, Intake, Job, Measured, Space};

use super::args::SweepArgs;
use super::progress::Teller;

/// A lab that measures what a sweep asks for.
pub struct LabBench<'a> {
    blocks: Option<Blocks>,
    runtime: &'a Runtime,
    ending: Ending,
    warmup: Duration,
    measure: Duration,
    until: Option<Instant>,
    teller: Teller,
    intake: Intake,
    /// What to run before the first block, and for how long at least, since cold brokers measure wrongly; it does not count.
    first: Option<(Settings, Duration)>,
}

impl<'a> LabBench<'a> {
    /// A bench on these blocks; `done` are the seconds of the budget that a resumed sweep has used.
    pub fn new(
        args: &SweepArgs,
        header: &Header,
        space: &Space,
        blocks: Blocks,
        runtime: &'a Runtime,
        done: f64,
    ) -> Result<Self, Failure> {
        let inside = runtime.enter();
        let ending = Ending::listen().map_err(Failure::unmeasured)?;
        drop(inside);
        let left = header.budget_s.map(|budget| (budget - done).max(0.0));
        let seconds = |seconds: f64| Duration::try_from_secs_f64(seconds).unwrap_or_default();
        Ok(Self {
            blocks: Some(blocks),
            runtime,
            ending,
            warmup: seconds(header.warmup_s),
            measure: seconds(header.block_s),
            until: left.map(|left| Instant::now() + seconds(left)),
            teller: Teller::new(args.lab.output.quiet, header, space),
            intake: Intake::default(),
            first: None,
        })
    }

    /// Runs these settings for so long, and for a block at least, before the first one that counts.
    #[must_use]
    pub fn warmed_by(mut self, settings: Option<(Settings, Duration)>) -> Self {
        self.first = settings;
        self
    }

    fn warm_up(&mut self) -> Result<(), Ended> {
        let Some((settings, least)) = self.first.take() else {
            return Ok(());
        };
        let begun = Instant::now();
        loop {
            self.block(&settings)?;
            if begun.elapsed() >= least {
                return Ok(());
            }
        }
    }

    /// Ends the load and waits until it has drained; a signal gives up what is left.
    pub fn end(&mut self) {
        self.teller.end();
        let Some(blocks) = self.blocks.take() else {
            return;
        };
        let ending = &mut self.ending;
        self.runtime.block_on(async {
            let drained = tokio::task::spawn_blocking(move || drop(blocks.finish()));
            tokio::select! {
                _ = drained => {}
                number = ending.next() => std::process::exit(128 + number),
            }
        });
    }

    fn block(&mut self, settings: &Settings) -> Result<Measured, Ended> {
        let (warmup, measure) = (self.warmup, self.measure);
        let Some(blocks) = &mut self.blocks else {
            return Err(Ended::Stopped);
        };
        let ending = &mut self.ending;
        let begun = Instant::now();
        let outcome = self.runtime.block_on(async {
            tokio::select! {
                outcome = blocks.run(settings, warmup, measure) => Ok(outcome),
                _ = ending.wish() => Err(Ended::Stopped),
            }
        })?;
        self.intake.take(outcome, begun.elapsed())
    }
}

impl Bench for LabBench<'_> {
    fn measure(&mut self, job: &Job, settings: &Settings) -> Result<Measured, Ended> {
        if self.until.is_some_and(|until| Instant::now() >= until) {
            return Err(Ended::Budget);
        }
        self.warm_up()?;
        self.teller.begin(job, settings);
        let measured = self.block(settings);
        match &measured {
            Ok(measured) => self.teller.done(job, settings, measured),
            Err(Ended::Stopped) => {
                self.teller.end();
                note("ending early with what is done; again to end at once");
            }
            Err(_) => self.teller.end(),
        }
        measured
    }
}
