//! The loop at the edge: events, readings, signals and timers in; commands, files and pictures out.

mod effects;
mod signals;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossterm::event::{
    Event, EventStream, KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};
use futures::StreamExt;
use ratatui::layout::Rect;
use termprofile::{DetectorSettings, TermProfile};
use tokio::sync::{mpsc, watch};

use crate::cluster::ClusterFacts;
use crate::drill;
use crate::lab::{Command, Goal, LoadState, Reading};
use crate::scenario::Ground;
use crate::settings::Settings;
use crate::tui::dialog::{Connect, Dialog, FileEntry, LoadPlan, Loaded};
use crate::tui::model::{Claims, GoalParser, Hit, Model, ThemeChoice};
use crate::tui::painter::Painter;
use crate::tui::terminal::{Guard, end_by};
use crate::tui::update::{self, Answer, Effect, Input, Pointer};
use crate::tui::view;
use crate::tui::watchdog::{self, Watchdog};
use signals::{Signals, Told};

/// Why the screen could not run.
#[derive(Debug, thiserror::Error)]
pub enum TuiError {
    /// The terminal does not do what a screen needs.
    #[error("the terminal cannot show a screen: {0}; `linger bench` needs none")]
    Terminal(#[from] io::Error),
}

/// Reads and writes the person's files. Called from threads that may block; errors are sentences with the way out.
pub trait Files: Send + Sync {
    /// Profiles and snapshots that can be opened.
    fn list(&self) -> Result<Vec<FileEntry>, String>;
    /// Opens one; a profile is laid over `onto`, a snapshot held against the cluster that the session is on.
    fn load(&self, file: &FileEntry, onto: &Settings, on: &ClusterFacts) -> Result<Loaded, String>;
    /// Saves a profile; the answer is its path.
    fn save_profile(
        &self,
        name: &str,
        settings: &Settings,
        goals: &[Goal],
    ) -> Result<String, String>;
}

/// What the screen starts with.
pub struct Options {
    /// The goals that the lab was given.
    pub goals: Vec<Goal>,
    /// The same as a line of text.
    pub goals_text: String,
    /// How a typed line of goals is read.
    pub parse_goals: GoalParser,
    /// The theme.
    pub theme: ThemeChoice,
    /// Whether the mouse is captured at the start.
    pub mouse: bool,
    /// The person's files.
    pub files: Arc<dyn Files>,
    /// The folder that pictures are written into.
    pub pictures: PathBuf,
}

/// What the screen leaves behind.
#[derive(Debug)]
pub struct Outcome {
    /// The last reading that was seen; for the table of trials on stdout.
    pub last: Arc<Reading>,
    /// Why it ended.
    pub ended: Ended,
    /// A scenario that was told to end and puts away what it made.
    pub trying: Option<JoinHandle<()>>,
}

/// Why the screen ended. The load has been told to stop in every case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The person left.
    Quit,
    /// A signal: finish quickly, then end by it with `terminal::end_by`.
    Signal(i32),
    /// The terminal died: finish within a second.
    TerminalGone,
}

/// A terminal in our hands, with a model to draw. Dropping it gives the terminal back.
pub struct Screen {
    model: Model,
    reading: Arc<Reading>,
    files: Arc<dyn Files>,
    pictures: PathBuf,
    profile: TermProfile,
    started: Instant,
    events: EventStream,
    signals: Signals,
    answers: (mpsc::Sender<Answer>, mpsc::Receiver<Answer>),
    commands: Option<mpsc::Sender<Command>>,
    consent: Option<bool>,
    press_row: u16,
    resume: bool,
    ground: Ground,
    trying: Option<JoinHandle<()>>,
    // Dropped in this order: nothing paints or watches once the terminal is given back.
    painter: Painter,
    watchdog: Watchdog,
    _guard: Guard,
}

/// What one turn of the loop brought.
enum News {
    Input(Input),
    Redraw,
    Nothing,
    Told(Told),
    EventsGone,
}

