//! What a key, the mouse, a reading or the clock does to the model, and what is to be done outside of it.

mod axis;
mod claims;
mod clients;
mod dialogs;
mod duel;
mod keys;
mod mouse;
mod news;
pub mod sweep;
mod trials;
mod turn;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crossterm::event::KeyEvent;

use crate::cluster::ClusterFacts;
use crate::lab::{Command, Goal, Reading};
use crate::settings::Settings;
use crate::settings::export::Format;
use crate::tui::dialog::{FileEntry, Loaded};
use crate::tui::model::{Heard, Hit, Model};

pub use turn::SETTLE;

/// Something that happened to the screen.
#[derive(Clone, Debug)]
pub enum Input {
    /// A key was pressed.
    Key(KeyEvent),
    /// The mouse did something, over what is under it.
    Mouse(Pointer, Option<Hit>),
    /// A new reading came.
    Reading,
    /// The time that `deadline` named has come.
    Tick,
    /// An effect has its answer.
    Answer(Answer),
}

/// What the mouse did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pointer {
    /// The left button went down.
    Press,
    /// It moved with the button down; what is under it is judged in the row of the press.
    Drag,
    /// The button went up.
    Release,
    /// The wheel turned up.
    WheelUp,
    /// The wheel turned down.
    WheelDown,
}

/// What came of an effect.
#[derive(Clone, Debug)]
pub enum Answer {
    /// The files that can be opened.
    Files(Result<Vec<FileEntry>, String>),
    /// An opened file.
    Loaded(Result<Box<Loaded>, String>),
    /// Where a profile was saved.
    ProfileSaved(Result<String, String>),
    /// Where the picture was written.
    Picture(Result<String, String>),
    /// Where settings were exported to, and what to know of it.
    Exported(Result<String, String>),
    /// News of the scenario that runs.
    Claim(Heard),
    /// The lab no longer takes commands.
    LabGone,
}

/// Something to be done outside of the model.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Ask the lab.
    Send(Command),
    /// List profiles and snapshots; the answer is `Answer::Files`.
    ListFiles,
    /// Read a file; a profile is laid over these settings, a snapshot held against this cluster. The answer is `Answer::Loaded`.
    Load(FileEntry, Arc<Settings>, Arc<ClusterFacts>),
    /// Save a profile under a name; the answer is `Answer::ProfileSaved`.
    SaveProfile(String, Arc<Settings>, Vec<Goal>),
    /// Capture the mouse, or let it go.
    SetMouse(bool),
    /// Write the screen as SVG; the answer is `Answer::Picture`.
    WritePicture,
    /// Write settings in another tool's form into a new file; the lines say where they come from. The answer is `Answer::Exported`.
    Export(&'static Format, Vec<String>, Arc<Settings>),
    /// Put the claim at this place to the test, until it is told to stop; the answers are `Answer::Claim`.
    Try(usize, Arc<AtomicBool>),
    /// Pause the load, restore the terminal and stop the process until SIGCONT.
    Suspend,
    /// The answer of the connect dialog.
    Consent(bool),
    /// Leave the screen.
    Quit,
}

/// Takes one input in at a time (since the screen started) and says what is to be done outside.
pub fn update(
    model: &mut Model,
    reading: &Arc<Reading>,
    input: Input,
    now: Duration,
) -> Vec<Effect> {
    model.now = now;
    let mut effects = match input {
        Input::Key(key) => {
            let effects = keys::press(model, reading, key);
            duel::disturbed(model, &effects);
            effects
        }
        Input::Mouse(..) if model.has_window() => Vec::new(),
        Input::Mouse(pointer, hit) => mouse::point(model, reading, pointer, hit),
        Input::Reading => {
            news::read(model, reading);
            axis::follow(model, reading);
            let mut effects = duel::hear(model, reading);
            effects.extend(sweep::hear(model, reading));
            effects
        }
        Input::Tick => Vec::new(),
        Input::Answer(answer) => news::answer(model, reading, answer),
    };
    turn::judge(model, reading);
    let turned = turn::apply_when_due(model, reading);
    duel::disturbed(model, &turned);
    effects.extend(turned);
    effects
}

/// When `Input::Tick` is wanted next, if at all: the wish is due then, or a message has grown old.
#[must_use]
pub fn deadline(model: &Model, reading: &Reading) -> Option<Duration> {
    let message = model
        .message()
        .map(|status| status.since + crate::tui::model::STATUS_FOR);
    turn::due(model, reading).into_iter().chain(message).min()
}

#[cfg(test)]
mod tests;
