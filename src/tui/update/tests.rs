//! State, keys as text, state.

mod asking;
mod claims;
mod duel;
mod sweep;

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::lab::{LoadState, Place, Refused, Saved};
use crate::settings::{Source, Value, knobs};
use crate::tui::dialog::{Connect, Dialog, LoadPlan};
use crate::tui::keymap;
use crate::tui::model::Panel;
use crate::tui::sample;

/// A person at the screen: keys go in one after another, 10 ms apart.
struct Person {
    model: Model,
    reading: Arc<Reading>,
    now: Duration,
    effects: Vec<Effect>,
}

impl Person {
    fn before(reading: Reading) -> Self {
        let mut person = Self {
            model: Model::new(Vec::new()),
            reading: Arc::new(reading),
            now: Duration::ZERO,
            effects: Vec::new(),
        };
        person.input(Input::Reading);
        person
    }

    fn input(&mut self, input: Input) {
        let effects = update(&mut self.model, &self.reading, input, self.now);
        self.effects.extend(effects);
    }

    fn press(&mut self, keys: &str) -> &mut Self {
        for key in keys.split(' ').filter(|key| !key.is_empty()) {
            self.now += Duration::from_millis(10);
            let event = keymap::parse(key).unwrap_or_else(|| panic!("{key} is not a key"));
            self.input(Input::Key(event));
        }
        self
    }

    fn write(&mut self, text: &str) -> &mut Self {
        for letter in text.chars() {
            let name = if letter == ' ' {
                "space".into()
            } else {
                letter.to_string()
            };
            self.press(&name);
        }
        self
    }

    fn wait(&mut self, millis: u64) -> &mut Self {
        self.now += Duration::from_millis(millis);
        self.input(Input::Tick);
        self
    }

    fn hears(&mut self, change: impl FnOnce(&mut Reading)) -> &mut Self {
        let mut reading = (*self.reading).clone();
        change(&mut reading);
        self.reading = Arc::new(reading);
        self.input(Input::Reading);
        self
    }

    /// The lab obeys: the last turn is live, as a new trial.
    fn lab_turns(&mut self) -> &mut Self {
        let settings = self.turns().pop().expect("a turn was sent");
        self.hears(|reading| {
            let mut trial = sample::trial(reading.live + 1, &[], 10.0);
            trial.settings = settings;
            reading.live = trial.number;
            reading.opening = None;
            reading.trials.push(Arc::new(trial));
        })
    }

    fn on(&mut self, row: &str) -> &mut Self {
        turn::choose_row(&mut self.model, row);
        assert_eq!(self.model.knob().map(|knob| knob.name), Some(row));
        self
    }

    fn turns(&self) -> Vec<Arc<Settings>> {
        let commands = self.effects.iter().filter_map(|effect| match effect {
            Effect::Send(Command::Turn(settings)) => Some(Arc::clone(settings)),
            _ => None,
        });
        commands.collect()
    }

    fn status(&self) -> &str {
        self.model.message().map_or("", |status| &status.text)
    }
}

fn first_run() -> Person {
    Person::before(sample::first_run())
}

fn staging() -> Person {
    Person::before(sample::staging())
}

fn linger(settings: &Settings) -> f64 {
    settings.number("linger.ms")
}

#[test]
fn steps_move_the_wish_at_once_and_apply_once_half_a_second_after_the_last() {
    let mut person = first_run();
    let before = linger(&person.model.current(&person.reading));
    person.press("right right");
    let wish = linger(&person.model.next(&person.reading));
    assert!(wish > before, "○ moved: {before} to {wish}");
    person.wait(480);
    assert!(person.turns().is_empty(), "not yet");
    person.wait(30);
    assert_eq!(person.turns().len(), 1, "two steps are one turn");
    assert!((linger(&person.turns()[0]) - wish).abs() < 1e-9);
}

#[test]
fn the_next_tick_is_wanted_when_the_wish_falls_due() {
    let mut person = first_run();
    assert_eq!(deadline(&person.model, &person.reading), None);
    person.press("right");
    let due = deadline(&person.model, &person.reading);
    assert_eq!(due, Some(person.now + SETTLE));
}

#[test]
fn enter_applies_now_and_esc_drops() {
    let mut person = first_run();
    person.press("right enter");
    assert_eq!(person.turns().len(), 1);
    person.lab_turns().press("right esc").wait(1000);
    assert_eq!(person.turns().len(), 1);
    assert!(person.model.wish.is_none());
}

#[test]
fn a_step_there_and_back_is_no_turn() {
    let mut person = first_run();
    person.press("right left").wait(1000);
    assert!(person.turns().is_empty());
    assert!(person.model.wish.is_none());
}

#[test]
fn a_held_set_of_turns_is_one_trial_and_one_undo_step() {
    let mut person = first_run();
    let before = person.model.current(&person.reading);
    person.press("H right j right").wait(5000);
    assert!(person.turns().is_empty(), "held");
    person.press("enter");
    assert_eq!(person.turns().len(), 1);
    assert!(!person.model.held);
    assert_eq!(person.turns()[0].changed_from(&before).len(), 2);
    person.lab_turns().press("z");
    assert!(person.turns()[1].changed_from(&before).is_empty());
}

#[test]
fn undo_and_redo_walk_through_the_turns() {
    let mut person = first_run();
    let start = linger(&person.model.current(&person.reading));
    person.press("right enter").lab_turns();
    let first = linger(&person.model.current(&person.reading));
    person.press("right enter").lab_turns();
    let second = linger(&person.model.current(&person.reading));
    let there = |person: &mut Person, key: &str| {
        person.press(key).lab_turns();
        linger(&person.model.current(&person.reading))
    };
    let path = [("z", first), ("z", start), ("Z", first), ("Z", second)];
    for (key, expected) in path {
        let found = there(&mut person, key);
        assert!(
            (found - expected).abs() < 1e-9,
            "{key}: {found}, not {expected}"
        );
    }
    person.press("Z");
    assert_eq!(person.status(), "nothing to redo");
}

