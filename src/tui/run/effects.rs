//! What the screen does outside of itself: commands, files, pictures, stopping and going on.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::Duration;

use rustix::process::{Signal, kill_current_process_group};
use tokio::sync::{mpsc, watch};

use crate::drill;
use crate::lab::{Command, LoadState, Reading};
use crate::scenario::{self, News, Round, Watch};
use crate::settings::Settings;
use crate::settings::export::Format;
use crate::tui::model::{ArmNow, Claims, Heard};
use crate::tui::run::{Files, Screen};
use crate::tui::update::Answer;
use crate::tui::{picture, terminal};

/// How long the load may take to pause, and records under way to be answered, before the process stops.
const PAUSE_WITHIN: Duration = Duration::from_secs(1);

impl Screen {
    /// Hands a command to the lab without ever waiting for it.
    pub(super) fn send(&mut self, command: Command) {
        let Some(commands) = &self.commands else {
            return;
        };
        match commands.try_send(command) {
            Ok(()) => {}
            Err(mpsc::error::TrySendError::Full(_)) => {
                self.model.complain("the lab is busy; try again");
            }
            Err(mpsc::error::TrySendError::Closed(_)) => {
                self.model.complain("the lab has ended; q leaves");
            }
        }
    }

    /// Does something with files on a thread that may block.
    pub(super) fn ask(&self, work: impl FnOnce(&dyn Files) -> Answer + Send + 'static) {
        let files = Arc::clone(&self.files);
        let answers = self.answers.0.clone();
        tokio::task::spawn_blocking(move || {
            drill::point("files");
            let _ = answers.blocking_send(work(&*files));
        });
    }

    /// Runs a scenario on a thread of its own, which tells what happens.
    pub(super) fn put_to_the_test(&mut self, at: usize, stop: Arc<AtomicBool>) {
        let answers = self.answers.0.clone();
        let over = move |answers: &mpsc::Sender<Answer>, round: Round| {
            let _ = answers.blocking_send(Answer::Claim(Heard::Over(Box::new(round))));
        };
        let Some(scenario) = Claims::scenario(at) else {
            return;
        };
        let ground = self.ground.clone();
        let news = answers.clone();
        let watch = Watch {
            // What comes too fast is left out: the next news tell more. No waiting here, which may be within a runtime.
            hear: Arc::new(move |told: &News<'_>| {
                let heard = match *told {
                    News::Says(text) => Heard::Says(text.to_owned()),
                    News::Reads { arm, reading } => Heard::Counts(ArmNow::of(arm, reading)),
                };
                let _ = news.try_send(Answer::Claim(heard));
            }),
            stop,
        };
        let work = move || {
            over(&answers, scenario::round(scenario, &ground, &watch));
        };
        match thread::Builder::new().name("scenario".into()).spawn(work) {
            Ok(thread) => self.trying = Some(thread),
            Err(error) => {
                self.model.claims.trying = None;
                self.model
                    .complain(format!("a thread could not be started: {error}"));
            }
        }
    }

    /// Writes the screen as it is now into a new file.
    pub(super) fn write_picture(&self) {
        let size = crossterm::terminal::size().unwrap_or((120, 40));
        let (model, reading) = (self.model.clone(), Arc::clone(&self.reading));
        let (profile, folder) = (self.profile, self.pictures.clone());
        let answers = self.answers.0.clone();
        tokio::task::spawn_blocking(move || {
            let text = picture::of(&model, &reading, size, profile);
            let now = jiff::Zoned::now().strftime("linger-%Y%m%d-%H%M%S.svg");
            let written =
                write_new(&folder, &now.to_string(), &text).map_err(|error| error.to_string());
            let _ = answers.blocking_send(Answer::Picture(written));
        });
    }

    /// Writes settings in another tool's form into a new file.
    pub(super) fn export(
        &self,
        format: &'static Format,
        about: Vec<String>,
        settings: Arc<Settings>,
    ) {
        let folder = self.pictures.clone();
        let answers = self.answers.0.clone();
        tokio::task::spawn_blocking(move || {
            let written = format.write(&about, &settings);
            let told = |path: String| match written.altered.len() {
                0 => path,
                count => format!("{path}; {count} values had to change, its comments say which"),
            };
            let done = write_new(&folder, format.file, &written.text)
                .map(told)
                .map_err(|error| error.to_string());
            let _ = answers.blocking_send(Answer::Exported(done));
        });
    }

    /// Pauses the load, gives the terminal back and stops the process (with its group when a key asked for it, so that
    /// `cargo run` and the like stop as well). SIGCONT leads to `resume`.
    pub(super) async fn suspend(
        &mut self,
        readings: &mut watch::Receiver<Arc<Reading>>,
        group: bool,
    ) {
        self.resume = self.commands.is_some() && self.reading.load == LoadState::Running;
        if self.resume {
            self.send(Command::Pause);
            // What is still under way would be answered after the stop, and count it as its own time.
            let at_rest = |reading: &Arc<Reading>| {
                reading.load != LoadState::Running
                    && reading.behind == 0
                    && reading.accounts.in_flight() == 0
            };
            let paused = readings.wait_for(at_rest);
            let _ = tokio::time::timeout(PAUSE_WITHIN, paused).await;
        }
        self.painter.hush();
        terminal::restore();
        let stopped = group && kill_current_process_group(Signal::STOP).is_ok();
        if !stopped {
            let _ = signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP);
        }
    }

    /// Takes the terminal again after a stop, and goes on with a load that ran.
    pub(super) fn resume(&mut self) -> io::Result<()> {
        self.painter.hush();
        terminal::set_modes_anew()?;
        self.painter.wake();
        if std::mem::take(&mut self.resume) {
            self.send(Command::Resume);
        }
        self.paint();
        Ok(())
    }
}

/// Writes a new file that does not replace any: a number before the name's ending makes it another one. The answer is its path.
fn write_new(folder: &Path, name: &str, text: &str) -> io::Result<String> {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, "txt"));
    for copy in 0..100 {
        let tail = if copy == 0 {
            String::new()
        } else {
            format!("-{copy}")
        };
        let path = folder.join(format!("{stem}{tail}.{ending}"));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut file) => {
                file.write_all(text.as_bytes())?;
                return Ok(path.display().to_string());
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_never_replaces_another_file() {
        let folder = tempfile::tempdir().unwrap();
        let first = write_new(folder.path(), "a.b.svg", "one").unwrap();
        let second = write_new(folder.path(), "a.b.svg", "two").unwrap();
        assert!(first.ends_with("/a.b.svg") && second.ends_with("/a.b-1.svg"));
        assert_eq!(std::fs::read_to_string(first).unwrap(), "one");
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error_and_no_panic() {
        assert!(write_new(Path::new("/nonexistent/folder"), "x.svg", "x").is_err());
    }
}
