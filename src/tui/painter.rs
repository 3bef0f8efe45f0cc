//! Paints on a thread of its own, the newest picture only: a slow terminal holds up nothing else.

use std::io;
use std::mem::ManuallyDrop;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use termprofile::TermProfile;

use crate::drill;
use crate::lab::Reading;
use crate::tui::model::Model;
use crate::tui::terminal::Canvas;
use crate::tui::theme::Theme;
use crate::tui::{terminal, view};

/// How long a painter is waited for that may hang in a dead or stopped terminal.
const PATIENCE: Duration = Duration::from_millis(500);

/// What is to be painted.
type Picture = (Model, Arc<Reading>);

#[derive(Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is asked and answered on its own"
)]
struct Desk {
    next: Option<Picture>,
    busy: bool,
    quiet: bool,
    clear: bool,
    stop: bool,
    broken: Option<io::Error>,
}

/// Hands pictures to the thread `screen`.
pub struct Painter {
    desk: Arc<(Mutex<Desk>, Condvar)>,
}

impl Painter {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the terminal or a thread cannot be had.
    pub fn start(profile: TermProfile) -> io::Result<Self> {
        let desk = Arc::new((Mutex::new(Desk::default()), Condvar::new()));
        let terminal = Terminal::new(CrosstermBackend::new(Canvas::default()))?;
        let theirs = Arc::clone(&desk);
        thread::Builder::new()
            .name("screen".into())
            .spawn(move || paint(&theirs, terminal, profile))?;
        Ok(Self { desk })
    }

    /// Gives the newest picture; one that was not painted yet is forgotten.
    pub fn show(&self, model: &Model, reading: &Arc<Reading>) {
        let (desk, bell) = &*self.desk;
        hold(desk).next = Some((model.clone(), Arc::clone(reading)));
        bell.notify_all();
    }

    /// Paints nothing more until `wake`; returns when nothing is being painted, or after a while.
    pub fn hush(&self) {
        let (desk, bell) = &*self.desk;
        let mut desk = hold(desk);
        desk.quiet = true;
        bell.notify_all();
        let _ = bell.wait_timeout_while(desk, PATIENCE, |desk| desk.busy);
    }

    /// Paints again, everything from anew.
    pub fn wake(&self) {
        let (desk, bell) = &*self.desk;
        let mut desk = hold(desk);
        desk.quiet = false;
        desk.clear = true;
        bell.notify_all();
    }

    /// Why painting ended, if it did; told once.
    #[must_use]
    pub fn broken(&self) -> Option<io::Error> {
        hold(&self.desk.0).broken.take()
    }
}

impl Drop for Painter {
    fn drop(&mut self) {
        hold(&self.desk.0).stop = true;
        self.hush();
    }
}

fn hold(desk: &Mutex<Desk>) -> MutexGuard<'_, Desk> {
    desk.lock().unwrap_or_else(PoisonError::into_inner)
}

fn paint(
    shared: &(Mutex<Desk>, Condvar),
    terminal: Terminal<CrosstermBackend<Canvas>>,
    profile: TermProfile,
) {
    drill::point("screen");
    // Never dropped: it would show the cursor, which the way out does, and print that this failed in a dead terminal, where
    // printing panics.
    let mut terminal = ManuallyDrop::new(terminal);
    let (desk, bell) = shared;
    loop {
        let waiting = |desk: &mut Desk| !desk.stop && (desk.quiet || desk.next.is_none());
        let waited = bell.wait_while(hold(desk), waiting);
        let mut now = waited.unwrap_or_else(PoisonError::into_inner);
        if now.stop {
            return;
        }
        let clear = std::mem::take(&mut now.clear);
        let Some(picture) = now.next.take() else {
            continue;
        };
        now.busy = true;
        drop(now);
        let painted = paint_one(&mut terminal, &picture, profile, clear);
        let mut now = hold(desk);
        now.busy = false;
        if let Err(error) = painted {
            now.broken = Some(error);
            now.stop = true;
        }
        bell.notify_all();
    }
}

fn paint_one(
    screen: &mut Terminal<CrosstermBackend<Canvas>>,
    (model, reading): &Picture,
    profile: TermProfile,
    clear: bool,
) -> io::Result<()> {
    let size = crossterm::terminal::size()?;
    if size.0 == 0 || size.1 == 0 || !terminal::is_active() {
        return Ok(());
    }
    if clear {
        // Not `clear`, which asks the terminal where the cursor is and waits for an answer that the key reader takes.
        screen.resize(Rect::new(0, 0, size.0, size.1))?;
    }
    let theme = Theme::new(model.theme, profile);
    screen.draw(|frame| view::draw(frame, model, reading, &theme))?;
    Ok(())
}
