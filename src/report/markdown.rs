//! Tables of the README, made from the same tables as everything else.

use crate::audit::{FIELDS, Field};
use crate::profile::{Listed, Shelf};
use crate::settings::export as clients;
use crate::settings::knobs as knob_table;
use crate::wire::{FAULTS, FaultRow};

use super::export::FORMATS;
use super::knobs;

/// A Markdown table with a line end.
#[must_use]
pub fn table(heads: &[&str], rows: &[Vec<String>]) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let heads: Vec<String> = heads.iter().map(|head| (*head).to_owned()).collect();
    let rule = format!("|{}\n", "---|".repeat(heads.len()));
    let escaped = |row: &Vec<String>| -> Vec<String> {
        row.iter().map(|cell| cell.replace('|', "\\|")).collect()
    };
    let body: String = rows.iter().map(|row| line(&escaped(row))).collect();
    line(&heads) + &rule + &body
}

/// Every knob: range, default, Java's default, what it does.
#[must_use]
pub fn knobs() -> String {
    let rows: Vec<Vec<String>> = knob_table::rows()
        .iter()
        .map(|knob| {
            vec![
                format!("`{}`", knob.name),
                knobs::range(knob),
                knob.show(&knob.default_value()),
                knobs::java(knob),
                knob.about.to_owned(),
            ]
        })
        .collect();
    table(
        &["knob", "range", "default", "Java's", "what it does"],
        &rows,
    )
}

/// The shipped profiles: what each is for, and what it gives up.
#[must_use]
pub fn profiles() -> String {
    let row = |listed: Listed| {
        let profile = listed.profile.ok()?;
        Some(vec![
            format!("`{}`", listed.name),
            profile.about,
            profile.gives_up,
        ])
    };
    let rows: Vec<Vec<String>> = Shelf::shipped().filter_map(row).collect();
    table(&["profile", "for", "gives up"], &rows)
}

/// The record header, field by field.
#[must_use]
pub fn header() -> String {
    let row = |field: &Field| {
        vec![
            format!("{}–{}", field.at, field.at + field.bytes - 1),
            field.name.to_owned(),
            field.about.to_owned(),
        ]
    };
    let rows: Vec<Vec<String>> = FIELDS.iter().map(row).collect();
    table(&["bytes", "field", "what it says"], &rows)
}

/// The formats that a snapshot can be told in.
#[must_use]
pub fn formats() -> String {
    let rows: Vec<Vec<String>> = FORMATS
        .iter()
        .map(|format| vec![format!("`{}`", format.name), format.about.to_owned()])
        .collect();
    table(&["format", "what it holds"], &rows)
}

/// The forms that settings are exported in.
#[must_use]
pub fn clients() -> String {
    let row =
        |format: &clients::Format| vec![format!("`--to {}`", format.name), format.about.to_owned()];
    let rows: Vec<Vec<String>> = clients::FORMATS.iter().map(row).collect();
    table(&["form", "for"], &rows)
}

/// The faults of the wire.
#[must_use]
pub fn faults() -> String {
    let row = |row: &FaultRow| vec![format!("`{}`", row.form()), row.about.to_owned()];
    let rows: Vec<Vec<String>> = FAULTS.iter().map(row).collect();
    table(&["fault", "what it does"], &rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_in_a_cell_does_not_end_it() {
        let text = table(&["a", "b"], &[vec!["x|y".into(), "z".into()]]);
        assert_eq!(text, "| a | b |\n|---|---|\n| x\\|y | z |\n");
    }

    #[test]
    fn every_row_is_there() {
        assert_eq!(knobs().lines().count(), knob_table::rows().len() + 2);
        assert_eq!(profiles().lines().count(), 13);
    }
}
