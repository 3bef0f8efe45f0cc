//! A producer's own thread: opens it, reads its reports, and drops it as the last act.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rdkafka::config::ClientConfig;

use crate::drill;
use crate::load::clock::Clock;
use crate::load::connect;
use crate::load::heap;
use crate::load::helm::Waits;
use crate::load::native::{Code, Event, Native, Report};
use crate::load::opaque::{Stamp, TRIALS};
use crate::load::parts::{ErrorKind, ReportPart};
use crate::measure::Phase;

const POLL: Duration = Duration::from_millis(10);
/// So many reports share one reading of the clock, which is then about 2 µs old at most: reading it costs more than
/// everything else that a report needs from us.
const REPORTS_PER_READING: u64 = 32;

/// What a producer says outside of its reports. `serial` tells producers apart.
#[derive(Debug)]
pub enum Word {
    /// How far opening is.
    Progress(String),
    /// It is open; partitions of the topic.
    Opened(u32),
    /// It could not be opened, with the reason.
    Refused(String),
    /// Statistics as JSON.
    Statistics(String),
    /// A log line.
    Log(String),
    /// An error that no record carries; whether the client is dead.
    Error(Code, String, bool),
    /// It was drained and dropped.
    Closed,
}

/// Where words go: the engine's inbox, with the producer's serial number.
pub type Inbox = tokio::sync::mpsc::UnboundedSender<(u64, Word)>;

/// A producer and its poll thread, as the engine holds them.
pub struct Producer {
    /// Tells producers apart.
    pub serial: u64,
    /// Where senders of this producer wait.
    pub waits: Arc<Waits>,
    native: Arc<Mutex<Option<Arc<Native>>>>,
    register: Sender<(u16, Arc<ReportPart>)>,
    life: Arc<Life>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Life {
    opened: AtomicBool,
    wanted: AtomicBool,
    expected: AtomicU64,
    purge: AtomicBool,
}

impl Producer {
    /// Starts the thread that opens a producer with this configuration; what comes of it arrives in the inbox.
    pub fn open(
        serial: u64,
        config: ClientConfig,
        topic: &str,
        clock: Clock,
        inbox: Inbox,
    ) -> std::io::Result<Self> {
        heap::widen();
        let waits = Arc::new(Waits::default());
        let native = Arc::new(Mutex::new(None));
        let life = Arc::new(Life::default());
        let (register, registered) = mpsc::channel();
        let topic = topic.to_owned();
        let work = {
            let (waits, native, life) =
                (Arc::clone(&waits), Arc::clone(&native), Arc::clone(&life));
            move || {
                drill::point("poll");
                let say = |word| drop(inbox.send((serial, word)));
                match connect::open(&config, &topic, &|text| say(Word::Progress(text))) {
                    Err(reason) => say(Word::Refused(reason)),
                    Ok((opened, partitions)) => {
                        let opened = Arc::new(opened);
                        *native.lock().unwrap_or_else(PoisonError::into_inner) =
                            Some(Arc::clone(&opened));
                        life.opened.store(true, Ordering::Release);
                        say(Word::Opened(partitions));
                        Poller {
                            native: opened,
                            shelf: native,
                            clock,
                            waits,
                            life,
                            registered,
                            parts: Vec::new(),
                            say: &say,
                        }
                        .run();
                        say(Word::Closed);
                    }
                }
            }
        };
        let thread = thread::Builder::new()
            .name(format!("poll-{serial}"))
            .spawn(work)?;
        Ok(Self {
            serial,
            waits,
            native,
            register,
            life,
            thread: Some(thread),
        })
    }

    /// The producer, once it is open and until it closes.
    #[must_use]
    pub fn native(&self) -> Option<Arc<Native>> {
        self.native
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Tells the poll thread where to count the reports of a trial; must happen before any record of it is sent.
    pub fn register(&self, trial: u64, part: Arc<ReportPart>) {
        let _ = self
            .register
            .send((u16::try_from(trial % TRIALS).unwrap_or_default(), part));
    }

    /// Lets the thread end once this many records were reported in all; no sender may send through it any more.
    pub fn close(&self, accepted: u64) {
        self.life.expected.store(accepted, Ordering::Release);
        self.life.wanted.store(true, Ordering::Release);
    }

    /// Gives up what is not yet delivered; each record is then reported as purged.
    pub fn purge(&self) {
        self.life.purge.store(true, Ordering::Release);
    }

    /// Whether it was opened and has not ended.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.life.opened.load(Ordering::Acquire) && !self.is_gone()
    }

