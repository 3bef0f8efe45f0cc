//! Key `c`: what is asked, what is sent, and what ends a comparison.

use super::*;
use crate::measure::comparison::{Metric, Verdict};
use crate::tui::model::Proof;

/// The load is on #2, which waits longer than the base #1.
fn two_rows() -> Person {
    let mut person = first_run();
    person.hears(|reading| {
        let row =
            |number, rows: &[(&str, &str)], median| Arc::new(sample::trial(number, rows, median));
        reading.trials = vec![row(1, &[], 20.0), row(2, &[("linger.ms", "50")], 60.0)];
        (reading.base, reading.live) = (Some(1), 2);
        reading.load = crate::lab::LoadState::Running;
    });
    person
}

#[test]
fn a_comparison_asks_first_then_measures_and_c_ends_it() {
    let mut person = two_rows();
    person.press("c");
    assert!(
        matches!(&person.model.dialog, Some(Dialog::Ask(ask)) if ask.entry.value() == "p99 10% 2m")
    );
    assert!(person.effects.is_empty());
    person.press("enter");
    let Some(Effect::Send(Command::Block { settings, .. })) = person.effects.first() else {
        panic!("{:?}", person.effects);
    };
    assert!(
        settings.number("linger.ms") < 50.0,
        "the noise floor is the base with itself"
    );
    assert!(person.status().contains("noise floor") && person.status().contains("left"));
    person.press("c");
    assert!(person.model.duel.is_none() && person.model.proofs.is_empty());
    assert!(
        person.status().contains("Inconclusive"),
        "{}",
        person.status()
    );
    assert!(matches!(
        person.effects.last(),
        Some(Effect::Send(Command::Turn(_)))
    ));
}

#[test]
fn a_turn_disturbs_it_and_a_bad_line_is_told() {
    let mut person = two_rows();
    person.press("c").write("p95 10% 2m").press("enter");
    let problem = |person: &Person| match &person.model.dialog {
        Some(Dialog::Ask(ask)) => ask.problem.clone().unwrap_or_default(),
        _ => String::new(),
    };
    assert!(problem(&person).contains("p99.9"), "{}", problem(&person));
    person.press("esc c").write("p99 10% 20s").press("enter");
    assert!(
        problem(&person).contains("at least 53 s"),
        "{}",
        problem(&person)
    );
    person.press("esc c enter");
    assert!(person.model.duel.is_some());
    person.press("p");
    assert!(person.model.duel.is_none());
    assert!(person.status().contains("disturbed") || person.status().contains("pause"));
}

#[test]
fn the_base_is_not_compared_with_itself_and_a_proof_counts_for_its_settings() {
    let mut person = two_rows();
    person.hears(|reading| reading.live = 1);
    person.press("c");
    assert!(person.model.dialog.is_none());
    assert!(person.status().contains("base itself"));
    let settings = |text| {
        let mut settings = crate::settings::Settings::default();
        let done = settings.set("linger.ms", text, crate::settings::Source::Hand);
        done.unwrap();
        Arc::new(settings)
    };
    let (a, b) = (settings("5"), settings("50"));
    person.model.proofs.push(Proof {
        settings: (Arc::clone(&a), Arc::clone(&b)),
        metric: Metric::P99,
        verdict: Verdict::ABetter,
    });
    let proofs = |a: &Settings, b: &Settings| person.model.proofs_of(a, b).collect::<Vec<_>>();
    assert_eq!(proofs(&a, &b), [(Metric::P99, Verdict::ABetter)]);
    assert_eq!(proofs(&b, &a), [(Metric::P99, Verdict::BBetter)]);
    assert_eq!(proofs(&a, &settings("20")), []);
}

#[test]
fn blocks_are_no_rows_of_their_own() {
    let mut person = two_rows();
    let rows = |person: &Person| -> Vec<u64> {
        let rows = person.model.rows(&person.reading);
        rows.map(|trial| trial.number).collect()
    };
    for number in 3..=5 {
        person.hears(|reading| {
            reading
                .trials
                .push(Arc::new(sample::trial(number, &[], 20.0)));
            reading.live = number;
        });
    }
    assert_eq!(rows(&person), [5, 4, 3, 2, 1]);
    person.model.folded = vec![3, 4, 5];
    assert_eq!(rows(&person), [5, 2, 1], "the load is on 5");
    person.hears(|reading| reading.live = 2);
    assert_eq!(rows(&person), [2, 1]);
    person.hears(|reading| reading.base = Some(4));
    assert_eq!(rows(&person), [4, 2, 1], "the base stays");
}

#[test]
fn a_time_until_read_needs_rows_that_are_followed() {
    let mut person = two_rows();
    person.press("c").write("read-p50 10% 2m").press("enter");
    let Some(Dialog::Ask(ask)) = &person.model.dialog else {
        panic!("{}", person.status());
    };
    let problem = ask.problem.clone().unwrap_or_default();
    assert!(problem.contains("follow on"), "{problem}");
}
