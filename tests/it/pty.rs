//! The real program in a pseudo-terminal: keys in, screen out, signals, and whether the terminal comes back whole.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};
use rustix::termios::{LocalModes, Termios, tcgetattr};

/// How long anything on the screen may take on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Private terminal modes that a program may switch on and has to switch off: other screens, mouse, focus, paste.
const MODES: [u16; 11] = [
    47, 1047, 1049, 1000, 1002, 1003, 1004, 1005, 1006, 1015, 2004,
];
/// The mode of a visible cursor, on by default.
const CURSOR: u16 = 25;

/// A program in a terminal of its own.
pub struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    seen: Arc<Seen>,
    reader: Option<JoinHandle<()>>,
    writer: Option<Box<dyn Write + Send>>,
    master: Option<Box<dyn MasterPty + Send>>,
    device: PathBuf,
    before: Termios,
}

/// What came out of the program, with a bell for whoever waits for more.
struct Seen {
    state: Mutex<State>,
    more: Condvar,
}

struct State {
    raw: Vec<u8>,
    screen: vt100::Parser,
    hanging_up: bool,
}

impl Seen {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The program itself with these arguments, in an environment without the user's own folders (`home` stands for all of them).
pub fn linger(arguments: &[&str], home: &Path) -> CommandBuilder {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_linger"));
    command.args(arguments);
    command.env("HOME", home);
    command.env("TERM", "xterm-256color");
    command.env("LANG", "C.UTF-8");
    for name in [
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
        "XDG_STATE_HOME",
        "XDG_CACHE_HOME",
        "NO_COLOR",
        "COLORTERM",
    ] {
        command.env_remove(name);
    }
    command
}

impl Terminal {
    /// Starts a program in a new terminal of this size.
    pub fn start(command: CommandBuilder, columns: u16, rows: u16) -> Self {
        let pair = native_pty_system()
            .openpty(size(columns, rows))
            .expect("a pseudo-terminal");
        let device = pair.master.tty_name().expect("the terminal's name");
        let before = tcgetattr(open(&device)).expect("the terminal's modes");
        let reader = pair.master.try_clone_reader().expect("a reader");
        let writer = pair.master.take_writer().expect("a writer");
        let child = pair
            .slave
            .spawn_command(command)
            .expect("the program starts");
        let state = State {
            raw: Vec::new(),
            screen: vt100::Parser::new(cells(rows), cells(columns), 0),
            hanging_up: false,
        };
        let seen = Arc::new(Seen {
            state: Mutex::new(state),
            more: Condvar::new(),
        });
        let watched = Arc::clone(&seen);
        let reader = thread::spawn(move || watch(reader, &watched));
        // The slave's end stays with the program alone.
        drop(pair.slave);
        Self {
            child,
            seen,
            reader: Some(reader),
            writer: Some(writer),
            master: Some(pair.master),
            device,
            before,
        }
    }

    /// Types these keys.
    pub fn keys(&mut self, keys: &str) {
        let writer = self.writer.as_mut().expect("the terminal is open");
        writer
            .write_all(keys.as_bytes())
            .expect("the program reads keys");
        writer.flush().expect("the program reads keys");
    }

    /// The text on the screen now, line by line.
    pub fn text(&self) -> String {
        self.seen.state().screen.screen().contents()
    }

    /// Every byte that the program has written.
    pub fn raw(&self) -> Vec<u8> {
        self.seen.state().raw.clone()
    }

    /// Waits until the screen shows a text.
    pub fn wait_for(&self, text: &str) {
        self.wait_until(&format!("'{text}'"), |screen| {
            screen.contents().contains(text)
        });
    }

    /// Waits until the screen is as `wanted`, or this time is over; tells which.
    pub fn shows_within(&self, time: Duration, wanted: impl Fn(&vt100::Screen) -> bool) -> bool {
        let limit = Instant::now() + time;
        let mut state = self.seen.state();
        while !wanted(state.screen.screen()) {
            let left = limit.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            state = self
                .seen
                .more
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        true
    }

    /// Waits until the screen is as `wanted`; `what` names it in the failure, which shows the screen.
    pub fn wait_until(&self, what: &str, wanted: impl Fn(&vt100::Screen) -> bool) {
        assert!(
            self.shows_within(PATIENCE, wanted),
            "no {what} on the screen:\n{}",
            self.text()
        );
    }

    /// Makes the terminal another size.
    pub fn resize(&self, columns: u16, rows: u16) {
        self.seen
            .state()
            .screen
            .screen_mut()
            .set_size(cells(rows), cells(columns));
        let master = self.master.as_ref().expect("the terminal is open");
        master.resize(size(columns, rows)).expect("a new size");
    }

    /// The program's process id.
    pub fn pid(&self) -> Pid {
        let id = self.child.process_id().expect("a process");
        Pid::from_raw(i32::try_from(id).expect("a process id")).expect("a process id")
    }

    /// Sends the program a signal.
    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("the program can be signalled");
    }

    /// Closes the terminal as a closed window does; the program finds it dead.
    pub fn hang_up(&mut self) {
        self.seen.state().hanging_up = true;
        // One byte from the other end wakes the reader, which holds the terminal open.
        open(&self.device)
            .write_all(b"\0")
            .expect("the terminal takes a byte");
        if let Some(reader) = self.reader.take() {
            reader.join().expect("the reader ends");
        }
        self.writer = None;
        self.master = None;
    }

