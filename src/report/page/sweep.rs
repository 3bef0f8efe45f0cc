//! The page of a sweep: what is recommended and why, the points as a chart and as a table, and the settings.

use std::fmt::Write as _;

use serde_json::Value;

use crate::report::export::front;
use crate::report::format::{maybe, three};
use crate::report::markup::escaped;
use crate::report::sweep as report;
use crate::settings::knobs;
use crate::sweep::{Front, PointResult, Sweep};

use super::axis::{self, Axis};
use super::chart::{self, DrawError, Plane};
use super::ink::Ink;
use super::told::{figure, marked, table};
use super::{PageError, badge, document};

/// The page as HTML. It asks no other file or host for anything.
pub fn page(sweep: &Sweep) -> Result<String, PageError> {
    let found = &sweep.found;
    let json = serde_json::to_value(sweep)?;
    let mut evidence = report::evidence(found).into_iter();
    let class = match found.recommendation.ground.outcome() {
        Some(true) => "held",
        Some(false) => "missed",
        None => "unknown",
    };
    let verdict = escaped(&evidence.next().unwrap_or_default());
    let mut body = format!("<section>\n<p class=\"{class}\"><b>{verdict}</b></p>\n<ul>\n");
    for line in evidence {
        let _ = writeln!(body, "<li>{}</li>", escaped(&line));
    }
    body += "</ul>\n";
    let _ = writeln!(body, "<p class=\"soft\">{}</p>", escaped(&about(sweep)));
    if let Some((title, axes, svg)) = chart_of(sweep)? {
        let _ = writeln!(
            body,
            "<div class=\"charts\">{}</div>",
            figure("wide", &title, &axes, &svg)
        );
    }
    body += &points(sweep, &json);
    let _ = writeln!(body, "<p class=\"soft\">{}</p>", escaped(&legend(sweep)));
    body += &settings(sweep);
    let foot = format!(
        "Made by linger {} with librdkafka {} (not Java). Response times count from the moment when a record was due. ± is half the 95 % \
interval of a point's blocks.",
        sweep.header.linger_version, sweep.librdkafka_version
    );
    Ok(document(
        &format!("sweep: {}", found.objective),
        &badge(sweep.cluster_kind),
        "",
        &(body + "</section>\n"),
        &escaped(&foot),
    ))
}

fn legend(sweep: &Sweep) -> String {
    let mut text = String::from(
        "On the front: nothing has both more throughput and a shorter time; near it: beaten by less than the noise.",
    );
    let results = &sweep.found.results;
    let saturated = results.iter().filter(|one| one.client_saturated).count();
    if saturated > 0 {
        let _ = write!(
            text,
            " At {saturated} of {} the client was saturated: these figures are this machine's, not the cluster's.",
            results.len()
        );
    }
    text
}

fn about(sweep: &Sweep) -> String {
    let header = &sweep.header;
    format!(
        "{}; blocks of {} s after {} s of warm-up; {}, topic {}; begun {}",
        report::what(&sweep.found),
        three(header.block_s),
        three(header.warmup_s),
        header.cluster,
        header.topic,
        crate::report::format::second(&header.started_at)
    )
}

/// A point on the chart: how far to the right, its time, and half of both intervals in percent.
struct Dot<'a> {
    result: &'a PointResult,
    x: f64,
    time: f64,
    noise: Option<f64>,
}

