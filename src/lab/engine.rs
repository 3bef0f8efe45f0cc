//! The engine's loop: commands, the producers' words and the clock in; trials turned, readings out.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};
use tokio::time::{MissedTickBehavior, interval};

use crate::audit::RunAudit;
use crate::cluster::Embedded;
use crate::lab::brokers::Underway;
use crate::lab::crew::Crew;
use crate::lab::desk::Desk;
use crate::lab::following::Following;
use crate::lab::log_count::{Case, LogCount};
use crate::lab::settling::Least;
use crate::lab::trial_audits::TrialAudits;
use crate::lab::trials::Trials;
use crate::lab::turning::Turning;
use crate::lab::window::Window;
use crate::lab::{Command, LabConfig, LoadState, Reading};
use crate::load::clock::Clock;
use crate::load::helm::Order;
use crate::load::reports::{Inbox, Word};
use crate::snapshot::Snapshot;

/// How often recorders are read and a reading is published.
pub const INTERVAL: Duration = Duration::from_millis(100);
/// How long records may take to drain after `Stop` before they are given up.
const PATIENCE: Duration = Duration::from_secs(15);
const LOG_COUNT_EVERY: u32 = 10;
const LAST_COUNT: Duration = Duration::from_secs(5);
/// How long after `Stop` the audits of trials may take.
const LAST_AUDIT: Duration = Duration::from_secs(25);

/// Everything that the engine's thread owns.
pub struct Engine {
    pub(super) config: LabConfig,
    pub(super) clock: Clock,
    pub(super) embedded: Option<Embedded>,
    pub(super) crew: Crew,
    pub(super) trials: Trials,
    pub(super) turning: Turning,
    pub(super) desk: Desk,
    pub(super) following: Following,
    pub(super) auditing: Option<RunAudit>,
    pub(super) trial_audits: TrialAudits,
    pub(super) log_count: Option<LogCount>,
    pub(super) inbox: Inbox,
    pub(super) state: LoadState,
    pub(super) window: Option<Window>,
    pub(super) underway: Option<Underway>,
    stopping_since: Option<Instant>,
    given_up: bool,
    ticks: u32,
    last_tick: Instant,
}

/// The ends of the engine's channels that it holds itself.
pub struct Ends {
    /// Commands from whoever looks.
    pub commands: mpsc::Receiver<Command>,
    /// Readings to whoever looks.
    pub readings: watch::Sender<Arc<Reading>>,
    /// Words from producers.
    pub words: mpsc::UnboundedReceiver<(u64, Word)>,
}

impl Engine {
    /// An engine that has not begun.
    #[must_use]
    pub fn new(
        config: LabConfig,
        clock: Clock,
        embedded: Option<Embedded>,
        log_count: Option<LogCount>,
        inbox: Inbox,
        desk: Desk,
    ) -> Self {
        Self {
            config,
            clock,
            embedded,
            crew: Crew::default(),
            trials: Trials::default(),
            turning: Turning::default(),
            desk,
            following: Following::new(clock),
            auditing: None,
            trial_audits: TrialAudits::default(),
            log_count,
            inbox,
            state: LoadState::Starting,
            window: None,
            underway: None,
            stopping_since: None,
            given_up: false,
            ticks: 0,
            last_tick: Instant::now(),
        }
    }

    /// Audits the run, whose records will stand behind these offsets.
    pub fn audit_from(&mut self, starts: BTreeMap<i32, i64>) {
        self.auditing = Some(RunAudit::new(self.following.run(), starts));
    }

