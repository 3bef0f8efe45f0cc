//! What is written for Java's clients and for those who start them.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use linger::settings::{Settings, Source, Value, rows};
use saphyr::{LoadableYamlNode as _, Yaml};

use super::{cases, exported, pairs};
use crate::cli::home;
use crate::kafka;

fn java(jars: &Path) -> Command {
    let mut command = Command::new("java");
    command
        .args([
            "-Xmx256m",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
            "-cp",
        ])
        .arg(jars.join("*"));
    command
}

#[test]
fn javas_producer_takes_every_exported_file_and_its_values() {
    let Some(kafka) = kafka::one() else { return };
    let home = home();
    let cases = cases();
    let files: Vec<PathBuf> = cases
        .iter()
        .map(|(name, settings)| exported(home.path(), name, settings, "java"))
        .collect();
    let jars = Path::new(kafka.fact("JARS").unwrap());
    let output = java(jars)
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/it/export/ExportCheck.java"
        ))
        .args(&files)
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{text}");
    for ((name, settings), file) in cases.iter().zip(&files) {
        let start = format!("{}\t", file.display());
        let taken: BTreeMap<&str, &str> = text
            .lines()
            .filter_map(|line| line.strip_prefix(&start)?.split_once('\t'))
            .collect();
        assert!(taken.len() >= 17, "{name}: {taken:?}");
        for (property, expected) in in_java(settings) {
            let value = taken.get(property).copied();
            assert_eq!(value, Some(expected.as_str()), "{name}: {property}");
        }
    }
}

/// What Java must hold for these settings, derived here anew from the table of knobs.
fn in_java(settings: &Settings) -> Vec<(&'static str, String)> {
    let number = |name: &str| settings.number(name);
    let linger = number("linger.ms").round();
    let wait = match settings.word("acks") {
        "all" => number("request.timeout.ms").min(number("socket.timeout.ms")),
        _ => number("socket.timeout.ms"),
    };
    let delivery = match number("delivery.timeout.ms") {
        0.0 => 2_147_483_647.0,
        time => time.max(linger + wait),
    };
    let system = |size: f64| if size == 0.0 { -1.0 } else { size };
    rows()
        .iter()
        .filter(|row| row.group.is_producer())
        .filter_map(|row| {
            let value = match (row.name, settings.value(row.name)) {
                ("linger.ms", _) => linger.to_string(),
                ("request.timeout.ms", _) => wait.to_string(),
                ("delivery.timeout.ms", _) => delivery.to_string(),
                ("queue.buffering.max.kbytes", Value::Number(size)) => {
                    size.max(number("batch.size")).to_string()
                }
                (
                    "socket.send.buffer.bytes" | "socket.receive.buffer.bytes",
                    Value::Number(size),
                ) => system(*size).to_string(),
                // Shown by Java as -1; both are the same.
                ("acks", Value::Choice("all")) => "-1".into(),
                ("client.id", Value::Text(name)) if name == "linger" => return None,
                (
                    "transactional.id" | "socket.timeout.ms" | "compression.level" | "partitioner",
                    _,
                )
                | (_, Value::Auto | Value::Max) => return None,
                (_, Value::Number(number)) => number.to_string(),
                (_, Value::Choice(word)) => (*word).into(),
                (_, Value::Switch(on)) => on.to_string(),
                (_, Value::Text(text)) => text.clone(),
            };
            Some((row.java?, value))
        })
        .collect()
}

