//! What stands in front of the screen and takes the keys: entries, lists, help, and the consent before load on a foreign cluster.

use std::sync::Arc;

use tui_input::Input as Entry;

use crate::cluster::ClusterFacts;
use crate::measure::{Bins, Latencies};
use crate::settings::{Bytes, PerSecond, Settings};

/// The dialog in front; it takes every key.
#[derive(Clone, Debug)]
pub enum Dialog {
    /// The help, scrolled down by so many lines.
    Help {
        /// Lines above the first one that is shown; the view stops at the end.
        scroll: u16,
    },
    /// One line to type.
    Ask(Ask),
    /// Profiles and snapshots to open.
    Open(OpenList),
    /// The forms that a trial's settings can be exported in.
    Export(ExportList),
    /// "Leave? …": shown only when something would be lost.
    Quit {
        /// What would be lost, in words.
        lost: String,
    },
    /// Consent before load starts on a cluster that linger did not start.
    Connect(Box<Connect>),
}

/// One line to type, and what it is for.
#[derive(Clone, Debug)]
pub struct Ask {
    /// What it is for.
    pub purpose: Purpose,
    /// The line.
    pub entry: Entry,
    /// Whether the line is only a proposal: the first character that is typed replaces it.
    pub proposed: bool,
    /// What the line as it is would lead to, in a few words.
    pub preview: Option<String>,
    /// What is wrong with it, after Enter.
    pub problem: Option<String>,
}

/// What a typed line is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The name of a snapshot of this trial.
    Snapshot(u64),
    /// The name of a profile.
    Profile,
    /// Goals.
    Goal,
    /// A note beside this trial.
    Note(u64),
    /// How to compare this trial with the base.
    Compare(u64),
    /// What to sweep, for what, how long.
    Sweep,
}

impl Purpose {
    /// The heading of the dialog.
    #[must_use]
    pub fn title(self) -> String {
        match self {
            Self::Snapshot(trial) => format!("save #{trial} as a snapshot"),
            Self::Profile => "save the settings as a profile".into(),
            Self::Goal => "goals".into(),
            Self::Note(trial) => format!("note beside #{trial}"),
            Self::Compare(trial) => format!("compare #{trial} with the base"),
            Self::Sweep => "sweep: which values are best, under this load?".into(),
        }
    }

    /// The line under the entry.
    #[must_use]
    pub fn hint(self) -> &'static str {
        match self {
            Self::Snapshot(_) => "a name, or a path that ends in .json · ⏎ save · Esc back",
            Self::Profile => "a name · ⏎ save · Esc back",
            Self::Goal => "p99<20ms, failed=0 (empty: none) · ⏎ set · Esc back",
            Self::Note(_) => "⏎ write · Esc back",
            Self::Compare(_) => "metric, margin, time it may take · ⏎ start · Esc back",
            Self::Sweep => "knobs and values, what is sought, for how long · ⏎ start · Esc back",
        }
    }
}

/// What can be opened.
#[derive(Clone, Debug, Default)]
pub struct OpenList {
    /// The files; `None` while they are being read.
    pub files: Option<Vec<FileEntry>>,
    /// The chosen one.
    pub at: usize,
    /// Why the folders could not be read.
    pub problem: Option<String>,
}

/// The forms to choose from, for one trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExportList {
    /// The trial whose settings are exported.
    pub trial: u64,
    /// The chosen form, a place in `settings::export::FORMATS`.
    pub at: usize,
}

/// One profile or snapshot in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEntry {
    /// Profile or snapshot.
    pub kind: FileKind,
    /// Its name.
    pub name: String,
    /// What it is, in a few words; for a damaged one, why it cannot be opened.
    pub about: String,
    /// Whether it can be opened.
    pub usable: bool,
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// Settings.
    Profile,
    /// Settings and results.
    Snapshot,
}

/// What opening a file gave.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Its name.
    pub name: String,
    /// Settings to put on the sliders.
    pub settings: Option<Arc<Settings>>,
    /// A distribution to draw behind the live one.
    pub reference: Option<Reference>,
}

/// A distribution from a snapshot, drawn behind the live one.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// The snapshot's name.
    pub name: String,
    /// Its response times.
    pub bins: Bins,
    /// Its percentiles.
    pub response: Latencies,
    /// Its settings, workload and conditions.
    pub settings: Settings,
    /// Whether it was measured on the embedded cluster.
    pub simulated: bool,
    /// In what its circumstances differ from the running session's: `machine`, `cluster kind`, …
    pub differs: Vec<&'static str>,
}

/// The consent before load starts.
#[derive(Clone, Debug)]
pub struct Connect {
    /// What is known of the cluster and the topic.
    pub facts: Arc<ClusterFacts>,
    /// The load that would start.
    pub plan: LoadPlan,
    /// The typed topic name (for a topic that is not ours).
    pub entry: Entry,
    /// What is wrong with what was typed.
    pub problem: Option<String>,
}

impl Connect {
    /// Whether the topic's name must be typed (`y` is enough for a topic of ours).
    #[must_use]
    pub fn needs_name(&self) -> bool {
        !self.facts.topic.ours
    }
}

/// The load that would start, in figures that an operator of the cluster thinks in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LoadPlan {
    /// Records per second; `None` at full speed.
    pub rate: Option<PerSecond>,
    /// Mean bytes of a record.
    pub record: Bytes,
    /// The ceiling in records per second.
    pub ceiling: Option<PerSecond>,
    /// Where the load stops by itself.
    pub byte_budget: Option<Bytes>,
    /// "end offsets move: someone else writes here".
    pub others_write: bool,
}

impl LoadPlan {
    /// MiB per second as sent, before replication; `None` at full speed without a ceiling.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a size of a record")]
    pub fn mib_per_s(&self) -> Option<f64> {
        let rate = match (self.rate, self.ceiling) {
            (Some(rate), Some(ceiling)) => rate.0.min(ceiling.0),
            (Some(bound), None) | (None, Some(bound)) => bound.0,
            (None, None) => return None,
        };
        Some(rate * self.record.0 as f64 / 1_048_576.0)
    }

    /// GiB per hour on the brokers' disks, replicas included; `None` at full speed without a ceiling.
    #[must_use]
    pub fn gib_per_hour(&self, replicas: u32) -> Option<f64> {
        self.mib_per_s()
            .map(|mib| mib * f64::from(replicas.max(1)) * 3600.0 / 1024.0)
    }
}
