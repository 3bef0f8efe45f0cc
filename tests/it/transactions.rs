//! Records sent in transactions on a real cluster: commits, aborts, turns, and a second producer of the same name.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use linger::cluster::local::LocalKafka;
use linger::settings::Settings;
use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::producer::{BaseProducer, Producer};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use serde_json::Value;

use crate::cli::{home, refused, run, stderr, stdout};
use crate::lab_handle::{Watched, config, real, settings, with};
use crate::{claims, kafka};

/// The shared broker once it can hold transactions: the first one makes it create the topic of their state, which takes its time on a
/// busy machine.
fn kafka_with_transactions() -> Option<&'static LocalKafka> {
    static READY: OnceLock<()> = OnceLock::new();
    let kafka = kafka::one()?;
    READY.get_or_init(|| {
        let mut config = kafka::plain_config(kafka);
        config.set("transactional.id", "linger-it-first");
        let producer: BaseProducer = config.create().expect("a producer");
        let limit = Instant::now() + 5 * kafka::PATIENCE;
        while let Err(error) = producer.init_transactions(kafka::PATIENCE) {
            assert!(Instant::now() < limit, "{error}");
        }
    });
    Some(kafka)
}

/// What everything here is sent with; the name must be one's own.
fn transactional(name: &str) -> Settings {
    settings(&[
        ("rate", "2000"),
        ("record.size", "100"),
        ("acks", "all"),
        ("max.in.flight", "5"),
        ("enable.idempotence", "on"),
        ("delivery.timeout.ms", "60s"),
        ("transactional.id", name),
        ("transaction.interval.ms", "50"),
    ])
}

/// How many records a consumer finds, read from the beginning to the end that it may read at.
fn found(kafka: &LocalKafka, topic: &str, level: &str) -> usize {
    found_by(kafka::plain_config(kafka), kafka, topic, level)
}

/// The same by this way to the cluster.
pub fn found_by(mut config: ClientConfig, kafka: &LocalKafka, topic: &str, level: &str) -> usize {
    config.set("group.id", "linger-it-transactions");
    config.set("enable.auto.commit", "false");
    config.set("enable.partition.eof", "true");
    config.set("isolation.level", level);
    let consumer: BaseConsumer = config.create().expect("a consumer");
    let partitions = i32::try_from(kafka::end_offsets(kafka, topic).len()).expect("a few");
    let mut from = TopicPartitionList::new();
    for partition in 0..partitions {
        from.add_partition_offset(topic, partition, Offset::Beginning)
            .expect("an offset");
    }
    consumer.assign(&from).expect("partitions");
    let (mut records, mut left) = (0, partitions);
    let limit = Instant::now() + kafka::PATIENCE;
    while left > 0 {
        assert!(Instant::now() < limit, "{left} partitions have no end");
        match consumer.poll(Duration::from_millis(100)) {
            Some(Ok(_)) => records += 1,
            Some(Err(KafkaError::PartitionEOF(_))) => left -= 1,
            _ => {}
        }
    }
    records
}

