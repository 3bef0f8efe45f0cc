//! Questions, the mouse, advice, and every key on every state.

use super::*;

fn connect(ours: bool) -> Person {
    let reading = sample::staging();
    let mut facts = (*reading.cluster).clone();
    facts.topic.ours = ours;
    let mut person = Person::before(reading);
    person.model.dialog = Some(Dialog::Connect(Box::new(Connect {
        facts: Arc::new(facts),
        plan: LoadPlan::default(),
        entry: tui_input::Input::default(),
        problem: None,
    })));
    person
}

#[test]
fn load_on_a_topic_of_ours_needs_a_y() {
    let mut person = connect(true);
    person.press("enter space");
    assert!(person.effects.is_empty());
    person.press("y");
    assert!(matches!(person.effects[0], Effect::Consent(true)));
    let mut other = connect(true);
    other.press("n");
    assert!(matches!(other.effects[0], Effect::Consent(false)));
}

#[test]
fn load_on_another_topic_needs_its_name() {
    let mut person = connect(false);
    person.press("y enter");
    assert!(person.effects.is_empty(), "y is not the topic's name");
    person
        .press("backspace")
        .write("payments-perf")
        .press("enter");
    assert!(matches!(person.effects[0], Effect::Consent(true)));
    let mut other = connect(false);
    other.press("n esc");
    assert!(matches!(other.effects[0], Effect::Consent(false)));
}

#[test]
fn the_mouse_applies_on_release() {
    let mut person = first_run();
    let row = person.model.rows[0];
    for place in [0.3, 0.6, 0.9] {
        let hit = Hit::Track(Panel::Settings, row, place);
        person.input(Input::Mouse(
            if place < 0.5 {
                Pointer::Press
            } else {
                Pointer::Drag
            },
            Some(hit),
        ));
        person.wait(700);
    }
    assert!(person.turns().is_empty(), "the hand is still on it");
    person.input(Input::Mouse(Pointer::Release, None));
    assert_eq!(person.turns().len(), 1);
}

#[test]
fn a_turn_that_is_not_yet_live_counts_as_made() {
    let mut person = first_run();
    person.press("right enter");
    let first = linger(&person.turns()[0]);
    person.press("right enter");
    assert!(
        linger(&person.turns()[1]) > first,
        "steps go on from where ○ is"
    );
}

#[test]
fn advice_goes_onto_its_slider() {
    let mut person = first_run();
    person.hears(|reading| reading.advice[0].turn = Some(("rate", Value::Number(5000.0))));
    person.press("A");
    assert_eq!(person.model.focus, Panel::Workload);
    let next = person.model.next(&person.reading);
    assert!((next.number("rate") - 5000.0).abs() < 1e-9);
}

#[test]
fn no_key_on_any_state_panics() {
    for reading in [sample::empty(), sample::first_run(), sample::staging()] {
        let mut person = Person::before(reading);
        let keys: Vec<&str> = crate::tui::action::TABLE
            .iter()
            .flat_map(|row| row.keys.iter().copied())
            .map(|key| if key == "0-9" { "7" } else { key })
            .collect();
        for first in &keys {
            for second in &keys {
                person.press(first).press(second);
            }
        }
    }
}

#[test]
fn a_refused_turn_waits_for_its_mend_or_for_esc() {
    let refused = |person: &mut Person| {
        let mut settings = (*person.model.current(&person.reading)).clone();
        settings.put("enable.idempotence", Value::Switch(true), Source::Hand);
        settings.set("acks", "all", Source::Hand).unwrap();
        settings.set("max.in.flight", "5", Source::Hand).unwrap();
        let live = Arc::new(settings);
        person.hears(|reading| {
            let mut trial = sample::trial(9, &[], 10.0);
            trial.settings = live;
            reading.live = 9;
            reading.trials.push(Arc::new(trial));
        });
        person.on("acks").press("1 enter").wait(3000);
    };
    let mut person = first_run();
    refused(&mut person);
    assert!(
        person.turns().is_empty(),
        "nothing that librdkafka would refuse is sent"
    );
    let finding = person.model.refusal().expect("it says why");
    assert!(finding.mend.is_some(), "{finding:?}");
    person.press("enter");
    let mended = person.turns().pop().expect("the mend was applied");
    assert_eq!(mended.word("acks"), "1");
    assert!(!mended.is_on("enable.idempotence"));
    let mut other = first_run();
    refused(&mut other);
    other.press("esc").wait(3000);
    assert!(other.turns().is_empty() && other.model.wish.is_none());
}

#[test]
fn x_offers_every_form_and_exports_the_trial_in_hand() {
    let mut person = Person::before(sample::staging());
    person.press("x");
    assert!(
        matches!(person.model.dialog, Some(Dialog::Export(list)) if list.trial == person.reading.live)
    );
    person.press("down down up enter");
    let [Effect::Export(format, about, settings)] = person.effects.as_slice() else {
        panic!("{:?}", person.effects);
    };
    assert_eq!(format.name, "spring");
    assert!(about[0].contains("trial #4"), "{about:?}");
    let live = person.reading.live_trial().unwrap();
    assert!(settings.changed_from(&live.settings).is_empty());
    assert!(person.model.dialog.is_none());
    let told = Answer::Exported(Ok("/tmp/application.yaml".into()));
    person.input(Input::Answer(told));
    assert!(
        person
            .model
            .message()
            .unwrap()
            .text
            .contains("application.yaml")
    );
    person.press("x up x");
    assert!(person.model.dialog.is_none() && person.effects.len() == 1);
}

#[test]
fn x_has_nothing_to_export_before_the_first_trial() {
    let mut person = Person::before(sample::empty());
    person.press("x");
    assert!(person.model.dialog.is_none() && person.model.message().is_some());
}
