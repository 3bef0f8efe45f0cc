//! The immutable picture of the whole lab, published ten times a second.

use std::sync::Arc;
use std::time::Duration;

use crate::audit::{Findings, Progress};
use crate::cluster::ClusterFacts;
use crate::lab::advice::Advice;
use crate::lab::block::Block;
use crate::lab::goal::{Figure, GoalState};
use crate::lab::machine::MachineReading;
use crate::measure::{Accounts, Bins, ErrorCount, HistoryColumn, Latencies, Stages, Steadiness};
use crate::settings::{Millis, Settings};
use crate::snapshot::Transactions;

/// The whole lab at one moment. Nothing in it changes after it was published.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Time since the lab started.
    pub at: Duration,
    /// What is known of the cluster.
    pub cluster: Arc<ClusterFacts>,
    /// Whether load runs.
    pub load: LoadState,
    /// The time for which load was on (without pauses).
    pub loaded: Duration,
    /// Every trial, oldest first; closed ones are shared, not copied.
    pub trials: Vec<Arc<TrialReading>>,
    /// The number of the trial that the load is on.
    pub live: u64,
    /// The number of the baseline trial, once there is one.
    pub base: Option<u64>,
    /// The trial that is being opened.
    pub opening: Option<Opening>,
    /// Why a turn waits ("three trials drain").
    pub waiting: Option<String>,
    /// The last settings that could not become a trial, with the reason; cleared by the next turn.
    pub refused: Option<Refused>,
    /// Counts over all trials.
    pub accounts: Accounts,
    /// Records that are due by the schedule and not yet tried.
    pub behind: u64,
    /// The broker's own count against ours.
    pub broker_log: Option<BrokerLog>,
    /// Bytes written towards the byte budget, and the budget (real clusters).
    pub budget: Option<(u64, u64)>,
    /// The agreed ceiling of the rate.
    pub ceiling: Option<crate::settings::PerSecond>,
    /// The past, oldest first: one column an interval, merged as they age.
    pub history: Vec<Arc<HistoryColumn>>,
    /// Events on the time line (broker lost, paused, …), oldest first, bounded.
    pub events: Vec<Arc<Event>>,
    /// Warnings in words: CLIENT SATURATED, NOT SETTLED, LATE, EMBEDDED.
    pub warnings: Vec<Warning>,
    /// What to do next, most important first.
    pub advice: Vec<Advice>,
    /// The busiest thread of ours, as a share of one core (0–1), over the last second.
    pub cpu: f64,
    /// The follower, once one was opened.
    pub follower: Option<FollowerReading>,
    /// librdkafka's last log lines, oldest first, escaped and redacted.
    pub logs: Vec<Arc<str>>,
    /// The outcome of the last save.
    pub saved: Option<Saved>,
    /// The last block that was measured.
    pub block: Option<Arc<Block>>,
    /// How far reading back is, after the load has ended.
    pub read_back: Option<Progress>,
}

/// Whether load runs.
#[derive(Clone, Debug, PartialEq)]
pub enum LoadState {
    /// The first trial is being opened.
    Starting,
    /// Records are sent.
    Running,
    /// Nothing falls due.
    Paused,
    /// Senders have stopped; trials drain.
    Stopping,
    /// All is drained; this reading is the last.
    Stopped,
    /// The lab could not go on; the sentence says why and what to do.
    Failed(String),
}

/// A trial that is being opened while the load is still on another.
#[derive(Clone, Debug, PartialEq)]
pub struct Opening {
    /// Its number.
    pub number: u64,
    /// Its settings.
    pub settings: Arc<Settings>,
    /// Since when.
    pub took: Duration,
    /// How far it is, in words ("2 of 3 brokers").
    pub progress: String,
}

/// Settings that the client or the cluster refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    /// The settings.
    pub settings: Arc<Settings>,
    /// Why, and the way out.
    pub reason: String,
}

