//! What a consumer process is told: one JSON object, its argument.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// One consumer's whole life.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// What is read, to the end that it has.
    pub topic: String,
    /// How many partitions it has.
    pub partitions: i32,
    /// The consumer group.
    pub group: String,
    /// Whether the process that follows takes over at once (`group.instance.id`), or only once this one's session has ended.
    pub is_static: bool,
    /// Most records of a batch.
    pub batch: usize,
    /// `max.poll.interval.ms`.
    pub poll_interval_ms: u32,
    /// Who commits what, and when.
    pub commit: Commit,
    /// Where effects go; none: a record is only told.
    pub sink: Option<SinkAt>,
    /// How long processing takes.
    pub labour: Labour,
    /// Where the process kills itself.
    pub dies: Option<Death>,
    /// Which attempt at processing fails.
    pub fails: Option<Failure>,
}

/// Who commits what, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Commit {
    /// The client, on a timer: `auto.commit.interval.ms`.
    Auto {
        /// The interval.
        every_ms: u32,
        /// What it commits.
        what: Auto,
    },
    /// The program, and it waits for the answer.
    Manual {
        /// Before or after processing.
        order: Order,
        /// How often.
        each: Each,
    },
    /// Nobody commits to Kafka: the offsets are part of the sink's own transaction.
    InSink,
}

/// What the client commits by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Auto {
    /// What was handed over, processed or not: the default.
    HandedOver,
    /// What the program has marked after processing it (`enable.auto.offset.store=false`).
    Processed,
}

/// When the program commits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    /// Before processing: at most once.
    First,
    /// After processing: at least once.
    Last,
}

/// How often the program commits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Each {
    /// Once per batch.
    Batch,
    /// Once per record.
    Record,
}

/// Where effects go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SinkAt {
    /// The database's file.
    pub path: PathBuf,
    /// What it does about a record that comes again.
    pub kind: Kind,
}

/// What a sink does about a record that comes again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// Nothing: the effect happens again.
    Plain,
    /// The effect's own unique key refuses it.
    UniqueKey,
    /// It is not newer than the version that is there.
    Version,
    /// Its id is in the store of ids that were seen.
    SeenIds,
}

/// How long processing takes, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Labour {
    /// Each record.
    pub each_ms: u64,
    /// The first batch of the process on top of that.
    pub first_batch_ms: u64,
}

/// Where the process kills itself: as soon as this has happened so often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Death {
    /// After which step.
    pub after: Step,
    /// Which of them, from 1.
    pub count: u64,
}

/// A step that a process can die after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Step {
    /// A record was processed.
    Processed,
    /// The sink's transaction has ended.
    Stored,
    /// Offsets were committed to Kafka.
    Committed,
}

/// An attempt at processing that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Which attempt of the process, from 1.
    pub attempt: u64,
    /// What the program does about it.
    pub then: Then,
}

/// What the program does about a record that could not be processed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Then {
    /// It ends without a commit, and is started again.
    End,
    /// It gives the batch up and polls on, without going back.
    PollOn,
}
