//! Two snapshots held against each other: what stands in the way of comparing them, which settings differ, and the figures side by side.
//! Two single runs decide nothing, so nothing here says which is better.

use serde::Serialize;

use crate::measure::{Bins, Counts, Latencies, bins};
use crate::settings::Settings;
use crate::snapshot::Snapshot;

mod obstacles;

pub use obstacles::{circumstances, workload};

use obstacles::between;

/// The most rows of the two histograms in one.
const ROWS: usize = 24;

/// Everything about two snapshots, `a` and `b`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Diff {
    /// What makes their figures hard to compare, the gravest first; empty where nothing is known against it.
    pub obstacles: Vec<Obstacle>,
    /// The producer's settings that differ.
    pub settings: Vec<Changed>,
    /// Figures side by side.
    pub figures: Vec<Figure>,
    /// Both distributions of response times over the same bins; empty where one of them has none.
    pub overlay: Vec<Share>,
}

/// Something that makes a comparison of the two hard or senseless.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Obstacle {
    /// What it is about: `machine`, `cluster kind`, `rate`, `not settled`, …
    pub what: &'static str,
    /// How it stands in both, and why that matters.
    pub text: String,
}

/// A setting that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// The knob.
    pub name: &'static str,
    /// Its value in the first, as a person reads it.
    pub a: String,
    /// Its value in the second.
    pub b: String,
}

/// A figure of both. `None` means that there is not enough data.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// What it is: `response p99`.
    pub name: String,
    /// Its unit; empty for counts.
    pub unit: &'static str,
    /// In the first.
    pub a: Option<f64>,
    /// In the second.
    pub b: Option<f64>,
    /// Whether the first is only a lower bound, because records failed at that age.
    pub a_at_least: bool,
    /// The same of the second.
    pub b_at_least: bool,
    /// (b − a) ÷ a in percent: an observation. `None` where it would mean nothing: a bound, full speed, or a of 0.
    pub difference_percent: Option<f64>,
}

/// The shares (0–1) of both runs' records whose response time lies between two times.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Share {
    /// From here, in milliseconds …
    pub from_ms: f64,
    /// … up to here.
    pub to_ms: f64,
    /// The first run's share.
    pub a: f64,
    /// The second run's.
    pub b: f64,
}

/// Holds two snapshots against each other.
#[must_use]
pub fn diff(a: &Snapshot, b: &Snapshot) -> Diff {
    let settings = changed(a, b);
    Diff {
        obstacles: between(a, b, settings.len()),
        settings,
        figures: figures(a, b),
        overlay: overlay(a, b),
    }
}

fn changed(a: &Snapshot, b: &Snapshot) -> Vec<Changed> {
    let plain = Settings::default();
    let (first, second) = (a.settings_onto(&plain), b.settings_onto(&plain));
    first
        .changed_from(&second)
        .into_iter()
        .filter(|row| row.group.is_producer())
        .map(|row| Changed {
            name: row.name,
            a: row.show(first.value(row.name)),
            b: row.show(second.value(row.name)),
        })
        .collect()
}

type Read = fn(&Snapshot) -> Option<f64>;

/// The figures that are no times.
const COUNTS: [(&str, &str, Read); 11] = [
    ("attempted", "", |one| count(one.result.attempted)),
    ("delivered", "", |one| count(one.result.delivered)),
    ("failed", "", |one| count(one.result.failed)),
    ("in flight", "", |one| count(one.result.in_flight)),
    ("records", "/s", |one| one.result.records_per_s),
    ("payload", "MiB/s", |one| one.result.mib_per_s),
    ("requests", "", |one| one.result.requests.and_then(count)),
    ("sent again", "", |one| one.result.retries.and_then(count)),
    ("batch", "records", |one| one.result.batch_records_mean),
    ("compressed", ":1", |one| one.result.compression_ratio),
    ("busiest thread", "cores", |one| {
        one.result.quality.client_cpu
    }),
];

type Times = fn(&Snapshot) -> Option<&Latencies>;

