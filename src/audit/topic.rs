//! A topic judged by the headers of its records alone: nothing is known of what its producers were told.

use rdkafka::config::ClientConfig;
use serde::Serialize;

use super::ledger::{Findings, Ledger, upper_bound};
use super::readback::{Isolation, Known, Progress, ReadBack, read_back};

/// What the headers say of a topic.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TopicAudit {
    /// Records that were read, whatever they are.
    pub records: u64,
    /// Who numbered them: threads that send, of all runs.
    pub producers: u64,
    /// Sequence numbers of a producer that are absent below its highest one, over all partitions.
    pub missing: u64,
    /// Copies beyond the first one.
    pub duplicated: u64,
    /// Records that first appeared behind a later one of the same trial, sender and partition.
    pub reordered: u64,
    /// Records that are damaged or were cut.
    pub corrupt: u64,
    /// Records without a header of linger's; they do not make a topic invalid.
    pub foreign: u64,
    /// Whether nothing is missing, duplicated, reordered or corrupt.
    pub valid: bool,
    /// Different records of linger's.
    pub unique: u64,
    /// Partitions of the topic.
    pub partitions: u64,
    /// Offsets before the first one that is still there: what they held has expired.
    pub expired: u64,
    /// Offsets without a record: markers of transactions, or what compaction has removed.
    pub empty_offsets: u64,
    /// Which records were read: `read_uncommitted` or `read_committed`, to which what was aborted is missing.
    pub isolation_level: Isolation,
    /// For each count of 0: the share that it may be all the same, at most, with 95 % confidence.
    pub upper_bounds: UpperBounds,
}

/// For a count of 0 the share that it may be all the same, at most, with 95 % confidence; null for others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct UpperBounds {
    /// Of the sequence numbers.
    pub missing: Option<f64>,
    /// Of the different records.
    pub duplicated: Option<f64>,
    /// Of the different records.
    pub reordered: Option<f64>,
}

/// Reads a topic from the beginning to the end that it has now, and judges it.
///
/// # Errors
/// It cannot be read, or not to its end.
pub fn audit_topic(
    base: ClientConfig,
    topic: &str,
    isolation: Isolation,
    tell: &mut dyn FnMut(Progress),
) -> Result<TopicAudit, String> {
    let mut ledger = Ledger::of_any_run();
    let sink = &mut |place, header: &Result<_, _>| ledger.read(place, header);
    let known = Known {
        isolation,
        ..Known::default()
    };
    let read = read_back(base, topic, known, sink, tell)?;
    if !read.is_whole() {
        let why = read.trouble.unwrap_or_else(|| "nothing came".into());
        return Err(format!(
            "topic {topic} could not be read to its end: {why}; check the brokers, and audit again"
        ));
    }
    Ok(TopicAudit::of(&ledger.judge(), &read, isolation))
}

impl TopicAudit {
    fn of(findings: &Findings, read: &ReadBack, isolation: Isolation) -> Self {
        let expired = read.spans.iter().map(|span| span.from);
        let bound = |count: u64, of: u64| upper_bound(of).filter(|_| count == 0);
        Self {
            records: findings.records,
            producers: findings.producers,
            missing: findings.missing,
            duplicated: findings.duplicated,
            reordered: findings.reordered,
            corrupt: findings.corrupt,
            foreign: findings.foreign,
            valid: findings.is_whole(),
            unique: findings.unique,
            partitions: read.spans.len() as u64,
            expired: u64::try_from(expired.sum::<i64>()).unwrap_or(0),
            empty_offsets: read.empty,
            isolation_level: isolation,
            upper_bounds: UpperBounds {
                missing: bound(findings.missing, findings.unique),
                duplicated: bound(findings.duplicated, findings.unique),
                reordered: bound(findings.reordered, findings.unique),
            },
        }
    }
}
