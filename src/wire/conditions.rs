//! What the wire adds to every connection.

use std::time::Duration;

use crate::settings::units::{Bytes, Millis};

/// What is added between clients and brokers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Conditions {
    /// Time added to every round trip, half of it each way.
    pub round_trip: Millis,
    /// At most so much more time a round trip, drawn evenly for every frame, half of it each way. Order is kept.
    pub jitter: Millis,
    /// Bytes a second of each connection, each way; 0 for no limit.
    pub bandwidth: Bytes,
}

impl Conditions {
    /// The time that one frame spends on its way, for a `draw` from 0 to 1.
    pub(super) fn one_way(&self, draw: f64) -> Duration {
        Millis(self.round_trip.0.max(0.0) / 2.0 + self.jitter.0.max(0.0) / 2.0 * draw).duration()
    }

    /// The time that so many bytes take to be sent.
    pub(super) fn sending(&self, bytes: usize) -> Duration {
        match self.bandwidth.0 {
            0 => Duration::ZERO,
            rate => {
                let nanos = bytes as u128 * 1_000_000_000 / u128::from(rate);
                Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
            }
        }
    }
}
