//! Turning under load: a wish becomes an opening producer, and that a trial; one opens at a time, the newest wish wins.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::cluster::Connection;
use crate::lab::engine::Engine;
use crate::lab::{LoadState, Opening, Refused, Target};
use crate::load::client;
use crate::load::helm::Order;
use crate::load::poller::Producer;
use crate::load::reports::Word;
use crate::load::workload::Rate;
use crate::measure::statistics::Statistics;
use crate::settings::{PerSecond, Settings, Severity, check};

/// So many trials may drain at once; further turns wait.
const MOST_DRAINING: usize = 3;

/// Where turning is.
#[derive(Default)]
pub struct Turning {
    pub(super) wish: Option<Wish>,
    pub(super) opening: Option<Open>,
    pub(super) holding: Option<Open>,
    /// The trial whose transactions are being initialised.
    pub(super) readying: Option<Open>,
    pub(super) serials: u64,
    /// Producers whose clients have died: no turn keeps them.
    dead: Vec<u64>,
    /// Why the last wish could not be granted.
    pub refused: Option<Refused>,
    /// Why a wish waits.
    pub waiting: Option<String>,
}

#[derive(Clone)]
pub(super) struct Wish {
    pub(super) settings: Arc<Settings>,
    pub(super) applied: u64,
    /// Whether it is to open a trial even if nothing changed.
    pub(super) again: bool,
}

pub(super) struct Open {
    pub(super) wish: Wish,
    pub(super) serial: u64,
    pub(super) since: Instant,
    pub(super) progress: String,
    /// How long its transactions took to initialise.
    pub(super) initialised: Option<Duration>,
}

impl Turning {
    /// Drops every wish; gives the producer that was held for one.
    pub fn forget(&mut self) -> Option<u64> {
        self.wish = None;
        self.waiting = None;
        let held = self.holding.take().or(self.readying.take());
        held.map(|open| open.serial)
    }

    /// Whether an open trial waits for the live one to drain, or has taken its senders already.
    #[must_use]
    pub fn is_holding(&self) -> bool {
        self.holding.is_some() || self.readying.is_some()
    }

    /// The trial that is being opened.
    #[must_use]
    pub fn opening(&self, number: u64) -> Option<Opening> {
        let open = self.under_way()?;
        Some(Opening {
            number,
            settings: Arc::clone(&open.wish.settings),
            took: open.since.elapsed(),
            progress: open.progress.clone(),
        })
    }

    /// Whether a trial is being opened, or waits for the live one to drain.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.under_way().is_some()
    }

    /// The trial that is next, wherever it is.
    fn under_way(&self) -> Option<&Open> {
        let held = self.holding.as_ref().or(self.readying.as_ref());
        self.opening.as_ref().or(held)
    }

    fn is_on_the_way(&self, settings: &Settings) -> bool {
        self.under_way()
            .is_some_and(|open| settings.changed_from(&open.wish.settings).is_empty())
    }
}

impl Engine {
    /// Wishes for a trial with these settings; `again` opens one even if nothing changed.
    pub(super) fn turn(&mut self, settings: Arc<Settings>, again: bool) {
        if matches!(
            self.state,
            LoadState::Stopping | LoadState::Stopped | LoadState::Failed(_)
        ) {
            return;
        }
        self.turning.refused = None;
        if let Some(reason) = self.refusal(&settings) {
            return self.refuse(settings, reason);
        }
        if !again && self.turning.is_on_the_way(&settings) {
            self.turning.wish = None;
            return;
        }
        self.turning.wish = Some(Wish {
            settings,
            applied: self.clock.now(),
            again,
        });
        self.settle_turns();
    }

    fn is_live(&self, settings: &Settings) -> bool {
        let live = self.trials.live();
        live.is_some_and(|live| settings.changed_from(&live.settings).is_empty())
    }

    fn refusal(&self, settings: &Settings) -> Option<String> {
        let surroundings = self.config.target.surroundings(settings);
        if let Some(finding) = check(settings, &surroundings)
            .into_iter()
            .find(|finding| finding.severity == Severity::Refuse)
        {
            return Some(finding.sentence);
        }
        let PerSecond(ceiling) = self.config.limits.ceiling?;
        let rate = Rate::from(settings).most();
        (rate > ceiling).then(|| format!("rate is above the agreed ceiling of {ceiling:.0} records/s; start again with --throughput to agree to more"))
    }

    pub(super) fn refuse(&mut self, settings: Arc<Settings>, reason: String) {
        let is_last = !self.turning.is_busy() && self.turning.wish.is_none();
        if self.trials.live().is_none() && is_last {
            self.state = LoadState::Failed(reason.clone());
            self.stop();
        }
        self.turning.refused = Some(Refused { settings, reason });
    }

