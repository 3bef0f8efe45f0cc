//! The local Kafka itself: it serves, obeys, refuses, and leaves nothing behind.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use linger::cluster::local::{BrokerCommand, LocalKafka, LocalOptions};
use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};

use crate::kafka::{
    PASSWORD, PATIENCE, STARTER, USER, assert_log_grew, awaited, one, own, plain_config, possible,
    produce, secured, topic,
};

#[test]
fn a_single_broker_takes_records() {
    let Some(kafka) = one() else { return };
    let topic = topic(kafka, 3, 1);
    produce(&plain_config(kafka), &topic, 1_000);
    assert_eq!(assert_log_grew(kafka, &topic, 0), 1_000);
}

#[test]
fn a_broker_of_three_dies_and_comes_back_while_the_others_serve() {
    let Some(kafka) = own(3, &LocalOptions::default()) else {
        return;
    };
    let topic = topic(&kafka, 6, 3);
    kafka.control(BrokerCommand::Kill, 2).unwrap();
    let error = kafka
        .control(BrokerCommand::Kill, 2)
        .unwrap_err()
        .to_string();
    assert_eq!(error, "the local Kafka refused: kill 2: broker 2 is down");
    produce(&plain_config(&kafka), &topic, 100);
    kafka.control(BrokerCommand::Start, 2).unwrap();
    kafka.control(BrokerCommand::Pause, 3).unwrap();
    kafka.control(BrokerCommand::Resume, 3).unwrap();
    kafka.control(BrokerCommand::Stop, 1).unwrap();
    produce(&plain_config(&kafka), &topic, 100);
    assert_eq!(assert_log_grew(&kafka, &topic, 0), 200);
}

#[test]
fn the_secured_broker_takes_its_user_and_refuses_the_limited_one() {
    let Some(kafka) = secured() else { return };
    let topic = topic(kafka, 1, 1);
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", kafka.fact("SASL").unwrap())
        .set("security.protocol", "SASL_SSL")
        .set("sasl.mechanism", "SCRAM-SHA-512")
        .set("sasl.username", USER)
        .set("sasl.password", PASSWORD)
        .set("ssl.ca.location", kafka.fact("CA").unwrap());
    produce(&config, &topic, 50);
    assert_eq!(assert_log_grew(kafka, &topic, 0), 50);

    config.set("sasl.username", format!("{USER}-limited"));
    let limited: BaseConsumer = config.create().unwrap();
    let seen = limited.fetch_metadata(Some(&topic), PATIENCE).unwrap();
    assert!(
        seen.topics()[0].error().is_some(),
        "the limited user may see {topic}"
    );
}

#[test]
fn nothing_is_left_when_the_handle_is_dropped() {
    let Some(kafka) = own(1, &LocalOptions::default()) else {
        return;
    };
    let data = PathBuf::from(kafka.fact("DATA").unwrap());
    let process = PathBuf::from(format!("/proc/{}", kafka.fact("PIDS").unwrap()));
    assert!(data.exists());
    drop(kafka);
    assert!(!data.exists(), "{} is still there", data.display());
    assert!(
        !process.exists(),
        "the broker still runs as {}",
        process.display()
    );
}

/// No test by itself: the process that the next test kills. It starts two brokers, stops one, freezes the other, tells where they
/// are, and waits.
#[test]
fn starter() {
    if std::env::var_os(STARTER).is_none() {
        return;
    }
    let kafka = own(2, &LocalOptions::default()).unwrap();
    kafka.control(BrokerCommand::Stop, 2).unwrap();
    kafka.control(BrokerCommand::Pause, 1).unwrap();
    println!(
        "DATA={}\nPIDS={}",
        kafka.fact("DATA").unwrap(),
        kafka.fact("PIDS").unwrap()
    );
    std::io::stdin().lines().for_each(drop);
}

#[test]
fn nothing_is_left_when_the_starter_is_killed_with_a_broker_frozen_and_one_stopped() {
    if !possible() {
        return;
    }
    let mut starter = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "local_kafka::starter", "--nocapture"])
        .env(STARTER, "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(starter.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok);
    let mut facts =
        lines.filter_map(|line| line.split_once('=').map(|(_, value)| value.to_owned()));
    let data = PathBuf::from(facts.next().expect("DATA"));
    let pids = facts.next().expect("PIDS");
    let (frozen, stopped) = pids.split_once(',').expect("two brokers");
    let process = PathBuf::from("/proc").join(frozen);
    assert!(
        data.exists() && process.exists(),
        "{} {}",
        data.display(),
        process.display()
    );
    assert!(!PathBuf::from("/proc").join(stopped).exists(), "{stopped}");
    // A signal is there before its thread has come to stop.
    awaited("the frozen broker", || {
        let status = std::fs::read_to_string(process.join("status")).unwrap();
        status.contains("State:\tT")
    });
    starter.kill().unwrap();
    starter.wait().unwrap();
    let limit = Instant::now() + PATIENCE;
    while data.exists() || process.exists() {
        assert!(
            Instant::now() < limit,
            "left: {} {}",
            data.display(),
            process.display()
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_number_of_brokers_out_of_range_is_named() {
    let error = LocalKafka::start(10, &LocalOptions::default(), |_| {})
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "a local Kafka has 1 to 9 brokers, not 10: use --local-kafka=1 or --local-kafka=3"
    );
}

#[test]
fn without_java_the_script_says_what_to_install() {
    let empty = tempfile::tempdir().unwrap();
    let output = Command::new("/bin/bash")
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/assets/local-kafka/start.sh"
        ))
        .env("PATH", empty.path())
        .env_remove("JAVA_HOME")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("needs Java 17 or newer") && said.contains("apt install"),
        "{said}"
    );
}

#[test]
fn the_compose_file_names_the_same_kafka() {
    let script = include_str!("../../assets/local-kafka/start.sh");
    let compose = include_str!("../../assets/local-kafka/compose.yaml");
    let version = script
        .lines()
        .find_map(|line| line.strip_prefix("version="))
        .unwrap();
    let images = compose
        .lines()
        .filter(|line| line.trim_start().starts_with("image:"));
    let images: Vec<&str> = images.map(str::trim).collect();
    assert!(!images.is_empty());
    assert!(
        images
            .iter()
            .all(|image| *image == format!("image: apache/kafka:{version}")),
        "{images:?}"
    );
}
