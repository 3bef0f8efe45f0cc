//! Turning under load on a real broker: how long until the first record is accepted under the new settings, how long nothing is
//! sent, and whether anything is lost. Needs Java, and Maven once.
//!
//! `cargo bench --bench turning -- [--turns 200] [--rate 5000]`
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "shared/broker.rs"]
mod broker;
#[path = "shared/flags.rs"]
mod flags;
#[path = "shared/lab.rs"]
mod lab;
#[path = "shared/machine.rs"]
mod machine;

use std::thread;
use std::time::Duration;

use broker::Broker;
use lab::Steered;
use linger::settings::Source;

const TOPIC: &str = "linger-turning";
const PARTITIONS: i32 = 6;
/// How long the load stays on a trial.
const STAY: Duration = Duration::from_millis(500);
/// What is turned, in turn.
const TURNS: [(&str, [&str; 3]); 5] = [
    ("acks", ["1", "0", "all"]),
    ("linger.ms", ["5", "0", "50"]),
    ("batch.size", ["1000000", "16384", "131072"]),
    ("compression.type", ["none", "lz4", "zstd"]),
    ("max.in.flight", ["5", "1", "100"]),
];

/// One turn, in milliseconds.
struct Turn {
    took: f64,
    pause: f64,
}

fn main() {
    let turns: usize = flags::value("turns", 200);
    let rate: u32 = flags::value("rate", 5000);
    let broker = Broker::start();
    println!("{}", machine::line());
    broker.with_topic(TOPIC, PARTITIONS, || measure(&broker, turns, rate));
    println!("{}", machine::line());
}

fn measure(broker: &Broker, turns: usize, rate: u32) {
    let target = broker.target(TOPIC);
    let mut settings = lab::settings(&[("rate", &rate.to_string()), ("record.size", "100")]);
    let steered = Steered::start(target, TOPIC, settings.clone(), None);
    thread::sleep(Duration::from_secs(2));
    let mut found = Vec::new();
    for turn in 0..turns {
        let (name, values) = TURNS[turn % TURNS.len()];
        let value = values[(turn / TURNS.len() + 1) % values.len()];
        settings
            .set(name, value, Source::Hand)
            .expect("a value in range");
        let number = steered.turn(settings.clone());
        thread::sleep(STAY);
        found.push(read(&steered, number));
    }
    let control = calm(&steered, &settings, turns.min(40));
    let last = steered.finish();
    report(&found, &control, rate);
    let accounts = last.accounts;
    let written = broker.records(TOPIC);
    println!(
        "attempted {}, delivered {}, failed {}, in flight {}, in the broker's log {written}",
        accounts.attempted,
        accounts.delivered,
        accounts.failed,
        accounts.in_flight()
    );
}

fn read(steered: &Steered, number: u64) -> Turn {
    let reading = steered.wait("record of the new trial", |reading| {
        reading
            .trial(number)
            .is_some_and(|trial| trial.turn_took.is_some() && trial.turn_pause.is_some())
    });
    let trial = reading.trial(number).expect("the trial");
    Turn {
        took: trial.turn_took.expect("a time").as_secs_f64() * 1000.0,
        pause: trial.turn_pause.expect("a time").as_secs_f64() * 1000.0,
    }
}

/// The same figures where the producer stays (only the rate is touched): what the machine alone makes late.
fn calm(steered: &Steered, settings: &linger::settings::Settings, times: usize) -> Vec<Turn> {
    let rate = settings.number("rate");
    (0..times)
        .map(|time| {
            let mut settings = settings.clone();
            let value = if time % 2 == 0 { rate + 1.0 } else { rate };
            settings
                .set("rate", &value.to_string(), Source::Hand)
                .expect("a rate");
            let number = steered.turn(settings);
            thread::sleep(STAY);
            read(steered, number)
        })
        .collect()
}

fn report(found: &[Turn], control: &[Turn], rate: u32) {
    println!(
        "{} turns of a producer's settings at {rate} records/s, {STAY:?} apart, one real broker:",
        found.len()
    );
    let took = sorted(found, |turn| turn.took);
    let pause = sorted(found, |turn| turn.pause);
    println!(
        "  from the turn to the first accepted record: median {:.1} ms, p90 {:.1} ms, max {:.1} ms (wanted: median at most 50 ms)",
        at(&took, 0.5),
        at(&took, 0.9),
        at(&took, 1.0)
    );
    println!(
        "  from the last accepted record to it, the schedule's own pace included: median {:.2} ms, p90 {:.2} ms, p99 {:.2} ms, max {:.2} ms (wanted: p99 at most 10 ms)",
        at(&pause, 0.5),
        at(&pause, 0.9),
        at(&pause, 0.99),
        at(&pause, 1.0)
    );
    let calm = sorted(control, |turn| turn.pause);
    println!(
        "  the same for {} turns of the rate alone, which keep the producer: median {:.2} ms, p90 {:.2} ms, max {:.2} ms",
        calm.len(),
        at(&calm, 0.5),
        at(&calm, 0.9),
        at(&calm, 1.0)
    );
}

fn sorted(turns: &[Turn], figure: impl Fn(&Turn) -> f64) -> Vec<f64> {
    let mut figures: Vec<f64> = turns.iter().map(figure).collect();
    figures.sort_by(f64::total_cmp);
    figures
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a rank"
)]
fn at(sorted: &[f64], share: f64) -> f64 {
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted
        .get(rank.clamp(1, sorted.len().max(1)) - 1)
        .copied()
        .unwrap_or(f64::NAN)
}
