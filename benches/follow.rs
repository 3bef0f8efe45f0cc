//! What following and auditing cost: the same load on a real broker with every record read back (or audited), against without, in
//! alternating pairs, at full speed and at a fixed rate. Rates are read from outside, from the broker's end offsets. Needs Java, and
//! Maven once.
//!
//! `cargo bench --bench follow -- [--what follow|audit|ledger] [--pairs 15] [--seconds 3] [--rate 50000]`: following, or auditing,
//! against neither; or auditing against following alone.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "shared/broker.rs"]
mod broker;
#[path = "shared/flags.rs"]
mod flags;
#[path = "shared/lab.rs"]
mod lab;
#[path = "shared/machine.rs"]
mod machine;
#[path = "shared/pairs.rs"]
mod pairs;

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use broker::Broker;
use linger::lab::Reading;
use linger::measure::Latencies;
use linger::settings::Millis;
use pairs::Median;
use rustix::time::{ClockId, clock_gettime};

const PARTITIONS: i32 = 6;
/// Opening the producer and the first moments do not count.
const SETTLE: Duration = Duration::from_secs(1);
const SETTINGS: [(&str, &str); 8] = [
    ("record.size", "100"),
    ("acks", "1"),
    ("linger.ms", "5"),
    ("batch.size", "1000000"),
    ("max.in.flight", "5"),
    ("compression.type", "none"),
    ("enable.idempotence", "off"),
    ("queue.buffering.max.messages", "500000"),
];

/// Two sides by the rows that they set.
struct Sides {
    what: &'static str,
    with: &'static [(&'static str, &'static str)],
    without: &'static [(&'static str, &'static str)],
}

const FOLLOWED: &[(&str, &str)] = &[("follow", "on")];
const AUDITED: &[(&str, &str)] = &[("follow", "on"), ("audit", "on")];
const SIDES: [Sides; 3] = [
    Sides {
        what: "follow",
        with: FOLLOWED,
        without: &[],
    },
    Sides {
        what: "audit",
        with: AUDITED,
        without: &[],
    },
    Sides {
        what: "ledger",
        with: AUDITED,
        without: FOLLOWED,
    },
];

/// What one run gave.
struct Figures {
    per_second: f64,
    /// CPU seconds of this process for a million records.
    cpu: f64,
    last: Arc<Reading>,
}

fn main() {
    let pairs: usize = flags::value("pairs", 15);
    let seconds: f64 = flags::value("seconds", 3.0);
    let rate: u32 = flags::value("rate", 50_000);
    let what: String = flags::value("what", "follow".to_owned());
    let sides = SIDES.iter().find(|sides| sides.what == what);
    let sides = sides.expect("--what is follow, audit or ledger");
    let broker = Broker::start();
    let shared: Vec<String> = SETTINGS
        .map(|(name, value)| format!("{name}={value}"))
        .into();
    println!("{}", machine::line());
    println!(
        "one Kafka broker on this machine, {PARTITIONS} partitions; both sides: {}",
        shared.join(" ")
    );
    println!(
        "{what}: {:?} against {:?}; {pairs} pairs, {seconds} s each after {SETTLE:?}",
        sides.with, sides.without
    );
    for rate in ["max".to_owned(), rate.to_string()] {
        compare(&broker, sides, &rate, pairs, seconds);
    }
    println!("\n{}", machine::line());
}

fn compare(broker: &Broker, sides: &Sides, rate: &str, pairs: usize, seconds: f64) {
    println!("\nrate {rate}");
    let (mut rates, mut costs, mut shares) = (Vec::new(), Vec::new(), Vec::new());
    for pair in 1..=pairs {
        let with = || run(broker, rate, sides.with, seconds);
        let without = || run(broker, rate, sides.without, seconds);
        let (with, without) = if pair % 2 == 1 {
            let first = with();
            (first, without())
        } else {
            let first = without();
            (with(), first)
        };
        let ratio = with.per_second / without.per_second;
        let share = with.last.follower.as_ref().and_then(|it| it.cpu);
        let trial = with.last.trials.first().expect("a trial");
        let followed = trial.followed.expect("it was followed");
        if let Some(audit) = &trial.audit {
            let found = audit.findings().expect("a verdict");
            assert!(found.is_clean(), "{found:?}");
        }
        println!(
            "  pair {pair:2}: with {:9.0}/s, else {:9.0}/s, ratio {ratio:.3}; CPU {:.2} and {:.2} s a million records, the follower {:.2} of a core; due→ack {}, due→read {}; {} not read",
            with.per_second,
            without.per_second,
            with.cpu,
            without.cpu,
            share.unwrap_or(0.0),
            times(&trial.response),
            times(&followed.end_to_end),
            followed.unread,
        );
        rates.push(ratio);
        costs.push(with.cpu / without.cpu);
        shares.push(share.unwrap_or(0.0));
    }
    println!("  medians [95 % interval over pairs]");
    println!("    rate, with / without       {}", Median::of(&rates));
    println!("    CPU a record, with/without {}", Median::of(&costs));
    println!(
        "    the follower's own share   {} of a core",
        Median::of(&shares)
    );
}

fn times(of: &Latencies) -> String {
    let ms = |time: Option<Millis>| time.map_or("n/a".into(), |time| format!("{:.2}", time.0));
    format!("p50 {} p99 {} ms", ms(of.p50), ms(of.p99))
}

fn run(broker: &Broker, rate: &str, side: &[(&str, &str)], seconds: f64) -> Figures {
    static NUMBER: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let topic = format!("linger-follow-{number}");
    broker.with_topic(&topic, PARTITIONS, || {
        let target = broker.target(&topic);
        let mut rows = SETTINGS.to_vec();
        rows.push(("rate", rate));
        rows.extend(side);
        let steered = lab::Steered::start(target, &topic, lab::settings(&rows), None);
        thread::sleep(SETTLE);
        let (start, records, cpu) = (Instant::now(), broker.records(&topic), cpu_s());
        thread::sleep(Duration::from_secs_f64(seconds));
        let sent = count(broker.records(&topic) - records);
        let (time, cpu) = (start.elapsed().as_secs_f64(), cpu_s() - cpu);
        Figures {
            per_second: sent / time,
            cpu: cpu / sent * 1e6,
            last: steered.finish(),
        }
    })
}

/// CPU time of this process.
fn cpu_s() -> f64 {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    count(now.tv_sec) + count(now.tv_nsec) / 1e9
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn count(number: i64) -> f64 {
    number as f64
}
