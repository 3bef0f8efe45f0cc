//! The program in a pseudo-terminal, with or without its screen, and the processor time of its threads.

use std::io::Read;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

use crate::flags;

/// Threads of the load, which both views have; librdkafka's begin with `rdk:`.
const LOAD: [&str; 6] = ["lab", "log-count", "sender-", "poll-", "drain", "rdk:"];

/// How the program shows its load.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// The lab on the screen.
    Screen,
    /// `linger bench`.
    Bench,
}

impl View {
    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Self::Screen => Self::Bench,
            Self::Bench => Self::Screen,
        }
    }
}

/// Seconds of processor time so far.
pub struct Times {
    /// Of the main thread.
    pub main: f64,
    /// Of all threads but the main one and those of the load.
    pub screen: f64,
}

/// A running program.
pub struct Program {
    child: Box<dyn Child + Send + Sync>,
    pid: Pid,
    output: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
    master: Box<dyn MasterPty + Send>,
    _home: tempfile::TempDir,
}

impl Program {
    /// Starts it with full speed at once.
    pub fn start(view: View, address: &str, topic: &str, settings: &[&str]) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let pair = native_pty_system()
            .openpty(PtySize {
                rows: 40,
                cols: 120,
                pixel_width: 0,
                pixel_height: 0,
            })
            .expect("a pseudo-terminal");
        let reader = pair.master.try_clone_reader().expect("a reader");
        let command = command(view, address, topic, settings, home.path());
        let child = pair
            .slave
            .spawn_command(command)
            .expect("the program starts");
        let output = Arc::new(Mutex::new(Vec::new()));
        let theirs = Arc::clone(&output);
        let id = i32::try_from(child.process_id().expect("a process")).expect("a process id");
        Self {
            child,
            pid: Pid::from_raw(id).expect("a process id"),
            output,
            reader: thread::spawn(move || collect(reader, &theirs)),
            master: pair.master,
            _home: home,
        }
    }

    /// How many bytes it has drawn.
    pub fn drawn(&self) -> usize {
        self.output
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len()
    }

    /// What it has drawn, for a failure.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.output.lock().unwrap_or_else(PoisonError::into_inner))
            .into_owned()
    }

    /// The processor time of its threads.
    pub fn times(&self) -> Times {
        let mut times = Times {
            main: 0.0,
            screen: 0.0,
        };
        let pid = self.pid.as_raw_nonzero().to_string();
        let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).expect("its threads");
        for task in tasks.filter_map(Result::ok) {
            let name = std::fs::read_to_string(task.path().join("comm")).unwrap_or_default();
            let seconds = on_cpu(&task.path());
            if task.file_name().to_string_lossy() == pid {
                times.main += seconds;
            } else if !LOAD.iter().any(|load| name.starts_with(load)) {
                times.screen += seconds;
            }
        }
        times
    }

    /// Ends it as a signal does: it stops sending, drains and gives the terminal back.
    pub fn end(mut self) {
        kill_process(self.pid, Signal::TERM).expect("a running program");
        self.child.wait().expect("its end");
        drop(self.master);
        self.reader.join().expect("the reader");
    }
}

fn command(
    view: View,
    address: &str,
    topic: &str,
    settings: &[&str],
    home: &Path,
) -> CommandBuilder {
    let mut command = CommandBuilder::new(flags::program());
    if view == View::Bench {
        command.args(["bench", "--duration", "60s"]);
    }
    command.args(["-b", address, "-t", topic, "--yes"]);
    for setting in settings {
        command.args(["--set", setting]);
    }
    command.env("HOME", home);
    command.env("TERM", "xterm-256color");
    command.env("COLORTERM", "truecolor");
    command.env("LANG", "C.UTF-8");
    command
}

fn collect(mut from: Box<dyn Read + Send>, into: &Mutex<Vec<u8>>) {
    let mut bytes = [0; 8192];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        into.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(&bytes[..count]);
    }
}

/// Seconds that a thread was on a core, to the nanosecond.
fn on_cpu(task: &Path) -> f64 {
    let schedstat = std::fs::read_to_string(task.join("schedstat")).unwrap_or_default();
    let nanoseconds = schedstat
        .split(' ')
        .next()
        .and_then(|first| first.parse::<f64>().ok());
    nanoseconds.unwrap_or(0.0) / 1e9
}
