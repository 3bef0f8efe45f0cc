//! The stages of a trial, from one emission of statistics to the next.

use std::time::Duration;

use crate::measure::counts::to_f64;
use crate::measure::statistics::{Counters, Statistics, Windows};
use crate::measure::{Breakdown, Stages};
use crate::settings::{Bytes, Millis};

/// The header of a batch in Kafka's format v2.
const BATCH_HEADER_BYTES: f64 = 61.0;

/// Gathers librdkafka's windows since the last reset into the stages of one trial.
#[derive(Clone, Debug, Default)]
pub struct StageMeter {
    /// Counters when the trial began.
    begin: Counters,
    begin_records: Vec<u64>,
    /// Where the figures count from.
    from: Sample,
    last: Sample,
    windows: Windows,
    /// Microseconds; since the trial began.
    shortest_round_trip: Option<i64>,
    reset: Reset,
}

#[derive(Clone, Debug, Default)]
struct Sample {
    at: Duration,
    counters: Counters,
    statistics: Statistics,
}

/// An emission that follows a reset reaches back before it: it is shown until the next one, and then dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Reset {
    #[default]
    Done,
    Asked,
    Straddling,
}

impl StageMeter {
    /// For a trial with a producer of its own that was created at `at` (since the lab started).
    #[must_use]
    pub fn new(at: Duration) -> Self {
        Self::after(Statistics::default(), at)
    }

    /// For a trial that goes on with a producer whose last emission was `statistics`.
    #[must_use]
    pub fn after(statistics: Statistics, at: Duration) -> Self {
        let counters = statistics.counters();
        let sample = Sample {
            at,
            counters,
            statistics,
        };
        Self {
            begin: counters,
            begin_records: sample.statistics.partition_records(),
            from: sample.clone(),
            last: sample,
            ..Self::default()
        }
    }

    /// Takes one emission, made at `at` since the lab started.
    pub fn push(&mut self, statistics: &Statistics, at: Duration) {
        if self.reset != Reset::Done {
            self.from = self.last.clone();
            self.windows = Windows::default();
        }
        self.reset = match self.reset {
            Reset::Asked => Reset::Straddling,
            Reset::Straddling | Reset::Done => Reset::Done,
        };
        let windows = statistics.windows();
        let shortest = windows.round_trip.least().into_iter();
        self.shortest_round_trip = shortest.chain(self.shortest_round_trip).min();
        self.windows.add(&windows);
        let mut counters = statistics.counters();
        counters.records_again = counters.records_again.max(self.last.counters.records_again);
        self.last = Sample {
            at,
            counters,
            statistics: statistics.clone(),
        };
    }

    /// Lets the figures (not the counts since the trial began) start anew, as when a trial has settled. Until the next
    /// emissions the former ones are told.
    pub fn reset(&mut self) {
        self.reset = Reset::Asked;
    }

    /// Records by partition since the trial began; one that is sent again counts again. `None` before any emission.
    #[must_use]
    pub fn partition_records(&self) -> Option<Vec<u64>> {
        let mut records = self.last.statistics.partition_records();
        for (now, before) in records.iter_mut().zip(&self.begin_records) {
            *now = now.saturating_sub(*before);
        }
        (!records.is_empty()).then_some(records)
    }

    /// The last emission.
    #[must_use]
    pub fn last(&self) -> &Statistics {
        &self.last.statistics
    }

