//! Every package that we use may be used: its licence is on the list of `deny.toml`.

use cargo_metadata::MetadataCommand;

use crate::msrv::offline;

fn allowed() -> Vec<String> {
    let text = include_str!("../../deny.toml");
    let table: toml::Table = text.parse().expect("deny.toml");
    let list = table["licenses"]["allow"]
        .as_array()
        .expect("a list of licences");
    list.iter()
        .map(|name| name.as_str().expect("a name").to_owned())
        .collect()
}

/// Whether a licence expression can be met: every part between ANDs, one alternative between ORs. AND binds more loosely
/// here only in parentheses, as all packages write it.
fn is_met(expression: &str, allowed: &[String]) -> bool {
    let expression = expression.replace('/', " OR ");
    expression.split(" AND ").all(|part| {
        let part = part.trim().trim_start_matches('(').trim_end_matches(')');
        part.split(" OR ")
            .any(|name| allowed.iter().any(|known| known == name.trim()))
    })
}

#[test]
fn every_dependencys_licence_is_allowed() {
    let allowed = allowed();
    let metadata = MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .other_options(offline())
        .exec()
        .expect("cargo metadata");
    let refused: Vec<String> = metadata
        .packages
        .iter()
        .filter(|package| {
            !package
                .license
                .as_ref()
                .is_some_and(|licence| is_met(licence, &allowed))
        })
        .map(|package| {
            format!(
                "{} {}: {:?}",
                package.name, package.version, package.license
            )
        })
        .collect();
    assert!(
        refused.is_empty(),
        "not allowed by deny.toml:\n{}",
        refused.join("\n")
    );
}

#[test]
fn expressions_are_read() {
    let allowed = ["MIT".to_owned(), "Zlib".to_owned()];
    for (expression, met) in [
        ("MIT", true),
        ("GPL-3.0 OR MIT", true),
        ("GPL-3.0/MIT", true),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", false),
        ("(MIT OR Apache-2.0) AND Zlib", true),
        ("GPL-3.0", false),
    ] {
        assert_eq!(is_met(expression, &allowed), met, "{expression}");
    }
}
