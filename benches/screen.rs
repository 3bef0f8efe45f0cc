//! What the screen costs: full speed on a real broker, drawn in a pseudo-terminal of 120×40, against `linger bench`, in alternating
//! pairs. Both rates are read from outside, from the broker's end offsets. Needs Java, and Maven once.
//!
//! `cargo bench --bench screen -- [--pairs 15] [--seconds 4]`
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "shared/broker.rs"]
mod broker;
#[path = "shared/flags.rs"]
mod flags;
#[path = "shared/machine.rs"]
mod machine;
#[path = "shared/pairs.rs"]
mod pairs;
#[path = "screen/program.rs"]
mod program;

use std::thread;
use std::time::{Duration, Instant};

use broker::Broker;
use pairs::Median;
use program::{Program, View};

const PARTITIONS: i32 = 6;
/// Opening the producer and the first seconds do not count.
const SETTLE: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_secs(30);
const SETTINGS: [&str; 9] = [
    "rate=max",
    "record.size=100",
    "acks=1",
    "linger.ms=5",
    "batch.size=1000000",
    "max.in.flight=5",
    "compression.type=none",
    "enable.idempotence=false",
    "queue.buffering.max.messages=500000",
];

/// What one run gave.
struct Figures {
    per_second: f64,
    /// Shares of a core: of the main thread, and of all threads that only the screen has.
    main: f64,
    screen: f64,
    drawn: usize,
}

fn main() {
    let pairs: usize = flags::value("pairs", 15);
    let seconds: f64 = flags::value("seconds", 4.0);
    let broker = Broker::start();
    println!("{}", machine::line());
    println!(
        "one Kafka broker on this machine, {PARTITIONS} partitions; both sides: {}",
        SETTINGS.join(" ")
    );
    println!("{pairs} pairs, {seconds} s each after {SETTLE:?}\n");
    let (mut ratios, mut shares) = (Vec::new(), Vec::new());
    for pair in 1..=pairs {
        let first = if pair % 2 == 1 {
            View::Screen
        } else {
            View::Bench
        };
        let (a, b) = (
            run(&broker, first, seconds),
            run(&broker, first.other(), seconds),
        );
        let (screen, bench) = if first == View::Screen {
            (a, b)
        } else {
            (b, a)
        };
        let ratio = screen.per_second / bench.per_second;
        let share = screen.main + screen.screen;
        println!(
            "  pair {pair:2}: screen {:9.0}/s, bench {:9.0}/s, ratio {ratio:.3}; the screen's CPU {:.2} % of a core (main thread {:.2} %, bench's main thread {:.2} %), {} bytes drawn",
            screen.per_second,
            bench.per_second,
            share * 100.0,
            screen.main * 100.0,
            bench.main * 100.0,
            screen.drawn
        );
        ratios.push(ratio);
        shares.push(share * 100.0);
    }
    println!(
        "  rate ratio screen / bench {}, median [95 % interval over pairs]; wanted: lower end at least 0.95",
        Median::of(&ratios)
    );
    println!(
        "  the screen's own CPU, per cent of one core {}; wanted: at most 3",
        Median::of(&shares)
    );
    println!("{}", machine::line());
}

fn run(broker: &Broker, view: View, seconds: f64) -> Figures {
    static NUMBER: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let topic = format!("linger-screen-{number}");
    broker.with_topic(&topic, PARTITIONS, || {
        let program = Program::start(view, broker.address(), &topic, &SETTINGS);
        wait_for_records(broker, &topic, &program);
        thread::sleep(SETTLE);
        let (start, records, before) = (Instant::now(), broker.records(&topic), program.times());
        thread::sleep(Duration::from_secs_f64(seconds));
        let (sent, after, drawn) = (
            broker.records(&topic) - records,
            program.times(),
            program.drawn(),
        );
        let time = start.elapsed().as_secs_f64();
        program.end();
        Figures {
            per_second: records_f64(sent) / time,
            main: (after.main - before.main) / time,
            screen: (after.screen - before.screen) / time,
            drawn,
        }
    })
}

fn wait_for_records(broker: &Broker, topic: &str, program: &Program) {
    let limit = Instant::now() + PATIENCE;
    while broker.records(topic) == 0 {
        assert!(
            Instant::now() < limit,
            "nothing was sent:\n{}",
            program.text()
        );
        thread::sleep(Duration::from_millis(50));
    }
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn records_f64(records: i64) -> f64 {
    records as f64
}
