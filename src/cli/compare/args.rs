//! What `linger compare` takes.

use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::cli::LabArgs;
use crate::cli::args::{SentArgs, seconds};
use crate::measure::comparison::Metric;

/// What an arm is, examples, exit codes.
pub const EXAMPLES: &str = "An arm is knob values (repeat --a or --b), profile:NAME, or a saved benchmark whose settings run again; without one \
it is the settings that --profile, --set and the environment make for both.

Examples:
  linger compare --b linger.ms=50
  linger compare --a compression.type=lz4 --b compression.type=zstd --throughput 50000 --metric p99 --budget 10m
  linger compare --local-kafka --a profile:balanced --b monday.json --throughput -1 --json
  linger compare --a-exec './old/linger bench' --b-exec './new/linger bench' --local-kafka --fail-on-regression

Exit codes: 0 ok; 1 B is worse (--fail-on-regression), or it missed a goal; 2 bad usage or configuration; 3 could not measure, or \
inconclusive under --on-inconclusive fail.";

/// What `compare` takes beside the lab's flags.
#[derive(Clone, Debug, Args)]
pub struct CompareArgs {
    /// What the lab takes.
    #[command(flatten)]
    pub lab: LabArgs,
    /// The first arm: KNOB=VALUE, profile:NAME or a snapshot; repeatable
    #[arg(long, value_name = "ARM", help_heading = "Arms")]
    pub a: Vec<String>,
    /// The second arm, held against the first
    #[arg(long, value_name = "ARM", help_heading = "Arms")]
    pub b: Vec<String>,
    /// The first arm as a command: it is run once a block with bench's flags behind it, and prints bench's JSON
    #[arg(long, value_name = "CMD", requires = "b_exec", conflicts_with_all = ["a", "b"], help_heading = "Arms")]
    pub a_exec: Option<String>,
    /// The second arm as a command
    #[arg(long, value_name = "CMD", requires = "a_exec", help_heading = "Arms")]
    pub b_exec: Option<String>,
    /// Pairs of blocks [default: 10, or what --budget pays for]
    #[arg(long, value_name = "N", help_heading = "Comparison", value_parser = clap::value_parser!(u16).range(1..=10_000))]
    pub pairs: Option<u16>,
    /// How long each block is measured
    #[arg(long, value_name = "TIME", value_parser = seconds, default_value = "5s", help_heading = "Comparison")]
    pub block: Duration,
    /// How long load runs before that in each block
    #[arg(long, value_name = "TIME", value_parser = seconds, default_value = "2s", help_heading = "Comparison")]
    pub warmup: Duration,
    /// The time for everything: it chooses the pairs
    #[arg(long, value_name = "TIME", value_parser = seconds, help_heading = "Comparison")]
    pub budget: Option<Duration>,
    /// The one figure that decides: throughput, p50, p99 or p99.9 [default: p50; throughput at full speed]
    #[arg(long, value_name = "METRIC", help_heading = "Comparison", value_parser = |text: &str| text.parse::<Metric>())]
    pub metric: Option<Metric>,
    /// The least difference that matters, in percent [default: 5 for throughput and p50, 10 for p99, 20 for p99.9]
    #[arg(long, value_name = "PERCENT", value_parser = percent, help_heading = "Comparison")]
    pub margin: Option<f64>,
    /// Makes payloads and the order of blocks repeatable
    #[arg(long, value_name = "N", help_heading = "Comparison")]
    pub seed: Option<u64>,
    /// Exit with 1 when B is worse
    #[arg(long, help_heading = "Comparison")]
    pub fail_on_regression: bool,
    /// What an open verdict is: pass exits with 0, fail with 3
    #[arg(
        long,
        value_name = "WHAT",
        value_enum,
        default_value = "pass",
        help_heading = "Comparison"
    )]
    pub on_inconclusive: OnInconclusive,
    /// What both arms send, and how fast.
    #[command(flatten)]
    pub sent: SentArgs,
    /// Print a summary in Markdown on stdout
    #[arg(long, conflicts_with = "json", help_heading = "Output")]
    pub markdown: bool,
}

/// What an open verdict is to a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OnInconclusive {
    /// Nothing was shown to be wrong.
    Pass,
    /// It could not be measured.
    Fail,
}

fn percent(text: &str) -> Result<f64, String> {
    match text.trim_end_matches('%').trim().parse::<f64>() {
        Ok(number) if number > 0.0 && number <= 1_000.0 => Ok(number),
        _ => Err("must be a percentage above 0 and up to 1000".into()),
    }
}
