//! The visible past, cut into slices of equal time: what the time charts draw.

use crate::measure::{Bins, HistoryColumn};
use crate::tui::model::TimeWindow;
use crate::tui::view::scene::Scene;
use crate::tui::widgets::number::{cells, float};

/// One column of cells: what happened in its stretch of time.
#[derive(Clone, Debug, Default)]
pub struct Slice {
    /// Response times.
    pub bins: Bins,
    /// Records tried per second; `None` where there is no past.
    pub rate: Option<f64>,
    /// Records that failed.
    pub failed: u64,
    /// The trial at its end; 0 where there is no past.
    pub trial: u64,
    /// Whether nothing fell due.
    pub paused: bool,
    /// The 99th percentile in milliseconds.
    pub p99: Option<f64>,
    /// From and to, in seconds since the lab started.
    pub time: (f64, f64),
}

/// Cuts the visible past into so many slices, the newest last.
#[must_use]
pub fn slices(scene: &Scene<'_>, count: u16) -> Vec<Slice> {
    let end = scene.reading.at.as_secs_f64();
    let start = match scene.model.window {
        TimeWindow::Whole => scene
            .reading
            .history
            .first()
            .map_or(0.0, |it| it.from.as_secs_f64()),
        TimeWindow::Last(span) => end - span.as_secs_f64(),
    };
    let start = start.min(end - 10.0);
    let step = (end - start) / f64::from(count.max(1));
    let mut cut: Vec<Slice> = (0..count)
        .map(|at| Slice {
            time: (
                start + step * f64::from(at),
                start + step * f64::from(at + 1),
            ),
            ..Slice::default()
        })
        .collect();
    for column in &scene.reading.history {
        pour(column, &mut cut, start, step);
    }
    cut
}

/// Adds a column of the past to every slice that it covers; a column within one slice counts there alone.
fn pour(column: &HistoryColumn, slices: &mut [Slice], start: f64, step: f64) {
    let (from, to) = (column.from.as_secs_f64(), column.to.as_secs_f64());
    let first = ((from - start) / step).floor();
    let last = ((to - start) / step).ceil() - 1.0;
    if last < 0.0 || to <= from {
        return;
    }
    let wide = last > first;
    let rate = float(column.attempted) / (to - from);
    let middle = cells(((f64::midpoint(from, to) - start) / step).floor().max(0.0));
    let covers = if to - from >= step || wide && to - from > step * 0.9 {
        cells(first.max(0.0))..=cells(last)
    } else {
        middle..=middle
    };
    for at in covers {
        let Some(slice) = slices.get_mut(usize::from(at)) else {
            continue;
        };
        slice.bins.add(&column.response);
        let known = slice.rate.unwrap_or(rate);
        slice.rate = Some(f64::midpoint(known, rate));
        slice.failed += column.failed;
        slice.trial = column.trial;
        slice.paused = column.paused;
        let p99 = column.quantiles.map(|quantiles| quantiles.1);
        slice.p99 = match (slice.p99, p99) {
            (Some(known), Some(p99)) => Some(known.max(p99)),
            (known, p99) => known.or(p99),
        };
    }
}
