//! Memory over a long run: full speed on the embedded cluster for some minutes, and many closed trials.
//!
//! `cargo bench --bench soak -- [--minutes 5] [--trials 1000]`; `--minutes 30` is the long form. Zero leaves a part out.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "shared/flags.rs"]
mod flags;
#[path = "shared/lab.rs"]
mod lab;
#[path = "shared/machine.rs"]
mod machine;
#[path = "shared/resident.rs"]
mod resident;

use std::thread;
use std::time::{Duration, Instant};

use lab::Steered;

/// What the design allows.
const MOST_GROWTH_FULL_SPEED: f64 = 8.0;
const MOST_GROWTH_TRIALS: f64 = 64.0;
const MINUTE: Duration = Duration::from_secs(60);
const SAMPLE: Duration = Duration::from_millis(200);

fn main() {
    let minutes: u64 = flags::value("minutes", 5);
    let trials: u64 = flags::value("trials", 1000);
    println!("{}", machine::line());
    if minutes > 0 {
        full_speed(Duration::from_secs(60 * minutes));
    }
    if trials > 0 {
        many_trials(trials);
    }
    println!("{}", machine::line());
}

fn full_speed(time: Duration) {
    let rows = [("rate", "max"), ("record.size", "100")];
    let steered = Steered::start(lab::embedded(), "linger-soak", lab::settings(&rows), None);
    let start = Instant::now();
    println!("full speed, records of 100 bytes, embedded cluster in the same process:");
    let first = minute();
    tell(1, first, &steered);
    let (mut last, mut most) = (first, first.1);
    while start.elapsed() + MINUTE <= time + SAMPLE {
        last = minute();
        most = most.max(last.1);
        tell(start.elapsed().as_secs().div_ceil(60), last, &steered);
    }
    println!(
        "  the middle has grown by {:.1} MiB since the first minute, the most by {:.1}; allowed {MOST_GROWTH_FULL_SPEED}",
        last.0 - first.0,
        most - first.1
    );
    let accounts = steered.finish().accounts;
    println!(
        "  {} delivered, {} failed, {} in flight at the end\n",
        accounts.delivered,
        accounts.failed,
        accounts.in_flight()
    );
}

/// The middle and the most of the resident size over a minute: from moment to moment it follows the client's queue.
fn minute() -> (f64, f64) {
    let end = Instant::now() + MINUTE;
    let mut sizes = Vec::new();
    while Instant::now() < end {
        thread::sleep(SAMPLE);
        sizes.push(resident::mib());
    }
    sizes.sort_by(f64::total_cmp);
    (sizes[sizes.len() / 2], sizes[sizes.len() - 1])
}

fn tell(minute: u64, (middle, most): (f64, f64), steered: &Steered) {
    println!(
        "  minute {minute:2}: {middle:.1} MiB resident in the middle, {most:.1} at most; {} records so far",
        steered.reading().accounts.delivered
    );
}

/// Every other turn needs another producer; the ones between keep it.
fn many_trials(trials: u64) {
    let base = [("rate", "2000"), ("record.size", "100"), ("rtt.ms", "1")];
    let steered = Steered::start(lab::embedded(), "linger-trials", lab::settings(&base), None);
    thread::sleep(Duration::from_secs(2));
    let first = resident::mib();
    println!("{trials} trials at 2,000 records/s, every other one with a producer of its own:");
    println!("  before: {first:.1} MiB resident");
    for turn in 1..=trials {
        let mut settings = lab::settings(&base);
        let (rate, linger) = (
            (2000 + turn % 2).to_string(),
            (5 + turn / 2 % 7).to_string(),
        );
        for (name, value) in [("rate", &rate), ("linger.ms", &linger)] {
            settings
                .set(name, value, linger::settings::Source::Hand)
                .expect("a value in range");
        }
        let number = steered.turn(settings);
        steered.wait("record of the new trial", |reading| {
            reading
                .trial(number)
                .is_some_and(|trial| trial.accounts.delivered > 0)
        });
        if turn.is_multiple_of(trials.div_ceil(10)) {
            println!("  {turn} trials: {:.1} MiB resident", resident::mib());
        }
    }
    let growth = resident::mib() - first;
    println!("  grown by {growth:.1} MiB; allowed {MOST_GROWTH_TRIALS}");
    let last = steered.finish();
    println!(
        "  {} trials, {} delivered, {} failed\n",
        last.trials.len(),
        last.accounts.delivered,
        last.accounts.failed
    );
}
