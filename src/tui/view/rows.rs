//! The framed panel of sliders: settings, workload, conditions.

use std::fmt::Write as _;

use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use crate::settings::{Kind, Knob};
use crate::tui::model::{Hit, Panel};
use crate::tui::theme::Role;
use crate::tui::view::layout::{Layout, Size};
use crate::tui::view::row::{self, Grid};
use crate::tui::view::scene::Scene;
use crate::tui::widgets::pen::{Pen, cut, width};
use crate::tui::widgets::slider;

/// Where one row stands on the screen.
struct Place {
    panel: Panel,
    index: usize,
    area: Rect,
}

/// Draws the frame, its headings and all rows.
pub fn draw(pen: &mut Pen<'_>, layout: &Layout, scene: &Scene<'_>) {
    frame(pen, layout, scene);
    for place in places(layout, scene) {
        let Some(row) = place.panel.knobs().get(place.index) else {
            continue;
        };
        let chosen = scene.model.focus == place.panel
            && place.panel.index().map(|at| scene.model.rows[at]) == Some(place.index);
        row::draw(&mut pen.part(place.area), row, chosen, scene);
    }
    for (panel, area, hidden) in hidden(layout, scene) {
        more(&mut pen.part(area), panel, &hidden, layout.size, scene);
    }
}

/// What is under a position: a row, its track, or a panel.
#[must_use]
pub fn at(layout: &Layout, scene: &Scene<'_>, at: Position) -> Option<Hit> {
    for place in places(layout, scene) {
        if !place.area.contains(at) {
            continue;
        }
        let grid = Grid::of(place.area.width);
        let column = (at.x - place.area.x).checked_sub(grid.track_at());
        let column = column.filter(|column| *column < grid.track);
        let slides = place
            .panel
            .knobs()
            .get(place.index)
            .is_some_and(|row| !matches!(row.kind, Kind::Text(_)));
        return Some(match column.filter(|_| slides) {
            Some(column) => Hit::Track(place.panel, place.index, slider::place(column, grid.track)),
            None => Hit::Row(place.panel, place.index),
        });
    }
    let inside = |area: &Rect| area.contains(at);
    let section = layout.sections.iter().position(inside);
    section
        .and_then(|section| Panel::ALL.get(section))
        .map(|panel| Hit::Panel(*panel))
}

/// The rows that are shown in a section: the first one and how many.
fn window(panel: Panel, height: u16, layout: &Layout, scene: &Scene<'_>) -> (usize, usize) {
    let all = panel.knobs().len();
    let height = usize::from(height);
    let tells_more = layout.size == Size::Wide && all > height && height >= 3;
    let room = if tells_more { height - 1 } else { height };
    let chosen = panel.index().map_or(0, |at| scene.model.rows[at]);
    let first = (chosen + 1)
        .saturating_sub(room)
        .min(all.saturating_sub(room));
    (first, room.min(all))
}

fn places(layout: &Layout, scene: &Scene<'_>) -> Vec<Place> {
    let mut places = Vec::new();
    for (panel, section) in Panel::ALL.into_iter().zip(layout.sections) {
        let (first, count) = window(panel, section.height, layout, scene);
        for index in first..first + count {
            let down = u16::try_from(index - first).unwrap_or(u16::MAX);
            let area = Rect {
                y: section.y + down,
                height: 1,
                ..section
            };
            places.push(Place { panel, index, area });
        }
    }
    places
}

/// Rows without a place, by panel, with the line that tells of them.
fn hidden(layout: &Layout, scene: &Scene<'_>) -> Vec<(Panel, Rect, Vec<&'static Knob>)> {
    let mut lines = Vec::new();
    let inner = super::layout::inside(layout.left);
    for (panel, section) in Panel::ALL.into_iter().zip(layout.sections) {
        let (first, count) = window(panel, section.height, layout, scene);
        let focus = scene.model.focus.index().unwrap_or(0);
        if layout.size != Size::Wide && panel.index() != Some(focus) {
            continue;
        }
        let rows = panel.knobs().iter().copied().enumerate();
        let out: Vec<&Knob> = rows
            .filter(|(index, _)| *index < first || *index >= first + count)
            .map(|(_, row)| row)
            .collect();
        let y = if layout.size == Size::Wide {
            section.bottom().saturating_sub(1)
        } else {
            inner.bottom().saturating_sub(1)
        };
        let room = usize::from(section.height) > count || layout.size != Size::Wide;
        if room && inner.height > 1 && (!out.is_empty() || layout.size != Size::Wide) {
            lines.push((
                panel,
                Rect {
                    y,
                    height: 1,
                    ..inner
                },
                out,
            ));
        }
    }
    lines
}

