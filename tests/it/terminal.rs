//! The lab in a terminal, from the first picture to the last: every way to end gives the terminal back and tells the truth
//! about how it ended, and a first session leaves behind what it promised.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use linger::cluster::local::{BrokerCommand, LocalOptions};
use linger::drill;
use portable_pty::{CommandBuilder, ExitStatus};
use rustix::process::{Signal, WaitOptions, waitpid};
use tempfile::TempDir;

use crate::kafka;
use crate::pty::{PATIENCE, Terminal, linger};

/// How long a program may take to end that waits for records which nobody takes any more.
const LONG_DRAIN: Duration = Duration::from_secs(60);
/// Generous for a busy machine; the program allows itself less than a second.
const WITHOUT_A_TERMINAL: Duration = Duration::from_secs(5);
/// What the program writes to enter and to leave its own screen.
const ENTER: &str = "\u{1b}[?1049h";
const LEAVE: &str = "\u{1b}[?1049l";
const SHOW_CURSOR: &str = "\u{1b}[?25h";

/// The program with these arguments, at home in an empty folder.
fn program(arguments: &[&str], home: &Path) -> CommandBuilder {
    let mut command = linger(arguments, home);
    command.cwd(home);
    command.env("RUST_BACKTRACE", "0");
    command
}

/// The lab on the embedded cluster, under load.
fn lab() -> (TempDir, Terminal) {
    lab_with(&[])
}

fn lab_with(arguments: &[&str]) -> (TempDir, Terminal) {
    let home = tempfile::tempdir().unwrap();
    let terminal = Terminal::start(program(arguments, home.path()), 120, 40);
    terminal.wait_for("● LOAD");
    assert!(terminal.is_raw());
    (home, terminal)
}

/// Asserts that a signal ended the program, by the signal's name.
fn assert_ended_by(status: &ExitStatus, signal: &str) {
    let name = status.signal().unwrap_or("none");
    assert!(name.starts_with(signal), "{signal} wanted: {status:?}");
}

/// The seconds of load in the header: `● LOAD 01:20`.
fn load_seconds(screen: &str) -> Option<u64> {
    let time = screen.split("● LOAD ").nth(1)?.get(..5)?;
    let (minutes, seconds) = time.split_once(':')?;
    Some(minutes.parse::<u64>().ok()? * 60 + seconds.parse::<u64>().ok()?)
}

/// Records under way, as the second line tells them.
fn in_flight(screen: &str) -> Option<u64> {
    let told = screen.split("in flight ").nth(1)?;
    let digits = told
        .chars()
        .take_while(|&sign| sign.is_ascii_digit() || sign == ',');
    digits
        .filter(char::is_ascii_digit)
        .collect::<String>()
        .parse()
        .ok()
}

fn wait_for_load_beyond(terminal: &Terminal, seconds: u64) {
    terminal.wait_until(&format!("load beyond {seconds} s"), |screen| {
        load_seconds(&screen.contents()).is_some_and(|now| now > seconds)
    });
}

/// Waits until the program is stopped, as job control stops it.
fn wait_for_stop(terminal: &Terminal) {
    let limit = Instant::now() + PATIENCE;
    let options = WaitOptions::UNTRACED | WaitOptions::NOHANG;
    loop {
        if let Some((_, status)) = waitpid(Some(terminal.pid()), options).unwrap() {
            assert!(status.stopped(), "ended instead of stopped: {status:?}");
            return;
        }
        assert!(Instant::now() < limit, "the program does not stop");
        thread::sleep(Duration::from_millis(5));
    }
}

/// What a command of the program prints, in the same home.
fn printed(arguments: &[&str], home: &Path) -> String {
    let mut command = crate::cli::linger(home);
    // The terminal's environment has only a home.
    for folder in ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"] {
        command.env_remove(folder);
    }
    let output = command.args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn q_and_ctrl_c_leave_with_success_and_the_trials() {
    for key in ["q", "\u{3}"] {
        let (_home, mut terminal) = lab();
        terminal.keys(key);
        assert!(terminal.wait_for_end(PATIENCE).success());
        terminal.assert_restored();
        terminal.wait_for("changed from the first");
        terminal.wait_for("  linger bench");
    }
}

#[test]
fn a_signal_ends_the_lab_by_that_signal() {
    for (signal, name) in [
        (Signal::TERM, "Terminated"),
        (Signal::HUP, "Hangup"),
        (Signal::INT, "Interrupt"),
    ] {
        let (_home, mut terminal) = lab();
        terminal.signal(signal);
        assert_ended_by(&terminal.wait_for_end(PATIENCE), name);
        terminal.assert_restored();
    }
}

