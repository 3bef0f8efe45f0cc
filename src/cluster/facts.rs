//! What is known of the cluster that the records go to.

use serde::{Deserialize, Serialize};

/// The cluster, as the screen's header and a snapshot tell it. `None` means unknown.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ClusterFacts {
    /// Embedded (simulated) or real.
    pub kind: ClusterKind,
    /// Kafka's cluster id.
    pub cluster_id: Option<String>,
    /// The brokers' version.
    pub broker_version: Option<String>,
    /// The brokers, by id.
    pub brokers: Vec<BrokerFacts>,
    /// `PLAINTEXT`, `SASL_SSL`, …
    pub security: String,
    /// The user that signs in, where there is one.
    pub user: Option<String>,
    /// Whether linger started this cluster.
    pub ours: bool,
    /// Whether the wire stands in front of it, so that a round trip can be added.
    #[serde(default)]
    pub wire: bool,
    /// The topic.
    pub topic: TopicFacts,
    /// What could not be learnt, and which right is missing.
    pub gaps: Vec<String>,
}

/// Whether brokers are simulated in this process.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum ClusterKind {
    /// librdkafka's mock cluster.
    #[default]
    Embedded,
    /// Real brokers.
    Real,
}

/// One broker.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct BrokerFacts {
    /// Its id.
    pub id: i32,
    /// Its advertised address, escaped.
    pub address: String,
    /// Whether it answers.
    pub up: bool,
}

/// The topic that is written to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct TopicFacts {
    /// Its name.
    pub name: String,
    /// How many partitions it has.
    pub partitions: u32,
    /// How many replicas each has.
    pub replication_factor: Option<u32>,
    /// `min.insync.replicas`.
    pub min_insync_replicas: Option<u32>,
    /// `cleanup.policy`.
    pub cleanup_policy: Option<String>,
    /// `compression.type` of the topic.
    pub compression_type: Option<String>,
    /// `max.message.bytes`.
    pub max_message_bytes: Option<u64>,
    /// `retention.ms`.
    pub retention_ms: Option<i64>,
    /// Whether linger made it (prefix `linger-`).
    pub ours: bool,
}
