//! The state of the screen: what is chosen, wished for, typed and opened. No Kafka, no terminal.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use tui_input::Input as Entry;

use crate::lab::{Goal, Reading};
use crate::settings::{Finding, Group, Knob, Settings, Severity, Surroundings, knobs};
use crate::tui::dialog::{Dialog, Reference};
mod claims;
mod duel;
mod sweeping;
mod window;

pub use crate::tui::theme::ThemeChoice;
pub use claims::{ArmNow, Claims, Heard, Trying};
pub use duel::{Duel, Proof};
pub use sweeping::{Sweeping, Under};
pub use window::TimeWindow;

/// Everything that the screen remembers between two pictures.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "switches of the person, each on its own"
)]
pub struct Model {
    /// The time of the last update, since the screen started.
    pub now: Duration,
    /// The panel that takes the keys.
    pub focus: Panel,
    /// The chosen row of every slider panel, by `Panel::index`.
    pub rows: [usize; 3],
    /// The chosen trial (its number); `None` follows the live one.
    pub chosen_trial: Option<u64>,
    /// Settings that the person is turning to and that are not yet applied (○).
    pub wish: Option<Wish>,
    /// Settings that were sent and that no reading shows yet.
    pub asked: Option<Arc<Settings>>,
    /// Whether turns are held until Enter.
    pub held: bool,
    /// Rules that the next settings (wish, else asked, else live) break, the gravest first.
    pub findings: Vec<Finding>,
    /// Settings to go back to, the last on top.
    pub undo: Vec<Arc<Settings>>,
    /// Settings that were undone, the last on top.
    pub redo: Vec<Arc<Settings>>,
    /// When the last turn was sent.
    pub last_turn: Option<Duration>,
    /// The value that is being typed beside the chosen row.
    pub typing: Option<Typing>,
    /// The dialog in front.
    pub dialog: Option<Dialog>,
    /// The reading that the picture is frozen at.
    pub frozen: Option<Frozen>,
    /// The time window of the time charts.
    pub window: TimeWindow,
    /// Log y axis of the histogram.
    pub log_y: bool,
    /// Percentiles by nines in place of the histogram.
    pub nines: bool,
    /// The theme.
    pub theme: ThemeChoice,
    /// Whether the mouse is captured.
    pub mouse: bool,
    /// The status line.
    pub status: Option<Status>,
    /// What the latency axis spans.
    pub axis: Axis,
    /// The goals, in the order of `TrialReading::goals`.
    pub goals: Vec<Goal>,
    /// How a line of goals is read.
    pub parse_goals: GoalParser,
    /// The line that the goals were read from.
    pub goals_text: String,
    /// A distribution from a snapshot that was opened.
    pub reference: Option<Reference>,
    /// Trials that were saved as snapshots.
    pub saved_trials: Vec<u64>,
    /// Serial of the last save that was told.
    pub saved_serial: u64,
    /// Trial whose save was asked for and is not yet told.
    pub saving: Option<u64>,
    /// The comparison that runs.
    pub duel: Option<Duel>,
    /// What comparisons proved, oldest first.
    pub proofs: Vec<Proof>,
    /// The sweep that runs, or the last one.
    pub sweep: Option<Sweeping>,
    /// Claims about Kafka, and what became of them.
    pub claims: Claims,
    /// The trials that were blocks of a comparison, oldest first: they are no rows of their own.
    pub folded: Vec<u64>,
}

/// A panel that takes keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Panel {
    /// Producer knobs.
    #[default]
    Settings,
    /// The workload.
    Workload,
    /// What the lab does to the cluster's side.
    Conditions,
    /// The rows of results.
    Trials,
}

/// Settings that are wished for.
#[derive(Clone, Debug)]
pub struct Wish {
    /// The whole settings, as they would be.
    pub settings: Arc<Settings>,
    /// The row that was turned last.
    pub row: &'static str,
    /// When it was turned last.
    pub changed: Duration,
    /// Whether the mouse still holds the slider.
    pub dragging: bool,
    /// Whether it is to be applied as soon as may be, without waiting for further steps.
    pub hurry: bool,
}

