//! The counts that must always balance.

use serde::{Deserialize, Serialize};

/// `attempted = delivered + failed + in flight`, at every reading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accounts {
    /// Records that a sender tried to hand to the client.
    pub attempted: u64,
    /// Records whose delivery was reported.
    pub delivered: u64,
    /// Records that failed, in send() or in delivery.
    pub failed: u64,
    /// Payload and record key bytes of the delivered records.
    pub delivered_bytes: u64,
}

impl Accounts {
    /// Records that are neither delivered nor failed, those that wait in send() included.
    #[must_use]
    pub fn in_flight(&self) -> u64 {
        self.attempted.saturating_sub(self.delivered + self.failed)
    }
}

/// How often one error happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ErrorCount {
    /// Kafka's (or librdkafka's) name of the code: `NOT_LEADER_FOR_PARTITION`, `_MSG_TIMED_OUT`, `_QUEUE_FULL`.
    pub code: String,
    /// Where it arose.
    pub phase: Phase,
    /// Whether another try may help.
    pub retriable: bool,
    /// Whether the record may be in the log all the same.
    pub persisted: Persisted,
    /// How often.
    pub count: u64,
}

/// Where an error arose.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// In send(), before the client accepted the record.
    Send,
    /// After that.
    Delivery,
}

/// Whether a failed record may be in the log.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Persisted {
    /// Certainly not.
    No,
    /// Perhaps.
    Possibly,
}