    /// Goes on with whatever can go on: senders that have left, a held turn, the next wish.
    pub(super) fn settle_turns(&mut self) {
        self.leave_former();
        if self.turning.wish.is_some()
            && let Some(open) = self.turning.holding.take()
        {
            self.abandon(open.serial);
            self.run_on();
        }
        let drained = self
            .trials
            .live()
            .is_none_or(|live| live.accounts().in_flight() == 0);
        if drained
            && self.crew.is_resting()
            && let Some(open) = self.turning.holding.take()
        {
            self.ready_or_switch(open);
        }
        if self.turning.is_busy() {
            return;
        }
        if self.turning.wish.is_some() && self.trials.draining() >= MOST_DRAINING {
            self.turning.waiting = Some(format!(
                "{MOST_DRAINING} trials still drain; the turn waits for one of them"
            ));
            return;
        }
        if !self.is_followed() {
            return;
        }
        self.turning.waiting = None;
        if let Some(wish) = self.turning.wish.take()
            && (wish.again || !self.is_live(&wish.settings))
        {
            self.begin(wish);
        }
    }

    /// Lets held senders go on, unless a person has paused them, and transactions begin again.
    pub(super) fn run_on(&mut self) {
        self.conduct();
        if self.state == LoadState::Running {
            self.crew.order(Order::Run);
        }
    }

    /// Lets a producer go that has not got the load.
    pub(super) fn abandon(&mut self, serial: u64) {
        let live = self.trials.live();
        if live.is_none_or(|live| live.serial != serial) {
            self.crew.release(serial, 0);
        }
    }

    fn begin(&mut self, wish: Wish) {
        let kept = self
            .trials
            .live()
            .filter(|live| live.settings.same_producer(&wish.settings))
            .filter(|live| !self.turning.dead.contains(&live.serial))
            .map(|live| live.serial);
        if let Some(serial) = kept {
            let open = Open {
                wish,
                serial,
                since: Instant::now(),
                progress: String::new(),
                initialised: None,
            };
            return self.switch_or_hold(open);
        }
        self.turning.serials += 1;
        let serial = self.turning.serials;
        let opened = self
            .connection()
            .client_config()
            .map_err(|error| error.to_string())
            .and_then(|base| {
                let config = client::with_knobs(base, &wish.settings);
                Producer::open(
                    serial,
                    config,
                    &self.config.topic,
                    self.clock,
                    self.inbox.clone(),
                )
                .map_err(|error| error.to_string())
            });
        match opened {
            Ok(producer) => {
                self.crew.hire(producer);
                self.turning.opening = Some(Open {
                    wish,
                    serial,
                    since: Instant::now(),
                    progress: "creating the client".into(),
                    initialised: None,
                });
            }
            Err(reason) => self.refuse(wish.settings, reason),
        }
    }

    pub(super) fn connection(&self) -> Connection {
        match (&self.config.target, &self.embedded) {
            (_, Some(embedded)) => embedded.connection(),
            (Target::Real { connection, .. }, None) => (**connection).clone(),
            (Target::Embedded { .. }, None) => Connection::default(),
        }
    }

    /// Takes a word from a producer's thread.
    pub(super) fn hear(&mut self, serial: u64, word: Word) {
        match word {
            Word::Progress(text) => {
                if let Some(open) = self
                    .turning
                    .opening
                    .as_mut()
                    .filter(|open| open.serial == serial)
                {
                    open.progress = text;
                }
            }
            Word::Opened(partitions) => self.opened(serial, partitions),
            Word::Refused(reason) => {
                if let Some(open) = self.turning.opening.take_if(|open| open.serial == serial) {
                    self.refuse(open.wish.settings, crate::cluster::redact(&reason));
                } else if let Some(open) =
                    self.turning.readying.take_if(|open| open.serial == serial)
                {
                    self.refuse_opened(open, crate::cluster::redact(&reason));
                }
                self.crew.bury();
            }
            Word::Initialised(took) => self.initialised(serial, took),
            Word::Rested => {
                self.crew.bury();
                self.settle_turns();
            }
            Word::Statistics(json) => {
                if let Ok(statistics) = Statistics::parse(&json) {
                    self.trials.hear(serial, &statistics, self.clock.elapsed());
                }
            }
            Word::Log(line) => self.desk.log(&line),
            Word::Error(code, reason, fatal) => {
                if fatal {
                    self.turning.dead.push(serial);
                }
                self.heard_error(code, &reason, fatal);
            }
            Word::Closed => self.crew.bury(),
        }
    }

    fn heard_error(&mut self, code: i32, reason: &str, fatal: bool) {
        let name = crate::load::native::name(code);
        self.desk.log(&format!("{name}: {reason}"));
        if fatal {
            self.mark(&format!(
                "the client is dead ({name}): Ctrl-R opens a new one"
            ));
        } else {
            self.mark(&name);
        }
    }

    fn initialised(&mut self, serial: u64, took: Duration) {
        let readying = &mut self.turning.readying;
        let Some(mut open) = readying.take_if(|open| open.serial == serial) else {
            return self.crew.release(serial, 0);
        };
        open.initialised = Some(took);
        self.switch(&open);
        self.run_on();
        self.settle_turns();
    }

    fn opened(&mut self, serial: u64, partitions: u32) {
        self.desk.partitions(partitions);
        let Some(open) = self.turning.opening.take_if(|open| open.serial == serial) else {
            return self.crew.release(serial, 0);
        };
        let stopping = matches!(self.state, LoadState::Stopping | LoadState::Failed(_));
        if self.turning.wish.is_some() || stopping {
            self.crew.release(serial, 0);
            return self.settle_turns();
        }
        self.switch_or_hold(open);
    }
}
