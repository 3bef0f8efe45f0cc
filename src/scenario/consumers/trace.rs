//! What a consumer process tells, one JSON object a line, and what follows from it.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use serde::{Deserialize, Serialize};

/// The place of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct At {
    /// Its partition.
    pub partition: i32,
    /// Its offset there.
    pub offset: i64,
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.partition, self.offset)
    }
}

/// By partition the offset that comes next.
pub type Offsets = BTreeMap<i32, i64>;

/// The offset behind the last record of each partition.
#[must_use]
pub fn behind(records: impl IntoIterator<Item = At>) -> Offsets {
    let mut next = Offsets::new();
    for at in records {
        let entry = next.entry(at.partition).or_insert(at.offset + 1);
        *entry = (*entry).max(at.offset + 1);
    }
    next
}

/// What has happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// Partitions were assigned.
    Assigned {
        /// Which.
        partitions: Vec<i32>,
        /// What was committed for them until then, by whom the offsets are kept.
        committed: Offsets,
    },
    /// Partitions were taken away.
    Revoked {
        /// Which.
        partitions: Vec<i32>,
        /// Whether others may have had them already.
        lost: bool,
    },
    /// A batch was handed over.
    Polled {
        /// Its records.
        records: Vec<At>,
    },
    /// A record was processed.
    Processed {
        /// Which.
        record: At,
    },
    /// A record could not be processed.
    Failed {
        /// Which.
        record: At,
    },
    /// The sink's transaction has ended.
    Stored,
    /// Offsets were committed to Kafka.
    Committed {
        /// Which.
        next: Offsets,
    },
    /// A commit was refused.
    Refused {
        /// Of which offsets.
        next: Offsets,
        /// In librdkafka's words.
        said: String,
    },
    /// The client has told an error.
    Trouble {
        /// In librdkafka's words.
        said: String,
    },
    /// Everything is read.
    Ended {
        /// What is committed now.
        committed: Offsets,
    },
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Assigned {
                partitions,
                committed,
            } => write!(f, "assign {partitions:?} (committed: {})", shown(committed)),
            Self::Revoked { partitions, lost } => {
                let word = if *lost { "lose" } else { "revoke" };
                write!(f, "{word} {partitions:?}")
            }
            Self::Polled { records } => {
                let records: Vec<String> = records.iter().map(At::to_string).collect();
                write!(f, "poll {}", records.join(" "))
            }
            Self::Processed { record } => write!(f, "process {record}"),
            Self::Failed { record } => write!(f, "fail {record}"),
            Self::Stored => f.write_str("store"),
            Self::Committed { next } => write!(f, "commit {}", shown(next)),
            Self::Refused { next, said } => write!(f, "commit {} refused: {said}", shown(next)),
            Self::Trouble { said } => write!(f, "trouble: {said}"),
            Self::Ended { committed } => write!(f, "end (committed: {})", shown(committed)),
        }
    }
}

/// `0→3 1→5`, or a word for nothing.
#[must_use]
pub fn shown(offsets: &Offsets) -> String {
    if offsets.is_empty() {
        return "nothing".to_owned();
    }
    let each = offsets
        .iter()
        .map(|(partition, next)| format!("{partition}→{next}"));
    each.collect::<Vec<_>>().join(" ")
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It has read everything.
    Whole,
    /// It was killed.
    Killed,
    /// A record could not be processed, and it gave up.
    GaveUp,
}

/// One process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Life {
    /// What it told.
    pub events: Vec<Event>,
    /// How it ended.
    pub end: End,
}

impl Life {
    /// The words of all that it told, in order; records that were processed one after another stand together.
    #[must_use]
    pub fn told(&self) -> String {
        let mut words: Vec<String> = Vec::new();
        let mut before: Option<&Event> = None;
        for event in &self.events {
            match (before, event, words.last_mut()) {
                (Some(Event::Processed { .. }), Event::Processed { record }, Some(last)) => {
                    let _ = write!(last, " {record}");
                }
                _ => words.push(event.to_string()),
            }
            before = Some(event);
        }
        match self.end {
            End::Whole => {}
            End::Killed => words.push("KILLED".to_owned()),
            End::GaveUp => words.push("ENDS".to_owned()),
        }
        words.join(" · ")
    }

