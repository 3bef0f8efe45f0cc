//! How the response times are spread: the histogram, and the percentiles by nines.

use hdrhistogram::Histogram;

use super::axis::{self, Axis};
use super::chart::{self, DrawError, Plane};
use super::ink::Ink;

/// Bins over the width of the chart.
const BINS: usize = 100;
/// A percentile with fewer records above it rests on chance, and is drawn faintly.
#[expect(clippy::cast_precision_loss, reason = "a small number")]
const ENOUGH_ABOVE: f64 = crate::measure::counts::ENOUGH_ABOVE as f64;

type Points = Vec<(f64, f64)>;

/// One result's times, in microseconds, and the number of its colour.
pub struct Spread<'a> {
    /// The times of all records.
    pub times: &'a Histogram<u64>,
    /// The number of its colour.
    pub series: usize,
}

fn range(all: &[Spread<'_>]) -> (f64, f64) {
    let least = all.iter().map(|one| one.times.min()).min();
    let most = all.iter().map(|one| one.times.max()).max();
    (ms(least.unwrap_or(1).max(1)), ms(most.unwrap_or(1).max(1)))
}

#[expect(clippy::cast_precision_loss, reason = "microseconds below 2^53")]
fn ms(micros: u64) -> f64 {
    micros as f64 / 1000.0
}

/// The share of records in each bin of equal width on the logarithmic scale between the ends. A slot of the histogram that
/// lies across an edge gives each side its part.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts below 2^53, and places within the bins"
)]
fn shares(times: &Histogram<u64>, ends: (f64, f64)) -> Vec<f64> {
    let mut bins = vec![0.0; BINS];
    let place = |micros: f64| {
        let at = ((micros / 1000.0).log10() - ends.0) / (ends.1 - ends.0);
        (at * BINS as f64).clamp(0.0, BINS as f64)
    };
    for step in times.iter_recorded() {
        let highest = step.value_iterated_to();
        let from = place(times.lowest_equivalent(highest).max(1) as f64);
        let to = place(highest as f64 + 1.0).max(from + 1e-9);
        let each = step.count_at_value() as f64 / times.len().max(1) as f64 / (to - from);
        let mut at = from;
        while at < to {
            let edge = (at.floor() + 1.0).min(to);
            if let Some(bin) = bins.get_mut((at as usize).min(BINS - 1)) {
                *bin += each * (edge - at);
            }
            at = edge;
        }
    }
    bins
}

/// The outline of bins as steps.
#[expect(clippy::cast_precision_loss, reason = "a small number")]
fn steps(bins: &[f64], ends: (f64, f64)) -> Vec<(f64, f64)> {
    let width = (ends.1 - ends.0) / bins.len() as f64;
    let outline = bins.iter().enumerate().flat_map(|(at, share)| {
        let left = ends.0 + width * at as f64;
        [(left, *share), (left + width, *share)]
    });
    let mut points = vec![(ends.0, 0.0)];
    points.extend(outline);
    points.push((ends.1, 0.0));
    points
}

/// The histogram: times on a logarithmic axis, the share of records upwards; of a single result also its percentiles.
pub fn histogram(all: &[Spread<'_>]) -> Result<String, DrawError> {
    let (least, most) = range(all);
    let x = Axis::logarithmic(least, most, axis::time);
    let bins: Vec<Vec<f64>> = all.iter().map(|one| shares(one.times, x.ends)).collect();
    let tallest = bins.iter().flatten().copied().fold(0.0, f64::max);
    let y = Axis::from_zero(tallest * 1.08, 4.0, axis::percent);
    chart::draw(
        chart::HALF,
        "histogram of the response time",
        (&x, &y),
        |plane| {
            for (one, bins) in all.iter().zip(&bins) {
                let ink = Ink::Series(one.series);
                let outline = steps(bins, x.ends);
                let fill = if all.len() == 1 { 0.28 } else { 0.08 };
                chart::area(plane, outline.clone(), ink, fill)?;
                chart::line(plane, outline, ink, 1.0, 3)?;
            }
            match all {
                [one] => percentiles(plane, one, y.ends.1),
                _ => Ok(()),
            }
        },
    )
}

fn percentiles(plane: &mut Plane<'_, '_>, one: &Spread<'_>, top: f64) -> Result<(), DrawError> {
    for (row, (name, quantile)) in [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999)]
        .into_iter()
        .enumerate()
    {
        if !is_told(one.times, quantile) {
            continue;
        }
        let at = ms(one.times.value_at_quantile(quantile)).log10();
        #[expect(clippy::cast_precision_loss, reason = "0 to 2")]
        let height = top * (0.92 - 0.09 * row as f64);
        chart::line(plane, vec![(at, 0.0), (at, height)], Ink::Soft, 0.8, 2)?;
        chart::word(plane, (at, height), name, Ink::Text)?;
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a count below 2^53")]
fn is_told(times: &Histogram<u64>, quantile: f64) -> bool {
    times.len() as f64 * (1.0 - quantile) >= ENOUGH_ABOVE
}

/// The times by the number of nines: 90 %, 99 %, 99.9 % are equally far apart. Faint where fewer than ten records lie above.
#[expect(clippy::cast_precision_loss, reason = "a count below 2^53")]
pub fn nines(all: &[Spread<'_>]) -> Result<String, DrawError> {
    let (_, most) = range(all);
    let least = all
        .iter()
        .map(|one| ms(one.times.value_at_quantile(0.1).max(1)));
    let y = Axis::logarithmic(least.fold(f64::INFINITY, f64::min), most, axis::time);
    let records = all.iter().map(|one| one.times.len()).max().unwrap_or(1);
    let x = nine_axis((records.max(10) as f64).log10());
    chart::draw(
        chart::HALF,
        "response time by percentile",
        (&x, &y),
        |plane| {
            for one in all {
                let (firm, faint) = nine_points(one.times, y.ends.0);
                chart::line(plane, faint, Ink::Series(one.series), 0.4, 3)?;
                chart::line(plane, firm, Ink::Series(one.series), 1.0, 5)?;
            }
            Ok(())
        },
    )
}

fn nine_axis(end: f64) -> Axis {
    let labels = [
        "0 %",
        "90 %",
        "99 %",
        "99.9 %",
        "99.99 %",
        "99.999 %",
        "99.9999 %",
    ];
    let mut ticks: Vec<(f64, String)> = (0u8..)
        .zip(labels)
        .map(|(nines, label)| (f64::from(nines), label.to_owned()))
        .filter(|(at, _)| (1.0..=end).contains(at))
        .collect();
    ticks.push((2f64.log10(), "50 %".into()));
    Axis {
        ends: (0.0, end),
        ticks,
    }
}

/// The points up to the last percentile that enough records lie above, and those from there on.
#[expect(clippy::cast_precision_loss, reason = "a count below 2^53")]
fn nine_points(times: &Histogram<u64>, bottom: f64) -> (Points, Points) {
    let records = times.len().max(1) as f64;
    let (mut firm, mut faint) = (Vec::new(), Vec::new());
    for step in times.iter_quantiles(12) {
        let left = (1.0 - step.quantile_iterated_to()).max(1.0 / records);
        let point = (
            -left.log10(),
            ms(step.value_iterated_to().max(1)).log10().max(bottom),
        );
        if left * records >= ENOUGH_ABOVE {
            firm.push(point);
        } else {
            if faint.is_empty() {
                faint.extend(firm.last().copied());
            }
            faint.push(point);
        }
    }
    (firm, faint)
}
