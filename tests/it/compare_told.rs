//! What a comparison of commands says in every form, and the lines of the README's CI job: better, worse, open, broker down.

use std::path::{Path, PathBuf};

use assert_cmd::assert::{Assert, OutputAssertExt as _};
use linger::settings::Millis;
use linger::snapshot::Snapshot;
use serde_json::Value;

use crate::cli::{home, linger, stderr, stdout};
use crate::compare::{fits_the_schema, object};

/// What a stub of a build is like.
#[derive(Clone, Copy)]
struct Build {
    /// Its p99 as a multiple of the known snapshot's.
    times: f64,
    /// In every fifth block this machine stood still.
    stalls: bool,
    /// No broker answers it.
    down: bool,
}

const SAME: Build = Build {
    times: 1.0,
    stalls: false,
    down: false,
};

/// The known snapshot with figures that are so many times as long.
fn snapshot(times: f64, paused: f64) -> String {
    let mut one = Snapshot::default();
    let result = &mut one.result;
    (result.attempted, result.delivered) = (100_000, 100_000);
    result.records_per_s = Some(20_000.0);
    result.response_ms.count = 100_000;
    result.response_ms.p50 = Some(Millis(4.0 * times));
    result.response_ms.p99 = Some(Millis(20.0 * times));
    result.quality.paused = Some(paused);
    serde_json::to_string(&one).unwrap()
}

/// A script in the place of a build's `linger`: it prints that snapshot, a little different at every call, when it is asked as a block
/// is; `compare` is the real one, but for the cluster that it would start.
fn install(program: &Path, build: Build, count: &Path) {
    let folder = program.parent().unwrap();
    std::fs::create_dir_all(folder).unwrap();
    for call in 0..5 {
        let noise = 1.0 + f64::from(call * 7 % 5) / 100_000.0;
        let paused = if build.stalls && call == 0 { 0.3 } else { 0.0 };
        let text = snapshot(build.times * noise, paused);
        std::fs::write(folder.join(format!("{call}.json")), text).unwrap();
    }
    let (folder, count, real) = (
        folder.display(),
        count.display(),
        env!("CARGO_BIN_EXE_linger"),
    );
    let answer = if build.down {
        "echo 'error: no broker answers at 127.0.0.1:1' >&2; exit 3".into()
    } else {
        format!(r#"cat "{folder}/$((n % 5)).json""#)
    };
    let script = format!(
        r#"#!/bin/sh
if [ "$1" = compare ]; then
  for word do
    shift
    [ "$word" = --local-kafka ] || set -- "$@" "$word"
  done
  exec "{real}" "$@"
fi
case "$*" in "bench --json "*" --throughput 20000"*) ;; *) echo "odd flags: $*" >&2; exit 2;; esac
n=$(($(cat "{count}" 2>/dev/null || echo 0) + 1))
echo "$n" > "{count}"
{answer}
"#
    );
    std::fs::write(program, script).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(program, mode).unwrap();
}

/// Two builds side by side, as the CI job lays them out; gives the folder of the new one.
fn builds(home: &Path, old: Build, new: Build) -> PathBuf {
    let (work, count) = (home.join("work"), home.join("count"));
    install(&home.join("base/target/release/linger"), old, &count);
    install(&work.join("target/release/linger"), new, &count);
    work
}

fn between<'a>(text: &'a str, open: &str, close: &str) -> &'a str {
    let (_, rest) = text.split_once(open).unwrap();
    rest.split_once(close).unwrap().0
}

fn readme() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap()
}

/// The README's lines on these builds: how they ended, and the job's summary.
fn job(old: Build, new: Build) -> (Assert, String) {
    let home = home();
    let work = builds(home.path(), old, new);
    let summary = home.path().join("summary.md");
    let text = readme();
    let lines = between(
        between(&text, "<!-- ci -->", "<!-- /ci -->"),
        "```sh\n",
        "```",
    );
    let mut shell = std::process::Command::new("sh");
    // The environment of the real binary in its tests, and nothing of the caller's.
    for (name, value) in linger(home.path()).get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    let done = shell
        .args(["-c", lines])
        .current_dir(&work)
        .env("GITHUB_STEP_SUMMARY", &summary)
        .assert();
    (done, std::fs::read_to_string(summary).unwrap())
}

