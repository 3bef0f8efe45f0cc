//! Who leads a partition and who is in sync, as the brokers tell it.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use kafka_protocol::messages::metadata_request::MetadataRequestTopic;
use kafka_protocol::messages::metadata_response::MetadataResponsePartition;
use kafka_protocol::messages::{BrokerId, MetadataRequest, TopicName};
use kafka_protocol::protocol::StrBytes;

use super::{HandError, Hands, missing};
use crate::cluster::ask::ask;

/// One broker's answer; a broker that takes longer does not count as one that agrees.
const ANSWER: Duration = Duration::from_secs(5);
/// The last version of Metadata before topics are told by id alone.
const METADATA_VERSION: i16 = 12;

/// One partition.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PartitionLayout {
    /// Its topic.
    pub topic: String,
    /// Its number.
    pub partition: i32,
    /// The broker that leads it, if one does.
    pub leader: Option<u16>,
    /// Its replicas, the preferred leader first.
    pub replicas: Vec<u16>,
    /// Those of them that are in sync, in ascending order.
    pub in_sync: Vec<u16>,
}

impl PartitionLayout {
    /// The replicas that do not lead.
    pub fn followers(&self) -> impl Iterator<Item = u16> {
        let replicas = self.replicas.iter().copied();
        replicas.filter(|&id| Some(id) != self.leader)
    }

    /// Whether it has a leader and all its replicas in sync.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.leader.is_some() && self.in_sync.len() == self.replicas.len()
    }

    fn new(topic: &str, told: &MetadataResponsePartition) -> Self {
        let mut in_sync = brokers(&told.isr_nodes);
        in_sync.sort_unstable();
        Self {
            topic: topic.to_owned(),
            partition: told.partition_index,
            leader: u16::try_from(told.leader_id.0).ok(),
            replicas: brokers(&told.replica_nodes),
            in_sync,
        }
    }
}

fn brokers(ids: &[BrokerId]) -> Vec<u16> {
    ids.iter()
        .filter_map(|id| u16::try_from(id.0).ok())
        .collect()
}

/// A partition by its number, where the layouts are those of one topic.
pub(super) fn find(all: &[PartitionLayout], partition: i32) -> Option<&PartitionLayout> {
    all.iter().find(|it| it.partition == partition)
}

/// The partitions that are not as they should be, in words.
pub(super) fn tell(all: &[PartitionLayout]) -> String {
    let one = |it: &PartitionLayout| {
        let leader = it
            .leader
            .map_or_else(|| "nobody".to_owned(), |id| id.to_string());
        format!(
            "{}-{}: led by {leader}, {:?} of {:?} in sync",
            it.topic, it.partition, it.in_sync, it.replicas
        )
    };
    let odd: Vec<String> = all.iter().filter(|it| !it.is_full()).map(one).collect();
    if odd.is_empty() {
        format!("all {} partitions are whole", all.len())
    } else {
        odd.join("; ")
    }
}

/// What one broker tells of a topic, or of all.
fn ask_broker(broker: SocketAddr, topic: Option<&str>) -> io::Result<Vec<PartitionLayout>> {
    let named = topic.map(|name| {
        let name = TopicName(StrBytes::from_string(name.to_owned()));
        vec![MetadataRequestTopic::default().with_name(Some(name))]
    });
    let request = MetadataRequest::default()
        .with_topics(named)
        .with_allow_auto_topic_creation(false);
    let answer = ask(broker, &request, METADATA_VERSION, ANSWER)?;
    let mut all = Vec::new();
    for topic in &answer.topics {
        let name = topic.name.as_ref().map_or("", |name| name.0.as_str());
        let partitions = topic.partitions.iter();
        all.extend(partitions.map(|told| PartitionLayout::new(name, told)));
    }
    all.sort();
    Ok(all)
}

impl Hands<'_> {
    /// Where a broker really listens.
    pub(super) fn address(self, broker: u16) -> Option<SocketAddr> {
        let place = usize::from(broker).checked_sub(1)?;
        self.kafka.listeners().get(place).copied()
    }

    /// What every running broker says of a topic, or of all; `None` where one is silent or they differ.
    pub(super) fn agreed(self, topic: Option<&str>) -> Option<Vec<PartitionLayout>> {
        let running = self.running().ok()?;
        let mut agreed: Option<Vec<PartitionLayout>> = None;
        for broker in running {
            let told = ask_broker(self.address(broker)?, topic).ok()?;
            if agreed.as_ref().is_some_and(|former| *former != told) {
                return None;
            }
            agreed = Some(told);
        }
        agreed
    }

    /// The partitions of a topic, once every running broker says the same.
    ///
    /// # Errors
    /// They do not agree within a minute.
    pub fn topic(self, topic: &str) -> Result<Vec<PartitionLayout>, HandError> {
        self.until("the brokers agree", Some(topic), |all| Some(all.to_vec()))
    }

    /// One partition, once every running broker says the same of it.
    ///
    /// # Errors
    /// There is no such partition.
    pub fn partition(self, topic: &str, partition: i32) -> Result<PartitionLayout, HandError> {
        let all = self.topic(topic)?;
        let found = find(&all, partition).cloned();
        found.ok_or_else(|| missing(topic, partition, "place in this cluster"))
    }

    /// One partition that has a leader.
    pub(super) fn led(self, topic: &str, partition: i32) -> Result<PartitionLayout, HandError> {
        let found = self.partition(topic, partition)?;
        if found.leader.is_none() {
            return Err(missing(topic, partition, "leader"));
        }
        Ok(found)
    }
}
