//! The window of claims: chosen, running, judged.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::*;
use crate::scenario::{self, Arm, Check, Ground, Round, Verdict};
use crate::tui::model::{ArmNow, Claims, Trying};

/// The window with this claim chosen, where a real cluster is at hand.
fn chosen(id: &str) -> Model {
    let mut model = Model::new(goals());
    model.claims.at = scenario::all().position(|row| row.id == id).unwrap();
    model.claims.shown = true;
    model
}

fn round(verdict: Verdict) -> Round {
    let arm = |name: &str, copies: u64| {
        Arm::new(name)
            .with("acknowledged", 20_000)
            .with("duplicated", copies)
            .anomaly(copies)
            .faults(3)
    };
    Round {
        control: Some(arm("acks=all, with idempotence", 0)),
        treatment: Some(arm("acks=all, without idempotence", 441)),
        checks: vec![Check::new("the counts balance", true)],
        lesson: "the client cannot know whether an unanswered batch was stored".into(),
        ..Round::without(
            verdict,
            "441 with \"without idempotence\", 0 with \"with idempotence\"; 3 faults hit each"
                .into(),
            11.4,
        )
    }
}

fn running() -> Model {
    let mut model = chosen("C3");
    model.now = Duration::from_secs(20);
    model.claims.trying = Some(Trying {
        at: model.claims.at,
        since: Duration::from_secs(8),
        says: "acks=all, without idempotence".into(),
        arms: vec![ArmNow {
            name: "acks=all, with idempotence".into(),
            attempted: 20_000,
            delivered: 19_600,
            failed: 0,
            retries: 3,
        }],
        stop: Arc::new(AtomicBool::new(false)),
        resume: true,
    });
    model
}

fn judged() -> Model {
    let mut model = chosen("C3");
    let at = model.claims.at;
    model.claims.rounds = vec![(at, Arc::new(round(Verdict::Reproduced)))];
    model
}

/// The window without its list, which grows with the families.
fn told(size: (u16, u16), model: &Model) -> String {
    let reading = sample::staging();
    text(&painted(size, model, &reading, &theme(ThemeChoice::Dark)))
}

#[test]
fn a_claim_that_needs_more_shows_the_command_that_has_it() {
    let mut model = chosen("C3");
    model.claims = Claims {
        at: model.claims.at,
        shown: true,
        ..Claims::on(&Ground::default())
    };
    for size in [(80, 24), (120, 40)] {
        let screen = told(size, &model);
        assert!(screen.contains("▸C3"), "{screen}");
        let words = screen.replace(['│', '\n'], " ");
        let words: Vec<&str> = words.split_whitespace().collect();
        assert!(words.join(" ").contains("--local-kafka"), "{screen}");
    }
}

#[test]
fn what_runs_tells_its_arms_as_they_come() {
    for size in [(80, 24), (120, 40)] {
        let screen = told(size, &running());
        for words in ["● 00:12", "delivered 19,600", "retries 3", "Esc ends it"] {
            assert!(screen.contains(words), "{words}: {screen}");
        }
    }
}

#[test]
fn a_verdict_stands_with_its_counts_and_why() {
    for size in [(80, 24), (120, 40)] {
        let screen = told(size, &judged());
        for words in [
            "✓ REPRODUCED in 11 s",
            "duplicated 441",
            "that hit 3",
            "why",
        ] {
            assert!(screen.contains(words), "{words}: {screen}");
        }
        assert!(screen.contains("▸C3  ✓"), "{screen}");
    }
}

#[test]
fn every_size_holds_the_claims() {
    let states = [chosen("C3"), running(), judged()];
    let reading = sample::first_run();
    for (at, (w, h)) in (0..=130u16)
        .step_by(3)
        .flat_map(|w| (0..=45u16).step_by(2).map(move |h| (w, h)))
        .enumerate()
    {
        let model = &states[at % states.len()];
        painted((w, h), model, &reading, &theme(ThemeChoice::Plain));
        let area = Rect::new(0, 0, w, h);
        assert_eq!(hit(area, model, &reading, w / 3, h / 2), None);
    }
}
