//! Injected errors, spread evenly in time.

use std::time::{Duration, Instant};

use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr as Code};

use super::Mock;

/// Errors that a client retries.
const RETRIABLE: &[Code] = &[
    Code::RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
    Code::RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
];

/// Errors that fail the batch at once, and nothing else: after TOPIC_AUTHORIZATION_FAILED librdkafka would refuse every further
/// record until its next look at the metadata.
const FATAL: &[Code] = &[
    Code::RD_KAFKA_RESP_ERR_INVALID_RECORD,
    Code::RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE,
];

/// How long an error waits for a request before it is taken back: a pause must not save errors up.
const KEPT: Duration = Duration::from_secs(1);

/// The fastest pace: librdkafka's stack of errors would grow without end beyond.
const FASTEST: f64 = 10_000.0;

/// One kind of error at one pace.
#[derive(Debug)]
struct Pace {
    codes: &'static [Code],
    every: Option<Duration>,
    due: Instant,
    given: usize,
}

impl Pace {
    fn new(codes: &'static [Code]) -> Self {
        Self {
            codes,
            every: None,
            due: Instant::now(),
            given: 0,
        }
    }

    fn set(&mut self, per_second: f64, now: Instant) {
        let is_on = per_second.is_finite() && per_second > 0.0;
        // Half a step ahead, so that the two kinds do not fall together.
        self.every =
            is_on.then(|| Duration::from_secs_f64((1.0 / per_second.min(FASTEST)).min(3600.0)));
        self.due = now + self.every.unwrap_or_default() / 2;
    }

    /// The errors that have fallen due until `now`; after a long sleep at most a second's worth.
    fn take(&mut self, now: Instant) -> Vec<Code> {
        let mut codes = Vec::new();
        let Some(every) = self.every else {
            return codes;
        };
        if now.saturating_duration_since(self.due) > KEPT.max(every) {
            self.due = now;
        }
        while self.due <= now {
            codes.extend(self.codes.get(self.given % self.codes.len().max(1)));
            self.given += 1;
            self.due += every;
        }
        codes
    }
}

/// What is injected, and when next.
#[derive(Debug)]
pub(super) struct Faults {
    retriable: Pace,
    fatal: Pace,
    cleared: Instant,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            retriable: Pace::new(RETRIABLE),
            fatal: Pace::new(FATAL),
            cleared: Instant::now(),
        }
    }
}

impl Faults {
    pub(super) fn next_due(&self) -> Option<Instant> {
        [&self.retriable, &self.fatal]
            .into_iter()
            .filter(|pace| pace.every.is_some())
            .map(|pace| pace.due)
            .min()
    }

    pub(super) fn set(&mut self, mock: &Mock, retriable: f64, fatal: f64, now: Instant) {
        self.retriable.set(retriable, now);
        self.fatal.set(fatal, now);
        self.clear(mock, now);
    }

    pub(super) fn inject(&mut self, mock: &Mock, now: Instant) {
        let mut codes = self.retriable.take(now);
        codes.extend(self.fatal.take(now));
        if codes.is_empty() {
            return;
        }
        if now.saturating_duration_since(self.cleared) >= KEPT {
            self.clear(mock, now);
        }
        mock.request_errors(RDKafkaApiKey::Produce, &codes);
    }

    fn clear(&mut self, mock: &Mock, now: Instant) {
        mock.clear_request_errors(RDKafkaApiKey::Produce);
        self.cleared = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_spread_evenly() {
        let start = Instant::now();
        let mut pace = Pace::new(RETRIABLE);
        pace.set(50.0, start);
        let counts: Vec<usize> = (1..=10)
            .map(|tenth| pace.take(start + Duration::from_millis(tenth * 100)).len())
            .collect();
        assert_eq!(counts, [5; 10]);
    }

    #[test]
    fn both_kinds_of_code_alternate_and_zero_is_silent() {
        let start = Instant::now();
        let mut pace = Pace::new(FATAL);
        pace.set(4.0, start);
        assert_eq!(
            pace.take(start + Duration::from_millis(900)),
            [FATAL[0], FATAL[1], FATAL[0], FATAL[1]]
        );
        pace.set(0.0, start);
        assert!(pace.take(start + Duration::from_secs(9)).is_empty());
    }

    #[test]
    fn a_long_sleep_saves_no_errors_up() {
        let start = Instant::now();
        let mut pace = Pace::new(RETRIABLE);
        pace.set(100.0, start);
        assert!(pace.take(start + Duration::from_secs(60)).len() <= 101);
    }
}
