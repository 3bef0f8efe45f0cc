//! Batching, compression and requests in flight.

use crate::settings::gather;
use crate::settings::knob::PLAIN;
use crate::settings::knobs::delivery::INT_MAX;
use crate::settings::{Group, Kind, Knob, Settings, Step, Surroundings, Value, find};

pub(super) const ROWS: &[Knob] = &[
    Knob {
        name: "linger.ms",
        aliases: &["queue.buffering.max.ms", "linger"],
        group: Group::Batching,
        kind: Kind::Millis {
            min: 0.0,
            max: 900_000.0,
            whole: false,
        },
        tuning: (0.0, 1_000.0),
        native: Some("linger.ms"),
        java: Some("linger.ms"),
        java_default: Some("5"),
        about: "waits up to this long to fill a batch; librdkafka takes fractions, Java whole milliseconds only",
        trade: "trades latency for fewer, fuller requests, which compress better",
        ..PLAIN
    },
    Knob {
        name: "batch.size",
        group: Group::Batching,
        kind: Kind::Bytes {
            min: 1,
            max: INT_MAX,
            unit: 1,
        },
        tuning: (1024.0, 4_194_304.0),
        native: Some("batch.size"),
        java: Some("batch.size"),
        java_default: Some("16384"),
        about: "sends a partition's batch once it holds this many bytes, counted before compression",
        trade: "larger batches carry more per request and compress better, smaller ones leave sooner at a high rate",
        idle: batch_size_idle,
        ..PLAIN
    },
    Knob {
        name: "batch.num.messages",
        group: Group::Batching,
        kind: Kind::Count {
            min: 1,
            max: 1_000_000,
        },
        tuning: (1.0, 100_000.0),
        native: Some("batch.num.messages"),
        about: "sends a partition's batch once it holds this many records; Java has no such limit",
        trade: "lower bounds the work of one request; it caps batches of small records long before batch.size does",
        idle: batch_num_idle,
        ..PLAIN
    },
    Knob {
        name: "compression.type",
        aliases: &["compression.codec", "compression"],
        group: Group::Batching,
        kind: Kind::Choice(&["none", "gzip", "snappy", "lz4", "zstd"]),
        step: Step::Choices,
        native: Some("compression.type"),
        java: Some("compression.type"),
        java_default: Some("none"),
        about: "compresses whole batches before they are sent; brokers store them as they come",
        trade: "trades client CPU for network and disk: lz4 and snappy are cheap, zstd and gzip are smaller",
        idle: |settings, _| {
            (settings.word("payload") == "random")
                .then(|| "random bytes do not shrink: batches go out as they are, the CPU is spent all the same".into())
        },
        ..PLAIN
    },
    Knob {
        name: "compression.level",
        aliases: &[
            "compression.gzip.level",
            "compression.lz4.level",
            "compression.zstd.level",
        ],
        group: Group::Batching,
        kind: Kind::Count { min: 0, max: 12 },
        step: Step::Linear(1.0),
        tuning: (0.0, 12.0),
        auto: true,
        native: Some("compression.level"),
        java: Some("compression.<codec>.level"),
        java_default: Some("auto"),
        about: "how hard the codec tries: gzip 0 to 9, lz4 and zstd 0 to 12, auto is the codec's own choice",
        trade: "a higher level spends more CPU for smaller batches",
        idle: level_idle,
        ..PLAIN
    },
    Knob {
        name: "max.in.flight",
        aliases: &["max.in.flight.requests.per.connection"],
        group: Group::Batching,
        kind: Kind::Count {
            min: 1,
            max: 1_000_000,
        },
        tuning: (1.0, 100.0),
        native: Some("max.in.flight"),
        java: Some("max.in.flight.requests.per.connection"),
        java_default: Some("5"),
        about: "how many requests may wait for their answer on one connection; librdkafka puts one partition into a request",
        trade: "more hides the round trip; without idempotence more than one may reorder when a request is retried",
        idle: in_flight_idle,
        ..PLAIN
    },
    Knob {
        name: "sticky.partitioning.linger.ms",
        group: Group::Batching,
        kind: Kind::Millis {
            min: 0.0,
            max: 900_000.0,
            whole: true,
        },
        tuning: (0.0, 1_000.0),
        auto: true,
        own_default: Some("auto"),
        native: Some("sticky.partitioning.linger.ms"),
        about: "how long records without a key stay with one partition; auto is 2 × linger.ms, 0 draws a partition per record",
        trade: "longer fills batches better, shorter spreads the load more evenly",
        idle: sticky_idle,
        ..PLAIN
    },
    Knob {
        name: "partitioner",
        group: Group::Batching,
        kind: Kind::Choice(&[
            "consistent_random",
            "consistent",
            "random",
            "murmur2",
            "murmur2_random",
            "fnv1a",
            "fnv1a_random",
        ]),
        step: Step::Choices,
        native: Some("partitioner"),
        java: Some("partitioner.class"),
        java_default: Some("murmur2_random"),
        about: "how a record key chooses its partition; murmur2_random puts keys where Java's producer puts them",
        trade: "two clients with different partitioners split the same key over two partitions",
        idle: partitioner_idle,
        ..PLAIN
    },
];

fn batch_size_idle(settings: &Settings, around: &Surroundings) -> Option<String> {
    let gathered = gather::gathered(settings, around)?;
    let row = find("batch.size")?;
    let shown = row.show(&Value::Number(row.rounded_to_read(gathered)));
    (gathered < settings.number("batch.size"))
        .then(|| format!("only about {shown} gather per partition before linger.ms ends the wait: above that it does nothing"))
}

fn batch_num_idle(settings: &Settings, _: &Surroundings) -> Option<String> {
    let records = settings.number("batch.size") / gather::record_bytes(settings);
    (records < settings.number("batch.num.messages")).then(|| {
        format!(
            "batch.size ends a batch first, at about {:.0} records of this size",
            records.max(1.0)
        )
    })
}

fn level_idle(settings: &Settings, _: &Surroundings) -> Option<String> {
    match settings.word("compression.type") {
        "none" => Some("compression.type is none".into()),
        "snappy" => Some("snappy has no levels".into()),
        "gzip" if settings.number("compression.level") > 9.0 => {
            Some("gzip ends at 9: higher levels are the same".into())
        }
        _ => None,
    }
}

fn in_flight_idle(settings: &Settings, around: &Surroundings) -> Option<String> {
    if settings.is_on("enable.idempotence") {
        return Some(
            "↯1/part: with idempotence librdkafka keeps about one request per partition in flight"
                .into(),
        );
    }
    gather::round_trip(settings, around)
        .filter(|trip| *trip < 0.5)
        .map(|_| "there is next to no round trip to hide here".into())
}

fn sticky_idle(settings: &Settings, _: &Surroundings) -> Option<String> {
    if settings.word("record.keys") != "none" {
        return Some(
            "records have keys (or their own partition), so none is placed by stickiness".into(),
        );
    }
    matches!(
        settings.word("partitioner"),
        "consistent" | "murmur2" | "fnv1a"
    )
    .then(|| "this partitioner puts all records without a key into one partition".into())
}

fn partitioner_idle(settings: &Settings, _: &Surroundings) -> Option<String> {
    match settings.word("record.keys") {
        "partition" => Some("every record names its partition".into()),
        "none" if gather::is_sticky(settings) => {
            Some("without record keys all of the random partitioners do the same".into())
        }
        _ => None,
    }
}
