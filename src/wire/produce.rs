//! What a Produce request says: its own fields, and of each batch what stands in its 61-byte head. Records are never looked at.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::frame::{self, Head, int16, int32, int64};
use super::schema::{Mark, PRODUCE_REQUEST};
use super::walk::{self, Misfit};

/// The head of a batch of records in Kafka's format 2.
pub(super) const BATCH_HEAD: usize = 61;

/// A Produce request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Request {
    pub client_id: Option<String>,
    pub transactional_id: Option<String>,
    pub acks: i16,
    pub timeout_ms: i32,
    pub parts: Vec<Part>,
}

/// The batch for one partition; of several in one request for the same partition, which Kafka refuses, the first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Part {
    /// The topic's name, or its id's bytes.
    pub topic: Vec<u8>,
    pub partition: i32,
    pub bytes: usize,
    /// `None` for an older format.
    pub head: Option<BatchHead>,
}

/// What stands in the head of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BatchHead {
    pub crc: i32,
    pub attributes: i16,
    pub producer_id: i64,
    pub epoch: i16,
    pub base_sequence: i32,
    pub records: i32,
}

impl BatchHead {
    fn read(batch: &[u8]) -> Option<Self> {
        let is_second = batch.len() >= BATCH_HEAD && batch.get(16) == Some(&2);
        is_second.then_some(())?;
        Some(Self {
            crc: int32(batch, 17)?,
            attributes: int16(batch, 21)?,
            producer_id: int64(batch, 43)?,
            epoch: int16(batch, 51)?,
            base_sequence: int32(batch, 53)?,
            records: int32(batch, 57)?,
        })
    }

    /// The codec's name as `compression.type` spells it.
    pub(super) fn codec(self) -> &'static str {
        match self.attributes & 7 {
            0 => "none",
            1 => "gzip",
            2 => "snappy",
            3 => "lz4",
            4 => "zstd",
            _ => "unknown",
        }
    }
}

impl Part {
    /// What a repeat of the same batch has in common with it: the producer's sequence where there is one, else the checksum.
    pub(super) fn identity(&self) -> Option<u64> {
        let head = self.head?;
        let mut hasher = DefaultHasher::new();
        (&self.topic, self.partition, head.producer_id).hash(&mut hasher);
        if head.producer_id >= 0 {
            (head.epoch, head.base_sequence).hash(&mut hasher);
        } else {
            head.crc.hash(&mut hasher);
        }
        Some(hasher.finish())
    }
}

/// Reads a Produce request.
pub(super) fn read(bytes: &[u8], head: Head) -> Result<Request, Misfit> {
    let flexible = PRODUCE_REQUEST.is_flexible(head.version);
    let (at, client_id) = walk::request_body(bytes, flexible)?;
    let mut request = Request {
        client_id,
        ..Request::default()
    };
    let mut topic = Vec::new();
    walk::walk(bytes, at, &PRODUCE_REQUEST, head.version, &mut |found| {
        match found.mark {
            Mark::TransactionalId => {
                // An empty id is as good as none.
                request.transactional_id = Some(found.text()).filter(|id| !id.is_empty());
            }
            Mark::Acks => request.acks = found.int16(),
            Mark::Timeout => request.timeout_ms = found.int32(),
            Mark::Topic | Mark::TopicId => topic = found.value.to_vec(),
            Mark::Partition => request.parts.push(Part {
                topic: topic.clone(),
                partition: found.int32(),
                ..Part::default()
            }),
            Mark::Records => {
                if let Some(part) = request.parts.last_mut() {
                    part.bytes = found.value.len();
                    part.head = BatchHead::read(found.value);
                }
            }
            _ => {}
        }
    })?;
    Ok(request)
}

/// The acks of a Produce request that otherwise cannot be read: with 0 it has no answer, and the order of answers hangs on that.
pub(super) fn acks_at_least(bytes: &[u8], head: Head) -> Option<i16> {
    let flexible = PRODUCE_REQUEST.is_flexible(head.version);
    let (at, _) = walk::request_body(bytes, flexible).ok()?;
    if head.version < 3 {
        return int16(bytes, at);
    }
    let id = if flexible {
        1.max(usize::from(*bytes.get(at)?))
    } else {
        2 + usize::try_from(frame::int16(bytes, at)?).unwrap_or(0)
    };
    int16(bytes, at + id)
}
