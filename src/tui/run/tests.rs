//! The screen in a real pseudo-terminal: this test binary runs itself there, as `stage`, and is ended in every way.

use std::io::{Read as _, Write as _};
use std::sync::mpsc;
use std::thread;

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

use super::*;
use crate::cluster::ClusterFacts;
use crate::tui::sample;
use crate::tui::terminal::end_by;

/// Names the way in which `stage` behaves; without it `stage` is no test at all.
const STAGE: &str = "LINGER_TEST_STAGE";
/// How long anything may take before a test gives up.
const AT_MOST: Duration = Duration::from_secs(20);

struct NoFiles;

impl Files for NoFiles {
    fn list(&self) -> Result<Vec<FileEntry>, String> {
        Ok(Vec::new())
    }
    fn load(&self, _: &FileEntry, _: &Settings, _: &ClusterFacts) -> Result<Loaded, String> {
        Err("none".into())
    }
    fn save_profile(&self, _: &str, _: &Settings, _: &[Goal]) -> Result<String, String> {
        Err("none".into())
    }
}

fn options() -> Options {
    Options {
        goals: Vec::new(),
        goals_text: String::new(),
        parse_goals: |_| Err("no".into()),
        theme: ThemeChoice::Dark,
        mouse: true,
        files: Arc::new(NoFiles),
        pictures: std::env::temp_dir(),
    }
}

/// A lab that publishes ten readings a second and obeys pause, resume and stop.
async fn lab(mut commands: mpsc_tokio::Receiver<Command>, readings: watch::Sender<Arc<Reading>>) {
    let mut tick = tokio::time::interval(Duration::from_millis(100));
    loop {
        let load = tokio::select! {
            _ = tick.tick() => None,
            command = commands.recv() => match command {
                Some(Command::Pause) => Some(LoadState::Paused),
                Some(Command::Resume) => Some(LoadState::Running),
                Some(Command::Stop) | None => return,
                Some(_) => None,
            },
        };
        readings.send_modify(|reading| {
            let reading = Arc::make_mut(reading);
            reading.at += Duration::from_millis(100);
            if let Some(load) = load {
                reading.load = load;
            }
        });
    }
}

use tokio::sync::mpsc as mpsc_tokio;

#[test]
fn stage() {
    let Ok(way) = std::env::var(STAGE) else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let ended = runtime.block_on(async {
        let (commands, inbox) = mpsc_tokio::channel(16);
        let (outbox, readings) = watch::channel(Arc::new(sample::first_run()));
        tokio::spawn(lab(inbox, outbox));
        let mut screen = Screen::open(options()).unwrap();
        if way == "confirm" {
            let facts = Arc::clone(&sample::staging().cluster);
            let mut facts = (*facts).clone();
            facts.topic.ours = true;
            let yes = screen.confirm(Arc::new(facts), LoadPlan::default()).await;
            assert!(yes.unwrap(), "the person said yes");
        }
        if way == "panic" {
            thread::spawn(|| {
                thread::sleep(Duration::from_millis(300));
                std::panic::panic_any("a thread of ours fell over");
            });
        }
        let outcome = screen.run(commands, readings).await.unwrap();
        assert!(!outcome.last.trials.is_empty());
        outcome.ended
    });
    match ended {
        Ended::Quit => {
            println!("left in peace");
            std::process::exit(0);
        }
        Ended::Signal(signal) => end_by(signal),
        Ended::TerminalGone => std::process::exit(77),
    }
}

/// `stage` in a pseudo-terminal, and what its screen shows.
struct Stage {
    master: Option<Box<dyn MasterPty + Send>>,
    child: Box<dyn Child + Send + Sync>,
    keys: Option<Box<dyn std::io::Write + Send>>,
    output: mpsc::Receiver<Vec<u8>>,
    screen: vt100::Parser,
    before: String,
}

