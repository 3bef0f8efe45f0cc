//! What was seen of each Produce request, and the counts over all of them.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::Instant;

use base64::Engine as _;
use serde::Serialize;

use super::codes;
use super::faults::Plan;
use super::produce::{Part, Request};

/// How many batches are remembered, so that a repeat is known as one.
const REMEMBERED: usize = 100_000;

/// One Produce request as it passed, with its answer.
#[derive(Clone, Debug, Serialize)]
pub struct Produced {
    /// When it arrived, in milliseconds since the wire began.
    pub at_ms: f64,
    /// The broker's own address.
    pub broker: String,
    /// The client's `client.id`.
    pub client_id: Option<String>,
    /// The version of the request.
    pub version: i16,
    /// 0, 1, or -1 for all.
    pub acks: i16,
    /// How long the broker may wait for the followers, in milliseconds.
    pub timeout_ms: i32,
    /// The transactional id.
    pub transactional_id: Option<String>,
    /// The size of the whole request in bytes.
    pub bytes: usize,
    /// Produce requests without an answer on this connection, this one included; 0 with acks=0, which has no answers.
    pub in_flight: usize,
    /// What it holds, one batch a partition.
    pub batches: Vec<Batch>,
    /// The fault that struck it.
    pub fault: Option<String>,
    /// From its arrival until the answer left for the client, in milliseconds, conditions included; `None` without an answer.
    pub answered_ms: Option<f64>,
    /// When it arrived.
    #[serde(skip)]
    pub(super) arrived: Instant,
}

/// One batch, from its head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Batch {
    /// The topic's name; its id as Kafka prints it where no Metadata answer has named it.
    pub topic: String,
    /// The partition.
    pub partition: i32,
    /// Its size in bytes, compressed.
    pub bytes: usize,
    /// How many records it says it holds; 0 for formats before 2.
    pub records: u64,
    /// Its codec as `compression.type` spells it.
    pub codec: &'static str,
    /// The producer id, -1 without idempotence.
    pub producer_id: i64,
    /// The producer's epoch, -1 without idempotence.
    pub producer_epoch: i16,
    /// The sequence number of its first record, -1 without idempotence.
    pub base_sequence: i32,
    /// The how manieth time it passes: by producer id and sequence with idempotence, else by checksum, which a client that fills
    /// the batch anew changes.
    pub attempt: u32,
    /// What the client was told: an error's name, or NONE; `None` when it was told nothing.
    pub answer: Option<String>,
    /// The offset of its first record, if the broker appended it.
    pub base_offset: Option<i64>,
}

/// The counts over all Produce requests so far.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Summary {
    /// Connections from clients.
    pub connections: u64,
    /// Produce requests.
    pub requests: u64,
    /// Batches in them.
    pub batches: u64,
    /// Records in them.
    pub records: u64,
    /// Bytes of them.
    pub bytes: u64,
    /// Batches that passed more than once.
    pub repeated: u64,
    /// Batches by what the client was told of them; `(no answer)` when it was told nothing.
    pub answers: BTreeMap<String, u64>,
    /// Frames that were passed although the wire could not read them, by API.
    pub undecoded: BTreeMap<String, u64>,
    /// How often each fault hit records in flight.
    pub faults: Vec<FaultCount>,
}

/// What became of a fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FaultCount {
    /// As it was written.
    pub fault: String,
    /// How often it hit records in flight.
    pub hits: u64,
    /// Whether it did so at all; a fault that did not has tested nothing.
    pub exercised: bool,
}

/// The name of the count of batches that had no answer.
const NO_ANSWER: &str = "(no answer)";

/// What all connections share.
#[derive(Debug, Default)]
pub(super) struct Desk {
    pub plan: Plan,
    summary: Summary,
    topics: HashMap<Vec<u8>, String>,
    attempts: HashMap<u64, u32>,
    order: VecDeque<u64>,
}

impl Desk {
    pub(super) fn new(plan: Plan) -> Self {
        Self {
            plan,
            ..Self::default()
        }
    }

    pub(super) fn connected(&mut self) {
        self.summary.connections += 1;
    }

    /// Counts a frame that was passed unread, by its API's number where that is known.
    pub(super) fn undecoded(&mut self, key: Option<i16>) {
        let name = key.map_or_else(|| "(out of turn)".to_owned(), codes::api);
        *self.summary.undecoded.entry(name).or_default() += 1;
    }

    pub(super) fn learn(&mut self, topics: Vec<(Vec<u8>, String)>) {
        self.topics.extend(topics);
    }

    /// The batches of a request, each with its attempt.
    pub(super) fn batches(&mut self, request: &Request) -> Vec<Batch> {
        request.parts.iter().map(|part| self.batch(part)).collect()
    }

    fn batch(&mut self, part: &Part) -> Batch {
        let attempt = part.identity().map_or(1, |identity| self.attempt(identity));
        let head = part.head;
        Batch {
            topic: self.topic(&part.topic),
            partition: part.partition,
            bytes: part.bytes,
            records: head.map_or(0, |head| u64::try_from(head.records).unwrap_or(0)),
            codec: head.map_or("unknown", super::produce::BatchHead::codec),
            producer_id: head.map_or(-1, |head| head.producer_id),
            producer_epoch: head.map_or(-1, |head| head.epoch),
            base_sequence: head.map_or(-1, |head| head.base_sequence),
            attempt,
            answer: None,
            base_offset: None,
        }
    }

    fn attempt(&mut self, identity: u64) -> u32 {
        let count = self.attempts.entry(identity).or_insert(0);
        *count += 1;
        let count = *count;
        if count == 1 {
            self.order.push_back(identity);
        }
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.attempts.remove(&oldest);
        }
        count
    }

    /// A topic's name, from its name or its id.
    pub(super) fn topic(&self, name: &[u8]) -> String {
        if let Some(known) = self.topics.get(name) {
            return known.clone();
        }
        let is_legal = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-".contains(byte);
        if name.iter().all(is_legal) {
            String::from_utf8_lossy(name).into_owned()
        } else {
            base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(name)
        }
    }

    /// Counts a request whose end is known.
    pub(super) fn count(&mut self, produced: &Produced) {
        let summary = &mut self.summary;
        summary.requests += 1;
        for batch in &produced.batches {
            summary.batches += 1;
            summary.records += batch.records;
            summary.bytes += batch.bytes as u64;
            summary.repeated += u64::from(batch.attempt > 1);
            let answer = batch.answer.as_deref().unwrap_or(NO_ANSWER);
            match summary.answers.get_mut(answer) {
                Some(count) => *count += 1,
                None => {
                    summary.answers.insert(answer.to_owned(), 1);
                }
            }
        }
    }

    pub(super) fn summary(&self) -> Summary {
        let count = |(fault, hits)| FaultCount {
            fault,
            hits,
            exercised: hits > 0,
        };
        Summary {
            faults: self.plan.hits().into_iter().map(count).collect(),
            ..self.summary.clone()
        }
    }
}

impl Produced {
    /// Notes what the client is told of every batch.
    pub(super) fn told(&mut self, code: i16) {
        for batch in &mut self.batches {
            batch.answer = Some(codes::name(code));
        }
    }

    /// How many records it holds.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.batches.iter().map(|batch| batch.records).sum()
    }
}