    /// The stages as of the last emission. `mean_response` and `mean_send` are our own means over the same time,
    /// `batch_size` is the knob, `record_bytes` the mean payload and key where the statistics do not tell.
    #[must_use]
    pub fn stages(
        &self,
        mean_response: Option<Millis>,
        mean_send: Option<Millis>,
        batch_size: Bytes,
        record_bytes: f64,
    ) -> Stages {
        let batches = self.windows.batch_records.cnt;
        let batch_records = self.windows.batch_records.mean();
        let batch_bytes = self.windows.batch_bytes.mean();
        let plain = batch_records.map(|records| self.plain_batch(records, record_bytes));
        let limit = to_f64(batch_size.0);
        let counters = self.last.counters;
        Stages {
            queued: self.last.statistics.records_queued(),
            requests_in_flight: self.last.statistics.requests_in_flight(),
            requests_per_s: self.requests_per_s(),
            requests: counters.requests.saturating_sub(self.begin.requests),
            retries: self.retries(batch_records),
            batch_records,
            batch_bytes,
            batch_fill: plain
                .filter(|_| limit > 0.0)
                .map(|plain| (plain / limit).min(1.0)),
            compression_ratio: plain
                .zip(batch_bytes)
                .filter(|&(_, bytes)| batches > 0 && bytes > 0.0)
                .map(|(plain, bytes)| plain / bytes),
            breakdown: self.breakdown(mean_response, mean_send),
            shortest_round_trip: self
                .shortest_round_trip
                .and_then(|micros| u64::try_from(micros).ok())
                .map(|micros| Millis(to_f64(micros) / 1000.0)),
            throttle: self.windows.throttle.mean().map(Millis),
        }
    }

    fn breakdown(&self, mean_response: Option<Millis>, send: Option<Millis>) -> Breakdown {
        let micros = |mean: Option<f64>| mean.map(|micros| Millis(micros / 1000.0));
        let queue = micros(self.windows.queue.mean());
        let output_buffer = micros(self.windows.output_buffer.mean());
        let round_trip = micros(self.windows.round_trip.mean());
        let parts = [send, queue, output_buffer, round_trip];
        let explained: f64 = parts.iter().flatten().map(|part| part.0).sum();
        Breakdown {
            send,
            queue,
            output_buffer,
            round_trip,
            rest: mean_response
                .filter(|_| queue.is_some())
                .map(|mean| Millis(mean.0 - explained)),
        }
    }

    fn requests_per_s(&self) -> f64 {
        let seconds = self.last.at.saturating_sub(self.from.at).as_secs_f64();
        let requests = self.last.counters.requests;
        let made = requests.saturating_sub(self.from.counters.requests);
        if seconds > 0.0 {
            to_f64(made) / seconds
        } else {
            0.0
        }
    }

    /// Requests sent again as they were, and those that the records sent again must have filled at least.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a quotient of counts"
    )]
    fn retries(&self, batch_records: Option<f64>) -> u64 {
        let last = self.last.counters;
        let again = last.records_again.saturating_sub(self.begin.records_again);
        let requests = to_f64(again) / batch_records.unwrap_or(1.0).max(1.0);
        last.retries.saturating_sub(self.begin.retries) + requests.ceil() as u64
    }

    /// The mean bytes of a batch before compression: header, records with their framing, right to 2 bytes per record.
    fn plain_batch(&self, records: f64, record_bytes: f64) -> f64 {
        let (last, from) = (self.last.counters, self.from.counters);
        let written = last.records.saturating_sub(from.records);
        let bytes = to_f64(last.bytes.saturating_sub(from.bytes));
        let mean = if written > 0 {
            bytes / to_f64(written)
        } else {
            record_bytes
        };
        BATCH_HEADER_BYTES + records * (mean + framing(mean, records))
    }
}

/// What the format adds to a record: its length, attributes, time and offset differences, the lengths of key and value,
/// the number of headers.
fn framing(record_bytes: f64, batch_records: f64) -> f64 {
    let attributes_time_key_headers = 1.0 + 1.0 + 1.0 + 1.0;
    2.0 * varint(record_bytes) + varint(batch_records / 2.0) + attributes_time_key_headers
}

/// How many bytes a signed varint of this size takes.
fn varint(value: f64) -> f64 {
    match value {
        ..64.0 => 1.0,
        64.0..8192.0 => 2.0,
        _ => 3.0,
    }
}

#[cfg(test)]
mod tests;
