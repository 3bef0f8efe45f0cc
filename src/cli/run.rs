//! Which command runs where.

use super::output::{Failure, Outcome, print};
use super::{
    Cli, Command, SchemaOf, audit, bench, compare, doctor, knobs, mock, profile, proxy, scenario,
    session, snapshot, sweep, topic,
};

/// Runs what was typed; the outcome is the exit code.
pub fn run(cli: Cli) -> Result<Outcome, Failure> {
    match cli.command {
        Some(Command::Bench(args)) => return bench::run(&args),
        Some(Command::Sweep(args)) => return sweep::run(&args),
        Some(Command::Compare(args)) => return compare::run(&args),
        Some(Command::Scenario { action }) => return scenario::run(&action),
        Some(Command::Audit(args)) => return audit::run(&args),
        Some(Command::Profile { action }) => profile::run(&action)?,
        Some(Command::Topic { action }) => return topic::run(&action),
        Some(Command::Mock { brokers }) => return mock::run(brokers),
        Some(Command::Proxy(args)) => return proxy::run(&args),
        Some(Command::Doctor { connect, json }) => return doctor::run(&connect, json),
        Some(Command::Knobs { name, json }) => knobs::run(name.as_deref(), json)?,
        Some(Command::Snapshot { action }) => return snapshot::run(&action),
        Some(Command::Schema { of }) => schema(of)?,
        Some(Command::Completions { shell }) => {
            print(&String::from_utf8_lossy(&super::completions(shell)))?;
        }
        Some(Command::Man) => {
            let page = super::man::page().map_err(Failure::unmeasured)?;
            print(&String::from_utf8_lossy(&page))?;
        }
        None => return session::run(cli.lab, cli.audit),
    }
    Ok(Outcome::Fine)
}

/// The control plane's runtime, on this thread.
pub fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::unmeasured(format!("the program cannot start: {error}")))
}

fn schema(of: SchemaOf) -> Result<(), Failure> {
    let schema = match of {
        SchemaOf::Bench => crate::snapshot::Snapshot::json_schema(),
        SchemaOf::Compare => crate::compare::Comparison::json_schema(),
        SchemaOf::Sweep => crate::sweep::Sweep::json_schema(),
        SchemaOf::Scenario => crate::scenario::Report::json_schema(),
    };
    let text = serde_json::to_string_pretty(&schema).map_err(Failure::unmeasured)?;
    print(&(text + "\n"))
}