/// The kinds of times, and the percentiles that are worth a line.
const TIMES: [(&str, &[&str], Times); 5] = [
    (
        "response",
        &["mean", "p50", "p90", "p95", "p99", "p99.9", "p99.99", "max"],
        |one| Some(&one.result.response_ms),
    ),
    ("delivery", &["p50", "p99"], |one| {
        Some(&one.result.delivery_ms)
    }),
    ("send()", &["p50", "p99"], |one| Some(&one.result.send_ms)),
    ("lateness of linger", &["p99"], |one| {
        Some(&one.result.lateness_ms)
    }),
    ("due → read back", &["p50", "p99"], |one| {
        one.result.end_to_end_ms.as_ref()
    }),
];

#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
#[expect(clippy::unnecessary_wraps, reason = "the form of the table")]
fn count(number: u64) -> Option<f64> {
    Some(number as f64)
}

/// At full speed a record is due when it is tried: its times tell the length of a queue, not how fast anything is.
fn at_full_speed(one: &Snapshot) -> bool {
    one.workload.throughput < 0.0
}

fn figures(a: &Snapshot, b: &Snapshot) -> Vec<Figure> {
    let counts = COUNTS.iter().map(|(name, unit, read)| {
        let figure = Figure {
            name: (*name).into(),
            unit,
            a: read(a),
            b: read(b),
            a_at_least: false,
            b_at_least: false,
            difference_percent: None,
        };
        figure.with_difference()
    });
    let incomparable = at_full_speed(a) || at_full_speed(b);
    let times = TIMES.iter().flat_map(|(kind, named, read)| {
        let (first, second) = (read(a), read(b));
        let present = first.is_some() || second.is_some();
        let named = named.iter().filter(move |_| present);
        named.map(move |name| {
            let (a, a_at_least) = time(first, name);
            let (b, b_at_least) = time(second, name);
            let figure = Figure {
                name: format!("{kind} {name}"),
                unit: "ms",
                a,
                b,
                a_at_least,
                b_at_least,
                difference_percent: None,
            };
            if incomparable {
                figure
            } else {
                figure.with_difference()
            }
        })
    });
    counts.chain(times).collect()
}

/// A named percentile in milliseconds, and whether it is only a lower bound.
fn time(times: Option<&Latencies>, name: &str) -> (Option<f64>, bool) {
    let Some(times) = times else {
        return (None, false);
    };
    let found = times.named().into_iter().find(|(known, _)| *known == name);
    let value = found.and_then(|(_, time)| time);
    let bound = value.is_some_and(|value| times.at_least_from.is_some_and(|from| value >= from));
    (value.map(|value| value.0), bound)
}

impl Figure {
    fn with_difference(mut self) -> Self {
        if let (Some(a), Some(b), false) = (self.a, self.b, self.a_at_least || self.b_at_least) {
            self.difference_percent = (a != 0.0).then(|| (b - a) / a * 100.0);
        }
        self
    }
}

fn overlay(a: &Snapshot, b: &Snapshot) -> Vec<Share> {
    let (Some(first), Some(second)) = (response(a), response(b)) else {
        return Vec::new();
    };
    let mut both = first.clone();
    both.add(&second);
    let merged = both.counts.len().div_ceil(ROWS).max(1);
    let range = both.first..both.first + both.counts.len();
    range
        .step_by(merged)
        .map(|from| Share {
            from_ms: bins::lower_edge_ms(from),
            to_ms: bins::lower_edge_ms(from + merged),
            a: share(&first, from..from + merged),
            b: share(&second, from..from + merged),
        })
        .collect()
}

fn response(one: &Snapshot) -> Option<Bins> {
    let text = one.result.histograms.response.as_ref()?;
    let bins = Counts::decode_base64(text).ok()?.bins();
    (bins.total() > 0).then_some(bins)
}

#[expect(clippy::cast_precision_loss, reason = "a share for drawing")]
fn share(bins: &Bins, range: std::ops::Range<usize>) -> f64 {
    let inside: u64 = range.map(|at| bins.get(at)).sum();
    inside as f64 / bins.total() as f64
}

#[cfg(test)]
mod tests;
