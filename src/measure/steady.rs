//! When a run is steady: five seconds in a row without trend and with little spread. Pure; the clock is the caller's.

use std::collections::VecDeque;
use std::fmt;

/// So many windows in a row must be alike.
pub const WINDOWS: usize = 5;
/// No window may lie further from the mean of all, relative to it.
const SPREAD: f64 = 0.10;
/// A change over all windows below this share of their mean is none.
const TREND: f64 = 0.03;
/// So many of the ten pairs of windows that go one way make a trend: by chance alone they do in 1 of 12 cases.
const PAIRS: i32 = 9;
/// Medians that differ by less are alike, however small they are: a scheduler differs by as much.
const FLOOR_MS: f64 = 0.2;

/// One window of about a second.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Window {
    /// Median response time in milliseconds.
    pub median_ms: f64,
    /// Records delivered per second.
    pub per_s: f64,
}

/// How far a trial has come towards figures that count.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Steadiness {
    /// Nothing was asked of it: figures count from where the caller said.
    #[default]
    Unasked,
    /// There were too few windows to tell.
    Early,
    /// The last windows differed.
    Restless(Restless),
    /// Five windows in a row were alike.
    Steady,
}

/// What the last windows lacked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Restless {
    /// Which figure: the median, or the throughput.
    pub figure: &'static str,
    /// How it moved.
    pub way: Way,
}

/// How a figure moved over the last windows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Way {
    /// It rose (above 0) or fell, by this share of where it began.
    Trend(f64),
    /// One window lay this share of the mean away from it.
    Spread(f64),
}

impl fmt::Display for Restless {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let figure = self.figure;
        match self.way {
            Way::Trend(change) => {
                let verb = if change > 0.0 { "rose" } else { "fell" };
                let percent = change.abs() * 100.0;
                write!(out, "the {figure} {verb} by {percent:.0} % in {WINDOWS} s")
            }
            Way::Spread(half) => {
                let percent = half * 100.0;
                write!(
                    out,
                    "the {figure} varied by ±{percent:.0} % between seconds"
                )
            }
        }
    }
}

/// Looks at the last windows of a run. The throughput is judged too where no schedule sets it.
#[derive(Clone, Debug, Default)]
pub struct Steady {
    windows: VecDeque<Window>,
    judges_rate: bool,
}

impl Steady {
    /// Of a run that has not begun; at full speed the throughput must be steady too.
    #[must_use]
    pub fn new(full_speed: bool) -> Self {
        Self {
            windows: VecDeque::new(),
            judges_rate: full_speed,
        }
    }

    /// Takes the next window.
    pub fn push(&mut self, window: Window) {
        self.windows.push_back(window);
        if self.windows.len() > WINDOWS {
            self.windows.pop_front();
        }
    }

    /// What the last windows say.
    #[must_use]
    pub fn judge(&self) -> Steadiness {
        if self.windows.len() < WINDOWS {
            return Steadiness::Early;
        }
        let of = |figure: fn(&Window) -> f64| self.windows.iter().map(figure).collect::<Vec<_>>();
        let median = restless(&of(|window| window.median_ms), FLOOR_MS).map(|way| Restless {
            figure: "median",
            way,
        });
        let rate = || {
            let found = restless(&of(|window| window.per_s), 0.0).filter(|_| self.judges_rate);
            found.map(|way| Restless {
                figure: "throughput",
                way,
            })
        };
        median
            .or_else(rate)
            .map_or(Steadiness::Steady, Steadiness::Restless)
    }
}

/// How the values of consecutive windows move, if they do; differences up to `floor` are none.
#[expect(clippy::cast_precision_loss, reason = "a handful of values")]
fn restless(values: &[f64], floor: f64) -> Option<Way> {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let furthest = values.iter().map(|value| (value - mean).abs());
    let furthest = furthest.fold(0.0, f64::max);
    let (first, last) = (values.first()?, values.last()?);
    let change = last - first;
    if change.abs() > (mean * TREND).max(floor) && one_way(values) >= PAIRS {
        return Some(Way::Trend(
            change / if *first > 0.0 { *first } else { mean },
        ));
    }
    (furthest > (mean * SPREAD).max(floor)).then(|| Way::Spread(furthest / mean))
}

/// How many pairs of values rise, or fall where those are more: all ten of five values when all go one way.
fn one_way(values: &[f64]) -> i32 {
    let (mut rising, mut falling) = (0, 0);
    for (at, earlier) in values.iter().enumerate() {
        for later in values.iter().skip(at + 1) {
            rising += i32::from(later > earlier);
            falling += i32::from(later < earlier);
        }
    }
    rising.max(falling)
}

#[cfg(test)]
mod tests;
