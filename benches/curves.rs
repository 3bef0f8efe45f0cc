//! The curves of the knobs that trade most, as one HTML page: max.in.flight over round trips, linger.ms and batch.size, compression
//! over payloads; on the embedded cluster, and with `--real 1` also on a real broker (needs Java, and Maven once): directly wherever no
//! delay has to be added, else through the wire, which adds it. Every point is measured once a round, in an order drawn anew for
//! each, so that drift shows as scatter and not as a slope.
//!
//! `cargo bench --bench curves -- [--out FILE] [--seconds 2] [--rounds 3] [--real 1] [--seed 4]`
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "shared/broker.rs"]
mod broker;
#[path = "shared/flags.rs"]
mod flags;
#[path = "shared/lab.rs"]
#[allow(dead_code, reason = "blocks steer their lab themselves")]
mod lab;
#[path = "shared/machine.rs"]
mod machine;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use broker::Broker;
use linger::lab::LabConfig;
use linger::lab::block::{Block, Blocks};
use linger::lab::config::Target;
use linger::report::page::curves::metric;
use linger::report::page::{Page, Section};
use linger::settings::files::write_whole;
use linger::snapshot::Snapshot;
use linger::wire::Wire;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;

/// Before a block is measured it runs this long.
const WARM_UP: Duration = Duration::from_millis(700);
const TOPIC: &str = "linger-curves";
const PARTITIONS: i32 = 6;

