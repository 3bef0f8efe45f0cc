//! The lab's clock: nanoseconds since the lab started, monotonic, shared by all threads.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// A monotonic clock that starts at 0 when the lab starts.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    epoch: u64,
}

impl Clock {
    /// A clock that starts now.
    #[must_use]
    pub fn start() -> Self {
        Self { epoch: monotonic() }
    }

    /// Nanoseconds since the start; good for 584 years of the machine's uptime.
    #[inline]
    #[must_use]
    pub fn now(&self) -> u64 {
        monotonic().saturating_sub(self.epoch)
    }

    /// Time since the start.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        Duration::from_nanos(self.now())
    }
}

/// The system's monotonic clock in nanoseconds. Plain arithmetic: `Instant` checks each step, and this runs for every record.
#[inline]
fn monotonic() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    now.tv_sec.cast_unsigned() * 1_000_000_000 + now.tv_nsec.cast_unsigned()
}
