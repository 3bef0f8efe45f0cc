//! The settings that were chosen.

use crate::report::table::{Align, lines as aligned};
use crate::settings::{Value, knobs};
use crate::snapshot::{Setting, SettingValue, Snapshot};

/// A line for every setting that is not at its default.
pub(super) fn lines(snapshot: &Snapshot) -> Vec<String> {
    let changed: Vec<Vec<String>> = snapshot
        .settings
        .iter()
        .filter(|(_, setting)| setting.source != "default")
        .map(|(name, setting)| {
            vec![
                format!("  {name}"),
                shown(name, setting),
                setting.source.clone(),
            ]
        })
        .collect();
    if changed.is_empty() {
        return vec!["settings  all at their defaults".into()];
    }
    let mut text = vec!["settings that were chosen".to_owned()];
    text.extend(aligned(&changed, &[Align::Left, Align::Left, Align::Left]));
    text
}

/// A setting's value as people read it, with its unit.
pub(in crate::report) fn shown(name: &str, setting: &Setting) -> String {
    let raw = match &setting.value {
        SettingValue::Whole(number) => number.to_string(),
        SettingValue::Number(number) => number.to_string(),
        SettingValue::Switch(on) => (if *on { "on" } else { "off" }).into(),
        SettingValue::Text(text) => text.clone(),
    };
    let number = match &setting.value {
        #[expect(clippy::cast_precision_loss, reason = "written from an f64")]
        SettingValue::Whole(number) => Some(*number as f64),
        SettingValue::Number(number) => Some(*number),
        _ => None,
    };
    match (knobs::find(name), number) {
        (Some(row), Some(number)) => row.show(&Value::Number(number)),
        _ => raw,
    }
}
