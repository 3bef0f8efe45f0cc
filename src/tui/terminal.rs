//! The terminal's modes: entered once, given back whatever ends the program.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, Once, PoisonError, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

use crossterm::{cursor, event, execute, style, terminal};

/// Whether our modes are set; the one source of truth for every way out.
static ACTIVE: AtomicBool = AtomicBool::new(false);
static MOUSE: AtomicBool = AtomicBool::new(false);
static HOOK: Once = Once::new();
/// Held while a picture leaves.
static LEAVING: Mutex<()> = Mutex::new(());
/// How long the way out waits for a picture that is leaving: its writer may hang in a dead terminal.
const PATIENCE: Duration = Duration::from_millis(100);

/// Holds the terminal's modes; dropping it gives the terminal back.
#[derive(Debug)]
pub struct Guard(());

impl Guard {
    /// Sets raw mode, the alternate screen, and the mouse if asked. The panic hook is installed first.
    ///
    /// # Errors
    /// When the terminal does not take the modes; it is then given back.
    pub fn enter(mouse: bool) -> io::Result<Self> {
        end_on_panic();
        MOUSE.store(mouse, Ordering::SeqCst);
        let guard = Self(());
        set_modes()?;
        Ok(guard)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        restore();
    }
}

/// Sets the modes again after the process was stopped, or after something else may have changed them.
///
/// # Errors
/// When the terminal does not take the modes.
pub fn set_modes() -> io::Result<()> {
    ACTIVE.store(true, Ordering::SeqCst);
    terminal::enable_raw_mode()?;
    let mut bytes = Vec::new();
    execute!(
        bytes,
        terminal::EnterAlternateScreen,
        event::DisableBracketedPaste,
        cursor::Hide
    )?;
    if MOUSE.load(Ordering::SeqCst) {
        execute!(bytes, event::EnableMouseCapture)?;
    }
    write_out(&bytes)
}

/// Sets the modes again if they should be set: after SIGCONT, when a shell may have changed them.
///
/// # Errors
/// When the terminal does not take the modes.
pub fn set_modes_anew() -> io::Result<()> {
    // crossterm remembers that raw mode is on and would not set it again.
    let _ = terminal::disable_raw_mode();
    set_modes()
}

/// Captures the mouse, or lets it go.
///
/// # Errors
/// When the terminal cannot be written to.
pub fn set_mouse(on: bool) -> io::Result<()> {
    MOUSE.store(on, Ordering::SeqCst);
    let mut bytes = Vec::new();
    if on {
        execute!(bytes, event::EnableMouseCapture)?;
    } else {
        execute!(bytes, event::DisableMouseCapture)?;
    }
    write_out(&bytes)
}

/// Gives the terminal back. May be called from any thread, from a panic hook, and any number of times; never fails, for
/// there is nobody left to tell.
pub fn restore() {
    if !ACTIVE.swap(false, Ordering::SeqCst) {
        return;
    }
    await_picture();
    let mut bytes = Vec::new();
    let _ = execute!(
        bytes,
        event::DisableMouseCapture,
        event::DisableBracketedPaste,
        event::DisableFocusChange,
        style::ResetColor,
        style::SetAttribute(style::Attribute::Reset),
        terminal::LeaveAlternateScreen,
        cursor::Show
    );
    let _ = write_out(&bytes);
    let _ = terminal::disable_raw_mode();
}

/// Ends the process by a signal's own default action, so that its exit status is honest. The terminal is given back first.
pub fn end_by(signal: i32) -> ! {
    restore();
    let _ = signal_hook::low_level::emulate_default_handler(signal);
    std::process::exit(128 + signal)
}

/// Whether our modes are set.
#[must_use]
pub fn is_active() -> bool {
    ACTIVE.load(Ordering::SeqCst)
}

/// Where pictures are drawn: each leaves whole, and none once the terminal was given back.
#[derive(Debug, Default)]
pub struct Canvas {
    bytes: Vec<u8>,
}

impl io::Write for Canvas {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let leaving = LEAVING.lock().unwrap_or_else(PoisonError::into_inner);
        let written = if is_active() {
            write_out(&self.bytes)
        } else {
            Ok(())
        };
        drop(leaving);
        self.bytes.clear();
        written
    }
}

/// Waits (bounded) for a picture that is leaving; no other begins once the modes count as given back.
fn await_picture() {
    let limit = Instant::now() + PATIENCE;
    while matches!(LEAVING.try_lock(), Err(TryLockError::WouldBlock)) && Instant::now() < limit {
        thread::sleep(Duration::from_millis(1));
    }
}

/// Writes past the lock of `io::stdout`, which a thread that was stopped or panicked may hold.
fn write_out(mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match rustix::io::write(rustix::stdio::stdout(), bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => bytes = &bytes[count..],
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// From now on a panic on any thread gives the terminal back, tells what happened, and ends the program by SIGABRT.
///
/// The release profile aborts by itself. That of tests cannot (their harness unwinds), and one that did would compile each dependency
/// twice, once for either strategy.
pub fn end_on_panic() {
    HOOK.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            restore();
            previous(info);
            std::process::abort();
        }));
    });
}
