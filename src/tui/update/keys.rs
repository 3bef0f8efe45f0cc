//! Keys: first the dialog, then the value being typed, then the table of actions.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind};
use tui_input::Input as Entry;

use crate::cluster::ClusterKind;
use crate::lab::{Command, LoadState, Reading};
use crate::settings::Source;
use crate::tui::action::Action;
use crate::tui::dialog::{Dialog, OpenList, Purpose};
use crate::tui::keymap;
use crate::tui::model::{Frozen, Model, Panel, Typing};
use crate::tui::update::{Effect, claims, clients, dialogs, sweep, trials, turn};

/// Takes a pressed key in.
pub fn press(model: &mut Model, reading: &Arc<Reading>, key: KeyEvent) -> Vec<Effect> {
    if key.kind == KeyEventKind::Release {
        return Vec::new();
    }
    if keymap::text(key) == "ctrl-z" {
        return vec![Effect::Suspend];
    }
    if keymap::text(key) == "ctrl-c"
        && !matches!(model.dialog, Some(Dialog::Connect(_) | Dialog::Quit { .. }))
    {
        model.dialog = None;
        model.typing = None;
        return dialogs::ask_to_quit(model, reading);
    }
    if model.dialog.is_some() {
        return dialogs::press(model, reading, key);
    }
    if let Some(typing) = model.typing.take() {
        type_value(model, reading, typing, key);
        return Vec::new();
    }
    if model.claims_in_front().is_some() {
        return claims::press(model, reading, key);
    }
    if model.sweep_in_front().is_some() {
        return sweep::press(model, reading, key);
    }
    match keymap::lookup(key, model.focus) {
        Some(Action::Digit) => {
            begin_typing(model, &keymap::text(key), false);
            Vec::new()
        }
        Some(action) => act(model, reading, action),
        None => Vec::new(),
    }
}

/// Does an action of the table.
pub fn act(model: &mut Model, reading: &Arc<Reading>, action: Action) -> Vec<Effect> {
    match action {
        Action::StepLeft => turn::step(model, reading, false, false),
        Action::StepRight => turn::step(model, reading, true, false),
        Action::LongLeft => turn::step(model, reading, false, true),
        Action::LongRight => turn::step(model, reading, true, true),
        Action::Digit => begin_typing(model, "", false),
        Action::Enter => enter(model, reading),
        Action::PutBack => turn::put_back(model, reading),
        Action::Default => turn::to_default(model, reading),
        Action::Hold => hold(model),
        Action::Advice => turn::take_advice(model, reading),
        Action::Undo => return turn::travel(model, reading, true),
        Action::Redo => return turn::travel(model, reading, false),
        Action::Up => walk(model, reading, Walk::Up),
        Action::Down => walk(model, reading, Walk::Down),
        Action::First => walk(model, reading, Walk::First),
        Action::Last => walk(model, reading, Walk::Last),
        Action::NextPanel => model.focus = model.focus.neighbour(true),
        Action::PreviousPanel => model.focus = model.focus.neighbour(false),
        Action::Back => back(model),
        Action::Help => model.dialog = Some(Dialog::Help { scroll: 0 }),
        Action::GoBack | Action::Base | Action::Compare | Action::Again => {
            return trials::act(model, reading, action);
        }
        Action::Pause | Action::Freeze | Action::Broker => return load(model, reading, action),
        Action::Suspend => return vec![Effect::Suspend],
        Action::Quit => return dialogs::ask_to_quit(model, reading),
        Action::Picture => return vec![Effect::WritePicture],
        Action::Open => {
            model.dialog = Some(Dialog::Open(OpenList::default()));
            return vec![Effect::ListFiles];
        }
        Action::Export => clients::open(model, reading),
        Action::Sweep => sweep::open(model, reading),
        Action::Claims => claims::open(model),
        Action::Note | Action::Snapshot | Action::SaveProfile | Action::Goal => {
            ask(model, reading, action);
        }
        Action::Longer
        | Action::Shorter
        | Action::WholeRun
        | Action::LogY
        | Action::Nines
        | Action::Theme
        | Action::Mouse => return show(model, reading, action),
    }
    Vec::new()
}

fn enter(model: &mut Model, reading: &Reading) {
    let held = model.held;
    if !turn::hasten(model, reading) && !held {
        let text = model.knob().map(|knob| {
            let value = model.next(reading).value(knob.name).clone();
            knob.text(&value)
        });
        begin_typing(model, &text.unwrap_or_default(), true);
    }
}

fn begin_typing(model: &mut Model, text: &str, proposed: bool) {
    let Some(knob) = model.knob() else { return };
    model.typing = Some(Typing {
        row: knob.name,
        entry: Entry::new(text.to_owned()),
        proposed,
        problem: None,
    });
}

