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
    let model = &person.model;
    assert_eq!(model.proved(&a, &b, Metric::P99), Some(Verdict::ABetter));
    assert_eq!(model.proved(&a, &settings("20"), Metric::P99), None);
    assert_eq!(model.proved(&a, &b, Metric::P50), None);
}
