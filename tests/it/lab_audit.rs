//! The audit of trials while they run: lost, duplicated and reordered records beside each trial, settled once it has drained.

use std::sync::Arc;
use std::time::Duration;

use linger::lab::{Figure, Goal, GoalState, LabConfig, Told, TrialReading};
use linger::settings::Settings;
use linger::wire::{Address, Wire};

use crate::kafka;
use crate::lab_handle::{Watched, config, embedded, real, settings, with};

const WHILE: Duration = Duration::from_secs(1);

fn audited() -> Settings {
    settings(&[
        ("follow", "on"),
        ("audit", "on"),
        ("rate", "3000"),
        ("record.size", "100"),
        ("linger.ms", "5"),
        ("rtt.ms", "1"),
        ("senders", "2"),
    ])
}

fn told(trial: &TrialReading, figure: Figure) -> Told {
    let audit = trial.audit.as_ref().expect("it is audited");
    audit.told(figure).expect("a figure of audits")
}

const ALL: [Figure; 3] = [Figure::Lost, Figure::Duplicated, Figure::Reordered];

fn assert_clean(trial: &TrialReading) {
    let audit = trial.audit.as_ref().expect("it is audited");
    for figure in ALL {
        assert_eq!(told(trial, figure), Told::Exactly(0), "{audit:?}");
    }
    let found = audit.findings().expect("a verdict");
    assert!(found.is_clean(), "{found:?}");
    assert!(found.attempted > 0, "{found:?}");
    assert_eq!(found.acknowledged, trial.accounts.delivered, "{found:?}");
}

#[test]
fn each_trial_is_pending_while_it_runs_and_settled_after_its_drain() {
    let first = audited();
    let goals = vec!["lost=0".parse::<Goal>().expect("a goal")];
    let mut lab = Watched::start(LabConfig {
        goals,
        ..config(embedded(), "linger-audit-turns", first.clone())
    });
    let reading = lab.until("records that were read", |reading| {
        reading.follower.as_ref().is_some_and(|it| it.read > 0)
    });
    let live = reading.live_trial().expect("a trial");
    for figure in ALL {
        assert_eq!(told(live, figure), Told::Pending(0));
    }
    assert_eq!(live.goals, [GoalState::Unknown]);
    lab.run(WHILE);
    // Another producer; then no audit; then one again.
    let second = with(&first, &[("linger.ms", "20")]);
    lab.turn_and_wait(&second);
    let reading = lab.until("the first verdict", |reading| {
        let audit = reading.trials[0].audit.as_ref();
        audit.is_some_and(|it| it.verdict.is_some())
    });
    assert_clean(&reading.trials[0]);
    assert_eq!(reading.trials[0].goals, [GoalState::Held]);
    lab.turn_and_wait(&with(&second, &[("audit", "off")]));
    lab.run(WHILE / 2);
    lab.turn_and_wait(&second);
    lab.run(WHILE);
    let (last, snapshots) = lab.stop();
    let is_audited: Vec<bool> = last.trials.iter().map(|it| it.audit.is_some()).collect();
    assert_eq!(is_audited, [true, true, false, true]);
    for (trial, snapshot) in last.trials.iter().zip(&snapshots) {
        assert_eq!(snapshot.result.audit.is_some(), trial.audit.is_some());
        if trial.audit.is_some() {
            assert_clean(trial);
        }
    }
}

#[test]
fn an_audit_without_following_is_refused_with_the_way_out() {
    let first = audited();
    let mut lab = Watched::start(config(embedded(), "linger-audit-alone", first.clone()));
    lab.until("load", |reading| reading.accounts.delivered > 0);
    lab.turn(&with(&first, &[("follow", "off")]));
    let reading = lab.until("the refusal", |reading| reading.refused.is_some());
    let reason = &reading.refused.as_ref().expect("it was refused").reason;
    assert!(reason.contains("follow"), "{reason}");
    drop(lab.stop());
}

/// The same acknowledgements are lost on their way back in both trials: idempotence decides.
#[test]
fn copies_are_seen_while_the_load_runs_and_idempotence_leaves_none() {
    let Some(kafka) = kafka::one() else { return };
    let topic = kafka::topic(kafka, 2, 1);
    let upstream: Vec<Address> = kafka
        .bootstrap()
        .split(',')
        .map(|one| one.parse().expect("an address"))
        .collect();
    let faults = vec!["lose-acknowledgement@every:20".parse().expect("a fault")];
    let wire = Wire::start(&upstream, 0, faults, |_| {}).expect("a wire");
    let mut target = real(kafka, &topic);
    if let linger::lab::Target::Real { connection, facts } = &mut target {
        **connection = connection.clone().through(&wire.bootstrap());
        facts.wire = true;
    }
    let plain = with(
        &audited(),
        &[
            ("acks", "all"),
            ("enable.idempotence", "off"),
            ("max.in.flight", "5"),
            ("retry.backoff.ms", "20"),
        ],
    );
    let mut lab = Watched::start(LabConfig {
        wire: Some(Arc::new(wire)),
        ..config(target, &topic, plain.clone())
    });
    lab.until("a copy", |reading| {
        let live = reading.live_trial();
        let audit = live.and_then(|live| live.audit.as_ref());
        audit.is_some_and(|it| it.duplicated > 0)
    });
    lab.turn_and_wait(&with(&plain, &[("enable.idempotence", "on")]));
    lab.until("retries", |reading| {
        let live = reading.live_trial().expect("a trial");
        live.number == 2 && live.stages.retries > 0
    });
    lab.run(WHILE);
    let (last, _) = lab.stop();
    let copies = told(&last.trials[0], Figure::Duplicated);
    assert!(
        matches!(copies, Told::Exactly(copies) if copies > 0),
        "{copies:?}"
    );
    assert_eq!(told(&last.trials[0], Figure::Lost), Told::Exactly(0));
    assert_clean(&last.trials[1]);
}
