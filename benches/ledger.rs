//! What the ledger costs: reports of so many records, then a read-back of them in which 1 % are there twice, 0.1 % are lost and 5 %
//! stand out of order, over six partitions. Time and peak memory; no broker.
//!
//! `LINGER_LEDGER_RECORDS=100000000 cargo bench --bench ledger`
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Instant;

use linger::audit::ledger::{Ledger, Outcome, Place, Producer, Span};
use linger::audit::{Header, Origin};

const RECORDS: u64 = 100_000_000;
const PARTITIONS: u64 = 6;
const RUN: u32 = 7;
/// Neighbours of a partition change places within so many of its records.
const WINDOW: u64 = 20;

fn main() {
    let given = std::env::var("LINGER_LEDGER_RECORDS").ok();
    let records = given.map_or(RECORDS, |text| text.parse().expect("a number of records"));
    let before = peak_kib();
    let begun = Instant::now();
    let mut ledger = Ledger::of_run(RUN);
    let producer = Producer {
        run: RUN,
        producer: 0,
    };
    for sequence in 0..records {
        ledger.report(
            producer,
            sequence,
            Outcome::Acknowledged,
            Some(place(sequence)),
        );
    }
    ledger.attempted(producer, records);
    let reported = begun.elapsed();
    let planted = read(&mut ledger, records);
    for partition in 0..PARTITIONS {
        let end = i64::try_from(records / PARTITIONS + 1).unwrap();
        ledger.covered(Span {
            partition: i32::try_from(partition).unwrap(),
            start: 0,
            from: 0,
            to: end,
            end,
            is_final: true,
        });
    }
    let found = ledger.judge();
    let whole = begun.elapsed();
    assert!(found.balances(), "{:?}", found.imbalances);
    assert_eq!((found.lost, found.duplicated, found.reordered), planted);
    let peak = peak_kib().saturating_sub(before);
    println!(
        "{records} records: reports {:.1} s, read-back and verdict {:.1} s; peak {:.1} MiB above the start; offsets compared for {}",
        reported.as_secs_f64(),
        whole.saturating_sub(reported).as_secs_f64(),
        f64::from(u32::try_from(peak).unwrap()) / 1024.0,
        found.offsets_compared
    );
    println!(
        "found {} lost, {} duplicated, {} reordered",
        found.lost, found.duplicated, found.reordered
    );
}

fn place(sequence: u64) -> Place {
    Place {
        partition: i32::try_from(sequence % PARTITIONS).unwrap(),
        offset: i64::try_from(sequence / PARTITIONS).unwrap(),
    }
}

/// Reads everything back, partition after partition in slices as a consumer gets them; returns what was planted: lost, twice
/// there, out of order.
fn read(ledger: &mut Ledger, records: u64) -> (u64, u64, u64) {
    let slice = 5_000 * PARTITIONS;
    let mut planted = (0, 0, 0);
    for from in (0..records).step_by(usize::try_from(slice).unwrap()) {
        for partition in 0..PARTITIONS {
            let until = (from + slice).min(records);
            let mut late = None;
            let own = (from..until).filter(|it| it % PARTITIONS == partition);
            for (number, sequence) in (0_u64..).zip(own) {
                let at = number % WINDOW;
                if number % 1000 == 999 {
                    planted.0 += 1;
                    continue;
                }
                if at == 3 {
                    late = Some(sequence);
                    continue;
                }
                see(ledger, sequence);
                if at == 5
                    && let Some(late) = late.take()
                {
                    planted.2 += 1;
                    see(ledger, late);
                }
                if number % 100 == 50 {
                    planted.1 += 1;
                    see(ledger, sequence);
                }
            }
            if let Some(late) = late {
                see(ledger, late);
            }
        }
    }
    planted
}

fn see(ledger: &mut Ledger, sequence: u64) {
    let header = Header {
        origin: Origin { run: RUN, boot: 1 },
        trial: 1,
        producer: 0,
        sequence,
        due: 0,
    };
    ledger.read(place(sequence), &Ok(header));
}

/// The most memory that this process had, in KiB.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number.and_then(|text| text.parse().ok()).unwrap_or(0)
}
