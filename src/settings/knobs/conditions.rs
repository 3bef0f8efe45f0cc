//! What the lab does to the cluster's side.

use crate::settings::knob::PLAIN;
use crate::settings::knobs::workload::{real_cluster, without_wire};
use crate::settings::{Group, Kind, Knob};

pub(super) const ROWS: &[Knob] = &[
    Knob {
        name: "rtt.ms",
        aliases: &["rtt"],
        group: Group::Conditions,
        kind: Kind::Millis {
            min: 0.0,
            max: 60_000.0,
            whole: true,
        },
        tuning: (0.0, 500.0),
        own_default: Some("10"),
        about: "the round trip that is added: by the embedded cluster to every answer, in front of a real one by the wire, when --set names it",
        trade: "without one most knobs do nothing: batching and requests in flight exist to hide it",
        idle: without_wire,
        ..PLAIN
    },
    Knob {
        name: "errors.retriable",
        group: Group::Conditions,
        kind: Kind::Rate {
            min: 0.0,
            max: 1_000.0,
            open_end: false,
        },
        tuning: (0.0, 100.0),
        own_default: Some("0"),
        zero: Some("none"),
        about: "produce requests per second that the embedded cluster answers with an error that is worth a retry",
        trade: "shows what retries, back-off and idempotence are for",
        idle: real_cluster,
        ..PLAIN
    },
    Knob {
        name: "errors.fatal",
        group: Group::Conditions,
        kind: Kind::Rate {
            min: 0.0,
            max: 1_000.0,
            open_end: false,
        },
        tuning: (0.0, 100.0),
        own_default: Some("0"),
        zero: Some("none"),
        about: "produce requests per second that the embedded cluster answers with an error that no retry mends",
        trade: "shows what the application must handle itself",
        idle: real_cluster,
        ..PLAIN
    },
];
