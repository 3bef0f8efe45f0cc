//! The goals as test cases, in the XML that CI servers read.

use std::fmt::Write as _;

use crate::report::format::{count, millis, second};
use crate::report::markup::escaped;
use crate::report::text::goal_word;
use crate::snapshot::{Goal, GoalOutcome, Setting, Snapshot, Verdict, verdict};

/// How a test case ended.
pub(super) enum Case {
    Passed,
    Failed(String),
    /// It could not be measured, which must not look like success.
    Broken(String),
    /// It was measured, and neither way is shown.
    Open(String),
}

/// Test cases that belong together.
pub(super) struct Suite<'a> {
    pub name: &'a str,
    /// RFC 3339, UTC.
    pub started_at: &'a str,
    pub seconds: Option<f64>,
    pub properties: Vec<(String, String)>,
    pub cases: Vec<(String, Case)>,
}

impl Suite<'_> {
    /// The suite as a document.
    pub fn xml(&self) -> String {
        let number =
            |which: fn(&Case) -> bool| self.cases.iter().filter(|(_, case)| which(case)).count();
        let failures = number(|case| matches!(case, Case::Failed(_)));
        let errors = number(|case| matches!(case, Case::Broken(_)));
        let open = number(|case| matches!(case, Case::Open(_)));
        let name = escaped(self.name);
        let time = self.seconds.unwrap_or(0.0);
        let counts = format!(
            "tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{open}\" time=\"{time:.3}\"",
            self.cases.len()
        );
        let mut text = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"linger\" {counts}>\n  \
<testsuite name=\"{name}\" {counts} timestamp=\"{}\">\n    <properties>\n",
            escaped(second(self.started_at).trim_end_matches('Z'))
        );
        for (row, value) in &self.properties {
            let _ = writeln!(
                text,
                "      <property name=\"{}\" value=\"{}\"/>",
                escaped(row),
                escaped(value)
            );
        }
        text.push_str("    </properties>\n");
        for (case, outcome) in &self.cases {
            text.push_str(&element(&name, case, outcome));
        }
        text.push_str("  </testsuite>\n</testsuites>\n");
        text
    }
}

/// One suite: a case for the measurement itself, and one for every goal.
pub(super) fn suite(snapshot: &Snapshot) -> String {
    let mut cases = vec![(
        "the measurement can be judged".to_owned(),
        measured(snapshot),
    )];
    for goal in &snapshot.result.goals {
        cases.push((goal.goal.clone(), judged(snapshot, goal)));
    }
    let chosen = snapshot
        .settings
        .iter()
        .filter(|(_, one)| one.source != "default");
    let property = |(row, setting): (&String, &Setting)| (row.clone(), setting.value.to_string());
    Suite {
        name: snapshot.name.as_deref().unwrap_or("bench"),
        started_at: &snapshot.started_at,
        seconds: snapshot.result.duration_s,
        properties: chosen.map(property).collect(),
        cases,
    }
    .xml()
}

/// Whether the result could be judged at all, whatever the goals.
fn measured(snapshot: &Snapshot) -> Case {
    match verdict(snapshot) {
        Verdict::Unmeasured(why) => Case::Broken(why),
        Verdict::Fine | Verdict::No(_) => Case::Passed,
    }
}

fn judged(snapshot: &Snapshot, goal: &Goal) -> Case {
    let figures = || {
        let result = &snapshot.result;
        let times = &result.response_ms;
        format!(
            "{}: p50 {} ms, p99 {} ms, p99.9 {} ms, max {} ms; {} delivered, {} failed",
            goal_word(goal.outcome),
            millis(times.p50),
            millis(times.p99),
            millis(times.p99_9),
            millis(times.max),
            count(result.delivered),
            count(result.failed),
        )
    };
    match goal.outcome {
        GoalOutcome::Held => Case::Passed,
        GoalOutcome::Missed => Case::Failed(figures()),
        GoalOutcome::Unknown => Case::Broken(figures()),
    }
}

fn element(suite: &str, name: &str, case: &Case) -> String {
    let head = format!(
        "    <testcase classname=\"linger.{suite}\" name=\"{}\"",
        escaped(name)
    );
    let inside = match case {
        Case::Passed => return head + "/>\n",
        Case::Failed(why) => format!("<failure type=\"missed\" message=\"{}\"/>", escaped(why)),
        Case::Open(why) => format!("<skipped message=\"{}\"/>", escaped(why)),
        Case::Broken(why) => format!("<error type=\"unmeasured\" message=\"{}\"/>", escaped(why)),
    };
    format!("{head}>\n      {inside}\n    </testcase>\n")
}
