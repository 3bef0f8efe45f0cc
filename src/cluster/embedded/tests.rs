use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rdkafka::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::KafkaError;
use rdkafka::producer::{BaseProducer, BaseRecord, DeliveryResult, Producer, ProducerContext};

use super::*;
use crate::cluster::{ClusterKind, Probe, ProbeError};

#[derive(Clone, Default)]
struct Counts {
    delivered: Arc<AtomicU64>,
    failed: Arc<AtomicU64>,
}

impl ClientContext for Counts {
    fn log(&self, _: RDKafkaLogLevel, _: &str, _: &str) {}
    fn error(&self, _: KafkaError, _: &str) {}
}

impl ProducerContext for Counts {
    type DeliveryOpaque = ();
    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        let counter = if result.is_ok() {
            &self.delivered
        } else {
            &self.failed
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

fn producer(cluster: &Embedded, counts: &Counts) -> BaseProducer<Counts> {
    let mut config = cluster.connection().client_config().unwrap();
    config
        .set("linger.ms", "1")
        .set("message.timeout.ms", "10000")
        .set("retry.backoff.ms", "10");
    config.create_with_context(counts.clone()).unwrap()
}

fn send(producer: &BaseProducer<Counts>, records: i32) {
    for number in 0..records {
        let record: BaseRecord<'_, str, str> =
            BaseRecord::to("t").payload("x").partition(number % 6);
        producer.send(record).map_err(|(error, _)| error).unwrap();
    }
}

#[test]
fn what_is_delivered_stands_in_the_end_offsets() {
    let cluster = Embedded::start(3, "t", 6).unwrap();
    assert_eq!(cluster.brokers().len(), 3);
    let probe = Probe::open(&cluster.connection(), ClusterKind::Embedded).unwrap();
    assert_eq!(probe.end_offsets("t").unwrap().sum(), 0);
    let counts = Counts::default();
    let producer = producer(&cluster, &counts);
    send(&producer, 100);
    producer.flush(Duration::from_secs(10)).unwrap();
    assert_eq!(counts.delivered.load(Ordering::Relaxed), 100);
    let ends = probe.end_offsets("t").unwrap();
    assert_eq!((ends.sum(), ends.partitions.len()), (100, 6));
    assert!(!probe.end_offsets_move("t").unwrap());
}

#[test]
fn the_facts_name_brokers_and_topic() {
    let cluster = Embedded::start(3, "linger-x", 4).unwrap();
    let probe = Probe::open(&cluster.connection(), ClusterKind::Embedded).unwrap();
    let facts = probe.facts("linger-x").unwrap();
    assert_eq!(
        facts.brokers.iter().map(|b| b.id).collect::<Vec<_>>(),
        [1, 2, 3]
    );
    assert_eq!(facts.brokers[0].address, cluster.brokers()[0].address);
    assert_eq!(
        (facts.topic.partitions, facts.topic.replication_factor),
        (4, Some(3))
    );
    assert!(facts.topic.ours);
    assert_eq!(facts.security, "PLAINTEXT");
    assert!(!probe.has_topic("nowhere").unwrap());
    assert!(matches!(
        probe.end_offsets("nowhere"),
        Err(ProbeError::NoTopic(_))
    ));
}

#[test]
fn fatal_errors_fail_records_and_zero_ends_them() {
    let cluster = Embedded::start(1, "t", 6).unwrap();
    let counts = Counts::default();
    let producer = producer(&cluster, &counts);
    cluster
        .set_error_rates(PerSecond(50.0), PerSecond(50.0))
        .unwrap();
    let begin = Instant::now();
    while counts.failed.load(Ordering::Relaxed) == 0 {
        assert!(
            begin.elapsed() < Duration::from_secs(20),
            "no injected error was seen"
        );
        send(&producer, 6);
        producer.poll(Duration::from_millis(5));
    }
    cluster
        .set_error_rates(PerSecond(0.0), PerSecond(0.0))
        .unwrap();
    producer.flush(Duration::from_secs(10)).unwrap();
    let failed = counts.failed.load(Ordering::Relaxed);
    send(&producer, 60);
    producer.flush(Duration::from_secs(10)).unwrap();
    assert_eq!(counts.failed.load(Ordering::Relaxed), failed);
}

#[test]
fn the_round_trip_is_felt() {
    let cluster = Embedded::start(1, "t", 6).unwrap();
    let counts = Counts::default();
    let producer = producer(&cluster, &counts);
    send(&producer, 1);
    producer.flush(Duration::from_secs(10)).unwrap();
    cluster.set_round_trip(Millis(300.0)).unwrap();
    let begin = Instant::now();
    send(&producer, 1);
    producer.flush(Duration::from_secs(10)).unwrap();
    assert!(begin.elapsed() >= Duration::from_millis(300));
}

#[test]
fn every_broker_leads_its_share_of_a_topic() {
    let cluster = Embedded::start(3, "t", 6).unwrap();
    let producer = producer(&cluster, &Counts::default());
    let metadata = producer
        .client()
        .fetch_metadata(Some("t"), Duration::from_secs(10))
        .unwrap();
    let mut leaders: Vec<(i32, i32)> = metadata.topics()[0]
        .partitions()
        .iter()
        .map(|partition| (partition.id(), partition.leader()))
        .collect();
    leaders.sort_unstable();
    assert_eq!(leaders, [(0, 1), (1, 2), (2, 3), (3, 1), (4, 2), (5, 3)]);
}

#[test]
fn a_broker_goes_down_and_comes_back() {
    let mut cluster = Embedded::start(1, "t", 6).unwrap();
    cluster.broker_down(1).unwrap();
    assert!(!cluster.brokers()[0].up);
    let reason = Probe::open_within(
        &cluster.connection(),
        ClusterKind::Embedded,
        Duration::from_secs(4),
    );
    assert!(reason.is_err());
    cluster.broker_up(1).unwrap();
    Probe::open(&cluster.connection(), ClusterKind::Embedded).unwrap();
    assert_eq!(cluster.broker_down(7), Err(EmbeddedError::NoBroker(7)));
}

#[test]
fn absurd_sizes_are_refused() {
    assert_eq!(
        Embedded::start(0, "t", 1).unwrap_err(),
        EmbeddedError::Brokers(0)
    );
    assert_eq!(
        Embedded::start(1, "t", 0).unwrap_err(),
        EmbeddedError::Partitions(0)
    );
}
