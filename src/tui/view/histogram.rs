//! The distribution of response times, live and what it is held against, over a logarithmic axis; or the percentiles by nines.

use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::measure::{Bins, bins};
use crate::tui::theme::Role;
use crate::tui::view::heat::latency_goal;
use crate::tui::view::layout::inside;
use crate::tui::view::percentiles;
use crate::tui::view::scene::{Behind, Scene};
use crate::tui::widgets::axis::{LogAxis, label};
use crate::tui::widgets::columns;
use crate::tui::widgets::number::{clock, float};
use crate::tui::widgets::pen::{Pen, width};

/// Draws the panel: the distribution above, the table of percentiles below.
pub fn draw(pen: &mut Pen<'_>, scene: &Scene<'_>) {
    if pen.width() < 16 || pen.height() < 4 {
        return;
    }
    let behind = scene.behind();
    frame(pen, behind.as_ref(), scene);
    let inner = inside(pen.area());
    let table = percentiles::height(inner.width, scene).min(inner.height);
    let chart = Rect {
        height: inner.height - table,
        ..inner
    };
    let below = Rect {
        y: chart.bottom(),
        height: table,
        ..inner
    };
    if chart.height >= 3 && chart.width >= 12 {
        let plot = Rect {
            x: chart.x + 2,
            width: chart.width - 4,
            ..chart
        };
        if scene.model.nines {
            nines(pen, plot, behind.as_ref(), scene);
        } else {
            distribution(pen, plot, behind.as_ref(), scene);
        }
    }
    percentiles::draw(&mut pen.part(below), behind.as_ref(), scene);
}

fn frame(pen: &mut Pen<'_>, behind: Option<&Behind<'_>>, scene: &Scene<'_>) {
    let name = format!(" {} ", scene.response_name());
    let mut title = vec![scene.span(Role::Title, name)];
    if let Some(live) = scene.live {
        title.push(scene.span(Role::Live, "█"));
        title.push(scene.span(Role::Label, format!(" #{} now ", live.number)));
    }
    if let Some(behind) = behind {
        title.push(scene.span(Role::Reference, " ░"));
        title.push(scene.span(Role::Label, format!(" {} ", behind.name)));
    }
    let title = Line::from(title);
    pen.frame(scene.style(Role::Border), &title);
    let settled = scene
        .live
        .map_or_else(String::new, |trial| match trial.state {
            crate::lab::TrialState::Settling => format!("settling {} · ", clock(trial.held)),
            _ => format!("settled for {} · ", clock(trial.held)),
        });
    let scale = match (scene.model.nines, scene.model.log_y) {
        (true, _) => "by nines",
        (false, true) => "log y",
        (false, false) => "log x",
    };
    let taken = u16::try_from(title.width()).unwrap_or(u16::MAX);
    let long = format!(" {settled}{scale} ");
    let fits = taken + width(&long) + 4 < pen.width();
    let note = if fits { long } else { format!(" {scale} ") };
    pen.edge_note(0, taken, &Line::from(scene.span(Role::Label, note)));
    let client = format!(" client librdkafka {}, not Java ", version());
    let client = Line::from(scene.span(Role::Faint, client));
    pen.edge_note(pen.height() - 1, 0, &client);
}

/// The linked library's version, asked once.
fn version() -> &'static str {
    static VERSION: std::sync::LazyLock<String> =
        std::sync::LazyLock::new(crate::settings::native::version);
    &VERSION
}

/// The axis that the model keeps, else one that holds both distributions.
fn axis(cells: u16, behind: Option<&Behind<'_>>, scene: &Scene<'_>) -> LogAxis {
    let mut all = scene
        .live
        .map(|trial| trial.bins.clone())
        .unwrap_or_default();
    if let Some(behind) = behind {
        all.add(behind.bins);
    }
    let (low, high) = scene.model.axis.span.map_or_else(
        || (all.first, all.first + all.counts.len()),
        |(first, last)| (first, last + 1),
    );
    if all.counts.is_empty() && scene.model.axis.span.is_none() {
        return LogAxis::new(1.0, 100.0, cells);
    }
    let low = bins::lower_edge_ms(low) / 1.06;
    let mut high = bins::lower_edge_ms(high) * 1.06;
    if let Some(goal) = latency_goal(scene).filter(|goal| *goal < high * 4.0) {
        high = high.max(goal * 1.15);
    }
    LogAxis::new(low, high.max(low * 4.0), cells)
}

