//! Whether a fixed rate is kept: at each rate the achieved one, and how late linger's own senders were.
//!
//! `cargo bench --bench rate -- [--seconds 60] [--rates 1000,10000,100000] [--senders 1] [--real 1]`
//!
//! On the embedded cluster, or with `--real 1` on one real broker (Java, Maven once).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "shared/broker.rs"]
mod broker;
#[path = "shared/flags.rs"]
mod flags;
#[path = "shared/lab.rs"]
mod lab;
#[path = "shared/machine.rs"]
mod machine;

use std::time::Duration;

use broker::Broker;
use lab::Steered;
use linger::lab::{LoadState, StopAfter, Target, TrialReading};

const TOPIC: &str = "linger-rate";
const PARTITIONS: i32 = 6;
/// Wanted: the achieved rate within this share of the one that was asked for.
const WITHIN: f64 = 0.001;

fn main() {
    let seconds: u64 = flags::value("seconds", 60);
    let rates: String = flags::value("rates", "1000,10000,100000".into());
    let senders: String = flags::value("senders", "1".into());
    let is_real = flags::value("real", 0) != 0;
    let broker = is_real.then(Broker::start);
    println!("{}", machine::line());
    println!(
        "{seconds} s at each rate, {senders} sender(s), 100-byte records, {}",
        if is_real {
            "one real broker"
        } else {
            "embedded cluster"
        }
    );
    for rate in rates.split(',') {
        match &broker {
            Some(broker) => broker.with_topic(TOPIC, PARTITIONS, || {
                let target = broker.target(TOPIC);
                measure(target, rate, &senders, seconds);
                println!("in the broker's log: {}", broker.records(TOPIC));
            }),
            None => measure(lab::embedded(), rate, &senders, seconds),
        }
    }
    println!("{}", machine::line());
}

#[expect(clippy::cast_precision_loss, reason = "counts of a minute")]
fn measure(target: Target, rate: &str, senders: &str, seconds: u64) {
    let settings = lab::settings(&[("rate", rate), ("record.size", "100"), ("senders", senders)]);
    let wanted: f64 = rate.parse().expect("a rate");
    let bound = StopAfter::Time(Duration::from_secs(seconds));
    let steered = Steered::start(target, TOPIC, settings, Some(bound));
    // The load ends by itself; what was attempted until then lies in the columns of whole intervals.
    let last = steered.wait_for(Duration::from_secs(seconds + 60), "end", |reading| {
        reading.load == LoadState::Stopped
    });
    let trial = last.live_trial().expect("the trial").clone();
    let columns: Vec<_> = last
        .history
        .iter()
        .filter(|column| column.attempted > 0)
        .collect();
    // The first and the last interval are not whole.
    let whole = &columns[1..columns.len() - 1];
    let sent: u64 = whole.iter().map(|column| column.attempted).sum();
    let time = whole
        .last()
        .expect("columns")
        .to
        .saturating_sub(whole[0].from);
    let achieved = sent as f64 / time.as_secs_f64();
    let off = achieved / wanted - 1.0;
    println!(
        "\n{wanted}/s: {achieved:.2}/s achieved over {:.1} s, {:+.4} % ({}); failed {}, in flight {}",
        time.as_secs_f64(),
        off * 100.0,
        if off.abs() <= WITHIN {
            "within 0.1 %"
        } else {
            "NOT within 0.1 %"
        },
        trial.accounts.failed,
        trial.accounts.in_flight(),
    );
    lateness(&trial);
}

fn lateness(trial: &TrialReading) {
    println!("lateness of linger's own senders (due → tried), ms:");
    for (name, time) in trial.lateness.named() {
        let text = time.map_or_else(|| "n/a".into(), |time| format!("{:.3}", time.0));
        println!("  {name:7} {text:>9}");
    }
    for warning in &machine_lines(trial) {
        println!("  {warning}");
    }
}

fn machine_lines(trial: &TrialReading) -> Vec<String> {
    let machine = &trial.machine;
    let pause = machine.hiccups.p99.zip(machine.hiccups.max);
    let pause = pause.map(|(p99, max)| {
        format!(
            "this machine's own pauses: p99 {:.3} ms, max {:.1} ms",
            p99.0, max.0
        )
    });
    let busy = machine.busiest.map(|busiest| {
        format!(
            "busiest thread {:.0} % of a core, saturated: {}",
            busiest * 100.0,
            machine.saturated
        )
    });
    pause.into_iter().chain(busy).collect()
}
