//! A broker that stands still for a while: an open loop tells all of it, a closed loop next to nothing.
//!
//! `LINGER_STALL=20 cargo test --test it stall -- --nocapture` takes the whole measure: 2 s in 20 s at 10,000/s.

use std::time::{Duration, Instant};

use linger::cluster::local::{LocalKafka, LocalOptions};
use linger::lab::{LoadState, Reading, StopAfter};
use linger::load::Pacer;
use linger::measure::tally::{slot, slot_range};
use linger::measure::{Bins, Counts, Latencies, Tally};
use linger::settings::Settings;
use rustix::process::{Pid, Signal, kill_process};

use crate::kafka;
use crate::lab_handle::{Watched, config, real, settings, with};

const PER_SECOND: u64 = 10_000;
const NANOS: u64 = 1_000_000_000;

/// A server that answers in the order of arrival, and not at all while it stands still.
struct Server {
    free: u64,
    each: u64,
    stall: std::ops::Range<u64>,
}

impl Server {
    fn new(each: u64) -> Self {
        Self {
            free: 0,
            each,
            stall: 8 * NANOS..10 * NANOS,
        }
    }

    /// When it has answered what arrives now.
    fn answer(&mut self, now: u64) -> u64 {
        let begun = now.max(self.free);
        let meets_stall = begun + self.each >= self.stall.start && begun < self.stall.end;
        self.free = self.each + if meets_stall { self.stall.end } else { begun };
        self.free
    }
}

/// The highest time that HDR's slots cannot tell from this one, in microseconds.
fn as_told(micros: u64, max: u64) -> u64 {
    slot_range(slot(micros)).1.min(max)
}