#[test]
fn a_quarter_of_the_transactions_is_aborted_and_the_ledger_knows_each_record() {
    let Some(kafka) = kafka_with_transactions() else {
        return;
    };
    let topic = kafka::topic(kafka, 3, 1);
    let home = home();
    let words = [
        "bench",
        "-b",
        kafka.direct(),
        "-t",
        &topic,
        "--profile",
        "exactly-once",
        "--audit",
        "--json",
        "-q",
        "--num-records",
        "4000",
        "--throughput",
        "8000",
        "--record-size",
        "100",
        "--set",
        "senders=2",
        "--set",
        "transactional.id=linger-it-quarter",
        "--set",
        "transaction.size=500",
        "--set",
        "transaction.interval.ms=0",
        "--set",
        "transaction.abort.percent=25",
    ];
    let assert = run(home.path(), &words).code(0);
    let object: Value = serde_json::from_str(&stdout(&assert)).unwrap();
    let (result, audit) = (&object["result"], &object["result"]["audit"]);
    let transactions = &result["transactions"];
    for (name, count) in [
        ("commits", 6),
        ("aborts", 2),
        ("failed", 0),
        ("unknown", 0),
        ("records", 4000),
        ("aborted_records", 1000),
    ] {
        assert_eq!(transactions[name], count, "{name}: {transactions}");
    }
    assert_eq!(transactions["fenced"], false, "{transactions}");
    for time in ["init_ms", "kept_out"] {
        assert!(
            transactions[time].as_f64().is_some_and(|it| it > 0.0),
            "{time}: {transactions}"
        );
    }
    assert_eq!(transactions["commit_ms"]["count"], 6, "{transactions}");
    for (name, count) in [
        ("attempted", 4000),
        ("delivered", 4000),
        ("acknowledged", 3000),
        ("aborted", 1000),
        ("unique", 3000),
        ("lost", 0),
        ("unverified", 0),
        ("duplicated", 0),
        ("reordered", 0),
        ("aborted_visible", 0),
        ("torn_transactions", 0),
    ] {
        assert_eq!(audit[name], count, "{name}: {audit}");
    }
    let note = result["log_end_note"].as_str().unwrap_or_default();
    assert!(note.contains("markers of transactions"), "{note}");
    assert_eq!(found(kafka, &topic, "read_committed"), 3000);
    assert_eq!(found(kafka, &topic, "read_uncommitted"), 4000);
    kafka::assert_log_grew(kafka, &topic, 0);

    // Judged later, the log as it is lacks nothing; to readers of committed records what was aborted is missing.
    let judged = |code: i32, more: &[&str]| -> Value {
        let words = ["audit", "-b", kafka.direct(), "-t", &topic, "--json"];
        let assert = run(home.path(), &[&words[..], more].concat()).code(code);
        serde_json::from_str(&stdout(&assert)).unwrap()
    };
    let all = judged(0, &[]);
    assert_eq!(
        (&all["records"], &all["missing"]),
        (&4000.into(), &0.into())
    );
    assert_eq!(all["isolation_level"], "read_uncommitted");
    let committed = judged(1, &["--isolation-level", "read_committed"]);
    assert_eq!(committed["records"], 3000, "{committed}");
    assert!(committed["missing"].as_u64() >= Some(500), "{committed}");
    assert_eq!(committed["isolation_level"], "read_committed");
}

#[test]
fn the_follower_reads_as_it_is_told_to() {
    let Some(kafka) = kafka_with_transactions() else {
        return;
    };
    let topic = kafka::topic(kafka, 3, 1);
    let home = home();
    let read = |level: &str| -> u64 {
        let words = ["bench", "-b", kafka.direct(), "-t", &topic, "--json", "-q"];
        let load = ["--profile", "exactly-once", "--num-records", "2000"];
        let knobs = [
            "transactional.id=linger-it-levels",
            "transaction.size=500",
            "transaction.interval.ms=0",
            "transaction.abort.percent=25",
            "rate=4000",
            "record.size=100",
        ];
        let knobs = knobs.map(|knob| ["--set", knob]);
        let level = ["--follow", "--isolation-level", level];
        let words = [&words[..], &load, knobs.as_flattened(), &level].concat();
        let object: Value =
            serde_json::from_str(&stdout(&run(home.path(), &words).code(0))).unwrap();
        let transactions = &object["result"]["transactions"];
        assert_eq!(transactions["aborted_records"], 500, "{transactions}");
        object["result"]["follower"]["read"].as_u64().unwrap()
    };
    assert_eq!(read("read_uncommitted"), 2000);
    let committed = read("read_committed");
    assert!((1..=1500).contains(&committed), "{committed}");
    kafka::assert_log_grew(kafka, &topic, 0);
}

#[test]
fn a_level_without_a_reader_or_of_another_name_is_refused() {
    let level = ["--isolation-level", "read_committed"];
    refused(&[&["bench"], &level[..]].concat(), &["--follow", "--audit"]);
    refused(
        &["audit", "-b", "h:1", "--isolation-level", "committed"],
        &["read_committed", "read_uncommitted"],
    );
}

