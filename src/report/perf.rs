//! The lines of kafka-producer-perf-test, so that scripts which parse them go on working.

use crate::measure::Latencies;
use crate::settings::Millis;

const MEBIBYTE: f64 = 1_048_576.0;

/// The last line of a run, with response times. A percentile with too few records above it is given as the maximum, its upper bound.
#[must_use]
pub fn summary(delivered: u64, records_per_s: f64, mib_per_s: f64, response: &Latencies) -> String {
    let whole = |time: Option<Millis>| match time.or(response.max) {
        Some(Millis(number)) => format!("{number:.0}"),
        None => "NaN".into(),
    };
    format!(
        "{delivered} records sent, {records_per_s:.1} records/sec ({mib_per_s:.2} MB/sec), {:.2} ms avg latency, \
{:.2} ms max latency, {} ms 50th, {} ms 95th, {} ms 99th, {} ms 99.9th.",
        plain(response.mean),
        plain(response.max),
        whole(response.p50),
        whole(response.p95),
        whole(response.p99),
        whole(response.p99_9),
    )
}

fn plain(time: Option<Millis>) -> f64 {
    time.map_or(f64::NAN, |Millis(number)| number)
}

/// What happened since the last line of progress.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Progress {
    /// Records delivered.
    pub delivered: u64,
    /// Bytes delivered.
    pub bytes: u64,
    /// Seconds that it took.
    pub seconds: f64,
    /// Mean response time in milliseconds.
    pub mean_ms: Option<f64>,
    /// The longest response time in milliseconds.
    pub max_ms: Option<f64>,
}

/// A line of progress.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
pub fn interval(progress: &Progress) -> String {
    let per_s = |number: f64| {
        if progress.seconds > 0.0 {
            number / progress.seconds
        } else {
            0.0
        }
    };
    format!(
        "{} records sent, {:.1} records/sec ({:.2} MB/sec), {:.1} ms avg latency, {:.1} ms max latency.",
        progress.delivered,
        per_s(progress.delivered as f64),
        per_s(progress.bytes as f64 / MEBIBYTE),
        progress.mean_ms.unwrap_or(f64::NAN),
        progress.max_ms.unwrap_or(f64::NAN),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_has_perf_tests_form() {
        let response = Latencies {
            count: 50_000,
            mean: Some(Millis(3.456)),
            p50: Some(Millis(3.0)),
            p90: Some(Millis(4.0)),
            p95: Some(Millis(5.2)),
            p99: Some(Millis(9.6)),
            p99_9: None,
            p99_99: None,
            max: Some(Millis(44.1)),
            at_least_from: None,
        };
        assert_eq!(
            summary(50_000, 9999.96, 9.765, &response),
            "50000 records sent, 10000.0 records/sec (9.77 MB/sec), 3.46 ms avg latency, 44.10 ms max latency, \
3 ms 50th, 5 ms 95th, 10 ms 99th, 44 ms 99.9th."
        );
    }

    #[test]
    fn a_line_of_progress_has_perf_tests_form() {
        let progress = Progress {
            delivered: 5_000,
            bytes: 5_120_000,
            seconds: 5.0,
            mean_ms: Some(2.25),
            max_ms: Some(14.0),
        };
        assert_eq!(
            interval(&progress),
            "5000 records sent, 1000.0 records/sec (0.98 MB/sec), 2.2 ms avg latency, 14.0 ms max latency."
        );
    }
}
