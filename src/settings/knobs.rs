//! The table of everything that a person can turn.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::settings::Knob;

mod batching;
mod client;
mod conditions;
mod delivery;
mod workload;

pub use workload::HEADER_BYTES;

static TABLES: [&[Knob]; 5] = [
    delivery::ROWS,
    batching::ROWS,
    client::ROWS,
    workload::ROWS,
    conditions::ROWS,
];

/// The rows that a panel shows first, because they are turned most; the others follow in the order of their tables.
const FIRST: [&str; 7] = [
    "acks",
    "linger.ms",
    "batch.size",
    "compression.type",
    "max.in.flight",
    "enable.idempotence",
    "delivery.timeout.ms",
];

static ROWS: LazyLock<Vec<&'static Knob>> = LazyLock::new(|| {
    let mut all: Vec<&'static Knob> = TABLES.iter().flat_map(|rows| rows.iter()).collect();
    let rank = |row: &Knob| FIRST.iter().position(|name| *name == row.name);
    all.sort_by_key(|row| rank(row).unwrap_or(FIRST.len()));
    all
});

static PLACES: LazyLock<HashMap<&'static str, usize>> = LazyLock::new(|| {
    let names = |(at, row): (usize, &&'static Knob)| {
        let at = move |name| (name, at);
        std::iter::once(row.name)
            .chain(row.aliases.iter().copied())
            .map(at)
            .collect::<Vec<_>>()
    };
    ROWS.iter().enumerate().flat_map(names).collect()
});

/// All rows, in the order in which panels show them.
#[must_use]
pub fn rows() -> &'static [&'static Knob] {
    &ROWS
}

/// The row with this name or alias.
#[must_use]
pub fn find(name: &str) -> Option<&'static Knob> {
    position(name).and_then(|at| rows().get(at)).copied()
}

/// The place of a row in `rows()`, by its name or alias.
#[must_use]
pub fn position(name: &str) -> Option<usize> {
    PLACES.get(name).copied()
}

/// The known name or alias that is spelled most like this one; none when nothing is near.
#[must_use]
pub fn nearest(name: &str) -> Option<&'static str> {
    nearest_of(PLACES.keys().copied(), name)
}

/// The candidate that is spelled most like a text; none when nothing is near. Ties go to the first in the alphabet.
pub(super) fn nearest_of<'a>(
    candidates: impl Iterator<Item = &'a str>,
    text: &str,
) -> Option<&'a str> {
    let text = text.to_lowercase();
    candidates
        .map(|candidate| (strsim::jaro_winkler(candidate, &text), candidate))
        .filter(|(likeness, _)| *likeness >= 0.75)
        .max_by(|one, other| one.0.total_cmp(&other.0).then(other.1.cmp(one.1)))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests;
