//! The interval log that HdrHistogram's own tools read: version 1.3, values in microseconds.

use std::fmt::Write as _;

use crate::snapshot::{Interval, Snapshot};

use super::{ExportError, response};

/// Intervals that the figures leave out stand under this tag, so that a reader of the untagged ones gets the figures.
const WARM_UP: &str = "Tag=warm-up,";
const MICROS_PER_MS: f64 = 1000.0;

/// The log: a line an interval; of a snapshot without the intervals' histograms, one line for the whole.
#[expect(
    clippy::cast_precision_loss,
    reason = "milliseconds since 1970 are below 2^53"
)]
pub(super) fn log(snapshot: &Snapshot) -> Result<String, ExportError> {
    let whole = response(snapshot, "hlog")?;
    let result = &snapshot.result;
    let started: f64 = snapshot
        .started_at
        .parse::<jiff::Timestamp>()
        .map_or(0.0, |at| at.as_millisecond() as f64 / 1000.0);
    let mut text = format!(
        "#[Response time from due to acknowledged in microseconds, maximum in milliseconds, by linger {}]\n\
#[Histogram log format version 1.3]\n\
#[StartTime: {started:.3} (seconds since epoch), {}]\n\
#[BaseTime: {started:.3} (seconds since epoch)]\n",
        snapshot.linger_version, snapshot.started_at
    );
    if result.failed > 0 {
        let _ = writeln!(
            text,
            "#[failed records, which are not in this log: {}]",
            result.failed
        );
    }
    text.push_str("\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n");
    let lines: Vec<String> = result.intervals.iter().filter_map(line).collect();
    if lines.is_empty() {
        let max = whole.max().unwrap_or(0) as f64 / MICROS_PER_MS;
        let length = result.duration_s.unwrap_or(0.0);
        let _ = writeln!(text, "0.000,{length:.3},{max:.3},{}", whole.encode_base64());
    }
    text.extend(lines);
    Ok(text)
}

fn line(interval: &Interval) -> Option<String> {
    let histogram = interval.response.as_ref()?;
    let tag = if interval.counted { "" } else { WARM_UP };
    let length = interval.to_s - interval.from_s;
    let max = interval.max_ms.map_or(0.0, |max| max.0);
    Some(format!(
        "{tag}{:.3},{length:.3},{max:.3},{histogram}\n",
        interval.from_s
    ))
}
