//! What a person, `bench` or a test may ask of the lab.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::lab::Goal;
use crate::settings::Settings;

/// A wish that is sent down to the lab; what came of it stands in the next readings.
#[derive(Clone, Debug)]
pub enum Command {
    /// Opens a trial with these settings (knobs, workload and conditions); equal settings change nothing.
    Turn(Arc<Settings>),
    /// Opens a new row with the settings of the live trial.
    Again,
    /// Opens a trial with these settings, even if nothing changed, and measures it; the result stands in `Reading::block`. A
    /// later one takes the place of one that is not over.
    Block {
        /// Knobs, workload and conditions; the result is known by this very `Arc`.
        settings: Arc<Settings>,
        /// The least time of load between the former trial's last record and the measured window.
        warmup: Duration,
        /// The time of load of the measured window.
        measure: Duration,
    },
    /// Lets nothing fall due until `Resume`.
    Pause,
    /// Goes on after `Pause`.
    Resume,
    /// Makes the trial with this number the baseline.
    Base(u64),
    /// Writes a note beside a trial.
    Note(u64, String),
    /// Replaces the goals.
    Goals(Vec<Goal>),
    /// Saves a trial as a snapshot: by name into the snapshot folder, or into a file.
    Save {
        /// The trial.
        trial: u64,
        /// Where to.
        place: Place,
    },
    /// Takes a broker that is embedded or of our own down, or up again when it is down.
    ToggleBroker(i32),
    /// Ends the load: drains, closes all trials, publishes the last reading and ends the lab.
    Stop,
}

/// Where a snapshot is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the snapshot folder, under this name.
    Name(String),
    /// In this file.
    File(PathBuf),
}
