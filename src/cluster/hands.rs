//! Fault hands: what can be done to a Kafka that we started, so that its clients meet what they meet in production.
//!
//! They are made from a [`LocalKafka`] only: a cluster that somebody else started is never offered any. Every node of a local
//! Kafka is broker and controller at once, so while fewer than half of them run nobody can change a leader or an in-sync set;
//! that freezes a partition as it is, and the hands that need a decision refuse.
//!
//! ```text
//! HANDS: name, grip, sentence     Hands ─ broker ─→ LocalKafka ─→ signals      layout: who leads, who is in sync (asked of
//!                                      ─ partition ─→ ask (Kafka's protocol)   every broker that runs; all must say the same)
//! ```

use std::thread;
use std::time::{Duration, Instant};

use super::local::{BrokerCommand, BrokerState, LocalError, LocalKafka};

mod election;
pub mod layout;
mod table;

pub use layout::PartitionLayout;
pub use table::{Grip, HANDS, Hand, HandRow, Subject};

/// So long the cluster may take to do what a hand waits for: a silent broker is given up after 3 s, and a machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(50);
/// A broker's heartbeat goes out twice a second: what still holds after it has been told to all.
const BEAT: Duration = Duration::from_millis(600);

/// Why a hand could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum HandError {
    /// The local Kafka did not obey.
    #[error("{0}")]
    Local(#[from] LocalError),
    /// A hand that takes hold of something else.
    #[error("the hand {0} takes hold of a {1}")]
    Grip(&'static str, &'static str),
    /// A partition without the replica that is needed.
    #[error("partition {partition} of topic {topic} has no {what}")]
    Missing {
        /// The topic.
        topic: String,
        /// The partition.
        partition: i32,
        /// What it does not have.
        what: &'static str,
    },
    /// Too few nodes would run for what is asked.
    #[error(
        "with {running} of {nodes} brokers running nobody in this cluster can decide anything: continue or start others first"
    )]
    Majority {
        /// How many would run.
        running: usize,
        /// How many there are.
        nodes: usize,
    },
    /// The cluster refused.
    #[error("the cluster refused to {what}: {code}")]
    Refused {
        /// What.
        what: &'static str,
        /// Kafka's name of the error.
        code: String,
    },
    /// It did not come about in time.
    #[error("waited {seconds} s in vain until {what}: {last}")]
    Slow {
        /// What was waited for.
        what: String,
        /// For how long.
        seconds: u64,
        /// What was seen last.
        last: String,
    },
}

/// The hands for one local Kafka. They may be used from any thread; all of them block until what they do is done.
#[derive(Clone, Copy, Debug)]
pub struct Hands<'k> {
    kafka: &'k LocalKafka,
}

impl<'k> Hands<'k> {
    /// The hands for this cluster.
    #[must_use]
    pub fn of(kafka: &'k LocalKafka) -> Self {
        Self { kafka }
    }

    /// Lays a hand on something; the brokers that it stopped, killed, paused, continued or started, or that lead now.
    ///
    /// # Errors
    /// A subject that the hand does not take, and whatever the methods below say.
    pub fn lay(self, hand: Hand, on: Subject<'_>) -> Result<Vec<u16>, HandError> {
        match (hand, on) {
            (Hand::Broker(command), Subject::Broker(broker)) => {
                self.broker(command, broker).map(|()| vec![broker])
            }
            (Hand::StopFollowers, Subject::Partition(topic, number)) => {
                self.followers(BrokerCommand::Stop, topic, number)
            }
            (Hand::PauseFollowers, Subject::Partition(topic, number)) => {
                self.followers(BrokerCommand::Pause, topic, number)
            }
            (Hand::MoveLeader, Subject::Partition(topic, number)) => {
                self.move_leader(topic, number, None).map(|to| vec![to])
            }
            (Hand::KillLeader, Subject::Partition(topic, number)) => {
                self.overthrow(BrokerCommand::Kill, topic, number)
            }
            (Hand::PauseLeader, Subject::Partition(topic, number)) => {
                self.overthrow(BrokerCommand::Pause, topic, number)
            }
            (Hand::ShrinkInSync, Subject::Partition(topic, number)) => {
                let in_sync = self.partition(topic, number)?.in_sync.len();
                self.shrink(topic, number, in_sync.saturating_sub(1))
            }
            (Hand::Heal, Subject::Cluster) => self.heal(),
            _ => Err(wrong_grip(hand)),
        }
    }

    /// Does something to one broker (1 and up).
    ///
    /// # Errors
    /// A broker that is in no state for it. A clean stop and a start need a majority of the nodes, the broker included.
    pub fn broker(self, command: BrokerCommand, broker: u16) -> Result<(), HandError> {
        let running = self.running()?;
        match command {
            BrokerCommand::Stop => self.need_majority(running.len())?,
            BrokerCommand::Start => self.need_majority(running.len() + 1)?,
            BrokerCommand::Kill | BrokerCommand::Pause | BrokerCommand::Resume => {}
        }
        Ok(self.kafka.control(command, broker)?)
    }

    /// Stops, kills or pauses every follower of a partition; which they were. Whoever is down already counts as done.
    ///
    /// # Errors
    /// No such partition, no leader, or no follower that runs.
    pub fn followers(
        self,
        command: BrokerCommand,
        topic: &str,
        partition: i32,
    ) -> Result<Vec<u16>, HandError> {
        let found = self.led(topic, partition)?;
        let running = self.running()?;
        let mut done = Vec::new();
        for broker in found.followers().filter(|id| running.contains(id)) {
            self.broker(command, broker)?;
            done.push(broker);
        }
        if done.is_empty() {
            return Err(missing(topic, partition, "follower that runs"));
        }
        Ok(done)
    }

