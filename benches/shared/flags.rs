//! Flags of a bench, as they stand behind `cargo bench --bench NAME --`.

use std::str::FromStr;

/// The value behind `--name`, or the default; ends the bench with a sentence where it cannot be read.
pub fn value<T: FromStr>(name: &str, default: T) -> T {
    let mut words = std::env::args().skip(1);
    if words.by_ref().all(|word| word != format!("--{name}")) {
        return default;
    }
    let Some(text) = words.next() else {
        panic!("--{name} needs a value");
    };
    text.parse()
        .unwrap_or_else(|_| panic!("--{name} cannot be {text}"))
}

/// The linger that is measured: the one of this build, or another one behind `--program`.
#[allow(dead_code, reason = "not every bench starts the program")]
pub fn program() -> String {
    value("program", env!("CARGO_BIN_EXE_linger").to_owned())
}
