//! How busy the busiest thread of this process is.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::time::Instant;

/// Reads the CPU time of every thread of this process from `/proc`; elsewhere it always says 0.
pub struct BusiestThread {
    before: HashMap<String, u64>,
    at: Instant,
}

/// Linux tells CPU times in these, whatever the kernel's own tick (`USER_HZ`).
const TICKS_PER_SECOND: f64 = 100.0;

impl BusiestThread {
    /// A meter whose first reading covers the time from now on.
    #[must_use]
    pub fn new() -> Self {
        Self {
            before: ticks(),
            at: Instant::now(),
        }
    }

    /// The share of one core (0 to 1) that the busiest thread took since the last call.
    #[expect(clippy::cast_precision_loss, reason = "a difference of seconds")]
    pub fn share(&mut self) -> f64 {
        let now = ticks();
        let most = now
            .iter()
            .map(|(thread, ticks)| {
                ticks.saturating_sub(self.before.get(thread).copied().unwrap_or(*ticks))
            })
            .max();
        let seconds = self.at.elapsed().as_secs_f64().max(0.001);
        self.before = now;
        self.at = Instant::now();
        (most.unwrap_or(0) as f64 / TICKS_PER_SECOND / seconds).min(1.0)
    }
}

impl Default for BusiestThread {
    fn default() -> Self {
        Self::new()
    }
}

/// The threads of this process now; none where they cannot be listed.
#[must_use]
pub fn threads() -> HashSet<String> {
    ticks().into_keys().collect()
}

/// The CPU time of some threads together.
pub struct ThreadsCpu {
    /// What each had taken at the start.
    start: HashMap<String, u64>,
    at: Instant,
}

impl ThreadsCpu {
    /// Of the threads that are not among these, from now on.
    #[must_use]
    pub fn of_new(before: &HashSet<String>) -> Self {
        let mut start = ticks();
        start.retain(|thread, _| !before.contains(thread));
        Self {
            start,
            at: Instant::now(),
        }
    }

    /// Their share of one core since the start (above 1 where they need more than one); none where it cannot be known, or within
    /// the first second.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a few days of ticks")]
    pub fn share(&self) -> Option<f64> {
        let seconds = self.at.elapsed().as_secs_f64();
        if self.start.is_empty() || seconds < 1.0 {
            return None;
        }
        let now = ticks();
        let taken = |(thread, start): (&String, &u64)| {
            now.get(thread).map_or(0, |now| now.saturating_sub(*start))
        };
        let taken: u64 = self.start.iter().map(taken).sum();
        Some(taken as f64 / TICKS_PER_SECOND / seconds)
    }
}

fn ticks() -> HashMap<String, u64> {
    let Ok(threads) = fs::read_dir("/proc/self/task") else {
        return HashMap::new();
    };
    threads
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
            Some((
                entry.file_name().to_string_lossy().into_owned(),
                cpu_ticks(&stat)?,
            ))
        })
        .collect()
}

/// User and system time: fields 14 and 15 of `stat`, counted behind the name in brackets.
fn cpu_ticks(stat: &str) -> Option<u64> {
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    Some(fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_blanks_and_brackets_does_not_shift_the_fields() {
        let stat = "17 (a) b) S 1 2 3 4 5 6 7 8 9 10 140 60 0 0 20 0 1 0";
        assert_eq!(cpu_ticks(stat), Some(200));
    }
}
