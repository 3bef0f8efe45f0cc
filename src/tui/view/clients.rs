//! The list of forms that settings are exported in.

use crate::settings::export::FORMATS;
use crate::tui::dialog::ExportList;
use crate::tui::theme::Role;
use crate::tui::view::dialogs::window;
use crate::tui::view::scene::Scene;
use crate::tui::widgets::pen::{Pen, cut};

/// Draws the list: form, what it is for, and the file that it is written into.
pub fn draw(pen: &mut Pen<'_>, list: ExportList, scene: &Scene<'_>) {
    let count = u16::try_from(FORMATS.len()).unwrap_or(u16::MAX);
    let (mut window, inner) = window(
        pen,
        (78, count.saturating_add(4)),
        &format!("export the settings of #{}", list.trial),
        "↑↓ choose · ⏎ write · Esc back",
        scene,
    );
    let mut part = window.part(inner);
    let rows = part.height().saturating_sub(2);
    let first = (list.at + 1).saturating_sub(usize::from(rows));
    for (y, (at, format)) in (0..rows).zip(FORMATS.iter().enumerate().skip(first)) {
        let chosen = at == list.at;
        let role = if chosen { Role::Cursor } else { Role::Text };
        let mark = if chosen { "▸" } else { " " };
        part.text(0, y, mark, scene.style(Role::Cursor));
        part.text(2, y, format.name, scene.style(role));
        let left = part.width().saturating_sub(21);
        part.text(21, y, cut(format.about, left), scene.style(Role::Label));
    }
    let file = FORMATS.get(list.at).map_or("", |format| format.file);
    let text = format!("writes {file} into this folder, over no other file");
    let room = part.width();
    let bottom = part.height().saturating_sub(1);
    part.text(0, bottom, cut(&text, room), scene.style(Role::Label));
}
