//! The page of a comparison: verdict, interval, a chart of the pairs, every block.

use serde_json::Value;

use crate::compare::{ArmReport, BlockReport, Comparison, Phase, number};
use crate::report::comparison::{details, is_simulated, shown};
use crate::report::format::{count, maybe, three};
use crate::report::markup::escaped;

use super::axis::Axis;
use super::chart::{self, DrawError, Plane};
use super::ink::Ink;
use super::single::with_legend;
use super::told::{figure, marked, table};
use super::{PageError, badge, document};

/// The page.
pub fn page(found: &Comparison) -> Result<String, PageError> {
    let json = serde_json::to_value(found)?;
    let cluster = found.circumstances.cluster.as_ref();
    let badge = cluster
        .map(|cluster| badge(cluster.kind))
        .unwrap_or_default();
    let title = format!("{} against {}", found.b.label, found.a.label);
    let arms = format!("A is {}, B is {}.", found.a.label, found.b.label);
    let lead = format!(
        "<p>{}</p>\n<p class=\"soft\">{}</p>\n",
        escaped(&found.sentence),
        escaped(&arms)
    );
    let details = details(found).into_iter();
    let details: String = details
        .map(|line| {
            "<li>".to_owned()
                + &escaped(&line)
                + "</li>
"
        })
        .collect();
    let body = [
        cards(found, &json),
        chart_of(found)?,
        format!("<h2>Medians of blocks</h2>\n{}", medians(found, &json)),
        format!("<h2>How it was measured</h2>\n<ul>{details}</ul>\n"),
        blocks(found, &json),
    ];
    Ok(document(
        &title,
        &badge,
        &lead,
        &body.concat(),
        &foot(found),
    ))
}

fn foot(found: &Comparison) -> String {
    let around = &found.circumstances;
    let simulated = if is_simulated(found) {
        " Simulated brokers: no disk, no replication, acks has no effect."
    } else {
        ""
    };
    escaped(&format!(
        "Made by linger {} with librdkafka {} (not Java) at {}. Only ratios within a pair of blocks count; a pair's order was drawn.{simulated}",
        around.linger_version, around.librdkafka_version, around.started_at
    ))
}

/// `+4.8`, `0`, or `n/a`.
fn signed(percent: Option<f64>) -> String {
    let sign = |it: f64| match it {
        it if it < 0.0 => "−",
        it if it > 0.0 => "+",
        _ => "",
    };
    let told = percent.filter(|it| it.is_finite());
    told.map_or_else(
        || "n/a".into(),
        |it| sign(it).to_owned() + &number(it.abs()),
    )
}

fn cards(found: &Comparison, json: &Value) -> String {
    let name = found.metric.name();
    let ends = found.interval_percent;
    let noise = found.noise.as_ref().map(|noise| noise.sd_percent);
    let told = |pointer: &str, shown: &str| marked(json, 0, pointer, shown);
    let interval = format!(
        "{} … {} %",
        told("/interval_percent/0", &signed(ends.map(|it| it[0]))),
        told("/interval_percent/1", &signed(ends.map(|it| it[1])))
    );
    let percent =
        |value: Option<f64>| value.map_or_else(|| "n/a".into(), |it| format!("{} %", three(it)));
    let counted = told("/pairs_counted", &found.pairs_counted.to_string());
    let dropped = told("/pairs_dropped", &found.pairs_dropped.to_string());
    let effect = told("/effect_percent", &signed(found.effect_percent)) + " %";
    let margin = told("/margin_percent", &percent(Some(found.margin_percent)));
    let noise = told("/noise/sd_percent", &percent(noise));
    let cards = [
        (
            format!("{} of B against A", escaped(name)),
            effect,
            "mean over pairs".into(),
        ),
        ("95 % interval".into(), interval, "of that mean".into()),
        ("margin".into(), margin, "below, nobody should care".into()),
        ("pairs".into(), counted, format!("count, {dropped} dropped")),
        (
            "noise floor".into(),
            noise,
            "between pairs of A and A".into(),
        ),
    ];
    let card = |(title, value, under): (String, String, String)| {
        format!("<div><dt>{title}</dt><dd>{value} <small>{under}</small></dd></div>\n")
    };
    let cards: String = cards.into_iter().map(card).collect();
    format!("<dl class=\"cards\">\n{cards}</dl>\n")
}

