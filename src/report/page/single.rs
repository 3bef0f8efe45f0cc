//! The part of a page that is about one result.

use std::fmt::Write as _;

use crate::measure::ErrorCount;
use crate::report::errors::meaning;
use crate::report::format::{bounded, bytes, count, maybe, three};
use crate::report::markup::escaped;
use crate::report::text::{self, chosen, goal_word};
use crate::settings::{Knob, Millis, knobs};
use crate::snapshot::{Goal, GoalOutcome, Notice, Setting, Snapshot};

use super::PageError;
use super::course;
use super::spread::{self, Spread};
use super::told::{Told, chip, figure, table};

/// Everything about one result.
pub fn part(told: &Told<'_>) -> Result<String, PageError> {
    let parts = [
        cards(told),
        goals(told.snapshot),
        notices(told.snapshot),
        charts(told.snapshot)?,
        split(told),
        times(told),
        errors(told.snapshot),
        settings(told),
        circumstances(told),
    ];
    Ok(parts.concat())
}

fn cards(told: &Told<'_>) -> String {
    let result = &told.snapshot.result;
    let times = &result.response_ms;
    let time = |time: Option<Millis>| bounded(time, times);
    let cards = [
        (
            "delivered",
            "/result/records_per_s",
            maybe(result.records_per_s),
            "records/s",
        ),
        (
            "payload",
            "/result/mib_per_s",
            maybe(result.mib_per_s),
            "MiB/s",
        ),
        (
            "half answered within",
            "/result/response_ms/p50",
            time(times.p50),
            "ms p50",
        ),
        (
            "99 % within",
            "/result/response_ms/p99",
            time(times.p99),
            "ms p99",
        ),
        (
            "99.9 % within",
            "/result/response_ms/p99_9",
            time(times.p99_9),
            "ms p99.9",
        ),
        ("failed", "/result/failed", count(result.failed), "records"),
    ];
    let card = |(title, pointer, shown, unit): (&str, &str, String, &str)| {
        let value = told.figure(pointer, &shown);
        format!("<div><dt>{title}</dt><dd>{value} <small>{unit}</small></dd></div>\n")
    };
    let cards: String = cards.into_iter().map(card).collect();
    format!("<dl class=\"cards\">\n{cards}</dl>\n{}", accounts(told))
}

fn accounts(told: &Told<'_>) -> String {
    let result = &told.snapshot.result;
    let seconds = told.figure("/result/duration_s", &maybe(result.duration_s));
    let one = |name: &str, number: u64| {
        format!(
            "{name} {}",
            told.figure(
                &format!("/result/{}", name.replace(' ', "_")),
                &count(number)
            )
        )
    };
    format!(
        "<p class=\"soft\">{} = {} + {} + {} over {seconds} s</p>\n",
        one("attempted", result.attempted),
        one("delivered", result.delivered),
        one("failed", result.failed),
        one("in flight", result.in_flight),
    )
}

fn goals(snapshot: &Snapshot) -> String {
    if snapshot.result.goals.is_empty() {
        return String::new();
    }
    let item = |goal: &Goal| {
        let (class, sign) = match goal.outcome {
            GoalOutcome::Held => ("held", "✓"),
            GoalOutcome::Missed => ("missed", "✗"),
            GoalOutcome::Unknown => ("unknown", "?"),
        };
        let (goal, word) = (escaped(&goal.goal), goal_word(goal.outcome));
        format!("<li class=\"{class}\">{sign} {goal} {word}</li>")
    };
    let items: String = snapshot.result.goals.iter().map(item).collect();
    format!("<ul class=\"goals\">{items}</ul>\n")
}

/// What to bear in mind.
pub fn notices(snapshot: &Snapshot) -> String {
    let line = |notice: &Notice| {
        let (word, text) = (escaped(&notice.word), escaped(&notice.text));
        format!("<p class=\"note\"><b>{word}</b> {text}</p>\n")
    };
    text::notices(snapshot).map(line).collect()
}

