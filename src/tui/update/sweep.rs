//! Key `W`: values of a knob, block by block on the lab that is there, with what that finds while it runs.

mod line;

use std::sync::Arc;
use std::time::Duration;

use crossterm::event::KeyEvent;

use crate::lab::{Command, LoadState, Reading, block};
use crate::settings::{Settings, Source, Value, knobs};
use crate::sweep::{Ended, Intake, Pace, Steps, Times};
use crate::tui::action::{Action, key_of};
use crate::tui::dialog::{Ask, Purpose};
use crate::tui::keymap;
use crate::tui::model::{Model, Panel, Sweeping, Under};
use crate::tui::update::{Effect, dialogs, keys, turn};

pub use line::{Draft, proposal, read};

/// How long the parts of a block take.
pub const TIMES: Times = Times {
    block: Duration::from_secs(3),
    warmup: Duration::from_secs(2),
    between: Duration::from_millis(600),
};
/// A search whose length nobody knows before may take so much longer than was asked for.
const LONGER: f64 = 1.25;

/// Shows the sweep that there is, or asks for a new one.
pub fn open(model: &mut Model, reading: &Reading) {
    match model.sweep.as_mut() {
        Some(sweep) => sweep.shown = true,
        None => ask(model, reading),
    }
}

fn ask(model: &mut Model, reading: &Reading) {
    if model.duel.is_some() {
        model.say(format!(
            "a comparison runs: {} ends it, then sweep",
            key_of(Action::Compare)
        ));
    } else if model.wish.is_some() {
        model.say("a turn waits: apply it (⏎) or drop it (Esc), then sweep");
    } else if reading.load != LoadState::Running {
        model.say("nothing is swept while no load runs");
    } else {
        dialogs::open_ask(model, reading, Purpose::Sweep);
    }
}

/// Says what the line would lead to.
pub fn foresee(model: &Model, reading: &Reading, ask: &mut Ask) {
    if ask.purpose == Purpose::Sweep {
        let draft = read(model, reading, ask.entry.value());
        ask.preview = draft.ok().map(|draft| draft.about());
    }
}

/// Begins what the line says.
pub fn begin(model: &mut Model, reading: &Reading, line: &str) -> Result<Vec<Effect>, String> {
    let draft = read(model, reading, line)?;
    let block_s = TIMES.whole().as_secs_f64();
    let pace = Pace::new(&draft.plan, draft.points, block_s);
    let steps = Steps::new(draft.space, draft.plan);
    let found = steps
        .look(&Ended::Stopped)
        .map_err(|e| e.to_string())?
        .found;
    model.sweep = Some(Sweeping {
        steps: Arc::new(steps),
        found: Arc::new(found),
        back: model.settled(reading),
        until: reading.at + draft.time.mul_f64(LONGER),
        under: None,
        pace,
        intake: Intake::default(),
        shown: true,
    });
    Ok(next(model, reading))
}

/// Asks the lab for the next block, or ends where there is none.
fn next(model: &mut Model, reading: &Reading) -> Vec<Effect> {
    let Some(sweep) = model.sweep.as_mut() else {
        return Vec::new();
    };
    if reading.at >= sweep.until {
        return end(model, &Ended::Budget);
    }
    // A space that was measured has points.
    let Ok(look) = sweep.steps.look(&Ended::Stopped) else {
        return end(model, &Ended::Stopped);
    };
    sweep.found = Arc::new(look.found);
    let Some((job, settings)) = look.next else {
        return end(model, &Ended::Stopped);
    };
    let settings = Arc::new(settings);
    sweep.under = Some(Under {
        job,
        settings: Arc::clone(&settings),
        since: reading.at,
    });
    vec![Effect::Send(Command::Block {
        settings,
        warmup: TIMES.warmup,
        measure: TIMES.block,
    })]
}

