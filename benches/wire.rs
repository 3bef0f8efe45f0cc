//! What the wire costs: the same load on a real broker directly and through it, at full speed and at a fixed rate, with 0, 5 and 20 ms
//! added. Every round measures each way once, beginning with another. Needs Java, and Maven once.
//!
//! `cargo bench --bench wire -- [--rounds 10] [--seconds 3] [--rate 1000]`
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "shared/broker.rs"]
#[allow(dead_code, reason = "blocks count by themselves")]
mod broker;
#[path = "shared/flags.rs"]
mod flags;
#[path = "shared/lab.rs"]
#[allow(dead_code, reason = "blocks steer their lab themselves")]
mod lab;
#[path = "shared/machine.rs"]
mod machine;
#[path = "shared/pairs.rs"]
mod pairs;

use std::time::Duration;

use broker::Broker;
use linger::lab::LabConfig;
use linger::lab::block::{Block, Blocks};
use linger::settings::units::Millis;
use pairs::Median;

const TOPIC: &str = "linger-wire";
const PARTITIONS: i32 = 6;
const WARM_UP: Duration = Duration::from_secs(1);
const SETTINGS: [(&str, &str); 6] = [
    ("record.size", "100"),
    ("acks", "1"),
    ("batch.size", "1000000"),
    ("max.in.flight", "100"),
    ("compression.type", "none"),
    ("enable.idempotence", "off"),
];

/// The ways to the broker: directly, or through the wire with so many milliseconds added.
const WAYS: [Option<&str>; 4] = [None, Some("0"), Some("5"), Some("20")];

fn main() {
    let rounds: usize = flags::value("rounds", 10);
    let time = Duration::from_secs_f64(flags::value("seconds", 3.0));
    let rate: u32 = flags::value("rate", 1_000);
    let broker = Broker::start();
    println!("{}", machine::line());
    let shared: Vec<String> = SETTINGS
        .map(|(name, value)| format!("{name}={value}"))
        .into();
    println!(
        "one Kafka broker on this machine, {PARTITIONS} partitions; {}",
        shared.join(" ")
    );

    println!("\nfull speed, linger.ms=5: {rounds} rounds of {time:?}");
    let runs = all(
        &broker,
        &[("rate", "max"), ("linger.ms", "5")],
        (rounds, time),
    );
    tell(
        &runs,
        "rate, through the wire / directly",
        |through, direct, _| through.records_per_s / direct.records_per_s,
    );

    println!("\n{rate}/s, linger.ms=0: {rounds} rounds of {time:?}");
    let rate = rate.to_string();
    let runs = all(
        &broker,
        &[("rate", &rate), ("linger.ms", "0")],
        (rounds, time),
    );
    tell(
        &runs,
        "delivery p50 beyond the direct one and the set round trip, ms",
        |through, direct, set| ms(through.delivery.p50) - ms(direct.delivery.p50) - set,
    );
    tell(
        &runs,
        "delivery p99 beyond the direct one and the set round trip, ms",
        |through, direct, set| ms(through.delivery.p99) - ms(direct.delivery.p99) - set,
    );
    println!("\n{}", machine::line());
}

fn ms(time: Option<Millis>) -> f64 {
    time.expect("enough records").0
}

/// Every round's block of every way.
fn all(
    broker: &Broker,
    rows: &[(&str, &str)],
    (rounds, time): (usize, Duration),
) -> Vec<Vec<Block>> {
    let mut runs = Vec::new();
    for round in 0..rounds {
        let mut blocks: Vec<Option<Block>> = vec![None; WAYS.len()];
        for step in 0..WAYS.len() {
            let which = (round + step) % WAYS.len();
            blocks[which] = Some(run(broker, WAYS[which], rows, time));
        }
        let blocks: Vec<Block> = blocks.into_iter().flatten().collect();
        let shown: Vec<String> = blocks
            .iter()
            .zip(WAYS)
            .map(|(block, way)| shown(block, way))
            .collect();
        println!("  round {:2}: {}", round + 1, shown.join("; "));
        runs.push(blocks);
    }
    runs
}

fn shown(block: &Block, way: Option<&str>) -> String {
    let way = way.map_or("directly".to_owned(), |ms| format!("wire at {ms} ms"));
    let (p50, p99) = (ms(block.delivery.p50), ms(block.delivery.p99));
    format!(
        "{way} {:.0}/s p50 {p50:.2} p99 {p99:.2}",
        block.records_per_s
    )
}

/// The median over rounds of what each way through the wire gives against the direct one.
fn tell(runs: &[Vec<Block>], what: &str, figure: impl Fn(&Block, &Block, f64) -> f64) {
    println!("  {what}: median [95 % interval over rounds]");
    for (which, way) in WAYS.iter().enumerate() {
        let Some(way) = way else { continue };
        let set: f64 = way.parse().expect("a number");
        let figures: Vec<f64> = runs
            .iter()
            .map(|blocks| figure(&blocks[which], &blocks[0], set))
            .collect();
        println!("    at {way:>2} ms  {}", Median::of(&figures));
    }
}

fn run(broker: &Broker, way: Option<&str>, rows: &[(&str, &str)], time: Duration) -> Block {
    broker.with_topic(TOPIC, PARTITIONS, || {
        let (target, wire) = if way.is_some() {
            let (target, wire) = broker.behind_wire(TOPIC);
            (target, Some(wire))
        } else {
            (broker.target(TOPIC), None)
        };
        let mut all = SETTINGS.to_vec();
        all.extend_from_slice(rows);
        all.extend(way.map(|ms| ("rtt.ms", ms)));
        let settings = lab::settings(&all);
        let config = LabConfig {
            wire,
            ..LabConfig::plain(target, TOPIC, settings.clone(), 1)
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let mut blocks = Blocks::start(config).unwrap_or_else(|error| panic!("{error}"));
        let block = runtime
            .block_on(blocks.run(&settings, WARM_UP, time))
            .unwrap_or_else(|error| panic!("{error}"));
        drop(blocks.finish());
        block
    })
}