impl Screen {
    /// Takes the terminal. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// When there is no usable terminal; it is then given back.
    pub fn open(options: Options) -> Result<Self, TuiError> {
        let signals = Signals::listen()?;
        let profile = TermProfile::detect(&io::stdout(), DetectorSettings::default());
        let guard = Guard::enter(options.mouse)?;
        // No thread of the screen runs before the panic hook is there and the modes are set.
        let watchdog = Watchdog::start()?;
        let mut model = Model::new(options.goals);
        model.goals_text = options.goals_text;
        model.parse_goals = options.parse_goals;
        model.theme = options.theme;
        model.mouse = options.mouse;
        Ok(Self {
            model,
            reading: Arc::new(Reading::before(Arc::default())),
            files: options.files,
            pictures: options.pictures,
            profile,
            started: Instant::now(),
            events: EventStream::new(),
            signals,
            answers: mpsc::channel(16),
            commands: None,
            consent: None,
            press_row: 0,
            resume: false,
            ground: Ground::default(),
            trying: None,
            painter: Painter::start(profile)?,
            watchdog,
            _guard: guard,
        })
    }

    /// Says where claims are put to the test.
    pub fn stand_on(&mut self, ground: Ground) {
        self.model.claims = Claims::on(&ground);
        self.ground = ground;
    }

    /// Shows the connect dialog and waits for the answer; no load runs yet. A dead terminal counts as no; a
    /// signal ends the process, for there is no load to stop.
    ///
    /// # Errors
    /// When the terminal fails.
    pub async fn confirm(
        &mut self,
        facts: Arc<ClusterFacts>,
        plan: LoadPlan,
    ) -> Result<bool, TuiError> {
        self.reading = Arc::new(Reading::before(Arc::clone(&facts)));
        self.model.dialog = Some(Dialog::Connect(Box::new(Connect {
            facts,
            plan,
            entry: tui_input::Input::default(),
            problem: None,
        })));
        self.consent = None;
        let (keep, mut silent) = watch::channel(Arc::clone(&self.reading));
        let ended = self.turn_until(&mut silent).await?;
        drop(keep);
        self.model.dialog = None;
        if let Some(Ended::Signal(signal)) = ended {
            end_by(signal);
        }
        Ok(ended.is_none() && self.consent == Some(true))
    }

    /// Shows the lab until the person leaves, a signal comes or the terminal dies; then tells the load to stop.
    ///
    /// # Errors
    /// When the terminal fails; the load is told to stop all the same.
    pub async fn run(
        &mut self,
        commands: mpsc::Sender<Command>,
        mut readings: watch::Receiver<Arc<Reading>>,
    ) -> Result<Outcome, TuiError> {
        self.reading = Arc::clone(&readings.borrow_and_update());
        self.commands = Some(commands.clone());
        let ended = self.turn_until(&mut readings).await;
        self.model.claims.stop();
        let _ = commands.try_send(Command::Stop);
        Ok(Outcome {
            last: Arc::clone(&readings.borrow()),
            ended: ended?.unwrap_or(Ended::Quit),
            trying: self.trying.take(),
        })
    }

    /// Runs until an effect ends it (`None`) or something from outside does.
    async fn turn_until(
        &mut self,
        readings: &mut watch::Receiver<Arc<Reading>>,
    ) -> Result<Option<Ended>, TuiError> {
        let mut live = true;
        self.paint();
        loop {
            let news = self.wait(readings, &mut live).await;
            let input = match news {
                News::Input(input) => input,
                News::Redraw => {
                    self.paint();
                    continue;
                }
                News::Nothing => continue,
                News::Told(Told::End(signal)) => return Ok(Some(Ended::Signal(signal))),
                News::Told(Told::Suspend) => {
                    self.suspend(readings, false).await;
                    continue;
                }
                News::Told(Told::Resume) => match self.resume() {
                    Ok(()) => continue,
                    Err(error) => return ended_by(error),
                },
                News::EventsGone | News::Told(Told::TerminalGone) => {
                    return Ok(Some(Ended::TerminalGone));
                }
            };
            let now = self.started.elapsed();
            let effects = update::update(&mut self.model, &self.reading, input, now);
            self.paint();
            drill::point("main");
            for effect in effects {
                if self.carry_out(effect, readings).await {
                    return Ok(None);
                }
            }
            if let Some(error) = self.painter.broken() {
                return ended_by(error);
            }
        }
    }

