use proptest::prelude::*;
use rdkafka::config::ClientConfig;
use rdkafka::producer::BaseProducer;

use super::*;
use crate::settings::{Source, rows};

fn with(changes: &[(&str, &str)]) -> Settings {
    let mut settings = Settings::default();
    for (name, text) in changes {
        settings.set(name, text, Source::Hand).unwrap();
    }
    settings
}

fn embedded() -> Surroundings {
    Surroundings {
        embedded: true,
        partitions: Some(6),
        ..Surroundings::default()
    }
}

fn finding(changes: &[(&str, &str)], rule: &str) -> Option<Finding> {
    check(&with(changes), &embedded())
        .into_iter()
        .find(|finding| finding.rule == rule)
}

#[test]
fn the_table_names_known_knobs_and_no_rule_twice() {
    let mut ids = std::collections::HashSet::new();
    for rule in rules() {
        assert!(ids.insert(rule.id), "{}", rule.id);
        assert!(
            !rule.about.ends_with('.') && rule.about.len() > 20,
            "{}",
            rule.id
        );
        for name in rule.knobs {
            assert_eq!(find(name).map(|row| row.name), Some(*name), "{}", rule.id);
        }
    }
}

#[test]
fn the_defaults_break_no_rule() {
    assert_eq!(check(&Settings::default(), &embedded()), Vec::new());
}

#[test]
fn acks_1_with_idempotence_offers_to_turn_idempotence_off_and_keeps_the_wish() {
    let settings = with(&[
        ("enable.idempotence", "on"),
        ("max.in.flight", "5"),
        ("acks", "1"),
    ]);
    let by = |turned| check_turned(&settings, &embedded(), Some(turned)).remove(0);
    let acks = by("acks");
    assert_eq!(acks.sentence, "idempotence needs acks=all");
    let mend = acks.mend.unwrap();
    assert_eq!(
        mend.text,
        "idempotence off (retries may duplicate, reorder)"
    );
    assert_eq!(mend.flags(), "--set enable.idempotence=false");
    assert_eq!(
        by("enable.idempotence").mend.unwrap().flags(),
        "--set acks=all"
    );
}

#[test]
fn the_stronger_source_is_the_wish() {
    let mut settings = Settings::default();
    settings
        .set("enable.idempotence", "on", Source::Flag)
        .unwrap();
    let found = check(&settings, &embedded()).remove(0);
    assert_eq!(found.mend.unwrap().flags(), "--set max.in.flight=5");
}

#[test]
fn linger_above_the_fill_time_says_how_long_a_batch_takes() {
    let found = finding(
        &[
            ("rate", "20000"),
            ("batch.size", "128KiB"),
            ("linger.ms", "20"),
        ],
        "linger-fills",
    )
    .unwrap();
    assert_eq!(
        found.sentence,
        "128 KiB fills in 6.3 ms, so linger.ms above that does nothing unless batch.size grows"
    );
}

#[test]
fn the_16_kib_trap_of_idempotence_is_told_and_128_kib_is_out_of_it() {
    let base = [
        ("enable.idempotence", "on"),
        ("max.in.flight", "5"),
        ("rate", "20000"),
        ("rtt.ms", "2"),
    ];
    let with_batch = |batch| {
        let changes: Vec<_> = base.into_iter().chain([("batch.size", batch)]).collect();
        finding(&changes, "idempotence-small-batch")
    };
    assert!(
        with_batch("16KiB")
            .unwrap()
            .mend
            .unwrap()
            .flags()
            .contains("batch.size=131072")
    );
    assert_eq!(with_batch("128KiB"), None);
}

#[test]
fn cautions_stand_where_an_engineer_would_want_them() {
    let cases: &[(&str, &[(&str, &str)])] = &[
        ("in-flight-one", &[("max.in.flight", "1")]),
        ("acks-none", &[("acks", "0")]),
        ("java-timeout", &[("delivery.timeout.ms", "20s")]),
        ("timeout-endless", &[("delivery.timeout.ms", "0")]),
        ("backoff-order", &[("retry.backoff.ms", "2s")]),
        ("socket-request", &[("socket.timeout.ms", "10s")]),
        ("payload-file-idle", &[("payload.file", "orders.jsonl")]),
        ("batch-above-message", &[("batch.size", "1MiB")]),
        ("sync-rate", &[("send.mode", "sync")]),
        ("queue-small", &[("queue.buffering.max.messages", "100")]),
        ("window", &[("max.in.flight", "1"), ("batch.size", "1KiB")]),
        ("record-too-large", &[("record.size", "2MB")]),
        ("record-size-range", &[("record.size.max", "10")]),
        ("payload-file", &[("payload", "file")]),
        (
            "burst-peak",
            &[("rate.shape", "burst"), ("rate.peak", "500")],
        ),
    ];
    for (rule, changes) in cases {
        assert!(finding(changes, rule).is_some(), "{rule}");
    }
    let around = Surroundings {
        replication: Some(1),
        ..Surroundings::default()
    };
    let found = check(&Settings::default(), &around);
    assert!(
        found
            .iter()
            .any(|finding| finding.rule == "acks-one-replica")
    );
}

