//! Verdicts on claims in Markdown and as test cases.

use std::fmt::Write as _;

use super::junit::{Case, Suite};
use super::md::plain;
use crate::report::format::things;
use crate::report::markdown::table;
use crate::report::scenario::{figures, tally};
use crate::scenario::{Arm, Judged, Report, Rule, Verdict};

/// A table with every claim, and below it why a claim was not reproduced.
pub(super) fn markdown(report: &Report) -> String {
    let version = report.broker_version.as_deref();
    let kafka = version.map_or_else(String::new, |version| format!(" (Kafka {version})"));
    let mut text = format!(
        "## linger scenario: {}\n\non {}{kafka}, librdkafka {}\n\n",
        tally(report),
        plain(&report.cluster),
        report.librdkafka_version
    );
    let rows: Vec<Vec<String>> = report
        .scenarios
        .iter()
        .map(|(id, judged)| row(id, judged))
        .collect();
    text += &table(&["id", "verdict", "treatment", "control"], &rows);
    for (id, judged) in &report.scenarios {
        if judged.verdict != Verdict::Reproduced || judged.reproduced < judged.rounds {
            let (claim, reason) = (plain(&judged.claim), plain(&judged.reason));
            let name = judged.verdict.name();
            let _ = write!(text, "\n**{id}**, {name}: {claim}. {reason}\n");
        }
    }
    text
}

fn row(id: &str, judged: &Judged) -> Vec<String> {
    let verdict = if judged.rounds > 1 {
        format!(
            "{}, {} of {}",
            judged.verdict.name(),
            judged.reproduced,
            judged.rounds
        )
    } else {
        judged.verdict.name().to_owned()
    };
    let arm = |arm: &Option<Arm>| match arm {
        Some(one) => told(judged.rule, one),
        None => "–".to_owned(),
    };
    vec![
        id.to_owned(),
        verdict,
        arm(&judged.treatment),
        arm(&judged.control),
    ]
}

/// `acks=1: 6,444; 1 fault; acknowledged 8,023, lost 6,444`.
fn told(rule: Rule, arm: &Arm) -> String {
    let mut parts = vec![plain(&arm.name)];
    if rule == Rule::Counts {
        parts[0] = format!(
            "**{}**: {}",
            plain(&arm.name),
            things(arm.anomaly, "anomaly")
        );
    }
    if arm.faults > 0 {
        parts.push(things(arm.faults, "fault"));
    }
    let figures = figures(arm);
    if !figures.is_empty() {
        parts.push(plain(&figures));
    }
    parts.join("; ")
}

/// A test case for every claim: it fails where the claim is contradicted, and is skipped where nothing could test it.
pub(super) fn junit(report: &Report) -> String {
    let case = |(id, judged): &(String, Judged)| {
        let reason = || judged.reason.clone();
        let outcome = match judged.verdict {
            Verdict::Reproduced => Case::Passed,
            Verdict::Contradicted => Case::Failed(reason()),
            Verdict::NotTestable => Case::Open(reason()),
            Verdict::NotExercised => Case::Broken(reason()),
        };
        (format!("{id}: {}", judged.claim), outcome)
    };
    Suite {
        name: "scenarios",
        started_at: &report.started_at,
        seconds: None,
        properties: vec![
            ("cluster".into(), report.cluster.clone()),
            ("librdkafka".into(), report.librdkafka_version.clone()),
        ],
        cases: report.scenarios.iter().map(case).collect(),
    }
    .xml()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Round, find};

    fn report() -> Report {
        let arm = |lost: u64| {
            Arm::new("acks=0|1")
                .with("lost", lost)
                .anomaly(lost)
                .faults(3)
        };
        let round = |verdict, reason: &str| Round {
            control: Some(arm(0)),
            treatment: Some(arm(1264)),
            ..Round::without(verdict, reason.into(), 1.0)
        };
        let judged = |id: &str, verdict| {
            let rounds = vec![round(verdict, "so <it> is")];
            (id.to_string(), Judged::of(find(id).unwrap(), rounds))
        };
        let all = vec![
            judged("C1", Verdict::Reproduced),
            judged("B12", Verdict::Contradicted),
        ];
        Report::new("a local Kafka".into(), None, String::new(), all)
    }

    #[test]
    fn a_table_has_every_claim_and_what_was_not_reproduced_has_its_reason_below() {
        let text = markdown(&report());
        assert!(
            text.starts_with("## linger scenario: 1 reproduced, 1 contradicted\n"),
            "{text}"
        );
        let line = text.lines().find(|line| line.starts_with("| C1 |"));
        let line = line.unwrap_or_else(|| panic!("{text}"));
        assert!(line.contains("1,264"), "{line}");
        assert!(text.contains("\n**B12**, contradicted: "), "{text}");
        assert!(!text.contains("**C1**, "), "{text}");
    }

    #[test]
    fn a_contradicted_claim_is_a_failed_case() {
        let text = junit(&report());
        assert!(text.contains("tests=\"2\" failures=\"1\""), "{text}");
        assert!(text.contains("so &lt;it&gt; is"), "{text}");
    }
}
