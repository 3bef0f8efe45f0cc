//! A sweep as text: the points with the front marked, and the recommendation with what it rests on.

use std::collections::BTreeMap;

use crate::measure::comparison::{Metric, Verdict};
use crate::settings::words::set_flag;
use crate::sweep::{Front, Ground, Outcome, Pair, PointResult, Recommendation, Search};

use super::format::{count, maybe, things, three};
use super::table::{Align, lines};

/// The times of a row; the one that points are judged by stands with its noise.
const TIMES: [Metric; 3] = [Metric::P50, Metric::P99, Metric::P999];

/// More rows than this are left to `--json`.
const ROWS: usize = 30;

/// The whole report; ends with a line end.
#[must_use]
pub fn text(outcome: &Outcome) -> String {
    let mut text = vec![format!("objective: {}", outcome.objective), what(outcome)];
    text.extend(outcome.refused.iter().map(|refused| {
        let points = u64::try_from(refused.points).unwrap_or(u64::MAX);
        format!(
            "left out: {} ({})",
            things(points, "combination"),
            refused.sentence
        )
    }));
    text.push(String::new());
    text.extend(table(outcome));
    text.push(String::new());
    text.extend(evidence(outcome));
    text.join("\n") + "\n"
}

/// How many points were measured, and how: one sentence.
#[must_use]
pub fn what(outcome: &Outcome) -> String {
    let how = match outcome.search {
        Search::Grid => "every point",
        Search::One => "one knob at a time",
        Search::Guided => "guided",
    };
    let (grid, measured) = (number(outcome.grid), number(outcome.measured));
    let blocks = things(outcome.blocks as u64, "block");
    let early = outcome
        .ended_early
        .as_ref()
        .map(|reason| format!("; ended early: {reason}"))
        .unwrap_or_default();
    format!(
        "{how}: {measured} of {grid} points in {blocks}, seed {}{early}",
        outcome.seed
    )
}

fn number(many: usize) -> String {
    count(many as u64)
}

fn table(outcome: &Outcome) -> Vec<String> {
    let rows = rows(outcome);
    if rows.is_empty() {
        return vec!["nothing was measured".into()];
    }
    let aligns = vec![Align::Right; rows[0].len()];
    let mut text = lines(&rows, &aligns);
    text.extend(legend(outcome));
    text
}

/// The points as rows under their heads, the best first; none where nothing was measured.
#[must_use]
pub fn rows(outcome: &Outcome) -> Vec<Vec<String>> {
    let Some(first) = outcome.results.first() else {
        return Vec::new();
    };
    let mut heads = vec![String::new()];
    heads.extend(first.parameters.keys().cloned());
    heads.extend(["asked/s", "sent/s", "±%"].map(str::to_owned));
    let judged = outcome.time();
    for time in TIMES {
        heads.push(format!("{} ms", time.name()));
        heads.extend((time == judged).then(|| "±%".to_owned()));
    }
    heads.extend(["holds", "blocks"].map(str::to_owned));
    let mut rows = vec![heads];
    let results = outcome.results.iter().take(ROWS);
    rows.extend(results.map(|result| row(result, judged)));
    rows
}

/// What the marks of the rows mean.
#[must_use]
pub fn legend(outcome: &Outcome) -> Vec<String> {
    let more = outcome.results.len().saturating_sub(ROWS);
    let mut text = Vec::new();
    if more > 0 {
        text.push(format!("… and {} more with --json", number(more)));
    }
    text.push("* on the front: nothing has both more throughput and a shorter time; ~ beaten by less than the noise; = the settings as they are".into());
    if outcome.results.iter().any(|one| one.client_saturated) {
        text.push(
            "! the client was saturated: these figures are this machine's, not the cluster's"
                .into(),
        );
    }
    text
}

/// Half an interval in percent, or a dash where one block says nothing of it.
#[must_use]
pub fn noise(percent: Option<f64>) -> String {
    match percent {
        Some(percent) if percent > 999.0 => ">999".into(),
        Some(percent) if percent >= 99.95 => format!("{percent:.0}"),
        Some(percent) => format!("{percent:.1}"),
        None => "-".to_owned(),
    }
}

/// Where a point stands, in signs.
#[must_use]
pub fn marks(result: &PointResult) -> String {
    let mut marks = String::from(match result.front {
        Front::On => "*",
        Front::Near => "~",
        Front::Off => "",
    });
    if result.as_it_is {
        marks.push('=');
    }
    if result.client_saturated {
        marks.push('!');
    }
    marks
}

