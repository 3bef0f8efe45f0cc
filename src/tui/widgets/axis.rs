//! A logarithmic axis over cells, with ticks at 1, 2, 5.

use crate::measure::{Bins, bins};
use crate::tui::widgets::number::{cells, float};

/// A logarithmic axis from `low` to `high` (both above 0, `low` below `high`) over so many cells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogAxis {
    low: f64,
    high: f64,
    cells: u16,
}

impl LogAxis {
    /// An axis; senseless ends are put right (at least a factor of 1.5 apart).
    #[must_use]
    pub fn new(low: f64, high: f64, cells: u16) -> Self {
        let low = if low.is_finite() { low.max(1e-3) } else { 1e-3 };
        let high = if high.is_finite() { high } else { low };
        Self {
            low,
            high: high.max(low * 1.5),
            cells,
        }
    }

    /// How many cells it has.
    #[must_use]
    pub fn cells(&self) -> u16 {
        self.cells
    }

    /// The same ends over another number of cells.
    #[must_use]
    pub fn over(&self, cells: u16) -> Self {
        Self { cells, ..*self }
    }

    /// Where a value stands, in cells from the left end; outside it is below 0 or above `cells`.
    #[must_use]
    pub fn position(&self, value: f64) -> f64 {
        (value.max(1e-9) / self.low).ln() / (self.high / self.low).ln() * f64::from(self.cells)
    }

    /// The cell that a value falls into; `None` when it is outside.
    #[must_use]
    pub fn cell(&self, value: f64) -> Option<u16> {
        let at = self.position(value);
        (at >= 0.0 && at < f64::from(self.cells)).then(|| cells(at.floor()))
    }

    /// Shares of all records per cell; counts are spread evenly (on this axis) over their bin. What is outside comes second:
    /// the share left of the axis and right of it.
    #[must_use]
    pub fn shares(&self, from: &Bins) -> (Vec<f64>, (f64, f64)) {
        let mut shares = vec![0.0; usize::from(self.cells)];
        let mut outside = (0.0, 0.0);
        let total = from.total();
        if total == 0 {
            return (shares, outside);
        }
        for (offset, count) in from
            .counts
            .iter()
            .enumerate()
            .filter(|(_, count)| **count > 0)
        {
            let bin = from.first + offset;
            let share = float(*count) / float(total);
            let start = self.position(bins::lower_edge_ms(bin));
            let end = self.position(bins::lower_edge_ms(bin + 1));
            let width = end - start;
            let edge = f64::from(self.cells);
            outside.0 += share * (end.min(0.0) - start.min(0.0)) / width;
            outside.1 += share * (end.max(edge) - start.max(edge)) / width;
            let mut at = start.max(0.0).floor();
            while at < end.min(edge) {
                let part = (at + 1.0).min(end) - at.max(start);
                if let Some(cell) = shares.get_mut(usize::from(cells(at))) {
                    *cell += share * part / width;
                }
                at += 1.0;
            }
        }
        (shares, outside)
    }

    /// The ticks that fit with their labels: cell and value, rising. 1-2-5 where there is room for all, else fewer.
    #[must_use]
    pub fn ticks(&self, room: u16) -> Vec<(u16, f64)> {
        let full = self.series(&[1.0, 2.0, 5.0]);
        if fits(&full, room) {
            return full;
        }
        let sparse = self.series(&[1.0, 3.0]);
        if fits(&sparse, room) {
            return sparse;
        }
        self.series(&[1.0])
    }

    fn series(&self, marks: &[f64]) -> Vec<(u16, f64)> {
        let first = self.low.log10().floor();
        let mut ticks = Vec::new();
        let mut power = first;
        while power <= self.high.log10() {
            for mark in marks {
                let value = mark * 10f64.powf(power);
                if let Some(cell) = self.cell(value * 1.000_001) {
                    ticks.push((cell, value));
                }
            }
            power += 1.0;
        }
        ticks
    }
}

fn fits(ticks: &[(u16, f64)], room: u16) -> bool {
    ticks.windows(2).all(|pair| pair[1].0 - pair[0].0 >= room)
}

/// Ends that an axis may have within a factor of ten: it moves seldom, and then visibly.
const ENDS: [f64; 6] = [1.0, 1.5, 2.0, 3.0, 5.0, 7.0];

/// The nearest round end below a value above 0.
#[must_use]
pub fn round_down(value: f64) -> f64 {
    let power = 10f64.powf(value.max(1e-6).log10().floor());
    let ends = ENDS.iter().rev().map(|end| end * power);
    ends.into_iter()
        .find(|end| *end <= value * 1.000_001)
        .unwrap_or(power)
}

/// The nearest round end above a value above 0.
#[must_use]
pub fn round_up(value: f64) -> f64 {
    let power = 10f64.powf(value.max(1e-6).log10().floor());
    let ends = ENDS.iter().map(|end| end * power);
    ends.into_iter()
        .find(|end| *end >= value * 0.999_999)
        .unwrap_or(power * 10.0)
}

/// A tick's label: `0.5`, `20`, `2k`.
#[must_use]
pub fn label(value: f64) -> String {
    if value >= 999.0 {
        crate::tui::widgets::number::tiny(value)
    } else if value >= 0.999 {
        format!("{value:.0}")
    } else {
        let text = format!("{value:.3}");
        text.trim_end_matches('0').to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_with_what_is_outside() {
        let bins = Bins {
            first: 80,
            counts: vec![5, 0, 10, 40, 3, 90, 2],
        };
        for cells in [3, 17, 200] {
            let axis = LogAxis::new(0.5, 0.65, cells);
            let (shares, outside) = axis.shares(&bins);
            let sum: f64 = shares.iter().sum::<f64>() + outside.0 + outside.1;
            assert!((sum - 1.0).abs() < 1e-9, "{sum}");
        }
    }

    #[test]
    fn ticks_are_round_and_keep_their_distance() {
        let ticks = LogAxis::new(1.0, 100.0, 60).ticks(5);
        let values: Vec<String> = ticks.iter().map(|tick| label(tick.1)).collect();
        assert_eq!(values, ["1", "2", "5", "10", "20", "50"]);
        let ticks = LogAxis::new(0.1, 1000.0, 20).ticks(5);
        let values: Vec<String> = ticks.iter().map(|tick| label(tick.1)).collect();
        assert_eq!(values, ["0.1", "1", "10", "100"]);
    }

    #[test]
    fn ends_are_round_and_hold_the_value() {
        assert!((round_down(2.7) - 2.0).abs() < 1e-9);
        assert!((round_up(2.7) - 3.0).abs() < 1e-9);
        assert!((round_up(84.0) - 100.0).abs() < 1e-9);
        assert!((round_down(0.017) - 0.015).abs() < 1e-9);
    }

    #[test]
    fn senseless_ends_do_not_break_it() {
        for (low, high) in [
            (0.0, 0.0),
            (5.0, 1.0),
            (f64::NAN, 3.0),
            (1.0, f64::INFINITY),
        ] {
            let axis = LogAxis::new(low, high, 10);
            assert!(axis.position(1.0).is_finite());
            let _ = axis.ticks(4);
        }
    }
}