    /// The records that were processed, in order.
    pub fn processed(&self) -> impl Iterator<Item = At> {
        self.events.iter().filter_map(|event| match event {
            Event::Processed { record } => Some(*record),
            _ => None,
        })
    }

    /// What was committed when partitions were first assigned to it: what its predecessor left.
    #[must_use]
    pub fn found(&self) -> Option<&Offsets> {
        self.events.iter().find_map(|event| match event {
            Event::Assigned { committed, .. } => Some(committed),
            _ => None,
        })
    }

    /// What was committed when it had read everything.
    #[must_use]
    pub fn left(&self) -> Option<&Offsets> {
        self.events.iter().rev().find_map(|event| match event {
            Event::Ended { committed } => Some(committed),
            _ => None,
        })
    }
}

/// The processes of one arm, one after another, and the records that they had before them.
#[derive(Clone, Debug)]
pub struct History {
    /// Every record of the topic.
    pub written: Vec<At>,
    /// The processes.
    pub lives: Vec<Life>,
}

impl History {
    /// Everything that was told.
    pub fn events(&self) -> impl Iterator<Item = &Event> {
        self.lives.iter().flat_map(|life| &life.events)
    }

    /// How often something was told.
    #[must_use]
    pub fn count(&self, wanted: fn(&Event) -> bool) -> u64 {
        self.events().filter(|event| wanted(event)).count() as u64
    }

    /// How many batches were handed over.
    #[must_use]
    pub fn batches(&self) -> u64 {
        self.count(|event| matches!(event, Event::Polled { .. }))
    }

    /// How many commits Kafka took from the program; those of the client's own timer are not told.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.count(|event| matches!(event, Event::Committed { .. }))
    }

    /// How often each record was processed.
    #[must_use]
    pub fn times(&self) -> BTreeMap<At, u64> {
        let mut times: BTreeMap<At, u64> = self.written.iter().map(|at| (*at, 0)).collect();
        for at in self.lives.iter().flat_map(Life::processed) {
            *times.entry(at).or_default() += 1;
        }
        times
    }

    /// Records that were processed.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.times().values().filter(|times| **times > 0).count() as u64
    }

    /// Records that were never processed.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.times().values().filter(|times| **times == 0).count() as u64
    }

    /// How often a record was processed that had been processed before.
    #[must_use]
    pub fn repeated(&self) -> u64 {
        let times = self.times();
        times.values().map(|times| times.saturating_sub(1)).sum()
    }

    /// How often a record was attempted: processed, or failed.
    #[must_use]
    pub fn attempts(&self, at: At) -> u64 {
        let is_attempt = |event: &&Event| matches!(event, Event::Processed { record } | Event::Failed { record } if *record == at);
        self.events().filter(is_attempt).count() as u64
    }

    /// How many processes were killed.
    #[must_use]
    pub fn killed(&self) -> u64 {
        self.lives.iter().filter(|it| it.end == End::Killed).count() as u64
    }
}

/// Whether every batch was at most this long, was processed in the order of its records, and was followed by exactly one commit of
/// the offsets behind it before the next was asked for. The trace of a process that has read everything.
#[must_use]
pub fn commits_once_a_batch(events: &[Event], most: usize) -> bool {
    let mut rest = events
        .iter()
        .filter(|event| {
            matches!(
                event,
                Event::Polled { .. } | Event::Processed { .. } | Event::Committed { .. }
            )
        })
        .peekable();
    while let Some(event) = rest.next() {
        let Event::Polled { records } = event else {
            return false;
        };
        let in_order = records
            .iter()
            .all(|at| matches!(rest.next(), Some(Event::Processed { record }) if record == at));
        let next = behind(records.iter().copied());
        let committed =
            matches!(rest.next(), Some(Event::Committed { next: told }) if *told == next);
        if records.len() > most || !in_order || !committed {
            return false;
        }
    }
    true
}

/// Whether every commit is of exactly the offsets behind the batch before it.
#[must_use]
pub fn commits_name_their_batch(events: &[Event]) -> bool {
    let mut batch = Offsets::new();
    events.iter().all(|event| match event {
        Event::Polled { records } => {
            batch = behind(records.iter().copied());
            true
        }
        Event::Committed { next } => *next == batch,
        _ => true,
    })
}

#[cfg(test)]
mod tests;