/// Reads goals from a line; an error names what is wrong.
pub type GoalParser = fn(&str) -> Result<Vec<Goal>, String>;

/// A value being typed.
#[derive(Clone, Debug)]
pub struct Typing {
    /// The row.
    pub row: &'static str,
    /// The text.
    pub entry: Entry,
    /// Whether the text is only a proposal: the first character that is typed replaces it.
    pub proposed: bool,
    /// What is wrong with it, after Enter.
    pub problem: Option<String>,
}

/// A frozen picture.
#[derive(Clone, Debug)]
pub struct Frozen {
    /// The reading at that moment.
    pub reading: Arc<Reading>,
    /// Since when.
    pub since: Duration,
}

/// A message in the status line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The sentence.
    pub text: String,
    /// Since when.
    pub since: Duration,
    /// Whether it tells of something that went wrong.
    pub bad: bool,
}

/// How long a message stays.
pub const STATUS_FOR: Duration = Duration::from_secs(6);

/// What the latency axis spans: it grows at once and shrinks after a while, so that the picture does not jump.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Axis {
    /// First and last bin (indices of `measure::bins`, both shown), once there was data.
    pub span: Option<(usize, usize)>,
    /// Since when a smaller span would do.
    pub smaller_since: Option<Duration>,
}

/// What is under the mouse.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Hit {
    /// A row of a slider panel, not on its track.
    Row(Panel, usize),
    /// A place (0 to 1) on the track of a row.
    Track(Panel, usize, f64),
    /// A trial, by its number.
    Trial(u64),
    /// A panel, but no row of it.
    Panel(Panel),
}

impl Panel {
    /// All panels, in the order of Tab.
    pub const ALL: [Self; 4] = [
        Self::Settings,
        Self::Workload,
        Self::Conditions,
        Self::Trials,
    ];

    /// Its place in `Model::rows`; none for the trials.
    #[must_use]
    pub fn index(self) -> Option<usize> {
        match self {
            Self::Settings => Some(0),
            Self::Workload => Some(1),
            Self::Conditions => Some(2),
            Self::Trials => None,
        }
    }

    /// Its title.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Settings => "settings",
            Self::Workload => "workload",
            Self::Conditions => "conditions",
            Self::Trials => "trials",
        }
    }

    /// The rows of the table in this panel, in their order; empty for the trials.
    #[must_use]
    pub fn knobs(self) -> &'static [&'static Knob] {
        static KNOBS: LazyLock<[Vec<&'static Knob>; 3]> = LazyLock::new(|| {
            [Panel::Settings, Panel::Workload, Panel::Conditions].map(|panel| {
                let rows = knobs::rows().iter().copied();
                rows.filter(|row| Panel::of(row.group) == panel).collect()
            })
        });
        self.index().map_or(&[], |at| KNOBS[at].as_slice())
    }

    /// The panel of a group of rows.
    #[must_use]
    pub fn of(group: Group) -> Self {
        match group {
            Group::Workload => Self::Workload,
            Group::Conditions => Self::Conditions,
            Group::Delivery | Group::Batching | Group::Client => Self::Settings,
        }
    }

    /// The panel after (or before) this one, round and round.
    #[must_use]
    pub fn neighbour(self, forward: bool) -> Self {
        let at = Self::ALL
            .iter()
            .position(|panel| *panel == self)
            .unwrap_or(0);
        let step = if forward { 1 } else { Self::ALL.len() - 1 };
        Self::ALL[(at + step) % Self::ALL.len()]
    }
}

