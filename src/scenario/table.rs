//! The one table of scenarios: every family's rows, in the order in which they run.

use super::child::Act;
use super::row::Scenario;
use super::{anatomy, consumers, delivery, failover, settings, speed, transactions};

/// Every family.
pub const FAMILIES: &[&[Scenario]] = &[
    anatomy::ROWS,
    settings::ROWS,
    delivery::ROWS,
    failover::ROWS,
    transactions::ROWS,
    consumers::ROWS,
    speed::ROWS,
];

/// What runs in child processes, by family.
pub const ACTS: &[&[Act]] = &[transactions::ACTS, consumers::ACTS];

/// Every scenario, family by family.
pub fn all() -> impl Iterator<Item = &'static Scenario> {
    FAMILIES.iter().flat_map(|family| family.iter())
}

/// No scenario has this id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no scenario {0:?}: the nearest is {1}; `linger scenario list` shows them all")]
pub struct Unknown(pub String, pub &'static str);

/// The scenario with this id, in either case.
///
/// # Errors
/// No scenario has it; the nearest id is named.
pub fn find(id: &str) -> Result<&'static Scenario, Unknown> {
    let found = all().find(|row| row.id.eq_ignore_ascii_case(id));
    found.ok_or_else(|| {
        let wanted = id.to_ascii_uppercase();
        let likeness = |row: &&Scenario| strsim::jaro_winkler(row.id, &wanted);
        let nearest = all().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
        Unknown(id.to_owned(), nearest.map_or("", |row| row.id))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_are_unique_and_rows_say_what_they_do() {
        let mut ids = BTreeSet::new();
        for row in all() {
            assert!(ids.insert(row.id), "{} is there twice", row.id);
            assert!(row.id.starts_with(['A', 'B', 'C', 'D']), "{}", row.id);
            for text in [row.claim, row.control, row.treatment, row.counted] {
                assert!(!text.is_empty(), "{}", row.id);
            }
            assert!(!row.claim.ends_with('.'), "{}: {}", row.id, row.claim);
        }
        let mut acts = BTreeSet::new();
        for act in ACTS.iter().flat_map(|family| family.iter()) {
            assert!(acts.insert(act.name), "{} is there twice", act.name);
        }
    }

    #[test]
    fn an_unknown_id_names_the_nearest() {
        assert_eq!(find("c3").map(|row| row.id), Ok("C3"));
        let Err(error) = find("C33") else {
            panic!("C33 is there")
        };
        assert!(error.to_string().contains("the nearest is C3;"), "{error}");
    }
}
