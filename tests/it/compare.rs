//! `linger compare`: the verdict, the exit code, and what it refuses.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use crate::cli::{home, linger, refused, run, stderr, stdout};

/// Six pairs of short blocks: as little as shows anything.
const SHORT: [&str; 11] = [
    "compare",
    "--throughput",
    "2000",
    "--block",
    "400ms",
    "--warmup",
    "100ms",
    "--budget",
    "12s",
    // A machine that runs tests is spoilt now and then.
    "--contaminated",
    "keep",
];

pub fn object(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

pub fn fits_the_schema(home: &Path, object: &Value) {
    let schema = object_of(home, &["schema", "compare"]);
    if let Err(error) = jsonschema::validate(&schema, object) {
        panic!("{error} at {}", error.instance_path());
    }
}

fn object_of(home: &Path, words: &[&str]) -> Value {
    object(&stdout(&run(home, words).success()))
}

#[test]
fn more_linger_is_slower_by_the_median_and_a_regression_to_a_script() {
    let home = home();
    // A record of its own for every request would be more than a busy machine can do.
    let arms = ["--a", "linger.ms=5", "--b", "linger.ms=100"];
    let more = ["--json", "--fail-on-regression", "--set", "rtt.ms=5"];
    let words = [SHORT.as_slice(), &arms, &more].concat();
    let assert = run(home.path(), &words).code(1);
    let found = object(&stdout(&assert));
    fits_the_schema(home.path(), &found);
    assert_eq!(found["verdict"], "a_better", "{}", found["sentence"]);
    assert!(found["effect_percent"].as_f64().unwrap() > 50.0);
    assert!(found["interval_percent"][0].as_f64().unwrap() > 20.0);
    assert_eq!(found["metric"], "p50");
    assert_eq!(found["cluster"]["kind"], "embedded");
    assert_eq!(found["blocks"].as_array().unwrap().len(), 12);
    assert_eq!(found["pairs_counted"], 6);
    assert_eq!(found["b"]["settings"]["linger.ms"]["value"], 100);
    let sentence = found["sentence"].as_str().unwrap();
    assert!(
        sentence.starts_with("A is better: p50 of B is"),
        "{sentence}"
    );
    for block in found["blocks"].as_array().unwrap() {
        assert!(block["histogram"].as_str().unwrap().len() > 20);
        assert!(block["delivered"].as_u64().unwrap() > 500, "{block}");
    }
    let said = stderr(&assert);
    assert!(
        said.contains("pair 1 of 6") && said.contains("left"),
        "{said}"
    );
}

#[test]
fn a_setting_is_not_better_than_itself() {
    let home = home();
    let same = ["--b", "linger.ms=5", "--margin", "300", "-q"];
    let text = stdout(&run(home.path(), &[SHORT.as_slice(), &same].concat()).success());
    // On a machine that does not hold still it cannot be told; better than itself it is never.
    let honest = ["No difference that matters: p50", "Inconclusive: "];
    assert!(honest.iter().any(|it| text.starts_with(it)), "{text}");
    assert!(
        text.contains("EMBEDDED") && text.contains("noise floor"),
        "{text}"
    );
}

#[test]
fn a_difference_in_delivery_comes_before_speed() {
    let home = home();
    let failing = [
        "--b",
        "errors.fatal=50",
        "--fail-on-regression",
        "--markdown",
    ];
    let assert = run(home.path(), &[SHORT.as_slice(), &failing].concat()).code(1);
    let text = stdout(&assert);
    assert!(text.starts_with("**Delivery differs: B fails "), "{text}");
    assert!(text.contains("| failed | 0 |"), "{text}");
}

/// A tool of another kind: it prints this median, a little different at every call, and checks that it got bench's flags.
fn tool(folder: &Path, name: &str, median_ms: f64) -> String {
    let script = format!(
        r#"#!/bin/sh
case " $* " in *" --json "*" --duration 1200ms "*" --throughput 5000 "*) ;; *) echo "odd flags: $*" >&2; exit 2;; esac
count=$(cat {name}.count 2>/dev/null || echo 0)
echo $((count + 1)) > {name}.count
noise=$((count * 7 % 5))
awk -v base={median_ms} -v noise=$noise 'BEGIN {{ printf "{{\"result\": {{\"records_per_s\": 5000, \"delivered\": 5000, \"response_ms\": {{\"p50\": %f}}}}}}\n", base * (1 + noise / 1000) }}'
"#
    );
    std::fs::write(folder.join(name), script).unwrap();
    format!("sh {name}")
}

