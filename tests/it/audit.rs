//! Audits: a run of our own holds what the client was told against the log, and a topic is judged by its headers alone.

use std::time::{Duration, Instant};

use linger::audit::{Header, Origin};
use linger::cluster::Embedded;
use linger::lab::{Goal, Lab, LabConfig, StopAfter};
use linger::snapshot::{GoalOutcome, Snapshot};
use rdkafka::ClientConfig;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use serde_json::Value;

use crate::cli::{home, run, stderr, stdout};
use crate::kafka;
use crate::lab_handle::{config, embedded, settings};

/// One record of a planted topic, in the order of its partition.
enum Planted {
    /// Run, producer, sequence.
    Ours(u32, u32, u64),
    Foreign,
    Corrupt,
}
use Planted::{Corrupt, Foreign, Ours};

fn payload(planted: &Planted) -> Vec<u8> {
    let mut payload = b"a payload that others wrote, with more than forty bytes".to_vec();
    let (run, producer, sequence) = match *planted {
        Foreign => return payload,
        Ours(run, producer, sequence) => (run, producer, sequence),
        Corrupt => (1, 0, 999),
    };
    let header = Header {
        origin: Origin { run, boot: 5 },
        trial: 1,
        producer,
        sequence,
        due: 0,
    };
    assert!(header.write(&mut payload));
    if matches!(planted, Corrupt) {
        payload[30] ^= 1;
    }
    payload
}

/// Of run 1, producer 0 the numbers 2 and 6 are missing, 3 is there twice, and 4 stands behind 5 in its partition; of run 2 the
/// numbers 0 and 1 are missing. Two records are foreign, one is corrupt.
fn plant(servers: &str, topic: &str) {
    let first = vec![
        Ours(1, 0, 0),
        Foreign,
        Ours(1, 0, 5),
        Ours(1, 0, 4),
        Ours(1, 1, 0),
        Ours(2, 0, 2),
    ];
    let second = vec![
        Ours(1, 0, 1),
        Corrupt,
        Ours(1, 0, 3),
        Foreign,
        Ours(1, 0, 3),
        Ours(1, 0, 7),
    ];
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", servers);
    config.set("max.in.flight", "1");
    let producer: BaseProducer = config.create().expect("a producer");
    for (partition, log) in (0..).zip([&first, &second]) {
        for planted in log {
            let payload = payload(planted);
            let record = BaseRecord::<(), _>::to(topic).partition(partition);
            producer.send(record.payload(&payload)).expect("room");
        }
        producer.flush(kafka::PATIENCE).expect("delivered");
    }
}

fn assert_found(servers: &str, topic: &str) {
    let home = home();
    let words = ["audit", "-b", servers, "-t", topic, "--json"];
    let assert = run(home.path(), &words).code(1);
    let found: Value = serde_json::from_str(&stdout(&assert)).unwrap();
    for (name, count) in [
        ("records", 12),
        ("producers", 3),
        ("missing", 4),
        ("duplicated", 1),
        ("reordered", 1),
        ("corrupt", 1),
        ("foreign", 2),
    ] {
        assert_eq!(found[name], count, "{name}: {found}");
    }
    assert_eq!(found["valid"], false, "{found}");
    let names: Vec<&String> = found.as_object().unwrap().keys().take(8).collect();
    let first = "records producers missing duplicated reordered corrupt foreign valid";
    assert_eq!(names, first.split(' ').collect::<Vec<_>>());
    let text = stdout(&run(home.path(), &words[..5]).code(1));
    let verdict =
        format!("topic {topic} is NOT whole: 4 missing, 1 duplicated, 1 reordered, 1 corrupt\n");
    assert!(text.starts_with(&verdict), "{text}");
}

#[test]
fn planted_records_are_judged_exactly_on_embedded_brokers() {
    let topic = "linger-planted";
    let cluster = Embedded::start(2, topic, 2).expect("brokers");
    let connection = cluster.connection();
    let servers = connection.bootstrap().expect("an address");
    plant(servers, topic);
    assert_found(servers, topic);
}

#[test]
fn planted_records_are_judged_exactly_on_a_real_broker() {
    let Some(kafka) = kafka::one() else { return };
    let topic = kafka::topic(kafka, 2, 1);
    plant(kafka.direct(), &topic);
    assert_found(kafka.direct(), &topic);
}

#[test]
fn a_topic_that_is_not_there_and_a_cluster_that_does_not_answer_are_told() {
    let home = home();
    let cluster = Embedded::start(1, "linger-audit-there", 1).expect("brokers");
    let connection = cluster.connection();
    let servers = connection.bootstrap().expect("an address");
    let begun = Instant::now();
    let words = ["audit", "-b", "127.0.0.1:1", "-t", "linger-audit-there"];
    let assert = run(home.path(), &words).code(3);
    assert!(
        stderr(&assert).contains("127.0.0.1:1"),
        "{}",
        stderr(&assert)
    );
    assert!(
        begun.elapsed() < Duration::from_secs(25),
        "{:?}",
        begun.elapsed()
    );
    let told = stderr(&run(home.path(), &["audit", "-t", "linger-audit-there"]).code(2));
    assert!(told.contains("-b"), "{told}");
    let assert = run(home.path(), &["audit", "-b", servers, "-t", "no topic"]).code(2);
    assert!(stderr(&assert).contains("no topic"), "{}", stderr(&assert));
    let text = stdout(
        &run(
            home.path(),
            &["audit", "-b", servers, "-t", "linger-audit-there"],
        )
        .code(0),
    );
    assert!(text.contains("nothing to judge"), "{text}");
}

