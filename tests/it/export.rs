//! Exported settings are loaded by the programs that they are for.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use linger::profile::{Profile, Shelf};
use linger::settings::export::FORMATS;
use linger::settings::{Settings, Source, Value, rows};
use rdkafka::ClientConfig;
use saphyr::{LoadableYamlNode as _, Yaml};

use crate::cli::{home, linger, refused, run, stderr, stdout};
use crate::kafka;

/// Settings at the edges of what the clients take.
const EDGES: [&[(&str, &str)]; 5] = [
    &[
        ("linger.ms", "0.5"),
        ("delivery.timeout.ms", "0"),
        ("client.id", "Zahlung ü€😀 \\ #=: x"),
    ],
    &[
        ("delivery.timeout.ms", "1s"),
        ("enable.idempotence", "true"),
        ("max.in.flight", "5"),
    ],
    &[
        ("compression.type", "gzip"),
        ("compression.level", "0"),
        ("partitioner", "fnv1a"),
    ],
    &[
        ("compression.type", "lz4"),
        ("compression.level", "12"),
        ("partitioner", "random"),
        ("acks", "0"),
    ],
    &[
        ("compression.type", "zstd"),
        ("compression.level", "1"),
        ("batch.size", "8MiB"),
        ("buffer.memory", "1MiB"),
        ("retries", "0"),
    ],
];

/// Every shipped profile and the edges, by name.
fn cases() -> Vec<(String, Settings)> {
    let shipped = Shelf::shipped().map(|listed| {
        let mut settings = Settings::default();
        listed.profile.unwrap().apply(&mut settings);
        (listed.name, settings)
    });
    let edges = EDGES.iter().enumerate().map(|(at, pairs)| {
        let mut settings = Settings::default();
        for (name, value) in *pairs {
            settings.set(name, value, Source::Flag).unwrap();
        }
        (format!("edge-{at}"), settings)
    });
    shipped.chain(edges).collect()
}

/// Exports with the real program, from a profile in a file.
fn exported(home: &Path, name: &str, settings: &Settings, format: &str) -> PathBuf {
    let profile = home.join(format!("{name}.toml"));
    if !profile.exists() {
        std::fs::write(&profile, Profile::of(name, settings).write()).unwrap();
    }
    let file = home.join(format!("{name}.{format}"));
    let words = [
        "profile",
        "export",
        profile.to_str().unwrap(),
        "--to",
        format,
        "-o",
        file.to_str().unwrap(),
        "--overwrite",
    ];
    run(home, &words).success();
    file
}

/// `name=value` lines without comments, as they stand.
fn pairs(text: &str) -> BTreeMap<String, String> {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

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
fn librdkafka_takes_every_exported_file_and_its_values() {
    let home = home();
    for (name, settings) in cases() {
        let file = exported(home.path(), &name, &settings, "librdkafka");
        let given = pairs(&std::fs::read_to_string(file).unwrap());
        let mut config = ClientConfig::new();
        for (property, value) in &given {
            config.set(property, value);
        }
        let native = config.create_native_config().unwrap();
        for (property, value) in settings.native() {
            if property == "client.id" && value == "linger" || property == "transactional.id" {
                continue;
            }
            let taken = native.get(property).unwrap();
            // Aliases answer in the form of the property behind them.
            let same = taken == value
                || taken.parse::<f64>().ok() == value.parse::<f64>().ok()
                    && value.parse::<f64>().is_ok()
                || (property, value.as_str(), taken.as_str()) == ("acks", "all", "-1");
            assert!(same, "{name}: {property} is {taken}, not {value}");
            assert!(
                given.contains_key(property),
                "{name}: {property} is not written out"
            );
        }
    }
}

#[test]
fn our_own_reader_gives_the_same_settings_back() {
    let home = home();
    for (name, settings) in cases() {
        if settings.word("client.id").contains('\\') {
            continue;
        }
        let file = exported(home.path(), &name, &settings, "librdkafka");
        let back = home.path().join(format!("{name}-back.toml"));
        let words = [
            "profile",
            "save",
            back.to_str().unwrap(),
            "-F",
            file.to_str().unwrap(),
        ];
        run(home.path(), &words).success();
        let shelf = Shelf::at(home.path());
        let mut read = Settings::default();
        shelf.read(back.to_str().unwrap()).unwrap().apply(&mut read);
        for row in rows().iter().filter(|row| row.group.is_producer()) {
            // librdkafka has no max.block.ms, and our name for transactions is nobody else's.
            if !["max.block.ms", "transactional.id"].contains(&row.name) {
                assert_eq!(
                    read.effective(row.name),
                    settings.effective(row.name),
                    "{name}: {}",
                    row.name
                );
            }
        }
    }
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

#[test]
fn what_cannot_be_exported_is_refused() {
    refused(
        &["profile", "export", "balnced", "--to", "java"],
        &["balanced"],
    );
    refused(
        &["profile", "export", "balanced", "--to", "jva"],
        &["'jva'", "java", "librdkafka"],
    );
    refused(&["profile", "export", "balanced"], &["--to"]);
    refused(
        &[
            "profile",
            "export",
            "balanced",
            "--to",
            "java",
            "--overwrite",
        ],
        &["--output"],
    );
    refused(
        &["profile", "export", "nothing.json", "--to", "java"],
        &["nothing.json"],
    );
    refused(
        &[
            "profile",
            "export",
            "balanced",
            "--to",
            "java",
            "-o",
            "/dev/null/x",
        ],
        &["/dev/null"],
    );
    let home = home();
    let bad = "schema = 1\nkind = \"linger-profile\"\n[settings]\n\"enable.idempotence\" = true\n\"acks\" = \"1\"\n";
    std::fs::write(home.path().join("bad.toml"), bad).unwrap();
    let words = ["profile", "export", "./bad.toml", "--to", "java"];
    let refusal = stderr(&run(home.path(), &words).code(2));
    assert!(refusal.contains("idempotence needs acks=all"), "{refusal}");
}

#[test]
fn a_file_that_is_there_is_left_alone() {
    let home = home();
    let words = [
        "profile",
        "export",
        "balanced",
        "--to",
        "java",
        "-o",
        "mine.properties",
    ];
    std::fs::write(home.path().join("mine.properties"), "precious").unwrap();
    let refusal = stderr(&run(home.path(), &words).code(2));
    assert!(refusal.contains("--overwrite"), "{refusal}");
    let kept = std::fs::read_to_string(home.path().join("mine.properties")).unwrap();
    assert_eq!(kept, "precious");
    let assert = run(home.path(), &[&words[..], &["--overwrite"]].concat()).success();
    assert_eq!(stdout(&assert), "", "stdout carries data only");
    let file = std::fs::read_to_string(home.path().join("mine.properties")).unwrap();
    assert_eq!(file, stdout(&run(home.path(), &words[..5]).success()));
}

#[test]
fn no_secret_of_the_environment_is_exported() {
    let home = home();
    for format in FORMATS {
        let output = linger(home.path())
            .args(["profile", "export", "balanced", "--to", format.name])
            .env("LINGER_SASL_PASSWORD", kafka::PASSWORD)
            .env("LINGER_SASL_USERNAME", kafka::USER)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(
            output.status.success() && text.contains("acks"),
            "{}",
            format.name
        );
        assert!(!text.contains(kafka::PASSWORD) && !text.contains(kafka::USER));
    }
}