#[test]
fn spring_and_strimzi_get_what_java_gets() {
    let home = home();
    for (name, settings) in cases() {
        let export = |format| {
            let file = exported(home.path(), &name, &settings, format);
            std::fs::read_to_string(file).unwrap()
        };
        let mut expected = pairs(&export("java"));
        if name == "edge-0" {
            expected.insert("client.id".into(), settings.word("client.id").into());
        }
        let connect = export("connect");
        assert!(connect.contains("connector.client.config.override.policy=All"));
        let unprefixed = |text: &str, prefix: &str| -> BTreeMap<String, String> {
            pairs(text)
                .into_iter()
                .map(|(key, value)| (key.strip_prefix(prefix).unwrap().to_owned(), value))
                .collect()
        };
        let plain = pairs(&export("java"));
        assert_eq!(unprefixed(&connect, "producer.override."), plain);
        assert_eq!(unprefixed(&export("connect-worker"), "producer."), plain);

        let text = export("strimzi");
        let strimzi = parsed(&text);
        let config = strings(&strimzi["spec"]["config"]);
        let producer: BTreeMap<String, String> = config
            .into_iter()
            .map(|(key, value)| (key.strip_prefix("producer.").unwrap().to_owned(), value))
            .collect();
        assert_eq!(producer, expected, "{name}");
        let text = export("strimzi-bridge");
        let bridge = parsed(&text);
        assert_eq!(
            strings(&bridge["spec"]["producer"]["config"]),
            expected,
            "{name}"
        );

        let text = export("spring");
        let spring = parsed(&text);
        let producer = &spring["spring"]["kafka"]["producer"];
        let mut bound = strings(&producer["properties"])
            .into_iter()
            .map(|(key, value)| (key.trim_matches(['[', ']']).to_owned(), value))
            .collect::<BTreeMap<_, _>>();
        for (key, value) in strings(producer) {
            bound.insert(
                key.replace('-', "."),
                value.trim_end_matches('B').to_owned(),
            );
        }
        assert_eq!(bound, expected, "{name}");
        let flat = export("spring-properties");
        assert_eq!(pairs(&flat).len(), expected.len(), "{name}");
        assert!(
            flat.contains("\nspring.kafka.producer.properties[linger.ms]="),
            "{flat}"
        );
    }
}

fn parsed(text: &str) -> Yaml<'_> {
    Yaml::load_from_str(text).unwrap().remove(0)
}

/// The entries of a mapping that are texts.
fn strings(node: &Yaml<'_>) -> BTreeMap<String, String> {
    let map = node.as_mapping().unwrap();
    map.iter()
        .filter_map(|(key, value)| Some((key.as_str()?.to_owned(), value.as_str()?.to_owned())))
        .collect()
}

#[test]
fn kafkas_perf_test_runs_the_exported_line() {
    let Some(kafka) = kafka::one() else { return };
    let home = home();
    let topic = kafka::topic(kafka, 2, 1);
    let mut settings = Settings::default();
    for (name, value) in [
        ("rate", "max"),
        ("client.id", "it's \"mine\""),
        ("compression.type", "lz4"),
    ] {
        settings.set(name, value, Source::Flag).unwrap();
    }
    let file = exported(home.path(), "mine", &settings, "perf-test");
    let script = std::fs::read_to_string(&file).unwrap();
    std::fs::write(
        &file,
        script.replace("--num-records 1000000 ", "--num-records 500 "),
    )
    .unwrap();
    let tool = home.path().join("kafka-producer-perf-test.sh");
    let jars = kafka.fact("JARS").unwrap();
    let start = format!(
        "#!/bin/sh\nexec java -Xmx256m -cp '{jars}/*' org.apache.kafka.tools.ProducerPerformance \"$@\"\n"
    );
    std::fs::write(&tool, start).unwrap();
    std::fs::set_permissions(&tool, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!(
        "{}:{}",
        home.path().display(),
        std::env::var("PATH").unwrap()
    );
    let output = Command::new("sh")
        .arg(&file)
        .env("PATH", path)
        .env("TOPIC", &topic)
        .env("BOOTSTRAP_SERVERS", kafka.direct())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{text}");
    assert!(text.contains("500 records sent"), "{text}{said}");
    assert_eq!(kafka::assert_log_grew(kafka, &topic, 0), 500);
}
