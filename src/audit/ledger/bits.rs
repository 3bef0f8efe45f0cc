//! A set of the sequence numbers of one chunk; an empty and a full one take no room.

use std::ops::Range;

/// How many sequence numbers a chunk has.
pub const SIZE: usize = 16_384;
/// How many words hold them.
pub const WORDS: usize = SIZE / 64;

/// A set of numbers below `SIZE`.
#[derive(Debug, Default)]
pub struct Bits {
    count: usize,
    /// None where all numbers are alike: in it, or not.
    words: Option<Box<[u64; WORDS]>>,
}

impl Bits {
    /// Whether the number is in it.
    #[inline]
    pub fn contains(&self, at: usize) -> bool {
        self.word(at / 64) >> (at % 64) & 1 == 1
    }

    /// Puts the number in; false where it was there.
    #[inline]
    pub fn insert(&mut self, at: usize) -> bool {
        if self.contains(at) {
            return false;
        }
        let words = self.words.get_or_insert_with(|| Box::new([0; WORDS]));
        words[at / 64] |= 1 << (at % 64);
        self.count += 1;
        if self.count == SIZE {
            self.words = None;
        }
        true
    }

    /// 64 numbers from 64 × `index` on, the lowest in the lowest bit.
    #[inline]
    pub fn word(&self, index: usize) -> u64 {
        match &self.words {
            Some(words) => words[index],
            None if self.count > 0 => u64::MAX,
            None => 0,
        }
    }

    /// The lowest number in it.
    pub fn lowest(&self) -> Option<usize> {
        let first = (0..WORDS).find(|index| self.word(*index) != 0)?;
        Some(first * 64 + self.word(first).trailing_zeros() as usize)
    }

    /// The highest number in it.
    pub fn highest(&self) -> Option<usize> {
        let last = (0..WORDS).rev().find(|index| self.word(*index) != 0)?;
        Some(last * 64 + 63 - self.word(last).leading_zeros() as usize)
    }
}

/// The bits of word `index` that belong to a range of numbers.
pub fn mask(index: usize, range: &Range<usize>) -> u64 {
    let (from, to) = (index * 64, index * 64 + 64);
    let (first, end) = (range.start.clamp(from, to), range.end.clamp(from, to));
    if first >= end {
        return 0;
    }
    let upto = |bits: usize| {
        if bits == 64 {
            u64::MAX
        } else {
            (1 << bits) - 1
        }
    };
    upto(end - from) & !upto(first - from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_set_takes_no_room_and_holds_everything() {
        let mut bits = Bits::default();
        assert_eq!((bits.contains(5), bits.highest()), (false, None));
        for at in (0..SIZE).rev() {
            assert!(bits.insert(at) && !bits.insert(at));
            assert_eq!(bits.lowest(), Some(at));
        }
        assert!(bits.words.is_none());
        assert_eq!((bits.contains(0), bits.highest()), (true, Some(SIZE - 1)));
    }

    #[test]
    fn masks_cut_a_range_out_of_words() {
        for range in [0..SIZE, 0..0, 3..4, 60..70, 64..128, 127..129, 5..SIZE] {
            let found: usize = (0..WORDS)
                .map(|index| mask(index, &range).count_ones() as usize)
                .sum();
            assert_eq!(found, range.len(), "{range:?}");
        }
        assert_eq!(mask(1, &(64..66)), 0b11);
    }
}
