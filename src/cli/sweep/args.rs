//! What `sweep` takes.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::cli::args::{percent, seconds};
use crate::cli::journal::JournalArgs;
use crate::cli::{LabArgs, format};
use crate::report::export::Format;
use crate::sweep::Search;

/// What `sweep` takes beside the lab's flags.
#[derive(Clone, Debug, Args)]
pub struct SweepArgs {
    /// A knob and its values: linger.ms=0,5,20 or batch.size=16KiB..1MiB (the slider's stops); repeatable
    #[arg(value_name = "KNOB=VALUES", conflicts_with = "resume")]
    pub knobs: Vec<String>,
    /// What the lab takes.
    #[command(flatten)]
    pub lab: LabArgs,
    /// What is sought: 'max throughput', 'max throughput where p99<20ms' (the highest rate that holds it), 'min p99 at 50000/s'
    #[arg(
        long,
        value_name = "EXPR",
        default_value = "min p99",
        conflicts_with = "resume",
        help_heading = "Search"
    )]
    pub objective: String,
    /// How points are chosen [default: grid where it is small or the budget holds it, else guided]
    #[arg(long, value_enum, conflicts_with = "resume", help_heading = "Search")]
    pub search: Option<SearchWord>,
    /// How often each point of a grid is measured, in rounds of random order [default: 3]
    #[arg(long, value_name = "N", conflicts_with = "resume", help_heading = "Search",
        value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub repeats: Option<u16>,
    /// How many points a guided search looks at [default: a quarter of the grid]
    #[arg(long, value_name = "N", conflicts_with = "resume", help_heading = "Search",
        value_parser = clap::value_parser!(u16).range(1..=20_000))]
    pub points: Option<u16>,
    /// In how many pairs of blocks the finalists are held against each other [default: 8]
    #[arg(long, value_name = "N", conflicts_with = "resume", help_heading = "Search",
        value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub pairs: Option<u16>,
    /// The least difference that matters, in percent [default: 5 for throughput and p50, 10 for p99, 20 for p99.9]
    #[arg(long, value_name = "PERCENT", conflicts_with = "resume", help_heading = "Search", value_parser = percent)]
    pub margin: Option<f64>,
    /// The highest rate that may be tried [default: the agreed ceiling]
    #[arg(long, value_name = "N", conflicts_with = "resume", help_heading = "Search", value_parser = rate)]
    pub most_rate: Option<f64>,
    /// Repeats a sweep's random orders
    #[arg(
        long,
        value_name = "N",
        conflicts_with = "resume",
        help_heading = "Search"
    )]
    pub seed: Option<u64>,
    /// How long the whole may take: 5m; decides how much is measured
    #[arg(long, value_name = "TIME", value_parser = seconds, conflicts_with = "resume", help_heading = "Time")]
    pub budget: Option<Duration>,
    /// How long a block is measured
    #[arg(long, value_name = "TIME", value_parser = seconds, default_value = "5s", conflicts_with = "resume", help_heading = "Time")]
    pub block: Duration,
    /// What goes before each block and does not count
    #[arg(long, value_name = "TIME", value_parser = seconds, default_value = "2s", conflicts_with = "resume", help_heading = "Time")]
    pub warmup: Duration,
    /// Records per second; where a search for the highest rate begins, -1 for full speed
    #[arg(
        long,
        value_name = "N",
        allow_hyphen_values = true,
        conflicts_with = "resume",
        help_heading = "Load"
    )]
    pub throughput: Option<String>,
    /// Payload bytes of a record: 1024, 64KiB
    #[arg(
        long,
        value_name = "BYTES",
        conflicts_with = "resume",
        help_heading = "Load"
    )]
    pub record_size: Option<String>,
    /// What is done already.
    #[command(flatten)]
    pub written: JournalArgs,
    /// Save what is recommended as a profile, with its evidence
    #[arg(long, value_name = "NAME", help_heading = "Output")]
    pub save_profile: Option<String>,
    /// Print it in another format
    #[arg(long, value_name = "FORMAT", value_parser = format(Format::fits_sweep), conflicts_with = "json", help_heading = "Output")]
    pub to: Option<&'static Format>,
    /// Write that into a file, whole or not at all, and the text on stdout all the same
    #[arg(
        short,
        long,
        value_name = "FILE",
        requires = "to",
        help_heading = "Output"
    )]
    pub output: Option<PathBuf>,
    /// Replace a profile or a file that is there
    #[arg(long, help_heading = "Output")]
    pub overwrite: bool,
}

/// How points are chosen, as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SearchWord {
    /// Every combination
    Grid,
    /// One knob at a time, the others as they are
    One,
    /// By a guide that learns from what was measured
    Guided,
}

impl From<SearchWord> for Search {
    fn from(word: SearchWord) -> Self {
        match word {
            SearchWord::Grid => Self::Grid,
            SearchWord::One => Self::One,
            SearchWord::Guided => Self::Guided,
        }
    }
}

impl SweepArgs {
    /// The flags that set a row of the table, as `--set` would, with their values.
    #[must_use]
    pub fn rows(&self) -> Vec<(String, String)> {
        let row = |name: &str, value: &Option<String>| {
            value.as_ref().map(|value| (name.to_owned(), value.clone()))
        };
        let rows = [
            row("record.size", &self.record_size),
            row("rate", &self.throughput),
        ];
        rows.into_iter().flatten().collect()
    }
}

fn rate(text: &str) -> Result<f64, String> {
    let row = crate::settings::find("rate").ok_or("no rate")?;
    let value = row.parse(text).map_err(|error| error.to_string())?;
    value
        .number()
        .ok_or_else(|| "give a number of records per second".into())
}