    /// Waits until the program has ended, at most `limit`.
    pub fn wait_for_end(&mut self, limit: Duration) -> ExitStatus {
        let limit = Instant::now() + limit;
        loop {
            if let Some(status) = self.child.try_wait().expect("the program's state") {
                return status;
            }
            assert!(
                Instant::now() < limit,
                "the program has not ended; its screen:\n{}",
                self.text()
            );
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Whether the terminal's line modes are not those from before the program, as while it draws.
    pub fn is_raw(&self) -> bool {
        let now = tcgetattr(open(&self.device)).expect("the terminal's modes");
        !now.local_modes
            .contains(LocalModes::ICANON | LocalModes::ECHO)
    }

    /// Asserts that the terminal is as the program found it: line modes, screen, cursor, mouse. Call after `wait_for_end`.
    pub fn assert_restored(&self) {
        let now = tcgetattr(open(&self.device)).expect("the terminal's modes");
        assert_eq!(now.local_modes, self.before.local_modes, "local modes");
        assert_eq!(now.input_modes, self.before.input_modes, "input modes");
        assert_eq!(now.output_modes, self.before.output_modes, "output modes");
        // What the program wrote last may still be on its way to the reader.
        self.wait_until("restored terminal", |screen| {
            !screen.alternate_screen() && !screen.hide_cursor()
        });
        assert_eq!(
            modes_left(&self.raw()),
            BTreeSet::new(),
            "private modes left as the program set them"
        );
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).expect("a terminal with cells")
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize {
        rows,
        cols: columns,
        pixel_width: 0,
        pixel_height: 0,
    }
}

/// Opens the program's end of the terminal, without making it ours.
fn open(device: &Path) -> File {
    let mut options = OpenOptions::new();
    options.read(true).write(true).custom_flags(libc::O_NOCTTY);
    options.open(device).expect("the terminal opens")
}

/// Takes in what the program writes, until the terminal ends.
fn watch(mut reader: Box<dyn Read + Send>, seen: &Seen) {
    let mut bytes = [0; 4096];
    while let Ok(count @ 1..) = reader.read(&mut bytes) {
        let mut state = seen.state();
        if state.hanging_up {
            return;
        }
        state.raw.extend_from_slice(&bytes[..count]);
        state.screen.process(&bytes[..count]);
        seen.more.notify_all();
    }
}

/// Which private modes (`CSI ? n h` and `l`) are not as a fresh terminal has them.
fn modes_left(raw: &[u8]) -> BTreeSet<u16> {
    let text = String::from_utf8_lossy(raw);
    let mut left = BTreeSet::new();
    for sequence in text.split("\u{1b}[?").skip(1) {
        let Some(end) = sequence.find(|c: char| !c.is_ascii_digit() && c != ';') else {
            continue;
        };
        let on = match sequence.as_bytes()[end] {
            b'h' => true,
            b'l' => false,
            _ => continue,
        };
        for mode in sequence[..end]
            .split(';')
            .filter_map(|number| number.parse::<u16>().ok())
        {
            match (mode, on) {
                (CURSOR, false) => left.insert(mode),
                (CURSOR, true) => left.remove(&mode),
                (_, true) if MODES.contains(&mode) => left.insert(mode),
                _ => left.remove(&mode),
            };
        }
    }
    left
}

#[test]
fn modes_are_followed_to_the_end() {
    let left =
        modes_left(b"\x1b[?1049h\x1b[?25l\x1b[?1000;1006hx\x1b[?1049l\x1b[?1006l\x1b[?2026h");
    assert_eq!(left, BTreeSet::from([25, 1000]));
}

#[test]
fn a_terminal_shows_text_takes_keys_and_tells_what_is_left_behind() {
    let mut command = CommandBuilder::new("bash");
    let script = r#"old=$(stty -g); stty -echo -icanon; printf '\033[?1049h\033[?25lhello\n'; read -r -n 1 key; printf 'key %s\n' $key
        trap 'stty size' WINCH; printf 'ready\n'
        while ! read -r -t 0.05 -n 1 key; do :; done; stty "$old"; printf '\033[?1049l\033[?25h'"#;
    command.args(["--norc", "-c", script]);
    let mut terminal = Terminal::start(command, 80, 24);
    terminal.wait_for("hello");
    assert!(terminal.is_raw());
    assert_eq!(modes_left(&terminal.raw()), BTreeSet::from([25, 1049]));
    terminal.keys("k");
    terminal.wait_for("ready");
    assert!(terminal.text().contains("key k"));
    terminal.resize(100, 30);
    terminal.wait_for("30 100");
    terminal.keys("q");
    assert!(terminal.wait_for_end(PATIENCE).success());
    terminal.assert_restored();
}

#[test]
fn a_signal_reaches_the_program() {
    let mut terminal = Terminal::start(CommandBuilder::new("cat"), 80, 24);
    terminal.signal(Signal::TERM);
    assert!(!terminal.wait_for_end(PATIENCE).success());
}

#[test]
fn a_program_that_only_prints_leaves_the_terminal_alone() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::start(linger(&["--version"], home.path()), 80, 24);
    assert!(terminal.wait_for_end(PATIENCE).success());
    terminal.assert_restored();
    assert_eq!(modes_left(&terminal.raw()), BTreeSet::new());
}

#[test]
fn a_closed_terminal_is_dead_for_its_program() {
    let mut command = CommandBuilder::new("bash");
    command.args([
        "--norc",
        "-c",
        // The line that ends `read` comes just before the end of the terminal.
        "trap '' HUP; printf 'hello\n'; read -r line; while printf 'x\n'; do sleep 0.01; done; exit 7",
    ]);
    let mut terminal = Terminal::start(command, 80, 24);
    terminal.wait_for("hello");
    terminal.hang_up();
    assert_eq!(terminal.wait_for_end(PATIENCE).exit_code(), 7);
}
