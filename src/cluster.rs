//! Where records go: connection, secrets, the embedded cluster, a local real one, topics, the probe.
//!
//! ```text
//! -b, -X, environment, -F file ─ sources ─→ connection ─→ librdkafka's configuration
//!        (keys: what may come in · properties, jaas, stores: Java's forms · secrets: never in text)
//! connection ─ probe ─→ facts      connection ─ topics ─→ created, listed, deleted
//! embedded: librdkafka's mock cluster on its own thread       doctor: what stands in the way
//! local: real brokers of our own ─ hands: faults for them (ask: Kafka's protocol over a plain socket)
//! java: what Java's producer says to a configuration
//! ```

mod ask;
pub mod conditioned;
pub mod connection;
pub mod doctor;
pub mod ear;
pub mod embedded;
pub mod facts;
pub mod hands;
pub mod jaas;
pub mod java;
pub mod keys;
pub mod local;
pub mod probe;
pub mod producers;
pub mod properties;
pub mod secrets;
pub mod shown;
pub mod sources;
pub mod stores;
pub mod topics;
pub mod trouble;

pub use conditioned::ConditionedError;
pub use connection::{Connection, ConnectionError, Source};
pub use embedded::Embedded;
pub use facts::{BrokerFacts, ClusterFacts, ClusterKind, TopicFacts};
pub use probe::Probe;
pub use secrets::{Secret, redact};
pub use shown::Shown;
pub use trouble::ProbeError;
