//! Parts of a scenario that run as child processes, since they are killed or would take this process with them.
//!
//! A child is this very program with a hidden command. Its standard input brings the client's configuration, then lines; when it
//! closes, however the parent ended, the child ends. Its standard output is lines for the parent.

use std::collections::BTreeMap;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::ClientConfig;

use super::row::Stopped;
use super::table::ACTS;
use crate::cluster::Connection;

/// What a child process can do.
pub struct Act {
    /// Its name.
    pub name: &'static str,
    /// Does it; the error is told to the parent.
    pub run: fn(&Cue) -> Result<(), String>,
}

/// What a child process is told.
#[derive(Debug)]
pub struct Cue {
    /// How to reach the cluster.
    pub config: ClientConfig,
    /// Its arguments.
    pub args: Vec<String>,
    lines: Receiver<String>,
}

impl Cue {
    /// Tells the parent a line.
    pub fn say(&self, line: &str) {
        let mut out = io::stdout().lock();
        // A parent that has gone closes the input, which ends this process.
        let _ = writeln!(out, "{line}").and_then(|()| out.flush());
    }

    /// Waits for the parent's next line.
    #[must_use]
    pub fn next(&self) -> Option<String> {
        self.lines.recv().ok()
    }

    /// Argument number `at`, from 0.
    ///
    /// # Errors
    /// It is missing.
    pub fn arg(&self, at: usize) -> Result<&str, String> {
        let arg = self.args.get(at).map(String::as_str);
        arg.ok_or_else(|| format!("argument {at} is missing"))
    }
}

/// What goes before an error that a child tells.
const ERROR: &str = "error: ";

/// Does what the hidden command names, in the child.
///
/// # Errors
/// No act has this name, or the parent has gone.
pub fn perform(name: &str, args: Vec<String>) -> Result<(), String> {
    let mut acts = ACTS.iter().flat_map(|family| family.iter());
    let act = acts.find(|act| act.name == name);
    let act = act.ok_or_else(|| format!("there is no act {name}"))?;
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
        std::process::exit(0);
    });
    let first = lines.recv().map_err(|_| "nobody is there")?;
    let pairs: BTreeMap<String, String> =
        serde_json::from_str(&first).map_err(|error| error.to_string())?;
    let mut config = ClientConfig::new();
    for (name, value) in pairs {
        config.set(name, value);
    }
    let cue = Cue {
        config,
        args,
        lines,
    };
    if let Err(reason) = (act.run)(&cue) {
        cue.say(&format!("{ERROR}{reason}"));
        return Err(reason);
    }
    Ok(())
}

/// A running child; dropping it kills it.
#[derive(Debug)]
pub struct Child {
    process: std::process::Child,
    lines: Receiver<String>,
    what: String,
}

impl Child {
    /// Starts this program again to do `name` on this cluster.
    pub(super) fn start(
        connection: &Connection,
        name: &str,
        args: &[&str],
    ) -> Result<Self, Stopped> {
        let program = std::env::current_exe().map_err(Stopped::broken)?;
        let mut process = Command::new(program)
            .args(["scenario", "act", name, "--"])
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| Stopped::Broken(format!("no child process: {error}")))?;
        let (sender, lines) = mpsc::channel();
        if let Some(stdout) = process.stdout.take() {
            thread::spawn(move || {
                for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                    if sender.send(line).is_err() {
                        return;
                    }
                }
            });
        }
        let mut child = Self {
            process,
            lines,
            what: name.to_owned(),
        };
        let config = connection.client_config().map_err(Stopped::broken)?;
        // The map hides what is secret, and the child needs it; the pipe is ours alone.
        let names = config.config_map();
        let pair = |name: &&str| config.get(name).map(|value| (name.to_string(), value));
        let pairs: BTreeMap<String, &str> = names.keys().filter_map(pair).collect();
        let line = serde_json::to_string(&pairs).map_err(Stopped::broken)?;
        child.tell(&line)?;
        Ok(child)
    }

    /// Tells the child a line.
    ///
    /// # Errors
    /// It has ended.
    pub fn tell(&mut self, line: &str) -> Result<(), Stopped> {
        let input = self.process.stdin.as_mut();
        let told = input.is_some_and(|input| {
            writeln!(input, "{line}")
                .and_then(|()| input.flush())
                .is_ok()
        });
        told.then_some(()).ok_or_else(|| self.gone())
    }

    /// Waits for the child's next line.
    ///
    /// # Errors
    /// It told an error, ended, or said nothing for `limit`.
    pub fn line(&self, limit: Duration) -> Result<String, Stopped> {
        match self.lines.recv_timeout(limit) {
            Ok(line) => self.told(line),
            Err(RecvTimeoutError::Timeout) => Err(self.silent(limit)),
            Err(RecvTimeoutError::Disconnected) => Err(self.gone()),
        }
    }

    /// A line, unless it is an error.
    fn told(&self, line: String) -> Result<String, Stopped> {
        match line.strip_prefix(ERROR) {
            Some(reason) => Err(Stopped::Broken(format!("{}: {reason}", self.what))),
            None => Ok(line),
        }
    }

    fn silent(&self, limit: Duration) -> Stopped {
        let seconds = limit.as_secs();
        Stopped::Broken(format!("{} was not done within {seconds} s", self.what))
    }

    /// Waits for a line that begins with `word`, and returns what stands behind it; others are dropped.
    ///
    /// # Errors
    /// As [`Child::line`], `limit` for all lines together.
    pub fn until(&self, word: &str, limit: Duration) -> Result<String, Stopped> {
        let end = Instant::now() + limit;
        loop {
            let line = self.line(end.saturating_duration_since(Instant::now()))?;
            if let Some(rest) = line.strip_prefix(word) {
                return Ok(rest.trim().to_owned());
            }
        }
    }

    /// Waits for the child's own end; returns the lines that nobody has read yet, and how it ended.
    ///
    /// # Errors
    /// It told an error, or took longer than `limit`.
    pub fn finish(mut self, limit: Duration) -> Result<(Vec<String>, ExitStatus), Stopped> {
        let end = Instant::now() + limit;
        let mut lines = Vec::new();
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => lines.push(self.told(line)?),
                Err(RecvTimeoutError::Timeout) => return Err(self.silent(limit)),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        let status = self.process.wait().map_err(Stopped::broken)?;
        Ok((lines, status))
    }

    /// Kills the child, as a crash would end it.
    pub fn kill(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    fn gone(&self) -> Stopped {
        Stopped::Broken(format!("{} has ended", self.what))
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.kill();
    }
}
