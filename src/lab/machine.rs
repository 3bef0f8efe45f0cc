//! What this machine does while the lab measures: how busy our threads are, how long they wait for a core, what is stolen.

use std::collections::HashMap;
use std::fs;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use crate::lab::cpu::{self, ThreadTimes};
use crate::lab::hiccups::{self, Hiccups};
use crate::measure::{Counts, Latencies};

/// A thread that runs or waits for a core for more than this share of the time is the bottleneck.
const SATURATED: f64 = 0.9;
/// A sleep that is longer by so many microseconds is a pause. Shorter ones are the scheduler's ordinary turns (Linux hands out slices
/// of 3 to 4 ms), which every moment has.
const PAUSE_MICROS: u64 = 10_000;

/// Seconds and shares, gathered since the lab started; the difference of two moments is what lay between them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Load {
    /// Seconds that were looked at.
    pub seconds: f64,
    /// Seconds in which the busiest thread ran; another one may be the busiest each time.
    pub busiest: f64,
    /// Seconds in which one thread wanted a core nearly all the time.
    pub saturated: f64,
    /// Seconds in which our threads were ready to run and had no core, all of them together.
    pub waited: f64,
    /// Seconds of CPU that the client's threads took.
    pub client: f64,
    /// CPU time of the whole machine, in ticks.
    pub ticks: f64,
    /// CPU time that a hypervisor gave to others meanwhile, in ticks.
    pub stolen: f64,
}

impl Load {
    /// What came since an earlier moment.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        self.with(earlier, |now, before| now - before)
    }

    fn with(&self, other: &Self, join: fn(f64, f64) -> f64) -> Self {
        Self {
            seconds: join(self.seconds, other.seconds),
            busiest: join(self.busiest, other.busiest),
            saturated: join(self.saturated, other.saturated),
            waited: join(self.waited, other.waited),
            client: join(self.client, other.client),
            ticks: join(self.ticks, other.ticks),
            stolen: join(self.stolen, other.stolen),
        }
    }
}

/// How this machine served a trial. `None` where nothing was looked at, or the system does not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MachineReading {
    /// By how much a sleep of 1 ms was too long.
    pub hiccups: Latencies,
    /// The share of the time in which such a sleep was too long by 10 ms or more (0–1): the machine stood still.
    pub paused: Option<f64>,
    /// The busiest thread's share of a core (0–1).
    pub busiest: Option<f64>,
    /// Cores that our threads waited for: 0.5 is half a second of waiting per second.
    pub waited: Option<f64>,
    /// Cores that the client's own threads (requests, compression) took.
    pub client: Option<f64>,
    /// The share of the machine's CPU time that a hypervisor gave to others (0–1).
    pub stolen: Option<f64>,
    /// Whether one thread wanted a core nearly all the time, for most of the time.
    pub saturated: bool,
}

impl MachineReading {
    /// From what was gathered over a trial.
    #[must_use]
    pub fn of(load: &Load, hiccups: &Counts) -> Self {
        let per = |part: f64, whole: f64| (whole > 0.0).then(|| (part / whole).max(0.0));
        Self {
            hiccups: hiccups.latencies(None),
            paused: hiccups.mean().map(|mean| paused(hiccups, mean)),
            busiest: per(load.busiest, load.seconds),
            waited: per(load.waited, load.seconds),
            client: per(load.client, load.seconds),
            stolen: per(load.stolen, load.ticks),
            saturated: load.seconds > 0.0 && load.saturated > load.seconds / 2.0,
        }
    }
}

/// The share of pauses in the time of all sleeps; `mean` is by how much they were too long.
#[expect(clippy::cast_precision_loss, reason = "a number of sleeps")]
fn paused(hiccups: &Counts, mean: f64) -> f64 {
    let nap = hiccups::NAP.as_secs_f64() * 1e6;
    hiccups.sum_from(PAUSE_MICROS) / (hiccups.total() as f64 * (nap + mean))
}

/// What trials read while the machine is watched.
pub struct Gauge {
    load: Mutex<Load>,
    hiccups: Hiccups,
}

