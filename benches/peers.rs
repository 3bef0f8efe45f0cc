//! Full speed beside the peers: `linger bench` with every record timed, against `rdkafka_performance -P`, the same with `-l`, and
//! kafka-producer-perf-test, in alternating pairs on one real broker. Needs Java, Maven (once) and a C compiler.
//!
//! `cargo bench --bench peers -- [--pairs 15] [--seconds 4] [--against c|latency|java|all]`
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "shared/broker.rs"]
mod broker;
#[path = "shared/c_tool.rs"]
mod c_tool;
#[path = "shared/child.rs"]
mod child;
#[path = "peers/contender.rs"]
mod contender;
#[path = "shared/flags.rs"]
mod flags;
#[path = "shared/machine.rs"]
mod machine;
#[path = "shared/pairs.rs"]
mod pairs;

use broker::Broker;
use contender::{Contender, Figures, PARTITIONS, RECORD_BYTES, SETTINGS};
use pairs::Median;

/// How the search begins for the number of records that fill the time.
const FIRST_RECORDS: u64 = 1_500_000;
/// A new broker grows faster while it warms up: at least so many runs of the search.
const SEARCHES: u32 = 4;

/// A comparison: who, and the ratio of rates that the design asks for.
struct Match {
    name: &'static str,
    title: &'static str,
    peer: Contender,
    wanted: f64,
}

fn main() {
    let pairs: usize = flags::value("pairs", 15);
    let seconds: f64 = flags::value("seconds", 4.0);
    let against: String = flags::value("against", "all".into());
    let broker = Broker::start();
    tell_conditions();
    let records = fitting(&broker, seconds);
    println!("{records} records a run, {pairs} pairs, {seconds} s meant for each run of linger\n");
    for this in matches(&broker) {
        if against == "all" || against == this.name {
            compare(&broker, &this, pairs, records);
        }
    }
    println!("{}", machine::line());
}

/// How many records take this long.
fn fitting(broker: &Broker, seconds: f64) -> u64 {
    let mut records = FIRST_RECORDS;
    for _ in 0..SEARCHES {
        let found = run(broker, &Contender::Linger, records);
        records = records.max(whole(found.per_second * seconds));
    }
    records
}

fn matches(broker: &Broker) -> [Match; 3] {
    let tool = c_tool::build;
    println!("{}\n", tool().made_by);
    [
        Match {
            name: "c",
            title: "rdkafka_performance -P",
            peer: Contender::C(tool(), false),
            wanted: 1.0,
        },
        Match {
            name: "latency",
            title: "rdkafka_performance -P -l",
            peer: Contender::C(tool(), true),
            wanted: 1.1,
        },
        Match {
            name: "java",
            title: "kafka-producer-perf-test",
            peer: Contender::Java(broker.fact("JARS").into()),
            wanted: 1.5,
        },
    ]
}

fn tell_conditions() {
    println!("{}", machine::line());
    println!(
        "one Kafka broker on this machine, {PARTITIONS} partitions, records of {RECORD_BYTES} bytes without key; both sides:"
    );
    for setting in &SETTINGS {
        let java = match setting.java {
            "" => "none in Java".to_owned(),
            java => format!("Java: {java}={}", setting.java_value),
        };
        println!("  {}={}  ({java})", setting.name, setting.value);
    }
}

fn run(broker: &Broker, who: &Contender, records: u64) -> Figures {
    static NUMBER: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let topic = format!("linger-peers-{number}");
    broker.with_topic(&topic, PARTITIONS, || {
        let figures = who.run(broker.address(), &topic, records);
        let written = broker.records(&topic);
        assert_eq!(
            u64::try_from(written).ok(),
            Some(records),
            "records in the broker's log"
        );
        figures
    })
}

fn compare(broker: &Broker, this: &Match, pairs: usize, records: u64) {
    println!("against {}  ({})", this.title, machine::line());
    let (mut rates, mut costs, mut corrected) = (Vec::new(), Vec::new(), Vec::new());
    let start = startup(broker, &this.peer);
    for pair in 1..=pairs {
        let (ours, theirs) = if pair % 2 == 1 {
            let ours = run(broker, &Contender::Linger, records);
            (ours, run(broker, &this.peer, records))
        } else {
            let theirs = run(broker, &this.peer, records);
            (run(broker, &Contender::Linger, records), theirs)
        };
        let rate = ours.per_second / theirs.per_second;
        rates.push(rate);
        corrected.push(rate * (theirs.seconds - start) / theirs.seconds);
        costs.push(ours.cpu_us / theirs.cpu_us);
        println!(
            "  pair {pair:2}: {:9.0}/s {:6.3} us CPU   peer {:9.0}/s {:6.3} us CPU   ratio {rate:.3}",
            ours.per_second, ours.cpu_us, theirs.per_second, theirs.cpu_us
        );
    }
    let (rate, cost) = (Median::of(&rates), Median::of(&costs));
    println!(
        "  rate ratio {rate}, median [95 % interval over pairs]; wanted {}",
        this.wanted
    );
    println!(
        "  rate ratio {} without the {start:.3} s that the peer's clock runs before its first record is delivered",
        Median::of(&corrected)
    );
    println!("  CPU seconds per record ratio {cost}\n");
}

/// How long the peer's own clock runs for one record: connecting is in its time and not in ours.
fn startup(broker: &Broker, peer: &Contender) -> f64 {
    let linger = 0.005;
    let times = (0..3).map(|_| (run(broker, peer, 1).seconds - linger).max(0.0));
    pairs::median(times.collect())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count of records"
)]
fn whole(records: f64) -> u64 {
    (records / 10_000.0).round().max(1.0) as u64 * 10_000
}
