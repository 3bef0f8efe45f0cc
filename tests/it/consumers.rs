//! The consumer side on a real Kafka, by the real binary: what a crash loses or repeats, and which sinks do not mind.

use serde_json::Value;

use crate::{claims, kafka};

/// Judges claims on the shared broker.
fn reproduced(ids: &[&str]) -> Option<Value> {
    Some(claims::reproduced(kafka::one()?, ids)["scenarios"].clone())
}

fn count(arm: &Value, name: &str) -> u64 {
    let found = arm["counts"][name].as_u64();
    found.unwrap_or_else(|| panic!("no {name} in {arm}"))
}

/// Twelve records in batches of three, killed in the second batch between the commit and processing.
#[test]
fn what_is_committed_first_is_lost_by_a_crash_and_what_is_committed_last_is_repeated() {
    let Some(told) = reproduced(&["C6"]) else {
        return;
    };
    let (first, last) = (&told["C6"]["treatment"], &told["C6"]["control"]);
    assert_eq!((&first["faults"], &last["faults"]), (&1.into(), &1.into()));
    let counts = |arm| ["records", "processed", "lost", "repeated"].map(|name| count(arm, name));
    assert_eq!(counts(first), [12, 9, 3, 0], "{first}");
    assert_eq!(counts(last), [12, 12, 0, 3], "{last}");
    // The trace shows the crash between the two steps.
    let trace = first["notes"][0].as_str().unwrap();
    assert!(
        trace.ends_with("poll 0:3 0:4 0:5 · commit 0→6 · KILLED"),
        "{trace}"
    );
}

#[test]
fn a_store_is_exactly_once_where_it_keeps_the_offsets_itself() {
    let Some(told) = reproduced(&["C14"]) else {
        return;
    };
    let one = &told["C14"];
    assert_eq!(count(&one["treatment"], "effects"), 15, "{one}");
    assert_eq!(count(&one["control"], "effects"), 12, "{one}");
    assert_eq!(count(&one["further"][0], "effects"), 12, "{one}");
}

#[test]
fn each_partition_has_its_own_committed_offset() {
    let Some(told) = reproduced(&["D1", "D2"]) else {
        return;
    };
    assert_eq!(count(&told["D1"]["treatment"], "commits"), 3);
    assert_eq!(count(&told["D1"]["control"], "commits"), 7);
    let trace = told["D2"]["treatment"]["notes"][0].as_str().unwrap();
    assert!(trace.ends_with("end (committed: 0→7 1→5 2→2)"), "{trace}");
}
