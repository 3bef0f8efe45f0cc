//! The rows of results, newest on top.

use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::lab::{Figure, Told, TrialReading, TrialState};
use crate::measure::comparison::Metric;
use crate::tui::model::Panel;
use crate::tui::theme::Role;
use crate::tui::view::percentiles::{delta, figure, spread, state};
use crate::tui::view::scene::{Scene, origin};
use crate::tui::widgets::number::{clock, float, mib, short, tiny};
use crate::tui::widgets::pen::{Pen, cut, width};

/// A column: heading, width with the space before it, and the screen widths from which on it is shown: as long as no trial is
/// audited, and beside the counts of an audit.
struct Column {
    name: &'static str,
    width: u16,
    from: u16,
    beside_audit: u16,
}

const fn column(name: &'static str, width: u16, from: u16, beside_audit: u16) -> Column {
    Column {
        name,
        width,
        from,
        beside_audit,
    }
}

const NEVER: u16 = u16::MAX;

const COLUMNS: [Column; 15] = [
    column("sent/s", 8, 0, 0),
    column("MiB/s", 6, 100, 116),
    column("p50", 6, 50, 60),
    column("p99", 7, 0, 0),
    column("p99.9", 7, 60, 100),
    column("Δp99", 8, 0, 60),
    column("rec/b", 6, 116, 132),
    column("req/s", 6, 116, 132),
    column("retry", 6, 72, 100),
    column("fail", 5, 50, 72),
    column("lost", 6, NEVER, 0),
    column("dup", 6, NEVER, 0),
    column("reord", 6, NEVER, 0),
    column("for", 6, 72, 80),
    column("goal", 5, 100, 100),
];

/// The columns that a screen of this width shows, each with its place in the table and its width.
fn shown(
    width: u16,
    scene: &Scene<'_>,
) -> impl Iterator<Item = (usize, &'static str, u16)> + use<> {
    let air = (width.saturating_sub(120) / 20).min(3);
    let audited = scene.is_audited();
    let columns = COLUMNS.iter().enumerate();
    columns
        .filter(move |(_, column)| {
            width
                >= if audited {
                    column.beside_audit
                } else {
                    column.from
                }
        })
        .map(move |(at, column)| (at, column.name, column.width + air))
}

fn story_width(width: u16, scene: &Scene<'_>) -> u16 {
    let taken: u16 = shown(width, scene).map(|column| column.2).sum();
    width.saturating_sub(taken + 6)
}

/// What stands above the rows: a heading where there is room, and the names of the columns.
fn head(height: u16) -> u16 {
    if height >= 7 { 2 } else { 1 }
}

/// With fewer lines than these the base is not kept in sight.
const PINNED_FROM: usize = 3;

/// The trials that are shown, newest first, with their lines from the top of the rows; the opening one takes the first line, and the
/// base the last one where it would be out of sight, since every change is told against it.
fn visible<'a>(height: u16, scene: &Scene<'a>) -> Vec<(u16, &'a TrialReading)> {
    let opening = u16::from(scene.reading.opening.is_some());
    let room = usize::from(height.saturating_sub(head(height) + opening));
    let newest: Vec<&TrialReading> = scene.model.rows(scene.reading).collect();
    let chosen = scene.model.chosen_trial;
    let at = chosen.and_then(|number| newest.iter().position(|trial| trial.number == number));
    let window = |room: usize| -> Vec<&'a TrialReading> {
        let first = at.map_or(0, |at| (at + 1).saturating_sub(room));
        newest.iter().copied().skip(first).take(room).collect()
    };
    let mut lines = window(room);
    let base = scene.base.filter(|_| room >= PINNED_FROM);
    if let Some(base) = base
        && lines.iter().all(|trial| trial.number != base.number)
    {
        lines = window(room - 1);
        lines.push(base);
    }
    let top = head(height) + opening;
    let numbered = lines.into_iter().enumerate();
    numbered
        .map(|(line, trial)| (top + u16::try_from(line).unwrap_or(u16::MAX), trial))
        .collect()
}

/// The trial at a row of the screen.
#[must_use]
pub fn at(area: Rect, scene: &Scene<'_>, y: u16) -> Option<u64> {
    let line = y.checked_sub(area.y)?;
    let rows = visible(area.height, scene);
    rows.iter()
        .find(|row| row.0 == line)
        .map(|row| row.1.number)
}

