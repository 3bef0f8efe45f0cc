//! Reading a topic back: every partition once, up to the end that it has when reading begins.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rdkafka::config::ClientConfig;
use serde::Serialize;

use super::header::{Header, Unread};
use super::ledger::{Place, Span};
use crate::load::native::{self, Code};
use crate::load::reader::{Bounds, Read, Reader};

/// One look at the topic takes at most this long.
const LOOK: Duration = Duration::from_millis(100);
/// So long may a partition bring nothing before reading is given up.
const PATIENCE: Duration = Duration::from_secs(30);
/// So long replicas in sync may take until a record can be read.
const LAG: Duration = Duration::from_secs(2);
/// One question for the bounds of a partition.
const ANSWER: Duration = Duration::from_secs(5);
/// Kafka's code for a right that is missing; no waiting helps.
const NO_RIGHT: Code = 29;

/// How far reading is, in offsets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Passed so far.
    pub read: u64,
    /// There are in all.
    pub of: u64,
}

/// What was read.
#[derive(Clone, Debug, Default)]
pub struct ReadBack {
    /// How much of every partition.
    pub spans: Vec<Span>,
    /// Offsets that hold no record: markers of transactions, or what compaction has removed.
    pub empty: u64,
    /// The last reason why a partition could not be read, as librdkafka names it.
    pub trouble: Option<String>,
}

impl ReadBack {
    /// Whether every partition was read to its end.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.spans.iter().all(Span::is_whole)
    }
}

/// Which records a reader sees: Kafka's `isolation.level`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum Isolation {
    /// All of them, those of aborted and of open transactions too.
    #[default]
    #[serde(rename = "read_uncommitted")]
    Uncommitted,
    /// Those of committed transactions, and those outside of any, up to the first transaction that is open.
    #[serde(rename = "read_committed")]
    Committed,
}

impl Isolation {
    /// Both, the default first.
    pub const ALL: [Self; 2] = [Self::Uncommitted, Self::Committed];

    /// Kafka's own word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Committed => "read_committed",
            Self::Uncommitted => "read_uncommitted",
        }
    }
}

/// What is known of a topic before it is read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known<'a> {
    /// Where to begin, by partition; the others begin where they begin.
    pub starts: Option<&'a BTreeMap<i32, i64>>,
    /// Where partitions should end, by partition: replicas that lag behind are waited for.
    pub ends: &'a [i64],
    /// Which records are read: the log as it is, or committed ones only.
    pub isolation: Isolation,
}

/// Reads every partition once and hands each record to `sink` in the order of its partition. `tell` hears about ten times a
/// second how far it is. Gives up where nothing comes for 30 s.
///
/// # Errors
/// The topic cannot be opened, or the right to read it is missing.
pub fn read_back(
    base: ClientConfig,
    topic: &str,
    known: Known<'_>,
    sink: &mut dyn FnMut(Place, &Result<Header, Unread>),
    tell: &mut dyn FnMut(Progress),
) -> Result<ReadBack, String> {
    let given = |partition| known.starts.and_then(|it| it.get(&partition)).copied();
    let start = |it: &Bounds| given(it.partition).unwrap_or(it.low);
    let mut reader = Reader::open(&with_reading(base, known.isolation), topic, |it| {
        it.low.max(start(it))
    })?;
    let bounds = reader.bounds().iter();
    let mut courses = Courses {
        all: bounds.map(|it| Course::new(it, start(it))).collect(),
        trouble: None,
        refused: false,
    };
    await_ends(&reader, &mut courses.all, &known);
    let (mut heard, mut passed) = (Instant::now(), 0);
    while !courses.are_done() && heard.elapsed() < PATIENCE {
        reader.read(LOOK, &mut |read| courses.take(&read, sink));
        for course in courses.all.iter_mut().filter(|it| it.may_stop()) {
            course.stopped = true;
            reader.stop(course.span.partition);
        }
        reader.serve();
        if courses.refused {
            return Err(format!(
                "the right to read topic {topic} is missing: ask for READ on it"
            ));
        }
        let progress = courses.progress();
        if progress.read > passed {
            (heard, passed) = (Instant::now(), progress.read);
        }
        tell(progress);
    }
    for course in &mut courses.all {
        course.look_again(&reader);
    }
    Ok(ReadBack {
        empty: courses.all.iter().map(Course::empty).sum(),
        spans: courses.all.iter().map(|it| it.span).collect(),
        trouble: courses.trouble,
    })
}

/// Where the partitions of a topic end once everything is reported: replicas that lag behind are waited for, as before reading back.
/// The spans say that nothing was read. Blocks for at most about a minute.
///
/// # Errors
/// The topic cannot be opened.
pub fn final_spans(base: ClientConfig, topic: &str, known: Known<'_>) -> Result<Vec<Span>, String> {
    let reader = Reader::look(&with_reading(base, known.isolation), topic)?;
    let given = |partition| known.starts.and_then(|it| it.get(&partition)).copied();
    let bounds = reader.bounds().iter();
    let mut courses: Vec<Course> = bounds
        .map(|it| Course::new(it, given(it.partition).unwrap_or(it.low)))
        .collect();
    await_ends(&reader, &mut courses, &known);
    Ok(courses.iter().map(|it| it.span).collect())
}