/// One family of curves.
struct Curve {
    title: &'static str,
    about: &'static str,
    /// The knob to the right, with its values.
    knob: (&'static str, &'static [&'static str]),
    /// What makes the lines, with its values.
    lines: (&'static str, &'static [&'static str]),
    fixed: &'static [(&'static str, &'static str)],
    metrics: &'static [&'static str],
    /// Whether it needs a round trip, which a real broker on this machine has only behind the wire.
    delayed: bool,
}

const CURVES: &[Curve] = &[
    Curve {
        title: "max.in.flight at several round trips",
        about: "Full speed, 100-byte records, 6 partitions, batches of 64 KiB. The claim: throughput peaks at 2 requests in flight, and 5 is \
about as good.",
        knob: ("max.in.flight", &["1", "2", "3", "5", "10", "20"]),
        lines: ("rtt.ms", &["0", "1", "5", "20"]),
        fixed: &[
            ("rate", "max"),
            ("record.size", "100"),
            ("batch.size", "65536"),
        ],
        metrics: &["throughput", "p50", "p99"],
        delayed: true,
    },
    Curve {
        title: "linger.ms at fixed rates",
        about: "1 KiB JSON records. The claim: a little latency buys fuller batches and fewer requests; a full batch leaves before its time.",
        knob: ("linger.ms", &["0", "1", "2", "5", "10", "20", "50", "100"]),
        lines: ("rate", &["2000", "20000"]),
        fixed: &[("rtt.ms", "5"), ("batch.size", "65536")],
        metrics: &["p50", "p99", "batch", "requests", "throughput"],
        delayed: false,
    },
    Curve {
        title: "batch.size",
        about: "1 KiB JSON records, linger.ms 5. The claim: a large batch.size adds no delay, a small one costs.",
        knob: (
            "batch.size",
            &["1024", "4096", "16384", "65536", "262144", "1000000"],
        ),
        lines: ("rate", &["5000", "20000", "max"]),
        fixed: &[
            ("rtt.ms", "5"),
            ("linger.ms", "5"),
            ("max.in.flight", "5"),
            // Else a small batch at full speed leaves a backlog that drains for a minute.
            ("queue.buffering.max.messages", "20000"),
        ],
        metrics: &["throughput", "p50", "p99", "batch", "requests"],
        delayed: false,
    },
    Curve {
        title: "compression.type by payload",
        about: "1 KiB records at 10,000/s, linger.ms 20. The claim: compression saves network and disk for CPU; snappy is cheap, gzip is small.",
        knob: (
            "compression.type",
            &["none", "snappy", "lz4", "zstd", "gzip"],
        ),
        lines: ("payload", &["json", "text", "random"]),
        fixed: &[
            ("rate", "10000"),
            ("rtt.ms", "5"),
            ("linger.ms", "20"),
            ("batch.size", "262144"),
        ],
        metrics: &["ratio", "cpu", "p50", "p99", "throughput"],
        delayed: false,
    },
];

fn main() {
    let out: String = flags::value("out", "target/curves.html".to_owned());
    let seconds: f64 = flags::value("seconds", 2.0);
    let rounds: usize = flags::value("rounds", 3);
    let seed: u64 = flags::value("seed", 4);
    let real: u32 = flags::value("real", 0);
    println!("{}", machine::line());
    let time = Duration::from_secs_f64(seconds);
    let mut order = StdRng::seed_from_u64(seed);
    let mut sections = Vec::new();
    for curve in CURVES {
        let (target, times) = (lab::embedded(), (time, rounds));
        let results = measured(curve, target, None, times, &mut order);
        sections.push(section(curve, "embedded cluster, simulated", results));
    }
    let broker = (real > 0).then(Broker::start);
    for curve in CURVES {
        let Some(broker) = &broker else { break };
        let results = broker.with_topic(TOPIC, PARTITIONS, || {
            let (target, wire) = if curve.delayed {
                let (target, wire) = broker.behind_wire(TOPIC);
                (target, Some(wire))
            } else {
                (broker.target(TOPIC), None)
            };
            let results = measured(curve, target, wire, (time, rounds), &mut order);
            println!("in the broker's log {}", broker.records(TOPIC));
            results
        });
        let place = if curve.delayed {
            "real broker, the round trip added by the wire"
        } else {
            "real broker, no added delay"
        };
        sections.push(section(curve, place, results));
    }
    let page = Page {
        title: "What the knobs do: curves".into(),
        lead: vec![
            format!(
                "Every point was measured {rounds} × {seconds} s, in an order drawn anew for each round; the lines go through the \
middle ones. librdkafka, not Java. {}.",
                machine::line()
            ),
            "What holds on the embedded cluster holds for the client and the round trip; it has no disk and no replication.".into(),
        ],
        sections,
    };
    let html = page.render().unwrap_or_else(|error| panic!("{error}"));
    write_whole(Path::new(&out), html.as_bytes(), true).unwrap_or_else(|error| panic!("{error}"));
    println!("{}\nwrote {out}, {} bytes", machine::line(), html.len());
}

fn section(curve: &Curve, place: &str, results: Vec<Snapshot>) -> Section {
    Section {
        title: format!("{} · {place}", curve.title),
        about: curve.about.into(),
        knob: Some(curve.knob.0.into()),
        metrics: curve
            .metrics
            .iter()
            .map(|name| metric(name).expect("a metric"))
            .collect(),
        results,
    }
}

/// Measures all points of a curve on one lab, `rounds` times.
fn measured(
    curve: &Curve,
    target: Target,
    wire: Option<Arc<Wire>>,
    (time, rounds): (Duration, usize),
    order: &mut StdRng,
) -> Vec<Snapshot> {
    let undelayed = matches!(target, Target::Real { .. }) && wire.is_none();
    let points: Vec<(&str, &str)> = curve
        .lines
        .1
        .iter()
        .flat_map(|line| curve.knob.1.iter().map(move |value| (*value, *line)))
        .collect();
    let settings = |(value, line): (&str, &str)| {
        let mut rows = curve.fixed.to_vec();
        rows.extend([(curve.knob.0, value), (curve.lines.0, line)]);
        rows.retain(|(name, _)| !undelayed || *name != "rtt.ms");
        lab::settings(&rows)
    };
    let config = LabConfig {
        wire,
        ..LabConfig::plain(target, TOPIC, settings(points[0]), 1)
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let mut blocks = Blocks::start(config).unwrap_or_else(|error| panic!("{error}"));
    let mut found: HashMap<u64, Block> = HashMap::new();
    for round in 1..=rounds {
        let mut all = points.clone();
        all.shuffle(order);
        for point in all {
            match runtime.block_on(blocks.run(&settings(point), WARM_UP, time)) {
                Ok(block) => {
                    println!(
                        "{} {round}/{rounds} {} {} {} {}: {:.0}/s p50 {:?} p99 {:?}",
                        curve.title,
                        curve.knob.0,
                        point.0,
                        curve.lines.0,
                        point.1,
                        block.records_per_s,
                        block.response.p50,
                        block.response.p99
                    );
                    found.insert(block.trial, block);
                }
                Err(error) => println!("{} {} {}: {error}", curve.title, point.0, point.1),
            }
        }
    }
    let snapshots = blocks.finish();
    snapshots
        .into_iter()
        .filter_map(|one| Some(of_block(found.get(&one.trial?)?, one.clone())))
        .collect()
}

/// The trial's snapshot with the figures of its measured window.
fn of_block(block: &Block, mut snapshot: Snapshot) -> Snapshot {
    let result = &mut snapshot.result;
    result.records_per_s = Some(block.records_per_s);
    result.mib_per_s = Some(block.mib_per_s);
    result.response_ms = block.response;
    result.delivery_ms = block.delivery;
    result.send_ms = block.send;
    result.lateness_ms = block.lateness;
    result.histograms.response = Some(block.histogram.encode_base64());
    result.quality.client_cpu = Some(block.client_cpu);
    result.intervals.clear();
    snapshot
}
