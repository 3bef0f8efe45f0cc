//! Two lines of the past for small screens: records per second, and the 99th percentile.

use crate::settings::Millis;
use crate::tui::theme::Role;
use crate::tui::view::past::{Slice, slices};
use crate::tui::view::scene::Scene;
use crate::tui::widgets::columns::spark;
use crate::tui::widgets::number::{time, tiny};
use crate::tui::widgets::pen::Pen;

/// Draws both lines.
pub fn draw(pen: &mut Pen<'_>, scene: &Scene<'_>) {
    if pen.height() < 2 || pen.width() < 30 {
        return;
    }
    let room = pen.width() - 8 - 10;
    let slices = slices(scene, room);
    let rates: Vec<Option<f64>> = slices.iter().map(|slice| slice.rate).collect();
    let last = |figures: &[Option<f64>]| figures.iter().rev().find_map(|figure| *figure);
    let rate = last(&rates).map_or_else(String::new, |rate| format!("{}/s", tiny(rate)));
    line(pen, 0, ("sent/s", &rate), &rates, &slices, scene);
    let tails: Vec<Option<f64>> = slices.iter().map(|slice| slice.p99).collect();
    let tail = last(&tails).map_or_else(String::new, |tail| time(Millis(tail)));
    line(pen, 1, ("p99", &tail), &tails, &slices, scene);
}

fn line(
    pen: &mut Pen<'_>,
    y: u16,
    (name, value): (&str, &str),
    figures: &[Option<f64>],
    slices: &[Slice],
    scene: &Scene<'_>,
) {
    pen.text(1, y, name, scene.style(Role::Label));
    let top = figures.iter().flatten().copied().fold(0.0, f64::max);
    let role = if y == 0 { Role::Fill } else { Role::Live };
    let mut trial = 0;
    for (at, (figure, slice)) in figures.iter().zip(slices).enumerate() {
        let x = 8 + u16::try_from(at).unwrap_or(u16::MAX);
        let begins = slice.trial != trial && trial != 0 && slice.trial != 0;
        trial = if slice.trial == 0 { trial } else { slice.trial };
        if begins && y == 1 {
            pen.put(x, y, '│', scene.style(Role::Base));
        } else if let Some(figure) = figure.filter(|_| top > 0.0) {
            pen.put(x, y, spark(figure / top * 0.875), scene.style(role));
        }
    }
    pen.right(pen.width() - 1, y, value, scene.style(Role::Figure));
}
