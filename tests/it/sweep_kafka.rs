//! A sweep of real brokers: stopped, resumed, and judged.

use std::process::Stdio;

use serde_json::Value;

use crate::cli::{home, linger, run, stderr, stdout};
use crate::kafka;
use crate::sweep::{wait_for_lines, whole_lines};

#[test]
fn a_sweep_of_a_real_broker_is_stopped_resumed_and_judged() {
    let Some(kafka) = kafka::one() else { return };
    let home = home();
    let topic = kafka::topic(kafka, 2, 1);
    let cluster = ["-b", kafka.bootstrap(), "--yes", "--json"];
    let words = [
        "sweep",
        "linger.ms=0,60",
        "--set",
        "linger.ms=60",
        "-t",
        &topic,
        "--throughput",
        "500",
        "--objective",
        "min p50",
        "--block",
        "0.3",
        "--warmup",
        "0.1",
        "--repeats",
        "1",
        "--pairs",
        "6",
        "--journal",
        "j",
    ];
    let before = kafka::log_end(kafka, &topic);
    let mut child = linger(home.path())
        .args(words)
        .args(cluster)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let journal = home.path().join("j");
    wait_for_lines(&mut child, &journal, 3);
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{told}");
    let way = format!("`linger sweep --resume j -b {}` goes on", kafka.bootstrap());
    assert!(told.contains(&way), "{told}");
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["cluster_kind"], "real");
    assert_eq!(found["recommendation"]["ground"], "unfinished");
    let known = whole_lines(&journal);

    let elsewhere = run(home.path(), &["sweep", "--resume", "j"]).code(2);
    let told = stderr(&elsewhere);
    assert!(
        told.contains(&format!("add -b {}", kafka.bootstrap())),
        "{told}"
    );

    let rest = ["sweep", "--resume", "j"];
    let last = run(home.path(), &[&rest[..], &cluster].concat());
    // Which is better is the machine's to say, and on a busy one that nobody can tell; measured to the end it is.
    let code = last.get_output().status.code();
    assert!(matches!(code, Some(0 | 1)), "{}", stderr(&last));
    let lines = whole_lines(&journal);
    assert!(lines.starts_with(&known), "no finished block is lost");
    let found: Value = serde_json::from_str(&stdout(&last)).unwrap();
    assert_eq!(found["blocks"], lines.len() - 1, "none was measured twice");
    assert_eq!(found["ended_early"], Value::Null);
    assert_eq!((&found["grid"], &found["measured"]), (&2.into(), &2.into()));
    assert_eq!(found["recommendation"]["recommended"], code == Some(0));
    kafka::assert_log_grew(kafka, &topic, before);
}