    async fn wait(
        &mut self,
        readings: &mut watch::Receiver<Arc<Reading>>,
        live: &mut bool,
    ) -> News {
        let wake = update::deadline(&self.model, &self.reading);
        let rest = wake.map_or(Duration::from_secs(3600), |wake| {
            wake.saturating_sub(self.started.elapsed())
        });
        let gone = self.watchdog.gone();
        tokio::select! {
            biased;
            told = self.signals.next() => News::Told(told),
            () = gone.notified() => News::Told(Told::TerminalGone),
            event = self.events.next() => match event {
                Some(Ok(event)) => self.judge(&event),
                Some(Err(_)) | None => News::EventsGone,
            },
            Some(answer) = self.answers.1.recv() => News::Input(Input::Answer(answer)),
            changed = readings.changed(), if *live => {
                self.reading = Arc::clone(&readings.borrow_and_update());
                if changed.is_ok() {
                    return News::Input(Input::Reading);
                }
                *live = false;
                let ended = matches!(self.reading.load, LoadState::Stopped | LoadState::Failed(_));
                if ended { News::Redraw } else { News::Input(Input::Answer(Answer::LabGone)) }
            }
            () = tokio::time::sleep(rest) => News::Input(Input::Tick),
        }
    }

    fn judge(&mut self, event: &Event) -> News {
        match event {
            Event::Key(key) => News::Input(Input::Key(unshifted(*key))),
            Event::Resize(..) => News::Redraw,
            Event::Mouse(mouse) => self.point(*mouse),
            Event::FocusGained | Event::FocusLost | Event::Paste(_) => News::Nothing,
        }
    }

    fn point(&mut self, mouse: MouseEvent) -> News {
        let pointer = match mouse.kind {
            MouseEventKind::Down(MouseButton::Left) => {
                self.press_row = mouse.row;
                Pointer::Press
            }
            MouseEventKind::Drag(MouseButton::Left) => Pointer::Drag,
            MouseEventKind::Up(MouseButton::Left) => Pointer::Release,
            MouseEventKind::ScrollUp => Pointer::WheelUp,
            MouseEventKind::ScrollDown => Pointer::WheelDown,
            _ => return News::Nothing,
        };
        // A hand that drags strays from the row; the slider is the one that it went down on.
        let row = if pointer == Pointer::Drag {
            self.press_row
        } else {
            mouse.row
        };
        News::Input(Input::Mouse(pointer, self.under(mouse.column, row)))
    }

    fn under(&self, column: u16, row: u16) -> Option<Hit> {
        let (width, height) = crossterm::terminal::size().ok()?;
        let area = Rect::new(0, 0, width, height);
        view::hit(area, &self.model, &self.reading, column, row)
    }

    fn paint(&mut self) {
        self.model.now = self.started.elapsed();
        self.painter.show(&self.model, &self.reading);
    }

    /// Does what the model asks for; `true` when the loop is to end.
    async fn carry_out(
        &mut self,
        effect: Effect,
        readings: &mut watch::Receiver<Arc<Reading>>,
    ) -> bool {
        match effect {
            Effect::Quit => return true,
            Effect::Consent(yes) => {
                self.consent = Some(yes);
                return true;
            }
            Effect::Suspend => self.suspend(readings, true).await,
            Effect::Send(command) => self.send(command),
            Effect::SetMouse(on) => {
                self.painter.hush();
                let _ = crate::tui::terminal::set_mouse(on);
                self.painter.wake();
                self.paint();
            }
            Effect::ListFiles => self.ask(|files| Answer::Files(files.list())),
            Effect::Load(file, onto, on) => {
                self.ask(move |files| Answer::Loaded(files.load(&file, &onto, &on).map(Box::new)));
            }
            Effect::SaveProfile(name, settings, goals) => {
                self.ask(move |files| {
                    Answer::ProfileSaved(files.save_profile(&name, &settings, &goals))
                });
            }
            Effect::Try(at, stop) => self.put_to_the_test(at, stop),
            Effect::WritePicture => self.write_picture(),
            Effect::Export(format, about, settings) => self.export(format, about, settings),
        }
        false
    }
}

/// What a terminal that fails means: it was closed, which is an end like others, or it is of no use.
fn ended_by(error: io::Error) -> Result<Option<Ended>, TuiError> {
    let closed = error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error());
    if closed || watchdog::is_dead() {
        Ok(Some(Ended::TerminalGone))
    } else {
        Err(TuiError::Terminal(error))
    }
}

/// Some terminals report a capital with shift held, some without; here it is the capital alone.
fn unshifted(mut key: KeyEvent) -> KeyEvent {
    if matches!(key.code, KeyCode::Char(_)) {
        key.modifiers.remove(KeyModifiers::SHIFT);
    }
    key
}

#[cfg(test)]
mod tests;
