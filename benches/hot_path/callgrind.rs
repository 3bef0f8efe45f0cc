//! Instructions by function and thread, counted by valgrind's callgrind.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::child;

/// Instructions of one thread, by function, without those of the functions that it calls.
pub type Thread = BTreeMap<String, f64>;

/// Runs a program under callgrind; gives all its threads.
pub fn threads(command: &Command) -> Vec<Thread> {
    let folder = tempfile::tempdir().expect("a folder");
    let mut valgrind = Command::new("valgrind");
    valgrind
        .args(["--quiet", "--tool=callgrind", "--separate-threads=yes"])
        .args(["--compress-strings=no", "--compress-pos=no"])
        .arg(format!(
            "--callgrind-out-file={}",
            folder.path().join("out").display()
        ))
        .arg(command.get_program())
        .args(command.get_args());
    child::run(&mut valgrind);
    let files = fs::read_dir(folder.path()).expect("a folder");
    files
        .map(|file| read(&file.expect("a file").path()))
        .collect()
}

fn read(path: &Path) -> Thread {
    let text = fs::read_to_string(path).expect("callgrind's output");
    let mut costs = Thread::new();
    let mut function = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(name) = line.strip_prefix("fn=") {
            name.clone_into(&mut function);
        } else if line.starts_with("calls=") {
            // What the called function cost stands in the next line; it is counted there, as its own.
            lines.next();
        } else if line.starts_with(|c: char| c.is_ascii_digit() || c == '+' || c == '-' || c == '*')
        {
            let cost = line
                .split(' ')
                .nth(1)
                .and_then(|cost| cost.parse::<f64>().ok());
            *costs.entry(function.clone()).or_default() += cost.unwrap_or(0.0);
        }
    }
    costs
}

/// Whether a function is Rust code, ours or of a library that is compiled into ours.
pub fn is_rust(function: &str) -> bool {
    function.contains("::")
}
