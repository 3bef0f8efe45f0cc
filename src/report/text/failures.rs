//! Errors by code.

use crate::measure::{ErrorCount, Persisted, Phase};
use crate::report::errors::meaning;
use crate::report::format::count;
use crate::report::table::{Align, lines as aligned};

/// A line for every code, with its meaning.
pub(super) fn lines(errors: &[ErrorCount]) -> Vec<String> {
    if errors.is_empty() {
        return Vec::new();
    }
    let rows: Vec<Vec<String>> = errors.iter().map(error_row).collect();
    let mut text = vec!["errors".to_owned()];
    text.extend(aligned(
        &rows,
        &[Align::Right, Align::Left, Align::Left, Align::Left],
    ));
    text
}

fn error_row(error: &ErrorCount) -> Vec<String> {
    let phase = match error.phase {
        Phase::Send => "in send()",
        Phase::Delivery => "in delivery",
    };
    let written = match error.persisted {
        Persisted::No => "not written",
        Persisted::Possibly => "perhaps written",
    };
    let again = if error.retriable {
        ", another try may help"
    } else {
        ""
    };
    vec![
        format!("  {}", count(error.count)),
        error.code.clone(),
        format!("{phase}, {written}{again}"),
        meaning(&error.code).to_owned(),
    ]
}
