//! The client's own figures, one a line, as `--print-metrics` asks for.

use crate::snapshot::Snapshot;

use super::format::maybe;
use super::table::{Align, lines as aligned};

/// Names and values, each line ending with a line end.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
pub fn lines(snapshot: &Snapshot) -> String {
    let result = &snapshot.result;
    let parts = &result.breakdown_ms;
    let time = |time: Option<crate::settings::Millis>| time.map(|time| time.0);
    let figures = [
        ("record-send-rate", result.records_per_s),
        ("record-send-total", Some(result.delivered as f64)),
        ("record-error-total", Some(result.failed as f64)),
        (
            "record-retry-total",
            result.retries.map(|count| count as f64),
        ),
        ("request-total", result.requests.map(|count| count as f64)),
        ("records-per-batch-avg", result.batch_records_mean),
        ("batch-size-avg", result.batch_bytes_mean),
        ("compression-ratio", result.compression_ratio),
        ("send-time-avg-ms", time(parts.send)),
        ("queue-time-avg-ms", time(parts.queue)),
        ("output-buffer-time-avg-ms", time(parts.output_buffer)),
        ("round-trip-avg-ms", time(parts.round_trip)),
        ("throttle-time-avg-ms", time(parts.throttle)),
        ("client-cpu-share", result.quality.client_cpu),
    ];
    let rows: Vec<Vec<String>> = figures
        .iter()
        .map(|(name, figure)| vec![(*name).to_owned(), ":".into(), maybe(*figure)])
        .collect();
    aligned(&rows, &[Align::Left, Align::Left, Align::Right]).join("\n") + "\n"
}