fn commands(home: &Path, a: &str, b: &str, more: &[&str]) -> assert_cmd::assert::Assert {
    let words = [
        "compare",
        "--a-exec",
        a,
        "--b-exec",
        b,
        "--block",
        "1s",
        "--warmup",
        "200ms",
        "--throughput",
        "5000",
        "--fail-on-regression",
        "--on-inconclusive",
        "fail",
        "-q",
    ];
    run(home, &[words.as_slice(), more].concat())
}

#[test]
fn commands_are_compared_and_the_exit_code_is_the_answer() {
    let home = home();
    let folder = home.path();
    let [base, slow, fast] = [("base", 10.0), ("slow", 13.0), ("fast", 8.0)]
        .map(|(name, median)| tool(folder, name, median));
    let better = object(&stdout(
        &commands(folder, &base, &fast, &["--json"]).code(0),
    ));
    assert_eq!(better["verdict"], "b_better", "{}", better["sentence"]);
    assert_eq!(better["b"]["command"], "sh fast");
    assert_eq!(better["noise"]["pairs"], 6);
    fits_the_schema(folder, &better);

    let worse = commands(folder, &base, &slow, &[]).code(1);
    assert!(stdout(&worse).starts_with("A is better: p50 of B is"));
    let same = commands(folder, &base, &base, &["--json"]).code(0);
    assert_eq!(object(&stdout(&same))["verdict"], "no_difference");
    // An effect of the size of the margin cannot be told apart from it.
    let unclear = commands(
        folder,
        &base,
        &tool(folder, "near", 10.499),
        &["--seed", "1"],
    )
    .code(3);
    assert!(
        stdout(&unclear).starts_with("Inconclusive: p50 of B"),
        "{}",
        stdout(&unclear)
    );

    // A goal is judged on B, whatever the verdict.
    let missed = commands(folder, &base, &fast, &["--goal", "p50<5ms"]).code(1);
    assert!(stderr(&missed).contains("goal missed by B: p50<5ms"));
    let held = commands(folder, &base, &fast, &["--goal", "p50<9ms"]).code(0);
    assert!(stdout(&held).contains("goal p50<9ms held by B: in 10 of 10 blocks"));
}

#[test]
fn a_command_that_fails_is_named_with_its_own_words() {
    let home = home();
    let folder = home.path();
    let base = tool(folder, "base", 10.0);
    let failed = commands(folder, &base, "echo 'no broker there' >&2; exit 3;", &[]).code(3);
    let said = stderr(&failed);
    assert!(
        said.contains("(B)") && said.contains("no broker there"),
        "{said}"
    );
    assert_eq!(stdout(&failed), "");
    let other = commands(folder, "echo hello #", &base, &[]).code(3);
    assert!(
        stderr(&other).contains("no JSON of bench"),
        "{}",
        stderr(&other)
    );
}

#[test]
fn ctrl_c_ends_it_with_what_is_done() {
    let home = home();
    let tool = tool(home.path(), "base", 10.0);
    let words = [
        "compare",
        "--a-exec",
        &tool,
        "--b-exec",
        &tool,
        "--block",
        "1s",
        "--warmup",
        "200ms",
        "--throughput",
        "5000",
        "--pairs",
        "5000",
        "--json",
    ];
    let mut child = linger(home.path())
        .args(words)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    let line = said.find(|line| line.as_ref().unwrap().starts_with("pair 9 of 5000"));
    assert!(line.is_some());
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    said.for_each(drop);
    let mut text = String::new();
    child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let found = object(&text);
    assert_eq!(found["stopped_early"], true);
    assert_eq!(found["verdict"], "no_difference");
    assert!(found["pairs_counted"].as_u64().unwrap() >= 8);
}

