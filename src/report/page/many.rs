//! The part of a page that lays several results over each other.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use hdrhistogram::Histogram;

use crate::report::format::{bounded, count, maybe, things};
use crate::report::markup::escaped;
use crate::report::text;
use crate::snapshot::Snapshot;

use super::curves::{self, Curves, Metric};
use super::front;
use super::spread::{self, Spread};
use super::told::{Told, chip, figure, table};
use super::{PageError, Section};

/// More than so many lines cannot be told apart.
const MOST_LINES: usize = super::ink::SERIES;
/// From so many values of a knob on, its curve says more than the distributions beside each other.
const A_CURVE: usize = 3;

/// Everything about several results.
pub fn part(section: &Section, all: &[Told<'_>]) -> Result<String, PageError> {
    let results = &section.results;
    let curves = Curves::of(results, section.knob.as_deref());
    let mut out = String::new();
    let mut is_curve = false;
    if let Some(curves) =
        curves.filter(|curves| curves.values() >= A_CURVE && curves.names.len() <= MOST_LINES)
    {
        out += &drawn(&curves, &section.metrics)?;
        is_curve = true;
    } else if results.len() <= MOST_LINES {
        out += &distributions(results)?;
    }
    if let Some(chart) = front::chart(results)? {
        let axes = "response time at p99 → · records per second ↑ · better is up and to the left";
        let _ = writeln!(
            out,
            "<div class=\"charts\">{}</div>",
            figure("wide", "Throughput against response time", axes, &chart)
        );
    }
    out += &notices(all);
    Ok(out + &list(all, !is_curve && results.len() <= MOST_LINES))
}

fn drawn(curves: &Curves<'_>, metrics: &[&'static Metric]) -> Result<String, PageError> {
    let mut charts = String::new();
    for metric in metrics {
        if let Some(svg) = curves.chart(metric)? {
            let axes = format!("{} → · {} ↑", curves.knob.name, metric.unit);
            charts += &figure("", metric.title, &axes, &svg);
        }
    }
    let shape = |series: usize| ["●", "▲", "■"][series % 3];
    let item = |(series, name): (usize, &String)| {
        let color = super::ink::Ink::Series(series).variable();
        format!(
            "<li><span style=\"color:{color}\">{}</span> {}</li>",
            shape(series),
            escaped(name)
        )
    };
    let named = curves
        .names
        .iter()
        .enumerate()
        .filter(|(_, name)| !name.is_empty());
    let items: String = named.map(item).collect();
    Ok(format!(
        "<ul class=\"legend\">{items}</ul>\n<div class=\"charts three\">\n{charts}</div>\n"
    ))
}

fn distributions(results: &[Snapshot]) -> Result<String, PageError> {
    let mut times: Vec<(usize, Histogram<u64>)> = Vec::new();
    for (series, one) in results.iter().enumerate() {
        times.extend(super::histogram_of(one)?.map(|times| (series, times)));
    }
    if times.is_empty() {
        return Ok(String::new());
    }
    let all: Vec<Spread<'_>> = times
        .iter()
        .map(|(series, times)| Spread {
            times,
            series: *series,
        })
        .collect();
    let axes = "time from due to acknowledged → · share of records ↑";
    let histogram = figure("", "Response times", axes, &spread::histogram(&all)?);
    let axes = "percentile → · time ↑ · faint: fewer than 10 records above";
    let nines = figure("", "Percentiles by nines", axes, &spread::nines(&all)?);
    Ok(format!(
        "<div class=\"charts\">\n{histogram}{nines}</div>\n"
    ))
}

/// What to bear in mind, once for each kind, with the results that it is said of.
fn notices(all: &[Told<'_>]) -> String {
    let mut words: BTreeMap<&str, (&str, usize)> = BTreeMap::new();
    for notice in all.iter().flat_map(|told| text::notices(told.snapshot)) {
        let entry = words.entry(&notice.word).or_insert((&notice.text, 0));
        entry.1 += 1;
    }
    let line = |(word, (text, count)): (&str, (&str, usize))| {
        let of = format!("{count} of {}", things(all.len() as u64, "result"));
        let (word, text) = (escaped(word), escaped(text));
        format!("<p class=\"note\"><b>{word}</b> {of}; the first: {text}</p>\n")
    };
    words.into_iter().map(line).collect()
}

/// A row for every result, with what sets it apart.
fn list(all: &[Told<'_>], chips: bool) -> String {
    let results: Vec<Snapshot> = all.iter().map(|told| told.snapshot.clone()).collect();
    let varying = curves::varying(&results);
    let heads = [
        "result",
        "records/s",
        "MiB/s",
        "p50 ms",
        "p99 ms",
        "p99.9 ms",
        "records/batch",
        "failed",
    ];
    let row = |(series, told): (usize, &Told<'_>)| {
        let result = &told.snapshot.result;
        let times = &result.response_ms;
        let words: Vec<String> = varying
            .iter()
            .map(|knob| curves::worded(knob, told.snapshot))
            .collect();
        let name = match (&told.snapshot.name, words.is_empty()) {
            (Some(name), _) => name.clone(),
            (None, false) => words.join(", "),
            (None, true) => told.name(),
        };
        let chip = if chips { chip(series) } else { String::new() };
        vec![
            format!("{chip}{}", escaped(&name)),
            told.figure("/result/records_per_s", &maybe(result.records_per_s)),
            told.figure("/result/mib_per_s", &maybe(result.mib_per_s)),
            told.figure("/result/response_ms/p50", &bounded(times.p50, times)),
            told.figure("/result/response_ms/p99", &bounded(times.p99, times)),
            told.figure("/result/response_ms/p99_9", &bounded(times.p99_9, times)),
            told.figure(
                "/result/batch_records_mean",
                &maybe(result.batch_records_mean),
            ),
            told.figure("/result/failed", &count(result.failed)),
        ]
    };
    let rows: Vec<Vec<String>> = all.iter().enumerate().map(row).collect();
    let table = table(&heads, &rows);
    if rows.len() > 12 {
        return format!(
            "<details><summary>all {} results</summary>{table}</details>\n",
            rows.len()
        );
    }
    table
}
