//! The wire by its commands: `linger proxy`, and the round trip of `linger bench`.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use linger::cluster::Embedded;
use rdkafka::ClientConfig;

use crate::cli::{home, linger, refused};
use crate::kafka;

const TOPIC: &str = "linger-wire";

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
