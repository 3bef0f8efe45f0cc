//! The wire in front of brokers: clients pass through it unaware, and it sees and does what it should.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use linger::cluster::Embedded;
use linger::cluster::local::LocalKafka;
use linger::settings::units::Millis;
use linger::wire::{Address, Conditions, Produced, Wire};
use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::{Offset, TopicPartitionList};

use crate::cli::{home, linger, refused};
use crate::kafka::{self, PATIENCE};

const TOPIC: &str = "linger-wire";

type Seen = Arc<Mutex<Vec<Produced>>>;

/// A wire in front of these brokers, and what it has seen.
fn wire(brokers: &str, faults: &[&str]) -> (Wire, Seen) {
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

fn client(wire: &Wire) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", wire.bootstrap());
    config
}

fn records(seen: &Seen) -> u64 {
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

/// The ports that this process has connected to, by the system's own table.
fn connected_to(pid: &str) -> BTreeSet<u16> {
    let inodes: BTreeSet<String> = std::fs::read_dir(format!("/proc/{pid}/fd"))
        .unwrap()
        .filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok())
        .filter_map(|link| {
            Some(
                link.to_str()?
                    .strip_prefix("socket:[")?
                    .trim_end_matches(']')
                    .to_owned(),
            )
        })
        .collect();
    let mut ports = BTreeSet::new();
    for table in ["tcp", "tcp6"] {
        let text = std::fs::read_to_string(format!("/proc/{pid}/net/{table}")).unwrap_or_default();
        for line in text.lines().skip(1) {
            let words: Vec<&str> = line.split_whitespace().collect();
            if inodes.contains(words[9]) {
                let port = words[2].rsplit(':').next().unwrap();
                ports.insert(u16::from_str_radix(port, 16).unwrap());
            }
        }
    }
    ports
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

/// Java's tools with these words; its output is read while it runs.
pub fn java(kafka: &LocalKafka, words: &[&str]) -> Command {
    let mut command = Command::new(kafka.fact("JAVA").unwrap());
    command
        .args([
            "-Xmx256m",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
            "-cp",
        ])
        .arg(Path::new(kafka.fact("JARS").unwrap()).join("*"))
        .args(words)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit());
    command
}

#[test]
fn javas_clients_pass_through_and_connect_to_nothing_else() {
    let Some(kafka) = kafka::three() else { return };
    // One broker is named; the others must be found, and stood in for, by what it tells.
    let first = kafka.direct().split(',').next().unwrap();
    let (wire, seen) = wire(first, &[]);
    let topic = kafka::topic(kafka, 3, 3);
    let bootstrap = wire.bootstrap();
    let produced = java(
        kafka,
        &[
            "org.apache.kafka.tools.ProducerPerformance",
            "--topic",
            &topic,
            "--num-records",
            "3000",
            "--record-size",
            "100",
            "--throughput",
            "-1",
            "--producer-props",
            &format!("bootstrap.servers={bootstrap}"),
            "acks=all",
            "linger.ms=5",
        ],
    )
    .output()
    .unwrap();
    let text = String::from_utf8_lossy(&produced.stdout);
    assert!(
        produced.status.success() && text.contains("3000 records sent"),
        "{text}"
    );
    // On a busy machine a request may time out and pass again; the log then has it once, since Java's producer is idempotent.
    assert!(records(&seen) >= 3_000);
    assert_eq!(kafka::assert_log_grew(kafka, &topic, 0), 3_000);
    for produced in seen.lock().unwrap().iter() {
        assert_eq!(produced.acks, -1);
        assert!(
            produced
                .batches
                .iter()
                .all(|batch| batch.topic == topic && batch.producer_id >= 0),
            "{produced:?}"
        );
    }

    // A group: its coordinator is told by an answer of its own. It asks for more records than there are, so that it stays.
    let mut consumer = java(
        kafka,
        &[
            "org.apache.kafka.tools.consumer.ConsoleConsumer",
            "--bootstrap-server",
            &bootstrap,
            "--topic",
            &topic,
            "--from-beginning",
            "--group",
            &topic,
            "--max-messages",
            "3001",
        ],
    )
    .spawn()
    .unwrap();
    let lines = BufReader::new(consumer.stdout.take().unwrap()).lines();
    let read = lines.map_while(Result::ok).take(3_000).count();
    let ports = connected_to(&consumer.id().to_string());
    consumer.kill().unwrap();
    consumer.wait().unwrap();
    assert_eq!(read, 3_000);
    let doors: BTreeSet<u16> = wire.brokers().iter().map(|&(_, port)| port).collect();
    assert!(
        ports.intersection(&doors).count() >= 3,
        "{ports:?} of {doors:?}"
    );
    for listener in kafka.listeners() {
        assert!(!ports.contains(&listener.port()), "{ports:?}");
    }
    let summary = wire.finish();
    assert!(summary.undecoded.is_empty(), "{summary:?}");
}

