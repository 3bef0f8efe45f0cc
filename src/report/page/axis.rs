//! Axes: where the ticks stand, and what they say. A logarithmic axis runs over the logarithms of its values.

use std::ops::Range;

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};

/// One axis of a chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// The ends, in the axis's own space.
    pub ends: (f64, f64),
    /// Ticks in the same space, with their labels.
    pub ticks: Vec<(f64, String)>,
}

impl Axis {
    /// A linear one from 0 to a little above `most`, with about `wanted` ticks.
    pub fn from_zero(most: f64, wanted: f64, label: impl Fn(f64) -> String) -> Self {
        let most = if most > 0.0 { most } else { 1.0 };
        let step = nice_step(most / wanted);
        let top = most * 1.06;
        let mut ticks = Vec::new();
        let mut at = 0.0;
        while at <= top {
            ticks.push((at, label(at)));
            at += step;
        }
        Self {
            ends: (0.0, top),
            ticks,
        }
    }

    /// A linear one from a little below `least` to a little above `most`, with about `wanted` ticks.
    pub fn linear(least: f64, most: f64, wanted: f64, label: impl Fn(f64) -> String) -> Self {
        let (least, most) = if most > least {
            (least, most)
        } else {
            (least - 0.5, least + 0.5)
        };
        let span = most - least;
        let ends = (least - span * 0.06, most + span * 0.06);
        let step = nice_step(span / wanted);
        let mut ticks = Vec::new();
        let mut at = (ends.0 / step).ceil();
        while at * step <= ends.1 {
            // Without the sign of a zero from below.
            let value = at * step + 0.0;
            ticks.push((value, label(value)));
            at += 1.0;
        }
        Self { ends, ticks }
    }

    /// A logarithmic one over `least` to `most`, both above 0, at least a factor of two wide.
    pub fn logarithmic(least: f64, most: f64, label: impl Fn(f64) -> String) -> Self {
        let (least, most) = if most / least < 2.0 {
            let middle = (least * most).sqrt();
            (middle / 1.5, middle * 1.5)
        } else {
            (least / 1.08, most * 1.08)
        };
        let ends = (least.log10(), most.log10());
        let decades = ends.1 - ends.0;
        let steps: &[f64] = match decades {
            wide if wide > 6.0 => &[1.0],
            wide if wide > 2.6 => &[1.0, 3.0],
            wide if wide > 0.8 => &[1.0, 2.0, 5.0],
            _ => &[1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0],
        };
        let mut ticks = Vec::new();
        let mut decade = ends.0.floor();
        while decade <= ends.1 {
            for step in steps {
                let at = decade + step.log10();
                if (ends.0..=ends.1).contains(&at) {
                    ticks.push((at, label(step * 10f64.powf(decade))));
                }
            }
            decade += 1.0;
        }
        Self { ends, ticks }
    }
}

/// As the plotting crate asks for an axis.
impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    #[expect(clippy::cast_possible_truncation, reason = "a place in the drawing")]
    fn map(&self, value: &f64, (low, high): (i32, i32)) -> i32 {
        let share = (value - self.ends.0) / (self.ends.1 - self.ends.0);
        (f64::from(low) + f64::from(high - low) * share).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.ticks.iter().map(|(at, _)| *at).collect()
    }

    fn range(&self) -> Range<f64> {
        self.ends.0..self.ends.1
    }
}

impl ValueFormatter<f64> for Axis {
    fn format_ext(&self, at: &f64) -> String {
        let tick = self
            .ticks
            .iter()
            .find(|tick| tick.0.to_bits() == at.to_bits());
        tick.map_or_else(String::new, |(_, label)| label.clone())
    }
}

/// The next of 1, 2, 5 times a power of ten.
fn nice_step(rough: f64) -> f64 {
    let power = 10f64.powf(rough.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0];
    let fits = steps.into_iter().find(|step| step * power >= rough * 0.999);
    fits.unwrap_or(10.0) * power
}

/// At most three significant digits, without trailing zeros.
fn short(number: f64) -> String {
    let text = format!("{number:.3}");
    let digits = text.trim_end_matches('0').trim_end_matches('.');
    digits.to_owned()
}

/// A time in milliseconds with the unit that suits it.
pub fn time(ms: f64) -> String {
    match ms {
        ms if ms < 0.9995 => format!("{} µs", short(ms * 1000.0)),
        ms if ms < 999.5 => format!("{} ms", short(ms)),
        ms => format!("{} s", short(ms / 1000.0)),
    }
}

/// A count in short: `20 k`, `1.5 M`.
pub fn big(number: f64) -> String {
    match number {
        n if n >= 999_500.0 => format!("{} M", short(n / 1e6)),
        n if n >= 9_999.5 => format!("{} k", short(n / 1e3)),
        n if n >= 1_000.0 => crate::report::format::three(n),
        n => short(n),
    }
}

/// Seconds since the start.
pub fn seconds(at: f64) -> String {
    format!("{} s", short(at))
}

/// A share in percent.
pub fn percent(share: f64) -> String {
    format!("{} %", short(share * 100.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|(_, label)| label.as_str()).collect()
    }

    #[test]
    fn ticks_are_round_numbers_within_the_axis() {
        let axis = Axis::from_zero(9_800.0, 4.0, big);
        assert_eq!(labels(&axis), ["0", "5,000", "10 k"]);
        let axis = Axis::logarithmic(0.8, 300.0, time);
        assert_eq!(
            labels(&axis),
            [
                "800 µs", "1 ms", "3 ms", "10 ms", "30 ms", "100 ms", "300 ms"
            ][1..]
        );
        assert_eq!(axis.format_ext(&axis.ticks[2].0), "10 ms");
    }

    #[test]
    fn a_linear_axis_has_zero_among_its_ticks_where_it_passes_there() {
        let axis = Axis::linear(-12.0, 31.0, 5.0, |at| format!("{at}"));
        assert_eq!(labels(&axis), ["-10", "0", "10", "20", "30"]);
        assert!(axis.ends.0 < -12.0 && axis.ends.1 > 31.0);
        assert!(Axis::linear(3.0, 3.0, 5.0, big).ticks.len() > 1);
    }

    #[test]
    fn equal_values_still_make_an_axis() {
        let axis = Axis::logarithmic(10.0, 10.0, time);
        assert!(axis.ends.0 < 1.0 && axis.ends.1 > 1.0 && axis.ticks.len() > 2);
        assert!(Axis::from_zero(0.0, 4.0, big).ticks.len() > 1);
    }

    #[test]
    fn times_take_the_unit_that_suits_them() {
        assert_eq!(
            [0.02, 1.0, 250.0, 1500.0].map(time),
            ["20 µs", "1 ms", "250 ms", "1.5 s"]
        );
    }
}
