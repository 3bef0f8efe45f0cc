//! Where records go: connection, secrets, the embedded cluster, a local real one, topics, the probe.

pub mod facts;
pub mod local;

pub use facts::{BrokerFacts, ClusterFacts, ClusterKind, TopicFacts};