#[test]
fn the_ci_job_passes_a_better_build_and_one_that_is_no_different() {
    let better = Build { times: 0.7, ..SAME };
    let (done, summary) = job(SAME, better);
    done.code(0);
    assert!(
        summary.starts_with("**B is better: p99 of B is 30 % lower"),
        "{summary}"
    );
    assert!(summary.contains("| p99 ms | 20.0 | 14.0 |"), "{summary}");
    assert!(
        summary.contains("goal p99<50ms held by B: in 10 of 10 blocks"),
        "{summary}"
    );
    let (done, summary) = job(SAME, SAME);
    done.code(0);
    assert!(
        summary.starts_with("**No difference that matters: p99"),
        "{summary}"
    );
}

#[test]
fn the_ci_job_fails_a_worse_build_and_one_that_misses_the_goal() {
    let worse = Build { times: 1.3, ..SAME };
    let (done, summary) = job(SAME, worse);
    let said = stderr(&done.code(1));
    assert!(said.contains("B is worse than A"), "{said}");
    assert!(
        summary.starts_with("**A is better: p99 of B is 30 % higher"),
        "{summary}"
    );
    let both = Build { times: 4.0, ..SAME };
    let (done, summary) = job(both, both);
    let said = stderr(&done.code(1));
    assert!(said.contains("goal missed by B: p99<50ms"), "{said}");
    assert!(summary.contains("goal p99<50ms missed by B"), "{summary}");
}

#[test]
fn the_ci_job_ends_with_3_where_nothing_is_shown_or_no_broker_answers() {
    let stalls = Build {
        stalls: true,
        ..SAME
    };
    let worse = Build {
        times: 1.3,
        ..stalls
    };
    let (done, summary) = job(stalls, worse);
    done.code(3);
    assert!(summary.starts_with("**Inconclusive: "), "{summary}");
    assert!(
        summary.contains("too noisy: 3 pairs had to be dropped"),
        "{summary}"
    );
    assert!(
        summary.contains("dropped without a look at the outcome: 3 of "),
        "{summary}"
    );
    assert!(
        summary.contains("stood still for 30 % of the time"),
        "{summary}"
    );
    let down = Build { down: true, ..SAME };
    let (done, summary) = job(SAME, down);
    let said = stderr(&done.code(3));
    assert!(said.contains("no broker answers at 127.0.0.1:1"), "{said}");
    assert_eq!(summary, "", "nothing was measured");
}