/// Takes the result of the block that runs, once a reading has it.
pub fn hear(model: &mut Model, reading: &Reading) -> Vec<Effect> {
    let Some(sweep) = model.sweep.as_mut() else {
        return Vec::new();
    };
    let Some(under) = sweep.under.as_mut() else {
        return Vec::new();
    };
    if reading.load == LoadState::Paused {
        under.since = reading.at;
    }
    let took = reading.at.saturating_sub(under.since);
    let patience = TIMES.warmup + TIMES.block + block::PATIENCE;
    let outcome = match block::outcome(reading, &under.settings) {
        Some(outcome) => outcome,
        None if took > patience => Err(block::stuck(patience, reading)),
        None => return Vec::new(),
    };
    let job = under.job;
    match sweep.intake.take(outcome, took) {
        Ok(measured) => {
            sweep.pace.took(took.as_secs_f64());
            Arc::make_mut(&mut sweep.steps).take(job, measured);
            next(model, reading)
        }
        Err(ended) => end(model, &ended),
    }
}

/// Keeps what is done, and lets the load go back to where it was.
fn end(model: &mut Model, why: &Ended) -> Vec<Effect> {
    let Some(sweep) = model.sweep.as_mut() else {
        return Vec::new();
    };
    sweep.under = None;
    if let Ok(look) = sweep.steps.look(why) {
        sweep.found = Arc::new(look.found);
    }
    let back = Arc::clone(&sweep.back);
    turn::send(model, back)
}

/// Takes a key for the window.
pub fn press(model: &mut Model, reading: &Arc<Reading>, key: KeyEvent) -> Vec<Effect> {
    let running = model.is_sweeping();
    match keymap::lookup(key, Panel::Settings) {
        Some(Action::Back | Action::Sweep) if running => return end(model, &Ended::Stopped),
        Some(Action::Back) => {
            hide(model);
            model.say(format!("{} shows the sweep again", key_of(Action::Sweep)));
        }
        Some(Action::Sweep) => {
            hide(model);
            ask(model, reading);
        }
        Some(Action::Enter) if !running => take(model, reading),
        Some(action) if action.works_over_windows() => return keys::act(model, reading, action),
        _ => {}
    }
    Vec::new()
}

fn hide(model: &mut Model) {
    if let Some(sweep) = model.sweep.as_mut() {
        sweep.shown = false;
    }
}

/// Puts what is recommended on the sliders, as one turn that undo takes back.
fn take(model: &mut Model, reading: &Reading) {
    let Some(sweep) = model.sweep.as_ref() else {
        return;
    };
    let found = Arc::clone(&sweep.found);
    let recommendation = &found.recommendation;
    if !recommendation.recommended {
        model.say("nothing is recommended, so nothing is taken");
        return;
    }
    let seeks = sweep.steps.plan.objective.seeks_rate();
    let rate = recommendation.rate.filter(|_| seeks);
    let settled = model.settled(reading);
    let settings = taken(&settled, recommendation.parameters.iter(), rate);
    hide(model);
    match settings.changed_from(&settled).first() {
        None => model.say("the load is on these settings already"),
        Some(row) => {
            let row = row.name;
            turn::wish(model, reading, settings, row);
            if let Some(wish) = model.wish.as_mut() {
                wish.hurry = true;
            }
            model.say(format!(
                "taken; {} brings back what was, {} saves a profile",
                key_of(Action::Undo),
                key_of(Action::SaveProfile)
            ));
        }
    }
}

fn taken<'a>(
    settled: &Settings,
    parameters: impl Iterator<Item = (&'a String, &'a String)>,
    rate: Option<f64>,
) -> Settings {
    let mut settings = settled.clone();
    for (name, text) in parameters {
        // The sweep's own words: they are read back as they were written.
        if let Some((knob, Ok(value))) = knobs::find(name).map(|knob| (knob, knob.parse(text))) {
            settings.put(knob.name, value, Source::Hand);
        }
    }
    if let Some(rate) = rate {
        settings.put("rate", Value::Number(rate), Source::Hand);
    }
    settings
}
