//! The client of a consumer process: how it is set up, what it hands over, and the rebalances that it goes through.

use std::sync::{Mutex, PoisonError};

use rdkafka::client::ClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _, ConsumerContext, Rebalance};
use rdkafka::message::{BorrowedMessage, Message as _};
use rdkafka::topic_partition_list::{TopicPartitionList, TopicPartitionListElem};

use crate::scenario::consumers::task::{Auto, Commit, Task};
use crate::scenario::consumers::trace::At;

/// The smallest session that brokers take by default (`group.min.session.timeout.ms`).
const SESSION_MS: u32 = 6_000;

/// The consumer's configuration, on top of what reaches the cluster.
pub fn config(mut config: ClientConfig, task: &Task) -> ClientConfig {
    config.set("group.id", &task.group);
    if task.is_static {
        config.set("group.instance.id", "linger");
    }
    config.set("session.timeout.ms", SESSION_MS.to_string());
    config.set("heartbeat.interval.ms", "500");
    config.set("max.poll.interval.ms", task.poll_interval_ms.to_string());
    config.set("auto.offset.reset", "earliest");
    config.set("enable.partition.eof", "true");
    config.set("fetch.wait.max.ms", "50");
    config.set("enable.auto.commit", "false");
    if let Commit::Auto { every_ms, what } = task.commit {
        config.set("enable.auto.commit", "true");
        config.set("auto.commit.interval.ms", every_ms.to_string());
        let by_itself = what == Auto::HandedOver;
        config.set("enable.auto.offset.store", by_itself.to_string());
    }
    config
}

/// A record as it was handed over.
pub struct Item {
    /// Its place.
    pub at: At,
    /// Its number.
    pub id: i64,
    /// Whose it is.
    pub account: String,
}

impl Item {
    /// Copies what matters of it.
    pub fn read(message: &BorrowedMessage<'_>) -> Result<Self, String> {
        let at = At {
            partition: message.partition(),
            offset: message.offset(),
        };
        let text =
            |view: Option<&[u8]>| view.and_then(|it| str::from_utf8(it).ok().map(str::to_owned));
        let id = text(message.payload()).and_then(|it| it.parse().ok());
        Ok(Self {
            at,
            id: id.ok_or_else(|| format!("record {at} is none of this scenario's"))?,
            account: text(message.key()).unwrap_or_default(),
        })
    }
}

/// What the group has done to this member.
pub enum Change {
    /// It has these partitions.
    Assigned(Vec<i32>),
    /// It has them no more; whether others may have had them already.
    Revoked(Vec<i32>, bool),
}

/// Hears of rebalances, which happen inside a poll.
#[derive(Default)]
pub struct Watcher(Mutex<Vec<Change>>);

impl Watcher {
    /// What has happened since the last time.
    pub fn take(&self) -> Vec<Change> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl ClientContext for Watcher {}

impl ConsumerContext for Watcher {
    fn pre_rebalance(&self, consumer: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        let change = match rebalance {
            Rebalance::Assign(list) => Change::Assigned(partitions(list)),
            // Asked before the answer to the group resets it.
            Rebalance::Revoke(list) => {
                Change::Revoked(partitions(list), consumer.assignment_lost())
            }
            Rebalance::Error(_) => return,
        };
        let mut changes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        changes.push(change);
    }
}

fn partitions(list: &TopicPartitionList) -> Vec<i32> {
    let elements = list.elements();
    elements
        .iter()
        .map(TopicPartitionListElem::partition)
        .collect()
}
