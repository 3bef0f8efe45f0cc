//! What is sent and how fast.

use crate::settings::knob::PLAIN;
use crate::settings::knobs::delivery::without_transactions;
use crate::settings::{Group, Kind, Knob, Settings, Step, Surroundings};

/// How many bytes of a payload the record header takes, where records are followed.
pub const HEADER_BYTES: usize = 40;
/// The largest record that the lab builds.
const RECORD_MAX: u64 = 100_000_000;

pub(super) const ROWS: &[Knob] = &[
    Knob {
        name: "rate",
        aliases: &["throughput"],
        group: Group::Workload,
        kind: Kind::Rate {
            min: 1.0,
            max: 10_000_000.0,
            open_end: true,
        },
        tuning: (100.0, 1_000_000.0),
        own_default: Some("10000"),
        about: "how many records fall due per second, by a schedule that does not wait for answers; max is full speed",
        trade: "a fixed rate gives honest latency, full speed tells the most that goes through and nothing about latency",
        ..PLAIN
    },
    Knob {
        name: "record.size",
        aliases: &["record-size"],
        group: Group::Workload,
        kind: Kind::Bytes {
            min: 1,
            max: RECORD_MAX,
            unit: 1,
        },
        tuning: (16.0, 262_144.0),
        own_default: Some("1024"),
        about: "bytes of payload per record",
        trade: "small records cost CPU per record, large ones network and disk",
        idle: |settings, _| from_file(settings),
        ..PLAIN
    },
    Knob {
        name: "record.size.max",
        group: Group::Workload,
        kind: Kind::Bytes {
            min: 1,
            max: RECORD_MAX,
            unit: 1,
        },
        tuning: (1024.0, 262_144.0),
        auto: true,
        own_default: Some("auto"),
        about: "makes record sizes vary evenly from record.size up to this; auto keeps them all the same",
        trade: "mixed sizes are nearer to most applications, equal ones easier to reason about",
        idle: |settings, _| from_file(settings),
        ..PLAIN
    },
    Knob {
        name: "rate.shape",
        group: Group::Workload,
        kind: Kind::Choice(&["steady", "burst", "ramp", "step"]),
        step: Step::Choices,
        own_default: Some("steady"),
        about: "how the rate lies in time: evenly, in bursts at rate.peak, rising evenly to rate.peak, or stepping to it",
        trade: "bursts and steps show what queues do when load comes unevenly, as it does in production",
        idle: |settings, _| at_full_speed(settings),
        ..PLAIN
    },
    Knob {
        name: "rate.peak",
        group: Group::Workload,
        kind: Kind::Rate {
            min: 1.0,
            max: 10_000_000.0,
            open_end: false,
        },
        tuning: (100.0, 1_000_000.0),
        auto: true,
        own_default: Some("auto"),
        about: "records per second within a burst, and after a ramp or step; auto is twice the rate",
        trade: "a higher peak fills the queues more before they can drain",
        idle: |settings, _| of_a_shape(settings),
        ..PLAIN
    },
    Knob {
        name: "rate.period.ms",
        group: Group::Workload,
        kind: Kind::Millis {
            min: 1.0,
            max: 86_400_000.0,
            whole: false,
        },
        tuning: (100.0, 60_000.0),
        own_default: Some("1000"),
        about: "from one burst to the next; how long a ramp rises; when the step comes",
        trade: "bursts at longer periods hold more records each",
        idle: |settings, _| of_a_shape(settings),
        ..PLAIN
    },
    Knob {
        name: "payload",
        group: Group::Workload,
        kind: Kind::Choice(&["zeros", "random", "text", "json", "file"]),
        step: Step::Choices,
        own_default: Some("json"),
        about: "what records hold: zeros, random bytes, words, JSON documents (about 4:1), or lines of a file",
        trade: "zeros flatter every codec, random bytes defeat it: take what resembles your records",
        ..PLAIN
    },
    Knob {
        name: "payload.file",
        aliases: &["payload-file"],
        group: Group::Workload,
        kind: Kind::Text(4096),
        own_default: Some(""),
        about: "the file whose lines are sent with payload=file, one record a line, over and over",
        trade: "your own records compress and batch as they will in production",
        idle: |settings, _| {
            (settings.word("payload") != "file").then(|| "payload is not file".into())
        },
        ..PLAIN
    },
    Knob {
        name: "record.keys",
        group: Group::Workload,
        kind: Kind::Choice(&["none", "uniform", "skewed", "partition"]),
        step: Step::Choices,
        own_default: Some("none"),
        about: "record keys: none (sticky partitions), evenly drawn, a few hot ones (skewed), or none with a named partition in turn",
        trade: "keys spread records over all partitions, so batches fill more slowly; hot keys make one partition the bottleneck",
        ..PLAIN
    },
    Knob {
        name: "key.count",
        group: Group::Workload,
        kind: Kind::Count {
            min: 1,
            max: 100_000_000,
        },
        tuning: (1.0, 1_000_000.0),
        own_default: Some("10000"),
        about: "how many different record keys are drawn from",
        trade: "fewer keys than partitions leave partitions empty",
        idle: |settings, _| {
            (!matches!(settings.word("record.keys"), "uniform" | "skewed"))
                .then(|| "no record keys are drawn".into())
        },
        ..PLAIN
    },
    Knob {
        name: "senders",
        group: Group::Workload,
        kind: Kind::Count { min: 1, max: 16 },
        step: Step::Linear(1.0),
        tuning: (1.0, 16.0),
        own_default: Some("1"),
        about: "how many threads call send() on the one producer, each with its share of the rate",
        trade: "more senders find the limit of one thread, and then contend for the client's queue",
        ..PLAIN
    },
    Knob {
        name: "send.mode",
        group: Group::Workload,
        kind: Kind::Choice(&["async", "sync", "fire-and-forget"]),
        step: Step::Choices,
        own_default: Some("async"),
        about: "async reads reports as they come, sync waits for each record's report, fire-and-forget never reads them",
        trade: "sync sends one record per round trip and sender; fire-and-forget never learns what failed",
        ..PLAIN
    },
    Knob {
        name: "transaction.size",
        group: Group::Workload,
        kind: Kind::Count {
            min: 0,
            max: 100_000_000,
        },
        tuning: (0.0, 100_000.0),
        own_default: Some("0"),
        zero: Some("no limit"),
        about: "ends a transaction after this many records, those of all senders together",
        trade: "larger ones share the cost of a commit among more records, smaller ones are readable sooner",
        idle: |settings, _| without_transactions(settings),
        ..PLAIN
    },
    Knob {
        name: "transaction.interval.ms",
        group: Group::Workload,
        kind: Kind::Millis {
            min: 0.0,
            max: 3_600_000.0,
            whole: false,
        },
        tuning: (0.0, 10_000.0),
        own_default: Some("100"),
        zero: Some("no limit"),
        about: "ends a transaction after this time, if it is not full before; at half of transaction.timeout.ms it ends in any case",
        trade: "longer ones share the cost of a commit among more records, and hold back whoever reads committed ones for that long",
        idle: |settings, _| without_transactions(settings),
        ..PLAIN
    },
    Knob {
        name: "transaction.abort.percent",
        group: Group::Workload,
        kind: Kind::Count { min: 0, max: 100 },
        step: Step::Linear(5.0),
        tuning: (0.0, 100.0),
        own_default: Some("0"),
        zero: Some("none"),
        about: "how many of a hundred transactions are aborted once their records are written, evenly spread",
        trade: "aborted records take the same way and the same room in the log, and readers of committed ones pass over them",
        idle: |settings, _| without_transactions(settings),
        ..PLAIN
    },
    Knob {
        name: "drain.first",
        group: Group::Workload,
        kind: Kind::Switch,
        step: Step::Choices,
        own_default: Some("false"),
        about: "on a turn, lets the old producer deliver all that it holds before the new one starts",
        trade: "keeps the order across a turn, for a pause of about one response time",
        ..PLAIN
    },
    Knob {
        name: "follow",
        group: Group::Workload,
        kind: Kind::Switch,
        step: Step::Choices,
        own_default: Some("false"),
        about: "reads every record back while the load runs, and shows how long it took until it could be read (due→read)",
        trade: "tells what acks does not: when a consumer has the record; for the CPU of a consumer on this machine, a copy of each payload, and its first 40 bytes, which carry the record header",
        ..PLAIN
    },
    Knob {
        name: "audit",
        group: Group::Workload,
        kind: Kind::Switch,
        step: Step::Choices,
        own_default: Some("false"),
        about: "accounts for every record while the load runs: which were acknowledged and lost, are there twice, or stand out of order (needs follow)",
        trade: "shows the guarantee beside the speed; for a little more CPU where records are reported and read back",
        ..PLAIN
    },
];

fn at_full_speed(settings: &Settings) -> Option<String> {
    settings
        .number("rate")
        .is_infinite()
        .then(|| "full speed has no schedule".into())
}

fn of_a_shape(settings: &Settings) -> Option<String> {
    let steady = settings.word("rate.shape") == "steady";
    at_full_speed(settings).or_else(|| steady.then(|| "rate.shape is steady".into()))
}

fn from_file(settings: &Settings) -> Option<String> {
    (settings.word("payload") == "file")
        .then(|| "the lines of payload.file have their own sizes".into())
}

/// A round trip is added by the embedded cluster, and in front of a real one by the wire.
pub(super) fn without_wire(settings: &Settings, around: &Surroundings) -> Option<String> {
    real_cluster(settings, around)
        .filter(|_| !around.wire)
        .map(|_| "a real cluster has its own; start with --set rtt.ms=20 to add that to it".into())
}

/// Conditions are the embedded cluster's: a real one has its own.
pub(super) fn real_cluster(_: &Settings, around: &Surroundings) -> Option<String> {
    (!around.embedded)
        .then(|| "only the embedded cluster can do this; a real one has its own".into())
}