#[test]
fn a_panic_on_any_thread_gives_the_terminal_back_and_can_be_read() {
    for thread in drill::THREADS {
        let home = tempfile::tempdir().unwrap();
        // Records that still wait when the next trial opens, so that there is something to drain.
        let mut command = program(&["--follow", "--set", "linger.ms=500"], home.path());
        command.env(drill::VARIABLE, thread);
        let mut terminal = Terminal::start(command, 120, 40);
        match thread {
            // These begin their work only when there is something to do.
            "files" => {
                terminal.wait_for("● LOAD");
                terminal.keys("o");
            }
            "drain" => {
                terminal.wait_for("● LOAD");
                terminal.keys("l\r");
            }
            _ => {}
        }
        assert_ended_by(&terminal.wait_for_end(PATIENCE), "Abort");
        terminal.assert_restored();
        let message = format!("let the thread '{thread}' panic");
        terminal.wait_for(&message);
        let raw = String::from_utf8_lossy(&terminal.raw()).into_owned();
        let (_, after) = raw.rsplit_once(LEAVE).expect("it left its screen");
        let after = after.strip_prefix(SHOW_CURSOR).unwrap_or(after);
        assert!(raw.contains(ENTER), "{thread} panicked before the screen");
        assert!(after.contains(&message), "{thread}: {after:?}");
        assert!(!after.contains("\u{1b}["), "drawn after the end: {after:?}");
    }
}

#[test]
fn a_closed_terminal_ends_the_program_at_once() {
    let (_home, mut terminal) = lab();
    terminal.hang_up();
    let status = terminal.wait_for_end(WITHOUT_A_TERMINAL);
    assert_ended_by(&status, "Hangup");
}

#[test]
fn a_stopped_lab_gives_the_terminal_back_pauses_and_goes_on() {
    const AWAY: Duration = Duration::from_secs(6);
    let (home, mut terminal) = lab();
    wait_for_load_beyond(&terminal, 4);
    for by_key in [false, true] {
        let before = load_seconds(&terminal.text()).expect("a load");
        if by_key {
            terminal.keys("\u{1a}");
        } else {
            terminal.signal(Signal::TSTP);
        }
        wait_for_stop(&terminal);
        terminal.assert_restored();
        thread::sleep(AWAY);
        terminal.signal(Signal::CONT);
        terminal.wait_until("the lab again", |screen| {
            screen.alternate_screen() && load_seconds(&screen.contents()).is_some()
        });
        assert!(terminal.is_raw());
        let after = load_seconds(&terminal.text()).expect("a load");
        assert!(
            after < before + AWAY.as_secs(),
            "the load went on without a process: {before} s, then {after} s"
        );
        wait_for_load_beyond(&terminal, after);
    }
    terminal.keys("s\r");
    terminal.wait_for("#1 saved");
    terminal.keys("q");
    assert!(terminal.wait_for_end(PATIENCE).success());
    terminal.assert_restored();
    let saved = printed(&["snapshot", "show", "trial-1", "--json"], home.path());
    let saved: serde_json::Value = serde_json::from_str(&saved).unwrap();
    let longest = saved["result"]["response_ms"]["max"].as_f64();
    let longest = longest.unwrap_or_else(|| panic!("no longest time: {saved}"));
    assert!(
        longest < AWAY.as_secs_f64() * 1000.0,
        "records fell due while the program was stopped: {longest} ms"
    );
}

/// The lab after `q`, waiting for records of a broker that has gone.
fn left_with_a_lost_broker() -> (TempDir, Terminal) {
    // Record keys hold records to their partitions, and so to the broker that leads them.
    let (home, mut terminal) = lab_with(&["--set", "record.keys=uniform"]);
    terminal.keys("D");
    terminal.wait_for("2 of 3 brokers up");
    terminal.wait_until("records held up", |screen| {
        in_flight(&screen.contents()).is_some_and(|records| records > 4_000)
    });
    terminal.keys("q");
    terminal.wait_for("Ctrl-C gives them up");
    assert!(!terminal.is_raw());
    (home, terminal)
}

#[test]
fn a_lost_broker_is_shown_and_does_not_keep_anybody() {
    let (_home, mut terminal) = left_with_a_lost_broker();
    assert!(terminal.wait_for_end(LONG_DRAIN).success());
    terminal.assert_restored();
    terminal.wait_for("  linger bench");
}

