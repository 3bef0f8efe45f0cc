//! One row: its name, its slider, its value.

use crate::settings::{Group, Kind, Knob, Step, Value};
use crate::tui::theme::Role;
use crate::tui::view::scene::{Scene, turned};
use crate::tui::widgets::pen::{Pen, cut, squeeze, width};
use crate::tui::widgets::slider::Slider;

/// The widths within a row.
pub struct Grid {
    label: u16,
    /// Cells of the track.
    pub track: u16,
}

impl Grid {
    /// The widths within so many cells.
    #[must_use]
    pub fn of(width: u16) -> Self {
        let value = if width >= 42 { 12 } else { 9 };
        let label = (width * 42 / 100).clamp(14, 26);
        Self {
            label,
            track: width.saturating_sub(label + value + 2),
        }
    }

    /// The column where the track begins.
    #[must_use]
    pub fn track_at(&self) -> u16 {
        1 + self.label
    }

    fn value_at(&self) -> u16 {
        self.track_at() + self.track + 1
    }
}

/// Draws the row over the whole pen.
pub fn draw(pen: &mut Pen<'_>, row: &'static Knob, chosen: bool, scene: &Scene<'_>) {
    let grid = Grid::of(pen.width());
    let idle = (row.idle)(&scene.next, &scene.around).is_some();
    let role = match (chosen, idle) {
        (true, _) => Role::Cursor,
        (false, true) => Role::Idle,
        (false, false) => Role::Text,
    };
    pen.text(0, 0, if chosen { "▸" } else { " " }, scene.style(role));
    let label = short_name(row.name, grid.label.saturating_sub(1));
    pen.text(1, 0, label, scene.style(role));
    let (now, next) = (scene.now.value(row.name), scene.next.value(row.name));
    let typing = scene
        .model
        .typing
        .as_ref()
        .filter(|typing| typing.row == row.name);
    let text_row = matches!(row.kind, Kind::Text(_));
    let at = if text_row {
        grid.track_at()
    } else {
        grid.value_at()
    };
    if !text_row {
        slider_of(row, now, next, chosen, idle, scene).draw(
            pen,
            grid.track_at(),
            0,
            grid.track,
            scene.theme,
        );
    }
    let room = pen.width().saturating_sub(at);
    if let Some(typing) = typing {
        let text = format!("{}▏", typing.entry.value());
        let start = usize::from(width(&text).saturating_sub(room));
        let tail: String = text.chars().skip(start).collect();
        pen.text(at, 0, tail, scene.style(Role::Next));
    } else if now == next {
        let shown = row.show(now);
        let absent = row.group == Group::Conditions && !scene.around.embedded && !scene.around.wire;
        let shown = if (text_row && shown.is_empty()) || (idle && absent) {
            "–".into()
        } else {
            shown
        };
        let role = if idle { Role::Idle } else { Role::Text };
        pen.text(at, 0, cut(&shown, room), scene.style(role));
    } else {
        pen.text(
            at,
            0,
            pending(row, now, next, room),
            scene.style(Role::Next),
        );
    }
}

/// A row's name in so many cells: without the unit that its value shows, then without its family, then squeezed.
fn short_name(name: &str, room: u16) -> String {
    if width(name) <= room {
        return name.into();
    }
    let units = [".ms", ".bytes", ".kbytes", ".type"];
    let bare = units
        .iter()
        .find_map(|unit| name.strip_suffix(unit))
        .unwrap_or(name);
    let mut rest = bare;
    while width(rest) > room {
        match rest.split_once('.') {
            Some((_, tail)) if tail.len() >= 10 => rest = tail,
            _ => return squeeze(bare, room),
        }
    }
    rest.into()
}

/// `2→20 ms`, or only `→ 20 ms` where there is no room for both.
fn pending(row: &Knob, now: &Value, next: &Value, room: u16) -> String {
    let both = turned(row, now, next, false);
    let tight = turned(row, now, next, true);
    if width(&both) <= room {
        both
    } else if width(&tight) <= room {
        tight
    } else {
        cut(&format!("→{}", row.show(next)), room)
    }
}

fn slider_of(
    row: &Knob,
    now: &Value,
    next: &Value,
    chosen: bool,
    idle: bool,
    scene: &Scene<'_>,
) -> Slider {
    let refusal = scene.model.refusal();
    let turned = scene
        .model
        .wish
        .as_ref()
        .is_some_and(|wish| wish.row == row.name);
    Slider {
        now: row.place(now),
        next: (now != next).then(|| row.place(next)),
        base: scene
            .base
            .map(|base| row.place(base.settings.value(row.name))),
        default: Some(row.place(&row.default_value())),
        stops: if row.step == Step::Choices {
            row.stops()
        } else {
            Vec::new()
        },
        ceiling: scene
            .reading
            .ceiling
            .filter(|_| row.name == "rate")
            .map(|ceiling| row.place(&Value::Number(ceiling.0))),
        refused: turned && refusal.is_some_and(|finding| finding.knobs.contains(&row.name)),
        chosen,
        idle,
    }
}
