//! The follower: one thread that reads the topic back while the load runs, and tells how long records took to become readable.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rdkafka::config::ClientConfig;

use crate::audit::header::{Header, Origin};
use crate::audit::readback::Isolation;
use crate::audit::trial::TrialAudit;
use crate::cluster::Connection;
use crate::drill;
use crate::load::clock::Clock;
use crate::load::mark::Marks;
use crate::load::parts::Counter;
use crate::load::reader::Reader;
use crate::measure::Tally;

mod books;

use books::Books;

/// One look at the topic takes at most this long, and so does the end.
const LOOK: Duration = Duration::from_millis(50);
/// So many records share one reading of the clock.
const RECORDS_PER_READING: u64 = 32;
/// How often librdkafka's own events are served.
const SERVE: Duration = Duration::from_millis(500);

/// What the follower read of one trial; written by its thread alone.
#[derive(Default)]
pub struct FollowPart {
    /// Records of the trial.
    pub read: Counter,
    /// Due → read, in microseconds; a record that was read before it was due counts as 0.
    pub end_to_end: Tally,
    /// Records that were read before they were due, by the clock.
    pub early: Counter,
    /// How much before, at most, in microseconds.
    pub earliest: AtomicU64,
    /// Where every record is entered, where the trial is audited.
    pub audit: Option<Arc<TrialAudit>>,
}

/// How far a partition was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passed {
    /// The partition.
    pub partition: i32,
    /// Where reading began.
    pub start: i64,
    /// The offset that comes next.
    pub next: i64,
    /// Whether reading went back at some time: the log had been cut at its end, and what was read is perhaps not there any more.
    pub went_back: bool,
}

/// What one follower read in all; written by its thread alone.
#[derive(Default)]
pub struct Totals {
    /// Records of this run, and of a trial that is followed.
    pub read: Counter,
    /// Records without a header of this run.
    pub foreign: Counter,
    /// Records whose header is damaged, or that were cut.
    pub corrupt: Counter,
    /// Offsets that were passed over: the log had been cut before they were read.
    pub skipped: Counter,
    trouble: Mutex<Option<String>>,
    passed: Mutex<Vec<Passed>>,
}

impl Totals {
    /// How far every partition was read; all that was read before is counted and entered.
    #[must_use]
    pub fn passed(&self) -> Vec<Passed> {
        lock(&self.passed).clone()
    }

    /// The last reason why a partition could not be read, as librdkafka names it.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        lock(&self.trouble).clone()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a follower reads.
pub struct Source<'a> {
    /// The cluster.
    pub connection: &'a Connection,
    /// The topic; it exists.
    pub topic: &'a str,
    /// Whether the cluster is the embedded one, which lets a reader without news wait for nothing.
    pub embedded: bool,
    /// Which records it sees, and so when a record counts as readable.
    pub isolation: Isolation,
}

/// Where a follower is in its life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FollowerState {
    /// It looks for the ends of the partitions.
    Opening,
    /// Whatever is written from now on is read.
    Follows,
    /// The topic cannot be read, and why.
    Refused(String),
}

/// A follower's thread, as the engine holds it. Dropping it ends the thread.
pub struct Follower {
    opened: Arc<OnceLock<Result<(), String>>>,
    ending: Arc<AtomicBool>,
    register: Sender<(u32, Arc<FollowPart>)>,
    thread: Option<JoinHandle<()>>,
}

