//! A producer's own thread: opens it, sees to its reports, and drops it as the last act.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rdkafka::config::ClientConfig;

use crate::drill;
use crate::load::clock::Clock;
use crate::load::connect;
use crate::load::heap;
use crate::load::native::Native;
use crate::load::opaque::TRIALS;
use crate::load::parts::ReportPart;
use crate::load::reports::{Inbox, Reports, Word};

const POLL: Duration = Duration::from_millis(10);
/// A producer and its poll thread, as the engine holds them.
pub struct Producer {
    /// Tells producers apart.
    pub serial: u64,
    /// Where its reports are read, and where its senders wait for them.
    pub reports: Arc<Reports>,
    native: Arc<Mutex<Option<Arc<Native>>>>,
    register: Sender<(u16, Arc<ReportPart>)>,
    inbox: Inbox,
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
        let (register, registered) = mpsc::channel();
        let reports = Arc::new(Reports::new(serial, clock, inbox.clone(), registered));
        let native = Arc::new(Mutex::new(None));
        let life = Arc::new(Life::default());
        let topic = topic.to_owned();
        let work = {
            let (reports, native, life, inbox) = (
                Arc::clone(&reports),
                Arc::clone(&native),
                Arc::clone(&life),
                inbox.clone(),
            );
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
                            reports,
                            life,
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
            reports,
            native,
            register,
            inbox,
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

    /// Where words of and about this producer go.
    #[must_use]
    pub fn inbox(&self) -> Inbox {
        self.inbox.clone()
    }

    /// Initialises its transactions on a thread of its own; what comes of it arrives in the inbox (`Initialised`, `Refused`).
    ///
    /// # Errors
    /// The thread cannot be started.
    pub fn initialise(&self) -> std::io::Result<()> {
        let (serial, inbox) = (self.serial, self.inbox.clone());
        let Some(native) = self.native() else {
            return Ok(());
        };
        let life = Arc::clone(&self.life);
        let is_closing = move || life.wanted.load(Ordering::Acquire);
        thread::Builder::new()
            .name("transactions".into())
            .spawn(move || {
                let word = match connect::initialise(&native, &is_closing) {
                    Ok(took) => Word::Initialised(took),
                    Err(reason) => Word::Refused(reason),
                };
                drop(native);
                drop(inbox.send((serial, word)));
            })?;
        Ok(())
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

struct Poller {
    native: Arc<Native>,
    shelf: Arc<Mutex<Option<Arc<Native>>>>,
    reports: Arc<Reports>,
    life: Arc<Life>,
}

impl Poller {
    fn run(self) {
        self.reports.attend();
        let mut flusher = None;
        loop {
            // While a sender reads the reports, this thread only makes sure that they go on being read.
            if self.reports.take_helped() || !self.reports.read(&self.native, POLL) {
                thread::park_timeout(POLL);
            }
            if self.life.purge.swap(false, Ordering::AcqRel) {
                self.native.purge();
            }
            if self.life.wanted.load(Ordering::Acquire) {
                if self.reports.count() >= self.life.expected.load(Ordering::Acquire) {
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
