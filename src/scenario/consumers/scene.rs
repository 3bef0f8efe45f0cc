//! What every experiment here stands on: a topic with known records, tasks for consumers, and what their lives come to.

use std::os::unix::process::ExitStatusExt as _;
use std::time::Duration;

use rustix::process::Signal;
use tempfile::TempDir;

use super::sink::Sink;
use super::task::{Commit, Death, Kind, Labour, SinkAt, Task};
use super::trace::{At, End, Event, History, Life};
use super::{ACT, records, worker};
use crate::scenario::child::Child;
use crate::scenario::{Arm, Stage, Stopped};

/// Most records of a batch, in every experiment.
pub const BATCH: i64 = 3;
/// `max.poll.interval.ms` where it plays no part: librdkafka's own default.
pub const POLL_INTERVAL_MS: u32 = 300_000;
/// A consumer that lives longer is stuck; the longest task sleeps some 8 s.
const LIMIT: Duration = Duration::from_secs(60);

/// A topic with its records, and a folder for sinks.
pub struct Scene<'a> {
    stage: &'a Stage,
    topic: String,
    partitions: i32,
    written: Vec<At>,
    folder: TempDir,
}

impl<'a> Scene<'a> {
    /// Makes the topic with so many records on each of its partitions.
    ///
    /// # Errors
    /// The cluster cannot be reached, or the records do not arrive.
    pub fn lay(stage: &'a Stage, word: &str, counts: &[i64]) -> Result<Self, Stopped> {
        let partitions = u32::try_from(counts.len()).unwrap_or(u32::MAX);
        let topic = stage.topic(word, partitions, 1, &[])?;
        let config = stage.connection().client_config();
        let config = config.map_err(Stopped::broken)?;
        Ok(Self {
            stage,
            written: records::write(config, &topic, counts)?,
            topic,
            partitions: i32::try_from(partitions).unwrap_or(i32::MAX),
            folder: TempDir::new().map_err(Stopped::broken)?,
        })
    }

    /// The places of all records.
    #[must_use]
    pub fn written(&self) -> &[At] {
        &self.written
    }

    /// A consumer of a group of its own (a word without spaces), which reads everything and dies of nothing.
    #[must_use]
    pub fn task(&self, group: &str, commit: Commit) -> Task {
        Task {
            topic: self.topic.clone(),
            partitions: self.partitions,
            // The brokers forget a group some time after the last topic that it has offsets of.
            group: format!("{}-{group}", self.topic),
            is_static: true,
            batch: usize::try_from(BATCH).unwrap_or(1),
            poll_interval_ms: POLL_INTERVAL_MS,
            commit,
            sink: None,
            labour: Labour::default(),
            dies: None,
            fails: None,
        }
    }

    /// [`Scene::task`] with a sink of its own.
    #[must_use]
    pub fn task_into(&self, group: &str, commit: Commit, kind: Kind) -> Task {
        let path = self.folder.path().join(group).with_extension("db");
        Task {
            sink: Some(SinkAt { path, kind }),
            ..self.task(group, commit)
        }
    }

    /// Starts a consumer as a process of its own.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn start(&self, task: &Task) -> Result<Child, Stopped> {
        let text = serde_json::to_string(task).map_err(Stopped::broken)?;
        self.stage
            .child(&self.stage.connection(), ACT.name, &[&text])
    }

    /// One process that reads everything.
    ///
    /// # Errors
    /// It could not.
    pub fn whole(&self, task: &Task) -> Result<Life, Stopped> {
        is_whole(ended(self.start(task)?)?)
    }

    /// One process that is killed where `death` says, and one that takes over.
    ///
    /// # Errors
    /// The first was done before it could be killed, or one of them failed.
    pub fn killed(&self, task: &Task, death: Death) -> Result<History, Stopped> {
        let first = Task {
            dies: Some(death),
            ..task.clone()
        };
        let first = ended(self.start(&first)?)?;
        if first.end != End::Killed {
            return Err(Stopped::NotExercised(
                "the consumer was done before it could be killed".to_owned(),
            ));
        }
        Ok(self.history(vec![first, self.whole(task)?]))
    }

    /// The lives of one arm.
    #[must_use]
    pub fn history(&self, lives: Vec<Life>) -> History {
        History {
            written: self.written.clone(),
            lives,
        }
    }
}

/// Listens to a consumer until it has ended, at most a minute.
///
/// # Errors
/// It told an error, or ended as no consumer should.
pub fn ended(child: Child) -> Result<Life, Stopped> {
    let (lines, status) = child.finish(LIMIT)?;
    let events: Result<Vec<Event>, _> = lines
        .iter()
        .map(|line| serde_json::from_str(line))
        .collect();
    let end = match (status.code(), status.signal()) {
        (Some(0), _) => End::Whole,
        (Some(worker::GAVE_UP), _) => End::GaveUp,
        (None, Some(signal)) if signal == Signal::KILL.as_raw() => End::Killed,
        _ => return Err(Stopped::Broken(format!("a consumer ended with {status}"))),
    };
    Ok(Life {
        events: events.map_err(Stopped::broken)?,
        end,
    })
}

/// The same life, where it has read everything.
///
/// # Errors
/// It has not.
pub fn is_whole(life: Life) -> Result<Life, Stopped> {
    match life.end {
        End::Whole => Ok(life),
        end => Err(Stopped::Broken(format!("a consumer ended early: {end:?}"))),
    }
}

/// How often an effect happened in a task's sink.
///
/// # Errors
/// The sink cannot be read.
pub fn effects(task: &Task) -> Result<u64, Stopped> {
    let Some(at) = &task.sink else {
        return Err(Stopped::broken("this consumer has no sink"));
    };
    let effects = Sink::open(at).and_then(|sink| sink.effects());
    effects.map_err(|error| Stopped::Broken(format!("the sink cannot be read: {error}")))
}

/// What one arm comes to: the counts that every experiment here has, its faults (processes that were killed), and its traces.
#[must_use]
pub fn arm(name: &str, history: &History, anomaly: u64) -> Arm {
    let mut arm = Arm::new(name)
        .with("records", history.written.len() as u64)
        .with("processed", history.done())
        .with("lost", history.lost())
        .with("repeated", history.repeated())
        .with("batches", history.batches())
        .with("commits", history.commits())
        .anomaly(anomaly)
        .faults(history.killed());
    let told = |life: &Life| format!("{name}: {}", life.told());
    arm.notes = history.lives.iter().map(told).collect();
    arm
}
