//! Keys while a dialog is in front.

use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent};
use tui_input::Input as Entry;
use tui_input::backend::crossterm::EventHandler;

use crate::lab::{Command, LoadState, Place, Reading};
use crate::profile;
use crate::settings::export::FORMATS;
use crate::tui::action::Action;
use crate::tui::dialog::{Ask, Connect, Dialog, OpenList, Purpose};
use crate::tui::keymap;
use crate::tui::model::{Model, Panel};
use crate::tui::update::{Effect, clients, duel, sweep};

/// Results of at least this much load are worth a question before they are thrown away.
const WORTH_ASKING: Duration = Duration::from_secs(120);
/// The longest line that can be typed.
const LONGEST: usize = 400;

/// Takes a key for the dialog in front.
pub fn press(model: &mut Model, reading: &Arc<Reading>, key: KeyEvent) -> Vec<Effect> {
    match model.dialog.take() {
        Some(Dialog::Help { scroll }) => help(model, scroll, key),
        Some(Dialog::Ask(ask)) => return typed(model, reading, ask, key),
        Some(Dialog::Open(list)) => return pick(model, reading, list, key),
        Some(Dialog::Export(list)) => return clients::pick(model, reading, list, key),
        Some(Dialog::Quit { lost }) => return quit(model, lost, key),
        Some(Dialog::Connect(connect)) => return consent(model, connect, key),
        None => {}
    }
    Vec::new()
}

/// Lets an entry take a key, up to a length that fits any name.
pub fn edit(entry: &mut Entry, key: KeyEvent) {
    let grows = matches!(key.code, KeyCode::Char(_));
    if !grows || entry.value().chars().count() < LONGEST {
        entry.handle_event(&Event::Key(key));
    }
}

/// Scrolls a dialog by lines.
pub fn scroll(dialog: &mut Dialog, lines: i16) {
    match dialog {
        Dialog::Help { scroll } => *scroll = scroll.saturating_add_signed(lines),
        Dialog::Open(list) => {
            let count = list.files.as_ref().map_or(0, Vec::len);
            let to = list.at.saturating_add_signed(lines.signum().into());
            list.at = to.min(count.saturating_sub(1));
        }
        Dialog::Export(list) => {
            let to = list.at.saturating_add_signed(lines.signum().into());
            list.at = to.min(FORMATS.len().saturating_sub(1));
        }
        _ => {}
    }
}

fn help(model: &mut Model, scroll: u16, key: KeyEvent) {
    let lines = match (key.code, keymap::lookup(key, Panel::Settings)) {
        (KeyCode::PageUp, _) => -10,
        (KeyCode::PageDown | KeyCode::Char(' '), _) => 10,
        (_, Some(Action::Up)) => -1,
        (_, Some(Action::Down)) => 1,
        (_, Some(Action::First)) => i16::MIN,
        (_, Some(Action::Help | Action::Back | Action::Quit | Action::Enter)) => return,
        _ => 0,
    };
    let mut dialog = Dialog::Help { scroll };
    self::scroll(&mut dialog, lines);
    model.dialog = Some(dialog);
}

/// Opens a line to type.
pub fn open_ask(model: &mut Model, reading: &Reading, purpose: Purpose) {
    let text = match purpose {
        Purpose::Snapshot(trial) => format!("trial-{trial}"),
        Purpose::Profile => String::new(),
        Purpose::Goal => model.goals_text.clone(),
        Purpose::Note(number) => reading
            .trial(number)
            .and_then(|trial| trial.note.clone())
            .unwrap_or_default(),
        Purpose::Compare(_) => duel::PROPOSED.into(),
        Purpose::Sweep => sweep::proposal(model, reading),
    };
    let mut ask = Ask {
        purpose,
        entry: Entry::new(text),
        proposed: matches!(purpose, Purpose::Snapshot(_) | Purpose::Compare(_)),
        preview: None,
        problem: None,
    };
    sweep::foresee(model, reading, &mut ask);
    model.dialog = Some(Dialog::Ask(ask));
}

fn typed(model: &mut Model, reading: &Reading, mut ask: Ask, key: KeyEvent) -> Vec<Effect> {
    match key.code {
        KeyCode::Esc => return Vec::new(),
        KeyCode::Enter => {
            let line = ask.entry.value().trim().to_owned();
            match take_line(model, reading, ask.purpose, line) {
                Ok(effects) => return effects,
                Err(problem) => ask.problem = Some(problem),
            }
        }
        _ => {
            if ask.proposed && matches!(key.code, KeyCode::Char(_)) {
                ask.entry.reset();
            }
            ask.proposed = false;
            edit(&mut ask.entry, key);
            ask.problem = None;
            sweep::foresee(model, reading, &mut ask);
        }
    }
    model.dialog = Some(Dialog::Ask(ask));
    Vec::new()
}

