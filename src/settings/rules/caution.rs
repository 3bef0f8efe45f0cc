//! What Java would refuse, or what cannot pay off: told, never in the way.

use super::{Broken, Case, Judge, Rule, Severity, about};
use crate::settings::{Value, gather};

mod capacity;

/// A caution about these knobs.
const fn caution(
    id: &'static str,
    knobs: &'static [&'static str],
    about: &'static str,
    check: fn(&Case) -> Option<Broken>,
) -> Rule {
    Rule {
        id,
        severity: Severity::Caution,
        judge: Judge::Later,
        knobs,
        about,
        check,
    }
}

pub(super) const RULES: &[Rule] = &[
    caution(
        "java-timeout",
        &["delivery.timeout.ms", "linger.ms", "request.timeout.ms"],
        "Java wants delivery.timeout.ms to be at least linger.ms + request.timeout.ms",
        java_timeout,
    ),
    caution(
        "timeout-endless",
        &["delivery.timeout.ms"],
        "without a delivery time-out a record may wait for ever, and librdkafka 2.12 mismeasures the time in its queue",
        |case| {
            (case.number("delivery.timeout.ms") == 0.0).then(|| {
                Broken::new("without a time-out a record may wait for ever, and librdkafka's queue time reads wrong")
                    .set("delivery.timeout.ms", 300_000.0, "")
            })
        },
    ),
    caution(
        "follow-embedded",
        &["follow"],
        "the embedded cluster answers a reader with one batch a partition and round trip: due→read shows that limit",
        |case| {
            let embedded = case.settings.is_on("follow") && case.around.embedded;
            embedded.then(|| Broken::new("the embedded cluster gives a reader one batch a partition and round trip: due→read is a real cluster's only on one"))
        },
    ),
    caution(
        "audit-embedded",
        &["audit"],
        "simulated brokers keep 5 MiB a partition and neither replicate nor deduplicate: an audit there proves nothing of a real cluster",
        |case| {
            let embedded = case.settings.is_on("audit") && case.around.embedded;
            embedded.then(|| Broken::new("simulated brokers neither replicate nor deduplicate: what an audit finds here is no real cluster's; linger --local-kafka --audit"))
        },
    ),
    caution(
        "audit-transactions",
        &["audit", "transactional.id"],
        "what became of records in transactions is judged after the run, by `linger bench --audit`, and not for each trial",
        |case| {
            let both =
                case.settings.is_on("audit") && !case.settings.word("transactional.id").is_empty();
            both.then(|| Broken::new("trials in transactions are not audited while they run: `linger bench --audit` judges them"))
        },
    ),
    caution(
        "payload-file-idle",
        &["payload.file", "payload"],
        "a payload.file is sent with payload=file only",
        |case| {
            let named = !case.settings.word("payload.file").is_empty();
            let idle = named && case.settings.word("payload") != "file";
            idle.then(|| {
                let sentence = format!(
                    "payload.file is not sent: payload is {}",
                    case.settings.word("payload")
                );
                Broken::new(sentence).mend(vec![("payload", Value::Choice("file"))], "payload file")
            })
        },
    ),
    caution(
        "backoff-order",
        &["retry.backoff.ms", "retry.backoff.max.ms"],
        "retry.backoff.max.ms below retry.backoff.ms makes every pause the same",
        |case| {
            let first = case.number("retry.backoff.ms");
            (case.number("retry.backoff.max.ms") < first).then(|| {
                let most = case.shown("retry.backoff.max.ms");
                Broken::new(format!(
                    "every pause is {most}: retry.backoff.max.ms is below retry.backoff.ms"
                ))
                .set("retry.backoff.max.ms", first, "")
            })
        },
    ),
    caution(
        "socket-request",
        &["socket.timeout.ms", "request.timeout.ms", "acks"],
        "socket.timeout.ms below request.timeout.ms repeats requests that the broker is still working on",
        socket_request,
    ),
    caution(
        "socket-round-trip",
        &["socket.timeout.ms", "rtt.ms"],
        "a socket.timeout.ms within the round trip gives every request up before its answer",
        |case| {
            let trip = gather::round_trip(case.settings, case.around)?;
            (case.number("socket.timeout.ms") <= trip).then(|| {
                let longer = (trip * 10.0).ceil().clamp(1_000.0, 300_000.0);
                Broken::new(format!(
                    "no answer comes within socket.timeout.ms: the round trip is {}",
                    about("rtt.ms", trip)
                ))
                .set("socket.timeout.ms", longer, "")
            })
        },
    ),
    caution(
        "acks-none",
        &["acks"],
        "with acks=0 a record counts as delivered once it is written to the socket",
        |case| {
            (case.settings.word("acks") == "0").then(|| {
                Broken::new("acks 0: nothing is acknowledged, so losses are not noticed and retries cannot mend them")
            })
        },
    ),
    caution(
        "acks-one-replica",
        &["acks"],
        "acks=all on a topic with one replica protects from nothing",
        |case| {
            let alone = !case.around.embedded && case.around.replication == Some(1);
            (alone && case.settings.word("acks") == "all")
                .then(|| Broken::new("acks all waits for nobody: the topic has one replica, and loses records with its broker"))
        },
    ),
    caution(
        "in-flight-one",
        &["max.in.flight", "enable.idempotence"],
        "in flight 1 without idempotence still reorders in librdkafka when a batch is retried under load",
        in_flight_one,
    ),
    caution(
        "batch-above-message",
        &["batch.size", "message.max.bytes"],
        "batch.size cannot pass message.max.bytes",
        |case| {
            let batch = case.number("batch.size");
            (batch > case.number("message.max.bytes")).then(|| {
                let limit = case.shown("message.max.bytes");
                let broken = Broken::new(format!(
                    "batches end at message.max.bytes ({limit}), before batch.size"
                ));
                if batch > 1e9 {
                    return broken.set("batch.size", case.number("message.max.bytes"), "");
                }
                broken.set(
                    "message.max.bytes",
                    batch,
                    " (the topic's max.message.bytes must allow it)",
                )
            })
        },
    ),
    caution(
        "linger-fills",
        &["linger.ms", "batch.size"],
        "linger.ms above the time that a batch takes to fill does nothing",
        linger_fills,
    ),
    caution(
        "idempotence-small-batch",
        &["batch.size", "enable.idempotence", "rate"],
        "idempotence lets out about one batch per partition and round trip: batch.size must hold what comes in that time",
        capacity::small_batch,
    ),
    caution(
        "window",
        &["rate", "max.in.flight", "batch.size"],
        "max.in.flight × batch.size per round trip must carry the rate",
        capacity::window,
    ),
    caution(
        "burst-peak",
        &["rate.peak", "rate.shape", "rate"],
        "bursts need a peak above the rate",
        |case| {
            let rate = case.settings.value("rate").number()?;
            let peak = case.settings.value("rate.peak").number()?;
            let flat = case.settings.word("rate.shape") == "burst" && peak <= rate;
            flat.then(|| {
                let sentence = format!(
                    "rate.peak ({}) is not above the rate: nothing bursts, the load is steady",
                    case.shown("rate.peak")
                );
                Broken::new(sentence).mend(
                    vec![("rate.peak", Value::Auto)],
                    "rate.peak auto (twice the rate)",
                )
            })
        },
    ),
    caution(
        "sync-rate",
        &["send.mode", "rate", "senders"],
        "send mode sync delivers one record per sender and round trip",
        capacity::sync_rate,
    ),
    caution(
        "queue-small",
        &["queue.buffering.max.messages", "rate", "linger.ms"],
        "the client's queue must hold what falls due within linger.ms and a round trip",
        capacity::queue_small,
    ),
    caution(
        "errors-real",
        &["errors.retriable", "errors.fatal"],
        "errors can be injected on the embedded cluster only",
        |case| {
            let asked = case.number("errors.retriable") + case.number("errors.fatal") > 0.0;
            (asked && !case.around.embedded).then(|| {
                let none =
                    ["errors.retriable", "errors.fatal"].map(|name| (name, Value::Number(0.0)));
                Broken::new("a real cluster makes its own errors: none are injected")
                    .mend(none.into(), "no injected errors")
            })
        },
    ),
];

