//! The mouse: sliders follow it and apply on release; the wheel steps.

use std::sync::Arc;

use crate::lab::Reading;
use crate::settings::Source;
use crate::tui::dialog::Dialog;
use crate::tui::model::{Hit, Model, Panel};
use crate::tui::update::{Effect, Pointer, dialogs, trials, turn};

/// Takes what the mouse did in.
pub fn point(
    model: &mut Model,
    reading: &Arc<Reading>,
    pointer: Pointer,
    hit: Option<Hit>,
) -> Vec<Effect> {
    if pointer == Pointer::Release {
        release(model);
        return Vec::new();
    }
    if let Some(dialog) = model.dialog.as_mut() {
        scroll_dialog(dialog, pointer);
        return Vec::new();
    }
    let Some(hit) = hit else { return Vec::new() };
    match pointer {
        Pointer::Press => press(model, reading, hit),
        Pointer::Drag => drag(model, reading, hit),
        Pointer::WheelUp => wheel(model, reading, hit, true),
        Pointer::WheelDown => wheel(model, reading, hit, false),
        Pointer::Release => {}
    }
    Vec::new()
}

fn release(model: &mut Model) {
    if let Some(wish) = model.wish.as_mut().filter(|wish| wish.dragging) {
        wish.dragging = false;
        wish.hurry = !model.held;
    }
}

fn choose(model: &mut Model, panel: Panel, row: usize) {
    model.typing = None;
    model.focus = panel;
    if let Some(index) = panel.index().filter(|_| row < panel.knobs().len()) {
        model.rows[index] = row;
    }
}

fn press(model: &mut Model, reading: &Reading, hit: Hit) {
    match hit {
        Hit::Row(panel, row) => choose(model, panel, row),
        Hit::Track(panel, row, place) => {
            choose(model, panel, row);
            slide(model, reading, place);
        }
        Hit::Trial(number) => {
            model.focus = Panel::Trials;
            model.chosen_trial = Some(number).filter(|number| *number != reading.live);
        }
        Hit::Panel(panel) => model.focus = panel,
    }
}

fn drag(model: &mut Model, reading: &Reading, hit: Hit) {
    if let Hit::Track(panel, row, place) = hit
        && panel == model.focus
        && panel.index().is_some_and(|index| model.rows[index] == row)
    {
        slide(model, reading, place);
    }
}

fn slide(model: &mut Model, reading: &Reading, place: f64) {
    let Some(knob) = model.knob() else { return };
    let value = knob.at_place(place);
    turn::put(model, reading, knob.name, value, Source::Hand);
    if let Some(wish) = model.wish.as_mut() {
        wish.dragging = true;
    }
}

fn wheel(model: &mut Model, reading: &Reading, hit: Hit, up: bool) {
    match hit {
        Hit::Track(panel, row, _) | Hit::Row(panel, row) => {
            choose(model, panel, row);
            turn::step(model, reading, up, false);
        }
        Hit::Trial(_) | Hit::Panel(Panel::Trials) => {
            let numbers = trials::numbers(model, model.shown(reading));
            let at = trials::place(model, reading, &numbers);
            let to = if up { at.saturating_sub(1) } else { at + 1 };
            if let Some(number) = numbers.get(to) {
                model.chosen_trial = Some(*number).filter(|number| *number != reading.live);
            }
        }
        Hit::Panel(_) => {}
    }
}

fn scroll_dialog(dialog: &mut Dialog, pointer: Pointer) {
    let lines = match pointer {
        Pointer::WheelUp => -3,
        Pointer::WheelDown => 3,
        _ => return,
    };
    dialogs::scroll(dialog, lines);
}
