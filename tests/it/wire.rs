//! The wire in front of brokers: it sees every request, adds what is asked for, and strikes where it should.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use linger::cluster::Embedded;
use linger::settings::units::Millis;
use linger::wire::{Address, Conditions, Produced, Wire};
use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::{Offset, TopicPartitionList};

use crate::kafka::{self, PATIENCE};

const TOPIC: &str = "linger-wire";

pub type Seen = Arc<Mutex<Vec<Produced>>>;

/// A wire in front of these brokers, and what it has seen.
pub fn wire(brokers: &str, faults: &[&str]) -> (Wire, Seen) {
    let seen = Seen::default();
    let upstream: Vec<Address> = brokers.split(',').map(|one| one.parse().unwrap()).collect();
    let faults = faults.iter().map(|text| text.parse().unwrap()).collect();
    let sink = Arc::clone(&seen);
    let observe = move |produced: &Produced| sink.lock().unwrap().push(produced.clone());
    let wire = Wire::start(&upstream, 0, faults, observe).unwrap();
    (wire, seen)
}

fn embedded(faults: &[&str]) -> (Embedded, Wire, Seen) {
    let cluster = Embedded::start(3, TOPIC, 3).unwrap();
    let (wire, seen) = wire(cluster.bootstrap(), faults);
    (cluster, wire, seen)
}

pub fn client(wire: &Wire) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", wire.bootstrap());
    config
}

pub fn records(seen: &Seen) -> u64 {
    seen.lock().unwrap().iter().map(Produced::records).sum()
}

/// Reads so many records of a topic from its beginning, through the wire.
fn read_back(wire: &Wire, topic: &str, records: usize) {
    let consumer: BaseConsumer = client(wire).set("group.id", "wire").create().unwrap();
    let metadata = consumer.fetch_metadata(Some(topic), PATIENCE).unwrap();
    let mut list = TopicPartitionList::new();
    for partition in metadata.topics()[0].partitions() {
        list.add_partition_offset(topic, partition.id(), Offset::Beginning)
            .unwrap();
    }
    consumer.assign(&list).unwrap();
    let (mut read, limit) = (0, Instant::now() + PATIENCE);
    while read < records {
        assert!(Instant::now() < limit, "{read} of {records}");
        if let Some(Ok(message)) = consumer.poll(Duration::from_millis(100)) {
            assert_eq!(message.payload_len(), 100);
            read += 1;
        }
    }
}

#[test]
fn a_producer_and_a_consumer_pass_through_and_every_request_is_seen() {
    let (cluster, wire, seen) = embedded(&[]);
    let mut config = client(&wire);
    config
        .set("client.id", "me")
        .set("acks", "1")
        .set("compression.type", "lz4")
        .set("request.timeout.ms", "54321")
        .set("linger.ms", "20");
    kafka::produce(&config, TOPIC, 3_000);
    assert_eq!(records(&seen), 3_000);
    for produced in seen.lock().unwrap().iter() {
        assert_eq!((produced.acks, produced.timeout_ms), (1, 54_321));
        assert_eq!(produced.client_id.as_deref(), Some("me"));
        assert!(produced.answered_ms.is_some());
        for batch in &produced.batches {
            assert_eq!((batch.topic.as_str(), batch.codec), (TOPIC, "lz4"));
            assert_eq!((batch.producer_id, batch.attempt), (-1, 1));
            assert_eq!(batch.answer.as_deref(), Some("NONE"));
        }
    }
    read_back(&wire, TOPIC, 3_000);

    // Everything that a broker tells leads to the wire.
    let consumer: BaseConsumer = client(&wire).create().unwrap();
    let metadata = consumer.fetch_metadata(None, PATIENCE).unwrap();
    let told: BTreeSet<u16> = metadata
        .brokers()
        .iter()
        .map(|one| u16::try_from(one.port()).unwrap())
        .collect();
    let doors: BTreeSet<u16> = wire.brokers().iter().map(|&(_, port)| port).collect();
    assert_eq!(told, doors);
    let brokers: BTreeSet<String> = cluster.bootstrap().split(',').map(str::to_owned).collect();
    let known: BTreeSet<String> = wire
        .brokers()
        .iter()
        .map(|(address, _)| address.to_string())
        .collect();
    assert_eq!(known, brokers);

    let summary = wire.finish();
    assert_eq!((summary.records, summary.repeated), (3_000, 0));
    assert!(summary.undecoded.is_empty(), "{summary:?}");
}

#[test]
fn the_added_round_trip_is_felt_and_requests_are_still_on_their_way_together() {
    let (_cluster, wire, seen) = embedded(&[]);
    wire.set_conditions(Conditions {
        round_trip: Millis(60.0),
        ..Conditions::default()
    });
    let mut config = client(&wire);
    config
        .set("acks", "1")
        .set("linger.ms", "0")
        .set("batch.num.messages", "10");
    kafka::produce(&config, TOPIC, 300);
    let seen = seen.lock().unwrap();
    assert!(
        seen.iter()
            .all(|produced| produced.answered_ms >= Some(60.0)),
        "{seen:?}"
    );
    assert!(
        seen.iter().any(|produced| produced.in_flight > 1),
        "{seen:?}"
    );
}

#[test]
fn a_refused_batch_never_reaches_the_broker_and_is_sent_again() {
    let (_cluster, wire, seen) = embedded(&[
        "fail-before-append=NOT_LEADER_OR_FOLLOWER@3",
        "stall=1h@100000",
    ]);
    let mut config = client(&wire);
    config
        .set("batch.num.messages", "50")
        .set("retry.backoff.ms", "10")
        .set("linger.ms", "5");
    kafka::produce(&config, TOPIC, 1_000);
    read_back(&wire, TOPIC, 1_000);
    let refused: u64 = seen
        .lock()
        .unwrap()
        .iter()
        .filter(|one| one.fault.is_some())
        .map(Produced::records)
        .sum();
    let summary = wire.finish();
    assert_eq!(summary.answers["NOT_LEADER_OR_FOLLOWER"], 1);
    assert_eq!(summary.records, 1_000 + refused);
    let exercised: Vec<bool> = summary.faults.iter().map(|fault| fault.exercised).collect();
    assert_eq!(exercised, [true, false]);
}

#[test]
fn a_lost_acknowledgement_duplicates_records_unless_idempotence_forbids_it() {
    let Some(kafka) = kafka::one() else { return };
    let twice = [false, true].map(|idempotence| {
        let (wire, seen) = wire(kafka.direct(), &["lose-acknowledgement@every:5:3"]);
        let topic = kafka::topic(kafka, 1, 1);
        let mut config = client(&wire);
        config
            .set("enable.idempotence", idempotence.to_string())
            .set("acks", "all")
            .set("batch.num.messages", "50")
            .set("retry.backoff.ms", "10")
            .set("reconnect.backoff.ms", "10");
        kafka::produce(&config, &topic, 2_000);
        let repeats = seen
            .lock()
            .unwrap()
            .iter()
            .any(|one| one.batches[0].attempt > 1);
        assert!(repeats || !idempotence, "the broker was never asked twice");
        let summary = wire.finish();
        assert_eq!(summary.faults[0].hits, 3, "{summary:?}");
        kafka::assert_log_grew(kafka, &topic, 0) - 2_000
    });
    assert!(twice[0] >= 3 && twice[1] == 0, "duplicates: {twice:?}");
}
