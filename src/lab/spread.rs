//! How much p50 and p99 vary between the seconds of one trial.

use std::collections::VecDeque;

use crate::measure::counts::Counts;

const INTERVALS_PER_SECOND: usize = 10;
const SECONDS: usize = 30;
const ENOUGH: usize = 5;

/// Collects one p50 and one p99 a second, for the last half minute.
#[derive(Default)]
pub struct Spread {
    second: Counts,
    pushed: usize,
    seconds: VecDeque<(f64, f64)>,
}

impl Spread {
    /// Adds the response times of one interval of 100 ms.
    pub fn push(&mut self, interval: &Counts) {
        self.second.add(interval);
        self.pushed += 1;
        if self.pushed < INTERVALS_PER_SECOND {
            return;
        }
        if let (Some(p50), Some(p99)) = (self.second.quantile(0.5), self.second.quantile(0.99)) {
            self.seconds.push_back((float(p50), float(p99)));
        }
        if self.seconds.len() > SECONDS {
            self.seconds.pop_front();
        }
        self.second.clear();
        self.pushed = 0;
    }

    /// Forgets all but the seconds of the last while.
    pub fn keep_last(&mut self, time: std::time::Duration) {
        let seconds = usize::try_from(time.as_secs()).unwrap_or(usize::MAX);
        let surplus = self.seconds.len().saturating_sub(seconds);
        self.seconds.drain(..surplus);
    }

    /// Half the width of the 95 % band of single seconds around their mean, relative to it, for p50 and p99.
    #[must_use]
    pub fn half_widths(&self) -> Option<(f64, f64)> {
        if self.seconds.len() < ENOUGH {
            return None;
        }
        let (p50, p99): (Vec<_>, Vec<_>) = self.seconds.iter().copied().unzip();
        Some((half_width(&p50), half_width(&p99)))
    }
}

#[expect(clippy::cast_precision_loss, reason = "a few dozen values")]
fn half_width(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values
        .iter()
        .map(|value| (value - mean).powi(2))
        .sum::<f64>()
        / (n - 1.0);
    if mean > 0.0 {
        1.96 * variance.sqrt() / mean
    } else {
        0.0
    }
}

#[expect(clippy::cast_precision_loss, reason = "microseconds stay below 2^52")]
fn float(micros: u64) -> f64 {
    micros as f64
}
