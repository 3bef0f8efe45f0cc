//! The consumer process: polls batches, processes, commits, tells each step as a line, and dies where its task says so.
//!
//! librdkafka has no `max.poll.records`: it hands over one record a call, so a batch is made by polling until it is full or
//! everything is read.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use rustix::process::{Signal, getpid, kill_process};

use super::sink::Sink;
use super::task::{Auto, Commit, Death, Each, Order, Step, Task, Then};
use super::trace::{At, Event, Offsets, behind};
use crate::scenario::Cue;

mod client;

use client::{Change, Item, Watcher};

/// One call of the client's poll takes at most this long.
const LOOK: Duration = Duration::from_millis(100);
/// A question for committed offsets.
const ANSWER: Duration = Duration::from_secs(20);
/// The exit code of a process that gives up over a record.
pub const GAVE_UP: i32 = 1;

/// Why the process cannot go on.
type Reason = String;

/// Does its task to the end.
///
/// # Errors
/// It cannot: librdkafka's or SQLite's words.
pub fn run(cue: &Cue) -> Result<(), Reason> {
    let task: Task = serde_json::from_str(cue.arg(0)?).map_err(words)?;
    let config = client::config(cue.config.clone(), &task);
    let mut worker = Worker {
        consumer: config
            .create_with_context(Watcher::default())
            .map_err(words)?,
        sink: task
            .sink
            .as_ref()
            .map(Sink::open)
            .transpose()
            .map_err(words)?,
        cue,
        task: &task,
        assigned: BTreeSet::new(),
        ended: BTreeSet::new(),
        steps: BTreeMap::new(),
        attempts: 0,
        batches: 0,
    };
    worker.start()?;
    while !worker.is_done() {
        let batch = worker.poll_batch()?;
        if !batch.is_empty() {
            worker.tell(&Event::Polled {
                records: batch.iter().map(|item| item.at).collect(),
            })?;
            worker.work(&batch)?;
        }
    }
    let committed = worker.committed()?;
    worker.tell(&Event::Ended { committed })
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the form that map_err hands over"
)]
fn words(error: impl ToString) -> Reason {
    error.to_string()
}

/// Ends this process as a crash does: nothing is flushed, committed or said good-bye to.
fn die() -> ! {
    let _ = kill_process(getpid(), Signal::KILL);
    std::process::abort()
}

struct Worker<'a> {
    cue: &'a Cue,
    task: &'a Task,
    consumer: BaseConsumer<Watcher>,
    sink: Option<Sink>,
    assigned: BTreeSet<i32>,
    /// Partitions that were read to their end.
    ended: BTreeSet<i32>,
    steps: BTreeMap<Step, u64>,
    attempts: u64,
    batches: u64,
}