fn take_line(
    model: &mut Model,
    reading: &Reading,
    purpose: Purpose,
    line: String,
) -> Result<Vec<Effect>, String> {
    let named = || {
        let missing = line.is_empty();
        (!missing).then(|| line.clone()).ok_or("a name is needed")
    };
    let effect = match purpose {
        Purpose::Snapshot(trial) => {
            let name = named()?;
            model.saving = Some(trial);
            let file = std::path::Path::new(&name)
                .extension()
                .is_some_and(|end| end.eq_ignore_ascii_case("json"));
            let place = if file {
                Place::File(name.into())
            } else {
                Place::Name(name)
            };
            Effect::Send(Command::Save { trial, place })
        }
        Purpose::Profile => {
            let name = named()?;
            profile::fit_name(&name).map_err(|error| error.to_string())?;
            Effect::SaveProfile(name, model.next(reading), model.goals.clone())
        }
        Purpose::Note(trial) => Effect::Send(Command::Note(trial, line)),
        Purpose::Compare(trial) => return duel::begin(model, reading, trial, &line),
        Purpose::Sweep => return sweep::begin(model, reading, &line),
        Purpose::Goal => {
            let goals = if line.is_empty() {
                Vec::new()
            } else {
                (model.parse_goals)(&line)?
            };
            model.goals.clone_from(&goals);
            model.goals_text = line;
            Effect::Send(Command::Goals(goals))
        }
    };
    Ok(vec![effect])
}

fn pick(model: &mut Model, reading: &Reading, list: OpenList, key: KeyEvent) -> Vec<Effect> {
    let mut dialog = Dialog::Open(list);
    match (key.code, keymap::lookup(key, Panel::Settings)) {
        (KeyCode::Enter, _) => {
            let Dialog::Open(list) = &dialog else {
                return Vec::new();
            };
            let files = list.files.as_deref().unwrap_or_default();
            if let Some(file) = files.get(list.at) {
                if file.usable {
                    return vec![Effect::Load(
                        file.clone(),
                        model.settled(reading),
                        Arc::clone(&reading.cluster),
                    )];
                }
                let text = format!("{} cannot be opened: {}", file.name, file.about);
                model.complain(text);
            }
        }
        (_, Some(Action::Back | Action::Quit | Action::Open)) => return Vec::new(),
        (_, Some(Action::Up)) => scroll(&mut dialog, -1),
        (_, Some(Action::Down)) => scroll(&mut dialog, 1),
        _ => {}
    }
    model.dialog = Some(dialog);
    Vec::new()
}

/// Leaves at once, or asks when something would be lost.
pub fn ask_to_quit(model: &mut Model, reading: &Reading) -> Vec<Effect> {
    match would_be_lost(model, reading) {
        None => vec![Effect::Quit],
        Some(lost) => {
            model.dialog = Some(Dialog::Quit { lost });
            Vec::new()
        }
    }
}

fn would_be_lost(model: &Model, reading: &Reading) -> Option<String> {
    if matches!(reading.load, LoadState::Failed(_) | LoadState::Stopped) {
        return None;
    }
    if model.is_sweeping() {
        return Some("a sweep runs: what it has measured so far".into());
    }
    if let Some(trial) = model.saving {
        return Some(format!("#{trial} is still being saved"));
    }
    let unsaved = |number: &u64| !model.saved_trials.contains(number);
    let written = reading.trials.iter().filter(|trial| trial.note.is_some());
    let notes = written.map(|trial| trial.number).filter(unsaved).count();
    if notes > 0 {
        return Some(format!("{notes} trials with a note are not saved"));
    }
    let results = reading.trials.len();
    (results > 1 && model.saved_trials.is_empty() && reading.loaded >= WORTH_ASKING)
        .then(|| format!("{results} trials, none of them saved as a snapshot"))
}

fn quit(model: &mut Model, lost: String, key: KeyEvent) -> Vec<Effect> {
    let leaves = matches!(key.code, KeyCode::Enter | KeyCode::Char('y'))
        || keymap::lookup(key, Panel::Settings) == Some(Action::Quit);
    if leaves {
        return vec![Effect::Quit];
    }
    if !matches!(key.code, KeyCode::Esc | KeyCode::Char('n')) {
        model.dialog = Some(Dialog::Quit { lost });
    }
    Vec::new()
}

fn consent(model: &mut Model, mut connect: Box<Connect>, key: KeyEvent) -> Vec<Effect> {
    let name = keymap::text(key);
    if name == "esc" || name == "ctrl-c" {
        return vec![Effect::Consent(false)];
    }
    if connect.needs_name() {
        if key.code == KeyCode::Enter {
            if connect.entry.value().trim() == connect.facts.topic.name {
                return vec![Effect::Consent(true)];
            }
            connect.problem = Some("that is not the topic's name".into());
        } else {
            edit(&mut connect.entry, key);
            connect.problem = None;
        }
    } else {
        match name.as_str() {
            "y" => return vec![Effect::Consent(true)],
            "n" | "q" => return vec![Effect::Consent(false)],
            _ => connect.problem = Some("y starts the load, n leaves".into()),
        }
    }
    model.dialog = Some(Dialog::Connect(connect));
    Vec::new()
}
