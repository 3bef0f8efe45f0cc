//! Where records are, and where their time goes.

use serde::{Deserialize, Serialize};

use crate::settings::Millis;

/// The stages of a record's way and the split of its mean time. From librdkafka's statistics, but where noted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stages {
    /// Records waiting in partition queues.
    pub queued: u64,
    /// Requests in flight, over all brokers.
    pub requests_in_flight: u64,
    /// Produce requests per second.
    pub requests_per_s: f64,
    /// Produce requests since the trial began.
    pub requests: u64,
    /// Requests that were sent again.
    pub retries: u64,
    /// Mean records per batch.
    pub batch_records: Option<f64>,
    /// Mean bytes per batch on the wire (after compression).
    pub batch_bytes: Option<f64>,
    /// Mean bytes per batch before compression, as a share of `batch.size` (0–1).
    pub batch_fill: Option<f64>,
    /// Bytes before compression ÷ bytes on the wire.
    pub compression_ratio: Option<f64>,
    /// The means that add up to the mean response time.
    pub breakdown: Breakdown,
    /// The shortest round trip of any request since the trial began.
    pub shortest_round_trip: Option<Millis>,
    /// Mean time that brokers throttled us, per request.
    pub throttle: Option<Millis>,
}

/// Means of the parts of a record's time; what none of them explains is `rest`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Breakdown {
    /// Due → accepted, by our own clock.
    pub send: Option<Millis>,
    /// Accepted → put into a request: linger and queueing.
    pub queue: Option<Millis>,
    /// In the output buffer, until written to the socket.
    pub output_buffer: Option<Millis>,
    /// Written → answered.
    pub round_trip: Option<Millis>,
    /// What none of them explains: mean − sum (report and the difference of windows).
    pub rest: Option<Millis>,
}
