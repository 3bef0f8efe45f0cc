//! The record header: who sent a record, which one it is and when it was due, in the first bytes of its payload.
//!
//! In the payload, since a Kafka record header would cost librdkafka several allocations for every record; so the payload
//! keeps its size, and its first bytes give way. All numbers are big-endian, as everywhere in Kafka.

pub use crate::settings::HEADER_BYTES;

/// What the header begins with; the last byte is the version.
pub const MAGIC: [u8; 4] = *b"LNG\x01";
/// What the checksum covers begins here.
const COVERED_FROM: usize = 8;

/// One field of the header, for those who read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Where it begins in the payload.
    pub at: usize,
    /// How many bytes it takes.
    pub bytes: usize,
    /// Its name.
    pub name: &'static str,
    /// What it says.
    pub about: &'static str,
}

/// The fields in their order.
pub const FIELDS: [Field; 8] = [
    field(0, 4, "magic", "`4C 4E 47 01`: \"LNG\" and the version"),
    field(
        4,
        4,
        "checksum",
        "CRC-32C of the bytes 8 to 39, followed by the length of the whole payload as 4 bytes",
    ),
    field(8, 4, "run", "drawn when the lab starts: tells runs apart"),
    field(
        12,
        4,
        "boot",
        "CRC-32C of the machine's boot id: due times compare only within one boot",
    ),
    field(16, 4, "trial", "the number of the trial, from 1"),
    field(
        20,
        4,
        "producer",
        "who numbers the records: one thread that sends, over all trials; from 0",
    ),
    field(
        24,
        8,
        "sequence",
        "counts the records of a producer that the client accepted, from 0 and without a gap",
    ),
    field(
        32,
        8,
        "due",
        "when the record was due, in nanoseconds of the system's monotonic clock",
    ),
];

const fn field(at: usize, bytes: usize, name: &'static str, about: &'static str) -> Field {
    Field {
        at,
        bytes,
        name,
        about,
    }
}

/// What a record of ours says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The run and the machine's boot.
    pub origin: Origin,
    /// The trial's number.
    pub trial: u32,
    /// Who numbers the records: one thread that sends.
    pub producer: u32,
    /// Counts the records of that producer which the client accepted, from 0.
    pub sequence: u64,
    /// When the record was due, in nanoseconds of the system's monotonic clock.
    pub due: u64,
}

/// Where records come from: one run of the lab, in one boot of one machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Tells runs apart.
    pub run: u32,
    /// Tells boots apart: monotonic times compare only within one.
    pub boot: u32,
}

/// Why a payload has no header of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// It was written by something else.
    Foreign,
    /// It was ours, and is damaged or cut.
    Corrupt,
}

impl Origin {
    /// A new run on this machine.
    #[must_use]
    pub fn new_run() -> Self {
        Self {
            run: rand::random(),
            boot: boot(),
        }
    }
}

impl Header {
    /// Writes the header over the first bytes of a payload; false, and nothing is written, where it is too short.
    #[inline]
    #[must_use]
    pub fn write(&self, payload: &mut [u8]) -> bool {
        let length = payload.len();
        let Some(bytes) = payload.first_chunk_mut::<HEADER_BYTES>() else {
            return false;
        };
        bytes[0..4].copy_from_slice(&MAGIC);
        bytes[8..12].copy_from_slice(&self.origin.run.to_be_bytes());
        bytes[12..16].copy_from_slice(&self.origin.boot.to_be_bytes());
        bytes[16..20].copy_from_slice(&self.trial.to_be_bytes());
        bytes[20..24].copy_from_slice(&self.producer.to_be_bytes());
        bytes[24..32].copy_from_slice(&self.sequence.to_be_bytes());
        bytes[32..40].copy_from_slice(&self.due.to_be_bytes());
        let checksum = checksum(bytes, length);
        bytes[4..8].copy_from_slice(&checksum.to_be_bytes());
        true
    }

    /// Reads the header of a payload. Foreign is what has neither our magic nor a checksum that fits; whatever has one of
    /// them alone is corrupt.
    #[inline]
    pub fn read(payload: &[u8]) -> Result<Self, Unread> {
        let is_ours = payload.starts_with(&MAGIC);
        let Some(bytes) = payload.first_chunk::<HEADER_BYTES>() else {
            return Err(if is_ours {
                Unread::Corrupt
            } else {
                Unread::Foreign
            });
        };
        let fits = checksum(bytes, payload.len()) == u32_at(bytes, 4);
        match (is_ours, fits) {
            (true, true) => Ok(Self {
                origin: Origin {
                    run: u32_at(bytes, 8),
                    boot: u32_at(bytes, 12),
                },
                trial: u32_at(bytes, 16),
                producer: u32_at(bytes, 20),
                sequence: u64_at(bytes, 24),
                due: u64_at(bytes, 32),
            }),
            (false, false) => Err(Unread::Foreign),
            _ => Err(Unread::Corrupt),
        }
    }
}

