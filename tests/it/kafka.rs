//! Real brokers for the tests: started once, shared, and stopped with the process, however that ends.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use linger::cluster::local::{LocalKafka, LocalOptions, LocalUser};
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};

/// Longer than any single question to a healthy broker takes on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The user of the secured cluster, who may do everything; the one with `-limited` behind the name may do nothing.
pub const USER: &str = "linger-it";
/// The password of both, which no output may ever contain.
pub const PASSWORD: &str = "canary-7c1f5b0e";

/// Set in a process that a test starts from this binary; its brokers are not counted again.
pub const STARTER: &str = "LINGER_IT_STARTER";

/// The shared single broker; `None` (and a loud line) where there can be no Kafka.
pub fn one() -> Option<&'static LocalKafka> {
    static ONE: OnceLock<LocalKafka> = OnceLock::new();
    shared(&ONE, 1, &LocalOptions::default())
}

/// The shared cluster of three. No test may stop its brokers: that needs `own`.
pub fn three() -> Option<&'static LocalKafka> {
    static THREE: OnceLock<LocalKafka> = OnceLock::new();
    shared(&THREE, 3, &LocalOptions::default())
}

/// The shared broker with SASL_SSL, client certificates and authorization.
pub fn secured() -> Option<&'static LocalKafka> {
    static SECURED: OnceLock<LocalKafka> = OnceLock::new();
    let user = LocalUser {
        name: USER.into(),
        password: PASSWORD.into(),
    };
    shared(
        &SECURED,
        1,
        &LocalOptions {
            user: Some(user),
            ..LocalOptions::default()
        },
    )
}

/// A cluster for one test alone, which ends with its handle.
pub fn own(brokers: u16, options: &LocalOptions) -> Option<LocalKafka> {
    possible().then(|| start(brokers, options))
}

fn shared(
    place: &'static OnceLock<LocalKafka>,
    brokers: u16,
    options: &LocalOptions,
) -> Option<&'static LocalKafka> {
    possible().then(|| place.get_or_init(|| start(brokers, options)))
}

fn start(brokers: u16, options: &LocalOptions) -> LocalKafka {
    let kafka = LocalKafka::start(brokers, options, |_| {}).expect("the local Kafka starts");
    count(&BROKERS, u64::from(brokers));
    kafka
}

/// Whether there can be a Kafka here. Says so past the test harness's capture when a test is skipped.
pub fn possible() -> bool {
    static CHECK: OnceLock<Result<(), String>> = OnceLock::new();
    let test = std::thread::current().name().unwrap_or("?").to_owned();
    match CHECK.get_or_init(|| LocalKafka::check().map_err(|error| error.to_string())) {
        Ok(()) => count(&TESTS, 1),
        Err(reason) if std::env::var("LINGER_REQUIRE_KAFKA").is_ok_and(|value| value == "1") => {
            panic!("{test} needs a real Kafka (LINGER_REQUIRE_KAFKA=1): {reason}");
        }
        Err(reason) => {
            let line = format!("SKIPPED (no Java/Maven): {test}: {reason}\n");
            std::io::stderr()
                .write_all(line.as_bytes())
                .expect("stderr");
            return false;
        }
    }
    true
}

static BROKERS: AtomicU64 = AtomicU64::new(0);
static RECORDS: AtomicU64 = AtomicU64::new(0);
static TESTS: AtomicU64 = AtomicU64::new(0);

/// Adds to a counter; they are all in `target/it-summary.txt`, which the CI prints at its end.
fn count(counter: &AtomicU64, more: u64) {
    counter.fetch_add(more, Ordering::Relaxed);
    let text = format!(
        "uses of a real Kafka by tests: {}\nbrokers started: {}\nrecords written to real brokers: {}\n",
        TESTS.load(Ordering::Relaxed),
        BROKERS.load(Ordering::Relaxed),
        RECORDS.load(Ordering::Relaxed),
    );
    summarize("brokers", &text);
}

