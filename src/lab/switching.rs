//! Moving the load to a trial whose producer is open, and the limits at which the load ends by itself.

use std::sync::Arc;
use std::time::Duration;

use crate::audit::{RunAudit, TrialAudit};
use crate::lab::assign::{self, Former, Plan};
use crate::lab::desk::bytes_with_in_flight;
use crate::lab::engine::Engine;
use crate::lab::followed::Followed;
use crate::lab::trial::Trial;
use crate::lab::trial_audits::Audited;
use crate::lab::turning::Open;
use crate::lab::{LoadState, StopAfter};
use crate::load::helm::Order;
use crate::load::parts::{ReportPart, Witness};
use crate::load::poller::Producer;
use crate::load::transactions::is_transactional;
use crate::measure::stage_meter::StageMeter;
use crate::settings::{Millis, PerSecond, Settings};
use crate::wire::Conditions;

impl Engine {
    pub(super) fn switch_or_hold(&mut self, mut open: Open) {
        let under_way = self
            .trials
            .live()
            .map_or(0, |live| live.accounts().in_flight());
        let drains = open.wish.settings.is_on("drain.first") && under_way > 0;
        let ends = !self.crew.is_resting();
        let loaded = matches!(self.state, LoadState::Running | LoadState::Paused);
        if !loaded || !(drains || ends) {
            return self.ready_or_switch(open);
        }
        let what = if ends { "end its transaction" } else { "drain" };
        open.progress = format!("waiting for #{} to {what}", self.trials.live_number());
        self.turning.holding = Some(open);
        if self.state == LoadState::Running {
            self.crew.order(Order::Hold);
        }
        self.crew.rest();
    }

    /// Moves the load, once a producer that sends in transactions is initialised: that ends what another one of the same
    /// transactional.id left open, so nobody may send through it any more.
    pub(super) fn ready_or_switch(&mut self, mut open: Open) {
        let live = self.trials.live();
        let is_kept = live.is_some_and(|live| live.serial == open.serial);
        if is_kept || !is_transactional(&open.wish.settings) {
            self.switch(&open);
            return self.run_on();
        }
        open.progress = "initialising transactions".into();
        let asked = self.crew.producer(open.serial).map(Producer::initialise);
        match asked {
            Some(Err(error)) => {
                let reason = format!("a thread could not be started: {error}");
                self.refuse_opened(open, reason);
            }
            _ => self.turning.readying = Some(open),
        }
    }

    /// A producer that is open does not get the load; the former trial goes on.
    pub(super) fn refuse_opened(&mut self, open: Open, reason: String) {
        self.crew.release(open.serial, 0);
        self.refuse(open.wish.settings, reason);
        self.run_on();
    }