#[test]
fn waiting_for_a_lost_broker_ends_with_ctrl_c() {
    let (_home, mut terminal) = left_with_a_lost_broker();
    terminal.keys("\u{3}");
    assert_ended_by(&terminal.wait_for_end(PATIENCE), "Interrupt");
    terminal.assert_restored();
}

#[test]
fn a_real_broker_killed_under_the_lab_is_shown_and_does_not_keep_anybody() {
    let Some(kafka) = kafka::own(1, &LocalOptions::default()) else {
        return;
    };
    let topic = kafka::topic(&kafka, 3, 1);
    let home = tempfile::tempdir().unwrap();
    let arguments = ["-b", kafka.direct(), "-t", &topic, "--yes"];
    let mut terminal = Terminal::start(program(&arguments, home.path()), 120, 40);
    terminal.wait_for("● LOAD");
    wait_for_load_beyond(&terminal, 2);
    kafka::assert_log_grew(&kafka, &topic, 0);
    kafka.control(BrokerCommand::Kill, 1).unwrap();
    terminal.wait_for("NO ANSWER");
    let then = load_seconds(&terminal.text()).expect("a load");
    wait_for_load_beyond(&terminal, then + 2);
    terminal.keys("q");
    assert!(terminal.wait_for_end(LONG_DRAIN).success());
    terminal.assert_restored();
}

#[test]
fn a_terminal_of_five_by_three_grows_into_the_lab() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::start(program(&[], home.path()), 5, 3);
    terminal.wait_until("first word", |screen| screen.contents().contains("ling"));
    terminal.resize(120, 40);
    terminal.wait_for("● LOAD");
    terminal.wait_for("linger.ms");
    terminal.resize(5, 3);
    // The library that reads keys may sit on one that comes together with a new size, until the next key.
    terminal.wait_until("small picture", |screen| {
        screen.contents().starts_with("ling…")
    });
    terminal.keys("q");
    assert!(terminal.wait_for_end(PATIENCE).success());
    terminal.assert_restored();
}

/// Whether the program has set a colour (`CSI … m` with a colour among its numbers).
fn has_colours(raw: &[u8]) -> bool {
    let text = String::from_utf8_lossy(raw);
    text.split("\u{1b}[").skip(1).any(|sequence| {
        let end = sequence.find(|c: char| !c.is_ascii_digit() && c != ';' && c != ':');
        let Some(end) = end.filter(|end| sequence[*end..].starts_with('m')) else {
            return false;
        };
        let numbers = sequence[..end].split([';', ':']);
        numbers
            .filter_map(|number| number.parse::<u8>().ok())
            .any(|number| matches!(number, 30..=38 | 40..=48 | 90..=97 | 100..=107))
    })
}

#[test]
fn no_color_means_no_colour() {
    for (plain, colours) in [("1", false), ("", true)] {
        let home = tempfile::tempdir().unwrap();
        let mut command = program(&[], home.path());
        command.env("NO_COLOR", plain);
        let mut terminal = Terminal::start(command, 120, 40);
        terminal.wait_for("● LOAD");
        terminal.keys("l");
        terminal.wait_for("p99");
        terminal.keys("?");
        terminal.wait_for("leave");
        terminal.keys("\u{1b}");
        terminal.signal(Signal::TERM);
        terminal.wait_for_end(PATIENCE);
        terminal.assert_restored();
        assert_eq!(has_colours(&terminal.raw()), colours, "NO_COLOR={plain:?}");
    }
}

#[test]
fn a_first_session_leaves_a_snapshot_a_profile_and_the_next_command() {
    let (home, mut terminal) = lab();
    terminal.wait_for("▸linger.ms");
    terminal.wait_for("settled for");
    terminal.keys("lll\r");
    terminal.wait_until("settled second row with a difference", |screen| {
        screen
            .contents()
            .lines()
            .any(|line| line.contains("2● linger.ms") && line.contains(['▽', '△', '≈', '▲', '▼']))
    });
    terminal.keys("sfirst-try\r");
    terminal.wait_for("#2 saved");
    terminal.keys("wmy-profile\r");
    terminal.wait_for("profile saved");
    terminal.keys("q");
    assert!(terminal.wait_for_end(PATIENCE).success());
    terminal.assert_restored();
    terminal.wait_for("changed from the first");
    terminal.wait_for(" linger.ms 5→");
    terminal.wait_for("  linger bench --set linger.ms=");
    let home = home.path();
    assert!(printed(&["snapshot", "list"], home).contains("first-try"));
    assert!(printed(&["profile", "list"], home).contains("my-profile"));
    assert!(printed(&["profile", "show", "my-profile"], home).contains("linger.ms"));
}
