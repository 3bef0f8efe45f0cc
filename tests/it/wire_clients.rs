//! Clients before the wire: librdkafka's and Java's produce, consume, form groups and send in transactions through it unaware, also while
//! a leader moves, and connect to nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use linger::cluster::hands::Hands;
use linger::cluster::local::LocalKafka;
use linger::wire::{Produced, Wire};
use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::message::Message as _;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use rdkafka::topic_partition_list::TopicPartitionListElem;
use rdkafka::{Offset, TopicPartitionList};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::cli::{home, linger};
use crate::kafka::{self, PATIENCE, STARTER};
use crate::transactions::found_by;
use crate::wire::{client, records, wire};

/// Tells the worker of these tests what to work on.
const WORK: &str = "LINGER_IT_WORK";
const TRANSACTIONS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/it/wire_clients/Transactions.java"
);

/// The ports that this process has connected to, by the system's own table.
fn connected_to(pid: u32) -> BTreeSet<u16> {
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

/// Asserts that a client is connected to several brokers, and to all of them by the wire.
fn assert_only_doors(ports: &BTreeSet<u16>, wire: &Wire, kafka: &LocalKafka) {
    let doors: BTreeSet<u16> = wire.brokers().iter().map(|&(_, port)| port).collect();
    assert!(
        ports.intersection(&doors).count() >= 2,
        "{ports:?} of {doors:?}"
    );
    let inner = kafka.direct().split(',');
    let inner = inner.map(|it| it.rsplit(':').next().unwrap().parse().unwrap());
    let plain = kafka.listeners().into_iter().map(|it| it.port());
    for port in plain.chain(inner) {
        assert!(!ports.contains(&port), "{port} of {ports:?}");
    }
}

/// A wire that is told of one broker only: the others must be found, and stood in for, by what it tells.
fn before(kafka: &LocalKafka) -> (Wire, crate::wire::Seen) {
    wire(kafka.direct().split(',').next().unwrap(), &[])
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
    let (wire, seen) = before(kafka);
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
    let ports = connected_to(consumer.id());
    consumer.kill().unwrap();
    consumer.wait().unwrap();
    assert_eq!(read, 3_000);
    assert_only_doors(&ports, &wire, kafka);
    let summary = wire.finish();
    assert!(summary.undecoded.is_empty(), "{summary:?}");
}

/// A client reads 100 records in a group and writes them in a transaction together with the group's offsets, after another one of 50
/// records that it aborts; it tells so, and waits.
fn assert_transacts(kafka: &LocalKafka, client_of: impl Fn([&str; 3]) -> Command) {
    let (wire, seen) = before(kafka);
    let (input, output) = (kafka::topic(kafka, 3, 3), kafka::topic(kafka, 3, 3));
    kafka::produce(&client(&wire), &input, 100);
    let mut child = client_of([&wire.bootstrap(), &input, &output])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut lines = lines.map_while(Result::ok);
    let told = lines.find(|it| it.contains("read=")).expect("an end");
    assert!(told.ends_with("read=100 committed=100"), "{told}");
    assert_only_doors(&connected_to(child.id()), &wire, kafka);
    drop(child.stdin.take());
    lines.for_each(drop);
    assert!(child.wait().unwrap().success());

    let is_output = |one: &&Produced| one.batches.iter().any(|batch| batch.topic == output);
    let seen = seen.lock().unwrap();
    let written: Vec<&Produced> = seen.iter().filter(is_output).collect();
    assert!(written.iter().map(|it| it.records()).sum::<u64>() >= 150);
    for produced in written {
        let name = produced.transactional_id.as_deref();
        assert_eq!(name, Some(output.as_str()), "{produced:?}");
    }
    let found = |level| found_by(client(&wire), kafka, &output, level);
    assert_eq!(
        (found("read_committed"), found("read_uncommitted")),
        (100, 150)
    );
    kafka::assert_log_grew(kafka, &output, 0);
    let summary = wire.finish();
    assert!(summary.undecoded.is_empty(), "{summary:?}");
}

#[test]
fn javas_transactions_pass_through_unaware() {
    let Some(kafka) = kafka::three() else { return };
    assert_transacts(kafka, |[servers, input, output]| {
        java(kafka, &[TRANSACTIONS, servers, input, output])
    });
}

#[test]
fn librdkafkas_transactions_pass_through_unaware() {
    let Some(kafka) = kafka::three() else { return };
    assert_transacts(kafka, |words| {
        let mut worker = Command::new(std::env::current_exe().unwrap());
        worker
            .args(["--exact", "wire_clients::worker", "--nocapture"])
            .env(STARTER, "1")
            .env(WORK, words.join(" "));
        worker
    });
}

/// No test by itself: librdkafka's clients in a process of their own, so that their connections can be told from those of the wire.
#[test]
fn worker() {
    let Ok(work) = std::env::var(WORK) else {
        return;
    };
    let [servers, input, output] = work.split(' ').collect::<Vec<_>>()[..] else {
        panic!("{work}");
    };
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", servers);
    let producer: BaseProducer = config
        .clone()
        .set("transactional.id", output)
        .create()
        .unwrap();
    // The first one of a cluster makes it create the topic of their state.
    let limit = Instant::now() + 5 * PATIENCE;
    while let Err(error) = producer.init_transactions(PATIENCE) {
        assert!(Instant::now() < limit, "{error}");
    }
    let send = |payload: &[u8]| {
        let record = BaseRecord::<(), _>::to(output).payload(payload);
        producer.send(record).expect("room in the queue");
    };
    producer.begin_transaction().unwrap();
    (0..50).for_each(|_| send(&[b'x'; 100]));
    producer.flush(PATIENCE).unwrap();
    producer.abort_transaction(PATIENCE).unwrap();

    config
        .set("group.id", output)
        .set("auto.offset.reset", "earliest")
        .set("enable.auto.commit", "false");
    let consumer: BaseConsumer = config.create().unwrap();
    consumer.subscribe(&[input]).unwrap();
    producer.begin_transaction().unwrap();
    let (mut read, mut next) = (0, BTreeMap::new());
    let limit = Instant::now() + 2 * PATIENCE;
    while read < 100 {
        assert!(Instant::now() < limit, "{read} of 100");
        if let Some(Ok(message)) = consumer.poll(Duration::from_millis(100)) {
            send(message.payload().unwrap());
            next.insert(message.partition(), Offset::Offset(message.offset() + 1));
            read += 1;
        }
    }
    let mut offsets = TopicPartitionList::new();
    for (partition, next) in next {
        let added = offsets.add_partition_offset(input, partition, next);
        added.unwrap();
    }
    let group = consumer.group_metadata().unwrap();
    let told = producer.send_offsets_to_transaction(&offsets, &group, PATIENCE);
    told.unwrap();
    producer.commit_transaction(PATIENCE).unwrap();
    let committed = consumer.committed(PATIENCE).unwrap();
    let offset = |it: &TopicPartitionListElem<'_>| match it.offset() {
        Offset::Offset(offset) => offset,
        _ => 0,
    };
    let committed: i64 = committed.elements().iter().map(offset).sum();
    println!("read={read} committed={committed}");
    std::io::stdin().lines().for_each(drop);
}

