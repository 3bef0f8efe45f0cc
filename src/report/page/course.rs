//! How a trial went over time: the heat map of its response times, and its throughput.

use plotters::prelude::Rectangle;
use plotters::style::Color as _;

use crate::measure::{Bins, Counts, DecodeError, bins};
use crate::snapshot::Interval;

use super::axis::{self, Axis};
use super::chart::{self, DrawError, Plane};
use super::ink::Ink;

/// Columns of a chart at most: a picture of a day is no larger than one of a minute.
const COLUMNS: usize = 160;
/// Shades of the heat map, so that equal neighbours become one cell.
const SHADES: f64 = 14.0;

/// Intervals that stand in one column of a chart.
#[derive(Clone, Debug, Default)]
pub struct Slot {
    from: f64,
    to: f64,
    attempted: u64,
    delivered: u64,
    failed: u64,
    counted: bool,
    bins: Bins,
    longest: f64,
}

/// The intervals in at most `COLUMNS` slots, oldest first.
pub fn slots(intervals: &[Interval]) -> Result<Vec<Slot>, DecodeError> {
    let each = intervals.len().div_ceil(COLUMNS).max(1);
    intervals.chunks(each).map(slot).collect()
}

fn slot(intervals: &[Interval]) -> Result<Slot, DecodeError> {
    let mut slot = Slot {
        from: intervals.first().map_or(0.0, |first| first.from_s),
        to: intervals.last().map_or(0.0, |last| last.to_s),
        counted: intervals.iter().any(|one| one.counted),
        ..Slot::default()
    };
    for interval in intervals {
        slot.attempted += interval.attempted;
        slot.delivered += interval.delivered;
        slot.failed += interval.failed;
        slot.longest = slot.longest.max(interval.max_ms.map_or(0.0, |max| max.0));
        if let Some(text) = &interval.response {
            slot.bins.add(&Counts::decode_base64(text)?.bins());
        }
    }
    Ok(slot)
}

fn time_axis(slots: &[Slot]) -> Axis {
    let end = slots.last().map_or(1.0, |last| last.to);
    let mut axis = Axis::from_zero(end, 8.0, axis::seconds);
    axis.ends.1 = end;
    axis.ticks.retain(|(at, _)| *at <= end);
    axis
}

/// The heat map: time to the right, response time upwards, stronger where more of a moment's records are. None where the
/// intervals hold no histograms.
pub fn heat(slots: &[Slot]) -> Result<Option<String>, DrawError> {
    let filled = || slots.iter().filter(|slot| slot.bins.total() > 0);
    let (Some(first), Some(end)) = (
        filled().map(|slot| slot.bins.first).min(),
        filled()
            .map(|slot| slot.bins.first + slot.bins.counts.len())
            .max(),
    ) else {
        return Ok(None);
    };
    let x = time_axis(slots);
    let y = Axis::logarithmic(
        bins::lower_edge_ms(first),
        bins::lower_edge_ms(end),
        axis::time,
    );
    let drawn = chart::draw(
        chart::WIDE,
        "heat map of the response time over time",
        (&x, &y),
        |plane| {
            for slot in slots {
                cells(plane, slot)?;
            }
            let point = |slot: &Slot, at: f64| (f64::midpoint(slot.from, slot.to), at.log10());
            let p99 = filled().filter_map(|slot| {
                let p99 = slot.bins.quantile(0.99)?.min(slot.longest.max(0.001));
                Some(point(slot, p99))
            });
            chart::line(plane, p99.collect(), Ink::Series(1), 1.0, 3)?;
            warm_up(plane, slots, y.ends)
        },
    )?;
    Ok(Some(drawn))
}

/// The cells of one column; neighbours of one shade are one cell.
fn cells(plane: &mut Plane<'_, '_>, slot: &Slot) -> Result<(), DrawError> {
    let total = slot.bins.total();
    let end = slot.bins.first + slot.bins.counts.len();
    let mut from = slot.bins.first;
    while from < end {
        let shade = shade(slot.bins.get(from), total);
        let to = (from..end)
            .find(|at| self::shade(slot.bins.get(*at), total).to_bits() != shade.to_bits())
            .unwrap_or(end);
        if shade > 0.0 {
            let corners = [
                (slot.from, bins::lower_edge_ms(from).log10()),
                (slot.to, bins::lower_edge_ms(to).log10()),
            ];
            let style = Ink::Heat.color().mix(shade).filled();
            plane.draw_series(std::iter::once(Rectangle::new(corners, style)))?;
        }
        from = to;
    }
    Ok(())
}

/// From 0 (no record) to 1 (a quarter of the moment's records or more in one bin).
#[expect(clippy::cast_precision_loss, reason = "counts below 2^53")]
fn shade(count: u64, total: u64) -> f64 {
    if count == 0 || total == 0 {
        return 0.0;
    }
    let share = count as f64 / total as f64;
    ((share * 4.0).min(1.0).powf(0.6) * SHADES).ceil() / SHADES
}

/// Marks the time that the figures leave out.
fn warm_up(plane: &mut Plane<'_, '_>, slots: &[Slot], y: (f64, f64)) -> Result<(), DrawError> {
    let until = slots.iter().take_while(|slot| !slot.counted).last();
    let Some(until) = until.filter(|_| slots.iter().any(|slot| slot.counted)) else {
        return Ok(());
    };
    let ends = vec![(0.0, y.0), (until.to, y.0), (until.to, y.1), (0.0, y.1)];
    chart::area(plane, ends, Ink::Soft, 0.16)?;
    let height = y.0 + (y.1 - y.0) * 0.9;
    chart::word(plane, (0.0, height), "warm-up", Ink::Soft)
}

/// The throughput: records that fell due, were delivered, and failed, per second.
pub fn throughput(slots: &[Slot]) -> Result<String, DrawError> {
    let x = time_axis(slots);
    let course = |count: fn(&Slot) -> u64| -> Vec<(f64, f64)> {
        slots
            .iter()
            .flat_map(|slot| step(slot, count(slot)))
            .collect()
    };
    let (tried, delivered, failed) = (
        course(|slot| slot.attempted),
        course(|slot| slot.delivered),
        course(|slot| slot.failed),
    );
    let most = tried.iter().chain(&delivered).map(|(_, rate)| *rate);
    let y = Axis::from_zero(most.fold(0.0, f64::max), 4.0, axis::big);
    chart::draw(
        chart::WIDE,
        "records per second over time",
        (&x, &y),
        |plane| {
            chart::line(plane, tried, Ink::Series(1), 0.8, 3)?;
            chart::line(plane, delivered, Ink::Series(0), 1.0, 4)?;
            if failed.iter().any(|(_, rate)| *rate > 0.0) {
                chart::line(plane, failed, Ink::Bad, 1.0, 4)?;
            }
            warm_up(plane, slots, y.ends)
        },
    )
}

#[expect(clippy::cast_precision_loss, reason = "a count below 2^53")]
fn step(slot: &Slot, count: u64) -> [(f64, f64); 2] {
    let rate = count as f64 / (slot.to - slot.from).max(0.001);
    [(slot.from, rate), (slot.to, rate)]
}
