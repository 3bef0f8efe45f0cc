//! Bad input: a clear message with the way out, the right exit code, no panic, and nothing sent.

use std::io::ErrorKind;
use std::net::TcpListener;

use linger::cluster::keys::REFUSED_KEYS;

use crate::cli::{home, linger, refused, run, stderr, stdout};

mod clusters;
mod files;
mod secrets;

/// A broker's address where nobody may ever knock.
struct Untouched(TcpListener);

impl Untouched {
    fn new() -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        socket.set_nonblocking(true).unwrap();
        Self(socket)
    }

    fn address(&self) -> String {
        self.0.local_addr().unwrap().to_string()
    }

    fn assert_untouched(&self, words: &[&str]) {
        let knock = self.0.accept().map_err(|error| error.kind());
        assert_eq!(knock.unwrap_err(), ErrorKind::WouldBlock, "{words:?}");
    }
}

/// Asserts that a bench with these words, agreed to with --yes, is refused without a single connection to its broker.
fn refused_unsent(words: &[&str], parts: &[&str]) {
    let nobody = Untouched::new();
    let address = nobody.address();
    let bench = ["bench", "-b", &address, "--yes"];
    refused(&[&bench, words].concat(), parts);
    nobody.assert_untouched(words);
}

#[test]
fn an_unknown_knob_names_the_nearest() {
    refused_unsent(&["--set", "lingr.ms=5"], &["lingr.ms", "mean linger.ms?"]);
    refused_unsent(&["-X", "bach.size=5"], &["-X", "bach.size", "batch.size?"]);
    refused_unsent(&["--set", "frobnicate=1"], &["frobnicate", "linger knobs"]);
    refused(&["knobs", "comprssion.type"], &["compression.type"]);
    let home = home();
    std::fs::write(home.path().join("c"), "acks=1\nlinger.mss=4\n").unwrap();
    let failed = run(home.path(), &["bench", "-F", "c"]).code(2);
    assert!(
        stderr(&failed).contains("c:2: unknown property linger.mss: did you mean linger.ms?"),
        "{}",
        stderr(&failed)
    );
}

#[test]
fn a_value_out_of_range_names_the_range() {
    for (pair, parts) in [
        ("linger.ms=-4", ["linger.ms", "0 ms to 900 s"]),
        ("linger.ms=5000000", ["linger.ms", "0 ms to 900 s"]),
        ("linger.ms=soon", ["soon", "linger.ms"]),
        ("linger.ms=NaN", ["not a number", "linger.ms"]),
        ("linger.ms=", ["linger.ms", "number"]),
        ("batch.size=0", ["batch.size", "1 B to"]),
        ("batch.size=1e400", ["batch.size", ""]),
        ("max.in.flight=0", ["max.in.flight", "1 to 1,000,000"]),
        ("acks=2", ["\"2\"", "0, 1, all"]),
        ("compression.type=lz5", ["lz5", "did you mean lz4?"]),
        ("senders=17", ["senders", "1 to 16"]),
        ("rate=0", ["rate", "1/s to 10,000,000/s"]),
    ] {
        refused_unsent(&["--set", pair], &parts);
    }
    refused_unsent(&["--record-size", "0"], &["record.size", "1 B"]);
    refused_unsent(&["--throughput", "0"], &["rate", "1/s"]);
    refused_unsent(&["--partitions", "0"], &["--partitions"]);
    refused_unsent(&["--duration", "0"], &["--duration"]);
    refused_unsent(&["--goal", "p98<3"], &["p98"]);
}