/// Where a trial is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrialState {
    /// Load is on it and it has not settled.
    Settling,
    /// Load is on it and figures count.
    Settled,
    /// Load has left; records are still under way.
    Draining,
    /// All its records are accounted for.
    Closed,
}

/// One row: a trial and its results so far. Figures count from when it settled; before that, from its start.
#[derive(Clone, Debug)]
pub struct TrialReading {
    /// 1, 2, 3 …
    pub number: u64,
    /// Knobs, workload and conditions.
    pub settings: Arc<Settings>,
    /// Where it is in its life.
    pub state: TrialState,
    /// How steady it is.
    pub steadiness: Steadiness,
    /// Time of load since it settled (or since its start while settling).
    pub held: Duration,
    /// From the turn being applied to the first record accepted.
    pub turn_took: Option<Duration>,
    /// From a sender's last record accepted in the former trial to its first one in this, at most; the pace of the schedule
    /// is part of it.
    pub turn_pause: Option<Duration>,
    /// A person's note.
    pub note: Option<String>,
    /// The earlier trial with equal settings, if any.
    pub same_as: Option<u64>,
    /// Its own counts, from its start.
    pub accounts: Accounts,
    /// Records per second that were delivered, since settled.
    pub sent_per_s: f64,
    /// MiB per second of payload and record keys that were delivered, since settled.
    pub mib_per_s: f64,
    /// Due → acknowledged.
    pub response: Latencies,
    /// Accepted → acknowledged.
    pub delivery: Latencies,
    /// Due → accepted.
    pub send: Latencies,
    /// Due → the lane tried.
    pub lateness: Latencies,
    /// How this machine served it.
    pub machine: MachineReading,
    /// The response times, for drawing.
    pub bins: Bins,
    /// Relative half-width of the spread of p50 and p99 between intervals (0.1 = ±10 %), once known.
    pub spread: Option<(f64, f64)>,
    /// Where records are and where their time goes.
    pub stages: Stages,
    /// What the follower read of it, where it is followed.
    pub followed: Option<FollowedReading>,
    /// Its transactions, where it is sent in them.
    pub transactions: Option<Transactions>,
    /// What became of every record so far, where it is audited.
    pub audit: Option<AuditReading>,
    /// Errors by code.
    pub errors: Vec<ErrorCount>,
    /// Records per partition, when known.
    pub partitions: Vec<u64>,
    /// One state for every goal, in the order of the goals.
    pub goals: Vec<GoalState>,
    /// What the application would not have known (fire-and-forget): failures that nobody read.
    pub unread_failures: u64,
}

/// What the follower read of one trial.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FollowedReading {
    /// Due → read back, since settled.
    pub end_to_end: Latencies,
    /// Records that were read, from the trial's start.
    pub read: u64,
    /// Records that were delivered and not read.
    pub unread: u64,
    /// Records that were read before they were due, by the clock; `end_to_end` counts them as 0.
    pub early: u64,
    /// How much before, at most.
    pub earliest: Option<Millis>,
}

/// What the audit of one trial knows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AuditReading {
    /// Copies beyond the first one that were read so far.
    pub duplicated: u64,
    /// Records that were read so far behind a later one of the same sender and partition.
    pub reordered: u64,
    /// The verdict, once all records are reported and the topic was read to its end; or why there can be none.
    pub verdict: Option<Result<Arc<Findings>, Arc<str>>>,
}

/// A count of an audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// So many so far; the trial is not settled.
    Pending(u64),
    /// So many.
    Exactly(u64),
    /// At least so many: not all of the log could be read.
    AtLeast(u64),
    /// Nobody knows.
    Unknown,
}

