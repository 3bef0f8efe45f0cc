//! Key `C`: choose a claim, put it to the test, hear of it.

use std::sync::atomic::Ordering;

use super::*;
use crate::scenario::{self, Round, Verdict};
use crate::tui::model::{ArmNow, Claims};

/// A screen on a ground that has everything, with this claim chosen.
fn at(id: &str) -> Person {
    let mut person = first_run();
    person.hears(|reading| reading.load = LoadState::Running);
    person.press("C");
    for _ in scenario::all().take_while(|row| row.id != id) {
        person.press("down");
    }
    person
}

impl Person {
    fn hears_of_claim(&mut self, heard: Heard) -> &mut Self {
        self.input(Input::Answer(Answer::Claim(heard)));
        self
    }

    fn sent(&self, wanted: fn(&Command) -> bool) -> usize {
        let sent = self.effects.iter();
        sent.filter(|effect| matches!(effect, Effect::Send(command) if wanted(command)))
            .count()
    }

    fn tried(&self) -> Vec<&'static str> {
        let ids = self.effects.iter().filter_map(|effect| match effect {
            Effect::Try(at, _) => Claims::scenario(*at).map(|row| row.id),
            _ => None,
        });
        ids.collect()
    }
}

#[test]
fn the_labs_load_pauses_while_a_claim_is_put_to_the_test() {
    let mut person = at("C3");
    person.press("enter");
    assert_eq!(person.tried(), ["C3"]);
    assert_eq!(person.sent(|it| matches!(it, Command::Pause)), 1);
    person.press("enter");
    assert_eq!(person.tried().len(), 1, "one at a time");
    let counts = |name: &str, delivered| {
        Heard::Counts(ArmNow {
            name: name.into(),
            delivered,
            ..ArmNow::default()
        })
    };
    person.hears_of_claim(Heard::Says("control".into()));
    for news in [counts("a", 1), counts("a", 2), counts("b", 1)] {
        person.hears_of_claim(news);
    }
    let trying = person.model.claims.trying.as_ref().unwrap();
    let arms: Vec<u64> = trying.arms.iter().map(|arm| arm.delivered).collect();
    assert_eq!((trying.says.as_str(), arms), ("control", vec![2, 1]));
    let round = Round::without(Verdict::NotExercised, "no fault hit".into(), 3.0);
    person.hears_of_claim(Heard::Over(Box::new(round)));
    assert_eq!(person.sent(|it| matches!(it, Command::Resume)), 1);
    assert!(
        person.status().contains("not exercised"),
        "{}",
        person.status()
    );
    let claims = &person.model.claims;
    assert!(claims.trying.is_none());
    assert_eq!(claims.round(claims.at).unwrap().reason, "no fault hit");
    person.press("esc");
    assert!(!person.model.claims.shown);
}

#[test]
fn esc_tells_what_runs_to_end_and_the_window_stays() {
    let mut person = at("C3");
    person.press("enter").press("esc");
    let claims = &person.model.claims;
    assert!(claims.shown);
    let trying = claims.trying.as_ref().unwrap();
    assert!(trying.stop.load(Ordering::Relaxed));
}

#[test]
fn a_load_that_was_paused_stays_so() {
    let mut person = at("C3");
    person.hears(|reading| reading.load = LoadState::Paused);
    person.press("enter");
    let round = Round::without(Verdict::NotExercised, String::new(), 1.0);
    person.hears_of_claim(Heard::Over(Box::new(round)));
    assert_eq!(
        person.sent(|it| matches!(it, Command::Pause | Command::Resume)),
        0
    );
}

#[test]
fn what_lacks_a_cluster_says_the_command_and_does_not_run() {
    let mut person = at("C3");
    person.model.claims.lacks = Claims::on(&scenario::Ground::default()).lacks;
    person.press("enter");
    assert!(person.tried().is_empty());
    assert!(
        person.status().contains("--local-kafka"),
        "{}",
        person.status()
    );
}
