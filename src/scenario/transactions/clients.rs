//! Clients of these scenarios, and what readers find.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};
use rdkafka::message::Message;
use rdkafka::metadata::{MetadataPartition, MetadataTopic};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

/// Which records a reader sees.
pub use crate::audit::Isolation as Level;
use crate::cluster::Connection;
use crate::scenario::row::Stopped;

/// One step of a client on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(30);
/// One look for records.
const LOOK: Duration = Duration::from_millis(100);

/// A client's configuration for this cluster.
pub fn config(connection: &Connection) -> Result<ClientConfig, Stopped> {
    connection.client_config().map_err(Stopped::broken)
}

/// An idempotent producer, ready to begin transactions where it has a name for them.
pub fn producer(config: &ClientConfig, name: Option<&str>) -> Result<BaseProducer, String> {
    let mut config = config.clone();
    config.set("enable.idempotence", "true");
    config.set("enable.metrics.push", "false");
    if let Some(name) = name {
        config.set("transactional.id", name);
    }
    let producer: BaseProducer = config.create().map_err(text)?;
    if name.is_some() {
        producer.init_transactions(PATIENCE).map_err(text)?;
    }
    Ok(producer)
}

/// Asks a group's coordinator until it answers as one: after a broker was restarted the group may belong to another.
pub fn of_coordinator<T>(ask: impl Fn() -> Result<T, KafkaError>) -> Result<T, String> {
    let moving = [
        Code::NotCoordinator,
        Code::CoordinatorNotAvailable,
        Code::CoordinatorLoadInProgress,
    ];
    let limit = Instant::now() + PATIENCE;
    loop {
        match ask() {
            Err(error)
                if error
                    .rdkafka_error_code()
                    .is_some_and(|it| moving.contains(&it))
                    && Instant::now() < limit =>
            {
                std::thread::sleep(LOOK);
            }
            answer => return answer.map_err(text),
        }
    }
}

/// Sends one record.
pub fn send(
    producer: &BaseProducer,
    topic: &str,
    partition: i32,
    payload: &str,
) -> Result<(), String> {
    let record = BaseRecord::<(), _>::to(topic).partition(partition);
    let sent = producer.send(record.payload(payload));
    sent.map_err(|(error, _)| error.to_string())
}

/// Sends records and waits until they are written.
pub fn write(
    producer: &BaseProducer,
    topic: &str,
    partition: i32,
    payloads: impl IntoIterator<Item = String>,
) -> Result<(), String> {
    for payload in payloads {
        send(producer, topic, partition, &payload)?;
    }
    producer.flush(PATIENCE).map_err(text)
}

/// A reader that belongs to no group, and ends at the ends of its partitions.
fn reader(config: &ClientConfig, level: Level) -> Result<BaseConsumer, String> {
    let mut config = config.clone();
    config.set("group.id", "linger-scenario");
    config.set("enable.auto.commit", "false");
    config.set("enable.partition.eof", "true");
    config.set("enable.metrics.push", "false");
    config.set("fetch.wait.max.ms", "10");
    config.set("isolation.level", level.name());
    config.create().map_err(text)
}

/// Everything that a reader finds in a topic now, partition by partition, in order.
pub fn read(
    config: &ClientConfig,
    topic: &str,
    level: Level,
) -> Result<BTreeMap<i32, Vec<String>>, String> {
    let reader = reader(config, level)?;
    let metadata = reader.fetch_metadata(Some(topic), PATIENCE).map_err(text)?;
    let partitions = metadata.topics().iter().flat_map(MetadataTopic::partitions);
    let mut left: BTreeSet<i32> = partitions.map(MetadataPartition::id).collect();
    let mut found: BTreeMap<i32, Vec<String>> = left.iter().map(|it| (*it, Vec::new())).collect();
    let mut from = TopicPartitionList::new();
    for partition in &left {
        let added = from.add_partition_offset(topic, *partition, Offset::Beginning);
        added.map_err(text)?;
    }
    reader.assign(&from).map_err(text)?;
    let limit = Instant::now() + PATIENCE;
    let mut trouble = String::from("nothing came");
    while !left.is_empty() {
        match reader.poll(LOOK) {
            Some(Ok(message)) => {
                let payload = message.payload().unwrap_or_default();
                let payload = String::from_utf8_lossy(payload).into_owned();
                found.entry(message.partition()).or_default().push(payload);
            }
            Some(Err(KafkaError::PartitionEOF(partition))) => {
                left.remove(&partition);
            }
            Some(Err(error)) => trouble = error.to_string(),
            None => {}
        }
        if Instant::now() > limit {
            return Err(format!("{topic} could not be read to its end: {trouble}"));
        }
    }
    Ok(found)
}

/// How often each text is there, over all partitions.
pub fn tally(found: &BTreeMap<i32, Vec<String>>) -> BTreeMap<String, u64> {
    let mut tally = BTreeMap::new();
    for payload in found.values().flatten() {
        *tally.entry(payload.clone()).or_insert(0) += 1;
    }
    tally
}

/// The offset up to which a reader may read a partition: the high watermark, or the last stable offset.
pub fn end(
    config: &ClientConfig,
    topic: &str,
    partition: i32,
    level: Level,
) -> Result<i64, String> {
    let reader = reader(config, level)?;
    let marks = reader.fetch_watermarks(topic, partition, PATIENCE);
    marks.map(|(_, end)| end).map_err(text)
}

/// Waits until a reader of committed records may read all that is there: markers come a moment after a commit.
pub fn await_stable(config: &ClientConfig, topic: &str, partitions: i32) -> Result<(), String> {
    let limit = Instant::now() + PATIENCE;
    let (all, stable) = (
        reader(config, Level::Uncommitted)?,
        reader(config, Level::Committed)?,
    );
    for partition in 0..partitions {
        loop {
            let end = |reader: &BaseConsumer| {
                reader
                    .fetch_watermarks(topic, partition, PATIENCE)
                    .map(|(_, end)| end)
                    .map_err(text)
            };
            if end(&stable)? >= end(&all)? {
                break;
            }
            if Instant::now() > limit {
                return Err(format!(
                    "partition {partition} of {topic} has an open transaction for {} s",
                    PATIENCE.as_secs()
                ));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    Ok(())
}

/// A transactional.id of our own that nobody else has.
pub fn name(word: &str) -> String {
    format!("linger-{word}-{:08x}", rand::random::<u32>())
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the form that map_err hands over"
)]
pub fn text(error: impl ToString) -> String {
    error.to_string()
}