/// Every pair as a mark: B against A in percent, before the margin, the interval and their mean.
fn chart_of(found: &Comparison) -> Result<String, DrawError> {
    if found.pairs.is_empty() {
        return Ok(String::new());
    }
    let margin = found.margin_percent;
    let ends = found
        .interval_percent
        .filter(|ends| ends.iter().all(|end| end.is_finite()));
    let ratios = found.pairs.iter().map(|pair| pair.ratio_percent);
    let all = ratios
        .chain(ends.into_iter().flatten())
        .chain([-margin, margin]);
    let all: Vec<f64> = all.filter(|it| it.is_finite()).collect();
    let least = all.iter().copied().fold(f64::INFINITY, f64::min);
    let most = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    #[expect(clippy::cast_precision_loss, reason = "a number of pairs")]
    let pairs = found.pairs.len() as f64;
    let x = Axis::linear(0.5, pairs + 0.5, 10.0, |at| {
        if at.fract() == 0.0 {
            format!("{at}")
        } else {
            String::new()
        }
    });
    let y = Axis::linear(least, most, 5.0, |at| signed(Some(at)));
    let svg = chart::draw(
        chart::WIDE,
        "pairs: B against A in percent",
        (&x, &y),
        |plane| {
            let band = |plane: &mut Plane<'_, '_>, (low, high): (f64, f64), ink, opacity| {
                let (left, right) = x.ends;
                let corners = vec![(left, low), (right, low), (right, high), (left, high)];
                chart::area(plane, corners, ink, opacity)
            };
            band(plane, (-margin, margin), Ink::Soft, 0.12)?;
            if let Some([low, high]) = ends {
                band(plane, (low, high), Ink::Series(0), 0.18)?;
            }
            let level = |at: f64| vec![(x.ends.0, at), (x.ends.1, at)];
            chart::line(plane, level(0.0), Ink::Soft, 0.9, 2)?;
            if let Some(effect) = found.effect_percent {
                chart::line(plane, level(effect), Ink::Series(0), 0.9, 4)?;
            }
            let mut at = 0.0;
            for pair in &found.pairs {
                at += 1.0;
                let series = match (&pair.dropped, pair.phase) {
                    (Some(_), _) => 1,
                    (None, Phase::Noise) => 2,
                    (None, Phase::Pairs) => 0,
                };
                chart::mark(plane, (at, pair.ratio_percent), series)?;
            }
            Ok(())
        },
    )?;
    let names = [
        (0, "● A against B, its mean and 95 % interval"),
        (2, "■ A against A"),
        (1, "▲ dropped"),
    ];
    let axes = "pair, in the order of measurement → · B against A in % ↑ · grey: the margin";
    let chart = figure("wide", "Pairs", axes, &with_legend(&svg, &names));
    Ok(format!("<div class=\"charts\">{chart}</div>\n"))
}

fn medians(found: &Comparison, json: &Value) -> String {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let told = |pointer: String, shown: String| marked(json, 0, &pointer, &shown);
    for metric in shown(found) {
        let name = metric.name();
        let cell = |arm: &str, of: &ArmReport| {
            told(
                format!("/{arm}/medians/{name}"),
                maybe(of.medians.get(name).copied()),
            )
        };
        rows.push(vec![
            format!("{name} {}", metric.unit()),
            cell("a", &found.a),
            cell("b", &found.b),
        ]);
    }
    let delivery = &found.delivery;
    for (name, a, b) in [
        ("delivered", delivery.a.delivered, delivery.b.delivered),
        ("failed", delivery.a.failed, delivery.b.failed),
    ] {
        let cell = |arm: &str, number: u64| told(format!("/delivery/{arm}/{name}"), count(number));
        rows.push(vec![format!("{name} records"), cell("a", a), cell("b", b)]);
    }
    table(&["", "A", "B"], &rows)
}

fn blocks(found: &Comparison, json: &Value) -> String {
    let row = |(at, block): (usize, &BlockReport)| {
        let figures = &block.figures;
        let value = marked(json, 0, &format!("/blocks/{at}/value"), &three(block.value));
        let bound = if block.at_least { "≥" } else { "" };
        let phase = match block.phase {
            Phase::Noise => "noise floor",
            Phase::Pairs => "pairs",
        };
        vec![
            block.number.to_string(),
            format!("{phase} {}", block.pair),
            block.arm.name().into(),
            format!("{bound}{value}"),
            three(figures.records_per_s),
            count(figures.failed),
            escaped(figures.contaminated.as_deref().unwrap_or_default()),
        ]
    };
    let rows: Vec<Vec<String>> = found.blocks.iter().enumerate().map(row).collect();
    let name = format!("{} {}", found.metric.name(), found.metric.unit());
    let heads = [
        "block",
        "pair",
        "arm",
        &name,
        "records/s",
        "failed",
        "what the machine did to it",
    ];
    format!(
        "<details><summary>every block</summary>{}</details>\n",
        table(&heads, &rows)
    )
}
