//! Chaos on a real cluster of three: records go through the wire while every fault hand and every wire fault strikes at random,
//! and the audit says what became of each record. With acks=all and idempotence nothing may happen to any; with acks=1 and
//! without idempotence something must. Needs Java, and Maven once. Exit code 1 where it is not so.
//!
//! `cargo bench --bench chaos -- [--records 300000] [--rate 5000] [--each 1] [--faults 20] [--seed 1]`
//! The long form: `--records 10000000 --rate 20000 --each 5 --faults 100`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "shared/flags.rs"]
mod flags;
#[path = "shared/machine.rs"]
mod machine;

#[path = "chaos/strikes.rs"]
mod strikes;

use std::process::ExitCode;
use std::time::Instant;

use linger::audit::{Findings, upper_bound};
use linger::cluster::local::{LocalKafka, LocalOptions};
use linger::cluster::probe::Probe;
use linger::cluster::topics::{self, Shape};
use linger::cluster::{ClusterKind, Connection};
use linger::lab::{Command, Lab, LabConfig, LoadState, Reading, Target};
use linger::settings::{Millis, Settings, Source};
use linger::snapshot::Snapshot;
use linger::wire::{Address, Conditions, Summary, Wire};

use strikes::{Strikes, Struck};

/// More partitions than brokers, so that every broker leads some.
const PARTITIONS: i32 = 6;
const REPLICAS: i32 = 3;
/// Bytes on their way: without a round trip there is little for a fault to hit.
const ROUND_TRIP_MS: f64 = 2.0;

/// What is asked for.
#[derive(Clone, Copy)]
pub struct Wanted {
    records: u64,
    rate: u64,
    /// Of each kind of fault, hands and wire alike.
    each: u64,
    /// In all.
    faults: u64,
    seed: u64,
}

/// One run: the client's settings, and whether they promise that nothing happens.
struct Arm {
    name: &'static str,
    knobs: [(&'static str, &'static str); 3],
    is_safe: bool,
}

const ARMS: [Arm; 2] = [
    Arm {
        name: "acks=all with idempotence",
        knobs: [
            ("acks", "all"),
            ("enable.idempotence", "on"),
            ("max.in.flight", "5"),
        ],
        is_safe: true,
    },
    Arm {
        name: "acks=1 without idempotence",
        knobs: [
            ("acks", "1"),
            ("enable.idempotence", "off"),
            ("max.in.flight", "5"),
        ],
        is_safe: false,
    },
];

/// What came of a run.
struct Outcome {
    snapshot: Snapshot,
    struck: Vec<Struck>,
    wire: Summary,
}

