use std::collections::HashSet;

use super::*;
use crate::settings::{Kind, Settings, Step, Value, native};

fn natives() -> impl Iterator<Item = (&'static Knob, &'static str)> {
    rows().iter().filter_map(|row| Some((*row, row.native?)))
}

#[test]
fn no_two_rows_share_a_name_or_alias() {
    let mut seen = HashSet::new();
    for row in rows() {
        for name in std::iter::once(&row.name).chain(row.aliases) {
            assert!(seen.insert(*name), "{name} stands twice");
        }
    }
}

#[test]
fn every_row_is_documented_in_one_sentence_without_a_full_stop() {
    for row in rows() {
        for text in [row.about, row.trade] {
            assert!(
                text.len() > 20 && !text.ends_with('.'),
                "{}: {text:?}",
                row.name
            );
        }
    }
}

#[test]
fn panels_begin_with_the_rows_that_are_turned_most() {
    let names: Vec<_> = rows()
        .iter()
        .take(FIRST.len())
        .map(|row| row.name)
        .collect();
    assert_eq!(names, FIRST);
}

#[test]
fn position_and_find_agree_for_every_name() {
    for (at, row) in rows().iter().enumerate() {
        for name in std::iter::once(&row.name).chain(row.aliases) {
            assert_eq!(position(name), Some(at));
            assert_eq!(find(name).map(|found| found.name), Some(row.name));
        }
    }
    assert_eq!(position("no.such.knob"), None);
}

#[test]
fn librdkafka_knows_every_native_name_and_its_default_is_in_bounds() {
    for (row, name) in natives() {
        let text = native::default_of(name).unwrap_or_else(|| panic!("{name} is unknown"));
        row.parse(text).unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn librdkafka_accepts_every_bound_choice_and_tuning_end_and_nothing_beyond() {
    for (row, name) in natives() {
        let values: Vec<Value> = match row.kind {
            Kind::Choice(words) => words.iter().map(|word| Value::Choice(word)).collect(),
            Kind::Switch => vec![Value::Switch(true), Value::Switch(false)],
            Kind::Text(_) => vec![Value::Text("text".into())],
            kind => {
                let (min, max) = kind.bounds().unwrap();
                [min, max, row.tuning.0, row.tuning.1]
                    .map(Value::Number)
                    .into()
            }
        };
        for value in values {
            let text = row.native_text(&value).unwrap();
            assert_eq!(native::accepts(name, &text), Ok(()), "{name}={text}");
        }
        // Beyond 32 bits librdkafka wraps silently, so there only our own bounds hold.
        let beyond = row
            .kind
            .bounds()
            .map(|(_, max)| max * 2.0 + 2048.0)
            .filter(|beyond| *beyond < 2_147_483_647.0);
        if let Some(text) = beyond.and_then(|max| row.native_text(&Value::Number(max))) {
            assert!(native::accepts(name, &text).is_err(), "{name}={text}");
        }
    }
}

#[test]
fn aliases_that_librdkafka_knows_mean_the_same_property() {
    for (row, name) in natives() {
        let text = row.native_text(&row.default_value()).unwrap_or("5".into());
        for alias in row.aliases {
            if let Err(reason) = native::accepts(alias, &text) {
                assert!(
                    reason.contains("No such configuration property"),
                    "{name} {alias}: {reason}"
                );
            }
        }
    }
}

#[test]
fn tuning_ranges_lie_within_the_bounds_and_defaults_parse() {
    for row in rows() {
        if let Some((min, max)) = row.kind.bounds() {
            let (low, high) = row.tuning;
            assert!(min <= low && low < high && high <= max, "{}", row.name);
            assert_ne!(row.step, Step::Choices, "{}", row.name);
        }
        if let Some(text) = row.own_default {
            row.parse(text).unwrap_or_else(|error| panic!("{error}"));
        }
        if let Some(text) = row.java_default {
            assert!(row.java_default_value().is_some(), "{} {text}", row.name);
        }
        assert!(
            row.own_default.is_some() || row.native.is_some(),
            "{} has no default",
            row.name
        );
    }
}

#[test]
fn a_misspelled_name_finds_the_nearest_also_among_javas() {
    assert_eq!(nearest("lingerms"), Some("linger.ms"));
    assert_eq!(nearest("bufer.memory"), Some("buffer.memory"));
    assert_eq!(nearest("xyzzy"), None);
}

#[test]
fn hints_say_why_a_knob_cannot_matter() {
    let around = crate::settings::Surroundings {
        embedded: true,
        ..Default::default()
    };
    let hint = |settings: &Settings, name: &str| (find(name).unwrap().idle)(settings, &around);
    let mut settings = Settings::default();
    assert!(hint(&settings, "acks").unwrap().contains("no replication"));
    assert!(hint(&settings, "compression.level").is_some());
    assert!(
        hint(&settings, "batch.size").unwrap().contains("52 kB"),
        "{:?}",
        hint(&settings, "batch.size")
    );
    settings
        .set("acks", "0", crate::settings::Source::Hand)
        .unwrap();
    assert_eq!(hint(&settings, "acks"), None);
    assert_eq!(hint(&settings, "max.in.flight"), None);
    settings
        .set("rtt.ms", "0", crate::settings::Source::Hand)
        .unwrap();
    assert!(hint(&settings, "max.in.flight").is_some());
}
