//! The HTML report in a real browser: it opens without a complaint, and its figures are those of the JSON.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use linger::compare::{ArmReport, Circumstances, Comparison, Figures, Plan, Series};
use linger::measure::comparison::Metric;
use linger::report::export;
use linger::report::page::{Page, Section, usual_metrics};
use linger::settings::{Millis, Settings, Source};
use linger::snapshot::{Snapshot, settings_map};
use serde_json::Value;

use crate::cli::{home, run, stdout};

/// The names under which distributions install it.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// The browser; `None` (and a loud line) where there is none.
pub fn chromium() -> Option<PathBuf> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&folders).collect();
    let files = NAMES
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    let found = files.into_iter().find(|file| file.is_file());
    if found.is_none() {
        let test = std::thread::current().name().unwrap_or("?").to_owned();
        let required = std::env::var("LINGER_REQUIRE_KAFKA").is_ok_and(|value| value == "1");
        assert!(
            !required,
            "{test} needs chromium (LINGER_REQUIRE_KAFKA=1): apt install chromium"
        );
        let line = format!("SKIPPED (no chromium): {test}: apt install chromium\n");
        std::io::stderr()
            .write_all(line.as_bytes())
            .expect("stderr");
    }
    found
}

/// What a browser made of a page: its document, and what its console said.
pub struct Seen {
    pub document: String,
    pub console: Vec<String>,
}

pub fn open(browser: &Path, folder: &Path, html: &str) -> Seen {
    let file = folder.join("page.html");
    std::fs::write(&file, html).unwrap();
    let output = Command::new(browser)
        .args([
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
        ])
        .args(["--enable-logging=stderr", "--log-level=0", "--dump-dom"])
        .arg(format!(
            "--user-data-dir={}",
            folder.join("browser").display()
        ))
        .arg(format!("file://{}", file.display()))
        .output()
        .expect("the browser runs");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{stderr}");
    let console = stderr.lines().filter(|line| line.contains(":CONSOLE"));
    Seen {
        document: String::from_utf8(output.stdout).unwrap(),
        console: console.map(str::to_owned).collect(),
    }
}

/// A figure of a page.
#[derive(Debug)]
pub struct Figure {
    of: usize,
    pub pointer: String,
    value: Value,
    shown: String,
}

fn unescaped(text: &str) -> String {
    let signs = [
        ("&quot;", "\""),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&#39;", "'"),
        ("&nbsp;", "\u{a0}"),
        ("&amp;", "&"),
    ];
    signs.iter().fold(text.to_owned(), |text, (name, sign)| {
        text.replace(name, sign)
    })
}

pub fn figures(document: &str) -> Vec<Figure> {
    let attribute = |tag: &str, name: &str| -> String {
        let (_, rest) = tag.split_once(&format!("{name}=\"")).unwrap();
        unescaped(rest.split_once('"').unwrap().0)
    };
    let figure = |part: &str| {
        let (tag, rest) = part.split_once('>').unwrap();
        Figure {
            of: attribute(tag, "data-of").parse().unwrap(),
            pointer: attribute(tag, "data-figure"),
            value: serde_json::from_str(&attribute(tag, "data-value")).unwrap(),
            shown: unescaped(rest.split_once('<').unwrap().0),
        }
    };
    document
        .split("<span ")
        .skip(1)
        .filter(|part| part.starts_with("data-of"))
        .map(figure)
        .collect()
}

/// Asserts that every figure is the JSON's, and that numbers are shown as what they are to three digits.
pub fn assert_equal(figures: &[Figure], results: &[Value]) {
    for figure in figures {
        let json = results[figure.of]
            .pointer(&figure.pointer)
            .unwrap_or(&Value::Null);
        assert_eq!(&figure.value, json, "{figure:?}");
        let is_plain =
            figure.pointer.starts_with("/result") && !figure.pointer.contains("batch_bytes");
        let shown: Result<f64, _> = figure
            .shown
            .trim_start_matches('≥')
            .replace(',', "")
            .parse();
        if let (true, Some(number), Ok(shown)) = (is_plain, json.as_f64(), shown) {
            assert!(
                (number - shown).abs() <= 0.005 * number.abs() + 0.0005,
                "{figure:?}"
            );
        }
        if json.is_null() {
            assert!(figure.shown.contains("n/a"), "{figure:?}");
        }
    }
}

