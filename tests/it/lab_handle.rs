//! A running lab as the tests hold it: every reading that comes by is checked, and everything waits within bounds.

use std::sync::Arc;
use std::time::{Duration, Instant};

use linger::cluster::local::LocalKafka;
use linger::cluster::{ClusterKind, Connection, Probe};
use linger::lab::{Command, Lab, LabConfig, LoadState, Reading, Target, TrialState};
use linger::settings::{Settings, Source};
use linger::snapshot::Snapshot;

/// How long anything in the lab may take on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A lab under a test's eyes.
pub struct Watched {
    lab: Lab,
    runtime: tokio::runtime::Runtime,
    last: Arc<Reading>,
    /// How many readings were checked.
    pub checked: u64,
}

/// Default settings with these values: `[("acks", "1"), …]`.
pub fn settings(values: &[(&str, &str)]) -> Settings {
    with(&Settings::default(), values)
}

/// Other settings with these values.
pub fn with(settings: &Settings, values: &[(&str, &str)]) -> Settings {
    let mut settings = settings.clone();
    for (name, text) in values {
        settings
            .set(name, text, Source::Hand)
            .expect("a value of the table");
    }
    settings
}

/// A configuration without goals and limits, where figures count from the start.
pub fn config(target: Target, topic: &str, settings: Settings) -> LabConfig {
    LabConfig::plain(target, topic, settings, 7)
}

/// Three embedded brokers with six partitions.
pub fn embedded() -> Target {
    Target::Embedded {
        brokers: 3,
        partitions: 6,
    }
}

/// A real cluster, asked as the program asks it.
pub fn real(kafka: &LocalKafka, topic: &str) -> Target {
    let connection = Connection::plain(kafka.bootstrap());
    let probe = Probe::open(&connection, ClusterKind::Real).expect("the cluster is reached");
    let facts = probe.facts(topic).expect("the topic is known");
    Target::Real {
        connection: Box::new(connection),
        facts: Box::new(facts),
    }
}

impl Watched {
    /// Starts a lab.
    pub fn start(config: LabConfig) -> Self {
        let lab = Lab::start(config).expect("the lab starts");
        let last = Arc::clone(&lab.readings.borrow());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        Self {
            lab,
            runtime,
            last,
            checked: 0,
        }
    }

    /// Sends a command.
    pub fn command(&self, command: Command) {
        self.lab
            .commands
            .blocking_send(command)
            .expect("the lab listens");
    }

    /// Wishes for a trial with these settings.
    pub fn turn(&self, settings: &Settings) {
        self.command(Command::Turn(Arc::new(settings.clone())));
    }

    /// The next reading, checked.
    pub fn next(&mut self) -> Arc<Reading> {
        let readings = &mut self.lab.readings;
        let changed = self
            .runtime
            .block_on(async { tokio::time::timeout(PATIENCE, readings.changed()).await });
        changed.expect("a reading in time").expect("the lab lives");
        let reading = Arc::clone(&readings.borrow_and_update());
        check(&self.last, &reading);
        self.checked += 1;
        self.last = Arc::clone(&reading);
        reading
    }

    /// Waits for a reading of which `wanted` holds.
    pub fn until(&mut self, what: &str, mut wanted: impl FnMut(&Reading) -> bool) -> Arc<Reading> {
        let limit = Instant::now() + PATIENCE;
        loop {
            let reading = self.next();
            if wanted(&reading) {
                return reading;
            }
            assert!(
                Instant::now() < limit,
                "waited in vain for {what}: {}",
                told(&reading)
            );
            let over = matches!(reading.load, LoadState::Stopped | LoadState::Failed(_));
            assert!(!over, "ended before {what}: {}", told(&reading));
        }
    }

    /// Lets the load run for this long, with every reading checked.
    pub fn run(&mut self, time: Duration) -> Arc<Reading> {
        let end = Instant::now() + time;
        loop {
            let reading = self.next();
            if Instant::now() >= end {
                return reading;
            }
        }
    }

    /// Turns, and waits until the new trial has the load and has delivered something.
    pub fn turn_and_wait(&mut self, settings: &Settings) -> Arc<Reading> {
        let wanted = self.last.live + 1;
        self.turn(settings);
        self.until("the turn", |reading| {
            assert!(
                reading.refused.is_none(),
                "{:?}",
                reading.refused.as_ref().map(|refused| &refused.reason)
            );
            reading.live == wanted
                && reading
                    .live_trial()
                    .is_some_and(|live| live.accounts.delivered > 0)
        })
    }

