//! The list of forms that the settings of a trial are exported in.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent};

use crate::lab::{Reading, TrialReading};
use crate::report::origin::{self, Measured};
use crate::settings::export::FORMATS;
use crate::settings::native;
use crate::tui::action::Action;
use crate::tui::dialog::{Dialog, ExportList};
use crate::tui::keymap;
use crate::tui::model::{Model, Panel};
use crate::tui::update::{Effect, dialogs};

/// Opens the list for the chosen, else the live trial.
pub fn open(model: &mut Model, reading: &Reading) {
    let trial = model.trial_in_hand(reading);
    if reading.trial(trial).is_none() {
        model.say("there is no trial yet whose settings could be exported");
        return;
    }
    model.dialog = Some(Dialog::Export(ExportList { trial, at: 0 }));
}

/// Takes a key for the list.
pub fn pick(model: &mut Model, reading: &Reading, list: ExportList, key: KeyEvent) -> Vec<Effect> {
    let mut dialog = Dialog::Export(list);
    match (key.code, keymap::lookup(key, Panel::Settings)) {
        (KeyCode::Enter, _) => {
            let chosen = FORMATS.get(list.at).zip(reading.trial(list.trial));
            return chosen
                .map(|(format, trial)| {
                    let about = about(trial, reading);
                    Effect::Export(format, about, Arc::clone(&trial.settings))
                })
                .into_iter()
                .collect();
        }
        (_, Some(Action::Back | Action::Quit | Action::Export)) => return Vec::new(),
        (_, Some(Action::Up)) => dialogs::scroll(&mut dialog, -1),
        (_, Some(Action::Down)) => dialogs::scroll(&mut dialog, 1),
        _ => {}
    }
    model.dialog = Some(dialog);
    Vec::new()
}

fn about(trial: &TrialReading, reading: &Reading) -> Vec<String> {
    let mut about = origin::measured(&Measured {
        what: &format!("trial #{} of a session", trial.number),
        cluster: reading.cluster.kind,
        librdkafka: &native::version(),
        records_per_s: Some(trial.sent_per_s),
        response: &trial.response,
    });
    about.extend(trial.note.as_ref().map(|note| format!("Note: {note}")));
    about
}
