//! What stands in the way of comparing two snapshots.

use crate::cluster::ClusterKind;
use crate::settings::units::thousands;
use crate::settings::{Group, Knob, Settings, Surroundings};
use crate::snapshot::Snapshot;

use super::Obstacle;

/// A run that took longer than its schedule by more than this share did not keep its rate.
const BEHIND: f64 = 0.01;
/// Runs whose lengths differ by more than this factor saw different times of the day.
const LENGTHS: f64 = 2.0;

/// Something about the circumstances that should be the same in both, and why.
type Circumstance = (&'static str, fn(&Snapshot) -> Option<String>, &'static str);

const CIRCUMSTANCES: [Circumstance; 12] = [
    (
        "cluster kind",
        |one| Some(kind(one).into()),
        "a simulated cluster has no disk and no replication, so its figures say nothing about a real one",
    ),
    (
        "machine",
        |one| Some(machine(one)),
        "another machine has another speed",
    ),
    (
        "cluster",
        |one| real(one).and_then(|()| one.cluster.cluster_id.clone()),
        "another cluster has other disks, networks and neighbours",
    ),
    (
        "broker version",
        |one| real(one).and_then(|()| one.cluster.broker_version.clone()),
        "brokers change between versions",
    ),
    (
        "brokers",
        |one| Some(one.cluster.brokers.to_string()),
        "more brokers share the load",
    ),
    (
        "topic",
        |one| real(one).map(|()| one.cluster.topic.clone()),
        "topics have settings of their own",
    ),
    (
        "partitions",
        |one| Some(one.cluster.partitions.to_string()),
        "batches fill by partition",
    ),
    (
        "replication",
        |one| {
            one.cluster
                .replication_factor
                .map(|count| count.to_string())
        },
        "acks=all waits for replicas",
    ),
    (
        "min.insync.replicas",
        |one| {
            one.cluster
                .min_insync_replicas
                .map(|count| count.to_string())
        },
        "it decides when writing stops",
    ),
    (
        "audit",
        |one| Some(one.result.audit.as_ref().map_or("off", |_| "on").into()),
        "every audited record is copied, marked and entered in a ledger",
    ),
    (
        "librdkafka version",
        |one| Some(one.librdkafka_version.clone()),
        "the client itself is another one",
    ),
    (
        "linger version",
        |one| Some(one.linger_version.clone()),
        "it may measure otherwise",
    ),
];

fn kind(one: &Snapshot) -> &'static str {
    match one.cluster.kind {
        ClusterKind::Embedded => "embedded (simulated)",
        ClusterKind::Real => "real",
    }
}

fn real(one: &Snapshot) -> Option<()> {
    (one.cluster.kind == ClusterKind::Real).then_some(())
}

fn machine(one: &Snapshot) -> String {
    let machine = &one.environment;
    let cpu = machine.cpu.as_deref().unwrap_or("unknown processor");
    let memory = machine.memory.map_or_else(
        || "unknown memory".into(),
        |bytes| format!("{} MiB", thousands(&(bytes >> 20).to_string())),
    );
    format!("{}, {cpu}, {} cores, {memory}", machine.os, machine.cores)
}

/// What stands in the way of comparing two runs in which so many settings differ: their circumstances first, then each run by itself.
#[must_use]
pub fn between(a: &Snapshot, b: &Snapshot, changed: usize) -> Vec<Obstacle> {
    let mut found: Vec<Obstacle> = [("a", a), ("b", b)]
        .into_iter()
        .filter_map(|(name, one)| delivery(name, one))
        .collect();
    found.extend(circumstances(a, b));
    found.extend(loads(a, b));
    found.extend(lengths(a, b));
    for (name, one) in [("a", a), ("b", b)] {
        found.extend(by_itself(name, one));
    }
    if changed > 1 {
        found.push(Obstacle {
            what: "several settings",
            text: format!("{changed} settings differ: what came of which cannot be told apart"),
        });
    }
    found
}

/// The circumstances in which two snapshots differ, with the reason why that matters.
#[must_use]
pub fn circumstances(a: &Snapshot, b: &Snapshot) -> Vec<Obstacle> {
    let told = |(what, read, why): &Circumstance| {
        let (first, second) = (read(a), read(b));
        let word = |text: &Option<String>| text.clone().unwrap_or_else(|| "n/a".into());
        (first != second).then(|| Obstacle {
            what,
            text: format!("a {}, b {}: {why}", word(&first), word(&second)),
        })
    };
    CIRCUMSTANCES.iter().filter_map(told).collect()
}

