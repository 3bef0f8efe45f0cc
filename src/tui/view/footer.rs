//! The keys that matter most here, as many as fit.

use ratatui::text::Line;

use crate::tui::action;
use crate::tui::theme::Role;
use crate::tui::view::scene::Scene;
use crate::tui::widgets::pen::{Pen, width};

/// Draws the line.
pub fn draw(pen: &mut Pen<'_>, scene: &Scene<'_>) {
    if pen.height() == 0 {
        return;
    }
    let keys = action::footer(scene.model.focus);
    let help = ("?", "help");
    let reserved = width(help.0) + width(help.1) + 4;
    let mut line = Vec::new();
    let mut used = 1;
    let others = keys.into_iter().filter(|key| *key != help);
    for (key, label) in others {
        let need = width(key) + width(label) + 3;
        if used + need + reserved > pen.width() {
            break;
        }
        used += need;
        line.push(scene.span(Role::Key, key));
        line.push(scene.span(Role::Label, format!(" {label}  ")));
    }
    line.push(scene.span(Role::Key, help.0));
    line.push(scene.span(Role::Label, format!(" {}", help.1)));
    pen.line(1, 0, &Line::from(line));
}