/// Heading, axes and drawing; none where no point has a time.
#[expect(clippy::cast_precision_loss, reason = "a handful of points")]
fn chart_of(sweep: &Sweep) -> Result<Option<(String, String, String)>, DrawError> {
    let found = &sweep.found;
    let (metric, trades, beside) = (found.time(), found.trades(), found.beside());
    let places = found.results.iter().zip(&beside.places);
    let dots: Vec<Dot<'_>> = places
        .filter_map(|(result, place)| {
            let (time, noise) = result.figure(metric);
            Some(Dot {
                result,
                x: if trades {
                    result.records_per_s?
                } else {
                    *place as f64
                },
                time: time.filter(|time| *time > 0.0)?,
                noise,
            })
        })
        .collect();
    if dots.is_empty() {
        return Ok(None);
    }
    let all = |of: fn(&Dot<'_>) -> f64| dots.iter().map(of);
    let (least, most) = (
        all(|dot| dot.time).fold(f64::INFINITY, f64::min),
        all(|dot| dot.time).fold(0.0, f64::max),
    );
    let right = all(|dot| dot.x).fold(0.0, f64::max);
    let y = Axis::logarithmic(least, most, axis::time);
    let x = if trades {
        Axis::from_zero(right, 6.0, axis::big)
    } else {
        let ticks = beside.values.iter().enumerate();
        Axis {
            ends: (-0.5, right + 0.5),
            ticks: ticks.map(|(at, text)| (at as f64, text.clone())).collect(),
        }
    };
    let name = metric.name();
    let (title, over) = match (trades, beside.knob) {
        (true, _) => (
            "Throughput against response time".into(),
            "records per second",
        ),
        (false, Some(knob)) => (format!("{name} over {}", knob.name), knob.name),
        (false, None) => (format!("{name} of the points"), "points, best first"),
    };
    let axes = format!(
        "{over} → · {name} of the response time ↑ · triangles are on the front, lines the 95 % intervals; lower is better"
    );
    let svg = chart::draw(chart::WIDE, &title, (&x, &y), |plane| {
        inside(plane, &dots, trades, &y)
    })?;
    Ok(Some((title, axes, svg)))
}

fn inside(
    plane: &mut Plane<'_, '_>,
    dots: &[Dot<'_>],
    trades: bool,
    y: &Axis,
) -> Result<(), DrawError> {
    let on = |dot: &&Dot<'_>| dot.result.front == Front::On;
    if trades {
        let mut front: Vec<&Dot<'_>> = dots.iter().filter(on).collect();
        front.sort_by(|one, other| one.x.total_cmp(&other.x));
        let mut steps: Vec<(f64, f64)> = Vec::new();
        for dot in front {
            let below = steps.last().map(|(x, _)| (*x, dot.time.log10()));
            steps.extend(below);
            steps.push((dot.x, dot.time.log10()));
        }
        chart::line(plane, steps, Ink::Series(1), 0.9, 4)?;
    }
    for dot in dots {
        if let Some(noise) = dot.noise {
            let height = dot.time.log10();
            let half = (1.0 + noise / 100.0).log10();
            let ends = [
                (dot.x, (height - half).max(y.ends.0)),
                (dot.x, (height + half).min(y.ends.1)),
            ];
            chart::line(plane, ends.into(), Ink::Soft, 0.6, 3)?;
        }
    }
    let (front, others): (Vec<_>, Vec<_>) = dots.iter().partition(on);
    for (series, dots) in [others, front].into_iter().enumerate() {
        for dot in dots {
            chart::mark(plane, (dot.x, dot.time.log10()), series)?;
        }
    }
    Ok(())
}

/// Every point with its noise, the best first.
fn points(sweep: &Sweep, json: &Value) -> String {
    let results = &sweep.found.results;
    let heads = [
        "point",
        "front",
        "asked/s",
        "records/s",
        "± %",
        "p50 ms",
        "± %",
        "p99 ms",
        "± %",
        "p99.9 ms",
        "± %",
        "holds",
        "blocks",
    ];
    let row = |(at, one): (usize, &PointResult)| {
        let told =
            |field: &str, shown: &str| marked(json, 0, &format!("/results/{at}/{field}"), shown);
        let figures = [
            ("records_per_s", one.records_per_s),
            ("records_noise_percent", one.records_noise_percent),
            ("p50_ms", one.p50_ms),
            ("p50_noise_percent", one.p50_noise_percent),
            ("p99_ms", one.p99_ms),
            ("p99_noise_percent", one.p99_noise_percent),
            ("p99_9_ms", one.p99_9_ms),
            ("p99_9_noise_percent", one.p99_9_noise_percent),
        ];
        let mut name = if one.parameters.is_empty() {
            "the settings as they are".into()
        } else {
            report::plainly(&one.parameters)
        };
        if one.as_it_is && !one.parameters.is_empty() {
            name += " (as it is)";
        }
        if one.recommended {
            name += " ← recommended";
        }
        if let Some(problem) = &one.problem {
            let _ = write!(name, ": {problem}");
        }
        let mut cells = vec![
            escaped(&name),
            told("front", front(one.front)),
            one.rate
                .map_or_else(|| "full".into(), |rate| told("rate", &three(rate))),
        ];
        cells.extend(figures.map(|(field, figure)| told(field, &maybe(figure))));
        let holds = match one.holds {
            Some(true) => "yes",
            Some(false) => "no",
            None => "n/a",
        };
        cells.push(told("holds", holds));
        cells.push(told("blocks", &one.blocks.to_string()));
        cells
    };
    let rows: Vec<Vec<String>> = results.iter().enumerate().map(row).collect();
    table(&heads, &rows)
}

/// What every point ran with, what was swept, and the winner's values.
fn settings(sweep: &Sweep) -> String {
    let shown = |name: &str, text: &str| {
        let knob = knobs::find(name);
        let value = knob.and_then(|knob| Some((knob, knob.parse(text).ok()?)));
        value.map_or_else(|| text.to_owned(), |(knob, value)| knob.show(&value))
    };
    let winner = &sweep.found.recommendation.parameters;
    let swept = sweep
        .header
        .words
        .iter()
        .filter_map(|word| word.split_once('='));
    let mut rows: Vec<Vec<String>> = swept
        .map(|(name, values)| {
            let best = winner
                .get(name)
                .map_or_else(String::new, |text| shown(name, text));
            vec![escaped(name), escaped(values), escaped(&best)]
        })
        .collect();
    let fixed = sweep.header.settings.iter();
    rows.extend(
        fixed
            .filter(|(name, _)| !winner.contains_key(name))
            .map(|(name, text)| vec![escaped(name), escaped(&shown(name, text)), String::new()]),
    );
    if rows.is_empty() {
        return "<p class=\"soft\">Every setting was at its default.</p>\n".into();
    }
    format!(
        "<h2>Settings</h2>\n{}<p class=\"soft\">All others were at their defaults.</p>\n",
        table(&["setting", "swept or fixed at", "the best"], &rows)
    )
}
