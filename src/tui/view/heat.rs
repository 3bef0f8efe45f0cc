//! Latency over time as a heat map, with the sending rate above, the goal's line, and a mark at every trial.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use crate::measure::{Bins, bins};
use crate::tui::model::TimeWindow;
use crate::tui::theme::Role;
use crate::tui::view::past::{Slice, slices};
use crate::tui::view::scene::Scene;
use crate::tui::widgets::axis::{LogAxis, label, round_down, round_up};
use crate::tui::widgets::columns::spark;
use crate::tui::widgets::number::{cells, float, span, tiny};
use crate::tui::widgets::pen::{Pen, cut, width};

/// Draws the panel.
pub fn draw(pen: &mut Pen<'_>, scene: &Scene<'_>) {
    if pen.width() < 20 || pen.height() < 5 {
        return;
    }
    frame(pen, scene);
    let inner = super::layout::inside(pen.area());
    let plot = Rect::new(
        inner.x + 6,
        inner.y + 1,
        inner.width.saturating_sub(7),
        inner.height.saturating_sub(2),
    );
    let slices = slices(scene, plot.width);
    rate(&mut pen.part(inner), &slices, scene);
    let axis = axis(&slices, plot.height * 2, scene);
    let mut left = pen.part(Rect::new(inner.x, plot.y, 6, plot.height));
    ticks(&mut left, &axis, scene);
    let mut field = pen.part(plot);
    map(&mut field, &slices, &axis, scene);
    goal(&mut field, &axis, scene);
    let below = Rect::new(inner.x, plot.bottom(), inner.width, 1);
    let marks = marks(&slices, scene);
    for mark in marks.iter().filter(|mark| mark.0 > 0) {
        let mut field = pen.part(plot);
        line(&mut field, mark.0, mark.2, scene);
    }
    labels(&mut pen.part(below), &marks, scene);
}

fn frame(pen: &mut Pen<'_>, scene: &Scene<'_>) {
    let more = match (scene.theme.paints_heat(), scene.theme.brighter_is_more()) {
        (false, _) => "denser",
        (true, true) => "brighter",
        (true, false) => "darker",
    };
    let title = Line::from(vec![
        scene.span(
            Role::Title,
            format!(" {} over time ", scene.response_name()),
        ),
        scene.span(Role::Label, format!("{more} = more records ")),
    ]);
    pen.frame(scene.style(Role::Border), &title);
    let length = match scene.model.window {
        TimeWindow::Whole => format!("whole run, {}", span(scene.reading.at)),
        TimeWindow::Last(length) => format!("last {}", span(length)),
    };
    let note = Line::from(vec![
        scene.span(Role::Key, " + −"),
        scene.span(Role::Label, format!(" {length} ")),
    ]);
    let taken = u16::try_from(title.width()).unwrap_or(u16::MAX);
    pen.edge_note(0, taken, &note);
}

fn rate(pen: &mut Pen<'_>, slices: &[Slice], scene: &Scene<'_>) {
    let top = slices
        .iter()
        .filter_map(|slice| slice.rate)
        .fold(0.0, f64::max);
    if top <= 0.0 {
        return;
    }
    pen.right(5, 0, &format!("{}/s", tiny(top)), scene.style(Role::Label));
    for (at, slice) in slices.iter().enumerate() {
        let x = 6 + u16::try_from(at).unwrap_or(u16::MAX);
        let Some(rate) = slice.rate else { continue };
        let role = if slice.failed > 0 {
            Role::Bad
        } else {
            Role::Fill
        };
        let symbol = if slice.failed > 0 {
            '×'
        } else {
            spark(rate / top * 0.625)
        };
        pen.put(x, 0, symbol, scene.style(role));
    }
}

/// The latency axis: all that is seen but the rarest below, and all above.
fn axis(slices: &[Slice], height: u16, scene: &Scene<'_>) -> LogAxis {
    let mut all = Bins::default();
    for slice in slices {
        all.add(&slice.bins);
    }
    let goal = latency_goal(scene);
    let total = float(all.total());
    if total <= 0.0 {
        return LogAxis::new(1.0, goal.map_or(100.0, |goal| goal * 2.0), height);
    }
    let mut below = 0.0;
    let mut low = all.first;
    let mut high = all.first;
    for (at, count) in all.counts.iter().enumerate() {
        if below <= total * 0.002 {
            low = all.first + at;
        }
        below += float(*count);
        if below <= total * 0.9999 {
            high = all.first + at + 1;
        }
    }
    let low = bins::lower_edge_ms(low);
    let mut high = bins::lower_edge_ms(high + 1);
    if let Some(goal) = goal.filter(|goal| *goal < high * 5.0) {
        high = high.max(goal * 1.2);
    }
    LogAxis::new(round_down(low), round_up(high), height)
}

/// The bound of the first goal on a latency, in milliseconds.
#[must_use]
pub fn latency_goal(scene: &Scene<'_>) -> Option<f64> {
    use crate::lab::Figure;
    let latency = |figure| matches!(figure, Figure::Percentile(_) | Figure::Mean | Figure::Max);
    let goals = scene.model.goals.iter();
    goals
        .filter(|goal| latency(goal.figure))
        .map(|goal| goal.bound)
        .next()
}

fn ticks(pen: &mut Pen<'_>, axis: &LogAxis, scene: &Scene<'_>) {
    let rows = pen.height();
    for (cell, value) in axis.over(rows).ticks(1) {
        let y = rows.saturating_sub(1 + cell);
        pen.right(5, y, &label(value), scene.style(Role::Label));
    }
}

