//! The points of a sweep as a chart: time against throughput with the front as a staircase; or, where all are sent at one rate, over the
//! swept values. A point is the letter of its row, a capital on the front.

use ratatui::layout::Rect;
use ratatui::style::Color;
use ratatui::symbols::Marker;
use ratatui::widgets::canvas::{Canvas, Line as Stroke};

use crate::sweep::{Beside, Front, PointResult};
use crate::tui::model::Sweeping;
use crate::tui::theme::Role;
use crate::tui::view::scene::Scene;
use crate::tui::widgets::axis::LogAxis;
use crate::tui::widgets::number::{cells, short, tiny};
use crate::tui::widgets::pen::{Pen, cut, width};

/// Room for the labels of the time axis.
const GUTTER: u16 = 6;

/// A point that has a time.
struct Dot<'a> {
    letter: char,
    result: &'a PointResult,
    x: f64,
    time: f64,
    /// Lower and upper end of its interval, where that is known.
    noise: Option<(f64, f64)>,
}

/// What lies to the right: its name, its ends, the words under it with their places.
struct Across {
    name: String,
    ends: (f64, f64),
    ticks: Vec<(f64, String)>,
    is_rate: bool,
}

/// The letter of a row of the table: a capital on the front.
#[must_use]
pub fn letter(row: usize, front: Front) -> char {
    let letter = u8::try_from(row).ok().filter(|row| *row < 26);
    let letter = letter.map_or('·', |row| char::from(b'a' + row));
    match front {
        Front::On => letter.to_ascii_uppercase(),
        Front::Near | Front::Off => letter,
    }
}

/// The role of a point.
#[must_use]
pub fn role(front: Front) -> Role {
    match front {
        Front::On => Role::Good,
        Front::Near => Role::Text,
        Front::Off => Role::Faint,
    }
}

/// Draws the chart with its axes.
pub fn draw(pen: &mut Pen<'_>, sweep: &Sweeping, scene: &Scene<'_>) {
    let metric = sweep.found.time();
    let (across, dots) = plane(sweep);
    let title = format!("{} ms over {}", metric.name(), across.name);
    let room = pen.width();
    pen.text(0, 0, cut(&title, room), scene.style(Role::Label));
    if dots.is_empty() {
        pen.middle("points appear here", scene.style(Role::Faint));
        return;
    }
    let area = pen.area();
    let inner = Rect {
        x: area.x + GUTTER.min(area.width),
        y: area.y + 1,
        width: area.width.saturating_sub(GUTTER),
        height: area.height.saturating_sub(2),
    };
    let ends = times(sweep, &dots);
    let axis = LogAxis::new(ends.0, ends.1, inner.height);
    labels(pen, &axis, scene);
    goals(&mut pen.part(inner), sweep, &axis, scene);
    under(pen, &across, scene);
    strokes(&mut pen.part(inner), &dots, &across, ends, scene);
    let mut part = pen.part(inner);
    // What is on the front is written last, over the others.
    for front in [Front::Off, Front::Near, Front::On] {
        for dot in dots.iter().rev().filter(|dot| dot.result.front == front) {
            let (Some(x), Some(y)) = (column(dot.x, &across, inner), row(dot.time, &axis)) else {
                continue;
            };
            part.put(x, y, dot.letter, scene.style(role(front)));
        }
    }
}

/// The least and the highest time to be seen, with some air.
fn times(sweep: &Sweeping, dots: &[Dot<'_>]) -> (f64, f64) {
    let reach = |dot: &Dot<'_>| {
        // One wild interval must not press all others into a line.
        let (low, high) = dot.noise.unwrap_or((dot.time, dot.time));
        [low.max(dot.time / 2.0), high.min(dot.time * 2.0)]
    };
    let bounds = bounds(sweep);
    let all = dots.iter().flat_map(reach).chain(bounds);
    let (least, most) = all.fold((f64::INFINITY, 0.0_f64), |(least, most), time| {
        (least.min(time), most.max(time))
    });
    (least / 1.1, most * 1.1)
}

/// Bounds that the goals set to the time of the chart.
fn bounds(sweep: &Sweeping) -> impl Iterator<Item = f64> {
    let name = sweep.found.time().name();
    let goals = sweep.steps.plan.objective.goals.iter();
    goals
        .filter(move |goal| goal.figure.name() == name)
        .map(|goal| goal.bound)
}

fn goals(pen: &mut Pen<'_>, sweep: &Sweeping, axis: &LogAxis, scene: &Scene<'_>) {
    for bound in bounds(sweep) {
        let Some(y) = row(bound, axis) else { continue };
        let end = pen.width();
        pen.rule(0, end, y, '┈', scene.style(Role::Goal));
        pen.right(end, y, "goal", scene.style(Role::Goal));
    }
}

fn labels(pen: &mut Pen<'_>, axis: &LogAxis, scene: &Scene<'_>) {
    for (cell, value) in axis.ticks(2) {
        let y = axis.cells().saturating_sub(cell);
        pen.right(GUTTER - 1, y, &tiny(value), scene.style(Role::Label));
    }
}