fn charts(snapshot: &Snapshot) -> Result<String, PageError> {
    let mut out = String::from("<div class=\"charts\">\n");
    if let Some(times) = super::histogram_of(snapshot)? {
        let all = [Spread {
            times: &times,
            series: 0,
        }];
        let axes = "time from due to acknowledged → · share of records ↑";
        out += &figure("", "Response times", axes, &spread::histogram(&all)?);
        let axes = "percentile → · time ↑ · faint: fewer than 10 records above";
        out += &figure("", "Percentiles by nines", axes, &spread::nines(&all)?);
    }
    let slots = course::slots(&snapshot.result.intervals)?;
    if let Some(map) = course::heat(&slots)? {
        let axes = "time → · response time ↑ · the stronger, the more of the moment's records";
        out += &figure(
            "wide",
            "Response time over time",
            axes,
            &with_legend(&map, &[(1, "p99 of the moment")]),
        );
    }
    if !slots.is_empty() {
        let chart = with_legend(
            &course::throughput(&slots)?,
            &[(0, "delivered"), (1, "attempted")],
        );
        out += &figure(
            "wide",
            "Throughput",
            "time → · records per second ↑",
            &chart,
        );
    }
    Ok(out + "</div>\n")
}

/// A chart with the names of its series below.
pub fn with_legend(chart: &str, names: &[(usize, &str)]) -> String {
    let item =
        |(series, name): &(usize, &str)| format!("<li>{}{}</li>", chip(*series), escaped(name));
    let items: String = names.iter().map(item).collect();
    format!("{chart}<ul class=\"legend\">{items}</ul>")
}

fn split(told: &Told<'_>) -> String {
    let parts = &told.snapshot.result.breakdown_ms;
    let named = [
        ("send()", "send", parts.send),
        ("queue and linger", "queue", parts.queue),
        ("output buffer", "output_buffer", parts.output_buffer),
        ("round trip", "round_trip", parts.round_trip),
        ("unexplained", "rest", parts.rest),
    ];
    let known: Vec<_> = named
        .iter()
        .enumerate()
        .filter_map(|(at, (name, key, time))| Some((at, name, key, (*time)?.0.max(0.0))))
        .collect();
    let sum: f64 = known.iter().map(|part| part.3).sum();
    if known.is_empty() || sum <= 0.0 {
        return String::new();
    }
    let (mut bar, mut names) = (String::new(), String::new());
    for (at, name, key, time) in known {
        let color = super::ink::Ink::Series(at).variable();
        let _ = write!(
            bar,
            "<i style=\"flex:{:.4} 0 0;background:{color}\"></i>",
            time / sum
        );
        let shown = told.figure(&format!("/result/breakdown_ms/{key}"), &three(time));
        let _ = write!(names, "<li>{}{name} {shown} ms</li>", chip(at));
    }
    format!(
        "<h2>Where the mean time goes</h2>\n<div class=\"card\"><div class=\"split\">{bar}</div><ul class=\"legend\">{names}</ul></div>\n"
    )
}

fn times(told: &Told<'_>) -> String {
    const KINDS: [&str; 5] = ["response", "delivery", "send", "lateness", "end_to_end"];
    const KEYS: [&str; 8] = ["mean", "p50", "p90", "p95", "p99", "p99_9", "p99_99", "max"];
    let mut rows = text::latency_table(told.snapshot);
    let heads = rows.remove(0);
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    for (row, kind) in rows.iter_mut().zip(KINDS) {
        if let Some(name) = row.first_mut() {
            *name = escaped(name);
        }
        for (cell, key) in row.iter_mut().skip(1).zip(KEYS) {
            *cell = told.figure(&format!("/result/{kind}_ms/{key}"), cell);
        }
    }
    format!("<h2>Times</h2>\n{}", table(&heads, &rows))
}