#[test]
fn a_leader_moves_under_load_and_every_record_goes_to_the_new_one_through_the_wire() {
    let Some(kafka) = kafka::three() else { return };
    let (wire, seen) = before(kafka);
    let topic = kafka::topic(kafka, 1, 3);
    let hands = Hands::of(kafka);
    hands.until_full(Some(&topic)).unwrap();
    let home = home();
    let servers = wire.bootstrap();
    // More records than there is time for: it is told to end.
    let load = [
        "bench",
        "-b",
        &servers,
        "-t",
        &topic,
        "--num-records",
        "1000000",
    ];
    let rate = ["--throughput", "2000", "--record-size", "100", "--audit"];
    let knobs = ["acks=all", "enable.idempotence=on", "max.in.flight=5"];
    let knobs = knobs.map(|knob| ["--set", knob]);
    let load = linger(home.path())
        .args([&load[..], &rate, knobs.as_flattened(), &["--json", "-q"]].concat())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let brokers: Vec<&str> = kafka.direct().split(',').collect();
    // Whether this broker has taken a batch, its first one included.
    let takes = |broker: u16| {
        let address = brokers[usize::from(broker) - 1];
        let seen = seen.lock().unwrap();
        seen.iter().any(|one| {
            let mut batches = one.batches.iter();
            one.broker == address && batches.any(|it| it.answer.as_deref() == Some("NONE"))
        })
    };
    let first = hands.partition(&topic, 0).unwrap().leader.unwrap();
    kafka::awaited("the first records", || takes(first));
    for next in (1..=3).filter(|it| *it != first) {
        let limit = Instant::now() + 4 * PATIENCE;
        // On a busy machine a broker may be given up for its silence, and the leader moves by itself.
        while !takes(next) {
            assert!(Instant::now() < limit, "broker {next} never led");
            let moved = hands.move_leader(&topic, 0, Some(next));
            let moved = moved.is_ok() && kafka::comes_about(PATIENCE / 3, || takes(next));
            if !moved {
                hands.until_full(Some(&topic)).unwrap();
            }
        }
        assert_only_doors(&connected_to(load.id()), &wire, kafka);
    }
    kill_process(Pid::from_child(&load), Signal::INT).unwrap();
    let output = load.wait_with_output().unwrap();
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let (result, audit) = (&told["result"], &told["result"]["audit"]);
    assert_eq!(result["failed"], 0, "{result}");
    for name in ["lost", "unverified", "duplicated", "reordered", "foreign"] {
        assert_eq!(audit[name], 0, "{name}: {audit}");
    }
    let delivered = result["delivered"].as_u64().unwrap();
    assert_eq!(audit["unique"], delivered, "{audit}");
    assert_eq!(kafka::assert_log_grew(kafka, &topic, 0), delivered);
    let summary = wire.finish();
    assert!(summary.records >= delivered, "{summary:?}");
    assert!(summary.undecoded.is_empty(), "{summary:?}");
}
