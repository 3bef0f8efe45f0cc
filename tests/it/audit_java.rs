//! The ledger against a reader that shares nothing with it: Java's client, the header as the README tells it, sets without a bound.

use linger::wire::{Address, Wire};
use serde_json::Value;

use crate::cli::{home, run, stdout};
use crate::{kafka, wire_clients};

const READER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/audit/Reader.java");
const FAULTS: [&str; 2] = [
    "lose-acknowledgement@every:15:4",
    "fail-before-append=NOT_LEADER_OR_FOLLOWER@every:22:4",
];

#[test]
fn javas_client_counts_on_a_live_topic_what_the_ledger_counts() {
    let Some(kafka) = kafka::one() else { return };
    let topic = kafka::topic(kafka, 3, 1);
    let home = home();
    let upstream: Vec<Address> = kafka
        .direct()
        .split(',')
        .map(|one| one.parse().unwrap())
        .collect();
    let faults = FAULTS.map(|text| text.parse().unwrap()).to_vec();
    let before = Wire::start(&upstream, 0, faults, |_| {}).unwrap();
    let servers = before.bootstrap();
    let words = [
        "bench",
        "-b",
        &servers,
        "-t",
        &topic,
        "--audit",
        "--json",
        "--num-records",
        "20000",
        "--throughput",
        "10000",
        "--record-size",
        "100",
        "--set",
        "enable.idempotence=off",
        "--set",
        "max.in.flight=5",
        "--set",
        "linger.ms=2",
        "--set",
        "rtt.ms=10",
        "--set",
        "batch.num.messages=50",
    ];
    let said: Value = serde_json::from_str(&stdout(&run(home.path(), &words).code(0))).unwrap();
    let summary = before.finish();
    assert!(
        summary.faults.iter().all(|fault| fault.exercised),
        "{summary:?}"
    );

    let judged = run(
        home.path(),
        &["audit", "-b", kafka.direct(), "-t", &topic, "--json"],
    )
    .code(1);
    let judged: Value = serde_json::from_str(&stdout(&judged)).unwrap();
    let java = wire_clients::java(kafka, &[READER, kafka.direct(), &topic])
        .output()
        .unwrap();
    let counted: Value = serde_json::from_slice(&java.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&java.stderr)));
    for (name, count) in counted.as_object().unwrap() {
        assert_eq!(&judged[name], count, "{name}: {judged:#} {counted}");
    }
    let audit = &said["result"]["audit"];
    for name in ["records", "duplicated", "reordered", "corrupt", "foreign"] {
        assert_eq!(audit[name], counted[name], "{name}: {audit:#} {counted}");
    }
    for name in ["duplicated", "reordered"] {
        assert!(counted[name].as_u64() > Some(0), "{counted}");
    }
}
