//! A comparison as text and as Markdown: the verdict first.

use std::collections::BTreeMap;

use crate::cluster::ClusterKind;
use crate::compare::{ArmReport, Comparison, Phase, number};
use crate::lab::GoalState;
use crate::measure::comparison::Metric;

use super::format::{count, maybe, things};
use super::markdown;
use super::table::{Align, lines};

/// What is told beside the metrics, by its name in the result.
const BESIDE: [(&str, &str); 3] = [
    ("compression_ratio", "compression ratio"),
    ("batch_records_mean", "records per batch"),
    ("client_cpu", "busiest thread, share of a core"),
];
/// So many spoilt blocks are named.
const MOST_REASONS: usize = 3;

/// Everything a person needs, in lines.
#[must_use]
pub fn text(found: &Comparison) -> String {
    let mut said = vec![found.sentence.clone(), String::new()];
    if is_simulated(found) {
        said.push(
            "EMBEDDED  simulated brokers: no disk, no replication, acks has no effect".into(),
        );
    }
    said.push(format!("A  {}", found.a.label));
    said.push(format!("B  {}", found.b.label));
    said.push(String::new());
    let columns = [Align::Left, Align::Right, Align::Right];
    said.extend(lines(&table(found), &columns));
    said.push(String::new());
    said.extend(details(found));
    said.join("\n") + "\n"
}

/// A summary for a pull request or the page of a CI job.
#[must_use]
pub fn markdown(found: &Comparison) -> String {
    let mut rows = table(found);
    let heads: Vec<String> = if rows.is_empty() {
        Vec::new()
    } else {
        rows.remove(0)
    };
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    let arms = vec![
        "arm".to_owned(),
        format!("`{}`", found.a.label),
        format!("`{}`", found.b.label),
    ];
    rows.insert(0, arms);
    let details = details(found).join("\n- ");
    let table = markdown::table(&heads, &rows);
    format!("**{}**\n\n{table}\n- {details}\n", found.sentence)
}

pub(super) fn is_simulated(found: &Comparison) -> bool {
    let cluster = found.circumstances.cluster.as_ref();
    cluster.is_some_and(|cluster| cluster.kind == ClusterKind::Embedded)
}

/// The metrics that are told: those of reading back where records were.
pub(super) fn shown(found: &Comparison) -> impl Iterator<Item = Metric> {
    let known = |metric: Metric| {
        let arms = [&found.a, &found.b];
        arms.iter()
            .any(|arm| arm.medians.contains_key(metric.name()))
    };
    let all = Metric::ALL.into_iter();
    all.filter(move |metric| !metric.is_read() || known(*metric))
}

/// Medians over blocks, and counts.
fn table(found: &Comparison) -> Vec<Vec<String>> {
    let row =
        |name: String, of: &dyn Fn(&ArmReport) -> String| vec![name, of(&found.a), of(&found.b)];
    let mut rows = vec![vec!["median of blocks".into(), "A".into(), "B".into()]];
    for metric in shown(found) {
        let name = format!("{} {}", metric.name(), metric.unit());
        rows.push(row(name, &|arm| {
            maybe(arm.medians.get(metric.name()).copied())
        }));
    }
    for (name, label) in BESIDE {
        let known = [&found.a, &found.b].map(|arm| arm.beside.get(name).copied());
        if known.iter().any(Option::is_some) {
            rows.push(row(label.into(), &|arm| {
                maybe(arm.beside.get(name).copied())
            }));
        }
    }
    let delivery = &found.delivery;
    rows.push(vec![
        "delivered".into(),
        count(delivery.a.delivered),
        count(delivery.b.delivered),
    ]);
    rows.push(vec![
        "failed".into(),
        count(delivery.a.failed),
        count(delivery.b.failed),
    ]);
    let (a, b) = (delivery.a.short_blocks, delivery.b.short_blocks);
    if a + b > 0 {
        rows.push(vec![
            "blocks below the rate".into(),
            a.to_string(),
            b.to_string(),
        ]);
    }
    rows
}

