//! Scenarios as text: the list of claims, and what became of each.

use std::fmt::Write as _;

use serde::Serialize;

use crate::scenario::{Arm, Figure, Judged, Report, Rule, Verdict, all};

use super::format::{count, things, three};
use super::table::{Align, lines};

/// A row of the list, as JSON has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Listed {
    id: &'static str,
    claim: &'static str,
    needs: String,
    control: &'static str,
    treatment: &'static str,
    counted: &'static str,
    rule: Rule,
    rule_about: &'static str,
    differs: &'static str,
}

/// Every scenario.
#[must_use]
pub fn listed() -> Vec<Listed> {
    let row = |row: &'static crate::scenario::Scenario| Listed {
        id: row.id,
        claim: row.claim,
        needs: row.needs.to_string(),
        control: row.control,
        treatment: row.treatment,
        counted: row.counted,
        rule: row.rule,
        rule_about: row.rule.about(),
        differs: row.differs,
    };
    all().map(row).collect()
}

/// The list of all scenarios; ends with a line end.
#[must_use]
pub fn list() -> String {
    let head = ["id", "needs", "claim"].map(str::to_owned).to_vec();
    let row = |row: Listed| vec![row.id.to_owned(), row.needs, row.claim.to_owned()];
    let rows: Vec<Vec<String>> = std::iter::once(head)
        .chain(listed().into_iter().map(row))
        .collect();
    lines(&rows, &[Align::Left; 3]).join("\n") + "\n"
}

/// What became of every claim; ends with a line end.
#[must_use]
pub fn text(report: &Report) -> String {
    let mut text = String::new();
    for (id, judged) in &report.scenarios {
        text.push_str(&one(id, judged));
        text.push('\n');
    }
    let brokers = match &report.broker_version {
        Some(version) => format!(" (Kafka {version})"),
        None => String::new(),
    };
    let _ = writeln!(
        text,
        "{} on {}{brokers}, librdkafka {}",
        tally(report),
        report.cluster,
        report.librdkafka_version
    );
    text
}

/// `12 reproduced, 1 contradicted`.
pub(super) fn tally(report: &Report) -> String {
    let mut names: Vec<(&str, usize)> = Vec::new();
    for (_, judged) in &report.scenarios {
        let name = judged.verdict.name();
        match names.iter_mut().find(|(known, _)| *known == name) {
            Some((_, many)) => *many += 1,
            None => names.push((name, 1)),
        }
    }
    let parts: Vec<String> = names
        .iter()
        .map(|(name, many)| format!("{many} {name}"))
        .collect();
    if parts.is_empty() {
        return "nothing was run".into();
    }
    parts.join(", ")
}

fn one(id: &str, judged: &Judged) -> String {
    let mut text = format!("{id}  {}: {}\n", judged.verdict.name(), judged.claim);
    let mut rows = Vec::new();
    let named = [
        ("treatment", &judged.treatment),
        ("control", &judged.control),
    ];
    for (name, one) in named {
        rows.extend(one.as_ref().map(|arm| cells(name, arm)));
    }
    rows.extend(judged.further.iter().map(|arm| cells("further", arm)));
    for line in lines(&rows, &[Align::Left; 4]) {
        let _ = writeln!(text, "    {line}");
    }
    for check in &judged.checks {
        let mark = if check.holds { "holds" } else { "FAILS" };
        let _ = writeln!(text, "    {mark}: {}", check.says);
    }
    // One round of checks that hold has no other reason than these.
    let checks_alone = judged.rule != Rule::Counts && judged.verdict == Verdict::Reproduced;
    if judged.rounds > 1 || !checks_alone {
        let _ = writeln!(text, "    why: {}", judged.reason);
    }
    for (word, sentence) in [("lesson", &judged.lesson), ("client", &judged.differs)] {
        if !sentence.is_empty() {
            let _ = writeln!(text, "    {word}: {sentence}");
        }
    }
    let arms = [&judged.treatment, &judged.control];
    let arms = arms.into_iter().flatten().chain(&judged.further);
    for note in arms.flat_map(|arm| &arm.notes) {
        let _ = writeln!(text, "    note: {note}");
    }
    text
}

fn cells(name: &str, arm: &Arm) -> Vec<String> {
    vec![
        name.to_owned(),
        arm.name.clone(),
        things(arm.faults, "fault"),
        figures(arm),
    ]
}

/// What was counted: `acknowledged 8,023, lost 6,444`.
pub(super) fn figures(arm: &Arm) -> String {
    let one = |(name, figure): (&String, &Figure)| match figure {
        Figure::Count(number) => format!("{name} {}", count(*number)),
        Figure::Measure(number) => format!("{name} {}", three(*number)),
    };
    arm.counts.iter().map(one).collect::<Vec<_>>().join(", ")
}
