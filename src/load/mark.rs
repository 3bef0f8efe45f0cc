//! What a sender writes into a record before it hands it over, where records are to be read back.

use std::sync::{Arc, Mutex, PoisonError};

use crate::load::parts::Counter;

/// What tells a record from all others of a lab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Who numbers it: one sender.
    pub producer: u32,
    /// Which of that sender's records it is, counted from 0.
    pub sequence: u64,
    /// The trial's number.
    pub trial: u64,
    /// When it was due, in nanoseconds since the lab started.
    pub due: u64,
}

type Write = Box<dyn Fn(&mut [u8], &Mark) + Send + Sync>;

/// How marks are written, and which producers there are; one for a lab.
pub struct Marks {
    write: Write,
    /// What each sender had accepted, by its number.
    accepted: Mutex<Vec<Arc<Counter>>>,
}

impl Marks {
    /// Marks that are written into a payload by this function.
    #[must_use]
    pub fn new(write: impl Fn(&mut [u8], &Mark) + Send + Sync + 'static) -> Self {
        Self {
            write: Box::new(write),
            accepted: Mutex::default(),
        }
    }

    /// Writes a mark into a payload.
    pub fn write(&self, payload: &mut [u8], mark: &Mark) {
        (self.write)(payload, mark);
    }

    /// How many marked records the client has accepted from each sender, by its number.
    #[must_use]
    pub fn accepted(&self) -> Vec<u64> {
        let senders = self.accepted.lock().unwrap_or_else(PoisonError::into_inner);
        senders.iter().map(|counter| counter.get()).collect()
    }

    /// A number for one more sender, and where it counts.
    fn join(&self) -> (u32, Arc<Counter>) {
        let mut senders = self.accepted.lock().unwrap_or_else(PoisonError::into_inner);
        let number = u32::try_from(senders.len()).unwrap_or(u32::MAX);
        let counter = Arc::<Counter>::default();
        senders.push(Arc::clone(&counter));
        (number, counter)
    }
}

/// One sender's own: who it is, how far it has counted, and room for one payload.
#[derive(Default)]
pub struct Marker {
    /// Who it is, and what the client has accepted of its marked records: the next one has that number.
    own: Option<(u32, Arc<Counter>)>,
    room: Vec<u8>,
}

impl Marker {
    /// A copy of the payload with the mark of the next record. Allocates only where no payload was as long before.
    pub fn mark(&mut self, marks: &Marks, payload: &[u8], trial: u64, due: u64) -> &[u8] {
        let (producer, accepted) = self.own.get_or_insert_with(|| marks.join());
        let mark = Mark {
            producer: *producer,
            sequence: accepted.get(),
            trial,
            due,
        };
        self.room.clear();
        self.room.extend_from_slice(payload);
        marks.write(&mut self.room, &mark);
        &self.room
    }

    /// Who it is, and how many of its marked records the client has accepted; none before its first one.
    #[must_use]
    pub fn place(&self) -> Option<(u32, u64)> {
        let (producer, accepted) = self.own.as_ref()?;
        Some((*producer, accepted.get()))
    }

    /// The client has accepted the record: the next one has the next number. A refused record's number is used again.
    pub fn accepted(&mut self) {
        if let Some((_, accepted)) = &self.own {
            accepted.add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks() -> Marks {
        Marks::new(|payload, mark| {
            payload[0] = u8::try_from(mark.producer).unwrap();
            payload[1] = u8::try_from(mark.sequence).unwrap();
        })
    }

    #[test]
    fn senders_count_on_their_own_and_a_refused_record_leaves_no_gap() {
        let marks = marks();
        let (mut one, mut other) = (Marker::default(), Marker::default());
        assert_eq!(one.mark(&marks, b"abc", 1, 0), [0, 0, b'c']);
        one.accepted();
        assert_eq!(one.mark(&marks, b"refused", 1, 0)[..2], [0, 1]);
        assert_eq!(other.mark(&marks, b"abc", 1, 0), [1, 0, b'c']);
        assert_eq!(one.mark(&marks, b"ab", 2, 0), [0, 1]);
        one.accepted();
        assert_eq!(marks.accepted(), [2, 0]);
    }
}