impl Model {
    /// A screen at its start, with these goals. The row that is chosen first is `linger.ms`.
    #[must_use]
    pub fn new(goals: Vec<Goal>) -> Self {
        let linger = Panel::Settings
            .knobs()
            .iter()
            .position(|row| row.name == "linger.ms");
        Self {
            now: Duration::ZERO,
            focus: Panel::Settings,
            rows: [linger.unwrap_or(0), 0, 0],
            chosen_trial: None,
            wish: None,
            asked: None,
            held: false,
            findings: Vec::new(),
            undo: Vec::new(),
            redo: Vec::new(),
            last_turn: None,
            typing: None,
            dialog: None,
            frozen: None,
            window: TimeWindow::Whole,
            log_y: false,
            nines: false,
            theme: ThemeChoice::default(),
            mouse: true,
            status: None,
            axis: Axis::default(),
            goals,
            parse_goals: |_| Err("goals cannot be set here".into()),
            goals_text: String::new(),
            reference: None,
            saved_trials: Vec::new(),
            saved_serial: 0,
            saving: None,
            duel: None,
            proofs: Vec::new(),
            sweep: None,
            claims: Claims::default(),
            folded: Vec::new(),
        }
    }

    /// The chosen row of the panel in focus; none among the trials.
    #[must_use]
    pub fn knob(&self) -> Option<&'static Knob> {
        self.focus
            .index()
            .and_then(|at| self.focus.knobs().get(self.rows[at]))
            .copied()
    }

    /// The settings that the load is on (●): the live trial's.
    #[must_use]
    pub fn current(&self, reading: &Reading) -> Arc<Settings> {
        reading
            .live_trial()
            .map(|trial| Arc::clone(&trial.settings))
            .or_else(|| reading.opening.as_ref().map(|it| Arc::clone(&it.settings)))
            .unwrap_or_default()
    }

    /// The settings that come next (○): the wish, else what was asked for, else what opens, else the live ones.
    #[must_use]
    pub fn next(&self, reading: &Reading) -> Arc<Settings> {
        if let Some(wish) = &self.wish {
            return Arc::clone(&wish.settings);
        }
        self.settled(reading)
    }

    /// The settings that the lab was last asked for, without the wish.
    #[must_use]
    pub fn settled(&self, reading: &Reading) -> Arc<Settings> {
        let asked = self.asked.as_ref();
        let opening = reading.opening.as_ref().map(|opening| &opening.settings);
        asked
            .or(opening)
            .map_or_else(|| self.current(reading), Arc::clone)
    }

    /// The first rule that keeps the wish from being applied.
    #[must_use]
    pub fn refusal(&self) -> Option<&Finding> {
        let first = self.findings.first();
        first.filter(|finding| self.wish.is_some() && finding.severity == Severity::Refuse)
    }

    /// The trial that row commands (`b`, `n`, `s`) mean: the chosen one, else the live one.
    #[must_use]
    pub fn trial_in_hand(&self, reading: &Reading) -> u64 {
        self.chosen_trial.unwrap_or(reading.live)
    }

    /// The reading that the picture shows: the frozen one, else the one given.
    #[must_use]
    pub fn shown<'a>(&'a self, reading: &'a Reading) -> &'a Reading {
        self.frozen
            .as_ref()
            .map_or(reading, |frozen| frozen.reading.as_ref())
    }

    /// Puts a message into the status line.
    pub fn say(&mut self, text: impl Into<String>) {
        self.tell(text.into(), false);
    }

    /// Puts a message into the status line that tells of something that went wrong.
    pub fn complain(&mut self, text: impl Into<String>) {
        self.tell(text.into(), true);
    }

    fn tell(&mut self, text: String, bad: bool) {
        let since = self.now;
        self.status = Some(Status { text, since, bad });
    }

    /// The message of the status line, while it is fresh.
    #[must_use]
    pub fn message(&self) -> Option<&Status> {
        self.status
            .as_ref()
            .filter(|status| self.now.saturating_sub(status.since) < STATUS_FOR)
    }
}

/// What rules and hints need to know, from a reading.
#[must_use]
pub fn surroundings(reading: &Reading) -> Surroundings {
    let cluster = &reading.cluster;
    let live = reading.live_trial();
    Surroundings {
        embedded: cluster.kind == crate::cluster::ClusterKind::Embedded,
        wire: cluster.wire,
        replication: cluster.topic.replication_factor,
        partitions: Some(cluster.topic.partitions).filter(|count| *count > 0),
        round_trip: live.and_then(|trial| trial.stages.breakdown.round_trip),
    }
}
