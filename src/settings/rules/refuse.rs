//! What librdkafka would refuse: when the producer is created, or for every record.

use super::{Broken, Case, Judge, Rule, Severity, show, transactions};
use crate::settings::{HEADER_BYTES, Value};

/// Requests in flight that idempotence allows, in librdkafka and in Java: brokers remember the last five batches of a producer.
pub const MOST_IN_FLIGHT: f64 = 5.0;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "idempotence-acks",
        severity: Severity::Refuse,
        judge: Judge::Creation,
        knobs: &["acks", "enable.idempotence"],
        about: "idempotence needs acks=all: a leader alone cannot vouch for the order",
        check: |case| {
            let broken = idempotent(case) && case.settings.word("acks") != "all";
            broken.then(|| {
                let sentence = "idempotence needs acks=all";
                if case.wants("enable.idempotence", "acks") {
                    let all = vec![("acks", Value::Choice("all"))];
                    return Broken::new(sentence)
                        .mend(all, "acks all (waits for all in-sync replicas)");
                }
                idempotence_off(sentence)
            })
        },
    },
    Rule {
        id: "idempotence-in-flight",
        severity: Severity::Refuse,
        judge: Judge::Creation,
        knobs: &["max.in.flight", "enable.idempotence"],
        about: "idempotence allows at most 5 requests in flight: brokers remember the last 5 batches",
        check: |case| {
            let broken = idempotent(case) && case.number("max.in.flight") > MOST_IN_FLIGHT;
            broken.then(|| {
                let sentence = "idempotence allows at most 5 requests in flight";
                if case.wants("max.in.flight", "enable.idempotence") {
                    return idempotence_off(sentence);
                }
                Broken::new(sentence).set("max.in.flight", MOST_IN_FLIGHT, "")
            })
        },
    },
    Rule {
        id: "idempotence-retries",
        severity: Severity::Refuse,
        judge: Judge::Creation,
        knobs: &["retries", "enable.idempotence"],
        about: "idempotence needs retries: a gap in the numbering cannot be skipped",
        check: |case| {
            let broken = idempotent(case) && case.number("retries") < 1.0;
            broken.then(|| {
                let sentence = "idempotence needs at least 1 retry";
                if case.wants("retries", "enable.idempotence") {
                    return idempotence_off(sentence);
                }
                Broken::new(sentence).set(
                    "retries",
                    2_147_483_647.0,
                    " (delivery.timeout.ms is the limit)",
                )
            })
        },
    },
    Rule {
        id: "timeout-linger",
        severity: Severity::Refuse,
        judge: Judge::Creation,
        knobs: &["delivery.timeout.ms", "linger.ms"],
        about: "delivery.timeout.ms must be greater than linger.ms: records would expire while they wait for company",
        check: timeout_linger,
    },
    Rule {
        id: "transactions-idempotence",
        severity: Severity::Refuse,
        judge: Judge::Creation,
        knobs: &["transactional.id", "enable.idempotence"],
        about: "transactions need idempotence: a repeated batch would be in them twice",
        check: transactions::idempotence,
    },
    Rule {
        id: "transactions-delivery",
        severity: Severity::Refuse,
        judge: Judge::Creation,
        knobs: &[
            "transactional.id",
            "delivery.timeout.ms",
            "transaction.timeout.ms",
        ],
        about: "with transactions delivery.timeout.ms must not exceed transaction.timeout.ms: the broker would have aborted by then",
        check: transactions::delivery,
    },
    Rule {
        id: "transactions-socket",
        severity: Severity::Refuse,
        judge: Judge::Creation,
        knobs: &[
            "transactional.id",
            "socket.timeout.ms",
            "transaction.timeout.ms",
        ],
        about: "with transactions socket.timeout.ms must not exceed transaction.timeout.ms by more than 100 ms: one try must fit",
        check: transactions::socket,
    },
    Rule {
        id: "transactions-embedded",
        severity: Severity::Refuse,
        judge: Judge::Later,
        knobs: &["transactional.id"],
        about: "transactions need a real cluster: the embedded one does not isolate them",
        check: transactions::embedded,
    },
    Rule {
        id: "record-too-large",
        severity: Severity::Refuse,
        judge: Judge::Later,
        knobs: &["record.size", "record.size.max", "message.max.bytes"],
        about: "records must fit into message.max.bytes: the client would refuse each one",
        check: |case| {
            let size = largest_record(case)?;
            (size > case.number("message.max.bytes")).then(|| {
                let limit = case.shown("message.max.bytes");
                let record = show("record.size", &Value::Number(size));
                let room = (size + 1024.0).min(1e9);
                Broken::new(format!(
                    "records of {record} do not fit into message.max.bytes ({limit})"
                ))
                .set(
                    "message.max.bytes",
                    room,
                    " (the topic's max.message.bytes must allow it)",
                )
            })
        },
    },
    Rule {
        id: "record-exceeds-queue",
        severity: Severity::Refuse,
        judge: Judge::Later,
        knobs: &[
            "record.size",
            "record.size.max",
            "queue.buffering.max.kbytes",
        ],
        about: "a record must fit into the client's queue: send() would wait for room for ever",
        check: |case| {
            let size = largest_record(case)?;
            (size > case.number("queue.buffering.max.kbytes")).then(|| {
                let limit = case.shown("queue.buffering.max.kbytes");
                let record = show("record.size", &Value::Number(size));
                let room = (size / 1024.0).ceil() * 1024.0 * 16.0;
                Broken::new(format!(
                    "a record of {record} never fits into the queue ({limit})"
                ))
                .set("queue.buffering.max.kbytes", room, "")
            })
        },
    },
    Rule {
        id: "record-size-range",
        severity: Severity::Refuse,
        judge: Judge::Later,
        knobs: &["record.size", "record.size.max"],
        about: "record.size.max must not be below record.size",
        check: |case| {
            let most = case.settings.value("record.size.max").number()?;
            (most < case.number("record.size")).then(|| {
                let sentence = format!(
                    "record.size.max ({}) is below record.size ({})",
                    case.shown("record.size.max"),
                    case.shown("record.size")
                );
                let fixed = vec![("record.size.max", Value::Auto)];
                Broken::new(sentence)
                    .mend(fixed, "record.size.max auto (all records the same size)")
            })
        },
    },
    Rule {
        id: "record-too-small",
        severity: Severity::Refuse,
        judge: Judge::Later,
        knobs: &["follow", "record.size"],
        about: "a record that is followed must hold the 40 bytes of the record header",
        check: |case| {
            let from_file = case.settings.word("payload") == "file";
            let least = u16::try_from(HEADER_BYTES).map_or(0.0, f64::from);
            let too_small = case.number("record.size") < least;
            let broken = case.settings.is_on("follow") && !from_file && too_small;
            broken.then(|| {
                let sentence = format!(
                    "a record that is followed carries a header of {HEADER_BYTES} bytes, and record.size is {}",
                    case.shown("record.size")
                );
                if case.wants("record.size", "follow") {
                    return Broken::new(sentence).mend(
                        vec![("follow", Value::Switch(false))],
                        "follow off (nothing is read back)",
                    );
                }
                Broken::new(sentence).set("record.size", least, "")
            })
        },
    },
    Rule {
        id: "audit-follow",
        severity: Severity::Refuse,
        judge: Judge::Later,
        knobs: &["audit", "follow"],
        about: "an audit looks for every record in the log, so records must be followed",
        check: |case| {
            let broken = case.settings.is_on("audit") && !case.settings.is_on("follow");
            broken.then(|| {
                let sentence = "an audit needs follow, which reads every record back";
                if case.wants("follow", "audit") {
                    return Broken::new(sentence).mend(
                        vec![("audit", Value::Switch(false))],
                        "audit off (nothing is looked for)",
                    );
                }
                Broken::new(sentence).mend(
                    vec![("follow", Value::Switch(true))],
                    "follow on (for a consumer's CPU)",
                )
            })
        },
    },
    Rule {
        id: "payload-file",
        severity: Severity::Refuse,
        judge: Judge::Later,
        knobs: &["payload", "payload.file"],
        about: "payload file needs the name of a file",
        check: |case| {
            let missing = case.settings.word("payload") == "file"
                && case.settings.word("payload.file").is_empty();
            missing.then(|| {
                Broken::new("payload file needs payload.file, the file whose lines are sent")
                    .mend(vec![("payload", Value::Choice("json"))], "payload json")
            })
        },
    },
];

