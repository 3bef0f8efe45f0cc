//! What transactions need of the other knobs, as librdkafka checks it, and where they cannot be had.

use super::{Broken, Case};
use crate::settings::Value;

/// One try must fit into a transaction; librdkafka allows so many milliseconds more.
const GRACE_MS: f64 = 100.0;

fn has_name(case: &Case) -> bool {
    !case.settings.word("transactional.id").is_empty()
}

fn without(sentence: impl Into<String>) -> Broken {
    Broken::new(sentence).mend(
        vec![("transactional.id", Value::Text(String::new()))],
        "no transactional.id (nothing is sent in transactions)",
    )
}

pub(super) fn idempotence(case: &Case) -> Option<Broken> {
    let broken = has_name(case) && !case.settings.is_on("enable.idempotence");
    broken.then(|| {
        let sentence = "transactions need idempotence";
        if case.wants("enable.idempotence", "transactional.id") {
            return without(sentence);
        }
        Broken::new(sentence).mend(
            vec![("enable.idempotence", Value::Switch(true))],
            "idempotence on",
        )
    })
}

pub(super) fn delivery(case: &Case) -> Option<Broken> {
    within(case, "delivery.timeout.ms", 0.0)
}

pub(super) fn socket(case: &Case) -> Option<Broken> {
    within(case, "socket.timeout.ms", GRACE_MS)
}

/// A time-out that must not exceed the transaction's by more than `grace` milliseconds.
fn within(case: &Case, name: &'static str, grace: f64) -> Option<Broken> {
    let most = case.number("transaction.timeout.ms");
    if !has_name(case) || case.number(name) <= most + grace {
        return None;
    }
    let sentence = format!(
        "with transactions {name} ({}) must not exceed transaction.timeout.ms ({})",
        case.shown(name),
        case.shown("transaction.timeout.ms")
    );
    let asked = case.number(name);
    if case.turned == Some(name) {
        let cost = " (the broker must allow it: transaction.max.timeout.ms)";
        return Some(Broken::new(sentence).set("transaction.timeout.ms", asked, cost));
    }
    Some(Broken::new(sentence).set(name, most, ""))
}

pub(super) fn embedded(case: &Case) -> Option<Broken> {
    (has_name(case) && case.around.embedded).then(|| {
        without(
            "the embedded cluster does not isolate transactions: `linger --local-kafka` starts a real one",
        )
    })
}
