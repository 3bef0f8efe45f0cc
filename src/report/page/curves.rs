//! Curves: one knob's values to the right, what came of them upwards, a line for each of the other circumstances.

use std::collections::BTreeMap;

use crate::report::text::chosen;
use crate::settings::{Kind, Knob, knobs};
use crate::snapshot::{Setting, SettingValue, Snapshot};

use super::axis::{self, Axis};
use super::chart::{self, DrawError};
use super::ink::Ink;

/// A figure that a curve is drawn of.
pub struct Metric {
    /// The name to ask for it by.
    pub name: &'static str,
    /// The chart's heading.
    pub title: &'static str,
    /// What the axis counts.
    pub unit: &'static str,
    /// Whether it is a time, on a logarithmic axis.
    is_time: bool,
    value: fn(&Snapshot) -> Option<f64>,
}

/// All of them.
pub const METRICS: &[Metric] = &[
    Metric {
        name: "throughput",
        title: "Throughput",
        unit: "records per second",
        is_time: false,
        value: |one| one.result.records_per_s,
    },
    Metric {
        name: "p50",
        title: "Median response time",
        unit: "p50",
        is_time: true,
        value: |one| Some(one.result.response_ms.p50?.0),
    },
    Metric {
        name: "p99",
        title: "Response time at p99",
        unit: "p99",
        is_time: true,
        value: |one| Some(one.result.response_ms.p99?.0),
    },
    Metric {
        name: "batch",
        title: "Records per batch",
        unit: "mean",
        is_time: false,
        value: |one| one.result.batch_records_mean,
    },
    Metric {
        name: "requests",
        title: "Requests",
        unit: "per second",
        is_time: false,
        value: requests,
    },
    Metric {
        name: "ratio",
        title: "Compression",
        unit: "bytes before ÷ bytes on the wire",
        is_time: false,
        value: |one| one.result.compression_ratio,
    },
    Metric {
        name: "cpu",
        title: "Client CPU",
        unit: "busiest thread, share of a core in %",
        is_time: false,
        value: |one| Some(one.result.quality.client_cpu? * 100.0),
    },
];

#[expect(clippy::cast_precision_loss, reason = "a count below 2^53")]
fn requests(one: &Snapshot) -> Option<f64> {
    let seconds = one.result.duration_s.filter(|seconds| *seconds > 0.0)?;
    Some(one.result.requests? as f64 / seconds)
}

/// The metric with this name.
#[must_use]
pub fn metric(name: &str) -> Option<&'static Metric> {
    METRICS.iter().find(|metric| metric.name == name)
}

/// The rows of the table in which the results differ.
#[must_use]
pub fn varying(results: &[Snapshot]) -> Vec<&'static Knob> {
    let differs = |knob: &&&'static Knob| {
        let mut values = results
            .iter()
            .map(|one| one.settings.get(knob.name).map(|setting| &setting.value));
        let first = values.next();
        values.any(|value| Some(value) != first)
    };
    knobs::rows().iter().filter(differs).copied().collect()
}

/// A setting as people read it, with its name where that is not plain.
#[must_use]
pub fn worded(knob: &Knob, one: &Snapshot) -> String {
    let shown = one
        .settings
        .get(knob.name)
        .map(|setting| chosen::shown(knob.name, setting));
    format!("{} {}", knob.name, shown.unwrap_or_else(|| "n/a".into()))
}

/// Results ordered for curves.
pub struct Curves<'a> {
    /// The knob to the right.
    pub knob: &'static Knob,
    /// The names of the lines.
    pub names: Vec<String>,
    labels: Vec<String>,
    /// By line, then by place: the results there.
    lines: Vec<BTreeMap<usize, Vec<&'a Snapshot>>>,
}

impl<'a> Curves<'a> {
    /// Orders the results by `knob`, or by the one of the differing knobs with the most values. None where nothing differs.
    #[must_use]
    pub fn of(results: &'a [Snapshot], knob: Option<&str>) -> Option<Self> {
        let varying = varying(results);
        let values = |knob: &&'static Knob| distinct(knob, results);
        let named = varying.iter().find(|one| Some(one.name) == knob);
        let knob = named.or_else(|| varying.iter().max_by_key(|one| values(one).len()))?;
        let others: Vec<&Knob> = varying
            .iter()
            .copied()
            .filter(|one| one.name != knob.name)
            .collect();
        let places = values(knob);
        let mut curves = Self {
            knob,
            names: Vec::new(),
            labels: shortened(
                knob,
                places
                    .iter()
                    .map(|setting| chosen::shown(knob.name, setting))
                    .collect(),
            ),
            lines: Vec::new(),
        };
        // The lines, too, stand in the order of their values.
        let mut ordered: Vec<&Snapshot> = results.iter().collect();
        for other in others.iter().rev() {
            ordered.sort_by(|one, two| at(other, one).total_cmp(&at(other, two)));
        }
        for one in ordered {
            let words: Vec<String> = others.iter().map(|knob| worded(knob, one)).collect();
            let name = words.join(", ");
            let line = curves
                .names
                .iter()
                .position(|known| *known == name)
                .unwrap_or_else(|| {
                    curves.names.push(name);
                    curves.lines.push(BTreeMap::new());
                    curves.names.len() - 1
                });
            let value = one.settings.get(knob.name).map(|setting| &setting.value);
            if let Some(place) = places.iter().position(|known| Some(&known.value) == value) {
                curves.lines[line].entry(place).or_default().push(one);
            }
        }
        Some(curves)
    }