#[test]
fn the_job_in_yaml_has_the_same_lines() {
    let text = readme();
    let lines = between(
        between(&text, "<!-- ci -->", "<!-- /ci -->"),
        "```sh\n",
        "```",
    );
    let yaml = between(&text, "    - run: |\n", "```");
    let trimmed = |text: &str| {
        text.lines()
            .map(|line| line.trim().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(trimmed(lines), trimmed(yaml));
}

/// A comparison of the two builds in one form.
fn told(folder: &Path, form: &[&str], code: i32) -> Assert {
    let words = [
        "compare",
        "--a-exec",
        "../base/target/release/linger bench",
        "--b-exec",
        "target/release/linger bench",
        "--throughput",
        "20000",
        "--metric",
        "p99",
        "--pairs",
        "6",
        "--goal",
        "p99<25ms",
        "--fail-on-regression",
        "-q",
    ];
    // Calls are counted anew.
    let _ = std::fs::remove_file(folder.parent().unwrap().join("count"));
    let mut command = linger(folder.parent().unwrap());
    command.current_dir(folder);
    let assert = command.args(words).args(form).assert();
    assert.code(code)
}

#[test]
fn every_form_tells_the_same_comparison() {
    let home = home();
    let work = builds(home.path(), SAME, Build { times: 1.3, ..SAME });
    let json = object(&stdout(&told(&work, &["--json"], 1)));
    fits_the_schema(home.path(), &json);
    assert_eq!(json["pairs_dropped"], 0);
    assert_eq!(json["blocks"][0]["machine"]["paused"], 0.0);
    let long = object(&stdout(&told(&work, &["--to", "json"], 1)));
    assert_eq!(long["verdict"], json["verdict"]);

    let csv = stdout(&told(&work, &["--to", "csv"], 1));
    let rows: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), 1 + 2 * (6 + 6), "{csv}");
    assert!(rows.iter().all(|row| row.len() == rows[0].len()), "{csv}");
    let column = |name: &str| rows[0].iter().position(|head| *head == name).unwrap();
    let mine = |arm: &str| rows.iter().filter(|row| row[column("arm")] == arm).count();
    assert_eq!((mine("A"), mine("B")), (18, 6));
    let value: f64 = rows[1][column("p99")].parse().unwrap();
    assert!((20.0..20.2).contains(&value), "{csv}");
    assert_eq!(rows[1][column("response_p99_ms")], rows[1][column("p99")]);

    let file = work.join("junit.xml");
    let done = told(&work, &["--to", "junit", "-o", "junit.xml"], 1);
    assert_eq!(stdout(&done), "");
    let junit = std::fs::read_to_string(file).unwrap();
    assert!(
        junit.contains("tests=\"2\" failures=\"2\" errors=\"0\" skipped=\"0\""),
        "{junit}"
    );
    assert!(
        junit.contains("name=\"B is not worse than A by p99\""),
        "{junit}"
    );
    assert!(
        junit.contains("message=\"A is better: p99 of B is 30 % higher"),
        "{junit}"
    );

    let html = stdout(&told(&work, &["--to", "html"], 1));
    assert!(
        html.contains("<p>A is better: p99 of B is 30 % higher"),
        "{html}"
    );
    assert_eq!(html.matches("<svg ").count(), 1);
    assert!(!html.contains("<script") && !html.contains("https://"));
    let figure = between(&html, "data-figure=\"/effect_percent\" data-value=\"", "\"");
    assert!(
        (figure.parse::<f64>().unwrap() - 30.0).abs() < 1.0,
        "{figure}"
    );

    let text = stdout(&told(&work, &[], 1));
    assert!(text.starts_with("A is better: p99"), "{text}");
    let md = stdout(&told(&work, &["--markdown"], 1));
    assert!(md.starts_with("**A is better: p99"), "{md}");
}

#[test]
fn pairs_that_the_machine_spoilt_are_told_and_count_where_that_is_asked_for() {
    let home = home();
    let stalls = Build {
        stalls: true,
        ..SAME
    };
    let work = builds(home.path(), stalls, stalls);
    let found = object(&stdout(&told(&work, &["--json"], 3)));
    assert_eq!(found["reason"], "noisy", "{}", found["sentence"]);
    assert_eq!(found["pairs_dropped"], 3);
    let spoilt = |found: &Value| -> Vec<u64> {
        let blocks = found["blocks"].as_array().unwrap().iter();
        let spoilt = blocks.filter(|block| block["contaminated"].is_string());
        spoilt
            .map(|block| block["number"].as_u64().unwrap())
            .collect()
    };
    assert_eq!(spoilt(&found), [5, 10, 15], "every fifth call");
    let kept = stdout(&told(&work, &["--contaminated", "keep"], 0));
    assert!(kept.starts_with("No difference that matters"), "{kept}");
    assert!(kept.contains("counted all the same: 4 blocks ("), "{kept}");
    let open = stdout(&told(&work, &["--to", "junit"], 3));
    assert!(
        open.contains("skipped=\"1\"") && open.contains("<skipped message=\"Inconclusive"),
        "{open}"
    );
}
