//! The command line of Kafka's own `kafka-producer-perf-test`, with the workload as near as it comes.

use super::{Entry, java, shape, text};
use crate::settings::words::quoted;
use crate::settings::{Group, Knob, Settings, Value, rows};

/// How long the load shall last, in seconds.
const SECONDS: f64 = 60.0;
/// Records at full speed, where the rate is not known.
const AT_FULL_SPEED: f64 = 1_000_000.0;

/// The producer's knobs in Java's words, and those of the workload that perf-test has no equal for.
pub(super) fn entries(settings: &Settings) -> Vec<Entry> {
    let workload = rows().iter().filter(|row| row.group == Group::Workload);
    let lost = workload.filter_map(|row| lost(row, settings));
    java::entries(settings).into_iter().chain(lost).collect()
}

/// A row of the workload that perf-test cannot do.
fn lost(row: &'static Knob, settings: &Settings) -> Option<Entry> {
    let value = settings.value(row.name);
    let from_file = settings.word("payload") == "file";
    let none = |why: &str| Some(Entry::none(row, settings, why));
    match (row.name, value) {
        ("rate", Value::Number(rate)) if rate.fract() != 0.0 => {
            let whole = Entry::without(row, settings);
            Some(whole.altered(format!("rounded to {}", rate.round().max(1.0))))
        }
        ("record.size.max", Value::Number(_)) if !from_file => {
            none("no equal: all records have record.size")
        }
        ("payload", _) if !from_file => {
            none("perf-test fills records with random capital letters, which compress otherwise")
        }
        ("record.keys", Value::Choice(word)) if *word != "none" => {
            none("perf-test sends records without a key")
        }
        ("senders", Value::Number(senders)) if *senders > 1.0 => none("perf-test has one"),
        ("send.mode", Value::Choice(word)) if *word != "async" => none("perf-test is always async"),
        _ => None,
    }
}

pub(super) fn command(head: &str, entries: &[Entry], settings: &Settings) -> String {
    let notes: String = entries
        .iter()
        .flat_map(Entry::comments)
        .map(|line| shape::comment(&line, 0))
        .collect();
    let rate = settings
        .value("rate")
        .number()
        .map(|rate| rate.round().max(1.0));
    let records = rate.map_or(AT_FULL_SPEED, |rate| rate * SECONDS);
    let size = if settings.word("payload") == "file" {
        format!("--payload-file {}", quoted(settings.word("payload.file")))
    } else {
        format!("--record-size {}", value("record.size", settings))
    };
    let mut words = vec![
        "kafka-producer-perf-test.sh".into(),
        "--topic \"${TOPIC:-linger-bench}\"".into(),
        format!("--num-records {records}"),
        size,
        format!("--throughput {}", rate.unwrap_or(-1.0)),
        "--producer-props".into(),
        "bootstrap.servers=\"${BOOTSTRAP_SERVERS:-localhost:9092}\"".into(),
    ];
    let pairs = entries.iter().filter_map(|entry| entry.pair.as_ref());
    words.extend(pairs.map(|(name, value)| quoted(&format!("{name}={value}"))));
    format!("{head}{notes}{}\n", words.join(" \\\n  "))
}

fn value(name: &str, settings: &Settings) -> String {
    crate::settings::find(name).map_or_else(String::new, |row| text(row, settings.value(name)))
}
