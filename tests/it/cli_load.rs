//! `bench` on the embedded cluster: what it prints, saves, judges and refuses.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use serde_json::Value;

use crate::cli::{home, linger, refused, run, stderr, stdout};

const SHORT: [&str; 6] = [
    "bench",
    "--num-records",
    "2000",
    "--throughput",
    "4000",
    "-q",
];

fn short(more: &[&'static str]) -> Vec<&'static str> {
    [SHORT.as_slice(), more].concat()
}

#[test]
fn json_is_one_object_that_fits_the_schema() {
    let home = home();
    let schema: Value =
        serde_json::from_str(&stdout(&run(home.path(), &["schema"]).success())).unwrap();
    let assert = run(home.path(), &short(&["--json", "--set", "linger.ms=7"])).success();
    let object: Value = serde_json::from_str(&stdout(&assert)).unwrap();
    if let Err(error) = jsonschema::validate(&schema, &object) {
        panic!("{error} at {}", error.instance_path());
    }
    let result = &object["result"];
    assert_eq!(result["attempted"], 2000);
    assert_eq!(result["delivered"], 2000);
    assert_eq!(object["cluster"]["kind"], "embedded");
    assert_eq!(object["workload"]["throughput"], 4000.0);
    assert_eq!(object["settings"]["linger.ms"]["value"], 7);
    assert_eq!(object["settings"]["linger.ms"]["source"], "flag");
    assert!(result["response_ms"]["p50"].as_f64().unwrap() > 0.0);
    assert!(result["histograms"]["response"].as_str().unwrap().len() > 20);
    assert_eq!(stderr(&assert), "");
}

/// The numbers of perf-test's summary line, as a script's regular expression would take them.
fn perf_numbers(line: &str) -> Option<Vec<f64>> {
    let parts = [
        " records sent, ",
        " records/sec (",
        " MB/sec), ",
        " ms avg latency, ",
        " ms max latency, ",
        " ms 50th, ",
        " ms 95th, ",
        " ms 99th, ",
        " ms 99.9th.",
    ];
    let mut rest = line;
    let mut numbers = Vec::new();
    for part in parts {
        let (number, after) = rest.split_once(part)?;
        numbers.push(number.parse().ok()?);
        rest = after;
    }
    rest.is_empty().then_some(numbers)
}

#[test]
fn the_last_line_is_perf_tests_own() {
    let home = home();
    let text = stdout(&run(home.path(), &short(&["--print-metrics"])).success());
    let numbers = perf_numbers(text.lines().last().unwrap()).unwrap_or_else(|| panic!("{text}"));
    assert!((numbers[0] - 2000.0).abs() < 0.5, "{text}");
    assert!(text.starts_with("EMBEDDED"), "{text}");
    for part in [
        "attempted 2,000 = delivered 2,000 + failed 0 + in flight 0",
        "due → acknowledged",
        "rate ",
        "request-total",
    ] {
        assert!(text.contains(part), "{part:?} is not in:\n{text}");
    }
}

#[test]
fn goals_decide_the_exit_code() {
    let home = home();
    let held = run(home.path(), &short(&["--goal", "failed=0"]));
    assert!(stdout(&held.success()).contains("failed=0 held"));
    let missed = run(home.path(), &short(&["--goal", "p50<0.01ms"])).code(1);
    assert!(stdout(&missed).contains("MISSED"));
    assert!(stderr(&missed).contains("goal missed: p50<0.01ms"));
    refused(&["bench", "--goal", "p98<3"], &["p98"]);
}

#[test]
fn a_result_is_saved_once_and_shown() {
    let home = home();
    run(home.path(), &short(&["--save", "one"])).success();
    let path = home.path().join("data/linger/snapshots/one.json");
    let saved = std::fs::read(&path).unwrap();
    let again = run(home.path(), &short(&["--save", "one"])).code(2);
    assert!(
        stderr(&again).contains("already there"),
        "{}",
        stderr(&again)
    );
    assert_eq!(stdout(&again), "", "nothing was measured");
    assert_eq!(std::fs::read(&path).unwrap(), saved);
    assert!(stdout(&run(home.path(), &["snapshot", "list"]).success()).contains("one"));
    let shown = stdout(&run(home.path(), &["snapshot", "show", "one"]).success());
    assert!(
        perf_numbers(shown.lines().last().unwrap()).is_some(),
        "{shown}"
    );
}

#[test]
fn profiles_are_listed_shown_and_saved() {
    let home = home();
    assert!(stdout(&run(home.path(), &["profile", "list"]).success()).contains("balanced"));
    run(home.path(), &["profile", "show", "durability"]).success();
    run(
        home.path(),
        &["profile", "save", "mine", "--set", "linger.ms=33"],
    )
    .success();
    let shown = stdout(&run(home.path(), &["profile", "show", "mine"]).success());
    assert!(shown.contains("33 ms"), "{shown}");
    run(home.path(), &["profile", "save", "mine"]).code(2);
}

#[test]
fn an_interrupt_ends_it_early_with_what_is_done() {
    let home = home();
    let mut child = linger(home.path())
        .args([
            "bench",
            "--duration",
            "60s",
            "--throughput",
            "500",
            "--reporting-interval",
            "200",
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let first = lines
        .find(|line| line.as_ref().unwrap().contains("records sent"))
        .unwrap()
        .unwrap();
    assert!(first.ends_with(" ms max latency."), "{first}");
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let drained = std::thread::spawn(move || lines.map_while(Result::ok).collect::<Vec<_>>());
    let output = child.wait_with_output().unwrap();
    let said = drained.join().unwrap().join("\n");
    assert!(output.status.success(), "{said}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        perf_numbers(text.lines().last().unwrap()).is_some(),
        "{text}"
    );
    assert!(said.contains("ending early"), "{said}");
}

#[test]
fn mock_tells_its_brokers_and_ends_with_its_input() {
    let home = home();
    let mut child = linger(home.path())
        .args(["mock", "--brokers", "2"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    output.read_line(&mut line).unwrap();
    let brokers = line.trim_end().strip_prefix("BROKERS=").unwrap();
    assert_eq!(brokers.split(',').count(), 2);
    for broker in brokers.split(',') {
        std::net::TcpStream::connect(broker).unwrap();
    }
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

#[test]
fn doctor_examines_this_machine() {
    let home = home();
    let text = stdout(&run(home.path(), &["doctor"]).success());
    assert!(text.contains("clock"), "{text}");
    let failed = run(home.path(), &["doctor", "-b", "127.0.0.1:1", "--json"]).code(3);
    let checks: Value = serde_json::from_str(&stdout(&failed)).unwrap();
    assert_eq!(
        checks.as_array().unwrap().last().unwrap()["outcome"],
        "fail"
    );
}