/// The words under the chart, as many as have room.
fn under(pen: &mut Pen<'_>, across: &Across, scene: &Scene<'_>) {
    let y = pen.height().saturating_sub(1);
    let inner = Rect {
        width: pen.width().saturating_sub(GUTTER),
        ..pen.area()
    };
    let mut free = GUTTER;
    for (place, word) in &across.ticks {
        let Some(x) = column(*place, across, inner) else {
            continue;
        };
        let need = width(word);
        let last = pen.width().saturating_sub(need);
        let at = (x + GUTTER).saturating_sub(need / 2).min(last);
        if at >= free {
            pen.text(at, y, word, scene.style(Role::Label));
            free = at + need + 1;
        }
    }
}

/// Intervals, and the staircase of the front.
fn strokes(
    pen: &mut Pen<'_>,
    dots: &[Dot<'_>],
    across: &Across,
    ends: (f64, f64),
    scene: &Scene<'_>,
) {
    let colour = |role: Role| scene.style(role).fg.unwrap_or(Color::Reset);
    let (faint, good) = (colour(Role::Border), colour(Role::Good));
    let line = |from: (f64, f64), to: (f64, f64), color| Stroke {
        x1: from.0,
        y1: from.1.ln(),
        x2: to.0,
        y2: to.1.ln(),
        color,
    };
    let mut all = Vec::new();
    for dot in dots {
        if let Some((low, high)) = dot.noise {
            let (low, high) = (low.max(ends.0), high.min(ends.1));
            all.push(line((dot.x, low), (dot.x, high), faint));
        }
    }
    if across.is_rate {
        let mut front: Vec<&Dot<'_>> = dots
            .iter()
            .filter(|dot| dot.result.front == Front::On)
            .collect();
        front.sort_by(|one, other| one.x.total_cmp(&other.x));
        for pair in front.windows(2) {
            let (one, two) = (pair[0], pair[1]);
            all.push(line((one.x, one.time), (one.x, two.time), good));
            all.push(line((one.x, two.time), (two.x, two.time), good));
        }
    }
    let canvas = Canvas::default()
        .marker(Marker::Braille)
        .x_bounds([across.ends.0, across.ends.1])
        .y_bounds([ends.0.ln(), ends.1.ln()])
        .paint(|painter| all.iter().for_each(|line| painter.draw(line)));
    pen.widget(canvas);
}

fn column(x: f64, across: &Across, inner: Rect) -> Option<u16> {
    let share = (x - across.ends.0) / (across.ends.1 - across.ends.0);
    let at = share * f64::from(inner.width);
    (0.0..=f64::from(inner.width))
        .contains(&at)
        .then(|| cells(at.floor()).min(inner.width.saturating_sub(1)))
}

fn row(time: f64, axis: &LogAxis) -> Option<u16> {
    let cell = axis.cell(time)?;
    Some(axis.cells().saturating_sub(cell + 1))
}

/// Every point that has a time, on the axis that tells most.
#[expect(clippy::cast_precision_loss, reason = "a handful of points")]
fn plane(sweep: &Sweeping) -> (Across, Vec<Dot<'_>>) {
    let found = &sweep.found;
    let metric = found.time();
    let beside = found.beside();
    let trades = found.trades();
    let known = found.results.iter().enumerate();
    let dots: Vec<Dot<'_>> = known
        .filter_map(|(row, result)| {
            let (time, noise) = result.figure(metric);
            let time = time.filter(|time| *time > 0.0)?;
            let factor = noise.map(|percent| 1.0 + percent / 100.0);
            let place = beside.places.get(row).copied().unwrap_or(0) as f64;
            Some(Dot {
                letter: letter(row, result.front),
                result,
                x: if trades { result.records_per_s? } else { place },
                time,
                noise: factor.map(|factor| (time / factor, time * factor)),
            })
        })
        .collect();
    let across = if trades {
        by_rate(&dots)
    } else {
        by_place(&beside, &dots)
    };
    (across, dots)
}

fn by_rate(dots: &[Dot<'_>]) -> Across {
    let rates = dots.iter().map(|dot| dot.x);
    let (least, most) = rates.fold((f64::INFINITY, 0.0_f64), |(least, most), rate| {
        (least.min(rate), most.max(rate))
    });
    let air = (most - least) * 0.06;
    let middle = f64::midpoint(least, most);
    Across {
        name: "sent/s".into(),
        ends: (least - air, most + air),
        ticks: [least, most, middle].map(|rate| (rate, short(rate))).into(),
        is_rate: true,
    }
}

#[expect(clippy::cast_precision_loss, reason = "a handful of points")]
fn by_place(beside: &Beside, dots: &[Dot<'_>]) -> Across {
    let places = beside.values.iter().enumerate();
    let ticks: Vec<(f64, String)> = match beside.knob {
        Some(_) => places.map(|(at, word)| (at as f64, word.clone())).collect(),
        None => dots.iter().map(|dot| (dot.x, dot.letter.into())).collect(),
    };
    let last = dots.iter().map(|dot| dot.x).fold(0.0, f64::max);
    Across {
        name: beside
            .knob
            .map_or("points, best first", |knob| knob.name)
            .into(),
        ends: (-0.5, last + 0.5),
        ticks,
        is_rate: false,
    }
}
