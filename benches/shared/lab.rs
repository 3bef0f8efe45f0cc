//! A lab without a screen, steered by a bench.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use linger::lab::config::Target;
use linger::lab::{Command, Lab, LabConfig, LoadState, Reading, StopAfter};
use linger::settings::{Settings, Source};

/// How long a bench waits for anything that should come at once.
const PATIENCE: Duration = Duration::from_secs(60);

/// Settings with these rows changed.
pub fn settings(rows: &[(&str, &str)]) -> Settings {
    let mut settings = Settings::default();
    for (name, value) in rows {
        settings
            .set(name, value, Source::Flag)
            .unwrap_or_else(|error| panic!("{error}"));
    }
    settings
}

/// The embedded cluster as `linger` starts it.
#[allow(dead_code, reason = "not every bench embeds it")]
pub fn embedded() -> Target {
    Target::Embedded {
        brokers: 3,
        partitions: 6,
    }
}

/// A running lab.
pub struct Steered(Lab);

impl Steered {
    /// Starts it, and waits until records are delivered.
    pub fn start(
        target: Target,
        topic: &str,
        settings: Settings,
        stop_after: Option<StopAfter>,
    ) -> Self {
        let config = LabConfig {
            stop_after,
            ..LabConfig::plain(target, topic, settings, 1)
        };
        let steered = Self(Lab::start(config).unwrap_or_else(|error| panic!("{error}")));
        steered.wait("a delivered record", |reading| {
            reading.accounts.delivered > 0
        });
        steered
    }

    /// The newest reading.
    pub fn reading(&self) -> Arc<Reading> {
        Arc::clone(&self.0.readings.borrow())
    }

    /// Waits for a reading that is as wanted.
    pub fn wait(&self, what: &str, wanted: impl Fn(&Reading) -> bool) -> Arc<Reading> {
        self.wait_for(PATIENCE, what, wanted)
    }

    /// Waits for at most this long for a reading that is as wanted.
    pub fn wait_for(
        &self,
        patience: Duration,
        what: &str,
        wanted: impl Fn(&Reading) -> bool,
    ) -> Arc<Reading> {
        let limit = Instant::now() + patience;
        loop {
            let reading = self.reading();
            if let LoadState::Failed(reason) = &reading.load {
                panic!("the lab failed: {reason}");
            }
            if wanted(&reading) {
                return reading;
            }
            assert!(
                Instant::now() < limit,
                "no {what} within {patience:?}: {:?}",
                reading.refused
            );
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Turns, and waits until the load is on the new trial; gives its number.
    #[allow(dead_code, reason = "not every bench turns")]
    pub fn turn(&self, settings: Settings) -> u64 {
        let before = self.reading().live;
        self.order(Command::Turn(Arc::new(settings)));
        self.wait("new trial", |reading| reading.live > before).live
    }

    /// Gives an order.
    pub fn order(&self, command: Command) {
        self.0
            .commands
            .blocking_send(command)
            .expect("a lab that listens");
    }

    /// Ends the load, lets everything drain, and gives the last reading.
    #[allow(dead_code, reason = "not every load goes on until it is ended")]
    pub fn finish(self) -> Arc<Reading> {
        self.order(Command::Stop);
        let last = self.wait("end", |reading| reading.load == LoadState::Stopped);
        drop(self.0.finish());
        last
    }
}
