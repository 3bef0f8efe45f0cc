//! The minimum Rust version that we declare is enough for everything that we use.

use std::process::Command;

use cargo_metadata::MetadataCommand;

/// Options of `cargo metadata` that need no network: other platforms' packages are not downloaded, so only this machine's count.
pub fn offline() -> Vec<String> {
    let output = Command::new("rustc")
        .arg("-vV")
        .output()
        .expect("rustc runs");
    let text = String::from_utf8(output.stdout).expect("text");
    let host = text
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .expect("a host line");
    ["--locked", "--offline", "--filter-platform", host]
        .map(str::to_owned)
        .to_vec()
}

#[test]
fn no_dependency_needs_a_newer_rust_than_we_declare() {
    let metadata = MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .other_options(offline())
        .exec()
        .expect("cargo metadata");
    let ours = metadata
        .root_package()
        .expect("our package")
        .rust_version
        .clone()
        .expect("rust-version");
    assert!(
        metadata.packages.len() > 100,
        "{} packages only",
        metadata.packages.len()
    );
    let newer: Vec<String> = metadata
        .packages
        .iter()
        .filter_map(|package| Some((package, package.rust_version.as_ref()?)))
        .filter(|(_, version)| **version > ours)
        .map(|(package, version)| {
            format!("{} {} needs Rust {version}", package.name, package.version)
        })
        .collect();
    assert!(
        newer.is_empty(),
        "we declare Rust {ours}, but:\n{}",
        newer.join("\n")
    );
}
