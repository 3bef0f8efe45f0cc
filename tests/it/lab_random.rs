//! Many random turns on a real broker under load: nothing is lost, nothing fails, and nothing is left behind.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use linger::lab::{Reading, TrialState};
use linger::settings::{Kind, Knob, Settings, Severity, Source, Surroundings, Value, check, rows};
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

use crate::kafka;
use crate::lab_handle::{Watched, config, real, settings};
use crate::lab_log;

/// How often a value is drawn before a setting that no rule refuses must have come.
const DRAWS: usize = 200;

/// How many turns: a few, or as `LINGER_TURNS` says, which then also judges what is left behind (memory only with
/// `MALLOC_MMAP_THRESHOLD_=1048576`, without which the C library keeps what zstd used).
fn turns() -> (usize, bool) {
    let asked = std::env::var("LINGER_TURNS")
        .ok()
        .and_then(|text| text.parse().ok());
    (asked.unwrap_or(60), asked.is_some())
}

/// A value from the row's tuning range.
fn draw(row: &Knob, random: &mut SmallRng) -> Value {
    match row.kind {
        Kind::Choice(choices) => Value::Choice(choices[random.random_range(0..choices.len())]),
        Kind::Switch => Value::Switch(random.random_bool(0.5)),
        Kind::Text(_) => Value::Text(format!("linger-{}", random.random_range(0..1000))),
        _ if row.auto && random.random_bool(0.3) => Value::Auto,
        _ => row.at_place(random.random_range(0.0..=1.0)),
    }
}

/// Other settings: one to three producer knobs turned, with the mends that the rules ask for.
fn turned(settings: &Settings, around: &Surroundings, random: &mut SmallRng) -> Settings {
    let knobs: Vec<&Knob> = rows()
        .iter()
        .copied()
        .filter(|row| row.group.is_producer())
        // Transactions write markers of their own into the log, whose records are counted here.
        .filter(|row| row.name != "transactional.id")
        .collect();
    for _ in 0..DRAWS {
        let mut next = settings.clone();
        for _ in 0..random.random_range(1..=3) {
            let row = knobs[random.random_range(0..knobs.len())];
            next.put(row.name, draw(row, random), Source::Hand);
        }
        let refused = check(&next, around)
            .iter()
            .any(|finding| finding.severity == Severity::Refuse);
        if !refused && !next.changed_from(settings).is_empty() {
            return next;
        }
    }
    panic!("no setting was found that no rule refuses");
}

/// What this process holds: threads, open files, resident MiB.
#[derive(Debug, Clone, Copy)]
struct Holdings {
    threads: usize,
    files: usize,
    mib: usize,
}

fn holdings() -> Holdings {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let number = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|rest| rest.split_whitespace().next()?.parse::<usize>().ok())
            .unwrap_or(0)
    };
    Holdings {
        threads: number("Threads:"),
        files: std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count),
        mib: number("VmRSS:") / 1024,
    }
}

fn now_ms() -> i64 {
    i64::try_from(
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_millis(),
    )
    .unwrap()
}

/// The value below which this share of the sorted values lies.
fn quantile<T: Copy + Ord>(values: &mut [T], share: f64) -> T {
    values.sort_unstable();
    values[((values.len() - 1) as f64 * share) as usize]
}

/// The longest gap between consecutive records in a stretch of time.
fn gap(times: &[i64], from: i64, to: i64) -> i64 {
    let begin = times.partition_point(|time| *time < from).saturating_sub(1);
    let end = (times.partition_point(|time| *time <= to) + 1).min(times.len());
    times[begin..end]
        .windows(2)
        .map(|pair| pair[1] - pair[0])
        .max()
        .unwrap_or(0)
}

