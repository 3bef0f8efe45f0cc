//! Turning: a wish grows step by step, is judged by the rules, and becomes one trial.

use std::sync::Arc;
use std::time::Duration;

use crate::cluster::{ClusterFacts, ClusterKind};
use crate::lab::{Command, Reading};
use crate::settings::rules::check_turned;
use crate::settings::{Settings, Source, Value, knobs};
use crate::tui::model::{Model, Wish, surroundings};
use crate::tui::update::Effect;

/// How long after the last step a wish is applied.
pub const SETTLE: Duration = Duration::from_millis(500);
/// The shortest time between two new trials on a cluster that linger did not start.
const FOREIGN_PAUSE: Duration = Duration::from_secs(1);
/// How many turns can be undone.
const UNDO_DEPTH: usize = 1000;

/// One step of the chosen row.
pub fn step(model: &mut Model, reading: &Reading, up: bool, long: bool) {
    let Some(knob) = model.knob() else { return };
    let next = model.next(reading);
    let before = next.value(knob.name);
    let after = knob.stepped(before, up, long);
    if after == *before {
        let end = if up { "highest" } else { "lowest" };
        model.say(format!(
            "{}: {} is the {end} step; type a value to go beyond",
            knob.name,
            knob.show(before)
        ));
        return;
    }
    put(model, reading, knob.name, after, Source::Hand);
}

/// The chosen row back to its default.
pub fn to_default(model: &mut Model, reading: &Reading) {
    let Some(knob) = model.knob() else { return };
    put(
        model,
        reading,
        knob.name,
        knob.default_value(),
        Source::Default,
    );
}

/// The chosen row back to what the lab was last asked for.
pub fn put_back(model: &mut Model, reading: &Reading) {
    let Some(knob) = model.knob() else { return };
    let settled = model.settled(reading);
    let value = settled.value(knob.name).clone();
    let source = settled.source(knob.name).clone();
    put(model, reading, knob.name, value, source);
}

/// Puts a value into the wish.
pub fn put(model: &mut Model, reading: &Reading, row: &'static str, value: Value, source: Source) {
    let mut settings = (*model.next(reading)).clone();
    settings.put(row, value, source);
    wish(model, reading, settings, row);
}

/// Makes these settings the wish; a wish that changes nothing is dropped.
pub fn wish(model: &mut Model, reading: &Reading, settings: Settings, row: &'static str) {
    if settings.changed_from(&model.settled(reading)).is_empty() {
        model.wish = None;
        return;
    }
    model.wish = Some(Wish {
        settings: Arc::new(settings),
        row,
        changed: model.now,
        dragging: model.wish.as_ref().is_some_and(|wish| wish.dragging),
        hurry: false,
    });
}

/// Puts the first advice that names a turn on its slider.
pub fn take_advice(model: &mut Model, reading: &Reading) {
    let mut advice = reading.advice.iter();
    let turn = advice.find_map(|one| one.turn.clone().map(|turn| (turn, one.text.clone())));
    let Some(((row, value), text)) = turn else {
        model.say("there is no advice to put on a slider now");
        return;
    };
    choose_row(model, row);
    put(model, reading, row, value, Source::Hand);
    model.say(text);
}

/// Moves the focus to a row of the table.
pub fn choose_row(model: &mut Model, row: &str) {
    let Some(knob) = knobs::find(row) else { return };
    let panel = crate::tui::model::Panel::of(knob.group);
    let place = panel
        .knobs()
        .iter()
        .position(|other| other.name == knob.name);
    if let (Some(index), Some(place)) = (panel.index(), place) {
        model.focus = panel;
        model.rows[index] = place;
    }
}

/// Enter: the mend that is offered, else the wish at once; `false` when there was no wish.
pub fn hasten(model: &mut Model, reading: &Reading) -> bool {
    judge(model, reading);
    if let Some(refusal) = model.refusal().cloned() {
        mend(model, reading, refusal.mend);
        return true;
    }
    model.held = false;
    let Some(wish) = model.wish.as_mut() else {
        return false;
    };
    wish.hurry = true;
    true
}

fn mend(model: &mut Model, reading: &Reading, mend: Option<crate::settings::Mend>) {
    let Some(mend) = mend else {
        model.complain("this cannot be applied as it is; Esc drops it");
        return;
    };
    let Some(row) = model.wish.as_ref().map(|wish| wish.row) else {
        return;
    };
    for (knob, value) in mend.set {
        put(model, reading, knob, value, Source::Hand);
    }
    let Some(wish) = model.wish.as_mut() else {
        return;
    };
    wish.row = row;
    wish.hurry = true;
    if !model.held {
        model.say(mend.text);
    }
}

/// Judges the next settings by the rules.
pub fn judge(model: &mut Model, reading: &Reading) {
    let turned = model.wish.as_ref().map(|wish| wish.row);
    let mut findings = check_turned(&model.next(reading), &surroundings(reading), turned);
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    model.findings = findings;
    if model.refusal().is_some()
        && let Some(wish) = model.wish.as_mut()
    {
        wish.hurry = false;
    }
}

/// When the wish is to be applied; `None` while it is held, dragged or refused.
#[must_use]
pub fn due(model: &Model, reading: &Reading) -> Option<Duration> {
    let wish = model.wish.as_ref()?;
    let waits = model.held && !wish.hurry;
    if waits || wish.dragging || model.refusal().is_some() {
        return None;
    }
    let settled = if wish.hurry {
        model.now
    } else {
        wish.changed + SETTLE
    };
    Some(settled.max(earliest(model, &reading.cluster)))
}

fn earliest(model: &Model, cluster: &ClusterFacts) -> Duration {
    let ours = cluster.ours || cluster.kind == ClusterKind::Embedded;
    match model.last_turn {
        Some(last) if !ours => last + FOREIGN_PAUSE,
        _ => Duration::ZERO,
    }
}

/// Applies the wish if its time has come: one set, one trial, one undo step.
pub fn apply_when_due(model: &mut Model, reading: &Reading) -> Vec<Effect> {
    if due(model, reading).is_none_or(|due| due > model.now) {
        return Vec::new();
    }
    let before = model.settled(reading);
    let Some(wish) = model.wish.take() else {
        return Vec::new();
    };
    remember(&mut model.undo, before);
    model.redo.clear();
    send(model, wish.settings)
}

/// Undo (or redo): drops a pending wish first, then goes back turn by turn.
pub fn travel(model: &mut Model, reading: &Reading, back: bool) -> Vec<Effect> {
    if model.wish.take().is_some() {
        model.say("dropped the turn that was not yet applied");
        return Vec::new();
    }
    if earliest(model, &reading.cluster) > model.now {
        model.say("at most one new trial a second on this cluster");
        return Vec::new();
    }
    let here = model.settled(reading);
    let (from, to) = if back {
        (&mut model.undo, &mut model.redo)
    } else {
        (&mut model.redo, &mut model.undo)
    };
    let Some(settings) = from.pop() else {
        let word = if back { "undo" } else { "redo" };
        model.say(format!("nothing to {word}"));
        return Vec::new();
    };
    remember(to, here);
    send(model, settings)
}

fn remember(stack: &mut Vec<Arc<Settings>>, settings: Arc<Settings>) {
    if stack.len() == UNDO_DEPTH {
        stack.remove(0);
    }
    stack.push(settings);
}

/// Asks the lab for these settings, beside the steps of undo.
pub fn send(model: &mut Model, settings: Arc<Settings>) -> Vec<Effect> {
    model.last_turn = Some(model.now);
    model.asked = Some(Arc::clone(&settings));
    vec![Effect::Send(Command::Turn(settings))]
}
