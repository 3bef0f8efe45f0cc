//! The keys as a table of the README.

use crate::report::markdown::table;

use super::action;

/// Every key with what it does, by section, as Markdown.
#[must_use]
pub fn markdown() -> String {
    let row = |title: &str, row: &action::Row| {
        let keys: Vec<String> = row.keys.iter().map(|key| format!("`{key}`")).collect();
        vec![title.to_owned(), keys.join(" "), row.help.to_owned()]
    };
    let rows: Vec<Vec<String>> = action::help()
        .flat_map(|(section, rows)| {
            let heads = std::iter::once(section.title()).chain(std::iter::repeat(""));
            heads
                .zip(rows)
                .map(|(head, one)| row(head, one))
                .collect::<Vec<_>>()
        })
        .collect();
    table(&["", "keys", "what it does"], &rows)
}