fn distribution(pen: &mut Pen<'_>, plot: Rect, behind: Option<&Behind<'_>>, scene: &Scene<'_>) {
    let axis = axis(plot.width, behind, scene);
    let none = Bins::default();
    let live = axis.shares(scene.live.map_or(&none, |trial| &trial.bins));
    let back = axis.shares(behind.map_or(&none, |behind| behind.bins));
    let bars = Rect {
        height: plot.height - 2,
        ..plot
    };
    let mut area = pen.part(bars);
    let peak = live.0.iter().chain(&back.0).copied().fold(0.0, f64::max);
    let height = |share: &f64| height(*share, peak, scene.model.log_y);
    let front: Vec<f64> = live.0.iter().map(height).collect();
    let rear: Vec<f64> = back.0.iter().map(height).collect();
    columns::draw(&mut area, &front, &rear, scene.theme);
    if peak <= 0.0 {
        area.middle("no record has come back yet", scene.style(Role::Faint));
    }
    if let Some(cell) = latency_goal(scene).and_then(|goal| axis.cell(goal)) {
        goal_line(&mut area, cell, scene);
    }
    outside(pen, bars, (live.1, back.1), scene);
    let mut edge = pen.part(Rect::new(plot.x - 1, bars.bottom(), plot.width + 2, 2));
    ruler(&mut edge, &axis, scene);
}

/// A share as a height; on the log scale four decades below the peak still show.
fn height(share: f64, peak: f64, log: bool) -> f64 {
    if share <= 0.0 || peak <= 0.0 {
        0.0
    } else if log {
        ((share / peak).log10() / 5.0 + 1.0).max(0.01)
    } else {
        share / peak
    }
}

fn goal_line(pen: &mut Pen<'_>, x: u16, scene: &Scene<'_>) {
    for y in 0..pen.height() {
        let style = scene.style(Role::Goal);
        let style = match pen.filled(x, y) {
            Some(colour) => style.bg(colour),
            None => style,
        };
        pen.put(x, y, '┊', style);
    }
}

/// Marks for what does not fit on the axis, beside its ends.
fn outside(pen: &mut Pen<'_>, bars: Rect, shares: ((f64, f64), (f64, f64)), scene: &Scene<'_>) {
    let row = bars.height.saturating_sub(1);
    let mut wide = pen.part(Rect::new(bars.x - 1, bars.y, bars.width + 2, bars.height));
    let ((live_low, live_high), (back_low, back_high)) = shares;
    let least = 1e-9;
    let role = |live: f64| {
        if live > least {
            Role::Live
        } else {
            Role::Reference
        }
    };
    if live_low.max(back_low) > least {
        wide.put(0, row, '«', scene.style(role(live_low)));
    }
    if live_high.max(back_high) > least {
        wide.put(bars.width + 1, row, '»', scene.style(role(live_high)));
    }
}

