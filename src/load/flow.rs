//! The shape of a rate: when the records of a schedule are due after it began, and how many are by then. Pure.

const NANOS: f64 = 1e9;
/// A record so near to the end of a burst belongs to the next one: it is late by nothing, and never early by rounding.
const NEXT_BURST: f64 = 1e-6;

/// How many records fall due, and how they lie in time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flow {
    per_second: f64,
    shape: Shape,
}

/// How a rate lies in time. `peak` is in records per second, `period` in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// Evenly.
    Steady,
    /// The records of each period come at the peak rate at its start; then nothing is due until the next period.
    Burst {
        /// The rate within a burst, above the mean rate.
        peak: f64,
        /// From the start of one burst to the next.
        period: f64,
    },
    /// The rate changes evenly over the first period to the peak, and stays there.
    Ramp {
        /// The rate at the end; it may lie below the first one.
        peak: f64,
        /// How long the change takes.
        period: f64,
    },
    /// The rate is the peak after the first period.
    Step {
        /// The rate from then on; it may lie below the first one.
        peak: f64,
        /// How long the first rate holds.
        period: f64,
    },
}

impl From<f64> for Flow {
    /// So many records per second, evenly; what is not above 0 lets nothing fall due.
    fn from(per_second: f64) -> Self {
        Self::new(per_second, Shape::Steady)
    }
}

impl Flow {
    /// A flow of this rate (records per second) and shape.
    #[must_use]
    pub fn new(per_second: f64, shape: Shape) -> Self {
        let per_second = sound(per_second);
        let shape = match shape {
            Shape::Burst { peak, period } if peak > per_second && period > 0.0 => shape,
            Shape::Steady | Shape::Burst { .. } => Shape::Steady,
            Shape::Ramp { peak, period } => Shape::Ramp {
                peak: sound(peak),
                period: period.max(1.0),
            },
            Shape::Step { peak, period } => Shape::Step {
                peak: sound(peak),
                period: period.max(0.0),
            },
        };
        Self { per_second, shape }
    }

    /// Whether the rate is the same at all times.
    #[must_use]
    pub fn is_steady(&self) -> bool {
        self.shape == Shape::Steady
    }

    /// The highest rate that it ever has, in records per second.
    #[must_use]
    pub fn most(&self) -> f64 {
        match self.shape {
            Shape::Steady => self.per_second,
            Shape::Burst { peak, .. } | Shape::Ramp { peak, .. } | Shape::Step { peak, .. } => {
                peak.max(self.per_second)
            }
        }
    }

    /// When the record at `place` (0 is the first) is due, in nanoseconds after the start. Never falls with the place.
    #[must_use]
    pub fn due(&self, place: f64) -> f64 {
        let rate = self.per_second;
        match self.shape {
            Shape::Steady => place * NANOS / rate,
            Shape::Burst { peak, period } => {
                let burst = rate * period / NANOS;
                let bursts = ((place + NEXT_BURST) / burst).floor();
                bursts * period + (place - bursts * burst).max(0.0) * NANOS / peak
            }
            Shape::Ramp { peak, period } => {
                let ramp = f64::midpoint(rate, peak) * period / NANOS;
                if place >= ramp {
                    return period + (place - ramp) * NANOS / peak;
                }
                // The root of rate·t + gain·t²/2 = place, in the form that does not cancel.
                let gain = (peak - rate) / (period / NANOS);
                let root = (rate * rate + 2.0 * gain * place).max(0.0).sqrt();
                (2.0 * place * NANOS / (rate + root)).min(period)
            }
            Shape::Step { peak, period } => {
                let first = rate * period / NANOS;
                if place < first {
                    return place * NANOS / rate;
                }
                period + (place - first) * NANOS / peak
            }
        }
    }

    /// How many places have passed `nanos` nanoseconds after the start; the inverse of `due`.
    #[must_use]
    pub fn places(&self, nanos: f64) -> f64 {
        let rate = self.per_second;
        match self.shape {
            Shape::Steady => nanos * rate / NANOS,
            Shape::Burst { peak, period } => {
                let burst = rate * period / NANOS;
                let bursts = (nanos / period).floor();
                bursts * burst + ((nanos - bursts * period) * peak / NANOS).min(burst)
            }
            Shape::Ramp { peak, period } => {
                let seconds = nanos.min(period) / NANOS;
                let gain = (peak - rate) / (period / NANOS);
                let ramp = rate * seconds + gain * seconds * seconds / 2.0;
                ramp + (nanos - period).max(0.0) * peak / NANOS
            }
            Shape::Step { peak, period } => {
                nanos.min(period) * rate / NANOS + (nanos - period).max(0.0) * peak / NANOS
            }
        }
    }
}

fn sound(per_second: f64) -> f64 {
    if per_second > 0.0 {
        per_second
    } else {
        f64::MIN_POSITIVE
    }
}

#[cfg(test)]
mod tests;
