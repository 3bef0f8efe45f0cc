//! `sweep` on the embedded cluster: killed and resumed, stopped, climbing, and what it refuses.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rand::prelude::*;
use serde_json::Value;

use crate::cli::{home, linger, refused, run, stderr, stdout};
use crate::sweep_told;

const BLOCKS: [&str; 4] = ["--block", "0.2", "--warmup", "0.1"];

/// Lines of a journal that are on the disk whole.
pub fn whole_lines(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole.lines().map(str::to_owned).collect()
}

/// Waits until the journal has so many lines, or the program has ended; returns the lines.
pub fn wait_for_lines(child: &mut Child, path: &Path, many: usize) -> Vec<String> {
    let begun = Instant::now();
    loop {
        let lines = whole_lines(path);
        let over = child.try_wait().unwrap().is_some();
        if lines.len() >= many || over {
            return lines;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{lines:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn json(assert: &assert_cmd::assert::Assert) -> Value {
    serde_json::from_str(&stdout(assert)).unwrap()
}

/// Begins a sweep and kills it ten times, each time after at least one more block; returns the lines that were on the disk at last.
fn killed_ten_times(home: &Path, journal: &Path) -> Vec<String> {
    let begin = [
        "sweep",
        "linger.ms=0,60",
        // Far from both ends: so the winner stands out on the busiest machine.
        "--set",
        "linger.ms=30",
        "--objective",
        "min p50 at 1000/s",
        "--repeats",
        "3",
        "--pairs",
        "6",
        "--seed",
        "3",
        "--journal",
        "j",
    ];
    let mut rng = rand::rngs::StdRng::seed_from_u64(7);
    let mut known: Vec<String> = Vec::new();
    for kill in 0..10 {
        let mut command = linger(home);
        match kill {
            0 => command.args(begin).args(BLOCKS),
            _ => command.args(["sweep", "--resume", "j"]),
        };
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        wait_for_lines(&mut child, journal, known.len() + 1);
        std::thread::sleep(Duration::from_millis(rng.random_range(0..500)));
        child.kill().unwrap();
        child.wait().unwrap();
        let lines = whole_lines(journal);
        assert!(
            lines.starts_with(&known),
            "a kill took a finished block away"
        );
        known = lines;
    }
    known
}

#[test]
fn ten_kills_lose_no_finished_block_and_the_winner_is_saved_with_its_evidence() {
    let home = home();
    let journal = home.path().join("j");
    let known = killed_ten_times(home.path(), &journal);
    // What a kill in the middle of a write leaves.
    let mut torn = std::fs::read(&journal).unwrap();
    torn.extend_from_slice(b"00000120 deadbeef {\"job\":");
    std::fs::write(&journal, torn).unwrap();
    let last = run(
        home.path(),
        &["sweep", "--resume", "j", "--json", "--save-profile", "fast"],
    )
    .success();
    let told = stderr(&last);
    assert!(told.contains("25 bytes were cut off"), "{told}");
    assert!(
        told.contains(&format!("behind {} finished blocks", known.len() - 1)),
        "{told}"
    );
    let result = json(&last);
    let lines = whole_lines(&journal);
    assert!(lines.starts_with(&known));
    assert_eq!(result["blocks"], lines.len() - 1, "none measured twice");
    assert_eq!(result["journal"], "j");
    for (number, line) in lines.iter().skip(1).enumerate() {
        let line: Value = serde_json::from_str(&line[18..]).unwrap();
        assert_eq!(line["job"]["number"], number);
    }
    judge_the_winner(home.path(), &result);
    sweep_told::judge_formats(home.path(), &result);
}

fn judge_the_winner(home: &Path, result: &Value) {
    let found = &result["recommendation"];
    assert_eq!(found["recommended"], true, "{found}");
    assert_eq!(found["parameters"]["linger.ms"], "0");
    assert!(
        found["pairs"][0]["effect_percent"].as_f64().unwrap() < -5.0,
        "{found}"
    );
    let best = &result["results"][0];
    assert_eq!(
        (&best["front"], &best["as_it_is"]),
        (&"on".into(), &false.into())
    );
    let profile = stdout(&run(home, &["profile", "show", "fast"]).success());
    assert!(
        profile.contains("linger.ms") && profile.contains("recommended: --set linger.ms=0"),
        "{profile}"
    );
    let again = run(home, &["sweep", "--resume", "j", "--save-profile", "fast"]).code(2);
    assert!(stderr(&again).contains("--overwrite"), "{}", stderr(&again));
    let text = stdout(&run(home, &["sweep", "--resume", "j", "-q"]).success());
    assert!(text.contains("recommended: --set linger.ms=0"), "{text}");
    assert!(
        text.contains("against the settings as they are: better, p50 -"),
        "{text}"
    );
    let wrong = run(
        home,
        &["sweep", "--resume", "j", "-b", "127.0.0.1:1", "--yes"],
    )
    .code(2);
    assert!(
        stderr(&wrong).contains("begun on the embedded cluster"),
        "{}",
        stderr(&wrong)
    );
}

#[test]
fn the_highest_rate_that_holds_a_goal_is_found_with_the_reason_why_no_higher() {
    let home = home();
    let words = [
        "sweep",
        "--objective",
        "max throughput where p50<500ms",
        "--throughput",
        "1000",
        "--most-rate",
        "3000",
        "--pairs",
        "6",
        "--json",
        "-q",
    ];
    let found = json(&run(home.path(), &[&words[..], &BLOCKS].concat()).success());
    let recommendation = &found["recommendation"];
    assert_eq!(recommendation["rate"], 3000.0, "{recommendation}");
    assert_eq!(recommendation["ground"], "alone");
    assert_eq!(recommendation["held"], serde_json::json!([6, 6]));
    let why = recommendation["stopped"].as_str().unwrap();
    assert!(why.contains("--most-rate"), "{why}");
    assert_eq!(found["cluster"], "the embedded cluster");
}

#[test]
fn a_sweep_that_is_interrupted_gives_what_is_done() {
    let home = home();
    let words = [
        "sweep",
        "acks=0,1,all",
        "--objective",
        "min p50",
        "--json",
        "--journal",
        "j",
    ];
    let mut child = linger(home.path())
        .args(words)
        .args(BLOCKS)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = BufReader::new(child.stderr.take().unwrap()).lines();
    let block = |line: &String| line.starts_with("block 2 of about 33, ");
    assert!(told.any(|line| block(&line.unwrap())), "no progress");
    let pid = rustix::process::Pid::from_child(&child);
    for _ in 0..2 {
        rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    }
    let rest: Vec<String> = told.map_while(Result::ok).collect();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{rest:?}");
    assert!(
        rest.iter().any(|line| line.contains("what is done")),
        "{rest:?}"
    );
    let way = "`linger sweep --resume j` goes on where this ended";
    assert!(rest.iter().any(|line| line == way), "{rest:?}");
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(found["blocks"].as_u64().unwrap() >= 2, "{found}");
    assert_eq!(found["ended_early"], "it was stopped");
    assert_eq!(found["recommendation"]["ground"], "unfinished");
}

#[test]
fn what_cannot_be_swept_is_refused_before_anything_is_sent() {
    for (words, parts) in [
        (
            &["sweep"][..],
            &["nothing to sweep", "linger.ms=0,5,20"][..],
        ),
        (&["sweep", "linger.ms"], &["\"linger.ms\"", "KNOB=VALUES"]),
        (&["sweep", "lingr.ms=1,2"], &["lingr.ms", "mean linger.ms?"]),
        (&["sweep", "linger.ms=1,x"], &["\"x\"", "linger.ms"]),
        (&["sweep", "linger.ms=5..1"], &["goes upwards", "1..5"]),
        (
            &["sweep", "rate=1,2"],
            &["rate cannot be swept", "objective"],
        ),
        (
            &["sweep", "acks=0,1", "enable.idempotence=on"],
            &["idempotence needs acks=all"],
        ),
        (
            &["sweep", "acks=0,1", "--objective", "max p99"],
            &["min p99"],
        ),
        (
            &[
                "sweep",
                "acks=0,1",
                "--objective",
                "min p99",
                "--throughput",
                "-1",
            ],
            &["full queue", "min p99 at 50000/s"],
        ),
        (
            &["sweep", "acks=0,1", "--goal", "lost=0"],
            &["lost", "leave it out"],
        ),
        (&["sweep", "acks=0,1", "--goal", "p98<1ms"], &["p98"]),
        (
            &["sweep", "acks=0,1", "--throughput", "10"],
            &["50 records", "--block"],
        ),
        (
            &["sweep", "acks=0,1", "--budget", "20s"],
            &["20 s holds 2 blocks", "--budget"],
        ),
        (&["sweep", "acks=0,1", "--save-profile", "../x"], &["../x"]),
        (
            &["sweep", "acks=0,1", "--journal", "."],
            &["already there", "--resume"],
        ),
        (
            &["sweep", "acks=0,1", "--to", "html", "-o", "no/x.html"],
            &["no folder no"],
        ),
        (
            &["sweep", "--resume", "nowhere"],
            &["nowhere", "cannot be read"],
        ),
        (
            &["sweep", "--resume", "x", "--set", "acks=1"],
            &["journal", "leave out --set"],
        ),
    ] {
        refused(words, parts);
    }
    let home = home();
    for words in [
        &["sweep", "acks=0,1", "--resume", "x"][..],
        &["sweep", "acks=0,1", "--search", "grit"],
        &["sweep", "acks=0,1", "--margin", "0"],
        &["sweep", "acks=0,1", "--to", "hgrm"],
        &["sweep", "acks=0,1", "--to", "csv", "--json"],
        &["sweep", "acks=0,1", "-o", "x"],
    ] {
        let error = stderr(&run(home.path(), words).code(2));
        assert!(error.contains("error: "), "{error}");
    }
    let foreign = run(
        home.path(),
        &[
            "sweep",
            "acks=0,1",
            "-b",
            "127.0.0.1:1",
            "--objective",
            "max throughput",
        ],
    )
    .code(2);
    assert!(
        stderr(&foreign).contains("nothing was sent"),
        "{}",
        stderr(&foreign)
    );
}