fn more(pen: &mut Pen<'_>, panel: Panel, hidden: &[&Knob], size: Size, scene: &Scene<'_>) {
    let usual = scene
        .base
        .map_or_else(Default::default, |base| (*base.settings).clone());
    let changed: Vec<&str> = hidden
        .iter()
        .filter(|row| scene.next.value(row.name) != usual.value(row.name))
        .map(|row| row.name)
        .collect();
    let mut text = if size == Size::Wide {
        format!(" {} more", hidden.len())
    } else {
        format!(" +{}", hidden.len())
    };
    if !changed.is_empty() {
        let _ = write!(text, ", {} changed: {}", changed.len(), changed.join(" "));
    }
    if size != Size::Wide {
        for other in [Panel::Settings, Panel::Workload, Panel::Conditions] {
            if other != panel {
                let _ = write!(text, " · {}", other.title());
            }
        }
    }
    let room = pen.width().saturating_sub(5);
    pen.text(0, 0, cut(&text, room), scene.style(Role::Faint));
    pen.right(
        pen.width().saturating_sub(1),
        0,
        "Tab",
        scene.style(Role::Key),
    );
}

fn frame(pen: &mut Pen<'_>, layout: &Layout, scene: &Scene<'_>) {
    let focus = scene.model.focus;
    let border = if focus == Panel::Trials {
        Role::Border
    } else {
        Role::Focus
    };
    let border = scene.style(if layout.size == Size::Wide {
        Role::Border
    } else {
        border
    });
    let first = if layout.size == Size::Wide || focus == Panel::Trials {
        Panel::Settings
    } else {
        focus
    };
    let mut left = pen.part(layout.left);
    left.frame(border, &heading(first, scene));
    left.edge_note(0, width(first.title()) + 2, &legend(left.width(), scene));
    if layout.size != Size::Wide {
        return;
    }
    for (panel, section) in [Panel::Workload, Panel::Conditions]
        .into_iter()
        .zip(&layout.sections[1..])
    {
        let y = section.y.saturating_sub(layout.left.y + 1);
        left.divider(y, border, &heading(panel, scene));
        if panel == Panel::Conditions {
            let note = scene.span(Role::Label, format!(" {} ", conditions(scene)));
            left.edge_note(y, 14, &Line::from(note));
        }
    }
}

fn heading<'a>(panel: Panel, scene: &Scene<'_>) -> Line<'a> {
    let has_keys = scene.model.focus == panel;
    let role = if has_keys { Role::Cursor } else { Role::Title };
    let mark = if has_keys { "▸" } else { " " };
    Line::from(vec![scene.span(role, format!("{mark}{} ", panel.title()))])
}

fn legend<'a>(room: u16, scene: &Scene<'_>) -> Line<'a> {
    let label = |text: &'static str| scene.span(Role::Faint, text);
    let mut line = vec![label(" ")];
    if room >= 44 {
        line.extend([scene.span(Role::Default, "┼"), label(" default ")]);
    }
    line.extend([
        scene.span(Role::Base, "◇"),
        label(" base "),
        scene.span(Role::Now, "●"),
        label(" now "),
        scene.span(Role::Next, "○"),
        label(" next "),
    ]);
    Line::from(line)
}

fn conditions(scene: &Scene<'_>) -> String {
    if scene.now.number("errors.retriable") + scene.now.number("errors.fatal") > 0.0 {
        return "errors injected".into();
    }
    let measured = scene
        .live
        .and_then(|trial| trial.stages.breakdown.round_trip);
    measured.map_or_else(
        || "nothing injected".into(),
        |rtt| {
            let rtt = crate::tui::widgets::number::time(rtt);
            format!("no errors · rtt {rtt}")
        },
    )
}
