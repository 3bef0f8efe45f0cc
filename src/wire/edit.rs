//! What is changed in answers: addresses, the newest versions, and what a fault says of a batch. All else stays byte for byte.

use std::ops::Range;

use super::frame;
use super::schema::{self, Mark, Message};
use super::walk::{self, Found, Misfit};

/// The host that clients are told: the wire listens nowhere else.
pub(super) const LOOPBACK: &str = "127.0.0.1";

/// Gives the wire's own port for a broker's address; `None` where there can be none.
pub(super) type Doors<'a> = &'a mut dyn FnMut(&str, u16) -> Option<u16>;

/// What a fault changes in the answer to a Produce request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Change {
    /// The error that every batch gets instead of none.
    pub error: Option<i16>,
    /// The time in milliseconds for which a quota lets the client wait.
    pub throttle: Option<i32>,
}

/// What became of one batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    /// The topic's name, or its id's bytes.
    pub topic: Vec<u8>,
    pub partition: i32,
    pub error: i16,
    pub base_offset: i64,
}

/// An answer that was looked into.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Answer {
    /// Names of topics by their ids.
    pub topics: Vec<(Vec<u8>, String)>,
    /// What became of the batches of a Produce request, as the broker says.
    pub outcomes: Vec<Outcome>,
}

/// Looks into an answer, and changes what must be changed.
pub(super) fn answer(
    bytes: &mut Vec<u8>,
    message: &Message,
    version: i16,
    change: Change,
    doors: Doors<'_>,
) -> Result<Answer, Misfit> {
    let mut editor = Editor {
        flexible: message.is_flexible(version),
        names: message.key == schema::METADATA,
        change,
        answer: Answer::default(),
        edits: Vec::new(),
        host: None,
        topic: Vec::new(),
        api: None,
        tag: None,
    };
    let at = message.answer_head(version);
    walk::walk(bytes, at, message, version, &mut |found| {
        editor.found(found, doors);
    })?;
    let Editor { answer, edits, .. } = editor;
    apply(bytes, edits);
    Ok(answer)
}

/// Other bytes for a place in a frame.
type Edit = (Range<usize>, Vec<u8>);

struct Editor {
    flexible: bool,
    /// Whether a topic's name stands before its id; elsewhere the id stands in its stead.
    names: bool,
    change: Change,
    answer: Answer,
    edits: Vec<Edit>,
    /// The host that was found last, whose port comes next.
    host: Option<(Range<usize>, String)>,
    topic: Vec<u8>,
    api: Option<i16>,
    /// The tagged field that the walk is in: the place of its size, its size, and the edits before it.
    tag: Option<(Range<usize>, usize, usize)>,
}

impl Editor {
    fn found(&mut self, found: &Found<'_>, doors: Doors<'_>) {
        match found.mark {
            Mark::Host => self.host = Some((found.place.clone(), found.text())),
            Mark::Port => self.address(found, doors),
            Mark::Api => self.api = Some(found.int16()),
            Mark::MaxVersion => self.clamp(found),
            Mark::Topic => self.topic = found.value.to_vec(),
            Mark::TopicId => self.topic_id(found.value),
            Mark::Partition => self.answer.outcomes.push(Outcome {
                topic: self.topic.clone(),
                partition: found.int32(),
                ..Outcome::default()
            }),
            Mark::Error => self.error(found),
            Mark::BaseOffset => self.base_offset(found),
            Mark::Throttle => {
                if let Some(time) = self.change.throttle {
                    self.put(found, &time.to_be_bytes());
                }
            }
            Mark::TagSize => {
                self.tag = Some((found.place.clone(), found.value.len(), self.edits.len()));
            }
            Mark::TagEnd => self.tag_end(),
            Mark::Other | Mark::TransactionalId | Mark::Acks | Mark::Timeout | Mark::Records => {}
        }
    }

    fn put(&mut self, found: &Found<'_>, with: &[u8]) {
        self.edits.push((found.place.clone(), with.to_vec()));
    }

    fn address(&mut self, port: &Found<'_>, doors: Doors<'_>) {
        let Some((place, host)) = self.host.take() else {
            return;
        };
        // No broker is told as an empty host and port -1.
        let number = u16::try_from(port.int32())
            .ok()
            .filter(|&number| number > 0);
        let door = number.filter(|_| !host.is_empty());
        let Some(door) = door.and_then(|number| doors(&host, number)) else {
            return;
        };
        self.edits.push((place, text(LOOPBACK, self.flexible)));
        self.put(port, &i32::from(door).to_be_bytes());
    }

    /// A client must not choose a version of these APIs that the wire could not read.
    fn clamp(&mut self, max: &Found<'_>) {
        let known = self.api.take().and_then(schema::answer);
        if let Some(message) = known.filter(|message| message.newest < max.int16()) {
            self.put(max, &message.newest.to_be_bytes());
        }
    }

    fn topic_id(&mut self, id: &[u8]) {
        if self.names {
            let name = String::from_utf8_lossy(&self.topic).into_owned();
            self.answer.topics.push((id.to_vec(), name));
        } else {
            self.topic = id.to_vec();
        }
    }

    fn error(&mut self, found: &Found<'_>) {
        let error = found.int16();
        if let Some(outcome) = self.answer.outcomes.last_mut() {
            outcome.error = error;
        }
        if let Some(other) = self.change.error.filter(|_| error == 0) {
            self.put(found, &other.to_be_bytes());
        }
    }

    fn base_offset(&mut self, found: &Found<'_>) {
        let offset = frame::int64(found.value, 0).unwrap_or(-1);
        let Some(outcome) = self.answer.outcomes.last_mut() else {
            return;
        };
        outcome.base_offset = offset;
        if self.change.error.is_some() && outcome.error == 0 {
            self.put(found, &(-1_i64).to_be_bytes());
        }
    }

    /// The size of a tagged field follows the edits inside it.
    fn tag_end(&mut self) {
        let Some((place, size, before)) = self.tag.take() else {
            return;
        };
        let inside = self.edits.get(before..).unwrap_or_default();
        let gone: usize = inside.iter().map(|(place, _)| place.len()).sum();
        let come: usize = inside.iter().map(|(_, with)| with.len()).sum();
        self.edits.push((place, walk::varint(size + come - gone)));
    }
}

/// A string with its length in front.
fn text(text: &str, flexible: bool) -> Vec<u8> {
    let mut bytes = if flexible {
        walk::varint(text.len() + 1)
    } else {
        i16::try_from(text.len())
            .unwrap_or(0)
            .to_be_bytes()
            .to_vec()
    };
    bytes.extend_from_slice(text.as_bytes());
    bytes
}

/// Replaces places that do not overlap.
fn apply(bytes: &mut Vec<u8>, mut edits: Vec<Edit>) {
    if edits.is_empty() {
        return;
    }
    edits.sort_by_key(|(place, _)| place.start);
    let mut changed = Vec::with_capacity(bytes.len() + 16 * edits.len());
    let mut at = 0;
    for (place, with) in edits {
        changed.extend_from_slice(bytes.get(at..place.start).unwrap_or_default());
        changed.extend_from_slice(&with);
        at = place.end;
    }
    changed.extend_from_slice(bytes.get(at..).unwrap_or_default());
    frame::measure(&mut changed);
    *bytes = changed;
}

#[cfg(test)]
mod tests;
