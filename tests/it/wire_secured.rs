//! The wire before a cluster that asks for TLS and a sign-in: clients speak plaintext to it, and it keeps what was asked for.

use std::collections::BTreeSet;

use linger::cluster::sources::{Given, read};
use linger::cluster::{ConditionedError, Connection};
use linger::settings::units::Millis;
use linger::wire::{Conditions, WireError};

use crate::cli::home;
use crate::kafka::{self, PASSWORD};
use crate::lab_secured::{linger, properties, stderr};

/// How the properties file of the secured broker reaches it.
fn connection(file: &str) -> Connection {
    let text = std::fs::read(file).unwrap();
    let given = Given {
        bootstrap: None,
        options: &[],
        environment: &[],
        file: Some((file.as_ref(), &text)),
        knobs: &[],
    };
    read(&given).unwrap().connection
}

#[test]
fn a_client_without_tls_reaches_a_broker_with_tls_and_every_request_is_seen() {
    let Some(kafka) = kafka::secured() else {
        return;
    };
    let folder = home();
    let file = properties(kafka, folder.path(), PASSWORD, PASSWORD);
    let topic = kafka::topic(kafka, 3, 1);
    let (through, wire) = connection(&file).behind_wire(Vec::new(), |_| {}).unwrap();
    wire.set_conditions(Conditions {
        round_trip: Millis(5.0),
        ..Conditions::default()
    });
    assert_eq!(through.security(), "SASL_PLAINTEXT");
    // Large enough that both directions are busy at the same time.
    kafka::produce(&through.client_config().unwrap(), &topic, 20_000);
    assert_eq!(kafka::assert_log_grew(kafka, &topic, 0), 20_000);
    let brokers: BTreeSet<String> = wire
        .brokers()
        .iter()
        .map(|(at, _)| at.to_string())
        .collect();
    let secured: BTreeSet<String> = connection(&file)
        .bootstrap()
        .unwrap()
        .split(',')
        .map(str::to_owned)
        .collect();
    assert!(secured.is_subset(&brokers), "{brokers:?}");
    let summary = wire.finish();
    assert!(summary.records >= 20_000, "{summary:?}");
    assert!(summary.undecoded.is_empty(), "{summary:?}");
}

#[test]
fn a_broker_whose_authority_is_not_trusted_is_not_spoken_to() {
    let Some(kafka) = kafka::secured() else {
        return;
    };
    let folder = home();
    let file = properties(kafka, folder.path(), PASSWORD, PASSWORD);
    let text = std::fs::read_to_string(&file).unwrap();
    let kept: Vec<&str> = text
        .lines()
        .filter(|line| !line.contains("truststore"))
        .collect();
    assert_ne!(kept.len(), text.lines().count());
    std::fs::write(&file, kept.join("\n")).unwrap();
    let refused = connection(&file)
        .behind_wire(Vec::new(), |_| {})
        .unwrap_err();
    let ConditionedError::Wire(WireError::Unreachable { address, .. }) = &refused else {
        panic!("{refused}");
    };
    let told = refused.to_string();
    assert!(
        told.contains("certificate") && told.contains(&address.to_string()),
        "{told}"
    );
}

#[test]
fn a_round_trip_is_added_to_a_secured_cluster() {
    let Some(kafka) = kafka::secured() else {
        return;
    };
    let folder = home();
    let file = properties(kafka, folder.path(), PASSWORD, PASSWORD);
    let topic = kafka::topic(kafka, 1, 1);
    let words = [
        "bench",
        "-F",
        &file,
        "-t",
        &topic,
        "--set",
        "rtt.ms=40",
        "--num-records",
        "100",
        "--throughput",
        "200",
        "--json",
    ];
    let output = linger(folder.path(), &words);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["result"]["delivered"], 100);
    let median = json["result"]["delivery_ms"]["p50"].as_f64().unwrap();
    assert!(median >= 40.0, "{json:#}");
}