/// Settings drawn half from the sliders, half from the ends and the whole bounds.
fn any_settings() -> impl Strategy<Value = Settings> {
    let count = rows().len();
    (prop::collection::vec((0.0..=1.0f64, 0u8..4), count)).prop_map(|draws| {
        let mut settings = Settings::default();
        for (row, (place, way)) in rows().iter().zip(draws) {
            let value = match (way, row.kind.bounds()) {
                (0, _) => continue,
                (1, Some((min, max))) => {
                    let number = (min + (max - min) * place.powi(8)).floor();
                    row.parse(&row.text(&Value::Number(number)))
                        .unwrap_or(row.default_value())
                }
                (_, None) if matches!(row.kind, crate::settings::Kind::Text(_)) && way == 3 => {
                    Value::Text("linger".into())
                }
                _ => row.at_place(place),
            };
            settings.put(row.name, value, Source::Hand);
        }
        settings
    })
}

fn creation(settings: &Settings) -> Result<(), String> {
    let mut config = ClientConfig::new();
    for (name, text) in settings.native() {
        config.set(name, text);
    }
    let made: Result<BaseProducer, _> = config.create();
    made.map(drop).map_err(|error| error.to_string())
}

fn refused_at_creation(settings: &Settings) -> Vec<&'static str> {
    let by_creation = |id: &str| rules().any(|rule| rule.id == id && rule.judge == Judge::Creation);
    check(settings, &embedded())
        .into_iter()
        .map(|finding| finding.rule)
        .filter(|id| by_creation(id))
        .collect()
}

#[test]
fn each_refusal_at_creation_is_librdkafkas_own() {
    let cases: &[&[(&str, &str)]] = &[
        &[
            ("enable.idempotence", "on"),
            ("max.in.flight", "5"),
            ("acks", "1"),
        ],
        &[("enable.idempotence", "on"), ("max.in.flight", "6")],
        &[
            ("enable.idempotence", "on"),
            ("max.in.flight", "5"),
            ("retries", "0"),
        ],
        &[("delivery.timeout.ms", "5"), ("linger.ms", "5")],
        &[
            ("transactional.id", "t"),
            ("delivery.timeout.ms", "60s"),
            ("socket.timeout.ms", "60s"),
        ],
        &[
            ("transactional.id", "t"),
            ("enable.idempotence", "on"),
            ("max.in.flight", "5"),
        ],
        &[
            ("transactional.id", "t"),
            ("enable.idempotence", "on"),
            ("max.in.flight", "5"),
            ("delivery.timeout.ms", "10s"),
            ("transaction.timeout.ms", "10s"),
        ],
    ];
    for case in cases {
        let settings = with(case);
        assert_eq!(refused_at_creation(&settings).len(), 1, "{case:?}");
        assert!(creation(&settings).is_err(), "{case:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn librdkafka_refuses_exactly_what_the_rules_refuse(settings in any_settings()) {
        let refused = refused_at_creation(&settings);
        let created = creation(&settings);
        prop_assert_eq!(refused.is_empty(), created.is_ok(), "{:?} {:?} {:?}", refused, created, settings.native());
    }
}

proptest! {
    #[test]
    fn a_mend_is_valid_and_satisfies_its_rule_unless_it_is_out_of_reach(settings in any_settings()) {
        for found in check(&settings, &embedded()) {
            let Some(mend) = &found.mend else { continue };
            let mut mended = settings.clone();
            for (name, value) in &mend.set {
                let row = find(name).unwrap();
                prop_assert_eq!(row.parse(&row.text(value)), Ok(value.clone()), "{}", found.rule);
                mended.put(name, value.clone(), Source::Hand);
            }
            let again = check(&mended, &embedded()).into_iter().any(|other| other.rule == found.rule);
            let refuse = found.severity == Severity::Refuse;
            prop_assert!(!(again && refuse), "{} is not mended by {:?}", found.rule, mend);
        }
    }

    #[test]
    fn hints_are_short_sentences_whatever_the_settings(settings in any_settings(), embedded: bool) {
        let around = Surroundings { embedded, ..Surroundings::default() };
        for row in rows() {
            if let Some(hint) = (row.idle)(&settings, &around) {
                prop_assert!(!hint.is_empty() && hint.len() < 160 && !hint.contains("NaN"), "{}: {hint}", row.name);
            }
        }
    }
}