fn errors(snapshot: &Snapshot) -> String {
    if snapshot.result.errors.is_empty() {
        return String::new();
    }
    let row = |error: &ErrorCount| {
        let (code, meaning) = (escaped(&error.code), escaped(meaning(&error.code)));
        format!(
            "<tr><td><code>{code}</code></td><td class=\"n\">{}</td><td class=\"wrap\">{meaning}</td></tr>\n",
            count(error.count)
        )
    };
    let rows: String = snapshot.result.errors.iter().map(row).collect();
    format!(
        "<h2>Errors</h2>\n<div class=\"card scroll\"><table><tbody>{rows}</tbody></table></div>\n"
    )
}

/// Settings that were chosen stand open, those at their defaults folded.
fn settings(told: &Told<'_>) -> String {
    let all = knobs::rows()
        .iter()
        .filter_map(|knob| Some((knob, told.snapshot.settings.get(knob.name)?)));
    let (own, rest): (Vec<_>, Vec<_>) = all.partition(|(_, setting)| setting.source != "default");
    let row = |(knob, setting): &(&&Knob, &Setting)| {
        let shown = chosen::shown(knob.name, setting);
        let value = told.figure(&format!("/settings/{}/value", knob.name), &shown);
        format!(
            "<tr><td><code>{}</code></td><td>{value}</td><td class=\"soft\">{}</td><td class=\"soft wrap\">{}</td></tr>\n",
            knob.name,
            escaped(&setting.source),
            escaped(knob.about)
        )
    };
    let card = |rows: String| {
        format!("<div class=\"card scroll\"><table><tbody>{rows}</tbody></table></div>\n")
    };
    let chosen = match own.as_slice() {
        [] => "<p class=\"soft\">all at their defaults</p>\n".to_owned(),
        own => card(own.iter().map(row).collect()),
    };
    let rest = card(rest.iter().map(row).collect());
    format!(
        "<h2>Settings</h2>\n{chosen}<details><summary>those at their defaults</summary>{rest}</details>\n"
    )
}

fn circumstances(told: &Told<'_>) -> String {
    let (result, machine) = (&told.snapshot.result, &told.snapshot.environment);
    let quality = &result.quality;
    let ratio = result
        .compression_ratio
        .map_or_else(|| "n/a".into(), |ratio| format!("{}:1", three(ratio)));
    let cpu = quality.client_cpu.map_or_else(
        || "n/a".into(),
        |share| format!("{} % of a core", three(share * 100.0)),
    );
    let size = |size: Option<f64>| size.map_or_else(|| "n/a".into(), bytes);
    let whole = |number: Option<u64>| number.map_or_else(|| "n/a".into(), count);
    #[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
    let memory = machine.memory.map(|memory| memory as f64);
    let rows = [
        (
            "records per batch",
            "/result/batch_records_mean",
            maybe(result.batch_records_mean),
        ),
        (
            "batch on the wire",
            "/result/batch_bytes_mean",
            size(result.batch_bytes_mean),
        ),
        ("compression", "/result/compression_ratio", ratio),
        ("requests", "/result/requests", whole(result.requests)),
        ("sent again", "/result/retries", whole(result.retries)),
        (
            "busiest thread of the client",
            "/result/quality/client_cpu",
            cpu,
        ),
        (
            "left out as warm-up",
            "/result/quality/warmup_s",
            format!("{} s", maybe(quality.warmup_s)),
        ),
        (
            "processor",
            "/environment/cpu",
            machine.cpu.clone().unwrap_or_else(|| "n/a".into()),
        ),
        ("cores", "/environment/cores", machine.cores.to_string()),
        ("memory", "/environment/memory", size(memory)),
        ("system", "/environment/os", machine.os.clone()),
    ];
    let row = |(name, pointer, shown): (&str, &str, String)| {
        let value = told.figure(pointer, &shown);
        format!("<tr><td>{name}</td><td>{value}</td></tr>\n")
    };
    let rows: String = rows.into_iter().map(row).collect();
    format!(
        "<h2>Client and machine</h2>\n<div class=\"card scroll\"><table class=\"plain\"><tbody>\n{rows}</tbody></table></div>\n"
    )
}
