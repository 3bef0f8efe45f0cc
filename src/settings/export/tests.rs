use super::*;
use crate::settings::{Source, rows};

fn settings(pairs: &[(&str, &str)]) -> Settings {
    let mut settings = Settings::default();
    for (name, value) in pairs {
        settings.set(name, value, Source::Flag).unwrap();
    }
    settings
}

fn written(format: &str, pairs: &[(&str, &str)]) -> Written {
    find(format).unwrap().write(&[], &settings(pairs))
}

/// The lines that are no comments.
fn lines(text: &str) -> Vec<&str> {
    text.lines()
        .filter(|line| !line.is_empty() && !line.trim_start().starts_with('#'))
        .collect()
}

#[test]
fn every_knob_is_written_or_named_in_every_form() {
    for format in FORMATS {
        let text = format.write(&[], &Settings::default()).text;
        for row in rows().iter().filter(|row| row.group.is_producer()) {
            let named = [Some(row.name), row.java, row.native];
            // A codec's level belongs to the codec, Spring writes its own names with dashes.
            let dashed = row.java.map(|java| java.replace('.', "-"));
            let found = named.into_iter().flatten().any(|name| text.contains(name));
            assert!(
                found || dashed.is_some_and(|name| text.contains(&name)),
                "{}: {} is nowhere in\n{text}",
                format.name,
                row.name
            );
        }
    }
}

#[test]
fn fractions_are_rounded_for_java_and_said_so() {
    for (given, whole) in [("0.4", "0"), ("0.5", "1"), ("2.5", "3"), ("7", "7")] {
        let pairs = [("linger.ms", given), ("partitioner", "murmur2_random")];
        let java = written("java", &pairs);
        let line = format!("linger.ms={whole}");
        assert!(lines(&java.text).contains(&line.as_str()), "{}", java.text);
        assert_eq!(java.altered.is_empty(), given == "7", "{:?}", java.altered);
    }
    let own = written("librdkafka", &[("linger.ms", "0.4")]);
    assert!(own.text.contains("\nlinger.ms=0.4\n"), "{}", own.text);
}

#[test]
fn what_java_would_refuse_is_mended_and_named() {
    let java = written(
        "java",
        &[
            ("partitioner", "murmur2_random"),
            ("delivery.timeout.ms", "20s"),
            ("linger.ms", "100"),
            ("queue.buffering.max.kbytes", "1MiB"),
            ("batch.size", "2MiB"),
        ],
    );
    for line in ["delivery.timeout.ms=30100", "buffer.memory=2097152"] {
        assert!(lines(&java.text).contains(&line), "{line}: {}", java.text);
    }
    let names: Vec<&str> = java
        .altered
        .iter()
        .map(|said| said.split(' ').next().unwrap())
        .collect();
    assert_eq!(names, ["delivery.timeout.ms", "queue.buffering.max.kbytes"]);
    let endless = written("java", &[("delivery.timeout.ms", "0")]);
    assert!(lines(&endless.text).contains(&"delivery.timeout.ms=2147483647"));
}

#[test]
fn javas_one_time_out_is_the_one_that_ends_a_request_first() {
    let cases = [
        ("all", "10s", "20s", "10000"),
        ("all", "30s", "5s", "5000"),
        ("1", "1s", "20s", "20000"),
    ];
    for (acks, request, socket, expected) in cases {
        let java = written(
            "java",
            &[
                ("acks", acks),
                ("request.timeout.ms", request),
                ("socket.timeout.ms", socket),
            ],
        );
        let line = format!("request.timeout.ms={expected}");
        assert!(lines(&java.text).contains(&line.as_str()), "{}", java.text);
    }
}

#[test]
fn levels_stand_under_the_codecs_own_name() {
    let cases = [
        ("gzip", "auto", "compression.gzip.level=-1"),
        ("gzip", "0", "compression.gzip.level=1"),
        ("gzip", "12", "compression.gzip.level=9"),
        ("lz4", "auto", "compression.lz4.level=9"),
        ("lz4", "2", "compression.lz4.level=9"),
        ("lz4", "4", "compression.lz4.level=4"),
        ("lz4", "9", "compression.lz4.level=10"),
        ("zstd", "auto", "compression.zstd.level=3"),
        ("zstd", "7", "compression.zstd.level=7"),
    ];
    for (codec, level, expected) in cases {
        let pairs = [("compression.type", codec), ("compression.level", level)];
        let java = written("java", &pairs);
        assert!(lines(&java.text).contains(&expected), "{}", java.text);
    }
    let snappy = written("java", &[("compression.type", "snappy")]).text;
    assert!(!lines(&snappy).iter().any(|line| line.contains(".level")));
}

#[test]
fn what_auto_comes_to_is_written_out_for_librdkafka() {
    let own = written("librdkafka", &[("linger.ms", "25")]).text;
    for line in ["sticky.partitioning.linger.ms=50", "compression.level=-1"] {
        assert!(lines(&own).contains(&line), "{own}");
    }
    assert!(
        own.contains("# max.block.ms 60 s: librdkafka has none"),
        "{own}"
    );
}

#[test]
fn ours_is_nobody_elses_name() {
    for format in FORMATS {
        let text = format.write(&[], &Settings::default()).text;
        let given = lines(&text).iter().any(|line| line.contains("client"));
        assert!(!given, "{text}");
    }
    let named = written("spring", &[("client.id", "pay: \"x\"")]).text;
    assert!(named.contains("client-id: \"pay: \\\"x\\\"\"\n"), "{named}");
    let words = written("perf-test", &[("client.id", "it's $HOME")]).text;
    assert!(words.contains(r"'client.id=it'\''s $HOME'"), "{words}");
}

#[test]
fn no_text_can_leave_its_comment() {
    let about = ["first\nacks=0\r\u{85}\u{2028}- spec".to_owned()];
    for format in FORMATS {
        let text = format.write(&about, &Settings::default()).text;
        assert!(text.starts_with("# first acks=0 - spec\n"), "{text}");
    }
}

#[test]
fn perf_test_gets_the_workload_as_near_as_it_comes() {
    let text = written("perf-test", &[("rate", "2000"), ("record.keys", "uniform")]).text;
    for part in [
        "--num-records 120000 \\\n",
        "--record-size 1024 \\\n",
        "--throughput 2000 \\\n",
        "# record.keys uniform: perf-test sends records without a key\n",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let full = written(
        "perf-test",
        &[
            ("rate", "max"),
            ("payload", "file"),
            ("payload.file", "a b"),
        ],
    );
    assert!(full.text.contains("--throughput -1 \\\n"), "{}", full.text);
    assert!(
        full.text.contains("--payload-file 'a b' \\\n"),
        "{}",
        full.text
    );
}
