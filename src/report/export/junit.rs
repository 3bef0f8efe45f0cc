//! The goals as test cases, in the XML that CI servers read.

use std::fmt::Write as _;

use crate::report::format::{count, millis, second};
use crate::report::markup::escaped;
use crate::report::text::goal_word;
use crate::snapshot::{Goal, GoalOutcome, Snapshot, Verdict, verdict};

/// How a test case ended.
enum Case {
    Passed,
    Failed(String),
    /// It could not be measured, which must not look like success.
    Broken(String),
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
    let number = |which: fn(&Case) -> bool| cases.iter().filter(|(_, case)| which(case)).count();
    let failures = number(|case| matches!(case, Case::Failed(_)));
    let errors = number(|case| matches!(case, Case::Broken(_)));
    let name = escaped(snapshot.name.as_deref().unwrap_or("bench"));
    let time = snapshot.result.duration_s.unwrap_or(0.0);
    let counts = format!(
        "tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"0\" time=\"{time:.3}\"",
        cases.len()
    );
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"linger\" {counts}>\n  \
<testsuite name=\"{name}\" {counts} timestamp=\"{}\">\n    <properties>\n",
        escaped(second(&snapshot.started_at).trim_end_matches('Z'))
    );
    for (row, setting) in snapshot
        .settings
        .iter()
        .filter(|(_, one)| one.source != "default")
    {
        let value = escaped(&setting.value.to_string());
        let _ = writeln!(
            text,
            "      <property name=\"{}\" value=\"{value}\"/>",
            escaped(row)
        );
    }
    text.push_str("    </properties>\n");
    for (goal, case) in &cases {
        text.push_str(&element(&name, goal, case));
    }
    text.push_str("  </testsuite>\n</testsuites>\n");
    text
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
        Case::Broken(why) => format!("<error type=\"unmeasured\" message=\"{}\"/>", escaped(why)),
    };
    format!("{head}>\n      {inside}\n    </testcase>\n")
}
