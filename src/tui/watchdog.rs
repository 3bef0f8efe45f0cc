//! Ends the program when its terminal dies: the key reader may then spin for ever and never say so.

use std::fs::File;
use std::io::{self, IsTerminal};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tokio::sync::Notify;

use crate::drill;

/// How often the terminal is looked at, at the latest.
const LOOK: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 250_000_000,
};
/// How long the program may take to leave by itself before it is ended.
const GRACE: Duration = Duration::from_millis(600);

/// Watches the terminal until dropped.
#[derive(Debug)]
pub struct Watchdog {
    off: Arc<AtomicBool>,
    gone: Arc<Notify>,
}

impl Watchdog {
    /// Starts the thread `watchdog`.
    ///
    /// # Errors
    /// When there is no terminal to watch or no thread to be had.
    pub fn start() -> io::Result<Self> {
        let tty = if io::stdin().is_terminal() {
            None
        } else {
            Some(File::open("/dev/tty")?)
        };
        let off = Arc::new(AtomicBool::new(false));
        let gone = Arc::new(Notify::new());
        let (seen, told) = (Arc::clone(&off), Arc::clone(&gone));
        thread::Builder::new()
            .name("watchdog".into())
            .spawn(move || watch(tty.as_ref(), &seen, &told))?;
        Ok(Self { off, gone })
    }

    /// Told once when the terminal has died.
    #[must_use]
    pub fn gone(&self) -> Arc<Notify> {
        Arc::clone(&self.gone)
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.off.store(true, Ordering::SeqCst);
    }
}

fn watch(tty: Option<&File>, off: &AtomicBool, gone: &Notify) {
    drill::point("watchdog");
    let stdin = io::stdin();
    let fd = tty.map_or_else(|| stdin.as_fd(), AsFd::as_fd);
    while !off.load(Ordering::SeqCst) {
        if dies(fd, &LOOK) {
            gone.notify_one();
            thread::sleep(GRACE);
            if !off.load(Ordering::SeqCst) {
                super::terminal::restore();
                let _ =
                    signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGHUP);
            }
            return;
        }
    }
}

/// Whether the terminal that standard output leads to has died, asked without waiting.
#[must_use]
pub fn is_dead() -> bool {
    dies(io::stdout().as_fd(), &Timespec::default())
}

/// Waits at most `wait`; asks for no readiness, so that only death wakes it, and reads nothing.
fn dies(fd: BorrowedFd<'_>, wait: &Timespec) -> bool {
    let mut fds = [PollFd::from_borrowed_fd(fd, PollFlags::empty())];
    match poll(&mut fds, Some(wait)) {
        Ok(_) => fds[0]
            .revents()
            .intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL),
        Err(_) => false,
    }
}
