//! What a lab is started with.

use std::sync::Arc;
use std::time::Duration;

use crate::audit::Isolation;
use crate::cluster::local::LocalKafka;
use crate::cluster::{ClusterFacts, Connection};
use crate::lab::Goal;
use crate::settings::{Bytes, PerSecond, Settings, Surroundings};
use crate::wire::Wire;

/// What a lab is started with. The caller has asked for every consent that is needed.
#[derive(Clone)]
pub struct LabConfig {
    /// Where records go.
    pub target: Target,
    /// The topic; it exists (the embedded cluster makes it).
    pub topic: String,
    /// The first trial: knobs, workload, conditions.
    pub settings: Settings,
    /// What is to be held.
    pub goals: Vec<Goal>,
    /// What must not be passed.
    pub limits: Limits,
    /// When the load ends by itself.
    pub stop_after: Option<StopAfter>,
    /// The least warm-up after the former trial has drained: figures count from then on, or from where the trial is steady if
    /// that is later. Zero looks for no warm-up: figures count from the start …
    pub settle: Duration,
    /// … or after this many delivered records.
    pub warmup_records: u64,
    /// Makes payloads and record keys repeatable.
    pub seed: u64,
    /// What stands in front of a real cluster and adds the round trip, when that was asked for.
    pub wire: Option<Arc<Wire>>,
    /// Real brokers of our own, which may be taken down and up again.
    pub local: Option<Arc<LocalKafka>>,
    /// Whether every record is accounted for, and looked for in the log once all is drained.
    pub audit: bool,
    /// Which records are read back. Where none is chosen the follower reads all of them, and the audit those that are committed where
    /// they were sent in transactions.
    pub isolation: Option<Isolation>,
}

impl LabConfig {
    /// Load that has neither goals nor limits, does not end by itself, and counts from its start; repeatable by the seed.
    #[must_use]
    pub fn plain(target: Target, topic: impl Into<String>, settings: Settings, seed: u64) -> Self {
        Self {
            target,
            topic: topic.into(),
            settings,
            goals: Vec::new(),
            limits: Limits::default(),
            stop_after: None,
            settle: Duration::ZERO,
            warmup_records: 0,
            seed,
            wire: None,
            local: None,
            audit: false,
            isolation: None,
        }
    }
}

/// Where records go.
#[derive(Clone)]
pub enum Target {
    /// librdkafka's mock cluster, inside this process.
    Embedded {
        /// How many brokers.
        brokers: i32,
        /// Partitions of the topic.
        partitions: u32,
    },
    /// Real brokers.
    Real {
        /// How to reach them.
        connection: Box<Connection>,
        /// What the probe found.
        facts: Box<ClusterFacts>,
    },
}

/// What must not be passed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Limits {
    /// Records per second; `None` is no ceiling.
    pub ceiling: Option<PerSecond>,
    /// Payload bytes of the whole session; `None` is no budget.
    pub byte_budget: Option<Bytes>,
}

/// When the load ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopAfter {
    /// After this many attempted records.
    Records(u64),
    /// This long after the first attempt.
    Time(Duration),
}

/// Why a lab could not start.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// The embedded cluster did not start.
    #[error("the embedded cluster did not start: {0}")]
    Embedded(String),
    /// An audit needs to know where the partitions end before the run.
    #[error("the run cannot be audited: {0}")]
    Audit(String),
    /// A thread could not be started.
    #[error("a thread could not be started: {0}; check the limit on processes (ulimit -u)")]
    Thread(#[from] std::io::Error),
}

impl Target {
    /// What rules and hints need to know.
    #[must_use]
    pub fn surroundings(&self, settings: &Settings) -> Surroundings {
        match self {
            Self::Embedded { partitions, .. } => Surroundings {
                embedded: true,
                wire: false,
                replication: Some(1),
                partitions: Some(*partitions),
                round_trip: settings
                    .value("rtt.ms")
                    .number()
                    .map(crate::settings::Millis),
            },
            Self::Real { facts, .. } => Surroundings {
                embedded: false,
                wire: facts.wire,
                replication: facts.topic.replication_factor,
                partitions: Some(facts.topic.partitions),
                round_trip: None,
            },
        }
    }
}
