//! A chunk: what is known of some thousand consecutive records of one producer. What is alike for all of them takes no room.

use std::ops::Range;

use super::bits::{Bits, SIZE, WORDS, mask};
use super::{Outcome, Place};

/// What is known of the records of a chunk.
#[derive(Debug, Default)]
pub struct Chunk {
    seen: Bits,
    acknowledged: Bits,
    failed: Bits,
    unknown: Bits,
    /// Where the acknowledged ones should be, while they have not been found there; 0 is nowhere.
    places: Option<Box<[u64]>>,
    kept: usize,
}

/// What one appearance of a record means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sight {
    /// Whether the record had not appeared before.
    pub first: bool,
    /// Whether it stands where it was acknowledged, if that is known and it was not found there before.
    pub in_place: Option<bool>,
}

/// Counts of records by what the client knows of them, and whether they were read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cells {
    /// Acknowledged and read.
    pub acknowledged_seen: u64,
    /// Acknowledged, not read, and should have been.
    pub lost: u64,
    /// Acknowledged, not read, and not all was read of where it should be.
    pub unverified: u64,
    /// Failed for certain and read.
    pub failed_seen: u64,
    /// Failed for certain and not read.
    pub failed_absent: u64,
    /// Possibly written and read.
    pub unknown_seen: u64,
    /// Possibly written and not read.
    pub unknown_absent: u64,
    /// Read without any report.
    pub silent_seen: u64,
}

impl Cells {
    /// All records that were read.
    pub fn seen(&self) -> u64 {
        self.acknowledged_seen + self.failed_seen + self.unknown_seen + self.silent_seen
    }

    /// All records that were reported.
    pub fn reported(&self) -> u64 {
        self.acknowledged() + self.failed_seen + self.failed_absent + self.unknown()
    }

    /// All that were acknowledged.
    pub fn acknowledged(&self) -> u64 {
        self.acknowledged_seen + self.lost + self.unverified
    }

    /// All that are possibly written.
    pub fn unknown(&self) -> u64 {
        self.unknown_seen + self.unknown_absent
    }

    fn each<'a>(&'a mut self, other: &'a Self) -> [(&'a mut u64, u64); 8] {
        [
            (&mut self.acknowledged_seen, other.acknowledged_seen),
            (&mut self.lost, other.lost),
            (&mut self.unverified, other.unverified),
            (&mut self.failed_seen, other.failed_seen),
            (&mut self.failed_absent, other.failed_absent),
            (&mut self.unknown_seen, other.unknown_seen),
            (&mut self.unknown_absent, other.unknown_absent),
            (&mut self.silent_seen, other.silent_seen),
        ]
    }

    /// Adds other counts.
    pub fn add(&mut self, other: &Self) {
        for (own, more) in self.each(other) {
            *own += more;
        }
    }

    /// Takes other counts away, which must be part of these.
    pub fn take(&mut self, other: &Self) {
        for (own, less) in self.each(other) {
            *own = own.saturating_sub(less);
        }
    }
}

impl Chunk {
    /// Notes what the client reported of a record; false where it had reported of it before.
    pub fn report(&mut self, at: usize, outcome: Outcome) -> bool {
        let sets = [&self.acknowledged, &self.failed, &self.unknown];
        if sets.iter().any(|set| set.contains(at)) {
            return false;
        }
        match outcome {
            Outcome::Acknowledged => self.acknowledged.insert(at),
            Outcome::Failed => self.failed.insert(at),
            Outcome::Unknown => self.unknown.insert(at),
        }
    }

    /// Keeps where an acknowledged record should be found, until it is. Takes room out of `free` where there is none yet;
    /// false where there is none left, or nothing to wait for.
    pub fn expect(&mut self, at: usize, place: Place, free: &mut usize) -> bool {
        let Some(packed) = place.pack().filter(|_| !self.seen.contains(at)) else {
            return false;
        };
        if self.places.is_none() {
            if *free == 0 {
                return false;
            }
            *free -= 1;
        }
        let places = self
            .places
            .get_or_insert_with(|| vec![0; SIZE].into_boxed_slice());
        self.kept += usize::from(places[at] == 0);
        places[at] = packed;
        true
    }

    /// Notes that a record was read; gives room back to `free` once every record was found where it should be.
    #[inline]
    pub fn see(&mut self, at: usize, place: Place, free: &mut usize) -> Sight {
        let first = self.seen.insert(at);
        let mut in_place = None;
        if let Some(places) = &mut self.places
            && places[at] != 0
        {
            let found = place.pack() == Some(places[at]);
            in_place = Some(found);
            if found {
                places[at] = 0;
                self.kept -= 1;
            }
        }
        if self.kept == 0 && self.places.take().is_some() {
            *free += 1;
        }
        Sight { first, in_place }
    }

    /// Counts the records of a range. `covers` tells whether a record would have been read at a place (or at an unknown one).
    pub fn count(&self, range: &Range<usize>, covers: &dyn Fn(Option<Place>) -> bool) -> Cells {
        let mut cells = Cells::default();
        for index in 0..WORDS {
            let within = mask(index, range);
            let seen = self.seen.word(index) & within;
            let of = |bits: &Bits| bits.word(index) & within;
            let (acknowledged, failed, unknown) =
                (of(&self.acknowledged), of(&self.failed), of(&self.unknown));
            let ones = |bits: u64| u64::from(bits.count_ones());
            cells.acknowledged_seen += ones(acknowledged & seen);
            cells.failed_seen += ones(failed & seen);
            cells.failed_absent += ones(failed & !seen);
            cells.unknown_seen += ones(unknown & seen);
            cells.unknown_absent += ones(unknown & !seen);
            cells.silent_seen += ones(seen & !(acknowledged | failed | unknown));
            let mut absent = acknowledged & !seen;
            while absent != 0 {
                let at = index * 64 + absent.trailing_zeros() as usize;
                absent &= absent - 1;
                if covers(self.place(at)) {
                    cells.lost += 1;
                } else {
                    cells.unverified += 1;
                }
            }
        }
        cells
    }

    /// The lowest record of which anything is known.
    pub fn lowest(&self) -> Option<usize> {
        let sets = [&self.seen, &self.acknowledged, &self.failed, &self.unknown];
        sets.into_iter().filter_map(Bits::lowest).min()
    }

    fn place(&self, at: usize) -> Option<Place> {
        let places = self.places.as_ref()?;
        Place::unpack(places[at])
    }

    /// How many different records of it were read, and the highest one.
    pub fn read(&self) -> (u64, Option<usize>) {
        let ones = (0..WORDS).map(|index| u64::from(self.seen.word(index).count_ones()));
        (ones.sum(), self.seen.highest())
    }
}