fn map(pen: &mut Pen<'_>, slices: &[Slice], axis: &LogAxis, scene: &Scene<'_>) {
    let shares: Vec<Vec<f64>> = slices
        .iter()
        .map(|slice| axis.shares(&slice.bins).0)
        .collect();
    let peak = shares.iter().flatten().copied().fold(0.0, f64::max);
    if peak <= 0.0 {
        pen.middle(
            "the past begins with the first record",
            scene.style(Role::Faint),
        );
        return;
    }
    let strength = |share: f64| (share > 0.0).then(|| (share / peak).powf(0.42));
    for (x, (column, slice)) in shares.iter().zip(slices).enumerate() {
        let x = u16::try_from(x).unwrap_or(u16::MAX);
        for y in 0..pen.height() {
            let upper = usize::from((pen.height() - 1 - y) * 2 + 1);
            let pick = |at: usize| column.get(at).copied().unwrap_or(0.0);
            let halves = (strength(pick(upper)), strength(pick(upper - 1)));
            if slice.paused && slice.bins.total() == 0 {
                pen.put(x, y, '╱', scene.style(Role::Faint));
            } else if scene.theme.paints_heat() {
                paint(pen, (x, y), halves, scene);
            } else {
                shade(pen, (x, y), pick(upper) + pick(upper - 1), peak, scene);
            }
        }
    }
}

/// Two steps of the ramp in one cell.
fn paint(
    pen: &mut Pen<'_>,
    (x, y): (u16, u16),
    halves: (Option<f64>, Option<f64>),
    scene: &Scene<'_>,
) {
    let heat = |share: f64| scene.theme.heat(share);
    let plain = Style::reset();
    match halves {
        (None, None) => {}
        (Some(upper), None) => pen.put(x, y, '▀', plain.fg(heat(upper))),
        (None, Some(lower)) => pen.put(x, y, '▄', plain.fg(heat(lower))),
        (Some(upper), Some(lower)) => pen.put(x, y, '▀', plain.fg(heat(upper)).bg(heat(lower))),
    }
}

/// One of five shades, for terminals with few colours.
fn shade(pen: &mut Pen<'_>, (x, y): (u16, u16), share: f64, peak: f64, scene: &Scene<'_>) {
    if share <= 0.0 {
        return;
    }
    let step = cells((share / peak).powf(0.42) * 4.5).min(4);
    let symbol = ['·', '░', '▒', '▓', '█'][usize::from(step)];
    pen.put(x, y, symbol, scene.style(Role::Live));
}

fn goal(pen: &mut Pen<'_>, axis: &LogAxis, scene: &Scene<'_>) {
    let rows = pen.height();
    let Some(cell) = latency_goal(scene).and_then(|goal| axis.over(rows).cell(goal)) else {
        return;
    };
    let y = rows.saturating_sub(1 + cell);
    for x in 0..pen.width() {
        over(pen, x, y, '┈', Role::Goal, scene);
    }
    let text = " goal ";
    let x = pen.width().saturating_sub(width(text));
    pen.text(x, y, text, scene.style(Role::Goal));
}

/// Writes a sign over the map and keeps the map's colour behind it.
fn over(pen: &mut Pen<'_>, x: u16, y: u16, symbol: char, role: Role, scene: &Scene<'_>) {
    let style = scene.style(role);
    let style = match pen.background(x, y) {
        Some(colour) => style.bg(colour),
        None => style,
    };
    pen.put(x, y, symbol, style);
}

fn line(pen: &mut Pen<'_>, x: u16, role: Role, scene: &Scene<'_>) {
    for y in 0..pen.height() {
        over(pen, x, y, '│', role, scene);
    }
}

/// Where a trial begins or something happened: the column and the words.
fn marks(slices: &[Slice], scene: &Scene<'_>) -> Vec<(u16, String, Role)> {
    let mut marks = Vec::new();
    let mut last = 0;
    for (at, slice) in slices.iter().enumerate() {
        if slice.trial == 0 || slice.trial == last {
            continue;
        }
        let at = u16::try_from(at).unwrap_or(u16::MAX);
        marks.push((at, words(slice.trial, last, scene), Role::Base));
        last = slice.trial;
    }
    for event in &scene.reading.events {
        let time = event.at.as_secs_f64();
        let holds = |slice: &Slice| slice.time.0 <= time && time < slice.time.1;
        if let Some(at) = slices.iter().position(holds) {
            let at = u16::try_from(at).unwrap_or(u16::MAX);
            marks.push((at, format!("! {}", event.text), Role::Warn));
        }
    }
    marks.sort_by_key(|mark| mark.0);
    marks
}

/// What a trial changed from the one before it on the time line.
fn words(number: u64, before: u64, scene: &Scene<'_>) -> String {
    let change = scene
        .reading
        .trial(number)
        .zip(scene.reading.trial(before))
        .map(|(trial, other)| scene.changes(&trial.settings, &other.settings));
    match change {
        Some(change) if !change.is_empty() => format!("#{number} {change}"),
        _ => format!("#{number}"),
    }
}

fn labels(pen: &mut Pen<'_>, marks: &[(u16, String, Role)], scene: &Scene<'_>) {
    pen.right(5, 0, "ms", scene.style(Role::Label));
    let edge = pen.width();
    for (at, (column, text, role)) in marks.iter().enumerate() {
        let from = column + 6;
        let to = marks
            .get(at + 1)
            .map_or(edge, |next| (next.0 + 6).min(edge));
        let room = to.saturating_sub(from + 1);
        if room >= 2 {
            pen.text(from, 0, cut(text, room), scene.style(*role));
        }
    }
}