/// Draws the panel.
pub fn draw(pen: &mut Pen<'_>, scene: &Scene<'_>) {
    if pen.height() < 2 {
        return;
    }
    let (height, w) = (pen.height(), pen.width());
    if head(height) == 2 {
        heading(pen, scene);
    }
    let y = head(height) - 1;
    pen.text(1, y, "#", scene.style(Role::Label));
    let title = if scene.base.is_some() {
        "changed from base"
    } else {
        "settings"
    };
    pen.text(5, y, title, scene.style(Role::Label));
    let mut end = 6 + story_width(w, scene);
    for (_, name, width) in shown(w, scene) {
        end += width;
        pen.right(end, y, name, scene.style(Role::Label));
    }
    if let Some(opening) = &scene.reading.opening {
        pen.right(
            3,
            y + 1,
            &opening.number.to_string(),
            scene.style(Role::Next),
        );
        let other = scene.base.map_or(&scene.now, |base| &base.settings);
        let story = scene.changes(&opening.settings, other);
        let room = story_width(w, scene);
        let after = pen.text(
            5,
            y + 1,
            cut(&story, room.min(w / 2)),
            scene.style(Role::Next),
        );
        let took = opening.took.as_secs_f64();
        let text = format!(
            "opening: {}, {took:.1} s · the load is still on #{}",
            opening.progress, scene.reading.live
        );
        let x = after.max(5 + room / 2) + 2;
        pen.text(
            x,
            y + 1,
            cut(&text, w.saturating_sub(x)),
            scene.style(Role::Label),
        );
    }
    for (line, trial) in visible(height, scene) {
        row(pen, line, trial, scene);
    }
}

fn heading(pen: &mut Pen<'_>, scene: &Scene<'_>) {
    let focus = scene.model.focus == Panel::Trials;
    let edge = scene.style(if focus { Role::Focus } else { Role::Border });
    pen.rule(0, pen.width(), 0, '─', edge);
    let (mark, role) = if focus {
        ("▸", Role::Cursor)
    } else {
        (" ", Role::Title)
    };
    pen.text(1, 0, format!("{mark}trials "), scene.style(role));
    let key = |text: &'static str| scene.span(Role::Key, text);
    let word = |text: &'static str| scene.span(Role::Label, text);
    let keys = if focus {
        vec![
            key(" ↑↓"),
            word(" choose  "),
            key("⏎"),
            word(" go back to it  "),
            key("b"),
            word(" base  "),
            key("n"),
            word(" note "),
        ]
    } else if scene.is_audited() {
        vec![word(" ◇ base  ● live  … audit not settled  – not audited ")]
    } else {
        vec![word(" ◇ base  ● live  ▽ △ seen once  ≈ within noise ")]
    };
    pen.line_right(pen.width().saturating_sub(2), 0, &Line::from(keys));
}

fn row(pen: &mut Pen<'_>, y: u16, trial: &TrialReading, scene: &Scene<'_>) {
    let live = trial.number == scene.reading.live;
    let is_base = scene.reading.base == Some(trial.number);
    let chosen = scene
        .model
        .chosen_trial
        .map_or(live, |chosen| chosen == trial.number);
    let has_keys = chosen && scene.model.focus == Panel::Trials;
    let role = match (has_keys, live, trial.state) {
        (true, ..) => Role::Cursor,
        (_, _, TrialState::Settling) => Role::Faint,
        (_, true, _) => Role::Figure,
        _ => Role::Text,
    };
    let style = scene.style(role);
    pen.text(
        0,
        y,
        if chosen { "▸" } else { " " },
        scene.style(Role::Cursor),
    );
    pen.right(3, y, &trial.number.to_string(), style);
    let (mark, mark_role) = match (live, is_base) {
        (true, true) => ('◆', Role::Now),
        (true, false) => ('●', Role::Now),
        (false, true) => ('◇', Role::Base),
        (false, false) => (' ', Role::Text),
    };
    pen.put(3, y, mark, scene.style(mark_role));
    let room = story_width(pen.width(), scene);
    pen.text(5, y, cut(&story(trial, is_base, scene), room), style);
    let mut end = 6 + room;
    for (at, _, width) in shown(pen.width(), scene) {
        end += width;
        let (text, own) = cell(at, trial, is_base, scene);
        let style = own
            .filter(|_| role != Role::Faint)
            .map_or(style, |own| scene.style(own));
        pen.right(end, y, &text, style);
    }
}

fn story(trial: &TrialReading, is_base: bool, scene: &Scene<'_>) -> String {
    let mut text = match scene.base.filter(|_| !is_base) {
        Some(base) => scene.changes(&trial.settings, &base.settings),
        None => origin(&trial.settings),
    };
    if text.is_empty() {
        text = "the same".into();
    }
    if let Some(same) = trial.same_as {
        text = format!("= #{same}  {text}");
    }
    match trial.state {
        TrialState::Draining => text.push_str(" · drains"),
        TrialState::Settling => text.push_str(" · settling"),
        _ => {}
    }
    if trial.transactions.is_some_and(|it| it.fenced) {
        text.push_str(" · FENCED");
    }
    if trial
        .audit
        .as_ref()
        .is_some_and(|it| it.trouble().is_some())
    {
        text.push_str(" · not audited");
    }
    match &trial.note {
        Some(note) => format!("{text} · {note}"),
        None => text,
    }
}

