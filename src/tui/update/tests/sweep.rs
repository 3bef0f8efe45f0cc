//! Key `W`: what is proposed, what is sent, what ends it, and what is taken.

use super::*;
use crate::settings::Settings;
use crate::sweep::Ground;
use crate::tui::sample::sweep::block;

fn running() -> Person {
    let mut person = first_run();
    person.hears(|reading| {
        reading.trials.truncate(1);
        reading.live = 1;
    });
    person.on("linger.ms");
    person
}

impl Person {
    fn line(&self) -> String {
        match &self.model.dialog {
            Some(Dialog::Ask(ask)) => ask.entry.value().to_owned(),
            other => panic!("no line: {other:?}"),
        }
    }

    fn preview(&self) -> Option<String> {
        match &self.model.dialog {
            Some(Dialog::Ask(ask)) => ask.preview.clone(),
            _ => None,
        }
    }

    fn problem(&self) -> String {
        match &self.model.dialog {
            Some(Dialog::Ask(ask)) => ask.problem.clone().unwrap_or_default(),
            _ => String::new(),
        }
    }

    fn retyped(&mut self, line: &str) -> &mut Self {
        self.press("ctrl-u").write(line)
    }

    /// The settings of the block that was asked for last.
    fn block(&self) -> Option<Arc<Settings>> {
        self.effects.iter().rev().find_map(|effect| match effect {
            Effect::Send(Command::Block { settings, .. }) => Some(Arc::clone(settings)),
            _ => None,
        })
    }

    /// The lab measures blocks, as many, or as long as some are asked for.
    fn lab_measures(&mut self, blocks: u32) -> u32 {
        for number in 0..blocks {
            if !self.model.is_sweeping() {
                return number;
            }
            let settings = self.block().expect("a block is asked for");
            self.hears(|reading| {
                reading.at += Duration::from_millis(5600);
                reading.block = Some(Arc::new(block(&settings, number)));
            });
        }
        blocks
    }
}

#[test]
fn the_chosen_slider_is_proposed_and_the_line_tells_what_it_costs() {
    let mut person = running();
    person.press("W");
    let line = person.line();
    assert!(
        line.starts_with("linger.ms=0,") && line.contains("min p99 for"),
        "{line}"
    );
    assert!(line.contains(",5,"), "the value that it has: {line}");
    let preview = person.preview().unwrap();
    assert!(preview.contains("blocks of 3 s"), "{preview}");
    assert!(person.effects.is_empty());
    person.press("esc").on("compression.type").press("W");
    assert!(
        person.line().starts_with("compression.type=none,gzip,"),
        "{}",
        person.line()
    );
    person.press("esc").on("rate").press("W");
    assert!(
        person
            .line()
            .starts_with("max throughput where p99<50ms for"),
        "{}",
        person.line()
    );
    person.press("esc").on("linger.ms");
    person.model.goals = vec![Goal::parse("p99.9<80ms").unwrap()];
    person.press("W");
    assert!(
        person.line().contains("min p99.9 where p99.9<80ms for"),
        "{}",
        person.line()
    );
}

#[test]
fn every_row_that_can_be_swept_has_a_proposal_that_can_begin() {
    for knob in knobs::rows() {
        let mut person = running();
        person.on(knob.name).press("W");
        let line = person.line();
        assert!(person.preview().is_some(), "{}: {line}", knob.name);
        person.press("enter");
        assert!(person.model.is_sweeping(), "{line}: {}", person.problem());
    }
}

#[test]
fn a_sweep_measures_to_its_end_and_the_winner_is_taken_with_one_key_and_undone_with_another() {
    let mut person = running();
    person.hears(|reading| {
        let slow = sample::trial(1, &[("linger.ms", "20")], 20.0);
        reading.trials = vec![Arc::new(slow)];
    });
    let before = linger(&person.model.settled(&person.reading));
    person
        .press("W")
        .retyped("linger.ms=0,5,20 min p99 for 4m")
        .press("enter");
    assert!(person.model.sweep_in_front().is_some());
    let blocks = person.lab_measures(100);
    assert!((20..60).contains(&blocks), "{blocks}");
    let sweep = person.model.sweep.as_ref().unwrap();
    assert_eq!(sweep.found.recommendation.ground, Ground::Better);
    assert!(sweep.found.ended_early.is_none());
    assert!(
        (linger(person.turns().last().unwrap()) - before).abs() < 1e-9,
        "the load goes back"
    );
    person.lab_turns();
    person.press("enter").wait(10);
    assert!((linger(person.turns().last().unwrap()) - 5.0).abs() < 1e-9);
    person.lab_turns();
    person.press("z");
    assert!(
        (linger(person.turns().last().unwrap()) - before).abs() < 1e-9,
        "undone"
    );
    person.press("W");
    assert!(
        person.model.sweep_in_front().is_some(),
        "the result is still there"
    );
    person.press("W");
    assert!(person.model.sweep_in_front().is_none() && !person.line().is_empty());
}

