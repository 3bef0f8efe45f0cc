//! What each thread of this process takes of the processor.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::time::Instant;

/// The threads of librdkafka that build, compress and write requests.
const CLIENT_THREADS: &str = "rdk:broker";

/// What one thread took so far, in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ThreadTimes {
    /// It ran.
    pub ran: f64,
    /// It was ready to run and had no core.
    pub waited: f64,
    /// Whether it is one of the client's that serve brokers.
    pub is_clients: bool,
}

/// All threads of this process by id, from `/proc`; none elsewhere.
#[must_use]
pub fn times() -> HashMap<String, ThreadTimes> {
    let Ok(entries) = fs::read_dir("/proc/self/task") else {
        return HashMap::new();
    };
    let read = |entry: fs::DirEntry| {
        let text = |file| fs::read_to_string(entry.path().join(file)).ok();
        let (ran, waited) = seconds(&text("schedstat")?)?;
        let is_clients = text("comm")?.starts_with(CLIENT_THREADS);
        let times = ThreadTimes {
            ran,
            waited,
            is_clients,
        };
        Some((entry.file_name().to_string_lossy().into_owned(), times))
    };
    entries.filter_map(Result::ok).filter_map(read).collect()
}

/// The threads of this process now; none where they cannot be listed.
#[must_use]
pub fn threads() -> HashSet<String> {
    times().into_keys().collect()
}

/// The CPU time of some threads together.
pub struct ThreadsCpu {
    /// What each had taken at the start.
    start: HashMap<String, ThreadTimes>,
    at: Instant,
}

impl ThreadsCpu {
    /// Of the threads that are not among these, from now on.
    #[must_use]
    pub fn of_new(before: &HashSet<String>) -> Self {
        let mut start = times();
        start.retain(|thread, _| !before.contains(thread));
        Self {
            start,
            at: Instant::now(),
        }
    }

    /// Their share of one core since the start (above 1 where they need more than one); none where it cannot be known, or within
    /// the first second.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        let passed = self.at.elapsed().as_secs_f64();
        if self.start.is_empty() || passed < 1.0 {
            return None;
        }
        let now = times();
        let taken = |(thread, start): (&String, &ThreadTimes)| {
            now.get(thread)
                .map_or(0.0, |now| (now.ran - start.ran).max(0.0))
        };
        Some(self.start.iter().map(taken).sum::<f64>() / passed)
    }
}

/// Running and waiting for a core, in seconds: the first two fields of `schedstat`, in nanoseconds.
fn seconds(schedstat: &str) -> Option<(f64, f64)> {
    let mut fields = schedstat.split_whitespace().map(str::parse::<f64>);
    let mut seconds = || Some(fields.next()?.ok()? / 1e9);
    Some((seconds()?, seconds()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_line_is_read() {
        assert_eq!(seconds("2500000000 500000000 17\n"), Some((2.5, 0.5)));
        assert_eq!(seconds("nonsense"), None);
    }
}