#[test]
fn what_cannot_be_compared_is_refused_before_anything_is_sent() {
    refused(&["compare"], &["--a and --b", "--b linger.ms=50"]);
    refused(
        &["compare", "--b", "lingr.ms=5"],
        &["--b lingr.ms=5", "linger.ms?"],
    );
    refused(&["compare", "--a", "linger.ms=-5"], &["--a linger.ms=-5"]);
    refused(&["compare", "--b", "balanced"], &["--b profile:balanced"]);
    refused(
        &["compare", "--b", "profile:balance"],
        &["--b profile:balance"],
    );
    refused(
        &["compare", "--b", "nowhere.json"],
        &["nowhere.json", "KNOB=VALUE"],
    );
    let two = [
        "compare",
        "--b",
        "profile:balanced",
        "--b",
        "profile:latency",
    ];
    refused(&two, &["one profile or snapshot"]);
    let clash = ["compare", "--b", "enable.idempotence=on", "--b", "acks=1"];
    refused(&clash, &["--b:", "acks=all"]);
    let arms = ["compare", "--b", "linger.ms=50"];
    let with = |more: &[&'static str]| [arms.as_slice(), more].concat();
    refused(
        &with(&["--metric", "p99", "--throughput", "-1"]),
        &["full speed", "--throughput N"],
    );
    refused(&with(&["--b", "rate=500"]), &["compares only at one rate"]);
    refused(&with(&["--pairs", "4"]), &["at least 6"]);
    refused(&with(&["--budget", "20s"]), &["--budget 89s"]);
    refused(
        &with(&["--metric", "p99.9", "--throughput", "1000"]),
        &["--block 20s"],
    );
    refused(
        &with(&["-b", "127.0.0.1:1", "--yes"]),
        &["needs --throughput"],
    );
    for (words, part) in [
        (with(&["--metric", "p95"]), "read-p99.9"),
        (with(&["--to", "hgrm"]), "junit"),
        (with(&["--to", "md", "--json"]), "cannot be used with"),
        (with(&["--contaminated", "mend"]), "keep"),
        (with(&["--margin", "0"]), "above 0"),
        (with(&["--a-exec", "true"]), "cannot be used with"),
        (with(&["--on-inconclusive", "maybe"]), "fail"),
    ] {
        let home = home();
        let failed = run(home.path(), &words).code(2);
        assert!(
            stderr(&failed).contains(part),
            "{words:?}: {}",
            stderr(&failed)
        );
    }
}

#[test]
fn what_cannot_be_read_back_or_written_is_refused_before_anything_is_sent() {
    let read = ["compare", "--metric", "read-p50", "--throughput", "2000"];
    let with = |more: &[&'static str]| [read.as_slice(), more].concat();
    refused(
        &with(&["--b", "record.size=20"]),
        &["--b:", "header of 40 bytes", "record.size"],
    );
    refused(
        &with(&["--b", "follow=off"]),
        &["--b follow=off", "both arms must be followed"],
    );
    let folder = home();
    let file = folder.path().join("short.txt");
    std::fs::write(
        &file,
        "a line that is longer than forty bytes, by far\nshort\n",
    )
    .unwrap();
    let file = file.to_str().unwrap();
    let short = ["--b", "linger.ms=9", "--payload-file", file];
    let failed = run(folder.path(), &[read.as_slice(), &short].concat()).code(2);
    let said = stderr(&failed);
    assert!(
        said.contains("line of 5 bytes") && said.contains("40"),
        "{said}"
    );
    let there = ["compare", "--b", "linger.ms=9", "-o", file];
    let failed = run(folder.path(), &there).code(2);
    assert!(
        stderr(&failed).contains("--overwrite"),
        "{}",
        stderr(&failed)
    );
}

#[test]
fn the_time_until_records_can_be_read_is_compared() {
    let home = home();
    let words = "compare --a linger.ms=20 --b linger.ms=200 --metric read-p50 --throughput 400 --set rtt.ms=5 --block 700ms \
        --warmup 100ms --budget 15s --contaminated keep -q --json";
    let words: Vec<&str> = words.split_whitespace().collect();
    let found = object(&stdout(&run(home.path(), &words).success()));
    fits_the_schema(home.path(), &found);
    let sentence = found["sentence"].as_str().unwrap();
    assert!(sentence.contains("read-p50 of B is"), "{sentence}");
    assert_eq!(found["a"]["settings"]["follow"]["value"], true);
    // Half of the records wait for most of a batch's 200 ms, however fast the machine is.
    let median = found["b"]["medians"]["read-p50"].as_f64().unwrap();
    assert!(median > 60.0, "{median}: {sentence}");
    for block in found["blocks"].as_array().unwrap() {
        let read = &block["end_to_end_ms"]["p50"];
        assert!(read.as_f64().unwrap() > 2.0, "{block}");
        assert_eq!(&block["value"], read);
    }
}

#[test]
fn a_cluster_that_is_down_could_not_be_measured() {
    let home = home();
    let words = [
        "compare",
        "-b",
        "127.0.0.1:1",
        "--throughput",
        "100",
        "--b",
        "linger.ms=50",
        "--fail-on-regression",
    ];
    let failed = run(home.path(), &words).code(3);
    assert!(
        stderr(&failed).contains("127.0.0.1:1"),
        "{}",
        stderr(&failed)
    );
    assert_eq!(stdout(&failed), "");
}
