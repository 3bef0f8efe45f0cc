//! Queues, sizes and sockets of the client.

use crate::settings::knob::PLAIN;
use crate::settings::knobs::delivery::INT_MAX;
use crate::settings::{Group, Kind, Knob};

pub(super) const ROWS: &[Knob] = &[
    Knob {
        name: "queue.buffering.max.messages",
        group: Group::Client,
        kind: Kind::Count {
            min: 0,
            max: INT_MAX,
        },
        tuning: (1_000.0, 1_000_000.0),
        native: Some("queue.buffering.max.messages"),
        zero: Some("no limit"),
        about: "how many records may wait for delivery in the client, reports not yet read included; 0 is no limit",
        trade: "more rides out a stall, and makes the queue (and the latency) longer before send() feels it",
        ..PLAIN
    },
    Knob {
        name: "queue.buffering.max.kbytes",
        aliases: &["buffer.memory"],
        group: Group::Client,
        kind: Kind::Bytes {
            min: 1024,
            max: INT_MAX * 1024,
            unit: 1024,
        },
        tuning: (1_048_576.0, 1_073_741_824.0),
        native: Some("queue.buffering.max.kbytes"),
        java: Some("buffer.memory"),
        java_default: Some("33554432"),
        about: "how many bytes of payload may wait for delivery in the client",
        trade: "more memory for longer stalls; librdkafka's count of records usually ends first",
        ..PLAIN
    },
    Knob {
        name: "message.max.bytes",
        aliases: &["max.request.size"],
        group: Group::Client,
        kind: Kind::Bytes {
            min: 1_000,
            max: 1_000_000_000,
            unit: 1,
        },
        // Above this a topic with the usual max.message.bytes refuses the batch.
        tuning: (65_536.0, 1_000_000.0),
        native: Some("message.max.bytes"),
        java: Some("max.request.size"),
        java_default: Some("1048576"),
        about: "the largest request, and so the largest record and batch, that the client builds",
        trade: "larger lets batch.size grow; the topic's max.message.bytes has the last word",
        ..PLAIN
    },
    Knob {
        name: "socket.send.buffer.bytes",
        aliases: &["send.buffer.bytes"],
        group: Group::Client,
        kind: Kind::Bytes {
            min: 0,
            max: 100_000_000,
            unit: 1,
        },
        tuning: (0.0, 8_388_608.0),
        native: Some("socket.send.buffer.bytes"),
        java: Some("send.buffer.bytes"),
        java_default: Some("131072"),
        zero: Some("system"),
        about: "the socket's send buffer; 0 leaves it to the operating system, which tunes it by itself",
        trade: "a fixed one can be too small for a long line (rate × round trip) or hide a queue in the kernel",
        ..PLAIN
    },
    Knob {
        name: "socket.receive.buffer.bytes",
        aliases: &["receive.buffer.bytes"],
        group: Group::Client,
        kind: Kind::Bytes {
            min: 0,
            max: 100_000_000,
            unit: 1,
        },
        tuning: (0.0, 8_388_608.0),
        native: Some("socket.receive.buffer.bytes"),
        java: Some("receive.buffer.bytes"),
        java_default: Some("32768"),
        zero: Some("system"),
        about: "the socket's receive buffer; 0 leaves it to the operating system",
        trade: "nothing to win for a producer, whose answers are small",
        ..PLAIN
    },
    Knob {
        name: "client.id",
        group: Group::Client,
        kind: Kind::Text(200),
        own_default: Some("linger"),
        native: Some("client.id"),
        java: Some("client.id"),
        java_default: Some(""),
        about: "the name that brokers write into their logs, metrics and quotas",
        trade: "quotas go by it: another name may be throttled otherwise",
        ..PLAIN
    },
];