#[test]
fn a_digit_types_a_value_and_a_wrong_one_stays_with_its_reason() {
    let mut person = first_run();
    person.press("3").write("7").press("enter");
    assert!((linger(&person.turns()[0]) - 37.0).abs() < 1e-9);
    person.lab_turns().press("9 x enter");
    let typing = person.model.typing.as_ref().expect("still typing");
    assert!(
        typing
            .problem
            .as_deref()
            .is_some_and(|it| it.contains("linger.ms"))
    );
    person.press("esc").wait(1000);
    assert_eq!(person.turns().len(), 1);
}

#[test]
fn d_returns_a_row_to_its_default() {
    let mut person = first_run();
    let default = knobs::find("linger.ms").unwrap().default_value();
    person
        .press("right right enter")
        .lab_turns()
        .press("d enter");
    assert_eq!(person.turns()[1].value("linger.ms"), &default);
    assert_eq!(person.turns()[1].source("linger.ms"), &Source::Default);
}

#[test]
fn on_a_foreign_cluster_there_is_at_most_one_new_trial_a_second() {
    let mut person = staging();
    person.hears(|reading| reading.opening = None);
    person
        .wait(5000)
        .press("right enter")
        .lab_turns()
        .press("right enter");
    assert_eq!(person.turns().len(), 1, "the second one waits");
    person.wait(900);
    assert_eq!(person.turns().len(), 1);
    person.wait(200);
    assert_eq!(person.turns().len(), 2);
}

#[test]
fn settings_that_the_lab_refuses_leave_no_undo_step_and_say_why() {
    let mut person = first_run();
    person.press("right enter");
    let settings = person.turns()[0].clone();
    person.hears(|reading| {
        reading.refused = Some(Refused {
            settings,
            reason: "the client refused it".into(),
        });
    });
    assert!(person.status().contains("the client refused it"));
    assert!(person.model.undo.is_empty());
    assert!(person.model.asked.is_none());
}

#[test]
fn enter_on_a_trial_goes_back_to_its_settings() {
    let mut person = first_run();
    person.press("shift-tab");
    assert_eq!(person.model.focus, Panel::Trials);
    person.press("down down enter");
    let first = person.reading.trial(1).unwrap().settings.clone();
    assert!(person.turns()[0].changed_from(&first).is_empty());
}

#[test]
fn the_chosen_trial_takes_base_note_and_snapshot() {
    let mut person = first_run();
    person.press("shift-tab down b");
    assert!(matches!(person.effects[0], Effect::Send(Command::Base(2))));
    person.press("n").write("odd one").press("enter");
    let note = person.effects.last();
    assert!(matches!(note, Some(Effect::Send(Command::Note(2, text))) if text == "odd one"));
    person.press("s enter");
    let saved = person.effects.last();
    assert!(matches!(
        saved,
        Some(Effect::Send(Command::Save { trial: 2, place: Place::Name(name) })) if name == "trial-2"
    ));
    person.hears(|reading| {
        reading.saved = Some(Saved {
            trial: 2,
            outcome: Err("the disk is full".into()),
            serial: 1,
        });
    });
    assert!(person.status().contains("the disk is full"));
}

#[test]
fn freeze_holds_the_picture_while_readings_go_on() {
    let mut person = first_run();
    person
        .press("f")
        .hears(|reading| reading.loaded = Duration::from_secs(999));
    let shown = person.model.shown(&person.reading);
    assert_eq!(shown.loaded, Duration::from_secs(80));
    person.press("f");
    assert_eq!(
        person.model.shown(&person.reading).loaded,
        Duration::from_secs(999)
    );
}

#[test]
fn p_pauses_and_resumes() {
    let mut person = first_run();
    person
        .press("p")
        .hears(|reading| reading.load = LoadState::Paused)
        .press("p");
    assert!(matches!(person.effects[0], Effect::Send(Command::Pause)));
    assert!(matches!(person.effects[1], Effect::Send(Command::Resume)));
}

#[test]
fn a_broker_goes_down_and_the_same_one_comes_up_and_only_one_that_linger_started() {
    let mut person = first_run();
    person.press("D");
    assert!(matches!(
        person.effects[0],
        Effect::Send(Command::ToggleBroker(3))
    ));
    let down = |reading: &mut Reading| Arc::make_mut(&mut reading.cluster).brokers[2].up = false;
    person.hears(down).press("D");
    assert!(matches!(
        person.effects[1],
        Effect::Send(Command::ToggleBroker(3))
    ));
    let mut real = staging();
    real.press("D");
    assert!(real.effects.is_empty());
    let ours = |reading: &mut Reading| Arc::make_mut(&mut reading.cluster).ours = true;
    real.hears(ours).press("D");
    assert!(matches!(
        real.effects[..],
        [Effect::Send(Command::ToggleBroker(_))]
    ));
}

#[test]
fn quitting_asks_only_when_something_would_be_lost() {
    let mut person = Person::before(sample::empty());
    person.press("q");
    assert!(matches!(person.effects[0], Effect::Quit));
    let mut noted = first_run();
    noted.hears(|reading| Arc::make_mut(&mut reading.trials[0]).note = Some("keep".into()));
    noted.press("q");
    assert!(matches!(noted.model.dialog, Some(Dialog::Quit { .. })));
    noted.press("n");
    assert!(noted.effects.is_empty() && noted.model.dialog.is_none());
    noted.press("q y");
    assert!(matches!(noted.effects[0], Effect::Quit));
}
