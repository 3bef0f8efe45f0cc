//! The help: every key of the action table, in columns.

use ratatui::text::Line;

use crate::tui::action;
use crate::tui::theme::Role;
use crate::tui::view::dialogs::window;
use crate::tui::view::scene::Scene;
use crate::tui::widgets::pen::{Pen, width, wrap};

/// Draws the help over the screen, scrolled down by so many lines.
pub fn draw(pen: &mut Pen<'_>, scroll: u16, scene: &Scene<'_>) {
    let lines = lines(scene);
    let whole = pen.area();
    let columns: u16 = if whole.width >= 116 { 2 } else { 1 };
    let count = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let rows = count.div_ceil(columns);
    let (w, h) = (58 * columns + 4, rows + 2);
    let (mut window, inner) = window(pen, (w, h), "keys", "Esc back", scene);
    let most = rows.saturating_sub(inner.height);
    let first = scroll.min(most);
    for column in 0..columns {
        let start = usize::from(column * rows + first);
        let end = usize::from(((column + 1) * rows).min(count));
        let shown = lines.get(start..end).unwrap_or(&[]);
        let area = ratatui::layout::Rect {
            x: inner.x + column * 59,
            width: inner.width.saturating_sub(column * 59).min(58),
            ..inner
        };
        let mut part = window.part(area);
        for (y, line) in (0..area.height).zip(shown) {
            part.line(0, y, line);
        }
    }
    if most > 0 {
        let note = format!(" ↑↓ {} more ", most - first);
        window.right(
            window.width().saturating_sub(2),
            window.height().saturating_sub(1),
            &note,
            scene.style(Role::Key),
        );
    }
}

fn lines(scene: &Scene<'_>) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for (section, rows) in action::help() {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.push(Line::from(scene.span(Role::Title, section.title())));
        for row in rows {
            let pad = " ".repeat(usize::from(7u16.saturating_sub(width(row.shown))));
            let mut key = format!("  {}{pad}", row.shown);
            for part in wrap(row.help, 48) {
                lines.push(Line::from(vec![
                    scene.span(Role::Key, std::mem::replace(&mut key, " ".repeat(9))),
                    scene.span(Role::Text, part),
                ]));
            }
        }
    }
    lines
}
