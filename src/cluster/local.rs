//! A real Apache Kafka on this machine, which lives as long as its handle.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use secrecy::SecretString;

mod script;

/// Brokers that were just started answer their first records hundreds of times slower, until their code is compiled: so long a load lasts
/// that does not count.
pub const WARM_BROKERS: Duration = Duration::from_secs(15);
/// Longer than the script itself waits for a broker that starts.
const REPLY_LIMIT: Duration = Duration::from_secs(150);
/// Longer than the script needs to end every broker and remove the data.
const END_LIMIT: Duration = Duration::from_secs(20);

/// Why a local Kafka could not be started or would not obey; each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum LocalError {
    /// The number of brokers is out of range.
    #[error("a local Kafka has 1 to 9 brokers, not {0}: use --local-kafka=1 or --local-kafka=3")]
    Brokers(u16),
    /// The start script could not be put into the cache folder.
    #[error("cannot write {path}: {source}; set XDG_CACHE_HOME to a folder that can be written", path = path.display())]
    Cache {
        /// The file that could not be written.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is no home folder to keep Kafka's jars in.
    #[error("there is no home folder to keep Kafka's jars in: set HOME or XDG_CACHE_HOME")]
    Home,
    /// The script could not be run.
    #[error("cannot run bash for the local Kafka: {0}; install bash")]
    Bash(io::Error),
    /// The script said why it did not start.
    #[error("{0}")]
    Refused(String),
    /// A broker's command failed.
    #[error("the local Kafka refused: {0}")]
    Control(String),
    /// The brokers' script has ended or does not answer.
    #[error("the local Kafka has ended or does not answer: start it again")]
    Gone,
}

/// A user of the secured listener.
#[derive(Debug, Clone)]
pub struct LocalUser {
    /// Letters, digits and `. _ -`.
    pub name: String,
    /// Letters, digits and `. _ -`.
    pub password: SecretString,
}

/// What a local Kafka has beyond its plain listener.
#[derive(Debug, Clone, Default)]
pub struct LocalOptions {
    /// Adds listeners with SASL_SSL and with client certificates, turns authorization on, and makes this user (who may do
    /// everything) and one with `-limited` behind the name (who may do nothing).
    pub user: Option<LocalUser>,
    /// The ports that clients are told, one a broker, when a proxy stands in front; empty without one.
    pub advertised_ports: Vec<u16>,
    /// Followers ask for new records every 50 ms at least, and leave the in-sync set when they lag for 5 s, so that what follows
    /// a fault comes soon. Whatever this says, a broker that falls silent is given up after 3 s.
    pub quick_followers: bool,
}

/// What can be done to one broker of a local Kafka.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BrokerCommand {
    /// End it at once, as a crash would.
    Kill,
    /// Shut it down cleanly.
    Stop,
    /// Start it again after `Kill` or `Stop`, on its old port with its old data.
    Start,
    /// Freeze the process.
    Pause,
    /// Let a frozen process go on.
    Resume,
}

impl BrokerCommand {
    /// The word that the script understands.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Kill => "kill",
            Self::Stop => "stop",
            Self::Start => "start",
            Self::Pause => "pause",
            Self::Resume => "resume",
        }
    }
}

/// How a broker of a local Kafka is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrokerState {
    /// Its process runs. It may be on its way up or down, which no caller of [`LocalKafka::control`] sees.
    Up,
    /// Its process is frozen.
    Paused,
    /// It has no process.
    Down,
}

/// A running local Kafka; dropping it stops the brokers and removes their data, and so does the end of this process, however it ends.
///
/// Methods may be called from any thread; commands to brokers wait for each other.
#[derive(Debug)]
pub struct LocalKafka {
    child: Child,
    control: Mutex<Control>,
    facts: BTreeMap<String, String>,
    brokers: u16,
    is_fresh: AtomicBool,
}

