//! How long this machine keeps a thread waiting that only wants to sleep: every pause of it is a pause of the senders too.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::drill;
use crate::measure::Tally;

/// How long the thread wants to sleep each time.
pub const NAP: Duration = Duration::from_millis(1);

/// A thread that sleeps 1 ms over and over, and records by how much each sleep was too long. It ends with its handle.
pub struct Hiccups {
    tally: Arc<Tally>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Hiccups {
    /// Starts the thread; without it (no thread to be had) nothing is recorded.
    #[must_use]
    pub fn start() -> Self {
        let tally = Arc::new(Tally::new());
        let over = Arc::new(AtomicBool::new(false));
        let thread = thread::Builder::new().name("hiccups".into()).spawn({
            let (tally, over) = (Arc::clone(&tally), Arc::clone(&over));
            move || {
                drill::point("hiccups");
                nap(&tally, &over);
            }
        });
        Self {
            tally,
            over,
            thread: thread.ok(),
        }
    }

    /// By how much each sleep was too long, in microseconds, since the start.
    #[must_use]
    pub fn tally(&self) -> &Arc<Tally> {
        &self.tally
    }
}

impl Drop for Hiccups {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn nap(tally: &Tally, over: &AtomicBool) {
    while !over.load(Ordering::Relaxed) {
        let began = Instant::now();
        thread::sleep(NAP);
        let surplus = began.elapsed().saturating_sub(NAP);
        tally.record(u64::try_from(surplus.as_micros()).unwrap_or(u64::MAX));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Counts;

    #[test]
    fn every_sleep_is_recorded_and_the_thread_ends_with_its_handle() {
        let hiccups = Hiccups::start();
        let tally = Arc::clone(hiccups.tally());
        let mut counts = Counts::new();
        while counts.total() < 20 {
            thread::yield_now();
            tally.copy_into(&mut counts);
        }
        drop(hiccups);
        tally.copy_into(&mut counts);
        assert_eq!(Arc::strong_count(&tally), 1, "the thread has let go");
        assert!(counts.mean().unwrap() < 1e6, "sleeps of 1 ms took seconds");
    }
}
