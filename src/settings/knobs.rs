//! The table of everything that a person can turn.

use std::sync::LazyLock;

use crate::settings::{Group, Kind, Knob, Step};

static TABLES: [&[Knob]; 2] = [BATCHING, WORKLOAD];
static ROWS: LazyLock<Vec<&'static Knob>> =
    LazyLock::new(|| TABLES.iter().flat_map(|rows| rows.iter()).collect());

const BATCHING: &[Knob] = &[Knob {
    name: "linger.ms",
    aliases: &["queue.buffering.max.ms"],
    group: Group::Batching,
    kind: Kind::Millis {
        min: 0.0,
        max: 900_000.0,
        whole: false,
    },
    step: Step::Log,
    tuning: (0.0, 200.0),
    auto: false,
    native: Some("linger.ms"),
    own_default: None,
    java: Some("linger.ms"),
    java_default: Some("5"),
    about: "waits up to this long to fill a batch",
    trade: "trades latency for fewer requests",
    idle: |_, _| None,
}];

const WORKLOAD: &[Knob] = &[Knob {
    name: "rate",
    aliases: &["throughput"],
    group: Group::Workload,
    kind: Kind::Rate {
        min: 1.0,
        max: 10_000_000.0,
        open_end: true,
    },
    step: Step::Log,
    tuning: (100.0, 1_000_000.0),
    auto: false,
    native: None,
    own_default: Some("10000"),
    java: None,
    java_default: None,
    about: "how many records fall due per second",
    trade: "more load, less headroom",
    idle: |_, _| None,
}];

/// All rows, in the order in which panels show them.
#[must_use]
pub fn rows() -> &'static [&'static Knob] {
    &ROWS
}

/// The row with this name or alias.
#[must_use]
pub fn find(name: &str) -> Option<&'static Knob> {
    rows()
        .iter()
        .copied()
        .find(|row| row.name == name || row.aliases.contains(&name))
}

/// The place of a row in `rows()`, by its name or alias.
#[must_use]
pub fn position(name: &str) -> Option<usize> {
    rows()
        .iter()
        .position(|row| row.name == name || row.aliases.contains(&name))
}
