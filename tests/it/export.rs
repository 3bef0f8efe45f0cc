//! Exported settings are loaded by the programs that they are for.

mod java;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use linger::profile::{Profile, Shelf};
use linger::settings::export::FORMATS;
use linger::settings::{Settings, Source, rows};
use rdkafka::ClientConfig;

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
