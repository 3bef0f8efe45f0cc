//! Quantities as types, so that a millisecond is never taken for a byte.

use serde::{Deserialize, Serialize};

/// A time in milliseconds; fractions allowed.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(transparent)]
pub struct Millis(pub f64);

/// A size in bytes.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(transparent)]
pub struct Bytes(pub u64);

/// A number of events per second.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(transparent)]
pub struct PerSecond(pub f64);

impl Millis {
    /// The same time as a `Duration`; a negative one counts as zero.
    #[must_use]
    pub fn duration(self) -> std::time::Duration {
        std::time::Duration::from_secs_f64((self.0 / 1000.0).max(0.0))
    }

    /// The same time as a `Duration` tells it.
    #[must_use]
    pub fn of(time: std::time::Duration) -> Self {
        Self(time.as_secs_f64() * 1000.0)
    }

    /// The time of a count of microseconds.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "2^53 µs are 285 years")]
    pub fn from_micros(micros: u64) -> Self {
        Self(micros as f64 / 1000.0)
    }
}

/// Digits with their thousands in groups: `9,210,118`; a sign in front stays.
#[must_use]
pub fn thousands(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) && digit.is_ascii_digit() {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
