//! When the records in a topic's log were sent, read with a consumer of the tests' own.

use std::time::Instant;

use linger::cluster::local::LocalKafka;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::{Message, Offset, TopicPartitionList};

use crate::kafka::{self, PATIENCE};

/// The CreateTime of every record in milliseconds, in rising order: the moment at which the client accepted it.
pub fn times(kafka: &LocalKafka, topic: &str) -> Vec<i64> {
    let ends = kafka::end_offsets(kafka, topic);
    let records: usize = ends.iter().map(|&end| usize::try_from(end).unwrap()).sum();
    let consumer: BaseConsumer = kafka::plain_config(kafka)
        .set("group.id", "linger-it")
        .set("enable.auto.commit", "false")
        .create()
        .expect("a consumer");
    let mut partitions = TopicPartitionList::new();
    for partition in 0..i32::try_from(ends.len()).unwrap() {
        partitions
            .add_partition_offset(topic, partition, Offset::Beginning)
            .unwrap();
    }
    consumer
        .assign(&partitions)
        .expect("the partitions are assigned");
    let mut times = Vec::with_capacity(records);
    let limit = Instant::now() + PATIENCE * 4;
    while times.len() < records {
        assert!(
            Instant::now() < limit,
            "{} of {records} records were read",
            times.len()
        );
        if let Some(message) = consumer.poll(PATIENCE) {
            let message = message.expect("a record");
            times.push(message.timestamp().to_millis().expect("a time"));
        }
    }
    times.sort_unstable();
    times
}
