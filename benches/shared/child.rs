//! Child processes, with the processor time that they took.

use std::io::Read;
use std::process::{Command, Stdio};
use std::thread::{self, JoinHandle};

use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

/// Linux tells processor times in these.
const TICKS_PER_SECOND: f64 = 100.0;

/// A child process that has ended by itself.
pub struct Ran {
    /// What it printed on standard output.
    pub stdout: String,
    /// What it printed on standard error.
    #[allow(dead_code, reason = "not every bench reads it")]
    pub stderr: String,
    /// Seconds of processor time, user and system, of all its threads.
    #[allow(dead_code, reason = "not every bench reads it")]
    pub cpu: f64,
}

/// Runs a program to its end; ends the bench with what the program said if it could not do its work. Whoever calls checks the counts.
pub fn run(command: &mut Command) -> Ran {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let stdout = collect(child.stdout.take().expect("a pipe"));
    let stderr = collect(child.stderr.take().expect("a pipe"));
    let pid = Pid::from_child(&child);
    // Left as a zombie, it still tells its times.
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    waitid(WaitId::Pid(pid), options).expect("the child's end");
    let stat = format!("/proc/{}/stat", pid.as_raw_nonzero());
    let cpu = cpu_seconds(&std::fs::read_to_string(stat).expect("the child's times"));
    let status = child.wait().expect("the child's end");
    let ran = Ran {
        stdout: stdout.join().expect("a reader"),
        stderr: stderr.join().expect("a reader"),
        cpu,
    };
    // Status 1 is a verdict: rdkafka_performance counts its own bookkeeping as a record under way, now and then.
    assert!(
        matches!(status.code(), Some(0 | 1)),
        "{command:?} ended with {status}\n{}{}",
        ran.stdout,
        ran.stderr
    );
    ran
}

fn collect(mut from: impl Read + Send + 'static) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        from.read_to_end(&mut bytes).expect("a pipe");
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// User and system time in the text of a `stat` file: fields 14 and 15, counted behind the name in brackets.
pub fn cpu_seconds(stat: &str) -> f64 {
    let fields = stat.rsplit_once(')').expect("a name").1.split_whitespace();
    let ticks: f64 = fields
        .skip(11)
        .take(2)
        .map(|field| field.parse::<f64>().expect("a number"))
        .sum();
    ticks / TICKS_PER_SECOND
}
