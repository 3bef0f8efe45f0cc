//! The stage: what the body of a scenario may use, and what is put away behind it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::child::Child;
use super::ground::Ground;
use super::leavings;
use super::load::{Produced, Run, Running};
use super::row::{Needs, Scenario, Stopped};
use super::run::{News, Watch};
use super::tap::Tap;
use crate::cluster::hands::Hands;
use crate::cluster::local::{LocalKafka, WARM_BROKERS};
use crate::cluster::topics::{self, Shape, TopicError};
use crate::cluster::{ClusterKind, Connection, Probe};
use crate::lab::{LabConfig, Target};
use crate::settings::Millis;
use crate::wire::{Address, Fault};

/// How many brokers an embedded cluster has here.
const EMBEDDED_BROKERS: i32 = 3;
/// What brokers want whose code is compiled: connections, a topic's first records.
const WARM: Duration = Duration::from_secs(2);
/// A new topic's leaders know within this that they lead.
const LEADERS: Duration = Duration::from_secs(20);

/// What the body of a scenario may use. Everything that it makes is removed when the round is over.
pub struct Stage {
    scenario: &'static Scenario,
    ground: Ground,
    watch: Watch,
    /// The topics of this round, each with its partitions.
    topics: Mutex<BTreeMap<String, u32>>,
}

impl Stage {
    pub(super) fn new(scenario: &'static Scenario, ground: Ground, watch: Watch) -> Self {
        Self {
            scenario,
            ground,
            watch,
            topics: Mutex::default(),
        }
    }

    fn is_embedded(&self) -> bool {
        matches!(self.scenario.needs, Needs::Nothing | Needs::Embedded)
    }

    /// How to reach the real cluster; empty for scenarios that need none.
    #[must_use]
    pub fn connection(&self) -> Connection {
        let real = self.ground.connection().filter(|_| !self.is_embedded());
        real.cloned().unwrap_or_default()
    }

    /// The brokers of the real cluster, `host:port,…`.
    #[must_use]
    pub fn bootstrap(&self) -> String {
        self.connection().bootstrap().unwrap_or_default().to_owned()
    }

    /// The brokers of our own.
    ///
    /// # Errors
    /// The scenario does not say that it needs them.
    pub fn local(&self) -> Result<&LocalKafka, Stopped> {
        let local = self.ground.kafka();
        local.ok_or_else(|| Stopped::broken("there are no brokers of our own"))
    }

    /// Says what is being done.
    pub fn say(&self, text: &str) {
        (self.watch.hear)(&News::Says(text));
    }

    /// How long a load is to last that does not count, before speed is asked for.
    #[must_use]
    pub fn warm_up(&self) -> Duration {
        let fresh = self.ground.kafka().is_some_and(LocalKafka::take_fresh);
        if fresh {
            self.say(&format!(
                "warming the brokers up for {} s",
                WARM_BROKERS.as_secs()
            ));
            WARM_BROKERS
        } else {
            WARM
        }
    }

