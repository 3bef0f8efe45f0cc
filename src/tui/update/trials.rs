//! The rows of results: choosing one, going back to it, the baseline, a new row.

use crate::lab::{Command, Reading};
use crate::tui::action::Action;
use crate::tui::model::Model;
use crate::tui::update::{Effect, duel, turn};

/// The numbers of the trials as the panel lists them: the newest first.
#[must_use]
pub fn numbers(model: &Model, reading: &Reading) -> Vec<u64> {
    model.rows(reading).map(|trial| trial.number).collect()
}

/// The place of the chosen (else the live) trial in `numbers`.
#[must_use]
pub fn place(model: &Model, reading: &Reading, numbers: &[u64]) -> usize {
    let chosen = model.trial_in_hand(reading);
    numbers
        .iter()
        .position(|number| *number == chosen)
        .unwrap_or(0)
}

/// Does an action on trials.
pub fn act(model: &mut Model, reading: &Reading, action: Action) -> Vec<Effect> {
    let trial = model.trial_in_hand(reading);
    match action {
        Action::GoBack => {
            go_back(model, reading, trial);
            Vec::new()
        }
        Action::Base => {
            model.say(format!("#{trial} is the baseline"));
            vec![Effect::Send(Command::Base(trial))]
        }
        Action::Again => {
            model.last_turn = Some(model.now);
            vec![Effect::Send(Command::Again)]
        }
        _ => duel::ask_or_end(model, reading),
    }
}

fn go_back(model: &mut Model, reading: &Reading, number: u64) {
    let settled = model.settled(reading);
    let Some(trial) = reading.trial(number) else {
        return;
    };
    if trial.settings.changed_from(&settled).is_empty() {
        model.say(format!("the load is on the settings of #{number}"));
        return;
    }
    let row = trial.settings.changed_from(&settled)[0].name;
    turn::wish(model, reading, (*trial.settings).clone(), row);
    if let Some(wish) = model.wish.as_mut() {
        wish.hurry = true;
    }
    model.chosen_trial = None;
    model.say(format!("back to the settings of #{number}"));
}