impl AuditReading {
    /// What it knows of a figure; none for a figure that is not counted by an audit.
    #[must_use]
    pub fn told(&self, figure: Figure) -> Option<Told> {
        let (so_far, found): (u64, fn(&Findings) -> u64) = match figure {
            Figure::Lost => (0, |it| it.lost),
            Figure::Duplicated => (self.duplicated, |it| it.duplicated),
            Figure::Reordered => (self.reordered, |it| it.reordered),
            _ => return None,
        };
        Some(match &self.verdict {
            None => Told::Pending(so_far),
            Some(Ok(findings)) if !findings.balances() => Told::Unknown,
            Some(Ok(findings)) if findings.unverified > 0 => Told::AtLeast(found(findings)),
            Some(Ok(findings)) => Told::Exactly(found(findings)),
            Some(Err(_)) => Told::Unknown,
        })
    }

    /// What it found, once that is known.
    #[must_use]
    pub fn findings(&self) -> Option<&Findings> {
        self.verdict.as_ref()?.as_deref().ok()
    }

    /// Why there is no verdict, or none that is worth anything.
    #[must_use]
    pub fn trouble(&self) -> Option<&str> {
        match self.verdict.as_ref()? {
            Ok(findings) => findings.imbalances.first().map(String::as_str),
            Err(reason) => Some(reason),
        }
    }
}

/// The follower, over all trials.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FollowerReading {
    /// Records of this lab that it read.
    pub read: u64,
    /// Records of the trials under way that were delivered, and that it has not read: its lag.
    pub unread: u64,
    /// Records without a header of this lab: others write here, or a trial was not followed.
    pub foreign: u64,
    /// Records whose header is damaged, or that were cut.
    pub corrupt: u64,
    /// Offsets that were gone before it came to them.
    pub skipped: u64,
    /// What it and its client took of one core (0–1, above where they need more) since it was opened; none where that cannot be known.
    pub cpu: Option<f64>,
    /// The last reason why a partition could not be read.
    pub trouble: Option<String>,
}

/// The broker's own count of new records against the delivered ones.
#[derive(Clone, Debug, PartialEq)]
pub struct BrokerLog {
    /// Sum over partitions of end offset now − end offset at the start.
    pub delta: u64,
    /// Records delivered by our count when it was read.
    pub delivered: u64,
    /// The explanation ("✓", "+12 failed yet written or duplicated", "others write here").
    pub sentence: String,
    /// Whether both agree.
    pub agrees: bool,
}

/// Something that happened, as a mark on the time line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When, since the lab started.
    pub at: Duration,
    /// In which trial.
    pub trial: u64,
    /// What, in a few words.
    pub text: String,
}

/// A warning in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// A word or two in capitals: `CLIENT SATURATED`.
    pub word: &'static str,
    /// What it means here.
    pub text: String,
}

/// The outcome of a save.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// Which trial.
    pub trial: u64,
    /// The file, or why not.
    pub outcome: Result<String, String>,
    /// Rises by one with every save.
    pub serial: u64,
}

impl Reading {
    /// A reading from before the lab: a cluster, and nothing else yet.
    #[must_use]
    pub fn before(cluster: Arc<ClusterFacts>) -> Self {
        Self {
            at: Duration::ZERO,
            cluster,
            load: LoadState::Starting,
            loaded: Duration::ZERO,
            trials: Vec::new(),
            live: 0,
            base: None,
            opening: None,
            waiting: None,
            refused: None,
            accounts: Accounts::default(),
            behind: 0,
            broker_log: None,
            budget: None,
            ceiling: None,
            history: Vec::new(),
            events: Vec::new(),
            warnings: Vec::new(),
            advice: Vec::new(),
            cpu: 0.0,
            follower: None,
            logs: Vec::new(),
            saved: None,
            block: None,
            read_back: None,
        }
    }

    /// The trial that the load is on.
    #[must_use]
    pub fn live_trial(&self) -> Option<&Arc<TrialReading>> {
        self.trial(self.live)
    }

    /// The baseline trial.
    #[must_use]
    pub fn base_trial(&self) -> Option<&Arc<TrialReading>> {
        self.base.and_then(|number| self.trial(number))
    }

    /// The trial with this number.
    #[must_use]
    pub fn trial(&self, number: u64) -> Option<&Arc<TrialReading>> {
        self.trials.iter().find(|trial| trial.number == number)
    }
}