impl Stage {
    fn set(way: &str, rows: u16, cols: u16) -> Self {
        let size = PtySize {
            rows,
            cols,
            ..PtySize::default()
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
        command.args(["tui::run::tests::stage", "--exact", "--nocapture"]);
        command.env(STAGE, way);
        command.env("TERM", "xterm-256color");
        command.env_remove("TMUX");
        let before = modes(&*pair.master);
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (sender, output) = mpsc::channel();
        thread::spawn(move || {
            let mut bytes = vec![0; 65536];
            while let Ok(count) = reader.read(&mut bytes) {
                if count == 0 || sender.send(bytes[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self {
            keys: Some(pair.master.take_writer().unwrap()),
            master: Some(pair.master),
            child,
            output,
            screen: {
                let least = std::num::NonZero::<u16>::MIN;
                let fit = |size| std::num::NonZero::new(size).unwrap_or(least);
                vt100::Parser::new(fit(rows), fit(cols), 0)
            },
            before,
        }
    }

    /// Lets output in until this holds.
    fn until(&mut self, what: &str, holds: impl Fn(&vt100::Screen) -> bool) {
        let start = Instant::now();
        while !holds(self.screen.screen()) {
            assert!(
                start.elapsed() < AT_MOST,
                "{what}: {}",
                self.screen.screen().contents()
            );
            if let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(100)) {
                self.screen.process(&bytes);
            }
        }
    }

    fn is_up(&mut self) {
        self.until("the screen is drawn", |screen| {
            screen.alternate_screen() && screen.contents().contains("linger")
        });
    }

    fn press(&mut self, keys: &[u8]) {
        self.keys.as_mut().unwrap().write_all(keys).unwrap();
    }

    fn signal(&self, signal: Signal) {
        let id = self.child.process_id().unwrap();
        kill_process(Pid::from_raw(id.cast_signed()).unwrap(), signal).unwrap();
    }

    fn ends(&mut self) -> portable_pty::ExitStatus {
        let start = Instant::now();
        loop {
            while let Ok(bytes) = self.output.try_recv() {
                self.screen.process(&bytes);
            }
            if let Some(status) = self.child.try_wait().unwrap() {
                while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(200)) {
                    self.screen.process(&bytes);
                }
                return status;
            }
            if start.elapsed() > AT_MOST {
                let _ = self.child.kill();
                panic!("it does not end: {}", self.screen.screen().contents());
            }
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// The terminal is as it was before.
    fn is_restored(&self) {
        let screen = self.screen.screen();
        assert!(!screen.alternate_screen(), "alternate screen");
        assert!(!screen.hide_cursor(), "cursor");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        assert!(!screen.bracketed_paste());
        let after = modes(&**self.master.as_ref().unwrap());
        assert_eq!(after, self.before, "modes of the line");
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The modes of the line, in words (canonical, echo, …).
fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().map(|modes| modes.local_flags))
}

#[test]
fn leaving_gives_the_terminal_back() {
    let mut stage = Stage::set("quit", 24, 80);
    stage.is_up();
    stage.press(b"q");
    assert!(stage.ends().success());
    stage.is_restored();
    assert!(stage.screen.screen().contents().contains("left in peace"));
}

#[test]
fn signals_end_it_by_their_own_name_and_give_the_terminal_back() {
    for (signal, name) in [
        (Signal::TERM, "Terminated"),
        (Signal::HUP, "Hangup"),
        (Signal::INT, "Interrupt"),
        (Signal::QUIT, "Quit"),
    ] {
        let mut stage = Stage::set("signal", 24, 80);
        stage.is_up();
        stage.signal(signal);
        let status = format!("{:?}", stage.ends());
        assert!(status.contains(name), "{name}: {status}");
        stage.is_restored();
    }
}

#[test]
fn a_panic_on_another_thread_ends_it_and_leaves_a_terminal_that_shows_its_message() {
    let mut stage = Stage::set("panic", 24, 80);
    stage.until("the message", |screen| {
        !screen.alternate_screen() && screen.contents().contains("panicked at")
    });
    let status = format!("{:?}", stage.ends());
    assert!(status.contains("Aborted"), "{status}");
    stage.is_restored();
}

#[test]
fn a_dead_terminal_ends_it_within_a_second() {
    let mut stage = Stage::set("dead", 24, 80);
    stage.is_up();
    // Nobody listens any more, so that the reader lets its end of the terminal go as well.
    stage.output = mpsc::channel().1;
    stage.keys = None;
    stage.master = None;
    let start = Instant::now();
    let waited = AT_MOST;
    while stage.child.try_wait().unwrap().is_none() {
        assert!(start.elapsed() < waited, "it outlives its terminal");
        thread::sleep(Duration::from_millis(5));
    }
    assert!(
        start.elapsed() < Duration::from_millis(1500),
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn ctrl_z_stops_it_with_the_terminal_given_back_and_fg_brings_it_again() {
    let mut stage = Stage::set("stop", 24, 80);
    stage.is_up();
    stage.press(b"\x1a");
    stage.until("the terminal is given back", |screen| {
        !screen.alternate_screen()
    });
    // As a shell's fg does; a stop that is still under way is waited for.
    let id = stage.child.process_id().unwrap();
    let start = Instant::now();
    while !std::fs::read_to_string(format!("/proc/{id}/stat"))
        .unwrap()
        .contains(") T")
    {
        assert!(start.elapsed() < AT_MOST, "it does not stop");
        thread::sleep(Duration::from_millis(5));
    }
    stage.is_restored();
    stage.signal(Signal::CONT);
    stage.is_up();
    stage.press(b"q");
    assert!(stage.ends().success());
    stage.is_restored();
}

#[test]
fn any_size_will_do() {
    for (rows, cols) in [(3, 5), (1, 1), (0, 0), (24, 80)] {
        let mut stage = Stage::set("size", rows, cols);
        stage.until("the screen is taken", vt100::Screen::alternate_screen);
        let size = PtySize {
            rows: 3,
            cols: 5,
            ..PtySize::default()
        };
        stage.master.as_ref().unwrap().resize(size).unwrap();
        stage.press(b"jjl?");
        // A key that comes together with a new size may be read only with the next one; the first closes the help.
        let start = Instant::now();
        while stage.child.try_wait().unwrap().is_none() && start.elapsed() < AT_MOST {
            let _ = stage.keys.as_mut().unwrap().write_all(b"q");
            thread::sleep(Duration::from_millis(100));
        }
        assert!(stage.ends().success(), "{rows} x {cols}");
    }
}

#[test]
fn load_waits_for_the_yes() {
    let mut stage = Stage::set("confirm", 40, 120);
    stage.until("the dialog", |screen| {
        screen.contents().contains("payments-perf")
    });
    stage.press(b"y");
    stage.until("the lab", |screen| screen.contents().contains("trials"));
    stage.press(b"q");
    assert!(stage.ends().success());
    stage.is_restored();
}
