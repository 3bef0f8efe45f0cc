//! `linger knobs`.

use crate::report::knobs as report;
use crate::settings::{Settings, Source, knobs};

use super::output::{Failure, print};

/// Prints the table of knobs, or one of them.
pub fn run(name: Option<&str>, json: bool) -> Result<(), Failure> {
    let Some(name) = name else {
        return if json {
            let rows: Vec<_> = knobs::rows().iter().map(|row| report::json(row)).collect();
            print_json(&rows)
        } else {
            print(&report::all())
        };
    };
    let Some(knob) = knobs::find(name) else {
        return Err(unknown(name));
    };
    if json {
        print_json(&report::json(knob))
    } else {
        print(&report::one(knob))
    }
}

/// The settings know which name is nearest; ask them.
fn unknown(name: &str) -> Failure {
    match Settings::default().set(name, "", Source::Flag) {
        Err(error) => Failure::usage(error),
        Ok(()) => Failure::usage(format!("no knob is called {name:?}")),
    }
}

fn print_json(value: &impl serde::Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(Failure::unmeasured)?;
    print(&(text + "\n"))
}
