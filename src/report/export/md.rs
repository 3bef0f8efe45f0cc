//! A summary in Markdown, for pull requests and job summaries.

use crate::measure::ErrorCount;
use crate::report::errors::meaning;
use crate::report::format::{bytes, count, maybe, three};
use crate::report::markdown::table;
use crate::report::text::{self, chosen};
use crate::snapshot::{Goal, Notice, Setting, Snapshot, Verdict, verdict};

/// The summary; ends with perf-test's line.
pub(super) fn page(snapshot: &Snapshot) -> String {
    let title = snapshot.name.as_deref().unwrap_or("bench");
    let mut parts = vec![format!("## linger: {}\n", plain(title))];
    parts.push(match verdict(snapshot) {
        Verdict::Fine if snapshot.result.goals.is_empty() => String::new(),
        Verdict::Fine => "**All goals were held.**\n".into(),
        Verdict::No(why) => format!("**{}**\n", plain(&why)),
        Verdict::Unmeasured(why) => format!("**Not measured: {}**\n", plain(&why)),
    });
    parts.push(
        text::head(snapshot)
            .iter()
            .map(|line| plain(line) + "  \n")
            .collect(),
    );
    parts.push(figures(snapshot));
    let times = text::latency_table(snapshot);
    if let Some((heads, rows)) = times.split_first() {
        let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
        parts.push(table(&heads, rows));
    }
    parts.push(goals(snapshot));
    parts.push(settings(snapshot));
    parts.push(errors(snapshot));
    parts.push(text::notices(snapshot).map(notice).collect());
    parts.push(format!("```\n{}\n```\n", text::last_line(snapshot)));
    parts.retain(|part| !part.is_empty());
    parts.join("\n")
}

/// Text in which Markdown sees no markup of its own.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        if matches!(sign, '*' | '_' | '`' | '<' | '[' | '\\' | '#') {
            out.push('\\');
        }
        out.push(if sign.is_control() { ' ' } else { sign });
    }
    out
}

fn notice(notice: &Notice) -> String {
    format!("- **{}**: {}\n", plain(&notice.word), plain(&notice.text))
}

fn figures(snapshot: &Snapshot) -> String {
    let result = &snapshot.result;
    let rows = [
        ("delivered", count(result.delivered)),
        ("failed", count(result.failed)),
        ("records/s", maybe(result.records_per_s)),
        ("MiB/s", maybe(result.mib_per_s)),
        ("seconds", maybe(result.duration_s)),
        ("records per batch", maybe(result.batch_records_mean)),
        (
            "batch on the wire",
            result.batch_bytes_mean.map_or_else(|| "n/a".into(), bytes),
        ),
        (
            "compression",
            result
                .compression_ratio
                .map_or_else(|| "n/a".into(), |ratio| format!("{}:1", three(ratio))),
        ),
        (
            "requests",
            result.requests.map_or_else(|| "n/a".into(), count),
        ),
        (
            "sent again",
            result.retries.map_or_else(|| "n/a".into(), count),
        ),
    ];
    let (heads, cells): (Vec<&str>, Vec<String>) = rows.into_iter().unzip();
    table(&heads, &[cells])
}

fn goals(snapshot: &Snapshot) -> String {
    let row = |goal: &Goal| vec![plain(&goal.goal), text::goal_word(goal.outcome).to_owned()];
    rows(&["goal", "outcome"], snapshot.result.goals.iter().map(row))
}

fn settings(snapshot: &Snapshot) -> String {
    let chosen = snapshot
        .settings
        .iter()
        .filter(|(_, one)| one.source != "default");
    let row = |(name, one): (&String, &Setting)| {
        vec![
            format!("`{name}`"),
            plain(&chosen::shown(name, one)),
            plain(&one.source),
        ]
    };
    rows(&["setting", "value", "from"], chosen.map(row))
}

fn errors(snapshot: &Snapshot) -> String {
    let row = |error: &ErrorCount| {
        vec![
            count(error.count),
            format!("`{}`", error.code),
            meaning(&error.code).to_owned(),
        ]
    };
    rows(
        &["failed", "error", "meaning"],
        snapshot.result.errors.iter().map(row),
    )
}

/// A table, or nothing where there are no rows.
fn rows(heads: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let rows: Vec<Vec<String>> = rows.collect();
    if rows.is_empty() {
        return String::new();
    }
    table(heads, &rows)
}