/// Sets one part of the summary by its name.
pub fn summarize(part: &'static str, text: &str) {
    static PARTS: Mutex<BTreeMap<&str, String>> = Mutex::new(BTreeMap::new());
    if std::env::var_os(STARTER).is_some() {
        return;
    }
    let mut parts = PARTS.lock().unwrap_or_else(PoisonError::into_inner);
    parts.insert(part, text.to_owned());
    let whole: String = parts.values().map(String::as_str).collect();
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(folder.with_file_name("it-summary.txt"), whole).expect("the summary is written");
}

/// A client's configuration that leads past proxies and security, for looking at a cluster.
pub fn plain_config(kafka: &LocalKafka) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", kafka.direct());
    config
}

/// Creates a topic with a fresh name under linger's prefix.
pub fn topic(kafka: &LocalKafka, partitions: i32, replication: i32) -> String {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("linger-it-{}-{number}", std::process::id());
    create_topic(kafka, &name, partitions, replication);
    name
}

/// Creates a topic by name and waits until its partitions have leaders.
pub fn create_topic(kafka: &LocalKafka, name: &str, partitions: i32, replication: i32) {
    let admin: AdminClient<DefaultClientContext> =
        plain_config(kafka).create().expect("an admin client");
    let topic = NewTopic::new(name, partitions, TopicReplication::Fixed(replication));
    let options = AdminOptions::new().operation_timeout(Some(PATIENCE));
    let results = futures::executor::block_on(admin.create_topics([&topic], &options));
    for result in results.expect("the topic is created") {
        result.expect("the topic is created");
    }
}

/// The end offset of every partition of a topic, by partition.
pub fn end_offsets(kafka: &LocalKafka, topic: &str) -> Vec<i64> {
    let consumer: BaseConsumer = plain_config(kafka).create().expect("a consumer");
    let metadata = consumer
        .fetch_metadata(Some(topic), PATIENCE)
        .expect("metadata");
    let partitions = metadata
        .topics()
        .first()
        .map_or(0, |topic| topic.partitions().len());
    (0..partitions)
        .map(|partition| {
            let partition = i32::try_from(partition).expect("a partition's number");
            // A new topic's leaders may not know yet that they lead.
            let limit = Instant::now() + PATIENCE;
            loop {
                match consumer.fetch_watermarks(topic, partition, PATIENCE) {
                    Ok((_, end)) => return end,
                    Err(error) => assert!(Instant::now() < limit, "watermarks: {error}"),
                }
                std::thread::sleep(Duration::from_millis(50));
            }
        })
        .collect()
}

/// How many records a topic's log holds by its end offsets.
pub fn log_end(kafka: &LocalKafka, topic: &str) -> u64 {
    end_offsets(kafka, topic)
        .iter()
        .map(|&end| u64::try_from(end).expect("an offset"))
        .sum()
}

/// Asserts that the log has grown since `before` (a value of `log_end`), counts the records, and returns by how many it grew.
pub fn assert_log_grew(kafka: &LocalKafka, topic: &str, before: u64) -> u64 {
    let after = log_end(kafka, topic);
    assert!(
        after > before,
        "the end offsets of {topic} did not grow: {before} before, {after} after"
    );
    count(&RECORDS, after - before);
    after - before
}

/// Sends `records` of 100 bytes with the given properties, and waits until they are delivered.
pub fn produce(config: &ClientConfig, topic: &str, records: usize) {
    let producer: BaseProducer = config.create().expect("a producer");
    let payload = [b'x'; 100];
    for number in 0..records {
        let key = number.to_string();
        producer
            .send(BaseRecord::to(topic).payload(&payload[..]).key(&key))
            .expect("room in the queue");
    }
    producer.flush(PATIENCE).expect("everything is delivered");
}

/// Looks until it is so; whether it was in time.
pub fn comes_about(limit: Duration, is_so: impl Fn() -> bool) -> bool {
    let end = Instant::now() + limit;
    while !is_so() {
        if Instant::now() >= end {
            return false;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    true
}

/// Looks until it is so.
pub fn awaited(what: &str, is_so: impl Fn() -> bool) {
    assert!(comes_about(PATIENCE, is_so), "waited in vain: {what}");
}
