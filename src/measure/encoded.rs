//! Counts in the form that other tools read: HdrHistogram's compressed V2 encoding.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hdrhistogram::serialization::{Deserializer, Serializer, V2DeflateSerializer};
use hdrhistogram::{CreationError, Histogram};

use crate::measure::Counts;
use crate::measure::tally::{LONGEST_MICROS, slot_range};

/// Significant digits of the form, as of a tally.
const DIGITS: u8 = 3;
/// Those of what was merged: there are a thousand of them in a long run, and a digit more makes each several times larger.
const MERGED_DIGITS: u8 = 2;

/// Why bytes are not counts.
#[derive(Debug, thiserror::Error)]
#[error("not a histogram in HdrHistogram's V2 form: {0}")]
pub struct DecodeError(String);

impl Counts {
    /// The same counts as an HDR histogram of microseconds with 3 significant digits; its slots are those of a tally.
    /// Saturated records count at the maximum. Fails never, as its bounds are valid by construction.
    pub fn to_hdr(&self) -> Result<Histogram<u64>, CreationError> {
        self.with_digits(DIGITS)
    }

    fn with_digits(&self, digits: u8) -> Result<Histogram<u64>, CreationError> {
        let longest = self.max().unwrap_or(0).max(LONGEST_MICROS);
        let mut hdr = Histogram::new_with_bounds(1, longest, digits)?;
        for (at, count) in self.filled() {
            hdr.saturating_record_n(slot_range(at).0, count);
        }
        if let Some(max) = self.max().filter(|_| self.saturated() > 0) {
            hdr.saturating_record_n(max, self.saturated());
        }
        Ok(hdr)
    }

    /// The compressed V2 form; empty for counts that it cannot hold (beyond 2^63 records).
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        self.encode_with(DIGITS)
    }

    fn encode_with(&self, digits: u8) -> Vec<u8> {
        let mut bytes = Vec::new();
        let done = self
            .with_digits(digits)
            .ok()
            .and_then(|hdr| V2DeflateSerializer::new().serialize(&hdr, &mut bytes).ok());
        // Kept by the thousand.
        bytes.shrink_to_fit();
        done.map_or_else(Vec::new, |_| bytes)
    }

    /// The compressed V2 form in base64, as other HDR tools print it.
    #[must_use]
    pub fn encode_base64(&self) -> String {
        STANDARD.encode(self.encode())
    }

    /// Reads the V2 form, compressed or not. The sum, and so the mean, is then right to 0.1 % only.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let hdr: Histogram<u64> = Deserializer::new()
            .deserialize(&mut &bytes[..])
            .map_err(|error| DecodeError(error.to_string()))?;
        let mut counts = Self::new();
        for step in hdr.iter_recorded() {
            let highest = step.value_iterated_to();
            let has_slot = hdr.lowest_equivalent(highest) <= LONGEST_MICROS;
            let value = if has_slot {
                highest.min(LONGEST_MICROS)
            } else {
                highest
            };
            counts.record_n(value, step.count_at_value());
        }
        Ok(counts)
    }

    /// Reads what `encode_base64` wrote.
    pub fn decode_base64(text: &str) -> Result<Self, DecodeError> {
        let bytes = STANDARD
            .decode(text.trim())
            .map_err(|error| DecodeError(error.to_string()))?;
        Self::decode(&bytes)
    }
}

/// Two compressed forms as one that holds the records of both, with 2 significant digits; empty ones hold none, and so does one that
/// cannot be read.
#[must_use]
pub fn merged(left: &[u8], right: &[u8]) -> Vec<u8> {
    if left.is_empty() || right.is_empty() {
        return [left, right].concat();
    }
    let (Ok(mut both), Ok(more)) = (Counts::decode(left), Counts::decode(right)) else {
        return Vec::new();
    };
    both.add(&more);
    both.encode_with(MERGED_DIGITS)
}
