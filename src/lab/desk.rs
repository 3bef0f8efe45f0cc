//! What the engine remembers for its readings: the past, marks, log lines, facts, the schedule that all records follow.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::cluster::shown::escape_visible;
use crate::cluster::{BrokerFacts, ClusterFacts, redact};
use crate::lab::machine::Machine;
use crate::lab::{Block, BrokerLog, Event, Saved};
use crate::load::helm::Assignment;
use crate::load::pacer::Pacer;
use crate::load::workload::Rate;
use crate::measure::history::History;
use crate::measure::{Accounts, HistoryColumn};

const MOST_EVENTS: usize = 200;
const MOST_LOGS: usize = 100;
const LOG_LENGTH: usize = 400;
const CPU_EVERY: Duration = Duration::from_secs(1);

/// What the engine remembers for its readings.
pub struct Desk {
    /// What is known of the cluster.
    pub facts: Arc<ClusterFacts>,
    /// The broker's own count.
    pub broker_log: Option<BrokerLog>,
    /// The outcome of the last save.
    pub saved: Option<Saved>,
    /// The last block that was measured.
    pub block: Option<Arc<Block>>,
    /// The busiest thread's share of a core.
    pub cpu: f64,
    /// The past.
    pub history: History,
    /// Time of load, without pauses.
    pub loaded: Duration,
    events: VecDeque<Arc<Event>>,
    logs: VecDeque<Arc<str>>,
    /// What this machine does meanwhile.
    pub machine: Machine,
    metered: Instant,
    schedule: Option<(Pacer, u64)>,
}

impl Desk {
    /// A desk for a cluster of which this is known.
    #[must_use]
    pub fn new(facts: ClusterFacts) -> Self {
        Self {
            facts: Arc::new(facts),
            broker_log: None,
            saved: None,
            block: None,
            cpu: 0.0,
            history: History::default(),
            loaded: Duration::ZERO,
            events: VecDeque::new(),
            logs: VecDeque::new(),
            machine: Machine::watch(),
            metered: Instant::now(),
            schedule: None,
        }
    }

    /// Takes the last interval in.
    pub fn advance(&mut self, column: HistoryColumn, elapsed: Duration, running: bool) {
        self.history.push(column);
        if running {
            self.loaded += elapsed;
        }
        if self.metered.elapsed() >= CPU_EVERY {
            self.cpu = self.machine.look();
            self.metered = Instant::now();
        }
    }

    /// Puts a mark on the time line; a repeat of the last one within a second is left out.
    pub fn event(&mut self, at: Duration, trial: u64, text: &str) {
        let text = escape_visible(&redact(text), LOG_LENGTH);
        let repeated = self
            .events
            .back()
            .is_some_and(|last| last.text == text && at.saturating_sub(last.at) < CPU_EVERY);
        if !repeated {
            self.events.push_back(Arc::new(Event { at, trial, text }));
        }
        if self.events.len() > MOST_EVENTS {
            self.events.pop_front();
        }
    }

    /// Keeps a line of librdkafka's log, without secrets and control characters.
    pub fn log(&mut self, line: &str) {
        self.logs
            .push_back(escape_visible(&redact(line), LOG_LENGTH).into());
        if self.logs.len() > MOST_LOGS {
            self.logs.pop_front();
        }
    }

    /// The marks, oldest first.
    #[must_use]
    pub fn events(&self) -> Vec<Arc<Event>> {
        self.events.iter().cloned().collect()
    }

    /// The log lines, oldest first.
    #[must_use]
    pub fn logs(&self) -> Vec<Arc<str>> {
        self.logs.iter().cloned().collect()
    }

    /// Corrects the number of partitions by what a producer found.
    pub fn partitions(&mut self, partitions: u32) {
        if self.facts.topic.partitions != partitions {
            Arc::make_mut(&mut self.facts).topic.partitions = partitions;
        }
    }

    /// How many partitions the topic has.
    #[must_use]
    pub fn partition_count(&self) -> u32 {
        self.facts.topic.partitions.max(1)
    }

    /// Takes the state of the brokers in.
    pub fn brokers(&mut self, brokers: &[BrokerFacts]) {
        Arc::make_mut(&mut self.facts).brokers = brokers.to_vec();
    }

    /// Follows the schedule that the senders of an assignment follow.
    pub fn schedule(&mut self, assignment: &Assignment, attempted: u64) {
        self.schedule = match (assignment.rate, self.schedule.take()) {
            (Rate::Max, _) => None,
            (Rate::PerSecond(rate), Some((mut pacer, start))) if !assignment.fresh_schedule => {
                pacer.set_rate(assignment.from, rate);
                Some((pacer, start))
            }
            (Rate::PerSecond(rate), _) => {
                Some((Pacer::new(rate, 0, 1, assignment.from), attempted))
            }
        };
    }

    /// Nothing falls due from now on.
    pub fn schedule_pause(&mut self, now: u64) {
        if let Some((pacer, _)) = &mut self.schedule {
            pacer.pause(now);
        }
    }

    /// Records fall due again.
    pub fn schedule_resume(&mut self, now: u64) {
        if let Some((pacer, _)) = &mut self.schedule {
            pacer.resume(now);
        }
    }

    /// Records that are due and not yet tried.
    #[must_use]
    pub fn behind(&self, now: u64, accounts: Accounts) -> u64 {
        let Some((pacer, start)) = &self.schedule else {
            return 0;
        };
        pacer
            .due_before(now)
            .saturating_sub(accounts.attempted.saturating_sub(*start))
    }
}

/// Delivered bytes, and those under way by the mean size so far.
#[must_use]
pub fn bytes_with_in_flight(accounts: Accounts) -> u64 {
    let mean = accounts
        .delivered_bytes
        .checked_div(accounts.delivered)
        .unwrap_or(0);
    accounts.delivered_bytes + mean * accounts.in_flight()
}
