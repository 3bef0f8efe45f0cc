//! The delivery reports of one producer: read by its poll thread, or by a sender that could only wait for them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, TryLockError};
use std::thread::{self, Thread};
use std::time::Duration;

use crate::load::clock::Clock;
use crate::load::helm::Waits;
use crate::load::native::{Code, Event, Native, Report};
use crate::load::parts::{Counter, ErrorKind, ReportPart};
use crate::measure::Phase;

/// So many reports share one reading of the clock, which is then about 2 µs old at most: reading it costs more than
/// everything else that a report needs from us.
const REPORTS_PER_READING: u64 = 32;

/// What a producer says outside of its reports.
#[derive(Debug)]
pub enum Word {
    /// How far opening is.
    Progress(String),
    /// It is open; partitions of the topic.
    Opened(u32),
    /// Its transactions are initialised; how long that took.
    Initialised(Duration),
    /// Its conductor has ended: no transaction is open.
    Rested,
    /// It could not be opened or initialised, with the reason.
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

/// Where words go: the engine's inbox, with the producer's serial number, which tells producers apart.
pub type Inbox = tokio::sync::mpsc::UnboundedSender<(u64, Word)>;

/// Where the reports of one producer are read, by one thread at a time.
pub struct Reports {
    /// Where the senders of this producer wait.
    pub waits: Waits,
    desk: Mutex<Desk>,
    /// How many were read, by whomever.
    read: Counter,
    /// Whether a sender has read, or wanted to, since the poll thread last looked.
    helped: AtomicBool,
    /// The thread that reads when nobody else does.
    poller: OnceLock<Thread>,
}

/// What the one who reads needs.
struct Desk {
    serial: u64,
    clock: Clock,
    inbox: Inbox,
    registered: Receiver<(u16, Arc<ReportPart>)>,
    parts: Vec<(u16, Arc<ReportPart>)>,
}

impl Reports {
    /// The reports of the producer with this serial number; `registered` tells where to count those of a trial.
    #[must_use]
    pub fn new(
        serial: u64,
        clock: Clock,
        inbox: Inbox,
        registered: Receiver<(u16, Arc<ReportPart>)>,
    ) -> Self {
        Self {
            waits: Waits::default(),
            desk: Mutex::new(Desk {
                serial,
                clock,
                inbox,
                registered,
                parts: Vec::new(),
            }),
            read: Counter::default(),
            helped: AtomicBool::new(false),
            poller: OnceLock::new(),
        }
    }

    /// How many reports were read.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.read.get()
    }

    /// Waits for the next event, at most this long, and takes in what it holds; false where another thread reads, which is not
    /// waited for. Wakes the senders that wait.
    pub fn read(&self, native: &Native, wait: Duration) -> bool {
        let mut desk = match self.desk.try_lock() {
            Ok(desk) => desk,
            Err(TryLockError::Poisoned(poisoned)) => PoisonError::into_inner(poisoned),
            Err(TryLockError::WouldBlock) => return false,
        };
        let reports = desk.take(native, wait, &self.waits);
        self.read.add(reports);
        drop(desk);
        self.waits.wake();
        true
    }

    /// As `read`, by a sender, in place of the poll thread.
    pub fn help(&self, native: &Native, wait: Duration) -> bool {
        self.helped.store(true, Ordering::Relaxed);
        self.read(native, wait)
    }

    /// Names this thread as the one that reads when nobody else does.
    pub fn attend(&self) {
        let _ = self.poller.set(thread::current());
    }

    /// Lets that thread read at once: the senders have stopped, and somebody waits for every report.
    pub fn rouse(&self) {
        if let Some(poller) = self.poller.get() {
            poller.unpark();
        }
    }

    /// Whether a sender has read since this was last asked.
    pub fn take_helped(&self) -> bool {
        self.helped.swap(false, Ordering::Relaxed)
    }
}

impl Desk {
    /// How many reports the next event held.
    fn take(&mut self, native: &Native, wait: Duration, waits: &Waits) -> u64 {
        let (mut now, mut in_event) = (0, 0);
        native.poll(wait, &mut |event| match event {
            Event::Report(report) => {
                if in_event % REPORTS_PER_READING == 0 {
                    now = self.clock.now();
                }
                in_event += 1;
                self.report(&report, now, waits);
            }
            Event::Statistics(json) => self.say(Word::Statistics(json.to_owned())),
            Event::Log(level, facility, line) => {
                self.say(Word::Log(format!("{level} {facility} {line}")));
            }
            Event::Error(code, reason, fatal) => {
                self.say(Word::Error(code, reason.to_owned(), fatal));
            }
        });
        in_event
    }

    fn say(&self, word: Word) {
        // An engine that has ended listens no more.
        let _ = self.inbox.send((self.serial, word));
    }

    fn report(&mut self, report: &Report<'_>, now: u64, waits: &Waits) {
        let stamp = report.stamp;
        waits.slot(usize::from(stamp.sender)).report();
        let Some(part) = self.part(stamp.trial) else {
            return;
        };
        if let Some(witness) = &part.witness {
            witness(report);
        }
        let response = now.saturating_sub(stamp.due) / 1000;
        if report.code == 0 {
            part.bytes.add(report.bytes);
            part.response.record(response);
            part.delivery.record(report.latency_us.unwrap_or(response));
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