/// The axis line with ticks, percentile marks and the labels below.
fn ruler(pen: &mut Pen<'_>, axis: &LogAxis, scene: &Scene<'_>) {
    let edge = scene.style(Role::Faint);
    pen.rule(0, pen.width(), 0, '─', edge);
    let mut free_from = 0;
    let goal = latency_goal(scene);
    let goal_cell = goal.and_then(|goal| axis.cell(goal)).map(|cell| cell + 1);
    let goal_text = goal.map_or_else(String::new, |goal| format!("{} goal", label(goal)));
    for (cell, value) in axis.ticks(4) {
        let x = cell + 1;
        pen.put(x, 0, '┴', edge);
        let text = label(value);
        let from = x.saturating_sub(width(&text) / 2);
        let to = from + width(&text);
        let hidden =
            goal_cell.is_some_and(|goal| from <= goal + width(&goal_text) && to + 2 > goal);
        if from >= free_from && to + 3 < pen.width() && !hidden {
            pen.text(from, 1, &text, scene.style(Role::Label));
            free_from = to + 1;
        }
    }
    pen.right(pen.width(), 1, "ms", scene.style(Role::Faint));
    if let Some(cell) = goal_cell {
        pen.put(cell, 0, '┴', scene.style(Role::Goal));
        let from = cell
            .saturating_sub(1)
            .min(pen.width().saturating_sub(width(&goal_text)));
        pen.text(from, 1, &goal_text, scene.style(Role::Goal));
    }
    let Some(trial) = scene.live else { return };
    let figures = [("50", trial.response.p50), ("99", trial.response.p99)];
    for (name, time) in figures {
        if let Some(cell) = time.and_then(|time| axis.cell(time.0)) {
            pen.text(cell + 1, 0, format!("▲{name}"), scene.style(Role::Figure));
        }
    }
}

/// Latency over the percentile, each further nine as wide as the one before.
fn nines(pen: &mut Pen<'_>, plot: Rect, behind: Option<&Behind<'_>>, scene: &Scene<'_>) {
    let bars = Rect {
        x: plot.x + 4,
        width: plot.width.saturating_sub(4),
        height: plot.height - 2,
        ..plot
    };
    let none = Bins::default();
    let live = scene.live.map_or(&none, |trial| &trial.bins);
    let back = behind.map_or(&none, |behind| behind.bins);
    let axis = axis(bars.height * 8, behind, scene);
    let scale = 4.3 / f64::from(bars.width.max(1));
    let heights = |bins: &Bins| -> Vec<f64> {
        (0..bars.width)
            .map(|x| {
                let rest = 10f64.powf(-(f64::from(x) + 0.5) * scale);
                let time = quantile(bins, 1.0 - rest);
                time.map_or(0.0, |time| {
                    (axis.position(time) / f64::from(axis.cells().max(1))).max(0.01)
                })
            })
            .collect()
    };
    let (front, rear) = (heights(live), heights(back));
    let mut area = pen.part(bars);
    columns::draw(&mut area, &front, &rear, scene.theme);
    let mut left = pen.part(Rect {
        x: plot.x,
        width: 4,
        ..bars
    });
    for (cell, value) in axis.over(bars.height).ticks(1) {
        let y = bars.height.saturating_sub(1 + cell);
        left.right(3, y, &label(value), scene.style(Role::Label));
    }
    let mut edge = pen.part(Rect {
        y: bars.bottom(),
        height: 2,
        ..bars
    });
    edge.rule(0, bars.width, 0, '─', scene.style(Role::Faint));
    for (nines, name) in [
        (0.301, "50"),
        (1.0, "90"),
        (2.0, "99"),
        (3.0, "99.9"),
        (4.0, "99.99"),
    ] {
        let x = crate::tui::widgets::number::cells(nines / scale);
        edge.put(x, 0, '┴', scene.style(Role::Faint));
        edge.text(
            x.saturating_sub(width(name) / 2),
            1,
            name,
            scene.style(Role::Label),
        );
    }
    edge.text(0, 1, "%", scene.style(Role::Faint));
}

/// The upper edge of the bin that holds a quantile; `None` with fewer than one record above it.
fn quantile(bins: &Bins, share: f64) -> Option<f64> {
    let total = float(bins.total());
    if total * (1.0 - share) < 1.0 {
        return None;
    }
    let mut seen = 0.0;
    for (at, count) in bins.counts.iter().enumerate() {
        seen += float(*count);
        if seen >= total * share {
            return Some(bins::lower_edge_ms(bins.first + at + 1));
        }
    }
    None
}