#[test]
fn random_turns_lose_nothing_and_leave_nothing_behind() {
    let Some(kafka) = kafka::one() else { return };
    let (turns, alone) = turns();
    let seed: u64 = std::env::var("LINGER_SEED")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or_else(rand::random);
    println!("seed {seed}, {turns} turns");
    let mut random = SmallRng::seed_from_u64(seed);
    let topic = kafka::topic(kafka, 6, 1);
    let base = settings(&[("rate", "1000"), ("record.size", "100")]);
    let target = real(kafka, &topic);
    let around = target.surroundings(&base);
    let before = holdings();
    let mut lab = Watched::start(config(target, &topic, base.clone()));
    lab.until("the first records", |reading| {
        reading.accounts.delivered > 500
    });
    let early = holdings();

    let mut current = base;
    let mut windows = Vec::new();
    for turn in 0..turns {
        let next = turned(&current, &around, &mut random);
        let changed: Vec<_> = next
            .changed_from(&current)
            .iter()
            .map(|row| format!("{}={}", row.name, row.text(next.value(row.name))))
            .collect();
        let wanted = lab.next().live + 1;
        let from = now_ms();
        lab.turn(&next);
        let limit = Instant::now() + crate::lab_handle::PATIENCE;
        loop {
            let reading = lab.next();
            let refused = reading.refused.as_ref().map(|refused| &refused.reason);
            assert!(refused.is_none(), "turn {turn} {changed:?}: {refused:?}");
            assert_eq!(
                reading.accounts.failed,
                0,
                "turn {turn} {changed:?}: {}",
                crate::lab_handle::told(&reading)
            );
            if reading.live == wanted && reading.live_trial().unwrap().turn_took.is_some() {
                break;
            }
            assert!(
                Instant::now() < limit,
                "turn {turn} {changed:?}: {}",
                crate::lab_handle::told(&reading)
            );
        }
        windows.push((from, now_ms()));
        current = next;
    }
    let late = holdings();
    lab.run(Duration::from_millis(300));
    let checked = lab.checked;
    let (last, snapshots) = lab.stop();
    drop(snapshots);
    let after = holdings();

    assert_eq!(last.accounts.failed, 0);
    assert_eq!(last.trials.len(), turns + 1);
    assert!(
        last.trials
            .iter()
            .all(|trial| trial.state == TrialState::Closed && trial.errors.is_empty())
    );
    let grown = kafka::assert_log_grew(kafka, &topic, 0);
    assert_eq!(last.accounts.delivered, grown);
    assert!(checked as usize > turns, "{checked} readings");
    report(&last, &lab_log::times(kafka, &topic), &windows);
    println!(
        "{before:?} before, {early:?} with one trial, {late:?} after the turns, {after:?} at the end, {checked} readings checked"
    );
    if alone {
        assert!(after.threads <= before.threads + 2, "{before:?} {after:?}");
        assert!(after.files <= before.files + 2, "{before:?} {after:?}");
        // The C library keeps the room of a thread's largest codec for the next thread, up to 16 times, unless it is told otherwise.
        let judged = std::env::var_os("MALLOC_MMAP_THRESHOLD_").is_some();
        // The rows of closed trials are kept, with at most 64 KiB each by the design.
        let rows = turns.div_ceil(16);
        assert!(
            !judged || after.mib <= early.mib + 16 + rows,
            "{early:?} {after:?}"
        );
    }
}

fn report(last: &Reading, times: &[i64], windows: &[(i64, i64)]) {
    let mut took: Vec<Duration> = last
        .trials
        .iter()
        .skip(1)
        .filter_map(|trial| trial.turn_took)
        .collect();
    let mut gaps: Vec<i64> = windows
        .iter()
        .map(|(from, to)| gap(times, *from, *to))
        .collect();
    let far = gap(times, times[0], times[times.len() - 1]);
    println!(
        "turns took {:?} in the median, {:?} at p99, {:?} at most; sending paused around a turn {} ms in the median, {} ms at p99, {} ms at most; {far} ms at most in all",
        quantile(&mut took, 0.5),
        quantile(&mut took, 0.99),
        quantile(&mut took, 1.0),
        quantile(&mut gaps, 0.5),
        quantile(&mut gaps, 0.99),
        quantile(&mut gaps, 1.0),
    );
}