impl Worker<'_> {
    /// Joins the group; where the sink keeps the offsets, takes every partition from there on instead.
    fn start(&mut self) -> Result<(), Reason> {
        if self.task.commit != Commit::InSink {
            return self.consumer.subscribe(&[&self.task.topic]).map_err(words);
        }
        let kept = self.committed()?;
        let from = |partition| {
            kept.get(&partition)
                .map_or(Offset::Beginning, |it| Offset::Offset(*it))
        };
        let mut list = TopicPartitionList::new();
        for partition in 0..self.task.partitions {
            list.add_partition_offset(&self.task.topic, partition, from(partition))
                .map_err(words)?;
        }
        self.consumer.assign(&list).map_err(words)?;
        self.assign((0..self.task.partitions).collect())
    }

    fn is_done(&self) -> bool {
        !self.assigned.is_empty() && self.assigned.is_subset(&self.ended)
    }

    /// Polls until the batch is full or everything is read.
    fn poll_batch(&mut self) -> Result<Vec<Item>, Reason> {
        let mut batch = Vec::new();
        while batch.len() < self.task.batch && !self.is_done() {
            let mut trouble = None;
            match self.consumer.poll(LOOK) {
                None => {}
                Some(Ok(message)) => batch.push(Item::read(&message)?),
                Some(Err(KafkaError::PartitionEOF(partition))) => {
                    self.ended.insert(partition);
                }
                Some(Err(KafkaError::MessageConsumptionFatal(code))) => {
                    return Err(code.to_string());
                }
                Some(Err(error)) => trouble = Some(error.to_string()),
            }
            if let Some(said) = trouble {
                self.tell(&Event::Trouble { said })?;
            }
            for change in self.consumer.context().take() {
                // What was polled meanwhile belongs to nobody now: it comes again.
                batch.clear();
                self.take(change)?;
            }
        }
        Ok(batch)
    }

    fn take(&mut self, change: Change) -> Result<(), Reason> {
        match change {
            Change::Assigned(partitions) => self.assign(partitions),
            Change::Revoked(partitions, lost) => {
                for partition in &partitions {
                    self.assigned.remove(partition);
                    self.ended.remove(partition);
                }
                self.tell(&Event::Revoked { partitions, lost })
            }
        }
    }

    fn assign(&mut self, partitions: Vec<i32>) -> Result<(), Reason> {
        self.assigned.extend(&partitions);
        let committed = self.committed()?;
        self.tell(&Event::Assigned {
            partitions,
            committed,
        })
    }

    /// Processes and commits one batch.
    fn work(&mut self, batch: &[Item]) -> Result<(), Reason> {
        self.batches += 1;
        if self.batches == 1 {
            std::thread::sleep(Duration::from_millis(self.task.labour.first_batch_ms));
        }
        let Commit::Manual { order, each } = self.task.commit else {
            return self.process(batch).map(|_| ());
        };
        let length = match each {
            Each::Batch => batch.len(),
            Each::Record => 1,
        };
        for piece in batch.chunks(length) {
            if order == Order::First {
                self.commit(piece)?;
            }
            if !self.process(piece)? {
                break;
            }
            if order == Order::Last {
                self.commit(piece)?;
            }
        }
        Ok(())
    }

    /// Processes records in one transaction of the sink; false where it was given up.
    fn process(&mut self, records: &[Item]) -> Result<bool, Reason> {
        self.in_sink(Sink::begin)?;
        for item in records {
            std::thread::sleep(Duration::from_millis(self.task.labour.each_ms));
            self.attempts += 1;
            if let Some(failure) = self.task.fails.filter(|it| it.attempt == self.attempts) {
                self.tell(&Event::Failed { record: item.at })?;
                if failure.then == Then::End {
                    std::process::exit(GAVE_UP);
                }
                self.in_sink(Sink::undo)?;
                return Ok(false);
            }
            self.in_sink(|sink| sink.apply(item.id, &item.account))?;
            self.step(Step::Processed, &Event::Processed { record: item.at })?;
            self.mark(item.at)?;
        }
        if self.task.commit == Commit::InSink {
            let next = behind(records.iter().map(|item| item.at));
            self.in_sink(|sink| sink.keep(&next))?;
        }
        self.in_sink(Sink::end)?;
        if self.sink.is_some() {
            self.step(Step::Stored, &Event::Stored)?;
        }
        Ok(true)
    }

    fn in_sink(&self, act: impl FnOnce(&Sink) -> rusqlite::Result<()>) -> Result<(), Reason> {
        self.sink.as_ref().map_or(Ok(()), act).map_err(words)
    }

    /// Marks a record as processed, for the client to commit.
    fn mark(&self, at: At) -> Result<(), Reason> {
        let marks = Auto::Processed;
        if !matches!(self.task.commit, Commit::Auto { what, .. } if what == marks) {
            return Ok(());
        }
        let list = self.list(&behind([at]))?;
        self.consumer.store_offsets(&list).map_err(words)
    }

    /// Commits the offsets behind these records and waits for the answer. A refusal is told, and the program goes on.
    fn commit(&mut self, records: &[Item]) -> Result<(), Reason> {
        let next = behind(records.iter().map(|item| item.at));
        let list = self.list(&next)?;
        match self.consumer.commit(&list, CommitMode::Sync) {
            Ok(()) => self.step(Step::Committed, &Event::Committed { next }),
            Err(error) => self.tell(&Event::Refused {
                next,
                said: error.to_string(),
            }),
        }
    }

    fn list(&self, offsets: &Offsets) -> Result<TopicPartitionList, Reason> {
        let mut list = TopicPartitionList::new();
        for (partition, next) in offsets {
            list.add_partition_offset(&self.task.topic, *partition, Offset::Offset(*next))
                .map_err(words)?;
        }
        Ok(list)
    }

    /// What is committed now, asked from whoever keeps it.
    fn committed(&self) -> Result<Offsets, Reason> {
        if self.task.commit == Commit::InSink {
            let kept = self.sink.as_ref().map(Sink::kept);
            return kept.unwrap_or_else(|| Ok(Offsets::new())).map_err(words);
        }
        let mut list = TopicPartitionList::new();
        list.add_partition_range(&self.task.topic, 0, self.task.partitions - 1);
        let list = self
            .consumer
            .committed_offsets(list, ANSWER)
            .map_err(words)?;
        let known = list
            .elements()
            .into_iter()
            .filter_map(|it| match it.offset() {
                Offset::Offset(next) => Some((it.partition(), next)),
                _ => None,
            });
        Ok(known.collect())
    }

    fn tell(&self, event: &Event) -> Result<(), Reason> {
        self.cue.say(&serde_json::to_string(event).map_err(words)?);
        Ok(())
    }

    /// Tells a step, and dies of it where the task says so.
    fn step(&mut self, step: Step, event: &Event) -> Result<(), Reason> {
        self.tell(event)?;
        let count = self.steps.entry(step).or_default();
        *count += 1;
        let fate = Death {
            after: step,
            count: *count,
        };
        if self.task.dies == Some(fate) {
            die();
        }
        Ok(())
    }
}