#[test]
fn conflicting_knobs_come_with_a_mend_that_mends() {
    let conflicts: [&[&str]; 3] = [
        &["--set", "enable.idempotence=on", "--set", "acks=1"],
        &["--set", "enable.idempotence=on", "-X", "max.in.flight=6"],
        &["-X", "enable.idempotence=true", "--set", "retries=0"],
    ];
    for words in conflicts {
        refused_unsent(words, &["idempotence", "add --set "]);
        let home = home();
        let bench = ["bench", "-q", "--num-records", "5"];
        let mut all: Vec<String> = bench.iter().chain(words).map(ToString::to_string).collect();
        // Several rules may be broken: one sentence and one mend at a time.
        for _ in 0..3 {
            let output = linger(home.path()).args(&all).output().unwrap();
            if output.status.success() {
                break;
            }
            let message = String::from_utf8(output.stderr).unwrap();
            let (_, mend) = message.split_once("add ").unwrap();
            let mend = mend
                .split_whitespace()
                .map(|word| word.trim_end_matches(':'));
            let mend = mend.take_while(|word| *word == "--set" || word.contains('='));
            all.extend(mend.map(ToString::to_string));
        }
        let words: Vec<&str> = all.iter().map(String::as_str).collect();
        run(home.path(), &words).success();
    }
}

#[test]
fn one_property_under_two_names_within_one_source() {
    for words in [
        ["--set", "linger.ms=1", "--set", "queue.buffering.max.ms=2"],
        ["-X", "linger.ms=1", "-X", "queue.buffering.max.ms=2"],
        ["-X", "acks=all", "-X", "request.required.acks=1"],
        ["--record-size", "10", "--set", "record.size=20"],
        ["--throughput", "10", "--set", "rate=20"],
        ["-X", "sasl.mechanism=PLAIN", "-X", "sasl.mechanisms=PLAIN"],
    ] {
        refused_unsent(&words, &["the same"]);
    }
    let home = home();
    std::fs::write(
        home.path().join("c"),
        "linger.ms=1\nqueue.buffering.max.ms=2\n",
    )
    .unwrap();
    let failed = run(home.path(), &["bench", "-F", "c"]).code(2);
    assert!(stderr(&failed).contains("the same"), "{}", stderr(&failed));
    let failed = linger(home.path())
        .args(["bench"])
        .env("LINGER_LINGER_MS", "1")
        .env("LINGER_QUEUE_BUFFERING_MAX_MS", "2")
        .output()
        .unwrap();
    let message = String::from_utf8_lossy(&failed.stderr);
    assert_eq!(failed.status.code(), Some(2));
    assert!(
        message.contains("LINGER_QUEUE_BUFFERING_MAX_MS") && message.contains("the same"),
        "{message}"
    );
}

#[test]
fn keys_that_run_code_are_refused_wherever_they_stand() {
    for (pattern, reason) in REFUSED_KEYS {
        let key = pattern.replace('*', "x");
        let pair = format!("{key}=/tmp/x.so");
        let reason = reason.split([';', ':']).next().unwrap();
        refused_unsent(&["-X", &pair], &["-X", "is not accepted", reason]);
        let home = home();
        let content = format!("bootstrap.servers=127.0.0.1:1\n{pair}\n");
        std::fs::write(home.path().join("c.properties"), content).unwrap();
        let failed = run(home.path(), &["bench", "--yes", "-F", "c.properties"]).code(2);
        let message = stderr(&failed);
        assert!(
            message.contains(&format!("c.properties:2: {key} is not accepted")),
            "{message}"
        );
    }
}

#[test]
fn a_full_standard_output_is_an_error() {
    let home = home();
    let full = std::fs::File::options()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let output = linger(home.path())
        .arg("knobs")
        .stdout(full)
        .output()
        .unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{message}");
    assert!(message.contains("cannot write the output"), "{message}");
}

#[test]
fn a_variable_that_nearly_names_a_knob_is_pointed_out() {
    let home = home();
    let output = linger(home.path())
        .args(["bench", "--num-records", "5"])
        .env("LINGER_LINGR_MS", "9")
        .output()
        .unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(
        message.contains("LINGER_LINGR_MS") && message.contains("LINGER_LINGER_MS?"),
        "{message}"
    );
}

#[test]
fn without_a_terminal_a_short_bench_runs_and_says_so() {
    let home = home();
    let assert = run(home.path(), &["--set", "rate=500"]).success();
    let message = stderr(&assert);
    assert!(
        message.contains("no terminal") && message.contains("linger bench"),
        "{message}"
    );
    assert!(stdout(&assert).starts_with("EMBEDDED"));
    assert!(!stdout(&assert).contains('\u{1b}'));
}
