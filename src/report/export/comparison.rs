//! A comparison in the formats of spreadsheets and CI servers.

use crate::compare::{BlockReport, Comparison, GoalReport, Phase};
use crate::lab::GoalState;
use crate::measure::Latencies;
use crate::measure::comparison::Verdict;

use super::csv::{cell, time_cells};
use super::junit::{Case, Suite};

/// One row a block, in the order in which they were measured. A cell is empty where there is not enough data.
pub(super) fn csv(found: &Comparison) -> String {
    let mut heads: Vec<String> = [
        "block",
        "phase",
        "pair",
        "arm",
        "counted",
        found.metric.name(),
        "at_least",
        "measured_s",
        "warmed_s",
        "attempted",
        "delivered",
        "failed",
        "records_per_s",
    ]
    .map(str::to_owned)
    .to_vec();
    for kind in ["response", "end_to_end"] {
        heads.push(format!("{kind}_records"));
        let times = Latencies::default();
        heads.extend(times.named().map(|(name, _)| format!("{kind}_{name}_ms")));
    }
    heads.extend(
        [
            "client_cpu",
            "paused",
            "cpu_stolen",
            "run_queue_wait",
            "settled",
            "contaminated",
        ]
        .map(str::to_owned),
    );
    let mut text = heads.join(",") + "\n";
    for block in &found.blocks {
        text += &(row(found, block).join(",") + "\n");
    }
    text
}

fn row(found: &Comparison, block: &BlockReport) -> Vec<String> {
    let figures = &block.figures;
    let pair = found
        .pairs
        .iter()
        .find(|pair| pair.blocks.contains(&block.number));
    let counted = pair.is_some_and(|pair| pair.dropped.is_none());
    let number = |number: Option<f64>| number.map_or_else(String::new, |it| it.to_string());
    let phase = match block.phase {
        Phase::Noise => "noise",
        Phase::Pairs => "pairs",
    };
    let mut cells = vec![
        block.number.to_string(),
        phase.into(),
        block.pair.to_string(),
        block.arm.name().into(),
        counted.to_string(),
        block.value.to_string(),
        block.at_least.to_string(),
        figures.measured_s.to_string(),
        number(figures.warmed_s),
        figures.attempted.to_string(),
        figures.delivered.to_string(),
        figures.failed.to_string(),
        figures.records_per_s.to_string(),
    ];
    cells.extend(time_cells(&figures.response_ms));
    match &figures.end_to_end_ms {
        Some(read) => cells.extend(time_cells(read)),
        None => cells.extend(time_cells(&Latencies::default()).map(|_| String::new())),
    }
    cells.extend([
        number(figures.client_cpu),
        number(figures.machine.paused),
        number(figures.machine.cpu_stolen),
        number(figures.machine.run_queue_wait),
        figures.settled.to_string(),
        cell(figures.contaminated.as_deref().unwrap_or_default()),
    ]);
    cells
}

/// One test case: B is not worse than A; and one a goal. An open verdict is skipped: it is neither a success nor a failure.
pub(super) fn junit(found: &Comparison) -> String {
    let case = if found.is_regression() {
        Case::Failed(found.sentence.clone())
    } else if found.verdict == Verdict::Inconclusive {
        Case::Open(found.sentence.clone())
    } else {
        Case::Passed
    };
    let name = format!("B is not worse than A by {}", found.metric.name());
    let mut cases = vec![(name, case)];
    cases.extend(found.goals.iter().map(goal));
    let seconds = |block: &BlockReport| {
        block.figures.measured_s + block.figures.warmed_s.unwrap_or(found.warmup_s)
    };
    let property = |name: &str, value: String| (name.to_owned(), value);
    let suite = Suite {
        name: "compare",
        started_at: &found.circumstances.started_at,
        seconds: Some(found.blocks.iter().map(seconds).sum()),
        properties: vec![
            property("a", found.a.label.clone()),
            property("b", found.b.label.clone()),
            property("verdict", found.sentence.clone()),
            property("margin", format!("{} %", found.margin_percent)),
            property("seed", found.seed.to_string()),
        ],
        cases,
    };
    suite.xml()
}

fn goal(report: &GoalReport) -> (String, Case) {
    let told = format!("B held it in {} of {} blocks", report.held, report.blocks);
    let case = match report.outcome {
        GoalState::Held => Case::Passed,
        GoalState::Missed => Case::Failed(told),
        GoalState::Unknown => Case::Broken(told),
    };
    (report.goal.to_string(), case)
}