    /// Moves the load to a trial whose producer is open.
    pub(super) fn switch(&mut self, open: &Open) {
        let Some((native, reports)) = self
            .crew
            .producer(open.serial)
            .and_then(|found| Some((found.native()?, Arc::clone(&found.reports))))
        else {
            self.abandon(open.serial);
            return self.refuse(
                Arc::clone(&open.wish.settings),
                "the client ended before the load could move to it; turn again".into(),
            );
        };
        let settings = Arc::clone(&open.wish.settings);
        self.apply_conditions(&settings);
        let number = self.trials.next_number();
        // What became of a transaction is known to the run's own audit only.
        let audited = settings.is_on("audit") && !is_transactional(&settings);
        let followed = settings
            .is_on("follow")
            .then(|| self.following.register(number, audited));
        let (marks, followed) = followed.unzip();
        let run_audit = self.auditing.as_ref();
        let marks = marks.or_else(|| run_audit.map(|_| self.following.marks()));
        let plan = Plan {
            number,
            marks,
            settings: &settings,
            former: self.trials.live().map(|live| Former {
                workload: &live.workload,
                senders: self.crew.senders(),
                assignment: live.assignment.as_deref(),
            }),
            partitions: self.desk.partition_count(),
            clock: self.clock,
            stop_after: self.config.stop_after,
            seed: self.config.seed,
            transactions: run_audit.map(RunAudit::transaction_witness),
        };
        let number = plan.number;
        let assignment = match assign::assignment(plan, native, reports) {
            Ok(assignment) => Arc::new(assignment),
            Err(reason) => {
                self.abandon(open.serial);
                return self.refuse(settings, reason);
            }
        };
        let live = followed.as_ref().and_then(|it| it.audit.clone());
        let report = Arc::new(ReportPart {
            witness: both(
                self.auditing.as_ref().map(RunAudit::witness),
                live.as_ref().map(TrialAudit::witness),
            ),
            ..ReportPart::default()
        });
        let at = self.clock.elapsed();
        let kept = self.trials.live().filter(|live| live.serial == open.serial);
        let meter = kept.map_or_else(
            || StageMeter::new(at),
            |live| StageMeter::after(live.last_statistics().clone(), at),
        );
        if let Some(producer) = self.crew.producer(open.serial) {
            producer.register(number, Arc::clone(&report));
        }
        self.desk
            .schedule(&assignment, self.trials.accounts().attempted);
        if self.state == LoadState::Paused {
            self.desk.schedule_pause(assignment.from);
        }
        let mut trial = Trial::new(
            number,
            Arc::clone(&settings),
            open.serial,
            Arc::clone(&assignment),
            report,
            open.wish.applied,
            meter,
        );
        trial.initialised = open.initialised;
        if let (Some(_), Some(part), Some(follower)) = (&live, &followed, self.following.totals()) {
            self.trial_audits.open(number, Arc::clone(part), follower);
        }
        trial.audit = live.map(|live| Audited {
            live,
            verdict: None,
        });
        trial.followed = followed.map(Followed::new);
        trial.watch(self.desk.machine.gauge());
        self.trials.open(trial);
        if let Err(error) = self.crew.assign(assignment, self.clock) {
            return self.refuse(settings, format!("a sender could not be started: {error}"));
        }
        self.conduct();
        if self.state == LoadState::Starting {
            self.state = LoadState::Running;
        }
        self.leave_former();
    }

    /// Lets transactions begin, where the live trial has them.
    pub(super) fn conduct(&mut self) {
        let Some(serial) = self.trials.live().map(|live| live.serial) else {
            return;
        };
        if let Err(error) = self.crew.conduct(serial, self.clock) {
            self.mark(&format!("a thread could not be started: {error}"));
        }
    }

    pub(super) fn leave_former(&mut self) {
        for serial in self.trials.leave_former(self.clock.now()) {
            self.crew.release(serial, self.trials.accepted_by(serial));
        }
    }

    fn apply_conditions(&mut self, settings: &Settings) {
        if let Some(wire) = &self.config.wire {
            wire.set_conditions(Conditions {
                round_trip: Millis(settings.number("rtt.ms")),
                ..Conditions::default()
            });
        }
        let Some(embedded) = &self.embedded else {
            return;
        };
        let rate = |name| PerSecond(settings.number(name));
        let done = embedded
            .set_round_trip(Millis(settings.number("rtt.ms")))
            .and_then(|()| {
                embedded.set_error_rates(rate("errors.retriable"), rate("errors.fatal"))
            });
        if let Err(error) = done {
            self.mark(&error.to_string());
        }
    }

    /// Why the load is to end now, if it is.
    pub(super) fn limit_reached(&self) -> Option<String> {
        let accounts = self.trials.accounts();
        if let Some(budget) = self.config.limits.byte_budget
            && bytes_with_in_flight(accounts) >= budget.0
        {
            return Some("the byte budget is spent".into());
        }
        match self.config.stop_after? {
            StopAfter::Records(_) => self
                .trials
                .live()
                .is_some_and(Trial::is_done)
                .then(|| "all records are sent".into()),
            StopAfter::Time(time) => {
                let began = self.trials.first_attempt()?;
                (self
                    .clock
                    .elapsed()
                    .saturating_sub(Duration::from_nanos(began))
                    >= time)
                    .then(|| "the time is over".into())
            }
        }
    }
}

/// One that tells both.
fn both(one: Option<Witness>, other: Option<Witness>) -> Option<Witness> {
    match (one, other) {
        (Some(one), Some(other)) => Some(Box::new(move |report| {
            one(report);
            other(report);
        })),
        (one, other) => one.or(other),
    }
}