/// Waits for partitions that end before what was acknowledged there: a record can be read once every replica in sync has it.
/// Where all of them are in sync and it does not come, it was cut off.
fn await_ends(reader: &Reader, courses: &mut [Course], known: &Known<'_>) {
    let begun = Instant::now();
    loop {
        let mut behind = Vec::new();
        for (course, wanted) in courses.iter_mut().zip(known.ends) {
            if course.span.end < *wanted
                && let Some(now) = reader.bounds_now(course.span.partition, ANSWER)
            {
                course.span.end = course.span.end.max(now.high);
            }
            course.span.is_final = course.span.end >= *wanted;
            if !course.span.is_final {
                behind.push(course);
            }
        }
        if behind.is_empty() {
            return;
        }
        let in_sync = reader.in_sync(ANSWER).unwrap_or_default();
        for course in &mut behind {
            // A transaction that is still open would hold readers back: what is behind it may be there all the same.
            course.span.is_final = known.isolation == Isolation::Uncommitted
                && in_sync.contains(&(course.span.partition, true));
        }
        let waited = begun.elapsed();
        let are_final = behind.iter().all(|course| course.span.is_final);
        if waited > PATIENCE || are_final && waited > LAG {
            return;
        }
        std::thread::sleep(LOOK);
    }
}

/// Reads ahead within some megabytes, and says where a partition ends: its last offsets may hold no record.
fn with_reading(mut base: ClientConfig, isolation: Isolation) -> ClientConfig {
    base.set("enable.partition.eof", "true");
    base.set("fetch.wait.max.ms", "10");
    base.set("fetch.error.backoff.ms", "50");
    base.set("queued.min.messages", "50000");
    base.set("queued.max.messages.kbytes", "16384");
    // What has expired meanwhile is passed over, and seen by the offsets.
    base.set("auto.offset.reset", "earliest");
    base.set("isolation.level", isolation.name());
    base
}

/// One partition while it is read.
struct Course {
    span: Span,
    first: i64,
    records: u64,
    stopped: bool,
}

impl Course {
    fn new(bounds: &Bounds, start: i64) -> Self {
        let from = bounds.low.max(start);
        Self {
            span: Span {
                partition: bounds.partition,
                start,
                from,
                to: from,
                end: bounds.high,
                is_final: true,
            },
            first: from,
            records: 0,
            stopped: false,
        }
    }

    fn may_stop(&self) -> bool {
        !self.stopped && self.span.is_whole()
    }

    /// What was removed from the front while it was read was perhaps not read.
    fn look_again(&mut self, reader: &Reader) {
        let now = reader.bounds_now(self.span.partition, ANSWER);
        if let Some(now) = now.filter(|it| it.low > self.span.from) {
            self.span.from = now.low;
        }
    }

    fn empty(&self) -> u64 {
        let passed = self.span.to.min(self.span.end) - self.first;
        u64::try_from(passed)
            .unwrap_or(0)
            .saturating_sub(self.records)
    }
}

struct Courses {
    all: Vec<Course>,
    trouble: Option<String>,
    refused: bool,
}

impl Courses {
    #[inline]
    fn take(&mut self, read: &Read<'_>, sink: &mut dyn FnMut(Place, &Result<Header, Unread>)) {
        match *read {
            Read::Record {
                partition,
                offset,
                payload,
            } => {
                // An offset that was passed does not come again, whatever the client does after an error.
                let Some(course) = self
                    .course(partition)
                    .filter(|it| offset >= it.span.to && offset < it.span.end)
                else {
                    return;
                };
                course.span.to = offset + 1;
                course.records += 1;
                sink(Place { partition, offset }, &Header::read(payload));
            }
            Read::End { partition, offset } => {
                if let Some(course) = self.course(partition) {
                    course.span.to = course.span.to.max(offset);
                }
            }
            Read::Error { code, .. } => {
                self.refused |= code == NO_RIGHT;
                self.trouble = Some(native::name(code));
            }
        }
    }

    /// Partitions are numbered from 0 without a gap.
    fn course(&mut self, partition: i32) -> Option<&mut Course> {
        self.all.get_mut(usize::try_from(partition).ok()?)
    }

    fn are_done(&self) -> bool {
        self.all.iter().all(|it| it.span.is_whole())
    }

    fn progress(&self) -> Progress {
        let offsets = |upto: fn(&Span) -> i64| {
            let all = self.all.iter();
            let passed = all.map(|it| upto(&it.span).saturating_sub(it.first));
            u64::try_from(passed.sum::<i64>()).unwrap_or(0)
        };
        Progress {
            read: offsets(|span| span.to.min(span.end)),
            of: offsets(|span| span.end),
        }
    }
}
