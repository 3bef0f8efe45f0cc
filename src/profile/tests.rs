use super::*;
use crate::settings::{Severity, Surroundings, check};

const HEAD: &str = "schema = 1\nkind = \"linger-profile\"\n";

fn body(text: &str) -> Result<Profile, ProfileError> {
    Profile::read("mine", &format!("{HEAD}{text}"))
}

fn complaint(text: &str) -> String {
    Profile::read("mine", text).unwrap_err().to_string()
}

#[test]
fn every_shipped_profile_loads_explains_itself_and_breaks_no_rule() {
    for (name, text) in shipped::ALL {
        let profile = Profile::read(name, text).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(profile.name, name);
        for words in [&profile.about, &profile.source, &profile.gives_up] {
            assert!(words.len() > 20, "{name}");
        }
        let mut settings = Settings::default();
        profile.apply(&mut settings);
        for embedded in [true, false] {
            let around = Surroundings {
                embedded,
                replication: Some(3),
                partitions: Some(6),
                ..Surroundings::default()
            };
            let refused: Vec<_> = check(&settings, &around)
                .into_iter()
                .filter(|finding| {
                    finding.severity == Severity::Refuse
                        || finding.rule == "idempotence-small-batch"
                })
                // Whoever asks for transactions needs a real cluster, and is told so.
                .filter(|finding| finding.rule != "transactions-embedded")
                .collect();
            assert_eq!(refused, Vec::new(), "{name}");
        }
        if settings.is_on("enable.idempotence") {
            assert!(settings.number("batch.size") >= 131_072.0, "{name}");
        }
    }
}

#[test]
fn the_defaults_profiles_are_the_defaults() {
    let shelf = Shelf::at("/nonexistent");
    for (name, value) in shelf.read("librdkafka-defaults").unwrap().values {
        let row = find(name).unwrap();
        let expected = if row.auto {
            Some(Value::Auto)
        } else {
            row.librdkafka_default()
        };
        assert_eq!(Some(value), expected, "{name}");
    }
    for (name, value) in shelf.read("java-defaults").unwrap().values {
        let expected = match name {
            "batch.size" => Some(Value::Number(131_072.0)),
            _ => find(name).unwrap().java_default_value(),
        };
        assert_eq!(Some(value), expected, "{name}");
    }
}

#[test]
fn ordered_drains_first() {
    let profile = Shelf::at("/nonexistent").read("ordered").unwrap();
    assert!(
        profile
            .values
            .contains(&("drain.first", Value::Switch(true)))
    );
}

#[test]
fn dotted_and_quoted_names_mean_the_same() {
    let profile = body("[settings]\nlinger.ms = 7\n\"batch.size\" = \"64KiB\"\nmax.in.flight.requests.per.connection = 5\n[workload]\nrate = \"max\"\n").unwrap();
    let expected = [
        ("linger.ms", Value::Number(7.0)),
        ("batch.size", Value::Number(65_536.0)),
        ("max.in.flight", Value::Number(5.0)),
        ("rate", Value::Max),
    ];
    assert_eq!(profile.values, expected);
}

#[test]
fn a_damaged_newer_or_empty_file_is_named_and_never_read_as_defaults() {
    assert_eq!(complaint(" \n"), "profile mine is empty; it was left alone");
    assert!(
        complaint("schema = ").starts_with("profile mine is damaged: not TOML ("),
        "{}",
        complaint("schema = ")
    );
    assert!(complaint("schema = 1").contains("it lacks kind = \"linger-profile\""));
    assert!(
        complaint("schema = 2\nkind = \"linger-profile\"\nnew = 1")
            .contains("has schema 2, this linger reads up to 1")
    );
    let cases = [
        (
            "[settings]\nlinger.msec = 5",
            "[settings] names no knob with \"linger.msec\"; did you mean linger.ms?",
        ),
        (
            "[settings]\nrate = 5",
            "rate belongs into [workload], not into [settings]",
        ),
        (
            "[settings]\nlinger.ms = 5\nqueue.buffering.max.ms = 5",
            "linger.ms and queue.buffering.max.ms are the same knob",
        ),
        (
            "[settings]\nlinger.ms = \"1h\"",
            "linger.ms: 1 h is outside 0 ms to 900 s",
        ),
        (
            "[settings]\nlinger.ms = [1]",
            "linger.ms is neither a number, a text, true nor false",
        ),
        ("about = 5", "about is not a text"),
        ("goals = [5]", "goals is not a list of texts"),
        ("[setings]\nlinger.ms = 5", "\"setings\" is none of"),
    ];
    for (text, reason) in cases {
        let complaint = body(text).unwrap_err().to_string();
        assert!(complaint.contains(reason), "{complaint}");
    }
}

#[test]
fn what_is_saved_is_read_again_by_name() {
    let home = tempfile::tempdir().unwrap();
    let shelf = Shelf::at(home.path().join("profiles"));
    let mut settings = Settings::default();
    for (name, text) in [
        ("linger.ms", "0.5"),
        ("rate", "max"),
        ("rtt.ms", "3"),
        ("buffer.memory", "33554432"),
    ] {
        settings.set(name, text, Source::Hand).unwrap();
    }
    let profile = Profile {
        about: "a \"quoted\"\nsentence".into(),
        goals: vec!["p99<20ms".into()],
        ..Profile::of("mine", &settings)
    };
    let path = shelf.save(&profile, false).unwrap();
    assert_eq!(shelf.read("mine").unwrap(), profile);
    assert_eq!(shelf.read(&path.display().to_string()).unwrap(), profile);
    let mut again = Settings::default();
    profile.apply(&mut again);
    assert_eq!(again.changed_from(&settings).len(), 0);
    let refused = shelf.save(&profile, false).unwrap_err();
    assert!(refused.to_string().contains("already there"), "{refused}");
    shelf.save(&profile, true).unwrap();
}

#[test]
fn a_persons_own_profile_comes_first_and_damaged_ones_are_listed_with_their_reason() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(
        home.path().join("latency.toml"),
        format!("{HEAD}name = \"latency\"\n"),
    )
    .unwrap();
    std::fs::write(home.path().join("broken.toml"), "").unwrap();
    let shelf = Shelf::at(home.path());
    let list = shelf.list();
    assert_eq!(list.len(), shipped::ALL.len() + 1);
    assert!(list[0].profile.is_err() && list[0].name == "broken");
    assert!(matches!(list[1].origin, Origin::File(_)));
    assert_eq!(shelf.read("latency").unwrap().values, []);
    assert!(shelf.read("broken").is_err());
}

#[test]
fn unknown_and_dangerous_names_are_refused() {
    let shelf = Shelf::at("/nonexistent");
    let error = shelf.read("thruput").unwrap_err().to_string();
    assert_eq!(
        error,
        "no profile is called \"thruput\", did you mean throughput?; `linger profile list` shows them"
    );
    let wicked = Profile {
        name: "../evil".into(),
        ..Profile::default()
    };
    assert!(matches!(
        shelf.save(&wicked, true),
        Err(ProfileError::Name(_))
    ));
    let large = tempfile::tempdir().unwrap();
    let path = large.path().join("large.toml");
    std::fs::write(&path, "#".repeat(70_000)).unwrap();
    assert!(matches!(
        shelf.read(&path.display().to_string()),
        Err(ProfileError::File(FileError::TooLarge { .. }))
    ));
}