#[test]
fn at_a_turn_the_transaction_ends_and_the_next_producer_goes_on_under_the_same_name() {
    let Some(kafka) = kafka_with_transactions() else {
        return;
    };
    let topic = kafka::topic(kafka, 3, 1);
    let first = transactional("linger-it-turns");
    let mut lab = Watched::start(config(real(kafka, &topic), &topic, first.clone()));
    lab.until("a few commits", |reading| {
        let live = reading.live_trial();
        live.and_then(|live| live.transactions)
            .is_some_and(|it| it.commits > 3)
    });
    // Another producer, then the same one at another rate, then none with transactions, then one again.
    let other = with(&first, &[("linger.ms", "1")]);
    let faster = with(&other, &[("rate", "3000"), ("senders", "2")]);
    let plain = with(&faster, &[("transactional.id", "")]);
    for settings in [&other, &faster, &plain, &first] {
        lab.turn_and_wait(settings);
        lab.until_alone();
    }
    let (last, snapshots) = lab.stop();
    assert_eq!(last.accounts.failed, 0);
    for (trial, snapshot) in last.trials.iter().zip(&snapshots) {
        let number = trial.number;
        assert_eq!(trial.transactions, snapshot.result.transactions);
        let Some(found) = trial.transactions else {
            assert_eq!(number, 4);
            continue;
        };
        assert!(found.commits > 0 && !found.fenced, "#{number}: {found:?}");
        assert_eq!((found.failed, found.unknown), (0, 0), "#{number}");
        assert_eq!(found.records, trial.accounts.delivered, "#{number}");
        // A producer that is kept is not initialised again.
        assert_eq!(found.init_ms.is_none(), number == 3, "#{number}");
        assert_eq!(trial.turn_pause.is_none(), number == 1, "#{number}");
    }
    let log = last.broker_log.as_ref().expect("the broker's count");
    assert!(log.agrees, "{log:?}");
    let all = usize::try_from(last.accounts.delivered).unwrap();
    assert_eq!(found(kafka, &topic, "read_committed"), all);
    kafka::assert_log_grew(kafka, &topic, 0);
}

#[test]
fn a_second_lab_of_the_same_name_fences_the_first_off() {
    let Some(kafka) = kafka_with_transactions() else {
        return;
    };
    let topic = kafka::topic(kafka, 1, 1);
    let start = || {
        let settings = transactional("linger-it-zombie");
        Watched::start(config(real(kafka, &topic), &topic, settings))
    };
    let commits = |reading: &linger::lab::Reading| {
        let live = reading.live_trial();
        live.and_then(|live| live.transactions)
            .is_some_and(|it| it.commits > 1)
    };
    let mut older = start();
    older.until("a commit", commits);
    let mut younger = start();
    younger.until("a commit", commits);
    let told = older.until("being fenced", |reading| {
        let live = reading.live_trial();
        live.and_then(|live| live.transactions)
            .is_some_and(|it| it.fenced)
    });
    let dead = told
        .events
        .iter()
        .any(|event| event.text.contains("the client is dead"));
    assert!(dead, "{:?}", told.events);
    let (last, _) = older.stop();
    assert!(last.accounts.failed > 0, "{:?}", last.accounts);
    let (last, _) = younger.stop();
    assert_eq!(last.accounts.failed, 0);
    kafka::assert_log_grew(kafka, &topic, 0);
}

#[test]
fn the_embedded_cluster_refuses_transactions_with_the_command_that_starts_a_real_one() {
    let home = home();
    let words = ["bench", "--profile", "exactly-once", "--num-records", "10"];
    let told = stderr(&run(home.path(), &words).code(2));
    assert!(told.contains("--local-kafka"), "{told}");
    // The name of an application must not come along with its properties.
    let words = ["bench", "-X", "transactional.id=payments"];
    let told = stderr(&run(home.path(), &words).code(2));
    assert!(told.contains("--set transactional.id"), "{told}");
}

#[test]
fn an_open_transaction_holds_readers_back_and_a_zombie_is_fenced() {
    let Some(kafka) = kafka_with_transactions() else {
        return;
    };
    claims::reproduced(kafka, &["C10", "C12"]);
}
