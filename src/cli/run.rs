//! Which command runs where.

use super::output::{Failure, Outcome, print};
use super::{Cli, Command, knobs, snapshot};

/// Runs what was typed; the outcome is the exit code.
pub fn run(cli: Cli) -> Result<Outcome, Failure> {
    match cli.command {
        Some(Command::Knobs { name, json }) => knobs::run(name.as_deref(), json)?,
        Some(Command::Snapshot { action }) => return snapshot::run(&action),
        Some(Command::Schema) => schema()?,
        Some(Command::Completions { shell }) => {
            print(&String::from_utf8_lossy(&super::completions(shell)))?;
        }
        Some(Command::Man) => {
            let page = super::man().map_err(Failure::unmeasured)?;
            print(&String::from_utf8_lossy(&page))?;
        }
        _ => return Err(Failure::usage("not built yet")),
    }
    Ok(Outcome::Fine)
}

fn schema() -> Result<(), Failure> {
    let schema = crate::snapshot::Snapshot::json_schema();
    let text = serde_json::to_string_pretty(&schema).map_err(Failure::unmeasured)?;
    print(&(text + "\n"))
}