    /// Whether the thread has ended.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Waits for the end of the thread.
    pub fn join(&mut self) {
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Poller<'a> {
    native: Arc<Native>,
    shelf: Arc<Mutex<Option<Arc<Native>>>>,
    clock: Clock,
    waits: Arc<Waits>,
    life: Arc<Life>,
    registered: Receiver<(u16, Arc<ReportPart>)>,
    parts: Vec<(u16, Arc<ReportPart>)>,
    say: &'a dyn Fn(Word),
}

impl Poller<'_> {
    fn run(mut self) {
        let mut reported = 0;
        let mut flusher = None;
        loop {
            let native = Arc::clone(&self.native);
            let (mut now, mut in_event) = (0, 0);
            native.poll(POLL, &mut |event| match event {
                Event::Report(report) => {
                    if in_event % REPORTS_PER_READING == 0 {
                        now = self.clock.now();
                    }
                    in_event += 1;
                    self.report(&report, now);
                }
                Event::Statistics(json) => (self.say)(Word::Statistics(json.to_owned())),
                Event::Log(level, facility, line) => {
                    (self.say)(Word::Log(format!("{level} {facility} {line}")));
                }
                Event::Error(code, reason, fatal) => {
                    (self.say)(Word::Error(code, reason.to_owned(), fatal));
                }
            });
            drop(native);
            reported += in_event;
            self.waits.wake();
            if self.life.purge.swap(false, Ordering::AcqRel) {
                self.native.purge();
            }
            if self.life.wanted.load(Ordering::Acquire) {
                if reported >= self.life.expected.load(Ordering::Acquire) {
                    break;
                }
                flusher.get_or_insert_with(|| flush_behind(&self.native));
            }
        }
        if let Some(Some(thread)) = flusher {
            let _: thread::Result<()> = JoinHandle::join(thread);
        }
        self.drop_last();
    }

    /// Waits (bounded) until senders and engine have let go, so that this thread drops the client.
    fn drop_last(self) {
        self.shelf
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let patience = Instant::now() + Duration::from_secs(1);
        while Arc::strong_count(&self.native) > 1 && Instant::now() < patience {
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn report(&mut self, report: &Report, now: u64) {
        let stamp = Stamp::unpack(report.opaque);
        self.waits.slot(usize::from(stamp.sender)).report();
        let Some(part) = self.part(stamp.trial) else {
            return;
        };
        let response = now.saturating_sub(stamp.due) / 1000;
        if report.code == 0 {
            part.bytes.add(report.bytes);
            part.response.record(response);
            part.delivery.record(report.latency_us);
            part.delivered.add(1);
        } else {
            part.failed_response.record(response);
            let kind = ErrorKind {
                code: report.code,
                phase: Phase::Delivery,
                persisted: report.persisted,
            };
            part.errors.count(kind);
            part.failed.add(1);
        }
        part.last_report.store(now, Ordering::Relaxed);
    }

    fn part(&mut self, trial: u16) -> Option<&ReportPart> {
        if self.parts.first().is_none_or(|known| known.0 != trial) {
            while let Ok(news) = self.registered.try_recv() {
                self.parts.retain(|known| known.0 != news.0);
                self.parts.push(news);
            }
            let at = self.parts.iter().position(|known| known.0 == trial)?;
            self.parts.swap(0, at);
        }
        self.parts.first().map(|known| known.1.as_ref())
    }
}

/// Flushes on a thread of its own, so that what still waits for linger.ms leaves at once while reports are read.
fn flush_behind(native: &Arc<Native>) -> Option<JoinHandle<()>> {
    let native = Arc::downgrade(native);
    thread::Builder::new()
        .name("drain".into())
        .spawn(move || {
            drill::point("drain");
            if let Some(native) = native.upgrade() {
                native.flush(Duration::from_secs(600));
            }
        })
        .ok()
}