fn main() -> ExitCode {
    let wanted = Wanted {
        records: flags::value("records", 300_000),
        rate: flags::value("rate", 5_000),
        each: flags::value("each", 1),
        faults: flags::value("faults", 20),
        seed: flags::value("seed", 1),
    };
    let options = LocalOptions {
        quick_followers: true,
        ..LocalOptions::default()
    };
    let kafka = LocalKafka::start(3, &options, |line| eprintln!("{line}"))
        .unwrap_or_else(|error| panic!("{error}"));
    println!("{}", machine::line());
    let mut as_claimed = true;
    for (number, arm) in (0..).zip(&ARMS) {
        let begun = Instant::now();
        let wanted = Wanted {
            seed: wanted.seed + number,
            ..wanted
        };
        let outcome = run(&kafka, arm, wanted);
        as_claimed &= judge(arm, wanted, &outcome);
        println!("({:.0} s)", begun.elapsed().as_secs_f64());
    }
    println!("{}", machine::line());
    if as_claimed {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn run(kafka: &LocalKafka, arm: &Arm, wanted: Wanted) -> Outcome {
    let topic = format!("linger-chaos-{}", wanted.seed);
    let direct = Connection::plain(kafka.direct());
    let probe = Probe::open(&direct, ClusterKind::Real).unwrap_or_else(|error| panic!("{error}"));
    let shape = Shape {
        partitions: PARTITIONS,
        replication: Some(REPLICAS),
    };
    topics::create(&probe, &topic, shape).unwrap_or_else(|error| panic!("{error}"));
    let upstream: Vec<Address> = kafka
        .listeners()
        .iter()
        .map(|it| it.to_string().parse().unwrap())
        .collect();
    let wire = Wire::start(&upstream, 0, strikes::wire_faults(wanted.seed), |_| {})
        .unwrap_or_else(|error| panic!("{error}"));
    wire.set_conditions(Conditions {
        round_trip: Millis(ROUND_TRIP_MS),
        ..Conditions::default()
    });
    let lab = start(&wire, &probe, &topic, settings(arm, wanted));
    let mut strikes = Strikes::new(kafka, &topic, wanted.seed);
    loop {
        let reading = lab.readings.borrow().clone();
        if let LoadState::Failed(reason) = &reading.load {
            panic!("the lab failed: {reason}");
        }
        let enough = reading.accounts.attempted >= wanted.records
            && strikes.are_enough(wanted, &wire.summary());
        if enough {
            break;
        }
        strikes.strike(|| in_flight(&lab.readings.borrow()));
    }
    lab.commands.blocking_send(Command::Stop).expect("a lab");
    let snapshot = lab.finish().pop().expect("a result");
    let outcome = Outcome {
        snapshot,
        struck: strikes.done,
        wire: wire.finish(),
    };
    topics::delete(&probe, &topic).unwrap_or_else(|error| panic!("{error}"));
    outcome
}

fn in_flight(reading: &Reading) -> u64 {
    reading.accounts.in_flight()
}

fn settings(arm: &Arm, wanted: Wanted) -> Settings {
    let rate = wanted.rate.to_string();
    let shared = [
        ("rate", rate.as_str()),
        ("record.size", "100"),
        ("linger.ms", "5"),
        ("delivery.timeout.ms", "300000"),
        ("queue.buffering.max.messages", "1000000"),
    ];
    let mut settings = Settings::default();
    for (name, value) in shared.into_iter().chain(arm.knobs) {
        settings.set(name, value, Source::Flag).expect("a knob");
    }
    settings
}

fn start(wire: &Wire, probe: &Probe, topic: &str, settings: Settings) -> Lab {
    let target = Target::Real {
        connection: Box::new(Connection::plain(&wire.bootstrap())),
        facts: Box::new(probe.facts(topic).expect("the topic's facts")),
    };
    let config = LabConfig {
        audit: true,
        ..LabConfig::plain(target, topic, settings, 1)
    };
    Lab::start(config).unwrap_or_else(|error| panic!("{error}"))
}

/// Prints what was found, and says whether it is as claimed.
fn judge(arm: &Arm, wanted: Wanted, outcome: &Outcome) -> bool {
    let (struck, wire) = (&outcome.struck, &outcome.wire);
    println!("\n{} (seed {})", arm.name, wanted.seed);
    for (name, hits) in strikes::by_kind(struck, wire) {
        println!("  {hits:>5} × {name}");
    }
    let result = &outcome.snapshot.result;
    let Some(found) = &result.audit else {
        println!("  NOT AUDITED: {:?}", result.quality.warnings);
        return false;
    };
    println!(
        "  faults that hit data in flight: {}; batches passed again: {}; answers: {:?}",
        strikes::hits(struck, wire),
        wire.repeated,
        wire.answers
    );
    println!(
        "  attempted {} = acknowledged {} + failed {} + unknown {} + unreported {}; in the log {} ({} different)",
        found.attempted,
        found.acknowledged,
        found.failed,
        found.unknown,
        found.unreported,
        found.records,
        found.unique
    );
    println!(
        "  lost {}, duplicated {}, reordered {}, resurrected {}, unverified {}, corrupt {}, foreign {}, misplaced {}",
        found.lost,
        found.duplicated,
        found.reordered,
        found.resurrected,
        found.unverified,
        found.corrupt,
        found.foreign,
        found.offset_mismatch
    );
    let balance = if found.balances() {
        "the counts balance".to_owned()
    } else {
        format!("INVALID: {:?}", found.imbalances)
    };
    let verdict = verdict(arm, found);
    println!(
        "  {balance}; {}",
        if verdict {
            "as claimed"
        } else {
            "NOT AS CLAIMED"
        }
    );
    found.balances() && verdict
}

fn verdict(arm: &Arm, found: &Findings) -> bool {
    let anomalies = found.lost + found.duplicated + found.reordered;
    if !arm.is_safe {
        return anomalies > 0;
    }
    if let Some(bound) = upper_bound(found.acknowledged).filter(|_| anomalies == 0) {
        println!(
            "  0 of {}: a share below {bound:.1e} with 95 % confidence",
            found.acknowledged
        );
    }
    found.is_clean()
}
