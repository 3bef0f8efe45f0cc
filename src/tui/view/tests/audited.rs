use super::*;
use crate::audit::Findings;
use crate::lab::{AuditReading, FollowerReading};

/// Four trials: one of before the audit, one with losses and copies, one that is clean, and the live one, which has a copy already.
fn audited() -> Reading {
    let settled = |findings: Findings| AuditReading {
        verdict: Some(Ok(Arc::new(findings))),
        ..AuditReading::default()
    };
    let bad = Findings {
        lost: 9_984,
        duplicated: 423,
        ..Findings::default()
    };
    let live = AuditReading {
        duplicated: 2,
        ..AuditReading::default()
    };
    let audits = [
        None,
        Some(settled(bad)),
        Some(settled(Findings::default())),
        Some(live),
    ];
    let mut reading = sample::staging();
    for (trial, audit) in reading.trials.iter_mut().zip(audits) {
        Arc::make_mut(trial).audit = audit;
    }
    reading.follower = Some(FollowerReading {
        cpu: Some(0.14),
        ..FollowerReading::default()
    });
    reading
}

fn drawn(size: (u16, u16)) -> Buffer {
    let model = Model::new(goals());
    painted(size, &model, &audited(), &theme(ThemeChoice::Dark))
}

#[test]
fn what_an_audit_counts_stands_beside_the_times_at_120_by_40() {
    insta::assert_snapshot!(lasting(&drawn((120, 40))));
}

#[test]
fn what_an_audit_counts_stands_beside_the_times_at_80_by_24() {
    insta::assert_snapshot!(lasting(&drawn((80, 24))));
}

#[test]
fn a_count_is_never_zero_before_it_is_known() {
    let mut reading = audited();
    let live = reading.trials.last_mut().unwrap();
    Arc::make_mut(live).audit = Some(AuditReading::default());
    let model = Model::new(goals());
    let screen = text(&painted(
        (120, 40),
        &model,
        &reading,
        &theme(ThemeChoice::Dark),
    ));
    let row = screen
        .lines()
        .find(|line| line.starts_with("▸ 4●"))
        .unwrap();
    assert_eq!(row.matches('…').count(), 3, "{row}");
    let row = screen.lines().find(|line| line.contains(" 1◇")).unwrap();
    assert_eq!(row.matches('–').count(), 3, "{row}");
}

#[test]
fn large_counts_do_not_run_into_each_other() {
    let mut reading = audited();
    let live = Arc::make_mut(reading.trials.last_mut().unwrap());
    live.accounts.failed = 12_345;
    live.audit = Some(AuditReading {
        duplicated: 1_234,
        reordered: 23_456,
        ..AuditReading::default()
    });
    let model = Model::new(goals());
    for size in [(80, 24), (120, 40), (200, 50)] {
        let screen = text(&painted(size, &model, &reading, &theme(ThemeChoice::Dark)));
        let row = screen
            .lines()
            .find(|line| line.starts_with("▸ 4●"))
            .unwrap();
        let words: Vec<&str> = row.split_whitespace().collect();
        for count in ["12k", "1.2k…", "23k…"] {
            assert!(words.contains(&count), "{count} at {size:?} in: {row}");
        }
    }
}
