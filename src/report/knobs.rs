//! The table of knobs as text and JSON.

use serde_json::{Value as Json, json};

use crate::settings::rules::{self, Rule};
use crate::settings::{Group, Kind, Knob, Severity, knobs};

use super::table::{Align, lines};

/// The heading of a group.
#[must_use]
pub fn group_word(group: Group) -> &'static str {
    match group {
        Group::Delivery => "delivery",
        Group::Batching => "batching",
        Group::Client => "client",
        Group::Workload => "workload",
        Group::Conditions => "conditions",
    }
}

/// Every knob by group: name, range, librdkafka's default, Java's default, what it does.
#[must_use]
pub fn all() -> String {
    let heads = ["", "range", "default", "Java", "what it does"];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    let mut last = None;
    for knob in knobs::rows() {
        if last != Some(knob.group) {
            last = Some(knob.group);
            rows.push(vec![group_word(knob.group).to_owned()]);
        }
        rows.push(vec![
            format!("  {}", knob.name),
            range(knob),
            knob.show(&knob.default_value()),
            java(knob),
            knob.about.to_owned(),
        ]);
    }
    let mut text = lines(&rows, &[Align::Left; 5]).join("\n");
    text.push_str("\n\n`linger knobs NAME` shows one of them with what it trades; `--set NAME=VALUE` sets it.\n");
    text
}

/// Everything that the table says about one knob.
#[must_use]
pub fn one(knob: &Knob) -> String {
    let mut rows = vec![
        ("range", range(knob)),
        ("default", knob.show(&knob.default_value())),
        ("librdkafka", librdkafka(knob)),
        ("Java", java(knob)),
        ("slider", tuning(knob)),
        ("does", knob.about.to_owned()),
        ("trades", knob.trade.to_owned()),
    ];
    if !knob.aliases.is_empty() {
        rows.push(("also", knob.aliases.join(", ")));
    }
    if knob.native.is_none() {
        rows.push(("note", "linger's own; librdkafka does not know it".into()));
    }
    rows.extend(about(knob).map(|rule| (rule_word(rule), rule.about.to_owned())));
    let rows: Vec<Vec<String>> = rows
        .into_iter()
        .map(|(name, text)| vec![format!("  {name}"), text])
        .collect();
    let body = lines(&rows, &[Align::Left, Align::Left]).join("\n");
    format!("{} ({})\n{body}\n", knob.name, group_word(knob.group))
}

fn about(knob: &Knob) -> impl Iterator<Item = &'static Rule> {
    rules::rules().filter(|rule| rule.knobs.contains(&knob.name))
}

fn rule_word(rule: &Rule) -> &'static str {
    match rule.severity {
        Severity::Refuse => "rule",
        Severity::Caution => "caution",
    }
}

fn librdkafka(knob: &Knob) -> String {
    knob.librdkafka_default()
        .map_or_else(|| "-".to_owned(), |value| knob.show(&value))
}

/// Java's default, with Java's name where that differs.
#[must_use]
pub fn java(knob: &Knob) -> String {
    match (knob.java, knob.java_default) {
        (Some(name), Some(default)) if name == knob.name => shown(knob, default),
        (Some(name), Some(default)) => format!("{} ({name})", shown(knob, default)),
        (Some(name), None) => name.to_owned(),
        (None, _) => "-".to_owned(),
    }
}

fn shown(knob: &Knob, text: &str) -> String {
    knob.parse(text)
        .map_or_else(|_| text.to_owned(), |value| knob.show(&value))
}

/// The values that a knob takes, in words.
#[must_use]
pub fn range(knob: &Knob) -> String {
    let show = |number: f64| knob.show(&crate::settings::Value::Number(number));
    #[expect(clippy::cast_precision_loss, reason = "bounds are far below 2^53")]
    let between = |min: u64, max: u64| format!("{} to {}", show(min as f64), show(max as f64));
    let text = match knob.kind {
        Kind::Millis { min, max, .. } => format!("{} to {}", show(min), show(max)),
        Kind::Bytes { min, max, .. } | Kind::Count { min, max } => between(min, max),
        Kind::Rate { min, max, open_end } => {
            let open = if open_end { ", or max" } else { "" };
            format!("{} to {}{open}", show(min), show(max))
        }
        Kind::Choice(words) => words.join(" "),
        Kind::Switch => "on off".into(),
        Kind::Text(longest) => format!("up to {longest} characters"),
    };
    if knob.auto {
        format!("auto, {text}")
    } else {
        text
    }
}

fn tuning(knob: &Knob) -> String {
    let show = |number: f64| knob.show(&crate::settings::Value::Number(number));
    match knob.kind {
        Kind::Choice(_) | Kind::Switch | Kind::Text(_) => "all of them".into(),
        _ => format!("{} to {}", show(knob.tuning.0), show(knob.tuning.1)),
    }
}

/// One knob as JSON; numbers stand in the row's unit.
#[must_use]
pub fn json(knob: &Knob) -> Json {
    let (kind, min, max) = bounds(&knob.kind);
    let choices = match knob.kind {
        Kind::Choice(words) => words,
        _ => &[],
    };
    json!({
        "name": knob.name,
        "aliases": knob.aliases,
        "group": group_word(knob.group),
        "kind": kind,
        "min": min,
        "max": max,
        "choices": choices,
        "auto": knob.auto,
        "default": knob.text(&knob.default_value()),
        "librdkafka_name": knob.native,
        "librdkafka_default": knob.librdkafka_default().map(|value| knob.text(&value)),
        "java_name": knob.java,
        "java_default": knob.java_default,
        "about": knob.about,
        "trade": knob.trade,
        "rules": about(knob).map(|rule| json!({ "id": rule.id, "kind": rule_word(rule), "about": rule.about })).collect::<Vec<_>>(),
    })
}

#[expect(clippy::cast_precision_loss, reason = "bounds are far below 2^53")]
fn bounds(kind: &Kind) -> (&'static str, Option<f64>, Option<f64>) {
    match *kind {
        Kind::Millis { min, max, .. } => ("milliseconds", Some(min), Some(max)),
        Kind::Bytes { min, max, .. } => ("bytes", Some(min as f64), Some(max as f64)),
        Kind::Count { min, max } => ("count", Some(min as f64), Some(max as f64)),
        Kind::Rate { min, max, .. } => ("per_second", Some(min), Some(max)),
        Kind::Choice(_) => ("choice", None, None),
        Kind::Switch => ("switch", None, None),
        Kind::Text(longest) => ("text", None, Some(longest as f64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_knob_is_shown_with_its_rules() {
        let text = one(knobs::find("acks").unwrap());
        assert!(text.contains("idempotence needs acks=all"), "{text}");
    }

    #[test]
    fn every_knob_stands_in_the_table_and_alone() {
        let table = all();
        for knob in knobs::rows() {
            assert!(table.contains(knob.name), "{}", knob.name);
            let text = one(knob);
            assert!(
                text.contains(knob.about) && text.contains(knob.trade),
                "{text}"
            );
            assert_eq!(json(knob)["name"], knob.name);
        }
    }
}
