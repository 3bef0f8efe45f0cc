//! What `linger compare` takes.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::cli::LabArgs;
use crate::cli::args::{SentArgs, percent, seconds};
use crate::cli::format;
use crate::measure::comparison::Metric;
use crate::report::export::{self, Format};

/// What an arm is, examples, exit codes.
pub const EXAMPLES: &str = "An arm is knob values (repeat --a or --b), profile:NAME, or a saved benchmark whose settings run again; without one \
it is the settings that --profile, --set and the environment make for both.

Examples:
  linger compare --b linger.ms=50
  linger compare --a compression.type=lz4 --b compression.type=zstd --throughput 50000 --metric p99 --budget 10m
  linger compare --local-kafka --a profile:balanced --b monday.json --throughput -1 --json
  linger compare --local-kafka=3 --a acks=1 --b acks=all --throughput 2000 --metric read-p50 --to html -o acks.html
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
    /// The one figure that decides: throughput, p50, p99, p99.9, or read-p50, read-p99, read-p99.9 (due → readable: both arms are read
    /// back) [default: p50; throughput at full speed]
    #[arg(long, value_name = "METRIC", help_heading = "Comparison", value_parser = |text: &str| text.parse::<Metric>())]
    pub metric: Option<Metric>,
    /// The least difference that matters, in percent [default: 5 for throughput and medians, 10 for p99, 20 for p99.9]
    #[arg(long, value_name = "PERCENT", value_parser = percent, help_heading = "Comparison")]
    pub margin: Option<f64>,
    /// Makes payloads and the order of blocks repeatable
    #[arg(long, value_name = "N", help_heading = "Comparison")]
    pub seed: Option<u64>,
    /// Pairs that this machine spoilt by standing still, by stolen CPU time or by a queue for its cores: drop replaces them within the
    /// budget, keep counts them, for machines that are never quiet
    #[arg(
        long,
        value_name = "WHAT",
        value_enum,
        default_value = "drop",
        help_heading = "Comparison"
    )]
    pub contaminated: Contaminated,
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
    /// Tell the result in another format: json (as --json), csv (a row a block), html (a page with the verdict and a chart of the pairs),
    /// md (a summary), junit (a test case that fails when B is worse, and one a goal)
    #[arg(
        long,
        value_name = "FORMAT",
        value_parser = format(Format::fits_comparison),
        hide_possible_values = true,
        conflicts_with = "json",
        help_heading = "Output"
    )]
    pub to: Option<&'static Format>,
    /// The same as --to md
    #[arg(long, conflicts_with_all = ["json", "to"], help_heading = "Output")]
    pub markdown: bool,
    /// Tell an earlier comparison again in another form, from the JSON that it was written as; nothing is measured
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["a", "b", "a_exec", "b_exec"],
        help_heading = "Output"
    )]
    pub from: Option<PathBuf>,
    /// Write into a file, whole or not at all, instead of stdout
    #[arg(
        short = 'o',
        long = "output",
        value_name = "FILE",
        help_heading = "Output"
    )]
    pub place: Option<PathBuf>,
    /// Replace a file that is there
    #[arg(long, requires = "place", help_heading = "Output")]
    pub overwrite: bool,
}

impl CompareArgs {
    /// The format that was asked for beside text and the short form of JSON.
    #[must_use]
    pub fn format(&self) -> Option<&'static Format> {
        self.to
            .or_else(|| export::find("md").filter(|_| self.markdown))
    }
}

/// What becomes of pairs that the machine spoilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Contaminated {
    /// They do not count, and others are measured for them.
    Drop,
    /// They count.
    Keep,
}

/// What an open verdict is to a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OnInconclusive {
    /// Nothing was shown to be wrong.
    Pass,
    /// It could not be measured.
    Fail,
}