#[test]
fn the_command_tells_where_it_listens_what_it_saw_and_what_was_not_exercised() {
    let cluster = Embedded::start(1, TOPIC, 1).unwrap();
    let home = home();
    let mut child = linger(home.path())
        .args([
            "proxy",
            "--upstream",
            cluster.bootstrap(),
            "--rtt",
            "2ms",
            "--json",
        ])
        .args([
            "--fault",
            "cut@100000",
            "--fault",
            "fail-after-append=REQUEST_TIMED_OUT@1",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next =
        || -> serde_json::Value { serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap() };
    let ready = next();
    assert_eq!(ready["event"], "ready");
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", ready["brokers"].as_str().unwrap())
        .set("retry.backoff.ms", "10");
    kafka::produce(&config, TOPIC, 1);
    let (first, second) = (next(), next());
    assert_eq!(first["event"], "produce");
    assert_eq!(first["batches"][0]["answer"], "REQUEST_TIMED_OUT");
    assert_eq!(first["batches"][0]["base_offset"], 0);
    assert_eq!(second["batches"][0]["answer"], "NONE");
    assert_eq!(second["batches"][0]["base_offset"], 1);
    drop(child.stdin.take());
    let last = next();
    assert_eq!(
        (&last["event"], &last["records"]),
        (&"summary".into(), &2.into())
    );
    assert_eq!(last["faults"][0]["exercised"], false);
    assert_eq!(last["faults"][1]["hits"], 1);
    assert!(child.wait().unwrap().success());
}

#[test]
fn what_cannot_be_is_refused() {
    refused(&["proxy"], &["--upstream"]);
    refused(
        &["proxy", "--upstream", "nowhere"],
        &["nowhere", "HOST:PORT"],
    );
    refused(
        &["proxy", "--upstream", "h:1", "--fault", "lose-acks@3"],
        &["lose-acknowledgement"],
    );
    refused(&["proxy", "--upstream", "h:1", "--rtt=-5"], &["--rtt"]);
    let home = home();
    let unreachable = crate::cli::run(home.path(), &["proxy", "--upstream", "127.0.0.1:1"]).code(3);
    assert!(crate::cli::stderr(&unreachable).contains("cannot reach 127.0.0.1:1"));
}

#[test]
fn a_round_trip_is_added_to_a_real_cluster_only_when_it_is_asked_for() {
    let Some(kafka) = kafka::one() else { return };
    let home = home();
    let bench = |more: &[&str]| -> serde_json::Value {
        let words = [
            "bench",
            "-b",
            kafka.direct(),
            "-t",
            "linger-it-wire-rtt",
            "--num-records",
            "200",
        ];
        let words = [
            &words[..],
            &["--throughput", "100", "--set", "linger.ms=0", "--json"],
            more,
        ]
        .concat();
        let result = crate::cli::run(home.path(), &words).success();
        serde_json::from_str(&crate::cli::stdout(&result)).unwrap()
    };
    let without = bench(&[]);
    let with = bench(&["--set", "rtt.ms=80"]);
    assert_eq!(
        without["conditions"]["round_trip_ms"],
        serde_json::Value::Null
    );
    assert_eq!(with["conditions"]["round_trip_ms"], 80.0);
    assert_eq!(with["cluster"]["kind"], "real");
    assert!(
        with["result"]["delivery_ms"]["p50"].as_f64() >= Some(80.0),
        "{with}"
    );
    kafka::assert_log_grew(kafka, "linger-it-wire-rtt", 0);
}
