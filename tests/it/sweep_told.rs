//! What sweeps print: the JSON by its schema, and every other format with the JSON's figures.

use std::path::Path;

use linger::cluster::ClusterKind;
use linger::measure::Latencies;
use linger::report::export::{self, FORMATS};
use linger::settings::{Millis, Settings, Surroundings};
use linger::sweep::journal::{Header, KIND};
use linger::sweep::{Bench, Ended, Job, Measured, Plan, Space, Sweep, search};
use serde_json::Value;

use crate::browser;
use crate::cli::{home, run, stderr, stdout};

/// Brokers by a rule: waiting costs time, a rate near the capacity too, and one codec is not there.
struct Rule;

impl Bench for Rule {
    fn measure(&mut self, job: &Job, settings: &Settings) -> Result<Measured, Ended> {
        if settings.word("compression.type") == "zstd" {
            return Ok(Measured::failed("no \"zstd\", sorry".into(), 1.0));
        }
        let waver = if job.number.is_multiple_of(2) {
            1.0
        } else {
            1.02
        };
        let linger = settings.number("linger.ms");
        let capacity = 4000.0 + 100.0 * linger;
        let sent = settings.number("rate").min(capacity);
        let p50 = (5.0 + linger) * (1.0 + (sent / capacity).powi(6)) * waver;
        Ok(Measured {
            records_per_s: sent,
            response: Latencies {
                count: 1000,
                p50: Some(Millis(p50)),
                p99: Some(Millis(p50 * 2.0)),
                ..Latencies::default()
            },
            measured_s: 1.0,
            took_s: 1.5,
            ..Measured::default()
        })
    }
}

fn swept(words: &[&str], objective: &str) -> Sweep {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    let space = Space::parse(&words, Settings::default(), Surroundings::default()).unwrap();
    let plan = Plan {
        repeats: 2,
        pairs: 6,
        ..Plan::begin(objective.parse().unwrap(), 1000.0, None, 1)
    };
    let found = search(&space, &plan, &mut Rule).unwrap();
    let header = Header {
        kind: KIND.word.into(),
        schema: KIND.schema,
        linger_version: "0".into(),
        started_at: "2026-11-21T14:46:11.256642429Z".into(),
        words,
        settings: vec![("record.size".into(), "512".into())],
        plan,
        block_s: 1.0,
        warmup_s: 0.5,
        budget_s: None,
        cluster: "host:9092".into(),
        topic: "linger-bench".into(),
        partitions: None,
    };
    Sweep::of(header, "j".into(), ClusterKind::Real, found)
}

fn told(sweep: &Sweep, format: &str) -> String {
    export::find(format).unwrap().write_sweep(sweep).unwrap()
}

#[test]
fn formats_that_hold_one_result_refuse_a_sweep_and_the_others_tell_it() {
    let sweep = swept(&["linger.ms=0,5,20"], "min p99");
    for format in FORMATS {
        let written = format.write_sweep(&sweep);
        assert_eq!(written.is_ok(), format.fits_sweep(), "{}", format.name);
        let text = written.unwrap_or_else(|error| format!("{error}\n"));
        assert!(text.ends_with('\n') && text.len() > 40, "{text}");
    }
}

#[test]
fn a_row_of_csv_is_a_point_and_stays_one_whatever_is_in_it() {
    let sweep = swept(&["linger.ms=0,20", "compression.type=none,zstd"], "min p99");
    let text = told(&sweep, "csv");
    assert_eq!(
        text.lines().count(),
        sweep.found.results.len() + 1,
        "{text}"
    );
    let head = text.lines().next().unwrap();
    assert!(
        head.starts_with("compression.type,linger.ms,as_it_is,asked_per_s,records_per_s,"),
        "{head}"
    );
    let best = &sweep.found.results[0];
    let row = text.lines().nth(1).unwrap();
    let start = format!("none,0,false,1000,{},", best.records_per_s.unwrap());
    assert!(row.starts_with(&start), "{row}");
    assert!(row.contains(",on,true,"), "{row}");
    assert!(text.contains(",\"no \"\"zstd\"\", sorry\","), "{text}");
}