    /// Whether the round is to end as soon as it can.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.watch.is_stopped()
    }

    /// A line to the real cluster for questions.
    ///
    /// # Errors
    /// It cannot be reached.
    pub fn probe(&self) -> Result<Probe, Stopped> {
        Probe::open(&self.connection(), ClusterKind::Real).map_err(Stopped::broken)
    }

    /// A fresh topic of our own, which is removed after the round; on the embedded cluster each load makes it anew.
    ///
    /// # Errors
    /// The cluster refuses it, or its leaders do not answer.
    pub fn topic(
        &self,
        word: &str,
        partitions: u32,
        replication: u32,
        config: &[(&str, &str)],
    ) -> Result<String, Stopped> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let (prefix, draw) = (leavings::prefix(self.scenario.id), rand::random::<u32>());
        let name = format!("{prefix}-{word}-{draw:08x}-{number}");
        let mut made = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        made.insert(name.clone(), partitions);
        drop(made);
        if !self.is_embedded() {
            let signed = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
            let shape = Shape {
                partitions: signed(partitions),
                replication: Some(signed(replication)),
            };
            let probe = self.probe()?;
            if let Some(leavings) = self.ground.leavings() {
                leavings.add(&name).map_err(Stopped::broken)?;
            }
            topics::create_with(&probe, &name, shape, config).map_err(refused)?;
            led(&probe, &name)?;
        }
        Ok(name)
    }

    /// A wire in front of the real cluster that adds a round trip and strikes these faults; they end with it.
    ///
    /// # Errors
    /// A fault that cannot be understood, TLS or a sign-in that a proxy cannot keep, a broker that cannot be reached.
    pub fn wire(&self, faults: &[&str], round_trip: Millis) -> Result<Tap, Stopped> {
        let connection = self.connection();
        let tls = connection.tls().map_err(|error| {
            Stopped::NotTestable(format!(
                "its faults need the wire, and {error}: `linger scenario run {} --local-kafka`",
                self.scenario.id
            ))
        })?;
        let servers = self.bootstrap();
        let upstream: Result<Vec<Address>, _> = servers.split(',').map(str::parse).collect();
        let upstream = upstream.map_err(Stopped::broken)?;
        let faults: Result<Vec<Fault>, _> = faults.iter().map(|text| text.parse()).collect();
        let faults = faults.map_err(Stopped::broken)?;
        Tap::start(&upstream, tls, faults, round_trip).map_err(Stopped::broken)
    }

    /// Runs a load to its end.
    ///
    /// # Errors
    /// It failed, could not be audited, or does not balance.
    pub fn produce(&self, run: &Run<'_>) -> Result<Produced, Stopped> {
        self.say(run.arm);
        let mut running = self.begin(run)?;
        running.ended()?;
        running.finish()
    }

    /// Starts a load, to do something else meanwhile.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn begin(&self, run: &Run<'_>) -> Result<Running, Stopped> {
        Running::start(run, self.config(run)?, self.watch.clone())
    }

    /// What a lab that runs this load is started with.
    ///
    /// # Errors
    /// A setting is none of the table's, or the cluster cannot be asked about the topic.
    pub fn config(&self, run: &Run<'_>) -> Result<LabConfig, Stopped> {
        let settings = run.chosen()?;
        let target = self.target(run)?;
        Ok(LabConfig {
            stop_after: run.stop_after,
            limits: self.ground.limits(),
            wire: run.wire.map(|tap| tap.wire().clone()),
            audit: run.audit,
            ..LabConfig::plain(target, run.topic, settings, rand::random())
        })
    }

    fn target(&self, run: &Run<'_>) -> Result<Target, Stopped> {
        if self.is_embedded() {
            let made = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
            return Ok(Target::Embedded {
                brokers: EMBEDDED_BROKERS,
                partitions: made.get(run.topic).copied().unwrap_or(1),
            });
        }
        let facts = self.probe()?.facts(run.topic);
        let mut facts = facts.map_err(Stopped::broken)?;
        facts.ours = self.ground.kafka().is_some();
        facts.wire = run.wire.is_some();
        let connection = self.connection();
        let connection = match run.wire {
            Some(tap) => connection.through(&tap.bootstrap()),
            None => connection,
        };
        Ok(Target::Real {
            connection: Box::new(connection),
            facts: Box::new(facts),
        })
    }

    /// This program again as a child process that does one of [`super::ACTS`] on a cluster, and ends with us.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn child(
        &self,
        connection: &Connection,
        act: &str,
        args: &[&str],
    ) -> Result<Child, Stopped> {
        Child::start(connection, act, args)
    }

    /// Mends the brokers and removes the topics of this round.
    pub(super) fn clear(&self) {
        if let (Needs::Local(_), Some(kafka)) = (self.scenario.needs, self.ground.kafka())
            && let Err(reason) = Hands::of(kafka).heal()
        {
            self.say(&format!("the brokers could not be mended: {reason}"));
        }
        if self.is_embedded() {
            return;
        }
        let made = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        if made.is_empty() {
            return;
        }
        let Ok(probe) = self.probe() else { return };
        for name in made.keys() {
            match topics::delete(&probe, name) {
                Ok(()) | Err(TopicError::Missing(_)) => {
                    if let Some(leavings) = self.ground.leavings() {
                        leavings.removed(name);
                    }
                }
                Err(error) => self.say(&format!("topic {name} is left behind: {error}")),
            }
        }
    }
}

/// A cluster that refuses such a topic cannot show the claim.
fn refused(error: TopicError) -> Stopped {
    match error {
        TopicError::Refused { .. } => Stopped::NotTestable(error.to_string()),
        error => Stopped::broken(error),
    }
}

/// Waits until every partition of a new topic has a leader that answers.
fn led(probe: &Probe, topic: &str) -> Result<(), Stopped> {
    let end = Instant::now() + LEADERS;
    loop {
        match probe.end_offsets(topic) {
            Ok(_) => return Ok(()),
            Err(error) if Instant::now() >= end => return Err(Stopped::broken(error)),
            Err(_) => std::thread::sleep(Duration::from_millis(50)),
        }
    }
}