fn idempotent(case: &Case) -> bool {
    case.settings.is_on("enable.idempotence")
}

fn idempotence_off(sentence: &str) -> Broken {
    Broken::new(sentence).mend(
        vec![("enable.idempotence", Value::Switch(false))],
        "idempotence off (retries may duplicate, reorder)",
    )
}

/// The largest record that the workload builds; none where a file says.
fn largest_record(case: &Case) -> Option<f64> {
    let from_file = case.settings.word("payload") == "file";
    (!from_file).then(|| {
        case.number("record.size")
            .max(case.number("record.size.max"))
    })
}

fn timeout_linger(case: &Case) -> Option<Broken> {
    let (timeout, linger) = (case.number("delivery.timeout.ms"), case.number("linger.ms"));
    if timeout == 0.0 || timeout > linger {
        return None;
    }
    let sentence = format!(
        "delivery.timeout.ms ({}) must be greater than linger.ms ({})",
        case.shown("delivery.timeout.ms"),
        case.shown("linger.ms")
    );
    if case.wants("delivery.timeout.ms", "linger.ms") {
        let shorter = (timeout / 2.0).floor();
        return Some(Broken::new(sentence).set("linger.ms", shorter, ""));
    }
    let enough = (linger + case.number("request.timeout.ms")).ceil();
    Some(Broken::new(sentence).set(
        "delivery.timeout.ms",
        enough,
        " (linger.ms + request.timeout.ms)",
    ))
}
