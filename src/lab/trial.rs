//! One trial while it lives: what its threads count, and the row that is made of it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::lab::figures::Figures;
use crate::lab::followed::Followed;
use crate::lab::machine::{Gauge, MachineReading};
use crate::lab::settling::Settling;
use crate::lab::spread::Spread;
use crate::lab::trial_audits::Audited;
use crate::lab::{Goal, TrialReading, TrialState};
use crate::load::helm::Assignment;
use crate::load::parts::{ReportPart, SenderPart};
use crate::load::transactions::Transactions;
use crate::load::workload::{Rate, SendMode, Workload};
use crate::measure::counts::Counts;
use crate::measure::stage_meter::StageMeter;
use crate::measure::statistics::Statistics;
use crate::measure::tally::Tally;
use crate::measure::{Accounts, ErrorCount};
use crate::settings::Settings;

mod errors;
mod settle;
mod stages;
mod transactions;

/// A trial whose records are not all accounted for.
pub struct Trial {
    /// 1, 2, 3 …
    pub number: u64,
    /// Knobs, workload, conditions.
    pub settings: Arc<Settings>,
    /// The workload rows, as types.
    pub workload: Workload,
    /// The producer that takes its records.
    pub serial: u64,
    /// What its senders do; let go once they have left.
    pub assignment: Option<Arc<Assignment>>,
    /// When it was opened, by the calendar.
    pub started_at: jiff::Timestamp,
    /// When the turn was applied, in nanoseconds since the lab started.
    pub applied: u64,
    /// When all its senders had left it.
    pub left: Option<u64>,
    /// When figures began to count.
    pub settled: Option<u64>,
    /// What the follower has read of it, where it is followed.
    pub followed: Option<Followed>,
    /// How long its transactions took to initialise.
    pub initialised: Option<Duration>,
    transactions: Option<Arc<Transactions>>,
    /// Its audit, where there is one, and the verdict once that is known.
    pub audit: Option<Audited>,
    /// A person's note.
    pub note: Option<String>,
    /// The earlier trial with equal settings.
    pub same_as: Option<u64>,
    /// Time of load, without pauses.
    pub loaded: Duration,
    /// Time of load since it settled, without pauses.
    pub held: Duration,
    turn_took: Option<Duration>,
    turn_pause: Option<Duration>,
    first_attempt: u64,
    settling: Settling,
    /// Counts when the load left: what drains afterwards belongs to no time of load.
    at_leave: Option<Accounts>,
    /// Up to when time of load was counted, in nanoseconds since the lab started.
    timed_until: u64,
    senders: Vec<Arc<SenderPart>>,
    report: Arc<ReportPart>,
    meter: StageMeter,
    /// All figures at the last tick.
    pub now: Figures,
    settled_from: Figures,
    spread: Spread,
    gauge: Option<Arc<Gauge>>,
    errors: Vec<ErrorCount>,
}

impl Trial {
    /// A trial that is about to take the load.
    #[must_use]
    pub fn new(
        number: u64,
        settings: Arc<Settings>,
        serial: u64,
        assignment: Arc<Assignment>,
        report: Arc<ReportPart>,
        applied: u64,
        meter: StageMeter,
    ) -> Self {
        let workload = Workload::from(&settings);
        let full_speed = workload.rate == Rate::Max || workload.mode == SendMode::Sync;
        let changes = !workload.rate.is_steady();
        Self {
            number,
            workload,
            settings,
            serial,
            senders: assignment.parts.clone(),
            transactions: assignment.transactions.clone(),
            initialised: None,
            assignment: Some(assignment),
            started_at: jiff::Timestamp::now(),
            applied,
            left: None,
            settled: None,
            followed: None,
            audit: None,
            note: None,
            same_as: None,
            loaded: Duration::ZERO,
            held: Duration::ZERO,
            turn_took: None,
            turn_pause: None,
            first_attempt: 0,
            settling: Settling::new(full_speed, changes),
            at_leave: None,
            timed_until: 0,
            report,
            meter,
            now: Figures::default(),
            settled_from: Figures::default(),
            spread: Spread::default(),
            gauge: None,
            errors: Vec::new(),
        }
    }