fn type_value(model: &mut Model, reading: &Reading, mut typing: Typing, key: KeyEvent) {
    match key.code {
        KeyCode::Esc => return,
        KeyCode::Enter | KeyCode::Tab => {
            let mut settings = (*model.next(reading)).clone();
            match settings.set(typing.row, typing.entry.value().trim(), Source::Hand) {
                Ok(()) => {
                    turn::wish(model, reading, settings, typing.row);
                    if let Some(wish) = model.wish.as_mut() {
                        wish.hurry = !model.held;
                    }
                    return;
                }
                Err(error) => typing.problem = Some(error.to_string()),
            }
        }
        _ => {
            if typing.proposed && matches!(key.code, KeyCode::Char(_)) {
                typing.entry.reset();
            }
            typing.proposed = false;
            dialogs::edit(&mut typing.entry, key);
            typing.problem = None;
        }
    }
    model.typing = Some(typing);
}

fn hold(model: &mut Model) {
    model.held = !model.held;
    if model.held {
        model.say("holding: turns wait for Enter and become one trial");
    } else if let Some(wish) = model.wish.as_mut() {
        wish.changed = model.now;
    }
}

fn back(model: &mut Model) {
    if model.wish.take().is_some() {
        model.say("turn dropped");
    } else if model.held {
        model.held = false;
    } else if model.frozen.take().is_some() {
        model.say("the picture is live again");
    } else if model.chosen_trial.take().is_none() && model.reference.take().is_none() {
        model.focus = Panel::Settings;
    }
}

#[derive(Clone, Copy)]
enum Walk {
    Up,
    Down,
    First,
    Last,
}

fn walk(model: &mut Model, reading: &Reading, walk: Walk) {
    let Some(panel) = model.focus.index() else {
        let numbers = trials::numbers(model, model.shown(reading));
        let at = trials::place(model, reading, &numbers);
        let to = moved(at, numbers.len(), walk);
        model.chosen_trial = numbers
            .get(to)
            .copied()
            .filter(|number| *number != reading.live);
        return;
    };
    let count = model.focus.knobs().len();
    model.rows[panel] = moved(model.rows[panel], count, walk);
}

fn moved(at: usize, count: usize, walk: Walk) -> usize {
    let last = count.saturating_sub(1);
    match walk {
        Walk::Up => at.saturating_sub(1),
        Walk::Down => (at + 1).min(last),
        Walk::First => 0,
        Walk::Last => last,
    }
}

fn load(model: &mut Model, reading: &Arc<Reading>, action: Action) -> Vec<Effect> {
    match action {
        Action::Pause => match reading.load {
            LoadState::Paused => vec![Effect::Send(Command::Resume)],
            LoadState::Running => vec![Effect::Send(Command::Pause)],
            _ => {
                model.say("no load runs that could pause");
                Vec::new()
            }
        },
        Action::Freeze => {
            model.frozen = match model.frozen.take() {
                Some(_) => None,
                None => Some(Frozen {
                    reading: Arc::clone(reading),
                    since: model.now,
                }),
            };
            Vec::new()
        }
        _ => toggle_broker(model, reading),
    }
}

fn toggle_broker(model: &mut Model, reading: &Reading) -> Vec<Effect> {
    let cluster = &reading.cluster;
    if cluster.kind != ClusterKind::Embedded && !cluster.ours {
        model.say("only brokers that linger started can be taken down here");
        return Vec::new();
    }
    let down = cluster.brokers.iter().find(|broker| !broker.up);
    let Some(broker) = down.or(cluster.brokers.last()) else {
        return Vec::new();
    };
    let word = if broker.up { "down" } else { "up again" };
    let id = broker.id;
    model.say(format!("broker {id} goes {word}"));
    vec![Effect::Send(Command::ToggleBroker(id))]
}

fn ask(model: &mut Model, reading: &Reading, action: Action) {
    let trial = model.trial_in_hand(reading);
    let purpose = match action {
        Action::Note => Purpose::Note(trial),
        Action::Snapshot => Purpose::Snapshot(trial),
        Action::SaveProfile => Purpose::Profile,
        _ => Purpose::Goal,
    };
    dialogs::open_ask(model, reading, purpose);
}

fn show(model: &mut Model, reading: &Reading, action: Action) -> Vec<Effect> {
    match action {
        Action::Longer => model.window = model.window.longer(),
        Action::Shorter => model.window = model.window.shorter(reading.at),
        Action::WholeRun => model.window = crate::tui::model::TimeWindow::Whole,
        Action::LogY => model.log_y = !model.log_y,
        Action::Nines => model.nines = !model.nines,
        Action::Theme => {
            model.theme = model.theme.next();
            model.say(format!("theme {}", model.theme.name()));
        }
        _ => {
            model.mouse = !model.mouse;
            let word = if model.mouse {
                "on"
            } else {
                "off: the terminal selects text"
            };
            model.say(format!("mouse {word}"));
            return vec![Effect::SetMouse(model.mouse)];
        }
    }
    Vec::new()
}
