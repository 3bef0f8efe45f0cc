//! A sweep in the formats where it fits.

use std::fmt::Write as _;

use crate::report::format::{maybe, three};
use crate::report::markdown::table;
use crate::report::sweep as told;
use crate::sweep::{Front, PointResult, Sweep};

use super::junit::{Case, Suite};
use super::md::plain;

/// A row for every point at every rate, the best first; for spreadsheets.
pub(super) fn csv(sweep: &Sweep) -> String {
    let results = &sweep.found.results;
    let names = results.first().map(|one| one.parameters.keys());
    let mut heads: Vec<String> = names.into_iter().flatten().map(|name| cell(name)).collect();
    heads.extend(FIGURES.map(str::to_owned));
    let mut text = heads.join(",") + "\n";
    for one in results {
        let mut cells: Vec<String> = one.parameters.values().map(|value| cell(value)).collect();
        cells.extend(figures(one));
        text += &(cells.join(",") + "\n");
    }
    text
}

const FIGURES: [&str; 17] = [
    "as_it_is",
    "asked_per_s",
    "records_per_s",
    "records_noise_percent",
    "p50_ms",
    "p50_noise_percent",
    "p99_ms",
    "p99_noise_percent",
    "p99_9_ms",
    "p99_9_noise_percent",
    "holds",
    "front",
    "recommended",
    "client_saturated",
    "blocks",
    "problem",
    "stopped",
];

fn figures(one: &PointResult) -> [String; 17] {
    let number = |figure: Option<f64>| figure.map_or_else(String::new, |one| one.to_string());
    [
        one.as_it_is.to_string(),
        one.rate
            .map_or_else(|| "max".into(), |rate| rate.to_string()),
        number(one.records_per_s),
        number(one.records_noise_percent),
        number(one.p50_ms),
        number(one.p50_noise_percent),
        number(one.p99_ms),
        number(one.p99_noise_percent),
        number(one.p99_9_ms),
        number(one.p99_9_noise_percent),
        one.holds
            .map_or_else(String::new, |holds| holds.to_string()),
        front(one.front).into(),
        one.recommended.to_string(),
        one.client_saturated.to_string(),
        one.blocks.to_string(),
        cell(one.problem.as_deref().unwrap_or_default()),
        cell(one.stopped.as_deref().unwrap_or_default()),
    ]
}

/// Where a point stands, in a word.
#[must_use]
pub fn front(front: Front) -> &'static str {
    match front {
        Front::On => "on",
        Front::Near => "near",
        Front::Off => "off",
    }
}

/// A cell that stays one, whatever is in it (RFC 4180).
fn cell(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text.to_owned()
}

/// A summary for a pull request or the page of a CI job.
pub(super) fn markdown(sweep: &Sweep) -> String {
    let found = &sweep.found;
    let mut evidence = told::evidence(found).into_iter();
    let verdict = evidence.next().unwrap_or_default();
    let mut text = format!(
        "## linger sweep: {}\n\n**{}**\n\n",
        plain(&found.objective),
        plain(&verdict)
    );
    for line in evidence {
        let _ = writeln!(text, "- {}", plain(&line));
    }
    let (what, cluster) = (plain(&told::what(found)), plain(&sweep.header.cluster));
    let _ = writeln!(text, "- {what}; {cluster}\n");
    let rows = told::rows(found);
    if let Some((heads, rows)) = rows.split_first() {
        let heads: Vec<String> = heads.iter().map(|head| plain(head)).collect();
        let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
        let plainly = |row: &Vec<String>| row.iter().map(|cell| plain(cell)).collect();
        let rows: Vec<Vec<String>> = rows.iter().map(plainly).collect();
        text += &table(&heads, &rows);
        for line in told::legend(found) {
            let _ = writeln!(text, "\n{}", plain(&line));
        }
    }
    text
}

/// One suite: a case for the measurement itself, and one for the recommendation.
pub(super) fn junit(sweep: &Sweep) -> String {
    let found = &sweep.found;
    let evidence = told::evidence(found).join("; ");
    let (measured, judged) = match found.recommendation.ground.outcome() {
        Some(true) => (Case::Passed, Case::Passed),
        Some(false) => (Case::Passed, Case::Failed(evidence)),
        None => {
            let why = found.ended_early.clone();
            let why = why.unwrap_or_else(|| evidence.clone());
            (Case::Broken(why), Case::Broken(evidence))
        }
    };
    let settings = sweep.header.settings.iter();
    let mut properties: Vec<(String, String)> = settings.cloned().collect();
    properties.extend(
        sweep
            .header
            .words
            .iter()
            .filter_map(|word| word.split_once('='))
            .map(|(knob, values)| (format!("sweep of {knob}"), values.to_owned())),
    );
    let winner = found.recommendation.parameters.iter();
    properties.extend(winner.map(|(knob, value)| (format!("best {knob}"), value.clone())));
    if let Some(figure) = found.recommendation.figure {
        let name = format!("best {}", found.recommendation.metric.name());
        properties.push((name, three(figure)));
    }
    properties.push((
        "rate of the finalists".into(),
        maybe(found.recommendation.rate),
    ));
    Suite {
        name: &format!("sweep: {}", found.objective),
        started_at: &sweep.header.started_at,
        seconds: None,
        properties,
        cases: vec![
            ("the sweep was measured to its end".into(), measured),
            ("a point is recommended".into(), judged),
        ],
    }
    .xml()
}