fn java_timeout(case: &Case) -> Option<Broken> {
    let timeout = case.number("delivery.timeout.ms");
    let least = (case.number("linger.ms") + case.number("request.timeout.ms")).ceil();
    if timeout == 0.0 || timeout >= least {
        return None;
    }
    let sentence = format!(
        "Java would refuse: delivery.timeout.ms ({}) is below linger.ms + request.timeout.ms ({})",
        case.shown("delivery.timeout.ms"),
        super::show("delivery.timeout.ms", &Value::Number(least))
    );
    Some(Broken::new(sentence).set("delivery.timeout.ms", least, ""))
}

fn socket_request(case: &Case) -> Option<Broken> {
    let (socket, request) = (
        case.number("socket.timeout.ms"),
        case.number("request.timeout.ms"),
    );
    if case.settings.word("acks") != "all" || socket >= request {
        return None;
    }
    let sentence = format!(
        "the client repeats a request after {} while the broker may still work on it for {}",
        case.shown("socket.timeout.ms"),
        case.shown("request.timeout.ms")
    );
    Some(Broken::new(sentence).set("request.timeout.ms", socket, ""))
}

fn in_flight_one(case: &Case) -> Option<Broken> {
    let retried = case.number("retries") > 0.0 && case.settings.word("acks") != "0";
    let alone = case.number("max.in.flight") <= 1.0 && !case.settings.is_on("enable.idempotence");
    if !retried || !alone {
        return None;
    }
    let set = vec![
        ("enable.idempotence", Value::Switch(true)),
        ("acks", Value::Choice("all")),
    ];
    let sentence =
        "in flight 1 alone still reorders under load: a retried batch goes behind newer ones";
    Some(Broken::new(sentence).mend(set, "idempotence on, acks all (keeps the order)"))
}

fn linger_fills(case: &Case) -> Option<Broken> {
    let fill = gather::fill_ms(case.settings, case.around)?;
    if case.number("linger.ms") <= fill {
        return None;
    }
    let sentence = format!(
        "{} fills in {}, so linger.ms above that does nothing unless batch.size grows",
        case.shown("batch.size"),
        about("linger.ms", fill)
    );
    // Rounded down, so that the mend holds.
    let shorter = (fill * 10.0).floor() / 10.0;
    Some(Broken::new(sentence).set("linger.ms", shorter, ""))
}