impl Gauge {
    /// Everything since the lab started.
    #[must_use]
    pub fn now(&self) -> (Load, Counts) {
        let mut hiccups = Counts::new();
        self.hiccups.tally().copy_into(&mut hiccups);
        (*self.lock(), hiccups)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Load> {
        self.load.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Watches this machine: `look` about once a second.
pub struct Machine {
    gauge: Arc<Gauge>,
    before: HashMap<String, ThreadTimes>,
    cpu: Option<(f64, f64)>,
    at: Instant,
}

impl Machine {
    /// Watches from now on.
    #[must_use]
    pub fn watch() -> Self {
        Self {
            gauge: Arc::new(Gauge {
                load: Mutex::default(),
                hiccups: Hiccups::start(),
            }),
            before: cpu::times(),
            cpu: cpu_ticks(),
            at: Instant::now(),
        }
    }

    /// What trials read.
    #[must_use]
    pub fn gauge(&self) -> &Arc<Gauge> {
        &self.gauge
    }

    /// Adds what happened since the last look; gives the busiest thread's share of a core (0–1) in that time.
    pub fn look(&mut self) -> f64 {
        let (now, cpu) = (cpu::times(), cpu_ticks());
        let seconds = self.at.elapsed().as_secs_f64().max(0.001);
        let mut step = Load {
            seconds,
            ..Load::default()
        };
        let mut wanted: f64 = 0.0;
        for (id, thread) in &now {
            let Some(before) = self.before.get(id) else {
                continue;
            };
            let ran = (thread.ran - before.ran).max(0.0);
            let waited = (thread.waited - before.waited).max(0.0);
            step.busiest = step.busiest.max(ran);
            step.waited += waited;
            wanted = wanted.max(ran + waited);
            if thread.is_clients {
                step.client += ran;
            }
        }
        if wanted > seconds * SATURATED {
            step.saturated = seconds;
        }
        if let (Some((all, stolen)), Some((all_before, stolen_before))) = (cpu, self.cpu) {
            (step.ticks, step.stolen) = (all - all_before, stolen - stolen_before);
        }
        step.busiest = step.busiest.min(seconds);
        let mut load = self.gauge.lock();
        *load = load.with(&step, |all, more| all + more);
        drop(load);
        (self.before, self.cpu, self.at) = (now, cpu, Instant::now());
        step.busiest / seconds
    }
}

/// CPU time of the whole machine and what was stolen from it, in ticks: the first line of `/proc/stat`.
fn cpu_ticks() -> Option<(f64, f64)> {
    ticks(fs::read_to_string("/proc/stat").ok()?.lines().next()?)
}

/// Fields of a `cpu` line: user, nice, system, idle, iowait, irq, softirq, steal; guests count in the first two already.
fn ticks(line: &str) -> Option<(f64, f64)> {
    let fields: Vec<f64> = line
        .strip_prefix("cpu ")?
        .split_whitespace()
        .filter_map(|field| field.parse().ok())
        .collect();
    Some((fields.iter().take(8).sum(), *fields.get(7)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    #[test]
    fn the_kernels_line_is_read() {
        let line = "cpu  100 20 30 800 10 0 20 20 50 0";
        assert_eq!(ticks(line), Some((1000.0, 20.0)));
    }

    #[test]
    fn shares_are_those_of_the_time_between_two_moments() {
        let early = Load {
            seconds: 10.0,
            busiest: 9.0,
            saturated: 9.0,
            ..Load::default()
        };
        let late = Load {
            seconds: 14.0,
            busiest: 10.0,
            saturated: 10.0,
            waited: 2.0,
            ticks: 800.0,
            stolen: 16.0,
            client: 1.0,
        };
        let reading = MachineReading::of(&late.since(&early), &Counts::new());
        assert_eq!((reading.busiest, reading.waited), (Some(0.25), Some(0.5)));
        assert_eq!((reading.stolen, reading.client), (Some(0.02), Some(0.25)));
        assert!(!reading.saturated, "one second of four");
        assert!(MachineReading::of(&early, &Counts::new()).saturated);
        let none = MachineReading::of(&Load::default(), &Counts::new());
        assert_eq!((none.busiest, none.saturated), (None, false));
    }

    #[test]
    fn only_long_pauses_count_as_time_in_which_the_machine_stood_still() {
        let mut hiccups = Counts::new();
        // 1 s in sleeps of 1 ms, of which each was 1 ms too long, and one pause of 50 ms.
        hiccups.record_n(1_000, 475);
        hiccups.record_n(49_000, 1);
        let reading = MachineReading::of(&Load::default(), &hiccups);
        let paused = reading.paused.unwrap();
        assert!((paused - 0.049).abs() < 5e-4, "{paused}");
        assert_eq!(
            MachineReading::of(&Load::default(), &Counts::new()).paused,
            None
        );
    }

    #[test]
    fn a_thread_that_never_rests_saturates_and_watching_costs_little() {
        let mut machine = Machine::watch();
        if machine.before.is_empty() {
            return;
        }
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
            // A look may fall where a busy machine has not yet counted what the thread waited for: several tries.
            for _ in 0..20 {
                std::thread::sleep(Duration::from_millis(300));
                machine.look();
                if machine.gauge().now().0.saturated > 0.4 {
                    break;
                }
            }
            over.store(true, Ordering::Relaxed);
        });
        let (load, hiccups) = machine.gauge().now();
        assert!(load.saturated > 0.4, "{load:?}");
        assert!(hiccups.total() > 0);
    }
}
