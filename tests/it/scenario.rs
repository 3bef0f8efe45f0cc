//! Scenarios: listed, refused, judged on a real Kafka, resumed.

use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::cli::{home, refused, run, stderr, stdout};
use crate::{claims, kafka};

/// What these words print, as JSON.
fn object(home: &Path, words: &[&str]) -> Value {
    json(run(home, words).success().get_output())
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

#[test]
fn the_list_names_every_claim_and_what_it_needs() {
    let home = home();
    let text = stdout(&run(home.path(), &["scenario", "list"]).success());
    assert!(text.starts_with("id "), "{text}");
    let rows = object(home.path(), &["scenario", "list", "--json"]);
    let rows = rows.as_array().unwrap();
    assert_eq!(text.lines().count(), rows.len() + 1);
    for row in rows {
        let (id, claim) = (row["id"].as_str().unwrap(), row["claim"].as_str().unwrap());
        let line = text
            .lines()
            .find(|line| line.starts_with(&format!("{id} ")));
        assert!(line.is_some_and(|line| line.ends_with(claim)), "{id}");
        assert!(row["needs"].is_string() && row["rule"].is_string());
    }
}

#[test]
fn an_unknown_id_is_bad_usage_and_names_the_nearest() {
    refused(&["scenario", "run", "C33"], &["\"C33\"", "nearest is C3"]);
    refused(&["scenario", "run"], &["ID"]);
    refused(&["scenario", "run", "C3", "--all"], &["--all"]);
}

#[test]
fn without_a_cluster_a_scenario_that_needs_one_says_what_starts_one_and_guesses_nothing() {
    let home = home();
    let result = run(home.path(), &["scenario", "run", "c3", "--json", "-q"]).code(3);
    let told = json(result.get_output());
    assert_eq!(told["scenarios"]["C3"]["verdict"], "not_testable");
    assert_eq!(told["scenarios"]["C3"]["control"], Value::Null);
    let reason = told["scenarios"]["C3"]["reason"].as_str().unwrap();
    assert!(
        reason.contains("linger scenario run C3 --local-kafka"),
        "{reason}"
    );
    let text = stdout(&run(home.path(), &["scenario", "run", "C3"]).code(3));
    assert!(
        text.contains("linger scenario run C3 --local-kafka"),
        "{text}"
    );
}

#[test]
fn claims_that_need_no_cluster_are_judged_without_one() {
    let home = home();
    let told = object(
        home.path(),
        &["scenario", "run", "B16", "b5", "B16", "--json", "-q"],
    );
    let scenarios = told["scenarios"].as_object().unwrap();
    assert_eq!(scenarios.keys().collect::<Vec<_>>(), ["B16", "B5"]);
    for (id, one) in scenarios {
        assert_eq!(one["verdict"], "reproduced", "{id}: {one}");
    }
    assert_eq!(told["broker_version"], Value::Null);
    // What nothing here can test is told, and its reason has a way to do it.
    let told = run(home.path(), &["scenario", "run", "B15", "--json"]).code(3);
    let one = &json(told.get_output())["scenarios"]["B15"];
    assert_eq!(one["verdict"], "not_testable");
    assert!(one["reason"].as_str().unwrap().contains("netem"), "{one}");
}

/// A forced fault must show: three lost acknowledgements duplicate records, and with idempotence they do not.
#[test]
fn lost_acknowledgements_duplicate_records_and_idempotence_keeps_them_single() {
    let Some(kafka) = kafka::one() else { return };
    let home = home();
    let told = claims::reproduced(kafka, &["C3", "C4"]);
    for id in ["C3", "C4"] {
        let one = &told["scenarios"][id];
        assert_eq!((&one["rounds"], &one["reproduced"]), (&1.into(), &1.into()));
        let (control, treatment) = (&one["control"], &one["treatment"]);
        assert_eq!(
            (&control["faults"], &treatment["faults"]),
            (&3.into(), &3.into())
        );
        assert_eq!(control["counts"]["duplicated"], 0, "{one}");
        assert!(
            treatment["counts"]["duplicated"].as_u64() > Some(0),
            "{one}"
        );
        assert!(one["client"].as_str().unwrap().starts_with("librdkafka 2."));
    }
    let checks = told["scenarios"]["C4"]["checks"].as_array().unwrap();
    assert_eq!(checks.len(), 2, "{checks:?}");
    let schema = object(home.path(), &["schema", "scenario"]);
    if let Err(error) = jsonschema::validate(&schema, &told) {
        panic!("{error}");
    }
    // Its topics are gone.
    let left = stdout(&run(home.path(), &["topic", "list", "-b", kafka.direct()]).success());
    for id in ["c3", "c4"] {
        assert!(!left.contains(&format!("linger-scenario-{id}-")), "{left}");
    }
}

#[test]
fn what_is_done_is_not_run_again() {
    let home = home();
    let words = [
        "scenario",
        "run",
        "C3",
        "C4",
        "--repeat",
        "2",
        "--journal",
        "j",
    ];
    let first = run(home.path(), &words).code(3);
    assert!(stderr(&first).contains("--resume j"), "{}", stderr(&first));
    // As a kill after the first round leaves it, in the middle of the second one's line.
    let path = home.path().join("j");
    let whole = std::fs::read(&path).unwrap();
    let ends: Vec<usize> = (0..whole.len()).filter(|&at| whole[at] == b'\n').collect();
    assert_eq!(ends.len(), 5);
    std::fs::write(&path, &whole[..ends[1] + 30]).unwrap();
    let words = ["scenario", "run", "--resume", "j", "--json"];
    let again = run(home.path(), &words).code(3);
    let said = stderr(&again);
    assert!(
        said.contains("torn") && said.contains("3 of 3 done"),
        "{said}"
    );
    assert_eq!(json(again.get_output())["scenarios"]["C3"]["rounds"], 2);
    assert_eq!(std::fs::read(&path).unwrap(), whole);
    // Nothing is left to do, and another cluster is another experiment.
    run(home.path(), &words).code(3);
    std::fs::write(&path, &whole[..=ends[1]]).unwrap();
    refused(&["scenario", "run", "--resume", "no-such"], &["no-such"]);
    let words = ["scenario", "run", "--resume", "j", "-b", "127.0.0.1:1"];
    let other = stderr(&run(home.path(), &words).code(2));
    assert!(other.contains("the embedded cluster"), "{other}");
}
