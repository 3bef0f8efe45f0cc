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
/// The size after this long is the one that later sizes are compared with.
const FIRST_MINUTE: Duration = Duration::from_secs(60);

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
    thread::sleep(FIRST_MINUTE);
    let first = resident::mib();
    let mut most = first;
    println!("full speed, records of 100 bytes, embedded cluster in the same process:");
    println!("   1 min: {first:.1} MiB resident");
    while start.elapsed() < time {
        thread::sleep(FIRST_MINUTE.min(time.saturating_sub(start.elapsed())));
        let now = resident::mib();
        most = most.max(now);
        let minutes = start.elapsed().as_secs_f64() / 60.0;
        println!(
            "  {minutes:2.0} min: {now:.1} MiB resident, {} records",
            steered.reading().accounts.delivered
        );
    }
    let last = resident::mib();
    let growth = last - first;
    println!(
        "  grown by {growth:.1} MiB since the first minute (at most {:.1}); allowed {MOST_GROWTH_FULL_SPEED}",
        most - first
    );
    let accounts = steered.finish().accounts;
    println!(
        "  {} delivered, {} failed, {} in flight at the end\n",
        accounts.delivered,
        accounts.failed,
        accounts.in_flight()
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