    /// Runs until the load has ended and all is drained; gives every trial as a snapshot, oldest first.
    pub async fn run(mut self, mut ends: Ends) -> Vec<Snapshot> {
        let first = Arc::new(self.config.settings.clone());
        self.turn(first, false);
        let mut timer = interval(INTERVAL);
        timer.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut listening = true;
        loop {
            tokio::select! {
                command = ends.commands.recv(), if listening => {
                    listening = command.is_some();
                    self.obey(command.unwrap_or(Command::Stop));
                }
                Some((serial, word)) = ends.words.recv() => self.hear(serial, word),
                _ = timer.tick() => {
                    self.tick();
                    let over = matches!(self.state, LoadState::Stopped | LoadState::Failed(_));
                    ends.readings.send_replace(Arc::new(self.reading()));
                    if over {
                        break;
                    }
                }
            }
        }
        self.crew.join();
        let mut snapshots = self.snapshots();
        self.audit(&mut snapshots, &ends.readings);
        snapshots
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Turn(settings) => self.turn(settings, false),
            Command::Again => {
                if let Some(live) = self.trials.live() {
                    let settings = Arc::clone(&live.settings);
                    self.turn(settings, true);
                }
            }
            Command::Block {
                settings,
                warmup,
                measure,
            } => self.begin_block(Window::new(settings, warmup, measure)),
            Command::Pause => self.pause(),
            Command::Resume => self.resume(),
            Command::Base(number) => self.trials.base = Some(number),
            Command::Note(number, text) => self.trials.note(number, &text),
            Command::Goals(goals) => self.config.goals = goals,
            Command::Save { trial, place } => self.save(trial, &place),
            Command::ToggleBroker(id) => self.toggle_broker(id),
            Command::Stop => self.stop(),
        }
    }

    fn pause(&mut self) {
        if self.state == LoadState::Running {
            let now = self.clock.now();
            self.crew.order(Order::Pause(now));
            self.desk.schedule_pause(now);
            self.state = LoadState::Paused;
            self.mark("paused");
        }
    }

    fn resume(&mut self) {
        if self.state == LoadState::Paused {
            let holding = self.turning.is_holding();
            self.crew
                .order(if holding { Order::Hold } else { Order::Run });
            self.desk.schedule_resume(self.clock.now());
            self.state = LoadState::Running;
            self.mark("resumed");
        }
    }

    /// Ends the load: senders stop, producers drain.
    pub(super) fn stop(&mut self) {
        if self.stopping_since.is_some() {
            return;
        }
        self.stopping_since = Some(Instant::now());
        if !matches!(self.state, LoadState::Failed(_)) {
            self.state = LoadState::Stopping;
        }
        self.crew.stop();
        self.crew.rest();
        if let Some(serial) = self.turning.forget() {
            self.abandon(serial);
        }
        let now = self.clock.now();
        for serial in self.trials.leave_all(now) {
            self.crew.release(serial, self.trials.accepted_by(serial));
        }
    }

    fn tick(&mut self) {
        self.ticks += 1;
        let elapsed = self.last_tick.elapsed();
        self.last_tick = Instant::now();
        self.settle_turns();
        let now = self.clock.now();
        let column = self
            .trials
            .advance(now, elapsed, self.state == LoadState::Paused);
        self.desk
            .advance(column, elapsed, self.state == LoadState::Running);
        self.settle_live();
        self.settle_audits();
        self.watch_block();
        self.close_drained();
        self.end_idle_follower();
        self.watch_brokers();
        self.count_log();
        self.keep_limits();
        if let Some(since) = self.stopping_since {
            self.wind_up(since);
        }
    }

    fn settle_live(&mut self) {
        let now = self.clock.now();
        let alone = self.trials.draining() == 0;
        let least = Least {
            time: self.config.settle,
            records: self.config.warmup_records,
        };
        if let Some(live) = self.trials.live_mut() {
            live.settle_if_due(now, alone, least);
        }
        self.trials.choose_base();
    }

    fn close_drained(&mut self) {
        self.trials.close_drained(&self.config.goals);
        self.crew.bury();
    }

    /// What the broker's own count is to be judged by.
    fn case(&self) -> Case {
        let after = self.trials.accounts();
        Case {
            after,
            quiet: after.in_flight() == 0,
            acknowledged: self.trials.all_acknowledged(),
            markers: self.trials.markers(self.desk.partition_count()),
        }
    }

    fn count_log(&mut self) {
        let mut case = self.case();
        let after = case.after;
        let Some(log_count) = &mut self.log_count else {
            return;
        };
        if let Some(found) = log_count.answer(Duration::ZERO) {
            case.quiet &= found.before == after;
            self.desk.broker_log = log_count.judge(found, &case);
        }
        if self.ticks.is_multiple_of(LOG_COUNT_EVERY) && self.stopping_since.is_none() {
            log_count.ask(after);
        }
    }

    /// Ends the load when the time is over, the records are sent or the byte budget is spent.
    fn keep_limits(&mut self) {
        if self.stopping_since.is_some() {
            return;
        }
        if let Some(reason) = self.limit_reached() {
            self.mark(&reason);
            self.stop();
        }
    }

    /// After `stop`: waits for what is under way, within bounds, then takes the last count.
    fn wind_up(&mut self, since: Instant) {
        let under_way = self.trials.accounts().in_flight();
        let is_stuck = under_way > 0 || !self.crew.is_resting();
        if since.elapsed() > PATIENCE && !self.given_up && is_stuck {
            self.given_up = true;
            let text = match under_way {
                0 => "the last transaction".into(),
                records => format!("{records} records"),
            };
            self.mark(&format!("{text} given up after {} s", PATIENCE.as_secs()));
            self.crew.purge();
        }
        if !self.trials.all_closed() || !self.crew.is_gone() {
            return;
        }
        if since.elapsed() <= LAST_AUDIT && !self.trial_audits.is_empty() {
            return;
        }
        self.give_up_audits();
        let case = self.case();
        if let Some(log_count) = &mut self.log_count
            && let Some(last) = log_count.last(&case, LAST_COUNT)
        {
            self.desk.broker_log = Some(last);
        }
        if !matches!(self.state, LoadState::Failed(_)) {
            self.state = LoadState::Stopped;
        }
    }

    /// Puts a mark on the time line.
    pub(super) fn mark(&mut self, text: &str) {
        self.desk
            .event(self.clock.elapsed(), self.trials.live_number(), text);
    }
}
