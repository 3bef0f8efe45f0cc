//! The picture: one room for every panel. A picture depends on the model, the reading and the theme alone.

pub mod claims;
pub mod clients;
pub mod dialogs;
pub mod footer;
pub mod front;
pub mod header;
pub mod heat;
pub mod help;
pub mod histogram;
pub mod knob;
pub mod layout;
pub mod past;
pub mod percentiles;
pub mod row;
pub mod rows;
pub mod scene;
pub mod sparks;
pub mod stages;
pub mod sweep;
pub mod tiny;
pub mod trials;
pub mod why;

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::lab::Reading;
use crate::tui::model::{Hit, Model, Panel};
use crate::tui::theme::Theme;
use crate::tui::widgets::pen::Pen;
use layout::{Layout, Size};
use scene::Scene;

/// Draws the whole screen into the frame. Any size is fine.
pub fn draw(frame: &mut Frame<'_>, model: &Model, reading: &Reading, theme: &Theme) {
    let area = frame.area();
    let scene = Scene::new(model, reading, theme);
    let mut pen = Pen::new(frame.buffer_mut(), area);
    paint(&mut pen, area, &scene);
}

fn paint(pen: &mut Pen<'_>, area: Rect, scene: &Scene<'_>) {
    let layout = Layout::of(area, scene);
    if layout.size == Size::Tiny {
        tiny::draw(pen, scene);
        return;
    }
    header::draw(&mut pen.part(layout.header), scene);
    rows::draw(pen, &layout, scene);
    knob::draw(&mut pen.part(layout.knob), scene);
    heat::draw(&mut pen.part(layout.heat), scene);
    histogram::draw(&mut pen.part(layout.histogram), scene);
    sparks::draw(&mut pen.part(layout.sparks), scene);
    stages::draw(&mut pen.part(layout.stages), scene);
    trials::draw(&mut pen.part(layout.trials), scene);
    why::draw(&mut pen.part(layout.why), scene);
    footer::draw(&mut pen.part(layout.footer), scene);
    sweep::draw(pen, scene);
    claims::draw(pen, scene);
    dialogs::draw(pen, scene);
}

/// What is under a cell of the screen, by the same layout that draws it; `None` outside and under what stands in front.
#[must_use]
pub fn hit(area: Rect, model: &Model, reading: &Reading, x: u16, y: u16) -> Option<Hit> {
    let theme = Theme::new(model.theme, termprofile::TermProfile::NoColor);
    let scene = Scene::new(model, reading, &theme);
    let layout = Layout::of(area, &scene);
    let at = Position::new(x, y);
    let covered = model.dialog.is_some() || model.has_window();
    if covered || layout.size == Size::Tiny || !area.contains(at) {
        return None;
    }
    if layout.trials.contains(at) {
        let row = trials::at(layout.trials, &scene, y);
        return Some(row.map_or(Hit::Panel(Panel::Trials), Hit::Trial));
    }
    rows::at(&layout, &scene, at)
}

#[cfg(test)]
mod tests;