    /// Counts now, straight from the threads; delivered and failed are read before attempted.
    #[must_use]
    pub fn accounts(&self) -> Accounts {
        let delivered = self.report.delivered.get();
        let failed = self.report.failed.get()
            + self
                .senders
                .iter()
                .map(|part| part.failed.get())
                .sum::<u64>();
        let delivered_bytes = self.report.bytes.get();
        let attempted = self.senders.iter().map(|part| part.attempted.get()).sum();
        Accounts {
            attempted,
            delivered,
            failed,
            delivered_bytes,
        }
    }

    /// Records that the client accepted.
    #[must_use]
    pub fn accepted(&self) -> u64 {
        self.senders.iter().map(|part| part.accepted.get()).sum()
    }

    /// Whether all its senders have sent their share.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.assignment.as_ref().is_some_and(|assignment| {
            assignment.quota.is_some()
                && assignment.done.load(Ordering::Acquire) as usize == assignment.senders()
        })
    }

    /// Whether its senders have all come.
    #[must_use]
    pub fn has_all_senders(&self) -> bool {
        self.assignment
            .as_ref()
            .is_some_and(|assignment| assignment.has_all_senders())
    }

    /// Whether nothing of it is under way any more, the follower included.
    #[must_use]
    pub fn is_drained(&self) -> bool {
        let is_read = self.followed.as_ref().is_none_or(|it| it.done);
        let is_open = self.transactions.as_ref().is_some_and(|it| it.is_working());
        self.left.is_some() && is_read && !is_open && self.accounts().in_flight() == 0
    }

    /// Copies the threads' figures; returns what was reported since the last time.
    pub fn advance(&mut self) -> Figures {
        let (accounts, errors) = self.accounts_with_errors();
        self.errors = errors;
        let mut next = Figures {
            accounts,
            response: copy(&self.report.response),
            failed_response: copy(&self.report.failed_response),
            delivery: copy(&self.report.delivery),
            ..Figures::default()
        };
        for part in &self.senders {
            next.send.add(&copy(&part.send));
            next.lateness.add(&copy(&part.lateness));
            next.failed_response.add(&copy(&part.failed_response));
        }
        if let Some(followed) = &mut self.followed {
            next.end_to_end = followed.end_to_end();
            followed.look(next.accounts, self.left.is_some());
        }
        (next.machine, next.hiccups) = match self.gauge.as_ref().filter(|_| self.left.is_none()) {
            Some(gauge) => gauge.now(),
            None => (self.now.machine, std::mem::take(&mut self.now.hiccups)),
        };
        self.read_assignment();
        let news = next.since(&self.now);
        self.now = next;
        if self.left.is_none() {
            self.spread.push(&news.response);
            self.settling.push(&news.response);
        }
        news
    }

    fn read_assignment(&mut self) {
        let Some(assignment) = &self.assignment else {
            return;
        };
        let first = assignment.first_accepted.load(Ordering::Acquire);
        if self.turn_took.is_none() && first != 0 {
            self.turn_took = Some(Duration::from_nanos(first.saturating_sub(self.applied)));
        }
        let pause = assignment.pause.load(Ordering::Acquire);
        self.turn_pause = (pause != 0).then_some(Duration::from_nanos(pause));
        self.first_attempt = assignment.first_attempt.load(Ordering::Acquire);
    }

    /// Counts the time up to now as time of load, unless it was paused.
    pub fn pass(&mut self, now: u64, paused: bool) {
        let from = self.timed_until.max(self.first_attempt);
        self.timed_until = now;
        if self.left.is_some() || paused || self.first_attempt == 0 {
            return;
        }
        let time = Duration::from_nanos(now.saturating_sub(from));
        self.loaded += time;
        if self.settled.is_some() {
            self.held += time;
        }
    }

    /// All its senders have left: what is under way drains.
    pub fn leave(&mut self, now: u64) {
        self.read_assignment();
        self.pass(now, false);
        self.left = Some(now);
        self.at_leave = Some(self.accounts());
        self.assignment = None;
    }

    /// The last statistics that its producer told.
    #[must_use]
    pub fn last_statistics(&self) -> &Statistics {
        self.meter.last()
    }

    /// Takes librdkafka's statistics.
    pub fn hear(&mut self, statistics: &Statistics, at: Duration) {
        self.meter.push(statistics, at);
        self.settling.hear(statistics, at);
    }

    /// From the first attempt to the last report.
    #[must_use]
    pub fn duration(&self) -> Option<Duration> {
        let last = self.report.last_report.load(Ordering::Relaxed);
        (self.first_attempt != 0 && last > self.first_attempt)
            .then(|| Duration::from_nanos(last - self.first_attempt))
    }

    /// When the first record was tried, in nanoseconds since the lab started.
    #[must_use]
    pub fn first_attempt(&self) -> Option<u64> {
        (self.first_attempt != 0).then_some(self.first_attempt)
    }

    /// Figures since it settled; from its start while it settles.
    #[must_use]
    pub fn counted(&self) -> Figures {
        self.now.since(&self.settled_from)
    }

    /// Errors by code, of the same moment as the figures.
    #[must_use]
    pub fn errors(&self) -> &[ErrorCount] {
        &self.errors
    }

    /// The row.
    #[must_use]
    pub fn reading(&self, goals: &[Goal], closed: bool) -> TrialReading {
        let figures = self.counted();
        let response = figures.response.latencies(Some(&figures.failed_response));
        let send = figures.send.latencies(None);
        let (delivered, bytes, seconds) = self.delivered_in();
        let mut row = TrialReading {
            number: self.number,
            settings: Arc::clone(&self.settings),
            state: self.state(closed),
            steadiness: self.steadiness(),
            held: if self.settled.is_some() {
                self.held
            } else {
                self.loaded
            },
            turn_took: self.turn_took,
            turn_pause: self.turn_pause,
            note: self.note.clone(),
            same_as: self.same_as,
            accounts: self.now.accounts,
            sent_per_s: delivered / seconds,
            mib_per_s: bytes / seconds / 1_048_576.0,
            stages: self.stages(&figures),
            response,
            delivery: figures.delivery.latencies(None),
            send,
            lateness: if self.workload.rate == Rate::Max {
                Counts::new()
            } else {
                figures.lateness
            }
            .latencies(None),
            machine: MachineReading::of(&figures.machine, &figures.hiccups),
            bins: figures.response.bins(),
            spread: self.spread.half_widths(),
            followed: self
                .followed
                .as_ref()
                .map(|it| it.reading(&figures.end_to_end, self.now.accounts)),
            transactions: self.transacted(),
            audit: self.audit.as_ref().map(Audited::reading),
            errors: self.errors.clone(),
            partitions: self.meter.partition_records().unwrap_or_default(),
            goals: Vec::new(),
            unread_failures: if self.workload.mode == SendMode::FireAndForget {
                self.now.accounts.failed
            } else {
                0
            },
        };
        row.goals = goals.iter().map(|goal| goal.state(&row)).collect();
        row
    }

    /// Records and bytes delivered, and the seconds in which they were: the whole run where figures count from its start, else
    /// the time of load since it settled.
    fn delivered_in(&self) -> (f64, f64, f64) {
        let from = self.settled_from.accounts;
        let whole = self
            .settled
            .is_none_or(|settled| settled == self.first_attempt);
        let (until, time) = match (self.at_leave, self.duration()) {
            (Some(_), Some(duration)) if whole => (self.now.accounts, duration),
            (Some(at_leave), _) => (at_leave, self.held),
            (None, _) => (
                self.now.accounts,
                if self.settled.is_some() {
                    self.held
                } else {
                    self.loaded
                },
            ),
        };
        let delivered = count(until.delivered.saturating_sub(from.delivered));
        let bytes = count(until.delivered_bytes.saturating_sub(from.delivered_bytes));
        (delivered, bytes, time.as_secs_f64().max(0.001))
    }

    fn state(&self, closed: bool) -> TrialState {
        match (closed, self.left, self.settled) {
            (true, _, _) => TrialState::Closed,
            (_, Some(_), _) => TrialState::Draining,
            (_, None, Some(_)) => TrialState::Settled,
            (_, None, None) => TrialState::Settling,
        }
    }
}

fn copy(tally: &Tally) -> Counts {
    let mut counts = Counts::new();
    tally.copy_into(&mut counts);
    counts
}

#[expect(clippy::cast_precision_loss, reason = "counts stay below 2^52")]
fn count(number: u64) -> f64 {
    number as f64
}
