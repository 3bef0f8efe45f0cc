//! The percentile distribution in the form that HdrHistogram's own tools print.

use std::fmt::Write as _;

use crate::snapshot::Snapshot;

use super::{ExportError, response};

/// Steps per halving of the distance to 100 %, HdrHistogram's own choice.
const TICKS: u32 = 5;
/// Values are kept in microseconds and told in milliseconds.
const MICROS_PER_MS: f64 = 1000.0;
/// Slots of one bucket at three significant digits, as HdrHistogram counts them.
const SUB_BUCKETS: u32 = 2048;

/// The distribution of the response time in milliseconds.
#[expect(clippy::cast_precision_loss, reason = "microseconds below 2^53")]
pub(super) fn distribution(snapshot: &Snapshot) -> Result<String, ExportError> {
    let hdr = response(snapshot, "hgrm")?.to_hdr()?;
    let head = ["Value", "Percentile", "TotalCount", "1/(1-Percentile)"];
    let mut text = format!(
        "{:>12} {:>14} {:>10} {:>14}\n\n",
        head[0], head[1], head[2], head[3]
    );
    let mut below = 0;
    for step in hdr.iter_quantiles(TICKS) {
        below += step.count_since_last_iteration();
        let value = step.value_iterated_to() as f64 / MICROS_PER_MS;
        let quantile = step.quantile_iterated_to();
        let _ = write!(text, "{value:12.3} {quantile:14.12} {below:10}");
        if quantile < 1.0 {
            let _ = write!(text, " {:14.2}", 1.0 / (1.0 - quantile));
        }
        text.push('\n');
    }
    let _ = writeln!(
        text,
        "#[Mean    = {:12.3}, StdDeviation   = {:12.3}]",
        hdr.mean() / MICROS_PER_MS,
        hdr.stdev() / MICROS_PER_MS
    );
    let _ = writeln!(
        text,
        "#[Max     = {:12.3}, Total count    = {:12}]",
        hdr.max() as f64 / MICROS_PER_MS,
        hdr.len()
    );
    let _ = writeln!(
        text,
        "#[Buckets = {:12}, SubBuckets     = {SUB_BUCKETS:12}]",
        hdr.buckets()
    );
    let failed = snapshot.result.failed;
    if failed > 0 {
        let _ = writeln!(
            text,
            "#[failed records, which are not in this distribution: {failed}]"
        );
    }
    Ok(text)
}
