//! Delivery guarantees: what counts as delivered, and how long and how often the client tries.

use crate::settings::knob::PLAIN;
use crate::settings::{Group, Kind, Knob, Settings, Step, Surroundings};

/// The largest value of librdkafka's whole numbers.
pub(super) const INT_MAX: u64 = 2_147_483_647;

pub(super) const ROWS: &[Knob] = &[
    Knob {
        name: "acks",
        aliases: &["request.required.acks"],
        group: Group::Delivery,
        kind: Kind::Choice(&["0", "1", "all"]),
        step: Step::Choices,
        native: Some("acks"),
        java: Some("acks"),
        java_default: Some("all"),
        about: "how many replicas must have a record before it counts as delivered: all in-sync ones, the leader, or none",
        trade: "fewer acknowledgements answer sooner; with 1 a lost leader loses records, with 0 nothing is ever confirmed",
        idle: acks_idle,
        ..PLAIN
    },
    Knob {
        name: "enable.idempotence",
        aliases: &["idempotence"],
        group: Group::Delivery,
        kind: Kind::Switch,
        step: Step::Choices,
        native: Some("enable.idempotence"),
        java: Some("enable.idempotence"),
        java_default: Some("true"),
        about: "numbers every batch so that a retry is neither stored twice nor out of order",
        trade: "no duplicates and no reordering by retries, for about one request in flight per partition (librdkafka)",
        idle: |_, around| {
            around.embedded.then(|| {
                "the embedded cluster removes no duplicates: only the cost of idempotence shows here".into()
            })
        },
        ..PLAIN
    },
    Knob {
        name: "delivery.timeout.ms",
        aliases: &["message.timeout.ms"],
        group: Group::Delivery,
        kind: Kind::Millis {
            min: 0.0,
            max: 2_147_483_647.0,
            whole: true,
        },
        tuning: (30_000.0, 600_000.0),
        native: Some("delivery.timeout.ms"),
        java: Some("delivery.timeout.ms"),
        java_default: Some("120000"),
        zero: Some("no limit"),
        about: "how long a record may take from send() to its report, all retries included",
        trade: "longer rides out an outage, shorter tells the application sooner that a record failed",
        ..PLAIN
    },
    Knob {
        name: "retries",
        aliases: &["message.send.max.retries"],
        group: Group::Delivery,
        kind: Kind::Count {
            min: 0,
            max: INT_MAX,
        },
        tuning: (0.0, 100.0),
        native: Some("retries"),
        java: Some("retries"),
        java_default: Some("2147483647"),
        zero: Some("none"),
        about: "how often a failed request is tried again; delivery.timeout.ms ends it in any case",
        trade: "fewer retries fail sooner; more survive a leader change, and may duplicate or reorder without idempotence",
        idle: |settings, _| {
            (settings.word("acks") == "0")
                .then(|| "with acks=0 no answer comes, so only a lost connection is retried".into())
        },
        ..PLAIN
    },
    Knob {
        name: "retry.backoff.ms",
        group: Group::Delivery,
        kind: Kind::Millis {
            min: 1.0,
            max: 300_000.0,
            whole: true,
        },
        tuning: (1.0, 1_000.0),
        native: Some("retry.backoff.ms"),
        java: Some("retry.backoff.ms"),
        java_default: Some("100"),
        about: "the pause before the first retry; it doubles with each further one",
        trade: "shorter recovers sooner, longer spares a cluster in trouble",
        idle: no_retries,
        ..PLAIN
    },
    Knob {
        name: "retry.backoff.max.ms",
        group: Group::Delivery,
        kind: Kind::Millis {
            min: 1.0,
            max: 300_000.0,
            whole: true,
        },
        tuning: (100.0, 10_000.0),
        native: Some("retry.backoff.max.ms"),
        java: Some("retry.backoff.max.ms"),
        java_default: Some("1000"),
        about: "the longest pause between two retries",
        trade: "shorter notices sooner that the cluster is back, longer spares it meanwhile",
        idle: no_retries,
        ..PLAIN
    },
    Knob {
        name: "request.timeout.ms",
        group: Group::Delivery,
        kind: Kind::Millis {
            min: 1.0,
            max: 900_000.0,
            whole: true,
        },
        tuning: (1_000.0, 120_000.0),
        native: Some("request.timeout.ms"),
        java: Some("request.timeout.ms"),
        java_default: Some("30000"),
        about: "how long the broker itself waits for its replicas; in librdkafka the client's own wait is socket.timeout.ms",
        trade: "shorter reports slow replicas sooner, longer lets them catch up",
        idle: |settings, around| {
            if around.embedded {
                return Some("the embedded cluster has no replicas to wait for".into());
            }
            (settings.word("acks") != "all")
                .then(|| "the broker waits for replicas only with acks=all".into())
        },
        ..PLAIN
    },
    Knob {
        name: "socket.timeout.ms",
        group: Group::Delivery,
        kind: Kind::Millis {
            min: 10.0,
            max: 300_000.0,
            whole: true,
        },
        tuning: (5_000.0, 120_000.0),
        native: Some("socket.timeout.ms"),
        java: Some("request.timeout.ms"),
        java_default: Some("30000"),
        about: "how long the client waits for the answer to a request before it drops the connection and retries",
        trade: "shorter leaves a dead broker sooner; too short repeats requests that were about to be answered",
        ..PLAIN
    },
    Knob {
        name: "max.block.ms",
        group: Group::Delivery,
        kind: Kind::Millis {
            min: 0.0,
            max: 2_147_483_647.0,
            whole: true,
        },
        tuning: (5_000.0, 120_000.0),
        own_default: Some("60000"),
        java: Some("max.block.ms"),
        java_default: Some("60000"),
        about: "how long send() waits for room in a full queue before the record fails; linger provides it, librdkafka has none",
        trade: "longer lets the application feel back-pressure, shorter gives it an error to handle",
        ..PLAIN
    },
    Knob {
        name: "transactional.id",
        group: Group::Delivery,
        kind: Kind::Text(200),
        native: Some("transactional.id"),
        java: Some("transactional.id"),
        java_default: Some(""),
        about: "sends in transactions under this name, which outlives the producer: a later one of the same name ends what it left open and fences it off; empty sends without",
        trade: "what a transaction holds is read wholly or not at all, for a commit that everything waits for; never name one that an application uses",
        ..PLAIN
    },
    Knob {
        name: "transaction.timeout.ms",
        group: Group::Delivery,
        kind: Kind::Millis {
            min: 1_000.0,
            max: 2_147_483_647.0,
            whole: true,
        },
        tuning: (5_000.0, 900_000.0),
        native: Some("transaction.timeout.ms"),
        java: Some("transaction.timeout.ms"),
        java_default: Some("60000"),
        about: "how long a transaction may be open before the broker aborts it; the broker's transaction.max.timeout.ms is the most",
        trade: "shorter lets readers go on sooner after a producer has died, longer allows longer transactions",
        idle: |settings, _| without_transactions(settings),
        ..PLAIN
    },
];

/// The rows of transactions need a name for them.
pub(super) fn without_transactions(settings: &Settings) -> Option<String> {
    settings
        .word("transactional.id")
        .is_empty()
        .then(|| "no transactional.id: nothing is sent in transactions".into())
}

fn acks_idle(settings: &Settings, around: &Surroundings) -> Option<String> {
    if settings.word("acks") == "0" {
        return None;
    }
    if around.embedded {
        return Some("embedded: there is no replication, so 1 and all are the same here; --local-kafka shows the difference".into());
    }
    (around.replication == Some(1))
        .then(|| "the topic has one replica, so 1 and all are the same here".into())
}

fn no_retries(settings: &Settings, _: &Surroundings) -> Option<String> {
    (settings.number("retries") == 0.0).then(|| "retries is 0: nothing is tried again".into())
}
