//! Signals, listened to before the terminal changes its modes.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// End, by this signal.
    End(i32),
    /// Stop until SIGCONT.
    Suspend,
    /// The process goes on after a stop.
    Resume,
    /// The terminal has died.
    TerminalGone,
}

/// The signals that the screen answers.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    hangup: Signal,
    interrupt: Signal,
    quit: Signal,
    stop: Signal,
    proceed: Signal,
}

impl Signals {
    /// Begins to listen; from now on none of them has its default action.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
            stop: signal(SignalKind::from_raw(signal_hook::consts::SIGTSTP))?,
            proceed: signal(SignalKind::from_raw(signal_hook::consts::SIGCONT))?,
        })
    }

    /// Waits for the next one.
    pub async fn next(&mut self) -> Told {
        let end = |kind: SignalKind| Told::End(kind.as_raw_value());
        tokio::select! {
            // A terminal that closes sends SIGHUP and SIGCONT at once: the end goes first.
            biased;
            _ = self.terminate.recv() => end(SignalKind::terminate()),
            _ = self.hangup.recv() => end(SignalKind::hangup()),
            _ = self.interrupt.recv() => end(SignalKind::interrupt()),
            _ = self.quit.recv() => end(SignalKind::quit()),
            _ = self.stop.recv() => Told::Suspend,
            _ = self.proceed.recv() => Told::Resume,
        }
    }
}
