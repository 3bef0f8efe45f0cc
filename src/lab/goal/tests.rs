use super::text::{FIGURES, RELATIONS};
use super::*;
use crate::lab::constructed::{latencies, trial};
use proptest::prelude::*;

fn state(goal: &str, trial: &TrialReading) -> GoalState {
    Goal::parse(goal).unwrap().state(trial)
}

#[test]
fn goals_are_read_with_their_units() {
    let bound = |text: &str| Goal::parse(text).unwrap().bound;
    for (text, expected) in [
        ("p99<20ms", 20.0),
        ("p99.9 <= 1.5s", 1500.0),
        ("mean<300us", 0.3),
        ("max<300µs", 0.3),
        ("p50<7", 7.0),
        ("throughput>=20k/s", 20_000.0),
        ("throughput>20000", 20_000.0),
        ("failed=0", 0.0),
    ] {
        assert!((bound(text) - expected).abs() < 1e-9, "{text}");
    }
}

#[test]
fn what_is_no_goal_is_refused_with_the_offender_and_what_is_valid() {
    let error = |text: &str| Goal::parse(text).unwrap_err().to_string();
    assert!(error("p98<1ms").contains("\"p98\"") && error("p98<1ms").contains("p99.99, mean"));
    assert!(error("p99 20ms").contains("relation"));
    assert!(error("p99<fast").contains("\"fast\"") && error("p99<fast").contains("20ms"));
    assert!(error("p99<-1ms").contains("\"-1ms\""));
    assert!(error("throughput>=20ms").contains("20000/s"));
    assert!(Goal::parse("").is_err());
}

proptest! {
    #[test]
    fn what_is_written_reads_the_same(at in 0..FIGURES.len(), sign in 0..RELATIONS.len(), bound in 0.0..1e9f64) {
        let goal = Goal { figure: FIGURES[at].1, relation: RELATIONS[sign].1, bound };
        prop_assert_eq!(&Goal::parse(&goal.to_string()).unwrap(), &goal);
        let json = serde_json::to_string(&goal).unwrap();
        prop_assert_eq!(serde_json::from_str::<Goal>(&json).unwrap(), goal);
    }
}

#[test]
fn a_goal_is_held_or_missed_by_the_trials_figures() {
    let trial = trial();
    assert_eq!(state("p99<=20ms", &trial), GoalState::Held);
    assert_eq!(state("p99<20ms", &trial), GoalState::Missed);
    assert_eq!(state("throughput>=9999/s", &trial), GoalState::Held);
    assert_eq!(state("failed=0", &trial), GoalState::Held);
    assert_eq!(
        state("p99.9<20ms", &trial),
        GoalState::Unknown,
        "too few records"
    );
    assert_eq!(state("lost=0", &trial), GoalState::Unknown);
}

#[test]
fn nothing_is_known_while_settling_but_failures() {
    let mut trial = trial();
    trial.state = TrialState::Settling;
    for goal in ["p99<1s", "throughput>1/s", "failed=0"] {
        assert_eq!(state(goal, &trial), GoalState::Unknown);
    }
    trial.accounts.failed = 1;
    assert_eq!(state("failed=0", &trial), GoalState::Missed);
}

#[test]
fn a_lower_bound_can_miss_a_goal_but_not_hold_it() {
    let mut trial = trial();
    trial.response = latencies(14.0, 13.0, 30.0);
    trial.response.at_least_from = Some(Millis(25.0));
    assert_eq!(state("p99<20ms", &trial), GoalState::Missed);
    assert_eq!(state("p99<40ms", &trial), GoalState::Unknown);
    assert_eq!(state("p99>20ms", &trial), GoalState::Held);
    assert_eq!(
        state("p50<20ms", &trial),
        GoalState::Held,
        "below the failed ones"
    );
    assert_eq!(state("mean<20ms", &trial), GoalState::Unknown);
}

#[test]
fn a_goal_on_what_an_audit_counts_is_missed_at_once_and_held_only_in_the_end() {
    use crate::audit::Findings;
    use crate::lab::AuditReading;
    use std::sync::Arc;
    let state = |goal: &str, audit: &AuditReading| {
        let trial = TrialReading {
            audit: Some(audit.clone()),
            ..crate::lab::constructed::trial()
        };
        Goal::parse(goal).unwrap().state(&trial)
    };
    let running = AuditReading::default();
    let copied = AuditReading {
        duplicated: 2,
        ..running.clone()
    };
    let settled = |findings: Findings| AuditReading {
        verdict: Some(Ok(Arc::new(findings))),
        ..AuditReading::default()
    };
    let clean = settled(Findings::default());
    let unread = settled(Findings {
        unverified: 1,
        ..Findings::default()
    });
    for (goal, audit, expected) in [
        ("duplicated=0", &running, GoalState::Unknown),
        ("duplicated=0", &copied, GoalState::Missed),
        ("duplicated<5", &copied, GoalState::Unknown),
        ("duplicated>=1", &copied, GoalState::Held),
        ("lost=0", &copied, GoalState::Unknown),
        ("lost=0", &clean, GoalState::Held),
        ("lost>0", &clean, GoalState::Missed),
        ("lost=0", &unread, GoalState::Unknown),
    ] {
        assert_eq!(state(goal, audit), expected, "{goal} {audit:?}");
    }
    let plain = crate::lab::constructed::trial();
    let goal = Goal::parse("lost=0").unwrap();
    assert_eq!(goal.state(&plain), GoalState::Unknown);
}