impl Follower {
    /// Starts the thread, which first finds the end of every partition.
    ///
    /// # Errors
    /// The thread cannot be started; whatever else is wrong becomes the state `Refused`.
    pub fn start(
        source: &Source<'_>,
        origin: Origin,
        clock: Clock,
        totals: Arc<Totals>,
    ) -> std::io::Result<Self> {
        let opened = Arc::new(OnceLock::new());
        let ending = Arc::new(AtomicBool::new(false));
        let (register, registered) = mpsc::channel();
        let config = source
            .connection
            .client_config()
            .map(|base| with_reading(base, source.embedded, source.isolation))
            .map_err(|error| error.to_string());
        let topic = source.topic.to_owned();
        let work = {
            let (opened, ending) = (Arc::clone(&opened), Arc::clone(&ending));
            move || {
                drill::point("follower");
                match config.and_then(|config| Reader::open(&config, &topic, |it| it.high)) {
                    Err(reason) => drop(opened.set(Err(reason))),
                    Ok(reader) => {
                        let _ = opened.set(Ok(()));
                        let mut books = Books::new(origin, totals, registered);
                        for bounds in reader.bounds() {
                            books.begin(bounds.partition, bounds.high);
                        }
                        follow(&reader, books, clock, &ending);
                    }
                }
            }
        };
        let thread = thread::Builder::new().name("follower".into()).spawn(work)?;
        Ok(Self {
            opened,
            ending,
            register,
            thread: Some(thread),
        })
    }

    /// Where it is in its life.
    #[must_use]
    pub fn state(&self) -> FollowerState {
        match self.opened.get() {
            None => FollowerState::Opening,
            Some(Ok(())) => FollowerState::Follows,
            Some(Err(reason)) => FollowerState::Refused(reason.clone()),
        }
    }

    /// Tells where to count the records of a trial; must happen before any of them is sent.
    pub fn register(&self, trial: u64, part: Arc<FollowPart>) {
        let _ = self
            .register
            .send((u32::try_from(trial).unwrap_or(u32::MAX), part));
    }

    /// Whether the thread has ended.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Lets the thread end soon, without waiting for it.
    pub fn end(&self) {
        self.ending.store(true, Ordering::Release);
    }
}

impl Drop for Follower {
    /// Waits for the end, but not for a cluster that has not answered yet: such a thread ends once it has its answer.
    fn drop(&mut self) {
        self.end();
        if self.opened.get().is_some()
            && let Some(thread) = self.thread.take()
        {
            let _ = thread.join();
        }
    }
}

/// Writes the header of this run into payloads; a payload without room is left as it is.
#[must_use]
pub fn marks(origin: Origin, clock: Clock) -> Marks {
    Marks::new(move |payload, mark| {
        let header = Header {
            origin,
            trial: u32::try_from(mark.trial).unwrap_or(u32::MAX),
            producer: mark.producer,
            sequence: mark.sequence,
            due: clock.system(mark.due),
        };
        let _ = header.write(payload);
    })
}

/// Reads at once what there is, and holds at most some megabytes of it.
fn with_reading(mut base: ClientConfig, embedded: bool, isolation: Isolation) -> ClientConfig {
    // Brokers answer as soon as there is a byte; the embedded ones let the time pass in any case.
    base.set("fetch.wait.max.ms", if embedded { "1" } else { "500" });
    base.set("fetch.min.bytes", "1");
    base.set("fetch.error.backoff.ms", "20");
    base.set("fetch.queue.backoff.ms", "1");
    base.set("queued.min.messages", "20000");
    base.set("queued.max.messages.kbytes", "16384");
    base.set("fetch.max.bytes", "8388608");
    // Only the embedded cluster cuts its log so soon; the follower goes on with what is left.
    base.set("auto.offset.reset", "earliest");
    base.set("isolation.level", isolation.name());
    // The last offsets of a partition may hold no record: only so are they known to be passed.
    base.set("enable.partition.eof", "true");
    base.set("socket.nagle.disable", "true");
    base.set("enable.sparse.connections", "false");
    base
}

fn follow(reader: &Reader, mut books: Books, clock: Clock, ending: &AtomicBool) {
    let mut served = Instant::now();
    while !ending.load(Ordering::Acquire) {
        let (mut now, mut records) = (0, 0);
        reader.read(LOOK, &mut |read| {
            if records % RECORDS_PER_READING == 0 {
                now = clock.system(clock.now());
            }
            records += 1;
            books.take(&read, now);
        });
        books.close();
        if served.elapsed() >= SERVE {
            reader.serve();
            served = Instant::now();
        }
    }
}

#[cfg(test)]
mod tests;