#[test]
fn markdown_and_junit_say_what_is_recommended_or_why_nothing_is() {
    let good = swept(&["linger.ms=0,20"], "min p99");
    let text = told(&good, "md");
    assert!(
        text.starts_with("## linger sweep: min p99\n\n**recommended: --set linger.ms=0**"),
        "{text}"
    );
    assert!(text.contains("| ") && text.contains("host:9092"), "{text}");
    let text = told(&good, "junit");
    assert!(
        text.contains("tests=\"2\" failures=\"0\" errors=\"0\""),
        "{text}"
    );
    assert!(text.contains("timestamp=\"2026-11-21T14:46:11\""), "{text}");
    assert!(
        text.contains("<property name=\"best linger.ms\" value=\"0\"/>"),
        "{text}"
    );
    let none = swept(&["linger.ms=5,20"], "min p99 where p99<1ms");
    assert!(told(&none, "md").contains("**nothing is recommended: no point holds"));
    let text = told(&none, "junit");
    assert!(text.contains("failures=\"1\" errors=\"0\""), "{text}");
    assert!(
        text.contains("<failure type=\"missed\" message=\"nothing is recommended"),
        "{text}"
    );
}

#[test]
fn the_page_of_a_sweep_opens_in_a_browser_with_the_front_and_the_figures_of_its_json() {
    let Some(browser) = browser::chromium() else {
        return;
    };
    let home = home();
    let sweep = swept(&["linger.ms=0,5,20"], "max throughput where p99<200ms");
    let html = told(&sweep, "html");
    assert!(!html.contains("https://") && !html.contains("<script"));
    let seen = browser::open(&browser, home.path(), &html);
    assert_eq!(seen.console, [""; 0]);
    let document = &seen.document;
    assert_eq!(document.matches("<svg ").count(), 1);
    assert!(document.contains("Throughput against response time"));
    assert!(document.contains("REAL CLUSTER") && document.contains("record.size"));
    assert!(
        document.contains("recommended: --set linger.ms=20"),
        "{document}"
    );
    let figures = browser::figures(document);
    assert!(figures.iter().any(|one| one.pointer == "/results/0/p99_ms"));
    assert!(
        figures.len() >= sweep.found.results.len() * 11,
        "{}",
        figures.len()
    );
    browser::assert_equal(&figures, &[serde_json::to_value(&sweep).unwrap()]);
    let fixed = told(&swept(&["linger.ms=0,5,20"], "min p99"), "html");
    assert!(fixed.contains("aria-label=\"p99 over linger.ms\""));
}

/// The finished journal `j` of the embedded cluster in every format, without any load; `json` is what it printed.
pub fn judge_formats(home: &Path, json: &Value) {
    let schema = run(home, &["schema", "sweep"]).success();
    let schema: Value = serde_json::from_str(&stdout(&schema)).unwrap();
    assert!(jsonschema::meta::is_valid(&schema));
    assert!(jsonschema::validate(&schema, &serde_json::json!({})).is_err());
    if let Err(error) = jsonschema::validate(&schema, json) {
        panic!("{error} at {}", error.instance_path());
    }
    let again = |more: &[&str]| run(home, &[&["sweep", "--resume", "j"], more].concat());
    let csv = stdout(&again(&["--to", "csv"]).success());
    let results = json["results"].as_array().unwrap();
    assert_eq!(csv.lines().count(), results.len() + 1, "{csv}");
    assert!(
        csv.contains(&format!(",{},", results[0]["p50_ms"])),
        "{csv}"
    );
    let page = again(&["--to", "html", "-o", "page.html"]).success();
    assert!(stderr(&page).contains("wrote page.html"));
    assert!(
        stdout(&page).contains("recommended: --set linger.ms=0"),
        "the text is there too"
    );
    let html = std::fs::read_to_string(home.join("page.html")).unwrap();
    assert!(html.contains("EMBEDDED CLUSTER") && html.contains("p50 over linger.ms"));
    let there = again(&["--to", "html", "-o", "page.html"]).code(2);
    assert!(stderr(&there).contains("--overwrite"), "{}", stderr(&there));
    again(&["--to", "md", "-o", "page.html", "--overwrite"]).success();
}
