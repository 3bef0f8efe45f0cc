//! A generator plants every kind of anomaly, alone and mixed, into logs that are otherwise as they should be: all of them are
//! found, and none is invented. `LINGER_AUDIT_SEEDS` says how many logs of each kind are tried.

mod planted;

use super::*;
use crate::audit::header::Origin;
use planted::{KINDS, Kind, Story};

const SEEDS: u64 = 12;

fn seeds() -> u64 {
    let given = std::env::var("LINGER_AUDIT_SEEDS").ok();
    given.map_or(SEEDS, |text| text.parse().expect("a number of seeds"))
}

fn check(name: &str, seed: u64, kinds: &[Kind]) {
    let (ledger, expected) = Story::new(seed, kinds).ledger();
    let found = ledger.judge();
    assert_eq!(found, expected, "{name}, seed {seed}");
    let is_clean = kinds
        .iter()
        .all(|kind| matches!(kind, Kind::Foreign | Kind::UnknownLanded));
    assert_eq!(found.is_clean(), is_clean, "{name}, seed {seed}");
}

#[test]
fn every_kind_of_anomaly_is_found_alone() {
    for kind in KINDS {
        for seed in 0..seeds() {
            check(&format!("{kind:?}"), seed, &[kind]);
        }
    }
}

#[test]
fn all_kinds_are_found_in_one_log() {
    for seed in 0..seeds() {
        check("mixed", seed, &KINDS);
    }
}

#[test]
fn nothing_is_invented_in_clean_logs() {
    for seed in 0..seeds() {
        check("clean", seed, &[]);
    }
}

fn header(sequence: u64) -> Header {
    Header {
        origin: Origin { run: 7, boot: 1 },
        trial: 1,
        producer: 0,
        sequence,
        due: 0,
    }
}

const PRODUCER: Producer = Producer {
    run: 7,
    producer: 0,
};

fn at(offset: i64) -> Place {
    Place {
        partition: 0,
        offset,
    }
}

#[test]
fn what_was_never_handed_over_makes_an_audit_invalid() {
    let mut ledger = Ledger::of_run(7);
    ledger.attempted(PRODUCER, 1);
    ledger.report(PRODUCER, 0, Outcome::Acknowledged, Some(at(0)));
    ledger.read(at(0), &Ok(header(0)));
    assert!(ledger.judge().balances());
    ledger.read(at(1), &Ok(header(1)));
    let found = ledger.judge();
    assert_eq!(
        found.imbalances,
        ["1 records of producer 0 were read, but never handed over"]
    );
    assert!(!found.is_clean());
    ledger.report(PRODUCER, 0, Outcome::Unknown, None);
    ledger.report(PRODUCER, 5, Outcome::Failed, None);
    let told = ledger.judge().imbalances.join("; ");
    assert!(
        told.contains("1 records of producer 0 were reported twice"),
        "{told}"
    );
    assert!(
        told.contains("were reported, but never handed over"),
        "{told}"
    );
}

#[test]
fn headers_alone_tell_what_is_missing_over_all_partitions_and_runs() {
    let mut ledger = Ledger::of_any_run();
    let other = |sequence| {
        let mut header = header(sequence);
        header.origin.run = 8;
        header
    };
    for (partition, offset, header) in [
        (0, 0, Ok(header(0))),
        (1, 0, Ok(header(1))),
        (1, 1, Ok(header(1))),
        (0, 1, Ok(header(5))),
        (0, 2, Ok(header(4))),
        (0, 3, Ok(other(2))),
        (0, 4, Err(Unread::Foreign)),
        (0, 5, Err(Unread::Corrupt)),
    ] {
        ledger.read(Place { partition, offset }, &header);
    }
    let found = ledger.judge();
    let counts = (
        found.records,
        found.producers,
        found.missing,
        found.duplicated,
    );
    // Of run 7 the numbers 2 and 3 are missing, of run 8 the numbers 0 and 1.
    assert_eq!(counts, (8, 2, 4, 1));
    let counts = (found.reordered, found.corrupt, found.foreign, found.lost);
    assert_eq!(counts, (1, 1, 1, 0));
    assert!(!found.is_whole() && found.balances());
}

#[test]
fn a_copy_that_stands_where_it_was_acknowledged_is_in_place() {
    let mut ledger = Ledger::of_run(7);
    ledger.attempted(PRODUCER, 1);
    ledger.report(PRODUCER, 0, Outcome::Acknowledged, Some(at(3)));
    ledger.read(at(1), &Ok(header(0)));
    assert_eq!(ledger.judge().offset_mismatch, 1);
    ledger.read(at(3), &Ok(header(0)));
    let found = ledger.judge();
    assert_eq!((found.offset_mismatch, found.duplicated), (0, 1));
}

#[test]
fn what_was_acknowledged_behind_the_end_of_a_log_that_was_cut_is_lost() {
    let mut ledger = Ledger::of_run(7);
    ledger.attempted(PRODUCER, 2);
    ledger.report(PRODUCER, 0, Outcome::Acknowledged, Some(at(0)));
    ledger.report(PRODUCER, 1, Outcome::Acknowledged, Some(at(9)));
    ledger.read(at(0), &Ok(header(0)));
    let mut span = Span {
        partition: 0,
        start: 0,
        from: 0,
        to: 1,
        end: 1,
        is_final: true,
    };
    assert_eq!(ledger.judge().unverified, 1, "nothing says what was read");
    ledger.covered(span);
    assert_eq!(ledger.judge().lost, 1);
    // Replicas that lag behind may still bring it.
    span.is_final = false;
    ledger.spans = vec![span];
    assert_eq!((ledger.judge().lost, ledger.judge().unverified), (0, 1));
    (span.to, span.is_final) = (0, true);
    ledger.spans = vec![span];
    assert_eq!((ledger.judge().lost, ledger.judge().unverified), (0, 1));
}

#[test]
fn finished_chunks_take_no_room() {
    let mut ledger = Ledger::of_run(7);
    let records = 40 * bits::SIZE as u64;
    for sequence in 0..records {
        ledger.report(
            PRODUCER,
            sequence,
            Outcome::Acknowledged,
            Some(at(sequence.cast_signed())),
        );
    }
    assert_eq!(ledger.placed, 40);
    for sequence in 0..records {
        ledger.read(at(sequence.cast_signed()), &Ok(header(sequence)));
    }
    assert_eq!(ledger.placed, 0);
    let found = ledger.judge();
    assert_eq!((found.unique, found.offsets_compared), (records, records));
}
