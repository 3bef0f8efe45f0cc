//! The command line without any load: help, tables, files, and what it refuses.

use std::path::Path;
use std::process::Command;

use assert_cmd::assert::{Assert, OutputAssertExt as _};

/// The real binary, with its folders inside `home` and nothing of the caller's environment that it could listen to.
pub fn linger(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_linger"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("LINGER_") {
            command.env_remove(name);
        }
    }
    command
        .env("HOME", home)
        .env("XDG_CONFIG_HOME", home.join("config"))
        .env("XDG_DATA_HOME", home.join("data"))
        .env("XDG_STATE_HOME", home.join("state"))
        .current_dir(home);
    command
}

/// Runs with these words and an empty standard input.
pub fn run(home: &Path, words: &[&str]) -> Assert {
    linger(home).args(words).assert()
}

pub fn home() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

pub fn stdout(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stdout.clone()).unwrap()
}

pub fn stderr(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stderr.clone()).unwrap()
}

/// Asserts that the words are refused with exit code 2 before anything is sent, in one line that holds all of `parts`.
pub fn refused(words: &[&str], parts: &[&str]) {
    let home = home();
    let assert = run(home.path(), words).code(2);
    let message = stderr(&assert);
    assert_eq!(stdout(&assert), "", "{words:?}");
    assert!(message.starts_with("error: "), "{words:?}: {message}");
    for part in parts {
        assert!(
            message.contains(part),
            "{words:?}: {part:?} is not in: {message}"
        );
    }
}

#[test]
fn help_names_every_command() {
    let home = home();
    let help = stdout(&run(home.path(), &["--help"]).success());
    for command in [
        "bench",
        "sweep",
        "audit",
        "scenario",
        "compare",
        "knobs",
        "profile",
        "snapshot",
        "topic",
        "mock",
        "proxy",
        "doctor",
        "schema",
        "completions",
        "man",
    ] {
        assert!(
            help.contains(&format!("\n  {command} ")),
            "{command}:\n{help}"
        );
        run(home.path(), &[command, "--help"]).success();
    }
}

#[test]
fn an_unknown_flag_is_bad_usage() {
    refused(&["bench", "--num-record", "5"], &["--num-records"]);
    refused(&["bench", "--num-records", "0"], &["0"]);
    refused(&["bench", "--duration", "soon"], &["soon"]);
}

#[test]
fn knobs_are_listed_and_shown() {
    let home = home();
    let table = stdout(&run(home.path(), &["knobs"]).success());
    assert!(table.contains("linger.ms"), "{table}");
    let one = stdout(&run(home.path(), &["knobs", "queue.buffering.max.ms"]).success());
    assert!(one.starts_with("linger.ms "), "{one}");
    let json = stdout(&run(home.path(), &["knobs", "--json"]).success());
    let rows: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert!(
        rows.as_array()
            .unwrap()
            .iter()
            .any(|row| row["name"] == "linger.ms")
    );
}

#[test]
fn the_schema_is_a_schema() {
    let home = home();
    let text = stdout(&run(home.path(), &["schema"]).success());
    let schema: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert!(jsonschema::meta::is_valid(&schema));
    assert!(jsonschema::validate(&schema, &serde_json::json!({})).is_err());
}

#[test]
fn completions_and_the_man_page_are_data() {
    let home = home();
    for shell in ["bash", "zsh", "fish"] {
        let text = stdout(&run(home.path(), &["completions", shell]).success());
        assert!(text.contains("num-records"), "{shell}");
    }
    let page = stdout(&run(home.path(), &["man"]).success());
    assert!(
        page.contains(".TH linger 1") && page.contains("bench"),
        "{page}"
    );
}

#[test]
fn a_missing_snapshot_says_where_it_was_looked_for() {
    refused(
        &["snapshot", "show", "nothing"],
        &["\"nothing\"", "snapshots", "linger snapshot list"],
    );
    refused(
        &["snapshot", "show", "a b"],
        &["cannot be a snapshot's name"],
    );
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let home = home();
    let words = format!("{} knobs | true", env!("CARGO_BIN_EXE_linger"));
    let assert = Command::new("bash")
        .args(["-c", &format!("set -o pipefail; {words}")])
        .current_dir(home.path())
        .assert()
        .success();
    assert_eq!(stderr(&assert), "");
}
