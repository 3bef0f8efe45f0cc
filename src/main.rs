//! `linger`: parse, dispatch, exit code.

use std::process::ExitCode;

use clap::Parser as _;
use linger::cli::{Cli, output, run};
use linger::tui::terminal::end_on_panic;

fn main() -> ExitCode {
    end_on_panic();
    output::learn_secrets();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return output::wrong_words(&error),
    };
    match run::run(cli) {
        Ok(outcome) => ExitCode::from(outcome.code()),
        Err(failure) => {
            output::note(&format!("error: {failure}"));
            ExitCode::from(failure.outcome.code())
        }
    }
}
