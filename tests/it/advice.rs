//! Advice against runs that really have the cause it names, and against runs that do not.

use std::process::Command as Process;
use std::time::Duration;

use linger::cluster::local::LocalKafka;
use linger::lab::{Advice, LabConfig, Reading};
use linger::settings::Settings;

use crate::kafka;
use crate::lab_handle::{Watched, config, embedded, real, settings, with};

/// How long a run without the cause is listened to, once its figures count.
const QUIET: Duration = Duration::from_millis(2_200);

fn find(reading: &Reading, words: &str) -> Option<Advice> {
    let mut advice = reading.advice.iter();
    advice.find(|advice| advice.text.contains(words)).cloned()
}

/// Waits for the sentence in a run that has the cause.
fn told(lab: &mut Watched, words: &str) -> Advice {
    let mut found = None;
    lab.until(words, |reading| {
        found = find(reading, words);
        found.is_some()
    });
    found.unwrap()
}

/// Turns to settings without the cause, and listens: the sentence is not told once the turn's own figures are there.
fn silent_after(lab: &mut Watched, settings: &Settings, words: &str) {
    lab.turn_and_wait(settings);
    lab.until_alone();
    let reading = lab.run(QUIET);
    assert_eq!(find(&reading, words), None, "{words:?} without its cause");
}

/// The sentence is told where the cause is, and not where these rows differ. What rests on `threads` is waited for: all tests
/// share this process, and another one may keep its threads busy for a while.
fn told_and_silent(
    cause: &[(&str, &str)],
    other: &[(&str, &str)],
    words: &str,
    threads: bool,
) -> Advice {
    let caused = settings(cause);
    let mut lab = Watched::start(config(embedded(), "linger-it", caused.clone()));
    let advice = told(&mut lab, words);
    let calm = with(&caused, other);
    if threads {
        lab.turn_and_wait(&calm);
        lab.until("silence", |reading| find(reading, words).is_none());
    } else {
        silent_after(&mut lab, &calm, words);
    }
    lab.stop();
    advice
}

#[test]
fn batches_that_leave_nearly_empty() {
    let cause = [
        ("rate", "4000"),
        ("record.size", "100"),
        ("record.keys", "partition"),
        ("linger.ms", "1"),
        ("rtt.ms", "0"),
    ];
    let advice = told_and_silent(
        &cause,
        &[("linger.ms", "100")],
        "batches leave by linger at",
        false,
    );
    assert_eq!(advice.turn.map(|turn| turn.0), Some("linger.ms"));
}

#[test]
fn one_request_in_flight_over_a_long_round_trip() {
    let cause = [
        ("rate", "5000"),
        ("record.keys", "partition"),
        ("record.size", "200"),
        ("linger.ms", "2"),
        ("max.in.flight", "1"),
        ("rtt.ms", "20"),
    ];
    let words = "one request at a time: each waits a";
    let advice = told_and_silent(&cause, &[("max.in.flight", "100")], words, false);
    assert_eq!(advice.turn.map(|turn| turn.0), Some("max.in.flight"));
}

#[test]
fn idempotence_keeps_one_request_per_partition() {
    let cause = [
        ("rate", "10000"),
        ("record.keys", "partition"),
        ("record.size", "200"),
        ("linger.ms", "0"),
        ("rtt.ms", "20"),
        ("enable.idempotence", "on"),
        ("max.in.flight", "5"),
    ];
    let words = "idempotence keeps one request per partition in flight (6 partitions)";
    told_and_silent(&cause, &[("enable.idempotence", "off")], words, false);
}

#[test]
fn a_codec_that_works_hard_for_little() {
    let cause = [
        ("rate", "6000"),
        ("record.size", "2048"),
        ("payload", "json"),
        ("compression.type", "gzip"),
        ("compression.level", "9"),
        ("linger.ms", "20"),
        ("rtt.ms", "1"),
    ];
    let words = "gzip costs more CPU than the network it saves";
    let other = [("compression.type", "lz4"), ("compression.level", "auto")];
    let advice = told_and_silent(&cause, &other, words, true);
    assert_eq!(advice.turn.map(|turn| turn.0), Some("compression.type"));
}

#[test]
fn a_client_that_is_the_bottleneck() {
    let cause = [
        ("rate", "max"),
        ("record.size", "1024"),
        ("payload", "json"),
        ("compression.type", "gzip"),
    ];
    let words = "the client is the limit at full speed";
    let calm = [("rate", "500"), ("compression.type", "none")];
    told_and_silent(&cause, &calm, words, true);
}

/// Gives every producer with this client id a quota.
fn limit(kafka: &LocalKafka, client: &str, bytes_per_s: u32) {
    let jars = std::path::Path::new(kafka.fact("JARS").unwrap()).join("*");
    let output = Process::new(kafka.fact("JAVA").unwrap())
        .args([
            "-Xmx128m",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
            "-cp",
        ])
        .arg(jars)
        .arg("kafka.admin.ConfigCommand")
        .args(["--bootstrap-server", kafka.direct(), "--alter"])
        .args(["--add-config", &format!("producer_byte_rate={bytes_per_s}")])
        .args(["--entity-type", "clients", "--entity-name", client])
        .output()
        .expect("java runs");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
}

/// A broker answers one request of a connection at a time; with acks=all that takes a fetch of the followers.
#[test]
fn requests_that_stand_in_line_for_replicas() {
    let Some(kafka) = kafka::three() else { return };
    let topic = kafka::topic(kafka, 3, 3);
    let rows = [
        ("rate", "5000"),
        ("record.size", "100"),
        ("acks", "all"),
        ("enable.idempotence", "off"),
        ("linger.ms", "0"),
    ];
    let caused = settings(&rows);
    let mut lab = Watched::start(config(real(kafka, &topic), &topic, caused.clone()));
    let advice = told(&mut lab, "stand in line");
    let turn = advice.turn.unwrap();
    assert_eq!(turn.0, "max.in.flight");
    let calm = with(&caused, &[("max.in.flight", "5")]);
    assert_eq!(calm.value(turn.0), &turn.1);
    lab.turn_and_wait(&calm);
    lab.until("silence", |reading| {
        find(reading, "stand in line").is_none()
    });
    lab.stop();
    kafka::assert_log_grew(kafka, &topic, 0);
}

#[test]
fn brokers_that_throttle() {
    const CLIENT: &str = "linger-throttled";
    let Some(kafka) = kafka::one() else {
        return;
    };
    limit(kafka, CLIENT, 50_000);
    let topic = kafka::topic(kafka, 3, 1);
    let free = settings(&[("rate", "500"), ("record.size", "500"), ("linger.ms", "20")]);
    let held = with(&free, &[("client.id", CLIENT)]);
    let lab: LabConfig = config(real(kafka, &topic), &topic, free.clone());
    let mut lab = Watched::start(lab);
    let reading = lab.run(QUIET);
    assert_eq!(find(&reading, "throttle"), None);
    lab.turn_and_wait(&held);
    told(&mut lab, "brokers throttle each request by");
    silent_after(&mut lab, &free, "throttle");
    lab.stop();
    kafka::assert_log_grew(kafka, &topic, 0);
}
