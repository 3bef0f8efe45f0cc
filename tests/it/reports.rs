//! A saved result in the formats of other tools, read by those tools where they can be had.

use std::path::{Path, PathBuf};
use std::process::Command;

use linger::measure::Counts;
use linger::report::export::{self, FORMATS};
use linger::settings::Millis;
use linger::snapshot::{Goal, GoalOutcome, Interval, Snapshot};
use serde_json::Value;

use crate::cli::{home, refused, run, stderr, stdout};
use crate::kafka;

/// The result of a real bench, with goals of which one is missed, saved under the name `one`.
fn measured(home: &Path) -> Value {
    let words = [
        "bench",
        "-q",
        "--throughput",
        "3000",
        "--duration",
        "1.2s",
        "--goal",
        "failed=0",
        "--goal",
        "p50<1ms",
        "--set",
        "linger.ms=2",
        "--save",
        "one",
    ];
    run(home, &words).code(1);
    let text = std::fs::read_to_string(home.join("data/linger/snapshots/one.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn exported(home: &Path, format: &str) -> String {
    stdout(&run(home, &["snapshot", "export", "one", "--to", format]).success())
}

/// The rows of a CSV without quotes, each with its cells by the heading's names.
fn csv_rows(text: &str) -> Vec<serde_json::Map<String, Value>> {
    let mut lines = text.lines();
    let heads: Vec<&str> = lines.next().unwrap().split(',').collect();
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        assert_eq!(cells.len(), heads.len(), "{line}");
        let pairs = heads.iter().zip(cells);
        pairs
            .map(|(head, cell)| ((*head).to_owned(), cell.into()))
            .collect()
    };
    lines.map(row).collect()
}

#[test]
fn a_result_is_told_in_every_format_with_the_figures_of_its_json() {
    let home = home();
    let json = measured(home.path());
    let result = &json["result"];
    assert_eq!(
        serde_json::from_str::<Value>(&exported(home.path(), "json")).unwrap(),
        json
    );

    let rows = csv_rows(&exported(home.path(), "csv"));
    let sum = |column: &str| -> u64 {
        let intervals = rows.iter().filter(|row| row["row"] == "interval");
        intervals
            .map(|row| row[column].as_str().unwrap().parse::<u64>().unwrap())
            .sum()
    };
    for column in ["attempted", "delivered", "failed"] {
        assert_eq!(Some(sum(column)), result[column].as_u64(), "{column}");
    }
    assert_eq!(Some(sum("records")), result["delivered"].as_u64());
    let response = rows.iter().find(|row| row["row"] == "response").unwrap();
    for (column, key) in [("p50_ms", "p50"), ("p99_ms", "p99"), ("max_ms", "max")] {
        let told: f64 = response[column].as_str().unwrap().parse().unwrap();
        assert_eq!(Some(told), result["response_ms"][key].as_f64(), "{column}");
    }

    let junit = exported(home.path(), "junit");
    assert!(junit.starts_with("<?xml"), "{junit}");
    let second = &json["started_at"].as_str().unwrap()[..19];
    assert!(
        junit.contains(&format!("timestamp=\"{second}\"")),
        "{junit}"
    );
    assert_eq!(junit.matches("<testcase ").count(), 3, "{junit}");
    assert!(
        junit.contains("tests=\"3\" failures=\"1\" errors=\"0\""),
        "{junit}"
    );
    assert!(
        junit.contains("name=\"p50&lt;1ms\">\n      <failure"),
        "{junit}"
    );
    assert!(
        junit.contains("<property name=\"linger.ms\" value=\"2\"/>"),
        "{junit}"
    );

    let md = exported(home.path(), "md");
    assert!(md.starts_with("## linger: one\n"), "{md}");
    assert!(md.contains("**goal missed: p50\\<1ms**"), "{md}");
    assert!(
        md.contains("| `linger.ms` | 2 ms | flag |") && md.contains("| ms | mean | p50 |"),
        "{md}"
    );
    assert!(md.contains(" 99.9th.\n```"), "{md}");
}

#[test]
fn an_export_is_written_whole_and_over_no_file_unasked() {
    let home = home();
    run(
        home.path(),
        &["bench", "-q", "--num-records", "50", "--save", "one"],
    )
    .success();
    for format in FORMATS {
        let file = home.path().join("out").join(format.name);
        let words = [
            "snapshot",
            "export",
            "one",
            "--to",
            format.name,
            "-o",
            file.to_str().unwrap(),
        ];
        let first = run(home.path(), &words).success();
        assert_eq!(stdout(&first), "");
        let text = std::fs::read_to_string(&file).unwrap();
        assert_eq!(text, exported(home.path(), format.name), "{}", format.name);
        let again = run(home.path(), &words).code(2);
        assert!(
            stderr(&again).contains("already there") && stderr(&again).contains("--overwrite"),
            "{}",
            stderr(&again)
        );
        run(home.path(), &[&words[..], &["--overwrite"]].concat()).success();
    }
}

#[test]
fn what_cannot_be_exported_is_named() {
    refused(
        &["snapshot", "export", "one", "--to", "cvs"],
        &["'cvs'", "csv", "hlog"],
    );
    refused(
        &["snapshot", "export", "nothing", "--to", "csv"],
        &["\"nothing\"", "linger snapshot list"],
    );
    refused(
        &["snapshot", "export", "nothing", "--to", "md", "--overwrite"],
        &["--output"],
    );
    let two = [Snapshot::default(), Snapshot::default()];
    let error = export::find("csv").unwrap().write(&two).unwrap_err();
    assert!(
        error.to_string().contains("use html for several"),
        "{error}"
    );
    for format in ["hgrm", "hlog"] {
        let error = export::find(format).unwrap().write(&[Snapshot::default()]);
        let message = error.unwrap_err().to_string();
        assert!(
            message.contains("no histogram") && message.contains("csv"),
            "{message}"
        );
    }
}

/// Java's processor of interval logs, which comes among Kafka's jars, run on a log: the percentile distribution in ms that it writes.
fn processed(kafka: &linger::cluster::local::LocalKafka, folder: &Path, log: &str) -> String {
    let file = folder.join("in.hlog");
    std::fs::write(&file, log).unwrap();
    let out: PathBuf = folder.join("out");
    let output = Command::new(kafka.fact("JAVA").unwrap())
        .args(["-Xmx128m", "-XX:TieredStopAtLevel=1", "-cp"])
        .arg(Path::new(kafka.fact("JARS").unwrap()).join("*"))
        .arg("org.HdrHistogram.HistogramLogProcessor")
        .args(["-outputValueUnitRatio", "1000", "-i"])
        .arg(&file)
        .arg("-o")
        .arg(&out)
        .output()
        .expect("java runs");
    assert!(output.status.success(), "{output:?}");
    let text = std::fs::read_to_string(out.with_extension("hgrm"))
        .unwrap_or_else(|error| panic!("{error}: {output:?}"));
    // Two comments before the table tell the range of the log.
    let table = text.find("       Value").expect("a table");
    text[table..].to_owned()
}

#[test]
fn the_interval_log_read_by_javas_processor_gives_the_distribution_and_the_figures() {
    let Some(kafka) = kafka::one() else { return };
    let home = home();
    let json = measured(home.path());
    let javas = processed(kafka, home.path(), &exported(home.path(), "hlog"));
    assert_eq!(exported(home.path(), "hgrm"), javas);
    let times = &json["result"]["response_ms"];
    let count = format!("Total count    = {:>12}]", times["count"].as_u64().unwrap());
    assert!(javas.contains(&count), "{count}\n{javas}");
    let median = javas
        .lines()
        .find(|line| line.contains(" 0.500000000000 "))
        .unwrap();
    let median: f64 = median.split_whitespace().next().unwrap().parse().unwrap();
    assert_eq!(Some(median), times["p50"].as_f64());
}

/// A result with a second of warm-up and one that counts, as a snapshot holds it.
fn with_warm_up() -> Snapshot {
    let counts = |micros: u64, records: u64| {
        let mut counts = Counts::new();
        counts.record_n(micros, records);
        counts.record_n(micros * 9, 10);
        counts
    };
    let interval = |from: f64, counted: bool, counts: &Counts| Interval {
        from_s: from,
        to_s: from + 1.0,
        counted,
        max_ms: counts.max().map(Millis::from_micros),
        response: Some(counts.encode_base64()),
        ..Interval::default()
    };
    let (early, mut late) = (counts(50_000, 100), counts(12_345, 970));
    // Of 1,000 in all, so that slots end at levels of the table exactly.
    for tenth in 1..=20 {
        late.record_n(12_345 + tenth * 100, 1);
    }
    let mut snapshot = Snapshot {
        started_at: "2026-11-21T14:46:11.25Z".into(),
        ..Snapshot::default()
    };
    snapshot.result.delivered = 1_100;
    snapshot.result.failed = 3;
    snapshot.result.response_ms = late.latencies(None);
    snapshot.result.histograms.response = Some(late.encode_base64());
    snapshot.result.intervals = vec![interval(0.0, false, &early), interval(1.0, true, &late)];
    snapshot.result.goals = vec![Goal {
        goal: "p99.99<1s".into(),
        outcome: GoalOutcome::Unknown,
    }];
    snapshot
}

#[test]
fn warm_up_stands_under_a_tag_and_a_snapshot_without_intervals_is_one_line() {
    let Some(kafka) = kafka::one() else { return };
    let home = home();
    let write = |snapshot: &Snapshot, name: &str| {
        export::find(name)
            .unwrap()
            .write(std::slice::from_ref(snapshot))
            .unwrap()
    };
    let mut snapshot = with_warm_up();
    let log = write(&snapshot, "hlog");
    assert!(
        log.contains("\nTag=warm-up,0.000,1.000,450.000,HIST"),
        "{log}"
    );
    let ours = write(&snapshot, "hgrm");
    let failed = "#[failed records, which are not in this distribution: 3]\n";
    let javas = processed(kafka, home.path(), &log);
    assert_eq!(ours, javas.clone() + failed);
    snapshot.result.intervals.clear();
    assert_eq!(
        processed(kafka, home.path(), &write(&snapshot, "hlog")),
        javas
    );
    let junit = write(&snapshot, "junit");
    assert!(junit.contains("failures=\"0\" errors=\"2\""), "{junit}");
}
