//! The percentile distribution in the form that HdrHistogram's own tools print.

use std::fmt::Write as _;

use hdrhistogram::Histogram;

use crate::snapshot::Snapshot;

use super::{ExportError, response};

/// Steps per halving of the distance to 100 %, HdrHistogram's own choice.
const TICKS: f64 = 5.0;
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
    for step in steps(&hdr) {
        let value = step.up_to as f64 / MICROS_PER_MS;
        let quantile = step.percent / 100.0;
        let _ = write!(text, "{value:12.3} {quantile:14.12} {:10}", step.records);
        if quantile < 1.0 {
            let _ = write!(text, " {:14.2}", 1.0 / (1.0 - quantile));
        }
        text.push('\n');
    }
    // Java rounds a half up, and three places are whole microseconds.
    let _ = writeln!(
        text,
        "#[Mean    = {:12.3}, StdDeviation   = {:12.3}]",
        hdr.mean().round() / MICROS_PER_MS,
        hdr.stdev().round() / MICROS_PER_MS
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

/// A line of the table: this many percent of the records were at or below this value.
#[derive(Debug, PartialEq)]
struct Step {
    percent: f64,
    /// In microseconds, the highest value of its slot.
    up_to: u64,
    records: u64,
}

/// The lines of the table, as Java's `PercentileIterator` walks: the crate's own iterator steps by fractions of one, which
/// passes a slot that ends at a level exactly (19 of 20 records are 95 %, but less than the sum of its steps).
#[expect(clippy::cast_precision_loss, reason = "counts below 2^53")]
fn steps(hdr: &Histogram<u64>) -> Vec<Step> {
    let total = hdr.len();
    let (mut steps, mut level, mut records) = (Vec::new(), 0.0, 0);
    for slot in hdr.iter_recorded() {
        records += slot.count_since_last_iteration();
        let reached = 100.0 * records as f64 / total as f64;
        let up_to = slot.value_iterated_to();
        let mut step = |percent| {
            steps.push(Step {
                percent,
                up_to,
                records,
            });
        };
        if records == total {
            step(level);
            step(100.0);
            break;
        }
        while reached >= level {
            step(level);
            level = next_level(level);
        }
    }
    steps
}

/// The level after one, in percent: the steps halve with the distance to 100 %.
fn next_level(percent: f64) -> f64 {
    let halvings = ((100.0 / (100.0 - percent)).ln() / std::f64::consts::LN_2).floor();
    percent + 100.0 / (TICKS * (halvings + 1.0).exp2())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Twenty values, of which each is 5 %.
    #[test]
    fn a_slot_that_ends_at_a_level_exactly_belongs_to_it() {
        let mut hdr = Histogram::<u64>::new(3).unwrap();
        for value in 1..=20 {
            hdr.record(value).unwrap();
        }
        let steps = steps(&hdr);
        for (percent, value) in [(0.0, 1), (50.0, 10), (65.0, 13), (95.0, 19), (100.0, 20)] {
            let line = Step {
                percent,
                up_to: value,
                records: value,
            };
            assert!(steps.contains(&line), "{line:?} is not in {steps:?}");
        }
    }

    #[test]
    fn one_value_is_two_lines_and_none_is_no_line() {
        let mut hdr = Histogram::<u64>::new(3).unwrap();
        assert_eq!(steps(&hdr), []);
        hdr.record_n(7, 3).unwrap();
        let line = |percent| Step {
            percent,
            up_to: 7,
            records: 3,
        };
        assert_eq!(steps(&hdr), [line(0.0), line(100.0)]);
    }
}