/// The text of a cell, and its role where it has one of its own.
fn cell(
    at: usize,
    trial: &TrialReading,
    is_base: bool,
    scene: &Scene<'_>,
) -> (String, Option<Role>) {
    let stages = &trial.stages;
    let count = |figure: f64| fitting(figure, at, 0);
    let full_speed = trial.settings.number("rate").is_infinite();
    let bad = |count: u64| (count > 0).then_some(Role::Bad);
    match at {
        0 => (short(trial.sent_per_s), None),
        1 => (mib(trial.mib_per_s), None),
        2 => (figure(trial.response.p50, &trial.response), None),
        3 => (figure(trial.response.p99, &trial.response), None),
        4 => (figure(trial.response.p99_9, &trial.response), None),
        5 if is_base => ("base".into(), Some(Role::Base)),
        5 if full_speed => ("max".into(), Some(Role::Label)),
        5 => difference(trial, scene),
        6 => (
            stages.batch_records.map_or_else(|| "n/a".into(), count),
            None,
        ),
        7 => (count(stages.requests_per_s), None),
        8 => (
            count(float(stages.retries)),
            bad(stages.retries).map(|_| Role::Warn),
        ),
        9 => (
            count(float(trial.accounts.failed)),
            bad(trial.accounts.failed),
        ),
        10 => guarantee(trial, Figure::Lost, at),
        11 => guarantee(trial, Figure::Duplicated, at),
        12 => guarantee(trial, Figure::Reordered, at),
        13 => (clock(trial.held), None),
        _ => goal(trial),
    }
}

/// A figure as its column has room for it, beside this many signs: `1,234`, or `1.2k` where that would touch the next column.
fn fitting(figure: f64, at: usize, signs: u16) -> String {
    let text = short(figure);
    let room = COLUMNS[at].width - 1 - signs;
    if width(&text) <= room {
        text
    } else {
        tiny(figure)
    }
}

/// A count of the audit: `…` while it is not settled (with what was found so far), a figure after that.
fn guarantee(trial: &TrialReading, figure: Figure, at: usize) -> (String, Option<Role>) {
    let told = trial.audit.as_ref().and_then(|it| it.told(figure));
    let signs = u16::from(!matches!(told, Some(Told::Exactly(_))));
    let text = |count: u64| fitting(float(count), at, signs);
    match told {
        None => ("–".into(), Some(Role::Faint)),
        Some(Told::Pending(0)) => ("…".into(), Some(Role::Faint)),
        Some(Told::Pending(found)) => (format!("{}…", text(found)), Some(Role::Bad)),
        Some(Told::Exactly(0)) => ("0".into(), Some(Role::Good)),
        Some(Told::Exactly(found)) => (text(found), Some(Role::Bad)),
        Some(Told::AtLeast(found)) if found > 0 => (format!("≥{}", text(found)), Some(Role::Bad)),
        Some(Told::AtLeast(_) | Told::Unknown) => ("n/a".into(), Some(Role::Warn)),
    }
}

fn difference(trial: &TrialReading, scene: &Scene<'_>) -> (String, Option<Role>) {
    let Some(base) = scene
        .base
        .filter(|base| !base.settings.number("rate").is_infinite())
    else {
        return ("n/a".into(), Some(Role::Faint));
    };
    let noise = spread(trial.spread, base.spread, true);
    delta(trial.response.p99, base.response.p99, noise).map_or_else(
        || ("n/a".into(), Some(Role::Faint)),
        |delta| {
            let mut proofs = scene.model.proofs_of(&base.settings, &trial.settings);
            let proved = proofs.find(|(metric, _)| *metric == Metric::P99);
            let delta = delta.proved(proved.map(|(_, verdict)| verdict));
            (format!("{} {}", delta.text, delta.mark), Some(delta.role))
        },
    )
}

fn goal(trial: &TrialReading) -> (String, Option<Role>) {
    if trial.goals.is_empty() {
        return (String::new(), None);
    }
    let worst = trial.goals.iter().max_by_key(|goal| match goal {
        crate::lab::GoalState::Held => 0,
        crate::lab::GoalState::Unknown => 1,
        crate::lab::GoalState::Missed => 2,
    });
    let (sign, role) = state(worst);
    (sign.to_string(), Some(role))
}
