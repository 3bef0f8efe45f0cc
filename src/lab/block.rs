//! Blocks: one running lab measures one settings after the other, each for a given time of load.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::lab::reading::Warning;
use crate::lab::{Command, Lab, LabConfig, LabError, LoadState, MachineReading, Reading};
use crate::measure::{Accounts, Counts, ErrorCount, Latencies, Stages, Steadiness};
use crate::settings::Settings;
use crate::snapshot::Snapshot;

/// How long turning and draining may take beyond warm-up and measurement.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// What was measured in one block. Everything counts over the measured window alone, by the moment of the report.
#[derive(Clone, Debug)]
pub struct Block {
    /// The trial that carried it.
    pub trial: u64,
    /// What it ran with.
    pub settings: Arc<Settings>,
    /// From the turn to the window: opening, draining and warm-up.
    pub warmed: Duration,
    /// The time of load in the window: what was asked for, and up to one interval of 100 ms more.
    pub measured: Duration,
    /// Counts of the window. What was under way at its edges makes them differ a little: they need not balance.
    pub accounts: Accounts,
    /// Records delivered per second.
    pub records_per_s: f64,
    /// MiB of payload and record keys delivered per second.
    pub mib_per_s: f64,
    /// Due → acknowledged; failed records count in at the age at which they failed, as lower bounds.
    pub response: Latencies,
    /// Accepted → acknowledged.
    pub delivery: Latencies,
    /// Due → accepted.
    pub send: Latencies,
    /// Due → the lane tried.
    pub lateness: Latencies,
    /// Due → read back; none where the records are not followed.
    pub end_to_end: Option<Latencies>,
    /// Response times of the delivered records, in microseconds.
    pub histogram: Counts,
    /// Ages in microseconds at which records failed.
    pub failures: Counts,
    /// Errors by code.
    pub errors: Vec<ErrorCount>,
    /// Records that were due and not yet tried at the end: the rate was not held.
    pub behind: u64,
    /// Whether its last five seconds were alike; too early to tell in a shorter window.
    pub steadiness: Steadiness,
    /// The highest share of one core (0–1) that a thread of ours took in any second of the window.
    pub client_cpu: f64,
    /// What the client's own statistics say of its trial, warm-up included.
    pub stages: Stages,
    /// What this machine did in the window; looked at once a second, so that a short window may know little.
    pub machine: MachineReading,
    /// What to bear in mind.
    pub warnings: Vec<Warning>,
}

/// Why a block could not be measured.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BlockError {
    /// The client or the cluster refused the settings.
    #[error("{0}")]
    Refused(String),
    /// The lab ended before the block was over.
    #[error("the load ended before the block was over: {0}")]
    Ended(String),
    /// The block did not come to its end in time.
    #[error("no block within {} s: {}", .0.as_secs(), .1)]
    Stuck(Duration, String),
    /// Nothing was answered in the window.
    #[error(
        "no record was answered in {:.1} s: check that the brokers run and can be reached",
        .0.as_secs_f64()
    )]
    Silent(Duration),
}

/// A running lab that measures blocks. Between blocks the load goes on with the settings of the last one.
pub struct Blocks {
    lab: Lab,
}

impl Blocks {
    /// Starts a lab whose load runs with the settings of `config` until the first block, and does not end by itself.
    pub fn start(config: LabConfig) -> Result<Self, LabError> {
        let config = LabConfig {
            stop_after: None,
            settle: Duration::ZERO,
            warmup_records: 0,
            ..config
        };
        Ok(Self {
            lab: Lab::start(config)?,
        })
    }

    /// Turns to these settings in a new trial, waits until it is alone and settled and has run for `warmup`, and measures it for
    /// `measure` of load. Dropping the future cancels the block; the next one may then begin at once.
    pub async fn run(
        &mut self,
        settings: &Settings,
        warmup: Duration,
        measure: Duration,
    ) -> Result<Block, BlockError> {
        let settings = Arc::new(settings.clone());
        let patience = warmup + measure + PATIENCE;
        let until = Instant::now() + patience;
        let command = Command::Block {
            settings: Arc::clone(&settings),
            warmup,
            measure,
        };
        // A closed channel shows in the readings.
        let _ = self.lab.commands.send(command).await;
        loop {
            let changed = timeout_at(until, self.lab.readings.changed()).await;
            let reading = Arc::clone(&self.lab.readings.borrow_and_update());
            if let Some(outcome) = outcome(&reading, &settings) {
                return outcome;
            }
            match changed {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return Err(BlockError::Ended(last_event(&reading))),
                Err(_) => return Err(stuck(patience, &reading)),
            }
        }
    }

    /// The newest reading of the lab.
    #[must_use]
    pub fn reading(&self) -> Arc<Reading> {
        Arc::clone(&self.lab.readings.borrow())
    }

    /// Ends the load, waits until all is drained, and gives every trial as a snapshot, oldest first. Blocks the thread.
    #[must_use]
    pub fn finish(self) -> Vec<Snapshot> {
        self.lab.finish()
    }
}

/// What became of the block with these very settings, once it is known.
#[must_use]
pub fn outcome(reading: &Reading, settings: &Arc<Settings>) -> Option<Result<Block, BlockError>> {
    let done = reading.block.as_ref();
    if let Some(block) = done.filter(|block| Arc::ptr_eq(&block.settings, settings)) {
        let silent = block.accounts.delivered + block.accounts.failed == 0;
        return Some(if silent {
            Err(BlockError::Silent(block.measured))
        } else {
            Ok(Block::clone(block))
        });
    }
    match &reading.load {
        LoadState::Failed(reason) => return Some(Err(BlockError::Ended(reason.clone()))),
        LoadState::Stopping | LoadState::Stopped => {
            return Some(Err(BlockError::Ended(last_event(reading))));
        }
        _ => {}
    }
    let refused = reading.refused.as_ref();
    let refused = refused.filter(|refused| Arc::ptr_eq(&refused.settings, settings))?;
    Some(Err(BlockError::Refused(refused.reason.clone())))
}

fn last_event(reading: &Reading) -> String {
    let last = reading.events.last();
    last.map_or_else(|| "it was stopped".to_owned(), |event| event.text.clone())
}

/// Why there is no block after so long.
#[must_use]
pub fn stuck(patience: Duration, reading: &Reading) -> BlockError {
    BlockError::Stuck(patience, why_stuck(reading))
}

fn why_stuck(reading: &Reading) -> String {
    if let Some(opening) = &reading.opening {
        return format!("the client is still opening ({})", opening.progress);
    }
    if let Some(waiting) = &reading.waiting {
        return waiting.clone();
    }
    let silent = reading
        .warnings
        .iter()
        .find(|warning| warning.word == "NO ANSWER");
    silent.map_or_else(
        || "the records of the former trial still drain".to_owned(),
        |warning| warning.text.clone(),
    )
}
