//! Whether verdicts can be trusted on this machine: a setting compared with itself, and with a true +5 % (round trip 20 → 21 ms on the
//! embedded cluster, linger.ms 0), both by the median, while background load comes and goes. Prints how often each verdict came.
//!
//! `cargo bench --bench honesty -- [--each 40] [--pairs 10] [--block 0.6] [--warmup 0.2] [--margin 2] [--rate 2000] [--spinners 2] [--seed 1]`
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "shared/flags.rs"]
mod flags;
#[path = "shared/lab.rs"]
#[allow(dead_code, reason = "comparisons steer their lab themselves")]
mod lab;
#[path = "shared/machine.rs"]
mod machine;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use linger::compare::{ArmReport, Circumstances, Comparison, LabBench, Plan, Series, run};
use linger::lab::LabConfig;
use linger::lab::block::Blocks;
use linger::measure::comparison::{Metric, Reason, Verdict};
use linger::settings::Settings;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

/// How long the background load lasts or rests, in seconds.
const SPELL: std::ops::Range<f64> = 0.5..6.0;

/// How a comparison is made.
struct Way {
    pairs: usize,
    block: Duration,
    warmup: Duration,
    margin: f64,
    rate: String,
}

fn main() {
    let each: usize = flags::value("each", 40);
    let spinners: usize = flags::value("spinners", 2);
    let seed: u64 = flags::value("seed", 1);
    let way = Way {
        pairs: flags::value("pairs", 10),
        block: Duration::from_secs_f64(flags::value("block", 0.6)),
        warmup: Duration::from_secs_f64(flags::value("warmup", 0.2)),
        margin: flags::value("margin", 2.0),
        rate: flags::value("rate", "2000".to_owned()),
    };
    println!("{}", machine::line());
    println!(
        "p50, margin {} %, {} pairs of {:?} after {:?}, {}/s; {spinners} threads spin by turns of {SPELL:?} s; seed {seed}",
        way.margin, way.pairs, way.block, way.warmup, way.rate
    );
    let weather = Weather::start(spinners, seed);
    let mut counts: [BTreeMap<String, usize>; 2] = Default::default();
    let mut causes: BTreeMap<String, usize> = BTreeMap::new();
    let names = ["with itself", "with +5 %"];
    let began = Instant::now();
    for number in 1..=each {
        // By turns, so that both meet the same weather.
        for (at, b) in ["20", "21"].into_iter().enumerate() {
            let found = compared(&way, b, seed.wrapping_mul(1_000) + (number * 2 + at) as u64);
            let word = word(&found);
            println!(
                "  {number:2} {:12} {word:28} {} ({} of {} pairs dropped, {:.0} s in all)",
                names[at],
                found.sentence,
                found.pairs_dropped,
                found.pairs.len(),
                began.elapsed().as_secs_f64()
            );
            *counts[at].entry(word).or_default() += 1;
            for why in found
                .blocks
                .iter()
                .filter_map(|block| block.figures.contaminated.as_ref())
            {
                let words: Vec<&str> = why.split(' ').take(3).collect();
                *causes.entry(words.join(" ")).or_default() += 1;
            }
        }
    }
    drop(weather);
    println!("\nblocks that the machine spoilt, by the first words of the cause: {causes:?}");
    for (name, counts) in names.iter().zip(&counts) {
        println!("{each} comparisons {name}:");
        for (word, count) in counts {
            println!("  {count:3} {word}");
        }
    }
    println!("{}", machine::line());
}

/// The verdict as JSON names it, with the reason where it is open.
fn word(found: &Comparison) -> String {
    let verdict = match found.verdict {
        Verdict::ABetter => "a_better",
        Verdict::BBetter => "b_better",
        Verdict::NoDifference => "no_difference",
        Verdict::Inconclusive => "inconclusive",
    };
    let reason = found.reason.map(|reason| match reason {
        Reason::FewPairs => "few pairs",
        Reason::Wide => "wide",
        Reason::Outliers => "outliers",
        Reason::LowerBounds => "lower bounds",
        Reason::Noisy => "noisy",
        Reason::NoiseFloor => "noise floor",
        Reason::Unsteady => "unsteady",
    });
    reason.map_or_else(
        || verdict.to_owned(),
        |reason| format!("{verdict}, {reason}"),
    )
}

/// One comparison on a lab of its own: a round trip of 20 ms against this one.
fn compared(way: &Way, other: &str, seed: u64) -> Comparison {
    let settings = |round_trip: &str| -> Settings {
        lab::settings(&[
            ("rtt.ms", round_trip),
            ("linger.ms", "0"),
            ("rate", &way.rate),
        ])
    };
    let (a, b) = (settings("20"), settings(other));
    let plan = Plan {
        margin_percent: way.margin,
        seed,
        ..Plan::new(Metric::P50, Some(way.pairs), (way.block, way.warmup), None).expect("a plan")
    };
    let config = LabConfig::plain(lab::embedded(), "linger-honesty", a.clone(), seed);
    let blocks = Blocks::start(config).unwrap_or_else(|error| panic!("{error}"));
    let mut bench = LabBench::new(blocks, (a, b), way.warmup, way.block);
    let mut series = Series::new(plan);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let never = std::future::pending();
    let done = runtime.block_on(run(&mut series, &mut bench, |_, _| {}, never));
    done.unwrap_or_else(|error| panic!("{error}"));
    let _ = bench.into_blocks().finish();
    let arm = |name: &str| ArmReport {
        label: format!("rtt.ms={name}"),
        ..ArmReport::default()
    };
    Comparison::of(
        &series,
        Circumstances::default(),
        (arm("20"), arm(other)),
        &[],
    )
}

/// Background load that comes and goes; it ends with its handle.
struct Weather {
    over: Arc<AtomicBool>,
    threads: Vec<thread::JoinHandle<()>>,
}

impl Weather {
    fn start(spinners: usize, seed: u64) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let storm = Arc::new(AtomicBool::new(false));
        let mut threads: Vec<_> = (0..spinners)
            .map(|_| {
                let (over, storm) = (Arc::clone(&over), Arc::clone(&storm));
                thread::spawn(move || spin(&over, &storm))
            })
            .collect();
        let ends = Arc::clone(&over);
        threads.push(thread::spawn(move || {
            let mut random = StdRng::seed_from_u64(seed);
            while !ends.load(Ordering::Relaxed) {
                let until = Instant::now() + Duration::from_secs_f64(random.random_range(SPELL));
                while Instant::now() < until && !ends.load(Ordering::Relaxed) {
                    thread::sleep(Duration::from_millis(20));
                }
                storm.fetch_xor(true, Ordering::Relaxed);
            }
        }));
        Self { over, threads }
    }
}

impl Drop for Weather {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn spin(over: &AtomicBool, storm: &AtomicBool) {
    while !over.load(Ordering::Relaxed) {
        if storm.load(Ordering::Relaxed) {
            let until = Instant::now() + Duration::from_millis(5);
            while Instant::now() < until {
                std::hint::spin_loop();
            }
        } else {
            thread::sleep(Duration::from_millis(5));
        }
    }
}
