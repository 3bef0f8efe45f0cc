//! The window of a sweep: how far it is, every point with its noise, the front, and what is recommended or why nothing is.

use std::fmt::Write as _;

use ratatui::layout::Rect;

use crate::measure::comparison::Metric;
use crate::report::format::{maybe, three};
use crate::report::sweep as report;
use crate::settings::knobs;
use crate::sweep::{Phase, PointResult};
use crate::tui::action::{Action, key_of};
use crate::tui::model::{Sweeping, Under};
use crate::tui::theme::Role;
use crate::tui::view::dialogs::{over_panels, window};
use crate::tui::view::front;
use crate::tui::view::scene::Scene;
use crate::tui::widgets::number::{cells, clock, float};
use crate::tui::widgets::pen::{Pen, cut, width, wrap};

/// The cells of the progress bar.
const BAR: u16 = 20;
/// The columns of figures: throughput, its noise (where there is room), time, its noise, blocks.
const WIDE: [u16; 5] = [9, 6, 8, 6, 3];
const NARROW: [u16; 5] = [7, 0, 8, 6, 3];
/// From this width on the table shows the noise of the throughput too.
const ROOMY: u16 = 56;
/// Marks before a point: the one that runs, its letter, where it stands.
const MARKS: u16 = 5;

/// Draws the window, if it is in front.
pub fn draw(pen: &mut Pen<'_>, scene: &Scene<'_>) {
    let Some(sweep) = scene.model.sweep_in_front() else {
        return;
    };
    let (room, size) = over_panels(pen.area());
    let mut middle = pen.part(room);
    let title = format!("sweep: {}", sweep.found.objective);
    let (mut window, inner) = window(&mut middle, size, &title, &keys(sweep), scene);
    let mut part = window.part(inner);
    progress(&mut part, sweep, scene);
    let said = said(sweep, inner.width);
    let lines = u16::try_from(said.len()).unwrap_or(u16::MAX);
    let lines = lines.min(inner.height.saturating_sub(3) / 2);
    let body = Rect {
        y: inner.y + 3,
        height: inner.height.saturating_sub(lines + 4),
        ..inner
    };
    points(&mut window, body, sweep, scene);
    let mut part = window.part(inner);
    let first = inner.height.saturating_sub(lines);
    for (y, (role, line)) in (first..inner.height).zip(said) {
        part.text(0, y, line, scene.style(role));
    }
}

fn keys(sweep: &Sweeping) -> String {
    let key = key_of(Action::Sweep);
    match (&sweep.under, sweep.found.recommendation.recommended) {
        (Some(_), _) => "Esc ends it with what is done".into(),
        (None, true) => format!("⏎ take it · {key} another · Esc close"),
        (None, false) => format!("{key} another · Esc close"),
    }
}

fn progress(pen: &mut Pen<'_>, sweep: &Sweeping, scene: &Scene<'_>) {
    let room = pen.width();
    let Some(under) = &sweep.under else {
        let text = cut(&report::what(&sweep.found), room);
        pen.text(0, 0, text, scene.style(Role::Figure));
        return;
    };
    let number = under.job.number;
    let total = sweep.pace.total(number);
    let share = float(number as u64) / float(total.max(1) as u64);
    let done = cells((share * f64::from(BAR)).round());
    pen.rule(0, done, 0, '━', scene.style(Role::Fill));
    pen.rule(done, BAR, 0, '─', scene.style(Role::Track));
    let spent = scene.latest.at.saturating_sub(under.since);
    let left = sweep.pace.left(number).saturating_sub(spent);
    let text = format!(
        "block {} of about {total} · {} left · {}",
        number + 1,
        clock(left),
        phase(sweep, under)
    );
    let text = cut(&text, room.saturating_sub(BAR + 1));
    pen.text(BAR + 1, 0, text, scene.style(Role::Figure));
    let text = cut(&format!("now {}", now(sweep, under)), room);
    pen.text(0, 1, text, scene.style(Role::Label));
}

fn phase(sweep: &Sweeping, under: &Under) -> String {
    let (job, plan) = (&under.job, &sweep.steps.plan);
    match job.phase {
        Phase::Explore if plan.objective.seeks_rate() => "looking for the highest rate".into(),
        Phase::Explore if plan.search == crate::sweep::Search::Guided => "exploring".into(),
        Phase::Explore | Phase::Shortlist => format!("round {} of {}", job.round + 1, plan.repeats),
        Phase::Confirm => format!(
            "the best against each other, {} of {}",
            job.round % plan.pairs.max(1) + 1,
            plan.pairs
        ),
    }
}

fn now(sweep: &Sweeping, under: &Under) -> String {
    let mut text = String::new();
    for axis in &sweep.steps.space.axes {
        let value = under.settings.value(axis.knob.name);
        let _ = write!(text, "{}={} ", axis.knob.name, axis.knob.text(value));
    }
    match under.job.rate {
        Some(rate) => text + &format!("at {}/s", three(rate)),
        None => text + "at full speed",
    }
}

/// The table to the left, the chart to the right.
fn points(window: &mut Pen<'_>, body: Rect, sweep: &Sweeping, scene: &Scene<'_>) {
    let left = (body.width * 11 / 20).clamp(body.width.min(40), 84);
    let mut table = window.part(Rect {
        width: left,
        ..body
    });
    rows(&mut table, sweep, scene);
    let chart = Rect {
        x: body.x + (left + 2).min(body.width),
        width: body.width.saturating_sub(left + 2),
        ..body
    };
    if chart.width >= 20 && chart.height >= 5 {
        front::draw(&mut window.part(chart), sweep, scene);
    }
}

