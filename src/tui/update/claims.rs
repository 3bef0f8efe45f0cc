//! Key `C`: claims about Kafka, put to the test beside the lab, whose own load pauses meanwhile.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crossterm::event::KeyEvent;

use crate::lab::{Command, LoadState, Reading};
use crate::scenario;
use crate::tui::action::{Action, key_of};
use crate::tui::keymap;
use crate::tui::model::{Claims, Heard, Model, Panel, Trying};
use crate::tui::update::{Effect, keys};

/// Shows the claims.
pub fn open(model: &mut Model) {
    model.claims.shown = true;
}

/// Takes a key for the window.
pub fn press(model: &mut Model, reading: &Arc<Reading>, key: KeyEvent) -> Vec<Effect> {
    let last = scenario::all().count().saturating_sub(1);
    let claims = &mut model.claims;
    match keymap::lookup(key, Panel::Settings) {
        Some(Action::Up) => claims.at = claims.at.saturating_sub(1),
        Some(Action::Down) => claims.at = (claims.at + 1).min(last),
        Some(Action::First) => claims.at = 0,
        Some(Action::Last) => claims.at = last,
        Some(Action::Enter) => return begin(model, reading),
        Some(Action::Back) if claims.trying.is_some() => {
            claims.stop();
            model.say("it ends as soon as it can, and puts away what it made");
        }
        Some(Action::Back | Action::Claims) => claims.shown = false,
        Some(action) if action.works_over_windows() => return keys::act(model, reading, action),
        _ => {}
    }
    Vec::new()
}

/// Puts the chosen claim to the test, where it can be.
fn begin(model: &mut Model, reading: &Reading) -> Vec<Effect> {
    let at = model.claims.at;
    if model.claims.trying.is_some() {
        model.say("one runs already: Esc ends it");
        return Vec::new();
    }
    if let Some(lack) = model.claims.lack(at) {
        let lack = lack.to_owned();
        model.say(lack);
        return Vec::new();
    }
    let busy = match (model.duel.is_some(), model.is_sweeping()) {
        (true, _) => Some(("a comparison runs", Action::Compare)),
        (_, true) => Some(("a sweep runs", Action::Sweep)),
        _ => None,
    };
    if let Some((what, action)) = busy {
        model.say(format!("{what} on the lab: {} shows it", key_of(action)));
        return Vec::new();
    }
    let resume = reading.load == LoadState::Running;
    let stop = Arc::new(AtomicBool::new(false));
    model.claims.trying = Some(Trying {
        at,
        since: model.now,
        says: "begins".into(),
        arms: Vec::new(),
        stop: Arc::clone(&stop),
        resume,
    });
    let pause = resume.then_some(Effect::Send(Command::Pause));
    pause.into_iter().chain([Effect::Try(at, stop)]).collect()
}

/// Takes news of the scenario that runs.
pub fn hear(model: &mut Model, heard: Heard) -> Vec<Effect> {
    let now = model.now;
    let Some(trying) = model.claims.trying.as_mut() else {
        return Vec::new();
    };
    match heard {
        Heard::Says(text) => trying.says = text,
        Heard::Counts(counts) => match trying.arms.last_mut() {
            Some(arm) if arm.name == counts.name => *arm = counts,
            _ => trying.arms.push(counts),
        },
        Heard::Over(round) => {
            let (at, resume) = (trying.at, trying.resume);
            let took = now.saturating_sub(trying.since).as_secs();
            model.claims.trying = None;
            model.claims.rounds.retain(|(known, _)| *known != at);
            let id = Claims::scenario(at).map_or("", |row| row.id);
            model.say(format!("{id} after {took} s: {}", round.verdict.name()));
            model.claims.rounds.push((at, Arc::from(round)));
            return Vec::from_iter(resume.then_some(Effect::Send(Command::Resume)));
        }
    }
    Vec::new()
}