    /// Waits until every trial but the live one is closed.
    pub fn until_alone(&mut self) -> Arc<Reading> {
        self.until("former trials to close", |reading| {
            let former = |number| number != reading.live;
            reading
                .trials
                .iter()
                .all(|trial| !former(trial.number) || trial.state == TrialState::Closed)
        })
    }

    /// Ends the load and gives the last reading with the snapshots; nothing may be under way any more.
    pub fn stop(self) -> (Arc<Reading>, Vec<Snapshot>) {
        self.command(Command::Stop);
        self.finish()
    }

    /// The same where the load ends by itself.
    pub fn finish(mut self) -> (Arc<Reading>, Vec<Snapshot>) {
        let limit = Instant::now() + PATIENCE;
        let reading = loop {
            let reading = self.next();
            if matches!(reading.load, LoadState::Stopped | LoadState::Failed(_)) {
                break reading;
            }
            assert!(
                Instant::now() < limit,
                "the lab does not end: {}",
                told(&reading)
            );
        };
        assert_eq!(reading.load, LoadState::Stopped);
        for trial in &reading.trials {
            assert_eq!(trial.state, TrialState::Closed, "#{}", trial.number);
            assert_eq!(
                trial.accounts.attempted,
                trial.accounts.delivered + trial.accounts.failed,
                "#{}",
                trial.number
            );
        }
        let sum = |part: fn(&linger::measure::Accounts) -> u64| -> u64 {
            reading
                .trials
                .iter()
                .map(|trial| part(&trial.accounts))
                .sum()
        };
        assert_eq!(
            sum(|accounts| accounts.attempted),
            reading.accounts.attempted
        );
        assert_eq!(
            sum(|accounts| accounts.delivered),
            reading.accounts.delivered
        );
        assert_eq!(sum(|accounts| accounts.failed), reading.accounts.failed);
        let snapshots = self.lab.finish();
        assert_eq!(snapshots.len(), reading.trials.len());
        (reading, snapshots)
    }
}

/// `attempted = delivered + failed + in flight`, and nothing that was counted is taken back.
fn check(before: &Reading, now: &Reading) {
    let holds = |accounts: &linger::measure::Accounts| {
        accounts.delivered + accounts.failed <= accounts.attempted
    };
    assert!(holds(&now.accounts), "{:?}", now.accounts);
    assert!(
        now.accounts.delivered >= before.accounts.delivered,
        "{:?} after {:?}",
        now.accounts,
        before.accounts
    );
    assert!(
        now.accounts.failed >= before.accounts.failed,
        "{:?} after {:?}",
        now.accounts,
        before.accounts
    );
    let mut delivered = 0;
    for trial in &now.trials {
        assert!(
            holds(&trial.accounts),
            "#{}: {:?}",
            trial.number,
            trial.accounts
        );
        let by_code: u64 = trial.errors.iter().map(|error| error.count).sum();
        assert!(
            by_code >= trial.accounts.failed,
            "#{}: {:?} {:?}",
            trial.number,
            trial.errors,
            trial.accounts
        );
        delivered += trial.accounts.delivered;
    }
    assert!(
        delivered <= now.accounts.delivered,
        "rows {delivered}, all {:?}",
        now.accounts
    );
}

/// A reading in a line or two, for a failed test.
pub fn told(reading: &Reading) -> String {
    let rows: Vec<String> = reading
        .trials
        .iter()
        .rev()
        .take(4)
        .map(|trial| {
            format!(
                "#{} {:?} {:?} {:?}",
                trial.number, trial.state, trial.accounts, trial.errors
            )
        })
        .collect();
    format!(
        "{:?}, live #{}, opening {:?}, waiting {:?}, refused {:?}, {:?}\n{}\nlog {:?}\n{}",
        reading.load,
        reading.live,
        reading.opening.as_ref().map(|opening| &opening.progress),
        reading.waiting,
        reading.refused.as_ref().map(|refused| &refused.reason),
        reading.accounts,
        rows.join("\n"),
        reading.broker_log,
        reading
            .events
            .iter()
            .map(|event| format!("{:?} {}", event.at, event.text))
            .chain(reading.logs.iter().map(ToString::to_string))
            .collect::<Vec<_>>()
            .join("\n"),
    )
}
