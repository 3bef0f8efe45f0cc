//! One real broker for a bench, with a fresh topic for every run.

use std::sync::Arc;
use std::time::{Duration, Instant};

use linger::cluster::local::{LocalKafka, LocalOptions};
use linger::cluster::probe::Probe;
use linger::cluster::topics::{self, Shape};
use linger::cluster::{ClusterKind, Connection};
use linger::lab::Target;
use linger::wire::Wire;

const PATIENCE: Duration = Duration::from_secs(20);

/// A broker of our own; it ends, and its data goes, when this is dropped.
pub struct Broker {
    kafka: LocalKafka,
    probe: Probe,
}

impl Broker {
    /// Starts it.
    pub fn start() -> Self {
        let kafka = LocalKafka::start(1, &LocalOptions::default(), |line| eprintln!("{line}"))
            .unwrap_or_else(|error| panic!("{error}"));
        let probe = Probe::open(&Connection::plain(kafka.bootstrap()), ClusterKind::Real)
            .unwrap_or_else(|error| panic!("{error}"));
        Self { kafka, probe }
    }

    /// Its address.
    pub fn address(&self) -> &str {
        self.kafka.bootstrap()
    }

    /// What its script tells by name.
    #[allow(dead_code, reason = "not every bench asks")]
    pub fn fact(&self, name: &str) -> &str {
        self.kafka.fact(name).unwrap_or_default()
    }

    /// What is known of it and of a topic.
    #[allow(dead_code, reason = "not every bench asks")]
    pub fn facts(&self, topic: &str) -> linger::cluster::ClusterFacts {
        self.probe.facts(topic).expect("the broker's facts")
    }

    /// It as the place of a lab's records in this topic.
    #[allow(dead_code, reason = "not every bench runs a lab")]
    pub fn target(&self, topic: &str) -> Target {
        Target::Real {
            connection: Box::new(Connection::plain(self.address())),
            facts: Box::new(self.facts(topic)),
        }
    }

    /// The same behind a wire, which adds the round trip that the settings name.
    #[allow(dead_code, reason = "not every bench adds a round trip")]
    pub fn behind_wire(&self, topic: &str) -> (Target, Arc<Wire>) {
        let upstream = self.address().parse().expect("an address");
        let wire = Wire::start(&[upstream], 0, Vec::new(), |_| {}).expect("a wire");
        let mut facts = self.facts(topic);
        facts.wire = true;
        let target = Target::Real {
            connection: Box::new(Connection::plain(&wire.bootstrap())),
            facts: Box::new(facts),
        };
        (target, Arc::new(wire))
    }

    /// Makes a topic, lends it, and removes it, so that the disk does not fill.
    pub fn with_topic<T>(&self, name: &str, partitions: i32, work: impl FnOnce() -> T) -> T {
        let shape = Shape {
            partitions,
            replication: Some(1),
        };
        topics::create(&self.probe, name, shape).unwrap_or_else(|error| panic!("{error}"));
        let result = work();
        topics::delete(&self.probe, name).unwrap_or_else(|error| panic!("{error}"));
        result
    }

    /// How many records a topic holds by its end offsets.
    pub fn records(&self, topic: &str) -> i64 {
        let limit = Instant::now() + PATIENCE;
        loop {
            match self.probe.end_offsets(topic) {
                Ok(offsets) => return offsets.sum(),
                // A topic that was made a moment ago may have no leader yet.
                Err(error) => assert!(Instant::now() < limit, "{error}"),
            }
        }
    }
}