#[test]
fn the_page_of_a_bench_opens_in_a_browser_and_holds_the_figures_of_its_json() {
    let Some(browser) = chromium() else { return };
    let home = home();
    let words = [
        "bench",
        "-q",
        "--throughput",
        "4000",
        "--duration",
        "1500ms",
        "--goal",
        "p99<9s",
        "--set",
        "linger.ms=3",
        "--save",
        "one.json",
    ];
    run(home.path(), &words).success();
    let place = home.path().join("one.json");
    let html = stdout(
        &run(
            home.path(),
            &["snapshot", "export", "./one.json", "--to", "html"],
        )
        .success(),
    );
    assert!(
        !html.contains("http://")
            || html.matches("http://").count()
                == html.matches("http://www.w3.org/2000/svg").count()
    );
    assert!(
        !html.contains("https://") && !html.contains("<script"),
        "nothing is fetched or run"
    );
    let seen = open(&browser, home.path(), &html);
    assert_eq!(seen.console, [""; 0]);
    let json: Value = serde_json::from_str(&std::fs::read_to_string(place).unwrap()).unwrap();
    let figures = figures(&seen.document);
    for pointer in [
        "/result/records_per_s",
        "/result/response_ms/p99",
        "/result/failed",
        "/settings/linger.ms/value",
    ] {
        assert!(
            figures.iter().any(|figure| figure.pointer == pointer),
            "{pointer} of {}",
            figures.len()
        );
    }
    assert!(figures.len() > 80, "{}", figures.len());
    assert_equal(&figures, &[json]);
    let charts = [
        "histogram of",
        "by percentile",
        "heat map",
        "records per second",
    ];
    for chart in charts {
        assert!(
            seen.document.contains(&format!("aria-label=\"{chart}"))
                || seen.document.contains(chart),
            "{chart}"
        );
    }
    assert_eq!(seen.document.matches("<svg ").count(), 4);
    assert!(seen.document.contains("✓ p99&lt;9000ms held"));
}

#[test]
fn a_complaint_of_the_browser_would_be_seen() {
    let Some(browser) = chromium() else { return };
    let home = home();
    let page = "<!DOCTYPE html><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'\"><img src=\"x.png\">";
    let seen = open(&browser, home.path(), page);
    assert!(!seen.console.is_empty());
}

/// A result as `linger.ms` and `rtt.ms` might make it.
fn result(linger: u32, rtt: u32) -> Snapshot {
    let mut settings = Settings::default();
    settings
        .set("linger.ms", &linger.to_string(), Source::Flag)
        .unwrap();
    settings
        .set("rtt.ms", &rtt.to_string(), Source::Flag)
        .unwrap();
    let mut one = Snapshot {
        settings: settings_map(&settings),
        ..Snapshot::default()
    };
    let p50 = f64::from(linger + rtt) + 0.5;
    one.result.records_per_s = Some(1000.0 * f64::from(linger + 1) / f64::from(rtt + 1));
    one.result.response_ms.p50 = Some(Millis(p50));
    one.result.response_ms.p99 = Some(Millis(p50 * 3.0));
    one
}

#[test]
fn several_results_become_curves_with_the_same_figures() {
    let Some(browser) = chromium() else { return };
    let home = home();
    let results: Vec<Snapshot> = [0, 5, 20]
        .iter()
        .flat_map(|linger| [1, 10].map(|rtt| result(*linger, rtt)))
        .collect();
    let page = Page {
        title: "curves & <such>".into(),
        sections: vec![Section {
            title: "linger.ms".into(),
            knob: Some("linger.ms".into()),
            metrics: usual_metrics(),
            results: results.clone(),
            ..Section::default()
        }],
        ..Page::default()
    };
    let seen = open(&browser, home.path(), &page.render().unwrap());
    assert_eq!(seen.console, [""; 0]);
    assert!(seen.document.contains("<h1>curves &amp; &lt;such&gt;</h1>"));
    assert!(
        seen.document.contains("rtt.ms 10 ms") && seen.document.contains("Response time at p99")
    );
    // Three curves and the front.
    assert_eq!(seen.document.matches("<svg ").count(), 4);
    let json: Vec<Value> = results
        .iter()
        .map(|one| serde_json::to_value(one).unwrap())
        .collect();
    let figures = figures(&seen.document);
    assert_eq!(figures.len(), 6 * 7);
    assert_equal(&figures, &json);
}

/// What a machine without any noise would find: B takes 30 % longer.
fn comparison() -> Comparison {
    let times = (Duration::from_secs(5), Duration::from_secs(2));
    let plan = Plan::new(Metric::P50, Some(8), times, None).unwrap();
    let mut series = Series::new(plan);
    while let Some(ask) = series.next(Duration::ZERO) {
        let mut figures = Figures {
            records_per_s: 1_000.0,
            settled: true,
            ..Figures::default()
        };
        figures.response_ms.count = 5_000;
        let own = if ask.arm.name() == "B" { 13.0 } else { 10.0 };
        figures.response_ms.p50 = Some(Millis(own));
        series.take(&ask, figures, Duration::ZERO).unwrap();
    }
    let arm = |label: &str| ArmReport {
        label: label.into(),
        ..ArmReport::default()
    };
    let arms = (arm("linger.ms=0"), arm("a <b> & \"c\""));
    Comparison::of(&series, Circumstances::default(), arms, &[])
}

#[test]
fn the_page_of_a_comparison_holds_the_figures_of_its_json() {
    let Some(browser) = chromium() else { return };
    let home = home();
    let found = comparison();
    let html = export::find("html").unwrap().write_comparison(&found);
    let seen = open(&browser, home.path(), &html.unwrap());
    assert_eq!(seen.console, [""; 0]);
    assert!(
        seen.document
            .contains("A is better: p50 of B is 30 % higher")
    );
    assert!(seen.document.contains("a &lt;b&gt; &amp;"));
    assert_eq!(seen.document.matches("<svg ").count(), 1);
    let figures = figures(&seen.document);
    for pointer in ["/effect_percent", "/interval_percent/0", "/b/medians/p50"] {
        assert!(figures.iter().any(|figure| figure.pointer == pointer));
    }
    assert_equal(&figures, &[serde_json::to_value(&found).unwrap()]);
}
