//! What `scenario` takes.

use clap::{Args, Subcommand};

use crate::cli::journal::JournalArgs;
use crate::cli::{ConnectArgs, format};
use crate::report::export::{self, Format};

/// Brokers of a local Kafka where no number is given: most claims about delivery are about replicas.
const LOCAL_BROKERS: &str = "3";

/// What to do with scenarios.
#[derive(Debug, Subcommand)]
pub enum ScenarioAction {
    /// List every scenario: its claim, and what it needs
    List {
        /// Print JSON
        #[arg(short = 'J', long)]
        json: bool,
    },
    /// Run scenarios, and judge their claims
    #[command(after_help = super::EXAMPLES)]
    Run(Box<RunArgs>),
    /// Do one part of a scenario as its child process
    #[command(hide = true)]
    Act {
        /// Which part
        name: String,
        /// What it is told
        #[arg(last = true)]
        args: Vec<String>,
    },
}

/// What `scenario run` takes.
#[derive(Clone, Debug, Args)]
#[command(mut_arg("local_kafka", |arg| arg.default_missing_value(LOCAL_BROKERS)
    .help("Start a real Kafka with N brokers, 3 where N is not given, for this command (needs Java)")))]
pub struct RunArgs {
    /// Which, by id: C3 C4 (see `linger scenario list`)
    #[arg(value_name = "ID", required_unless_present_any = ["all", "resume"], conflicts_with_all = ["all", "resume"])]
    pub ids: Vec<String>,
    /// Every scenario
    #[arg(long, conflicts_with = "resume")]
    pub all: bool,
    /// How often each
    #[arg(long, value_name = "N", default_value_t = 1, conflicts_with = "resume",
        value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub repeat: u32,
    /// The cluster.
    #[command(flatten)]
    pub connect: ConnectArgs,
    /// Print one JSON object on stdout
    #[arg(short = 'J', long, help_heading = "Output")]
    pub json: bool,
    /// Tell the verdicts in another format: json (as --json), md (a table), junit (a test case a claim, which fails where it is contradicted)
    #[arg(
        long,
        value_name = "FORMAT",
        value_parser = format(Format::fits_scenarios),
        hide_possible_values = true,
        conflicts_with = "json",
        help_heading = "Output"
    )]
    pub to: Option<&'static Format>,
    /// No progress on stderr
    #[arg(short, long, help_heading = "Output")]
    pub quiet: bool,
    /// What is done already.
    #[command(flatten)]
    pub written: JournalArgs,
}

impl RunArgs {
    /// The format that was asked for beside text.
    #[must_use]
    pub fn format(&self) -> Option<&'static Format> {
        self.to
            .or_else(|| export::find("json").filter(|_| self.json))
    }
}
