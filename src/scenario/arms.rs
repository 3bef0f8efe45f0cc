//! What the arms of several families have in common.

use super::load::Produced;
use super::row::Arm;
use super::tap::Tap;
use crate::measure::{ErrorCount, Phase};
use crate::settings::units::thousands;

/// What loads through the wire send: small batches often enough to be struck, and a quick way back after a fault.
const COMMON: [(&str, &str); 6] = [
    ("rate", "8000"),
    ("record.size", "100"),
    ("linger.ms", "5"),
    ("batch.num.messages", "200"),
    ("retry.backoff.ms", "20"),
    ("delivery.timeout.ms", "60000"),
];

/// The settings of a load through the wire, with what is its own.
pub fn through_the_wire<'a>(own: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    COMMON.iter().copied().chain(own.iter().copied()).collect()
}

/// What the ledger and the wire say of an arm.
pub fn counted(name: &str, produced: &Produced, tap: &Tap) -> Arm {
    let found = &produced.findings;
    Arm::new(name)
        .with("attempted", found.attempted)
        .with("acknowledged", found.acknowledged)
        .with("lost", found.lost)
        .with("duplicated", found.duplicated)
        .with("reordered", found.reordered)
        .with_some("retries", produced.snapshot.result.retries)
        .faults(tap.hits())
}

/// What a load's own counters say of an arm.
pub fn reported(name: &str, produced: &Produced) -> Arm {
    let result = &produced.snapshot.result;
    Arm::new(name)
        .with("attempted", result.attempted)
        .with("delivered", result.delivered)
        .with("failed", result.failed)
        .with_some("retries", result.retries)
}

/// How many records failed in this phase, by the code of this name or, without one, by any.
pub fn failures(produced: &Produced, phase: Phase, code: Option<&str>) -> u64 {
    let is_meant =
        |error: &&ErrorCount| error.phase == phase && code.is_none_or(|code| error.code == code);
    let errors = produced.snapshot.result.errors.iter().filter(is_meant);
    errors.map(|error| error.count).sum()
}

/// The codes of a load's failures, with their counts: `_QUEUE_FULL 12`.
pub fn codes(produced: &Produced) -> String {
    let errors = produced.snapshot.result.errors.iter();
    let parts: Vec<String> = errors
        .map(|error| format!("{} {}", error.code, number(error.count)))
        .collect();
    if parts.is_empty() {
        return "no error".into();
    }
    parts.join(", ")
}

/// A count as people read it.
pub fn number(count: u64) -> String {
    thousands(&count.to_string())
}