    /// Kills or pauses the leader of a partition and waits until another leads; the one that was, then the one that is.
    ///
    /// # Errors
    /// No other replica in sync, or too few nodes left to choose one.
    pub fn overthrow(
        self,
        command: BrokerCommand,
        topic: &str,
        partition: i32,
    ) -> Result<Vec<u16>, HandError> {
        let found = self.led(topic, partition)?;
        let old = found.leader.unwrap_or_default();
        if !found.in_sync.iter().any(|&id| id != old) {
            return Err(missing(topic, partition, "other replica in sync"));
        }
        self.need_majority(self.running()?.len().saturating_sub(1))?;
        self.kafka.control(command, old)?;
        let new = self.until(
            &format!("another than broker {old} leads"),
            Some(topic),
            |all| {
                let leader = layout::find(all, partition)?.leader?;
                (leader != old).then_some(leader)
            },
        )?;
        Ok(vec![old, new])
    }

    /// Freezes followers of a partition until `size` replicas are in sync; which they were.
    ///
    /// # Errors
    /// A leader cannot leave its own set, and with too few nodes left nobody can shrink it.
    pub fn shrink(self, topic: &str, partition: i32, size: usize) -> Result<Vec<u16>, HandError> {
        let found = self.led(topic, partition)?;
        let surplus = found.in_sync.len().saturating_sub(size);
        let running = self.running()?;
        let frozen: Vec<u16> = found
            .followers()
            .filter(|id| found.in_sync.contains(id) && running.contains(id))
            .take(surplus)
            .collect();
        if frozen.len() < surplus {
            return Err(missing(topic, partition, "follower in sync that runs"));
        }
        self.need_majority(running.len() - frozen.len())?;
        for &broker in &frozen {
            self.kafka.control(BrokerCommand::Pause, broker)?;
        }
        self.until(
            &format!("{size} replicas are in sync"),
            Some(topic),
            |all| (layout::find(all, partition)?.in_sync.len() == size).then_some(()),
        )?;
        Ok(frozen)
    }

    /// Waits until every partition (of one topic, or of all) has a leader and all its replicas in sync, as every broker says
    /// that runs.
    ///
    /// # Errors
    /// It does not come about within a minute.
    pub fn until_full(self, topic: Option<&str>) -> Result<(), HandError> {
        let full = |all: &[PartitionLayout]| {
            let is_there = topic.is_none() || !all.is_empty();
            (is_there && all.iter().all(PartitionLayout::is_full)).then_some(())
        };
        loop {
            self.until("every replica is in sync", topic, full)?;
            // A broker that went on a moment ago may still be given up for its silence.
            thread::sleep(BEAT);
            if self.agreed(topic).is_some_and(|all| full(&all).is_some()) {
                return Ok(());
            }
        }
    }

    /// Continues every paused broker, starts every one that is down, and waits until every partition has a leader and all its
    /// replicas in sync; which brokers it continued or started.
    ///
    /// # Errors
    /// A broker does not start, or the replicas do not catch up within a minute.
    pub fn heal(self) -> Result<Vec<u16>, HandError> {
        let (mut paused, mut down) = (Vec::new(), Vec::new());
        for broker in 1..=self.kafka.brokers() {
            match self.kafka.state(broker)? {
                BrokerState::Up => {}
                BrokerState::Paused => paused.push(broker),
                BrokerState::Down => down.push(broker),
            }
        }
        // All at once: a broker answers only once a majority of the nodes runs.
        self.kafka.control_all(BrokerCommand::Resume, &paused)?;
        self.kafka.control_all(BrokerCommand::Start, &down)?;
        self.until_full(None)?;
        Ok([paused, down].concat())
    }

    /// The brokers whose processes run.
    ///
    /// # Errors
    /// The local Kafka has ended.
    pub fn running(self) -> Result<Vec<u16>, HandError> {
        let mut running = Vec::new();
        for broker in 1..=self.kafka.brokers() {
            if self.kafka.state(broker)? == BrokerState::Up {
                running.push(broker);
            }
        }
        Ok(running)
    }

    fn need_majority(self, running: usize) -> Result<(), HandError> {
        let nodes = usize::from(self.kafka.brokers());
        if running > nodes / 2 {
            Ok(())
        } else {
            Err(HandError::Majority { running, nodes })
        }
    }

    /// Waits until what all running brokers agree on is as wanted.
    fn until<T>(
        self,
        what: &str,
        topic: Option<&str>,
        wanted: impl Fn(&[PartitionLayout]) -> Option<T>,
    ) -> Result<T, HandError> {
        let begun = Instant::now();
        loop {
            let seen = self.agreed(topic);
            if let Some(found) = seen.as_deref().and_then(&wanted) {
                return Ok(found);
            }
            if begun.elapsed() > PATIENCE {
                let told = |all: Vec<PartitionLayout>| layout::tell(&all);
                return Err(HandError::Slow {
                    what: what.to_owned(),
                    seconds: PATIENCE.as_secs(),
                    last: seen.map_or_else(|| "the brokers do not agree".to_owned(), told),
                });
            }
            thread::sleep(LOOK);
        }
    }
}

fn wrong_grip(hand: Hand) -> HandError {
    let row = HANDS.iter().find(|row| row.hand == hand);
    let grip = row.map_or("cluster", |row| match row.grip {
        Grip::Broker => "broker",
        Grip::Partition => "partition",
        Grip::Cluster => "cluster",
    });
    HandError::Grip(row.map_or("", |row| row.name), grip)
}

fn missing(topic: &str, partition: i32, what: &'static str) -> HandError {
    HandError::Missing {
        topic: topic.to_owned(),
        partition,
        what,
    }
}

#[cfg(test)]
mod tests;
