//! What readings and answers tell the model: turns that arrived or were refused, saves, opened files.

use std::time::Duration;

use crate::lab::Reading;
use crate::settings::Settings;
use crate::tui::dialog::{Dialog, Loaded};
use crate::tui::model::Model;
use crate::tui::update::{Answer, Effect, claims, turn};

/// After this time a turn that nothing was heard of is forgotten.
const SILENCE: Duration = Duration::from_secs(5);

/// Takes a new reading in.
pub fn read(model: &mut Model, reading: &Reading) {
    hear_of_turn(model, reading);
    hear_of_save(model, reading);
    if model
        .chosen_trial
        .is_some_and(|number| number == reading.live || reading.trial(number).is_none())
    {
        model.chosen_trial = None;
    }
}

fn same(settings: &Settings, other: &Settings) -> bool {
    settings.changed_from(other).is_empty()
}

fn hear_of_turn(model: &mut Model, reading: &Reading) {
    let Some(asked) = model.asked.clone() else {
        return;
    };
    let refused = reading.refused.as_ref();
    if let Some(refused) = refused.filter(|refused| same(&refused.settings, &asked)) {
        model.asked = None;
        let settled = model.settled(reading);
        if model.undo.last().is_some_and(|last| same(last, &settled)) {
            model.undo.pop();
        }
        model.complain(format!("not applied: {}", refused.reason));
        return;
    }
    let live = reading.live_trial().map(|trial| &trial.settings);
    let opening = reading.opening.as_ref().map(|opening| &opening.settings);
    let heard = opening.or(live).is_some_and(|there| same(there, &asked));
    let silent = reading.opening.is_none()
        && reading.waiting.is_none()
        && model
            .last_turn
            .is_none_or(|last| model.now > last + SILENCE);
    if heard || silent {
        model.asked = None;
    }
}

fn hear_of_save(model: &mut Model, reading: &Reading) {
    let Some(saved) = reading.saved.as_ref() else {
        return;
    };
    if saved.serial <= model.saved_serial {
        return;
    }
    model.saved_serial = saved.serial;
    model.saving = None;
    match &saved.outcome {
        Ok(file) => {
            model.saved_trials.push(saved.trial);
            model.say(format!("#{} saved: {file}", saved.trial));
        }
        Err(reason) => model.complain(format!("#{} not saved: {reason}", saved.trial)),
    }
}

/// Takes the answer of an effect in.
pub fn answer(model: &mut Model, reading: &Reading, answer: Answer) -> Vec<Effect> {
    match answer {
        Answer::Files(files) => {
            if let Some(Dialog::Open(list)) = model.dialog.as_mut() {
                match files {
                    Ok(files) => list.files = Some(files),
                    Err(reason) => list.problem = Some(reason),
                }
            }
        }
        Answer::Loaded(Ok(loaded)) => open(model, reading, *loaded),
        Answer::Loaded(Err(reason)) => model.complain(reason),
        Answer::ProfileSaved(Ok(file)) => model.say(format!("profile saved: {file}")),
        Answer::ProfileSaved(Err(reason)) => model.complain(format!("profile not saved: {reason}")),
        Answer::Picture(Ok(file)) => model.say(format!("picture written: {file}")),
        Answer::Picture(Err(reason)) => model.complain(format!("picture not written: {reason}")),
        Answer::Exported(Ok(file)) => model.say(format!("exported: {file}")),
        Answer::Exported(Err(reason)) => model.complain(format!("not exported: {reason}")),
        Answer::Claim(heard) => return claims::hear(model, heard),
        Answer::LabGone => model.complain("the lab has ended; q leaves"),
    }
    Vec::new()
}

fn open(model: &mut Model, reading: &Reading, loaded: Loaded) {
    let name = loaded.name;
    if let Some(reference) = loaded.reference {
        model.reference = Some(reference);
        model.chosen_trial = None;
        model.say(format!(
            "{name} is drawn behind the live distribution; Esc takes it away"
        ));
    }
    let Some(settings) = loaded.settings else {
        return;
    };
    let settled = model.settled(reading);
    let changed = settings.changed_from(&settled);
    let Some(first) = changed.first() else {
        model.say(format!("{name}: nothing differs from the settings in use"));
        return;
    };
    model.say(format!("{name}: {} settings change", changed.len()));
    turn::wish(model, reading, (*settings).clone(), first.name);
}
