//! All that is known of one producer's records: its chunks, and how many it sent.

use std::collections::BTreeMap;
use std::ops::Range;

use super::bits::SIZE;
use super::chunk::{Cells, Chunk, Sight};
use super::{Outcome, Place};

/// One producer's records.
#[derive(Debug, Default)]
pub struct Lane {
    chunks: BTreeMap<u64, Chunk>,
    /// How many records the client accepted from it.
    pub attempted: u64,
    /// Reports of records that had been reported.
    pub repeated: u64,
}

/// The chunk of a sequence number, and its place there.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a remainder below the size of a chunk"
)]
fn split(sequence: u64) -> (u64, usize) {
    (sequence / SIZE as u64, (sequence % SIZE as u64) as usize)
}

impl Lane {
    /// Notes what became of a record, and where it should be; tells whether the place is kept.
    pub fn report(
        &mut self,
        sequence: u64,
        outcome: Outcome,
        place: Option<Place>,
        free: &mut usize,
    ) -> bool {
        let (number, at) = split(sequence);
        let chunk = self.chunks.entry(number).or_default();
        if !chunk.report(at, outcome) {
            self.repeated += 1;
            return false;
        }
        match (outcome, place) {
            (Outcome::Acknowledged, Some(place)) => chunk.expect(at, place, free),
            _ => false,
        }
    }

    /// Notes that a record was read.
    #[inline]
    pub fn see(&mut self, sequence: u64, place: Place, free: &mut usize) -> Sight {
        let (number, at) = split(sequence);
        self.chunks.entry(number).or_default().see(at, place, free)
    }

    /// Counts the records of a range.
    pub fn count(&self, range: Range<u64>, covers: &dyn Fn(Option<Place>) -> bool) -> Cells {
        let mut cells = Cells::default();
        if range.is_empty() {
            return cells;
        }
        let ((first, from), (last, upto)) = (split(range.start), split(range.end - 1));
        for (number, chunk) in self.chunks.range(first..=last) {
            let from = if *number == first { from } else { 0 };
            let upto = if *number == last { upto + 1 } else { SIZE };
            cells.add(&chunk.count(&(from..upto), covers));
        }
        cells
    }

    /// The lowest record of which anything is known; 0 where there is none.
    pub fn lowest(&self) -> u64 {
        let mut chunks = self.chunks.iter();
        let first = chunks.find_map(|(number, chunk)| Some((number, chunk.lowest()?)));
        first.map_or(0, |(number, at)| number * SIZE as u64 + at as u64)
    }

    /// How many different records were read, and how many there are up to the highest one of them.
    pub fn read(&self) -> (u64, u64) {
        let (mut unique, mut upto) = (0, 0);
        for (number, chunk) in &self.chunks {
            let (read, highest) = chunk.read();
            unique += read;
            if let Some(highest) = highest {
                upto = (number * SIZE as u64)
                    .saturating_add(highest as u64)
                    .saturating_add(1);
            }
        }
        (unique, upto)
    }
}
