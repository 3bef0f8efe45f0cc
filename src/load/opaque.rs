//! What travels with a record through librdkafka: one machine word, without an allocation.

/// Trials are told apart by their number modulo this.
pub const TRIALS: u64 = 4096;

const DUE_BITS: u32 = 48;
const SENDER_BITS: u32 = 4;
const NANOS_PER_UNIT: u64 = 10;

/// Due time, sender and trial of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// When the record was due, in nanoseconds since the lab started; kept to 10 ns, for 32 days.
    pub due: u64,
    /// The sender, 0 to 15.
    pub sender: u8,
    /// The trial's number modulo 4096.
    pub trial: u16,
}

impl Stamp {
    /// Bits 0–47 the due time in units of 10 ns, 48–51 the sender, 52–63 the trial.
    #[inline]
    #[must_use]
    pub fn pack(self) -> u64 {
        let due = (self.due / NANOS_PER_UNIT) & ((1 << DUE_BITS) - 1);
        let sender = u64::from(self.sender & 0xf) << DUE_BITS;
        let trial = (u64::from(self.trial) % TRIALS) << (DUE_BITS + SENDER_BITS);
        due | sender | trial
    }

    /// The reverse of `pack`.
    #[inline]
    #[must_use]
    pub fn unpack(word: u64) -> Self {
        let sender = (word >> DUE_BITS) & 0xf;
        let trial = word >> (DUE_BITS + SENDER_BITS);
        Self {
            due: (word & ((1 << DUE_BITS) - 1)) * NANOS_PER_UNIT,
            sender: u8::try_from(sender).unwrap_or_default(),
            trial: u16::try_from(trial).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_stamp_survives_the_trip(due in 0u64..2_764_800_000_000_000, sender in 0u8..16, trial in 0u16..4096) {
            let stamp = Stamp { due: due / 10 * 10, sender, trial };
            prop_assert_eq!(Stamp::unpack(stamp.pack()), stamp);
        }
    }
}