/// Covers the fields behind it and the length of the payload, so that a cut record is found without reading all of it.
#[inline]
fn checksum(bytes: &[u8; HEADER_BYTES], length: usize) -> u32 {
    let length = u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes();
    crc32c::crc32c_append(crc32c::crc32c(&bytes[COVERED_FROM..]), &length)
}

#[inline]
fn u32_at(bytes: &[u8; HEADER_BYTES], at: usize) -> u32 {
    let mut number = [0; 4];
    number.copy_from_slice(&bytes[at..at + 4]);
    u32::from_be_bytes(number)
}

#[inline]
fn u64_at(bytes: &[u8; HEADER_BYTES], at: usize) -> u64 {
    let mut number = [0; 8];
    number.copy_from_slice(&bytes[at..at + 8]);
    u64::from_be_bytes(number)
}

/// Linux tells a boot by an id; elsewhere a number is drawn, so that a run's times compare only with its own.
fn boot() -> u32 {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id").map_or_else(
        |_| rand::random(),
        |id| crc32c::crc32c(id.trim().as_bytes()),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_header() -> impl Strategy<Value = Header> {
        let numbers = (any::<[u32; 4]>(), any::<u64>(), any::<u64>());
        numbers.prop_map(|([run, boot, trial, producer], sequence, due)| Header {
            origin: Origin { run, boot },
            trial,
            producer,
            sequence,
            due,
        })
    }

    fn record(header: &Header, length: usize) -> Vec<u8> {
        let mut payload = vec![b'x'; length];
        assert!(header.write(&mut payload));
        payload
    }

    proptest! {
        #[test]
        fn a_header_survives_the_trip(header in any_header(), rest in 0usize..200) {
            prop_assert_eq!(Header::read(&record(&header, HEADER_BYTES + rest)), Ok(header));
        }

        #[test]
        fn every_flipped_bit_is_found(header in any_header(), rest in 0usize..20) {
            let whole = record(&header, HEADER_BYTES + rest);
            for bit in 0..HEADER_BYTES * 8 {
                let mut flipped = whole.clone();
                flipped[bit / 8] ^= 1 << (bit % 8);
                prop_assert_eq!(Header::read(&flipped), Err(Unread::Corrupt), "bit {}", bit);
            }
        }

        #[test]
        fn a_cut_record_is_corrupt(header in any_header(), rest in 0usize..100, left in 4usize..140) {
            let whole = record(&header, HEADER_BYTES + rest);
            prop_assume!(left < whole.len());
            prop_assert_eq!(Header::read(&whole[..left]), Err(Unread::Corrupt));
        }

        #[test]
        fn what_others_wrote_is_foreign(payload in any::<Vec<u8>>()) {
            prop_assume!(!payload.starts_with(&MAGIC));
            prop_assert_eq!(Header::read(&payload), Err(Unread::Foreign));
        }
    }

    #[test]
    fn a_payload_without_room_is_left_alone() {
        let header = Header::read(&[0; 64]);
        assert_eq!(header, Err(Unread::Foreign));
        let header = Header {
            origin: Origin { run: 1, boot: 2 },
            trial: 3,
            producer: 4,
            sequence: 5,
            due: 6,
        };
        let mut short = [7; HEADER_BYTES - 1];
        assert!(!header.write(&mut short));
        assert_eq!(short, [7; HEADER_BYTES - 1]);
    }

    #[test]
    fn the_fields_stand_where_the_table_says() {
        let header = Header {
            origin: Origin {
                run: 0x0101_0101,
                boot: 0x0202_0202,
            },
            trial: 0x0303_0303,
            producer: 0x0404_0404,
            sequence: 0x0505_0505_0505_0505,
            due: 0x0606_0606_0606_0606,
        };
        let payload = record(&header, 64);
        let mut next = 0;
        for (number, field) in FIELDS.iter().enumerate() {
            assert_eq!(field.at, next, "{}", field.name);
            next += field.bytes;
            let bytes = &payload[field.at..next];
            let written = u8::try_from(number).unwrap().wrapping_sub(1);
            assert!(
                number < 2 || bytes.iter().all(|byte| *byte == written),
                "{}: {bytes:?}",
                field.name
            );
        }
        assert_eq!(next, HEADER_BYTES);
        // Reckoned by another implementation of CRC-32C.
        assert_eq!(
            payload[..8],
            [0x4c, 0x4e, 0x47, 0x01, 0x45, 0xae, 0xe4, 0xd0]
        );
    }

    #[test]
    fn runs_differ_and_the_boot_stays() {
        let (one, other) = (Origin::new_run(), Origin::new_run());
        assert_ne!(one.run, other.run);
        if cfg!(target_os = "linux") {
            assert_eq!(one.boot, other.boot);
        }
    }
}
