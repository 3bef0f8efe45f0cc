//! `linger`: parse, dispatch, exit code.

use std::process::ExitCode;

use clap::Parser as _;
use linger::cli::{Cli, output, run};

fn main() -> ExitCode {
    match run::run(Cli::parse()) {
        Ok(outcome) => ExitCode::from(outcome.code()),
        Err(failure) => {
            output::note(&format!("error: {failure}"));
            ExitCode::from(failure.outcome.code())
        }
    }
}