#[test]
fn it_ends_early_with_what_is_done_by_a_key_or_with_the_lab() {
    for (keys, stops) in [("esc", false), ("W", false), ("", true)] {
        let mut person = running();
        person
            .press("W")
            .retyped("linger.ms=0,5,20 min p99 for 4m")
            .press("enter");
        person.lab_measures(5);
        person.press(keys);
        if stops {
            person.hears(|reading| reading.load = LoadState::Stopping);
        }
        let sweep = person.model.sweep.as_ref().unwrap();
        assert!(sweep.shown && sweep.under.is_none());
        assert_eq!(sweep.found.blocks, 5);
        assert_eq!(sweep.found.recommendation.ground, Ground::Unfinished);
        assert!(sweep.found.ended_early.is_some());
        assert!(matches!(
            person.effects.last(),
            Some(Effect::Send(Command::Turn(_)))
        ));
        person.press("enter");
        assert!(person.status().contains("nothing is recommended"));
    }
}

#[test]
fn settings_that_are_refused_and_blocks_that_never_come_are_told_and_do_not_end_it() {
    let mut person = running();
    person
        .press("W")
        .retyped("compression.type=none,lz4 min p99 for 4m")
        .press("enter");
    let settings = person.block().unwrap();
    person.hears(|reading| {
        reading.refused = Some(Refused {
            settings,
            reason: "no such codec".into(),
        });
    });
    assert!(person.model.is_sweeping());
    person.hears(|reading| {
        reading.refused = None;
        reading.at += Duration::from_secs(100);
    });
    let sweep = person.model.sweep.as_ref().unwrap();
    let told: Vec<&String> = sweep
        .found
        .results
        .iter()
        .filter_map(|one| one.problem.as_ref())
        .collect();
    assert!(
        told.iter().any(|text| text.contains("no such codec")),
        "{told:?}"
    );
    assert!(
        told.iter().any(|text| text.contains("no block within")),
        "{told:?}"
    );
    let asked = person.block().unwrap();
    person.hears(|reading| {
        reading.load = LoadState::Paused;
        reading.at += Duration::from_secs(100);
    });
    assert!(
        Arc::ptr_eq(&person.block().unwrap(), &asked),
        "a pause is no silence"
    );
}

#[test]
fn what_cannot_be_swept_is_told_before_anything_is_sent() {
    let mut person = running();
    person.press("right W");
    assert!(
        person.status().contains("a turn waits"),
        "{}",
        person.status()
    );
    person.press("esc W");
    for (line, part) in [
        ("", "linger.ms=0,5,20 min p99"),
        ("linger.ms=0,5 min p99", "how long"),
        ("linger.ms=0,5 min p99 for ever", "no time"),
        ("linger.ms=0,5 max p99 for 4m", "min p99"),
        ("lingr.ms=0,5 min p99 for 4m", "linger.ms"),
        ("linger.ms=0,5 min p99 for 20s", "that takes at least"),
        ("min p99 for 4m", "name knobs and values"),
        ("linger.ms=0,5 min p99 at 10/s for 4m", "more records"),
        (
            "linger.ms=0,5 min p99 where lost=0 for 4m",
            "does not read the topic back",
        ),
    ] {
        person.retyped(line).press("enter");
        assert!(
            person.problem().contains(part),
            "{line}: {}",
            person.problem()
        );
        assert!(person.preview().is_none(), "{line}");
    }
    let mut foreign = staging();
    foreign.hears(|reading| reading.opening = None);
    foreign.press("W");
    for (line, part) in [
        ("linger.ms=0,5 max throughput for 4m", "full speed passes"),
        ("linger.ms=0,5 min p99 at 90000/s for 4m", "agreed here"),
    ] {
        foreign.retyped(line).press("enter");
        assert!(
            foreign.problem().contains(part),
            "{line}: {}",
            foreign.problem()
        );
    }
    foreign
        .retyped("max throughput where p99<50ms for 4m")
        .press("enter");
    let most = foreign.model.sweep.as_ref().unwrap().steps.plan.most_rate;
    assert_eq!(most, Some(25_000.0), "never above the ceiling");
    let mut paused = running();
    paused.hears(|reading| reading.load = LoadState::Paused);
    paused.press("W");
    assert!(paused.status().contains("no load runs") && paused.model.dialog.is_none());
}

#[test]
fn leaving_is_asked_while_a_sweep_runs_and_other_keys_do_not_disturb_it() {
    let mut person = running();
    person
        .press("W")
        .retyped("linger.ms=0,5,20 min p99 for 4m")
        .press("enter");
    let sent = person.effects.len();
    person.press("right p z c d D 5 tab b");
    assert_eq!(person.effects.len(), sent, "{:?}", person.effects);
    person.press("q");
    assert!(matches!(&person.model.dialog, Some(Dialog::Quit { lost }) if lost.contains("sweep")));
    person.press("esc");
    assert!(person.model.is_sweeping() && person.model.sweep_in_front().is_some());
}