/// The rows of the workload that differ and matter in at least one of the two; with `simulated` also those of the conditions, which
/// only the embedded cluster has.
#[must_use]
pub fn workload(a: &Settings, b: &Settings, simulated: bool) -> Vec<&'static Knob> {
    let around = Surroundings {
        embedded: simulated,
        ..Surroundings::default()
    };
    let matters = |row: &&'static Knob| {
        let of_load = match row.group {
            Group::Workload => row.name != "drain.first",
            Group::Conditions => simulated,
            _ => false,
        };
        let idle = |settings| (row.idle)(settings, &around).is_some();
        of_load && !(idle(a) && idle(b))
    };
    a.changed_from(b).into_iter().filter(matters).collect()
}

fn loads(a: &Snapshot, b: &Snapshot) -> Vec<Obstacle> {
    let plain = Settings::default();
    let (first, second) = (a.settings_onto(&plain), b.settings_onto(&plain));
    let simulated = real(a).is_none() && real(b).is_none();
    workload(&first, &second, simulated)
        .into_iter()
        .map(|row| Obstacle {
            what: row.name,
            text: format!(
                "a {}, b {}: another load answers another question",
                row.show(first.value(row.name)),
                row.show(second.value(row.name))
            ),
        })
        .collect()
}

/// Records that were not delivered come before any speed.
fn delivery(name: &str, one: &Snapshot) -> Option<Obstacle> {
    let result = &one.result;
    let lost = result.failed + result.in_flight;
    (lost > 0).then(|| Obstacle {
        what: "delivery",
        text: format!(
            "{name}: {} of {} records were not delivered; no speed makes up for that",
            thousands(&lost.to_string()),
            thousands(&result.attempted.to_string())
        ),
    })
}

fn lengths(a: &Snapshot, b: &Snapshot) -> Option<Obstacle> {
    let (first, second) = (a.result.duration_s?, b.result.duration_s?);
    let differ = first.max(second) > LENGTHS * first.min(second);
    differ.then(|| Obstacle {
        what: "length",
        text: format!(
            "a {first:.0} s, b {second:.0} s: the longer run meets more rare events, and its far percentiles and maximum are higher for that alone"
        ),
    })
}

/// What a run says against itself.
fn by_itself(name: &str, one: &Snapshot) -> Vec<Obstacle> {
    let result = &one.result;
    let mut found = Vec::new();
    let told = |word: &str| {
        result
            .quality
            .warnings
            .iter()
            .any(|notice| notice.word == word)
    };
    if !result.quality.settled && !told("NOT SETTLED") {
        found.push(Obstacle {
            what: "not settled",
            text: format!("{name}: it never settled, so its figures hold the start as well"),
        });
    }
    // That the embedded cluster is simulated is said by its kind.
    let warnings = result.quality.warnings.iter();
    for notice in warnings.filter(|notice| notice.word != "EMBEDDED") {
        found.push(Obstacle {
            what: "warning",
            text: format!("{name}: {}: {}", notice.word, notice.text),
        });
    }
    found.extend(behind_its_rate(name, one));
    let named = result.response_ms.named();
    let missing: Vec<&str> = named
        .iter()
        .filter(|(_, time)| time.is_none())
        .map(|(name, _)| *name)
        .collect();
    if !missing.is_empty() {
        found.push(Obstacle {
            what: "too few records",
            text: format!(
                "{name}: {} n/a, with fewer than 10 records beyond",
                missing.join(", ")
            ),
        });
    }
    found
}

/// Records fell due by the schedule; beyond it a run only waits for its last answers.
#[expect(clippy::cast_precision_loss, reason = "a count of records")]
fn behind_its_rate(name: &str, one: &Snapshot) -> Option<Obstacle> {
    let result = &one.result;
    let due = one.workload.throughput;
    let (took_s, kept) = (result.duration_s?, result.records_per_s?);
    let scheduled_s = result.attempted as f64 / due;
    let last_s = result.response_ms.max.map_or(0.0, |time| time.0 / 1000.0);
    (due > 0.0 && took_s - last_s > (1.0 + BEHIND) * scheduled_s).then(|| Obstacle {
        what: "rate not kept",
        text: format!(
            "{name}: {due:.0}/s fell due and {kept:.0}/s were delivered, so its times are those of a growing queue"
        ),
    })
}