pub(super) fn details(found: &Comparison) -> Vec<String> {
    let mut said = Vec::new();
    said.push(format!(
        "metric {}, margin {} %; {} of {} pairs count, in random order, blocks of {} s after {} s of warm-up; seed {}",
        found.metric.name(),
        number(found.margin_percent),
        found.pairs_counted,
        found.pairs_planned,
        found.block_s,
        found.warmup_s,
        found.seed
    ));
    match &found.noise {
        None => said.push("noise floor: not measured; the budget did not pay for it".into()),
        Some(noise) => {
            let smallest = found
                .smallest_effect_percent
                .map_or(String::new(), |smallest| {
                    format!(
                        "; by that alone {} pairs would find differences of {} % or more, and the verdict rests on the interval of the pairs themselves",
                        found.pairs_planned,
                        number(smallest)
                    )
                });
            said.push(format!(
                "noise floor: A against A varies by {} % between {} pairs{smallest}",
                number(noise.sd_percent),
                noise.pairs
            ));
        }
    }
    said.extend(cross_checks(found));
    said.extend(dropped(found));
    for goal in &found.goals {
        let word = match goal.outcome {
            GoalState::Held => "held",
            GoalState::Missed => "missed",
            GoalState::Unknown => "not known",
        };
        said.push(format!(
            "goal {} {word} by B: in {} of {} blocks",
            goal.goal, goal.held, goal.blocks
        ));
    }
    said.extend(warnings(found));
    if found.stopped_early {
        said.push("ended early, with what was done".into());
    }
    said
}

/// How many pairs the machine spoilt, and how.
fn dropped(found: &Comparison) -> Option<String> {
    let spoilt = found.blocks.iter().filter_map(|block| {
        let (number, why) = (block.number, block.figures.contaminated.as_ref()?);
        Some(format!("block {number}: {why}"))
    });
    let spoilt: Vec<String> = spoilt.collect();
    let first = spoilt
        .iter()
        .take(MOST_REASONS)
        .cloned()
        .collect::<Vec<_>>();
    let more = match spoilt.len().saturating_sub(MOST_REASONS) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    let why = first.join("; ") + &more;
    match found.pairs_dropped {
        0 if spoilt.is_empty() => None,
        0 => Some(format!(
            "spoilt by this machine, and counted all the same: {} ({why})",
            things(spoilt.len() as u64, "block")
        )),
        pairs => Some(format!(
            "dropped without a look at the outcome: {} of {} ({why})",
            count(pairs as u64),
            things(found.pairs.len() as u64, "pair")
        )),
    }
}

fn cross_checks(found: &Comparison) -> Option<String> {
    let signed = |value: f64| {
        let sign = if value < 0.0 { "−" } else { "+" };
        format!("{sign}{} %", number(value.abs()))
    };
    let median = signed(found.median_percent?);
    let [low, high] = found.bootstrap_percent?.map(signed);
    let p = found.permutation_p?;
    Some(format!(
        "cross-checks: median {median}, bootstrap {low} to {high}, permutation of signs p = {p:.3}"
    ))
}

/// Warnings of blocks, with how many had them.
fn warnings(found: &Comparison) -> Vec<String> {
    let mut counts: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
    let counted = found
        .blocks
        .iter()
        .filter(|block| block.phase == Phase::Pairs);
    let all = counted.clone().count();
    for warning in counted.flat_map(|block| &block.figures.warnings) {
        counts.entry(&warning.word).or_insert((0, &warning.text)).0 += 1;
    }
    counts.remove("EMBEDDED");
    let told = |(word, (count, text)): (&str, (usize, &str))| {
        format!("{word} in {count} of {all} blocks: {text}")
    };
    counts.into_iter().map(told).collect()
}