/// The result of an audited run of so many records.
fn audited(config: LabConfig, records: u64) -> Snapshot {
    let lab = Lab::start(LabConfig {
        audit: true,
        stop_after: Some(StopAfter::Records(records)),
        goals: ["lost=0", "duplicated=0", "reordered=0"]
            .map(|text| text.parse::<Goal>().expect("a goal"))
            .to_vec(),
        ..config
    })
    .expect("the lab starts");
    let mut readings = lab.readings.clone();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build();
    runtime.unwrap().block_on(async {
        let ended = readings.wait_for(|reading| {
            use linger::lab::LoadState::{Failed, Stopped};
            matches!(reading.load, Stopped | Failed(_))
        });
        let ended = tokio::time::timeout(crate::lab_handle::PATIENCE, ended).await;
        drop(ended.expect("the load ends").expect("the lab lives"));
    });
    lab.finish().pop().expect("a result")
}

#[test]
fn every_record_of_a_run_is_accounted_for() {
    let knobs = settings(&[
        ("rate", "5000"),
        ("record.size", "100"),
        ("senders", "3"),
        ("rtt.ms", "1"),
    ]);
    let snapshot = audited(config(embedded(), "linger-audited", knobs), 6000);
    let result = &snapshot.result;
    let found = result.audit.as_ref().expect("it was audited");
    assert!(found.is_clean(), "{found:?}");
    let counts = (
        found.attempted,
        found.acknowledged,
        found.unique,
        found.records,
    );
    assert_eq!(counts, (6000, 6000, 6000, 6000), "{found:?}");
    assert_eq!(
        (found.producers, found.offsets_compared),
        (3, 6000),
        "{found:?}"
    );
    let goals = result.goals.iter().map(|goal| goal.outcome);
    assert_eq!(goals.collect::<Vec<_>>(), [GoalOutcome::Held; 3]);
}

/// The embedded cluster keeps 5 MiB of a partition: what is older is gone, and that is no loss on the way.
#[test]
fn what_the_log_no_longer_holds_is_unverified_and_not_lost() {
    let knobs = settings(&[("rate", "200"), ("record.size", "65536"), ("rtt.ms", "0")]);
    let target = linger::lab::Target::Embedded {
        brokers: 1,
        partitions: 1,
    };
    let snapshot = audited(config(target, "linger-audited-short", knobs), 200);
    let found = snapshot.result.audit.expect("it was audited");
    assert!(found.balances() && !found.is_clean(), "{found:?}");
    assert_eq!((found.acknowledged, found.lost), (200, 0), "{found:?}");
    assert!(found.unverified > 0, "{found:?}");
    assert_eq!(found.unique + found.unverified, 200, "{found:?}");
    // What cannot be looked for leaves open whether anything was lost; nothing that is there is twice there.
    let goals = snapshot.result.goals.iter().map(|goal| goal.outcome);
    assert_eq!(goals.collect::<Vec<_>>()[0], GoalOutcome::Unknown);
}

#[test]
fn a_run_and_its_topic_are_judged_alike_on_three_real_brokers() {
    let Some(kafka) = kafka::three() else { return };
    let topic = kafka::topic(kafka, 6, 3);
    let home = home();
    let servers = kafka.direct();
    let bench = |more: &[&str]| {
        let words = [
            &[
                "bench", "-b", servers, "-t", &topic, "--audit", "--json", "-q",
            ],
            &[
                "--num-records",
                "8000",
                "--throughput",
                "8000",
                "--record-size",
                "100",
            ][..],
            more,
        ]
        .concat();
        let assert = run(home.path(), &words).code(0);
        serde_json::from_str::<Value>(&stdout(&assert)).unwrap()
    };
    let before = kafka::log_end(kafka, &topic);
    // The second run stands behind the first, which is not its own.
    for _ in 0..2 {
        let goals = [
            "--goal",
            "lost=0",
            "--goal",
            "duplicated=0",
            "--goal",
            "reordered=0",
        ];
        let knobs = [
            "--set",
            "acks=all",
            "--set",
            "max.in.flight=5",
            "--set",
            "enable.idempotence=on",
            "--follow",
        ];
        let object = bench(&[&goals[..], &knobs].concat());
        let audit = &object["result"]["audit"];
        for (name, count) in [
            ("acknowledged", 8000),
            ("unique", 8000),
            ("lost", 0),
            ("foreign", 0),
        ] {
            assert_eq!(audit[name], count, "{name}: {audit}");
        }
        assert_eq!(object["result"]["follower"]["read"], 8000);
    }
    assert_eq!(kafka::assert_log_grew(kafka, &topic, before), 16_000);
    let assert = run(
        home.path(),
        &["audit", "-b", servers, "-t", &topic, "-J", "-q"],
    )
    .code(0);
    let found: Value = serde_json::from_str(&stdout(&assert)).unwrap();
    for (name, count) in [
        ("records", 16_000),
        ("producers", 2),
        ("missing", 0),
        ("foreign", 0),
    ] {
        assert_eq!(found[name], count, "{name}: {found}");
    }
    assert_eq!(found["valid"], true, "{found}");
    assert_eq!(stderr(&assert), "");
}

#[test]
fn an_audit_needs_room_for_the_header_and_its_goals_need_an_audit() {
    let home = home();
    let told = stderr(&run(home.path(), &["bench", "--goal", "lost=0"]).code(2));
    assert!(
        told.contains("lost=0") && told.contains("--audit"),
        "{told}"
    );
    let told = stderr(&run(home.path(), &["bench", "--audit", "--record-size", "39"]).code(2));
    assert!(told.contains("40 bytes"), "{told}");
}
