//! The lab's clock: nanoseconds since the lab started, monotonic, shared by all threads.

use std::time::Duration;

const NANOS_PER_SECOND: u64 = 1_000_000_000;

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

    /// The system's monotonic time, in nanoseconds, at so many nanoseconds since the start.
    #[must_use]
    pub fn system(&self, since_start: u64) -> u64 {
        self.epoch.saturating_add(since_start)
    }

    /// Time since the start.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        Duration::from_nanos(self.now())
    }
}

/// The system's monotonic clock in nanoseconds.
#[inline]
#[expect(
    unsafe_code,
    reason = "read for every record: `Instant` needs five times as many instructions around the same call"
)]
fn monotonic() -> u64 {
    let mut now = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: `now` is ours to write, and every system that linger runs on has this clock.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut now) };
    now.tv_sec.cast_unsigned() * NANOS_PER_SECOND + now.tv_nsec.cast_unsigned()
}
