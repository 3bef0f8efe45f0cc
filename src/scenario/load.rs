//! The load of one arm: a real lab, audited, on the scenario's topic.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::executor::block_on;

use super::row::Stopped;
use super::run::{News, Watch};
use super::tap::Tap;
use crate::audit::Findings;
use crate::lab::{Command, Lab, LabConfig, LoadState, Reading, StopAfter};
use crate::settings::{Settings, Source};
use crate::snapshot::Snapshot;
use crate::wire::Summary;

/// A load that bounds itself ends before this.
const LIMIT: Duration = Duration::from_secs(120);

/// What one arm sends.
#[derive(Clone, Debug)]
pub struct Run<'a> {
    /// Which arm, as the screen names it.
    pub arm: &'a str,
    /// The rows that differ from the defaults, as `--set` reads them.
    pub settings: &'a [(&'a str, &'a str)],
    /// The topic, from [`super::Stage::topic`].
    pub topic: &'a str,
    /// What stands in front of the cluster.
    pub wire: Option<&'a Tap>,
    /// When the load ends by itself; without it `finish` ends it.
    pub stop_after: Option<StopAfter>,
    /// Whether every record is accounted for and read back at the end.
    pub audit: bool,
}

impl<'a> Run<'a> {
    /// A load on this topic with the defaults, audited, that does not end by itself.
    #[must_use]
    pub fn to(topic: &'a str) -> Self {
        Self {
            arm: "",
            settings: &[],
            topic,
            wire: None,
            stop_after: None,
            audit: true,
        }
    }

    /// The settings of this load.
    pub(super) fn chosen(&self) -> Result<Settings, Stopped> {
        let mut settings = Settings::default();
        for (name, text) in self.settings {
            settings
                .set(name, text, Source::Flag)
                .map_err(Stopped::broken)?;
        }
        if let Some(tap) = self.wire {
            let trip = tap.round_trip().0.to_string();
            settings
                .set("rtt.ms", &trip, Source::Flag)
                .map_err(Stopped::broken)?;
        }
        Ok(settings)
    }
}

/// What came of a load.
#[derive(Clone, Debug)]
pub struct Produced {
    /// Its result with everything that was measured.
    pub snapshot: Snapshot,
    /// What became of every record; empty without an audit.
    pub findings: Findings,
    /// What passed the wire, where there was one.
    pub wire: Option<Summary>,
}

/// A load that runs.
pub struct Running {
    lab: Lab,
    arm: String,
    watch: Watch,
    tap: Option<Tap>,
    audit: bool,
}

impl Running {
    /// Starts the load.
    pub(super) fn start(run: &Run<'_>, config: LabConfig, watch: Watch) -> Result<Self, Stopped> {
        Ok(Self {
            lab: Lab::start(config).map_err(Stopped::broken)?,
            arm: run.arm.to_owned(),
            watch,
            tap: run.wire.cloned(),
            audit: run.audit,
        })
    }

    /// The newest reading.
    #[must_use]
    pub fn reading(&self) -> Arc<Reading> {
        Arc::clone(&self.lab.readings.borrow())
    }

    /// Sends a command to the lab.
    pub fn command(&self, command: Command) {
        // A lab that has ended tells so in its last reading.
        let _ = self.lab.commands.try_send(command);
    }

    /// Waits until a reading is as it should be.
    ///
    /// # Errors
    /// The load failed or ended before, or it took longer than `limit`.
    pub fn wait(
        &mut self,
        limit: Duration,
        until: impl Fn(&Reading) -> bool,
    ) -> Result<Arc<Reading>, Stopped> {
        let begun = Instant::now();
        loop {
            let lives = block_on(self.lab.readings.changed()).is_ok();
            let reading = Arc::clone(&self.lab.readings.borrow_and_update());
            (self.watch.hear)(&News::Reads {
                arm: &self.arm,
                reading: &reading,
            });
            if until(&reading) {
                return Ok(reading);
            }
            match &reading.load {
                LoadState::Failed(reason) => return Err(Stopped::Broken(reason.clone())),
                LoadState::Stopped => return Err(Stopped::broken("the load has ended")),
                _ if !lives => return Err(Stopped::broken("the load has ended")),
                _ => {}
            }
            if self.watch.is_stopped() {
                return Err(Stopped::broken("it was stopped"));
            }
            if begun.elapsed() > limit {
                let waited = limit.as_secs();
                return Err(Stopped::Broken(format!(
                    "\"{}\" did not get so far within {waited} s",
                    self.arm
                )));
            }
        }
    }

    /// Waits until the load has ended by itself.
    pub(super) fn ended(&mut self) -> Result<(), Stopped> {
        self.wait(LIMIT, |reading| reading.load == LoadState::Stopped)
            .map(drop)
    }

    /// Ends the load, waits until all is drained and read back, and tells what came of it.
    ///
    /// # Errors
    /// It failed, could not be audited, or the audit does not balance.
    pub fn finish(self) -> Result<Produced, Stopped> {
        let trials = self.lab.finish();
        let snapshot = trials
            .into_iter()
            .next_back()
            .ok_or_else(|| Stopped::broken("the load ended before its first record"))?;
        let findings = match (&snapshot.result.audit, self.audit) {
            (Some(findings), _) => findings.clone(),
            (None, false) => Findings::default(),
            (None, true) => return Err(unaudited(&snapshot)),
        };
        if let Some(imbalance) = findings.imbalances.first() {
            return Err(Stopped::Broken(format!(
                "the audit of \"{}\" does not balance: {imbalance}",
                self.arm
            )));
        }
        Ok(Produced {
            snapshot,
            findings,
            wire: self.tap.map(|tap| tap.summary()),
        })
    }
}

fn unaudited(snapshot: &Snapshot) -> Stopped {
    let warnings = &snapshot.result.quality.warnings;
    let said = warnings
        .iter()
        .find(|notice| notice.word == "NOT AUDITED")
        .map_or("the lab did not come to it", |notice| notice.text.as_str());
    Stopped::Broken(format!("the records could not be read back: {said}"))
}
