//! The lab's clock: nanoseconds since the lab started, monotonic, shared by all threads.

use std::time::{Duration, Instant};

const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// A monotonic clock that starts at 0 when the lab starts.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    epoch: Instant,
}

impl Clock {
    /// A clock that starts now.
    #[must_use]
    pub fn start() -> Self {
        Self {
            epoch: Instant::now(),
        }
    }

    /// Nanoseconds since the start; good for 584 years.
    #[inline]
    #[must_use]
    pub fn now(&self) -> u64 {
        // In 64 bits: this runs for every record, and `as_nanos` would count in 128.
        let elapsed = self.epoch.elapsed();
        elapsed.as_secs() * NANOS_PER_SECOND + u64::from(elapsed.subsec_nanos())
    }

    /// Time since the start.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.epoch.elapsed()
    }
}