/// All percentiles, in microseconds.
fn told(times: &Latencies) -> Vec<u64> {
    let named = times.named();
    let known = named.iter().skip(1).map(|(_, time)| time.unwrap().0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    known.map(|ms| (ms * 1000.0).round() as u64).collect()
}

#[test]
fn on_a_simulated_clock_every_percentile_of_a_stall_is_exact() {
    // 2 s of 20 s at 10,000/s; the server is infinitely fast but for the stall.
    let mut server = Server::new(0);
    let mut pacer = Pacer::new(10_000.0, 0, 1, 0);
    let tally = Tally::new();
    let mut all: Vec<u64> = (0..20 * PER_SECOND)
        .map(|_| {
            let due = pacer.advance();
            (server.answer(due.max(server.free)) - due) / 1000
        })
        .collect();
    for &micros in &all {
        tally.record(micros);
    }
    let mut counts = Counts::new();
    tally.copy_into(&mut counts);
    all.sort_unstable();
    let rank = |share: usize| all[(all.len() * share).div_ceil(10_000) - 1];
    let max = *all.last().unwrap();
    let exact = [5000, 9000, 9500, 9900, 9990, 9999, 10_000].map(|share| as_told(rank(share), max));
    assert_eq!(told(&counts.latencies(None)), exact);
    // And those are the analytic values: the 20,000 records that fell due in the stall waited for its end.
    let above = [9500, 9900, 9990, 9999].map(rank);
    assert_eq!(above, [1_000_000, 1_800_000, 1_980_000, 1_998_000]);
    assert_eq!((rank(9000), max), (0, 2_000_000));
}

#[test]
fn on_a_simulated_clock_a_closed_loop_hides_the_stall() {
    let mut server = Server::new(1_000_000);
    let mut counts = Counts::new();
    let mut now = 0;
    while now < 20 * NANOS {
        let done = server.answer(now);
        counts.record_n((done - now) / 1000, 1);
        now = done;
    }
    let times = counts.latencies(None);
    assert_eq!((times.p99, times.p99_9), (times.p50, times.p50));
    assert!((times.max.unwrap().0 - 2_001.0).abs() < 3.0, "{times:?}");
}

/// The whole run in seconds, and whether it is the whole measure; a tenth of it is the stall.
fn length() -> (f64, bool) {
    let asked = std::env::var("LINGER_STALL").ok();
    let asked = asked.and_then(|text| text.parse().ok());
    (asked.unwrap_or(5.0), asked.is_some())
}

/// The processes of this test's own brokers.
fn broker(kafka: &LocalKafka) -> Pid {
    let id = kafka.fact("PIDS").unwrap().parse().unwrap();
    Pid::from_raw(id).unwrap()
}

/// A run with a stall two fifths into it: the last reading, how long the stall was, and how long its backlog took to go.
struct Stalled {
    last: std::sync::Arc<Reading>,
    stall: f64,
    drain: f64,
    calm_p99: f64,
}

fn stalled(kafka: &LocalKafka, settings: Settings, seconds: f64, records: Option<u64>) -> Stalled {
    let topic = kafka::topic(kafka, 6, 1);
    let mut config = config(real(kafka, &topic), &topic, settings);
    config.stop_after = Some(match records {
        Some(records) => StopAfter::Records(records),
        None => StopAfter::Time(Duration::from_secs_f64(seconds)),
    });
    let mut lab = Watched::start(config);
    lab.until("load", |reading| reading.accounts.delivered > 0);
    let calm = lab.run(Duration::from_secs_f64(seconds * 0.4));
    let (calm_at, began) = (calm.at, Instant::now());
    kill_process(broker(kafka), Signal::STOP).unwrap();
    std::thread::sleep(Duration::from_secs_f64(seconds * 0.1));
    kill_process(broker(kafka), Signal::CONT).unwrap();
    let stall = began.elapsed().as_secs_f64();
    let resumed = (calm_at + began.elapsed()).as_secs_f64();
    let usual = calm.accounts.in_flight().max(200) * 2;
    let gone = lab.until("the backlog to go", |reading| {
        reading.at.as_secs_f64() > resumed
            && (reading.accounts.in_flight() <= usual || reading.load == LoadState::Stopping)
    });
    let drain = gone.at.as_secs_f64() - resumed;
    let (last, _) = lab.finish();
    kafka::assert_log_grew(kafka, &topic, 0);
    let mut before = Bins::default();
    // The first second belongs to a broker that has just started.
    let warm = calm
        .history
        .iter()
        .filter(|column| column.from.as_secs() >= 1);
    for column in warm {
        before.add(&column.response);
    }
    Stalled {
        last,
        stall,
        drain,
        calm_p99: before.quantile(0.99).unwrap(),
    }
}

#[test]
fn a_real_broker_that_stands_still_is_told_as_it_was_and_a_closed_loop_hides_it() {
    let Some(kafka) = kafka::own(1, &LocalOptions::default()) else {
        return;
    };
    let (seconds, whole) = length();
    let open = settings(&[
        ("rate", "10000"),
        ("record.size", "100"),
        ("linger.ms", "5"),
        ("acks", "1"),
    ]);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let records = (seconds * 10_000.0) as u64;
    let ask = || stalled(&kafka, open.clone(), seconds, Some(records));
    let mut run = ask();
    // Where records wait without any stall, nothing can be said of one.
    for _ in 0..3 {
        if whole || run.calm_p99 < 200.0 {
            break;
        }
        run = ask();
    }
    let times = run.last.trials[0].response;
    assert_eq!(times.count, records);
    // The backlog goes at a rate above 10,000/s, which shortens the wait of those that come later by their share of it.
    let relief = 1.0 - run.drain.min(run.stall) / (run.stall + run.drain);
    let analytic = |share: f64| (run.stall - seconds * share * relief) * 1000.0;
    println!(
        "stalled for {:.3} s of {seconds} s at 10,000/s, drained within {:.2} s, p99 before {:.1} ms",
        run.stall, run.drain, run.calm_p99
    );
    for (name, found, share) in [
        ("p99", times.p99, 0.01),
        ("p99.9", times.p99_9, 0.001),
        ("max", times.max, 0.0),
    ] {
        let (found, wanted) = (found.unwrap().0, analytic(share));
        let within = wanted * 0.01 + 1.0 + run.calm_p99;
        println!(
            "open loop   {name:6} {found:8.1} ms, analytic {wanted:8.1} ms, within {within:.1} ms"
        );
        // A busy machine makes times longer; only the whole measure asks for a quiet one.
        let above = if whole { within } else { within + 500.0 };
        assert!(
            found >= wanted - within && found <= wanted + above,
            "{name}: {found} for {wanted} ± {within}"
        );
    }
    let closed = with(
        &open,
        &[("send.mode", "sync"), ("rate", "max"), ("linger.ms", "0")],
    );
    let run = stalled(&kafka, closed, seconds, None);
    let times = run.last.trials[0].response;
    println!("closed loop, the same stall: {:?}", told_loosely(&times));
    let (p99, max) = (times.p99.unwrap().0, times.max.unwrap().0);
    assert!(
        p99 < run.stall * 1000.0 / 5.0,
        "p99 of a closed loop: {p99}"
    );
    assert!(
        max > run.stall * 900.0,
        "the one record that was under way: {max}"
    );
}

fn told_loosely(times: &Latencies) -> Vec<String> {
    let named = times.named().into_iter();
    named
        .filter_map(|(name, time)| Some(format!("{name} {:.1} ms", time?.0)))
        .collect()
}
