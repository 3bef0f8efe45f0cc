use proptest::prelude::*;

use super::*;
use crate::settings::{find, rows};

fn read(name: &str, text: &str) -> Value {
    find(name)
        .unwrap()
        .parse_as(name, text)
        .unwrap_or_else(|error| panic!("{error}"))
}

fn shown(name: &str, text: &str) -> String {
    find(name).unwrap().show(&read(name, text))
}

fn complaint(name: &str, text: &str) -> String {
    find(name).unwrap().parse(text).unwrap_err().to_string()
}

#[test]
fn numbers_are_read_with_the_units_that_people_type() {
    let cases = [
        ("batch.size", "64KiB", 65_536.0),
        ("batch.size", "64k", 65_536.0),
        ("batch.size", "1 MB", 1_000_000.0),
        ("batch.size", "1_000_000", 1_000_000.0),
        ("linger.ms", "5ms", 5.0),
        ("linger.ms", "0.1", 0.1),
        ("linger.ms", "500us", 0.5),
        ("delivery.timeout.ms", "2s", 2_000.0),
        ("delivery.timeout.ms", "2 min", 120_000.0),
        ("rate", "20k/s", 20_000.0),
        ("rate", "20,000", 20_000.0),
        ("rate", "1e6", 1_000_000.0),
        ("queue.buffering.max.messages", "1M", 1_000_000.0),
        ("retries", "max", 2_147_483_647.0),
        ("queue.buffering.max.kbytes", "1024", 1_048_576.0),
        ("queue.buffering.max.kbytes", "64MiB", 67_108_864.0),
        ("buffer.memory", "33554432", 33_554_432.0),
    ];
    for (name, text, number) in cases {
        assert_eq!(read(name, text), Value::Number(number), "{name} {text}");
    }
}

#[test]
fn words_are_read_in_every_spelling() {
    assert_eq!(read("acks", "-1"), Value::Choice("all"));
    assert_eq!(read("acks", "ALL"), Value::Choice("all"));
    assert_eq!(read("rate", "-1"), Value::Max);
    assert_eq!(read("rate", "max"), Value::Max);
    assert_eq!(read("compression.level", "-1"), Value::Auto);
    assert_eq!(read("sticky.partitioning.linger.ms", "auto"), Value::Auto);
    for (text, on) in [
        ("on", true),
        ("yes", true),
        ("true", true),
        ("off", false),
        ("no", false),
    ] {
        assert_eq!(read("enable.idempotence", text), Value::Switch(on));
    }
}

#[test]
fn complaints_name_the_value_and_the_way_out() {
    let cases = [
        ("linger.ms", "1h", "linger.ms: 1 h is outside 0 ms to 900 s"),
        (
            "delivery.timeout.ms",
            "0.5",
            "delivery.timeout.ms: 0.5 is a fraction of a millisecond; give a whole number",
        ),
        (
            "compression.type",
            "zst",
            "compression.type: \"zst\" is none of none, gzip, snappy, lz4, zstd; did you mean zstd?",
        ),
        (
            "batch.size",
            "5 parsecs",
            "batch.size: \"parsecs\" is no unit here; use B, KiB, MiB, GiB, kB, MB or GB",
        ),
        (
            "linger.ms",
            "1,5",
            "linger.ms: \"1,5\" is not a number such as 5, 5ms or 2s",
        ),
        (
            "linger.ms",
            "",
            "linger.ms: \"\" is not a number such as 5, 5ms or 2s",
        ),
        (
            "linger.ms",
            "nan",
            "linger.ms: \"nan\" is not a number such as 5, 5ms or 2s",
        ),
        (
            "linger.ms",
            "-5",
            "linger.ms: -5 ms is outside 0 ms to 900 s",
        ),
        (
            "enable.idempotence",
            "maybe",
            "enable.idempotence: \"maybe\" is neither on nor off",
        ),
        (
            "max.in.flight",
            "0",
            "max.in.flight: 0 is outside 1 to 1,000,000",
        ),
    ];
    for (name, text, sentence) in cases {
        assert_eq!(complaint(name, text), sentence);
    }
}

#[test]
fn the_screen_shows_short_values_with_units() {
    let cases = [
        ("batch.size", "131072", "128 KiB"),
        ("batch.size", "1000000", "1.0 MB"),
        ("batch.size", "200000", "200 kB"),
        ("batch.size", "1MiB", "1.0 MiB"),
        ("batch.size", "1.5MiB", "1.5 MiB"),
        ("record.size", "1024", "1.0 KiB"),
        ("record.size", "100", "100 B"),
        ("rate", "20000", "20,000/s"),
        ("rate", "max", "max"),
        ("delivery.timeout.ms", "120000", "120 s"),
        ("delivery.timeout.ms", "0", "no limit"),
        ("linger.ms", "2", "2 ms"),
        ("linger.ms", "0.5", "0.5 ms"),
        ("enable.idempotence", "true", "on"),
        ("max.in.flight", "1000000", "1,000,000"),
        ("retries", "2147483647", "∞"),
        ("socket.send.buffer.bytes", "0", "system"),
        ("queue.buffering.max.kbytes", "1048576", "1.0 GiB"),
    ];
    for (name, text, show) in cases {
        assert_eq!(shown(name, text), show, "{name} {text}");
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(place in 0.0..=1.0, share in 0.0..=1.0f64) {
        for row in rows() {
            let mut values = vec![row.at_place(place), row.default_value()];
            if let Some((min, max)) = row.kind.bounds() {
                let number = min + share * (max - min);
                let number = if row.kind.is_whole() { number.floor() } else { number };
                values.push(Value::Number(row.in_whole_units(number)));
            }
            for value in values {
                prop_assert_eq!(row.parse(&row.text(&value)), Ok(value));
            }
        }
    }

    #[test]
    fn no_text_makes_the_parser_fail_otherwise_than_by_an_error(text in ".{0,12}") {
        for row in rows() {
            let _ = row.parse(&text);
        }
    }
}