    /// The most values that one line goes through.
    #[must_use]
    pub fn values(&self) -> usize {
        self.lines.iter().map(BTreeMap::len).max().unwrap_or(0)
    }

    /// The chart of one figure; none where no result has it. A line goes through the middle of several results at one place.
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    pub fn chart(&self, metric: &Metric) -> Result<Option<String>, DrawError> {
        let value =
            |one: &&Snapshot| (metric.value)(one).filter(|number| *number > 0.0 || !metric.is_time);
        let all: Vec<f64> = self
            .lines
            .iter()
            .flat_map(|line| line.values().flatten().filter_map(value))
            .collect();
        let (least, most) = (
            all.iter().copied().fold(f64::INFINITY, f64::min),
            all.iter().copied().fold(0.0, f64::max),
        );
        if all.is_empty() {
            return Ok(None);
        }
        let place = |at: usize| at as f64;
        let ticks = self
            .labels
            .iter()
            .enumerate()
            .map(|(at, label)| (place(at), label.clone()));
        let x = Axis {
            ends: (-0.35, place(self.labels.len()) - 0.65),
            ticks: ticks.collect(),
        };
        let y = if metric.is_time {
            Axis::logarithmic(least, most, axis::time)
        } else {
            Axis::from_zero(most, 4.0, axis::big)
        };
        let height = |number: f64| {
            if metric.is_time {
                number.log10()
            } else {
                number
            }
        };
        let label = format!("{} over {}", metric.title, self.knob.name);
        let svg = chart::draw(chart::THIRD, &label, (&x, &y), |plane| {
            for (series, line) in self.lines.iter().enumerate() {
                let mut points = Vec::new();
                for (at, results) in line {
                    let mut heights: Vec<f64> =
                        results.iter().filter_map(value).map(height).collect();
                    heights.sort_by(f64::total_cmp);
                    for height in &heights {
                        chart::mark(plane, (place(*at), *height), series)?;
                    }
                    points.extend(
                        heights
                            .get(heights.len() / 2)
                            .map(|middle| (place(*at), *middle)),
                    );
                }
                chart::line(plane, points, Ink::Series(series), 0.9, 4)?;
            }
            Ok(())
        })?;
        Ok(Some(svg))
    }
}

/// Where a result's value of a knob stands among the others.
fn at(knob: &Knob, one: &Snapshot) -> f64 {
    let setting = one.settings.get(knob.name);
    setting.map_or(f64::NEG_INFINITY, |setting| place(knob, &setting.value))
}

/// Labels without their unit where it is the last word of the knob's own name.
fn shortened(knob: &Knob, labels: Vec<String>) -> Vec<String> {
    let unit = knob.name.rsplit('.').next().unwrap_or_default();
    let split = |label: &String| {
        let (number, own) = label.split_once(' ')?;
        (own == unit).then(|| number.to_owned())
    };
    let numbers: Option<Vec<String>> = labels.iter().map(split).collect();
    numbers.unwrap_or(labels)
}

/// The values that a knob takes, in rising order.
fn distinct<'a>(knob: &Knob, results: &'a [Snapshot]) -> Vec<&'a Setting> {
    let mut found: Vec<&Setting> = Vec::new();
    for setting in results.iter().filter_map(|one| one.settings.get(knob.name)) {
        if !found.iter().any(|known| known.value == setting.value) {
            found.push(setting);
        }
    }
    found.sort_by(|one, other| place(knob, &one.value).total_cmp(&place(knob, &other.value)));
    found
}

/// Numbers by size, words by their place in the knob's own list; `auto` before all numbers, `max` after them.
#[expect(clippy::cast_precision_loss, reason = "written from an f64")]
fn place(knob: &Knob, value: &SettingValue) -> f64 {
    match (value, &knob.kind) {
        (SettingValue::Whole(number), _) => *number as f64,
        (SettingValue::Number(number), _) => *number,
        (SettingValue::Switch(on), _) => f64::from(u8::from(*on)),
        (SettingValue::Text(word), Kind::Choice(words)) => words
            .iter()
            .position(|one| one == word)
            .map_or(-1.0, |at| at as f64),
        (SettingValue::Text(word), _) if word == "max" => f64::INFINITY,
        (SettingValue::Text(_), _) => f64::NEG_INFINITY,
    }
}