fn rows(pen: &mut Pen<'_>, sweep: &Sweeping, scene: &Scene<'_>) {
    let metric = sweep.found.time();
    let time = format!("{} ms", metric.name());
    let heads = ["sent/s", "±%", &time, "±%", "n"];
    let names: Vec<&str> = sweep
        .steps
        .space
        .axes
        .iter()
        .map(|axis| axis.knob.name)
        .collect();
    let room = figures_at(pen).saturating_sub(MARKS);
    let named = cut(&names.join(" "), room);
    pen.text(MARKS, 0, named, scene.style(Role::Label));
    cells_of(pen, 0, &heads.map(str::to_owned), scene.style(Role::Label));
    let results = &sweep.found.results;
    let space = pen.height().saturating_sub(2);
    let now = sweep.under.as_ref().map(|under| {
        let values = sweep.steps.space.axes.iter().map(|axis| {
            let value = under.settings.value(axis.knob.name);
            (axis.knob.name.to_owned(), axis.knob.text(value))
        });
        (values.collect(), under.job.rate)
    });
    for (y, (at, result)) in (1..=space).zip(results.iter().enumerate()) {
        let runs = now
            .as_ref()
            .is_some_and(|(values, rate)| result.parameters == *values && result.rate == *rate);
        point(pen, y, (at, result, runs), metric, scene);
    }
    let more = results.len().saturating_sub(usize::from(space));
    let bottom = pen.height().saturating_sub(1);
    let legend = if more > 0 {
        format!("… {more} more · * front ~ near = as it is")
    } else {
        "* front  ~ within its noise  = as it is".into()
    };
    let width = pen.width();
    pen.text(0, bottom, cut(&legend, width), scene.style(Role::Faint));
}

fn point(
    pen: &mut Pen<'_>,
    y: u16,
    (at, result, runs): (usize, &PointResult, bool),
    metric: Metric,
    scene: &Scene<'_>,
) {
    let style = scene.style(front::role(result.front));
    if runs {
        pen.text(0, y, "▸", scene.style(Role::Cursor));
    }
    pen.put(1, y, front::letter(at, result.front), style);
    pen.text(2, y, report::marks(result), style);
    let figures = figures_at(pen);
    let words: Vec<String> = result.parameters.iter().map(worded).collect();
    let words = match (words.is_empty(), result.as_it_is) {
        (true, _) => "as it is".into(),
        _ => words.join(" "),
    };
    pen.text(MARKS, y, cut(&words, figures.saturating_sub(MARKS)), style);
    if let Some(problem) = &result.problem {
        let left = pen.width().saturating_sub(figures + 1);
        pen.text(figures + 1, y, cut(problem, left), scene.style(Role::Bad));
        return;
    }
    let (time, noise) = result.figure(metric);
    let figures = [
        maybe(result.records_per_s),
        report::noise(result.records_noise_percent),
        maybe(time),
        report::noise(noise),
        result.blocks.to_string(),
    ];
    cells_of(pen, y, &figures, style);
}

/// A value with its unit, for the column under its knob's name.
fn worded((name, text): (&String, &String)) -> String {
    let knob = knobs::find(name);
    let value = knob.and_then(|knob| Some((knob, knob.parse(text).ok()?)));
    value.map_or_else(
        || text.clone(),
        |(knob, value)| knob.show(&value).replace(' ', ""),
    )
}

/// The widths of the columns of figures.
fn columns(pen: &Pen<'_>) -> [u16; 5] {
    if pen.width() >= ROOMY { WIDE } else { NARROW }
}

/// Where the figures begin.
fn figures_at(pen: &Pen<'_>) -> u16 {
    pen.width().saturating_sub(columns(pen).iter().sum())
}

fn cells_of(pen: &mut Pen<'_>, y: u16, cells: &[String; 5], style: ratatui::style::Style) {
    let mut end = figures_at(pen);
    for (need, cell) in columns(pen).iter().zip(cells) {
        end += need;
        if end <= pen.width() && width(cell) <= *need {
            pen.right(end, y, cell, style);
        }
    }
}

/// What is recommended with what it rests on; while it runs, what is going on.
fn said(sweep: &Sweeping, room: u16) -> Vec<(Role, String)> {
    if let Some(under) = &sweep.under {
        let text = match under.job.phase {
            Phase::Confirm => {
                "Fresh blocks for the best two and the settings as they are: the best is recommended only if it wins beyond the noise."
            }
            _ => {
                "Points are measured in random order, so that drift does not pick the winner. Afterwards the load goes back to where it was."
            }
        };
        let lines = wrap(text, room).into_iter();
        return lines.map(|line| (Role::Label, line)).collect();
    }
    let found = &sweep.found;
    let mut told = report::evidence_with(found, report::plainly).into_iter();
    let good = if found.recommendation.recommended {
        Role::Good
    } else {
        Role::Warn
    };
    let verdict = told.next().unwrap_or_default();
    let mut lines: Vec<(Role, String)> = wrap(&verdict, room)
        .into_iter()
        .map(|line| (good, line))
        .collect();
    for sentence in told {
        let parts = wrap(&sentence, room.saturating_sub(2)).into_iter();
        let heads = std::iter::once("· ").chain(std::iter::repeat("  "));
        lines.extend(
            heads
                .zip(parts)
                .map(|(head, part)| (Role::Text, format!("{head}{part}"))),
        );
    }
    lines
}
