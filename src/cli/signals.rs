//! Ending: Ctrl-C, SIGTERM and SIGHUP, and the end of standard input.

use std::io;
use std::os::unix::fs::FileTypeExt as _;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signals that ask the program to end. Must be made inside a tokio runtime.
#[derive(Debug)]
pub struct Ending {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
}

impl Ending {
    /// Listens from now on; the signals no longer end the program by themselves.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for the next of them; returns its number.
    pub async fn next(&mut self) -> i32 {
        tokio::select! {
            _ = self.interrupt.recv() => SignalKind::interrupt().as_raw_value(),
            _ = self.terminate.recv() => SignalKind::terminate().as_raw_value(),
            _ = self.hang_up.recv() => SignalKind::hangup().as_raw_value(),
        }
    }

    /// The same, and those that come together with it.
    pub async fn wish(&mut self) -> i32 {
        let number = self.next().await;
        let _ = tokio::time::timeout(ONE_WISH, self.next()).await;
        number
    }
}

/// Signals that come together are one wish: `timeout` signals the program and then its group.
const ONE_WISH: Duration = Duration::from_millis(100);

/// Waits for the end of standard input where somebody can end it: a terminal, a pipe, a socket. Otherwise waits for ever, because
/// `/dev/null`, which background jobs get, is at its end from the start.
pub async fn end_of_input() {
    if !input_can_end() {
        return std::future::pending().await;
    }
    let mut input = tokio::io::stdin();
    let _ = tokio::io::copy(&mut input, &mut tokio::io::sink()).await;
}

fn input_can_end() -> bool {
    use std::io::IsTerminal as _;
    if io::stdin().is_terminal() {
        return true;
    }
    std::fs::metadata("/dev/stdin").is_ok_and(|facts| {
        let kind = facts.file_type();
        kind.is_fifo() || kind.is_socket()
    })
}