#[derive(Debug)]
struct Control {
    /// The script watches this pipe: when it closes, for whatever reason, everything ends.
    input: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl LocalKafka {
    /// Tells whether a local Kafka could start here: Java, and Maven unless the jars are there already.
    pub fn check() -> Result<(), LocalError> {
        let mut child = script::command()?
            .arg("--check")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(LocalError::Bash)?;
        let said = child.stderr.take().map(|stderr| listen(stderr, |_| {}));
        let status = child.wait().map_err(LocalError::Bash)?;
        if status.success() {
            Ok(())
        } else {
            Err(reason(said))
        }
    }

    /// One of Kafka's own tools, by its class, ready to be given its arguments; it fails where there is no Java, or Kafka's jars were not
    /// fetched yet.
    pub fn tool(class: &str) -> Result<Command, LocalError> {
        let mut command = script::command()?;
        command.args(["--tool", class]);
        Ok(command)
    }

    /// Starts 1 to 9 brokers and returns when all of them answer: some 3 s each, and once half a minute more to fetch Kafka.
    ///
    /// `progress` gets a line now and then, from a thread of its own, for as long as the brokers live.
    pub fn start(
        brokers: u16,
        options: &LocalOptions,
        progress: impl Fn(&str) + Send + 'static,
    ) -> Result<Self, LocalError> {
        if !(1..=9).contains(&brokers) {
            return Err(LocalError::Brokers(brokers));
        }
        let mut child = script::start_command(brokers, options)?
            .spawn()
            .map_err(LocalError::Bash)?;
        let input = child.stdin.take();
        let said = child.stderr.take().map(|stderr| listen(stderr, progress));
        let (sender, lines) = mpsc::channel();
        if let Some(stdout) = child.stdout.take() {
            thread::spawn(move || forward(stdout, &sender));
        }
        let mut kafka = Self {
            child,
            control: Mutex::new(Control { input, lines }),
            facts: BTreeMap::new(),
            brokers,
            is_fresh: AtomicBool::new(true),
        };
        if kafka.read_facts() {
            Ok(kafka)
        } else {
            Err(reason(said))
        }
    }

    /// Reads NAME=value lines up to the bootstrap address; false if the script ends before it.
    fn read_facts(&mut self) -> bool {
        let control = self
            .control
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        for line in &control.lines {
            let Some((name, value)) = line.split_once('=') else {
                continue;
            };
            self.facts.insert(name.to_owned(), value.to_owned());
            if name == "BOOTSTRAP" {
                return true;
            }
        }
        false
    }

    /// The number of brokers.
    #[must_use]
    pub fn brokers(&self) -> u16 {
        self.brokers
    }

    /// The bootstrap addresses for clients without security, `host:port,...`; a proxy's where ports were advertised.
    #[must_use]
    pub fn bootstrap(&self) -> &str {
        self.fact("BOOTSTRAP").unwrap_or_default()
    }

    /// Bootstrap addresses that lead past a proxy to the brokers themselves.
    #[must_use]
    pub fn direct(&self) -> &str {
        self.fact("DIRECT").unwrap_or_default()
    }

    /// Where the plain listeners really are, by broker: what a proxy connects to.
    #[must_use]
    pub fn listeners(&self) -> Vec<SocketAddr> {
        self.fact("LISTEN")
            .unwrap_or_default()
            .split(',')
            .filter_map(|address| address.parse().ok())
            .collect()
    }

    /// What the script tells by name (its `NAME=value` lines), such as `SASL`, `CA`, `CLIENT_PROPERTIES`, `DATA` or `JARS`.
    #[must_use]
    pub fn fact(&self, name: &str) -> Option<&str> {
        self.facts.get(name).map(String::as_str)
    }

    /// Does something to broker `broker` (1 and up) and waits until it is done; a started broker answers by then.
    pub fn control(&self, command: BrokerCommand, broker: u16) -> Result<(), LocalError> {
        self.control_all(command, &[broker])
    }

    /// The same for several brokers at once: those that start may need each other.
    pub fn control_all(&self, command: BrokerCommand, brokers: &[u16]) -> Result<(), LocalError> {
        if command == BrokerCommand::Start {
            self.is_fresh.store(true, Ordering::Relaxed);
        }
        self.ask(command.word(), brokers).map(drop)
    }

    /// Whether a broker was started since this was asked last, and so wants a load of [`WARM_BROKERS`] before its speed says anything.
    pub fn take_fresh(&self) -> bool {
        self.is_fresh.swap(false, Ordering::Relaxed)
    }

    /// How broker `broker` (1 and up) is now.
    pub fn state(&self, broker: u16) -> Result<BrokerState, LocalError> {
        let told = self.ask("state", &[broker])?;
        Ok(match told.first().map(String::as_str) {
            Some("paused") => BrokerState::Paused,
            Some("down") => BrokerState::Down,
            _ => BrokerState::Up,
        })
    }

    /// Gives a command for each broker, and waits until all are answered; what the answers say beyond the command. All answers
    /// are awaited even where one is a refusal, so that none is left for the next command.
    fn ask(&self, word: &str, brokers: &[u16]) -> Result<Vec<String>, LocalError> {
        let mut control = self.control.lock().unwrap_or_else(PoisonError::into_inner);
        let input = control.input.as_mut().ok_or(LocalError::Gone)?;
        let command = |lines: String, id: &u16| lines + word + " " + &id.to_string() + "\n";
        let lines = brokers.iter().fold(String::new(), command);
        input
            .write_all(lines.as_bytes())
            .map_err(|_| LocalError::Gone)?;
        let replies: Result<Vec<String>, _> = brokers
            .iter()
            .map(|_| control.lines.recv_timeout(REPLY_LIMIT))
            .collect();
        let replies = replies.map_err(|_| LocalError::Gone)?;
        let told = |reply: &String| {
            let done = reply.strip_prefix("OK ")?.strip_prefix(word)?;
            let (_, more) = done.trim_start().split_once(' ').unwrap_or_default();
            Some(more.to_owned())
        };
        let refused =
            |reply: &String| LocalError::Control(reply.trim_start_matches("ERR ").to_owned());
        let all = replies.iter();
        all.map(|reply| told(reply).ok_or_else(|| refused(reply)))
            .collect()
    }
}

impl Drop for LocalKafka {
    fn drop(&mut self) {
        let control = self
            .control
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        control.input = None;
        let limit = Instant::now() + END_LIMIT;
        while control
            .lines
            .recv_timeout(limit.saturating_duration_since(Instant::now()))
            .is_ok()
        {}
        if Instant::now() >= limit {
            // Nothing better is possible in a drop than to try.
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

/// Hands the script's standard output on, line by line, until it ends.
fn forward(stdout: ChildStdout, sender: &mpsc::Sender<String>) {
    for line in BufReader::new(stdout).lines().map_while(Result::ok) {
        if sender.send(line).is_err() {
            return;
        }
    }
}

/// Tells every line of the script's standard error and returns the last one that names an error.
fn listen(
    stderr: ChildStderr,
    progress: impl Fn(&str) + Send + 'static,
) -> JoinHandle<Option<String>> {
    thread::spawn(move || {
        let mut error = None;
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            match line.strip_prefix("error: ") {
                Some(text) => error = Some(text.to_owned()),
                None => progress(&line),
            }
        }
        error
    })
}

/// The sentence with which the script ended.
fn reason(said: Option<JoinHandle<Option<String>>>) -> LocalError {
    let sentence = said.and_then(|thread| thread.join().ok().flatten());
    sentence.map_or(LocalError::Gone, LocalError::Refused)
}