fn row(result: &PointResult, judged: Metric) -> Vec<String> {
    let mut cells = vec![marks(result)];
    cells.extend(result.parameters.values().cloned());
    if let Some(problem) = &result.problem {
        cells.push(problem.clone());
        return cells;
    }
    cells.extend([
        result.rate.map_or_else(|| "full".into(), three),
        maybe(result.records_per_s),
        noise(result.records_noise_percent),
    ]);
    for time in TIMES {
        let (figure, percent) = result.figure(time);
        cells.push(maybe(figure));
        cells.extend((time == judged).then(|| noise(percent)));
    }
    cells.push(
        match result.holds {
            Some(true) => "yes",
            Some(false) => "no",
            None => "n/a",
        }
        .to_owned(),
    );
    cells.push(result.blocks.to_string());
    cells
}

/// The recommendation, or why there is none, and what it rests on: one sentence a line. Settings are flags of the command line.
#[must_use]
pub fn evidence(outcome: &Outcome) -> Vec<String> {
    evidence_with(outcome, flags)
}

/// The same with settings in the words that this gives them.
#[must_use]
pub fn evidence_with(
    outcome: &Outcome,
    words: impl Fn(&BTreeMap<String, String>) -> String,
) -> Vec<String> {
    let found = &outcome.recommendation;
    let mut text = vec![verdict(found, &words(&found.parameters))];
    if let Some(figure) = found.figure {
        let rate = at(found.rate);
        let (held, all) = found.held;
        let unit = found.metric.unit();
        let name = found.metric.name();
        text.push(format!(
            "{rate} its {name} was {} {unit}; it held in {held} of {all} blocks",
            three(figure)
        ));
    }
    if let Some(stopped) = &found.stopped {
        text.push(format!("no higher rate: {stopped}"));
    }
    text.extend(found.mind.iter().map(|what| format!("mind: {what}")));
    text.extend(found.pairs.iter().map(|pair| held_against(found, pair)));
    text
}

fn at(rate: Option<f64>) -> String {
    rate.map_or_else(
        || "at full speed".into(),
        |rate| format!("at {}/s", three(rate)),
    )
}

fn verdict(found: &Recommendation, flags: &str) -> String {
    match found.ground {
        Ground::Better | Ground::OnlyItHolds => format!("recommended: {flags}"),
        Ground::Alone => format!(
            "the highest rate that holds the goals: {}/s",
            maybe(found.rate)
        ),
        Ground::AsItIs => "nothing is recommended: the settings as they are were the best".into(),
        Ground::NoneHolds => "nothing is recommended: no point holds the goals".into(),
        Ground::NoDifference => format!(
            "nothing is recommended: the best, {flags}, is no better than the settings as they are by as much as matters"
        ),
        Ground::Noise => format!(
            "nothing is recommended: the best, {flags}, cannot be told from the settings as they are"
        ),
        Ground::Unfinished => {
            "nothing is recommended: the finalists were not held against each other to the end"
                .into()
        }
        Ground::NoChoice => format!(
            "nothing is recommended: what was swept is no choice of the application; the best was {flags}"
        ),
    }
}

fn flags(parameters: &BTreeMap<String, String>) -> String {
    let flag = |(name, value): (&String, &String)| set_flag(name, value);
    parameters.iter().map(flag).collect::<Vec<_>>().join(" ")
}

/// A point in words: `acks=all linger.ms=5`.
#[must_use]
pub fn plainly(parameters: &BTreeMap<String, String>) -> String {
    let values = parameters.iter();
    let words: Vec<String> = values
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    words.join(" ")
}

fn held_against(found: &Recommendation, pair: &Pair) -> String {
    let other = if pair.as_it_is {
        "the settings as they are".to_owned()
    } else {
        plainly(&pair.parameters)
    };
    let name = found.metric.name();
    let pairs = things(pair.pairs as u64, "pair");
    let effect = match (pair.effect_percent, pair.interval_percent) {
        (Some(effect), Some((low, high))) => {
            format!("{name} {effect:+.1} % [{low:+.1}, {high:+.1}] in {pairs}")
        }
        _ => format!("{name} in {pairs}"),
    };
    let more = pair
        .pairs_to_decide
        .map(|many| format!("; about {} would decide", things(many as u64, "pair")))
        .unwrap_or_default();
    let verdict = match pair.verdict {
        Verdict::BBetter => "better",
        Verdict::ABetter => "worse",
        Verdict::NoDifference => "no difference that matters",
        Verdict::Inconclusive => "inconclusive",
    };
    format!("against {other}: {verdict}, {effect}{more}")
}
