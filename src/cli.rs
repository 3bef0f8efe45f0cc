//! The command line: what may be typed, and nothing else; each command runs in its own file.

pub mod again;
pub mod args;
pub mod audit;
pub mod bench;
pub mod clients;
pub mod compare;
pub mod consent;
pub mod doctor;
pub mod gather;
pub mod journal;
pub mod knobs;
pub mod man;
pub mod mock;
pub mod output;
pub mod profile;
pub mod progress;
pub mod proxy;
pub mod run;
pub mod scenario;
pub mod scrape;
pub mod session;
pub mod shelf;
pub mod signals;
pub mod snapshot;
pub mod status;
pub mod sweep;
pub mod target;
pub mod topic;

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};

use crate::report::export::{self, FORMATS, Format};

pub use args::{BenchArgs, ConnectArgs, LoadArgs, OutputArgs};
pub use compare::CompareArgs;
pub use proxy::ProxyArgs;
pub use sweep::SweepArgs;

const AFTER: &str = "Environment: LINGER_<KNOB> sets a knob (LINGER_LINGER_MS=20), LINGER_SASL_PASSWORD a property; LINGER_CONFIG_DIR \
and LINGER_DATA_DIR are the folders of profiles and snapshots. Weaker than flags, stronger than a profile.\n\n\
Exit codes: 0 ok; 1 measured, and the answer is no; 2 bad usage or configuration; 3 could not measure.";

const BENCH: &str = "Examples:
  linger bench
  linger bench --local-kafka --profile balanced --goal 'p99<20ms' --json
  linger bench -b host:9092 --throughput 5000 --set linger.ms=20 --save monday

The last line of text is kafka-producer-perf-test's. Exit codes: 0 ok; 1 a goal was missed; 2 bad usage or configuration; \
3 could not measure.";

const DIFF: &str = "Two single runs prove nothing, so no verdict is given: the last line is the `linger compare` that gives one.";

const EXPORT: &str = "Examples:
  linger profile export balanced --to java
  linger profile export mine --to spring -o application.yaml

Every knob is written out, since defaults differ between clients. What a tool has no equal for, or could not take as it is, \
is said in a comment. No address and no secret is ever exported.";

const SWEEP: &str = "Examples:
  linger sweep linger.ms=0,5,20 compression.type=none,lz4
  linger sweep batch.size=16KiB..1MiB linger.ms=0..100 --objective 'max throughput where p99<20ms' --budget 10m
  linger sweep -b host:9092 max.in.flight=1,2,5 --objective 'min p99 at 5000/s' --save-profile tuned

Exit codes: 0 a point is recommended; 1 none is, because none is better or holds the goals; 2 bad usage or configuration; \
3 could not measure to the end.";

/// A terminal laboratory for tuning Kafka producers.
#[derive(Debug, Parser)]
#[command(
    name = "linger",
    version,
    about = "A terminal laboratory for tuning Kafka producers",
    long_about = "linger keeps a real librdkafka producer under load, lets you turn its settings while the load runs, \
and shows what each does to latency, throughput, errors and delivery.\n\n\
Without a command it opens the lab: on an embedded cluster, or on a real one with -b or --local-kafka.",
    after_help = AFTER,
    args_conflicts_with_subcommands = true,
    max_term_width = 120
)]
pub struct Cli {
    /// What the lab takes.
    #[command(flatten)]
    pub lab: LabArgs,
    /// Account for every record while the load runs: lost, duplicated, reordered beside each trial (the same as --set follow=on
    /// --set audit=on)
    #[arg(long, help_heading = "Settings")]
    pub audit: bool,
    /// The command; none is the lab.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What the lab takes.
#[derive(Clone, Debug, Default, Args)]
pub struct LabArgs {
    /// Where records go.
    #[command(flatten)]
    pub connect: ConnectArgs,
    /// What is sent.
    #[command(flatten)]
    pub load: LoadArgs,
    /// How much is said.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// A command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Measure without a screen, with kafka-producer-perf-test's words
    #[command(after_help = BENCH)]
    Bench(Box<BenchArgs>),
    /// Look for the best of many settings: a grid, one knob at a time, or guided; with its evidence
    #[command(after_help = SWEEP)]
    Sweep(Box<SweepArgs>),
    /// Tell which of two settings is better, by how much, and whether it is real: randomised pairs of blocks
    #[command(after_help = compare::EXAMPLES)]
    Compare(Box<CompareArgs>),
    /// Put claims about delivery to the test: each with a control and a treatment, counted and judged
    #[command(after_help = scenario::EXAMPLES)]
    Scenario {
        /// What to do.
        #[command(subcommand)]
        action: scenario::ScenarioAction,
    },
    /// Judge a topic of records that linger wrote with a header: is any missing, there twice, out of order, damaged?
    #[command(after_help = audit::EXAMPLES)]
    Audit(audit::AuditArgs),
    /// Show every knob: range, librdkafka's and Java's default, effect, rules
    Knobs {
        /// Only this knob, by any of its names
        name: Option<String>,
        /// Print JSON
        #[arg(short = 'J', long)]
        json: bool,
    },
    /// List, show, save and export profiles: settings and workload as TOML
    Profile {
        /// What to do.
        #[command(subcommand)]
        action: ProfileAction,
    },
    /// List, show and export saved benchmarks
    Snapshot {
        /// What to do.
        #[command(subcommand)]
        action: SnapshotAction,
    },
    /// List and remove the topics that linger owns, what a killed session left included
    Topic {
        /// What to do.
        #[command(subcommand)]
        action: TopicAction,
    },
    /// Run the embedded cluster for any other client; prints BROKERS=… and lives until Ctrl-C or end of input
    Mock {
        /// How many brokers
        #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=20))]
        brokers: u16,
    },
    /// Stand between any client and its brokers: show every Produce request, add delay, inject faults; lives like mock
    #[command(after_help = proxy::args::after_help())]
    Proxy(Box<ProxyArgs>),
    /// Check what a measurement needs: machine, limits, clock; with -b also reach, TLS, sign-in, rights
    Doctor {
        /// The cluster to check.
        #[command(flatten)]
        connect: ConnectArgs,
        /// Print JSON
        #[arg(short = 'J', long)]
        json: bool,
    },
    /// Print the JSON Schema of what bench --json prints and a snapshot holds, or of what another command prints
    Schema {
        /// Whose JSON
        #[arg(value_enum, default_value_t = SchemaOf::Bench)]
        of: SchemaOf,
    },
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the man page
    Man,
}

/// Whose JSON a schema describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// `bench --json`, and snapshots.
    Bench,
    /// `compare --json`.
    Compare,
    /// `sweep --json`.
    Sweep,
    /// `scenario run --json`.
    Scenario,
}

/// What to do with profiles.
#[derive(Debug, Subcommand)]
pub enum ProfileAction {
    /// List shipped and own profiles
    List {
        /// Print JSON
        #[arg(short = 'J', long)]
        json: bool,
    },
    /// Show a profile: its values, where they come from, and what it gives up
    Show {
        /// Its name or file
        profile: String,
        /// Print JSON
        #[arg(short = 'J', long)]
        json: bool,
    },
    /// Write the settings of a profile as another tool reads them
    #[command(after_help = EXPORT)]
    Export {
        /// Its name or file, or the file of a snapshot (.json)
        #[arg(value_name = "NAME|FILE")]
        profile: String,
        /// The form
        #[arg(long, value_name = "FORMAT", value_parser = clients::format())]
        to: &'static crate::settings::export::Format,
        /// Write into a file, whole or not at all, instead of stdout
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
        /// Replace a file that is there
        #[arg(long, requires = "output")]
        overwrite: bool,
    },
    /// Save the given settings under a name
    Save {
        /// The name, or a file
        name: String,
        /// What it is for
        #[arg(long, value_name = "TEXT")]
        about: Option<String>,
        /// Replace a profile that is there
        #[arg(long)]
        overwrite: bool,
        /// The settings.
        #[command(flatten)]
        load: Box<LoadArgs>,
        /// Where more settings come from.
        #[command(flatten)]
        connect: Box<ConnectArgs>,
    },
}

/// What to do with snapshots.
#[derive(Debug, Subcommand)]
pub enum SnapshotAction {
    /// List saved benchmarks
    List {
        /// Print JSON
        #[arg(short = 'J', long)]
        json: bool,
    },
    /// Show a saved benchmark
    Show {
        /// Its name or file
        snapshot: String,
        /// Print JSON
        #[arg(short = 'J', long)]
        json: bool,
    },
    /// Hold two saved benchmarks side by side: settings, figures, distributions, and what stands against comparing them
    #[command(after_help = DIFF)]
    Diff {
        /// The first, by its name or file
        #[arg(value_name = "A")]
        a: String,
        /// The second, by its name or file
        #[arg(value_name = "B")]
        b: String,
        /// Print JSON
        #[arg(short = 'J', long)]
        json: bool,
    },
    /// Tell a saved benchmark in another format, on stdout or into a file
    Export {
        /// Its name or file; html takes several and lays them over each other
        #[arg(value_name = "NAME|FILE", required = true)]
        snapshots: Vec<String>,
        /// The format
        #[arg(long, value_name = "FORMAT", value_parser = format(|_| true))]
        to: &'static Format,
        /// Write into a file, whole or not at all, instead of stdout
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
        /// Replace a file that is there
        #[arg(long, requires = "output")]
        overwrite: bool,
    },
}

/// What to do with topics.
#[derive(Debug, Subcommand)]
pub enum TopicAction {
    /// List the topics that linger owns
    List {
        /// The cluster.
        #[command(flatten)]
        connect: ConnectArgs,
        /// Print JSON
        #[arg(short = 'J', long)]
        json: bool,
    },
    /// Remove topics that linger owns
    Rm {
        /// The topics; all of ours with --all
        #[arg(required_unless_present = "all")]
        topics: Vec<String>,
        /// Every topic with the prefix linger-
        #[arg(long, conflicts_with = "topics")]
        all: bool,
        /// The cluster.
        #[command(flatten)]
        connect: ConnectArgs,
        /// Do not ask
        #[arg(short, long)]
        yes: bool,
    },
}

/// The names of the formats that fit, each with what it is for.
fn format(fits: fn(&Format) -> bool) -> impl TypedValueParser<Value = &'static Format> {
    let fitting = FORMATS.iter().filter(|format| fits(format));
    let names = fitting.map(|format| PossibleValue::new(format.name).help(format.about));
    PossibleValuesParser::new(names)
        .try_map(|name| export::find(&name).ok_or("there is no such format"))
}

/// The completions for a shell.
#[must_use]
pub fn completions(shell: clap_complete::Shell) -> Vec<u8> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "linger", &mut text);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn perf_test_words_are_understood() {
        let words = "linger bench --bootstrap-server h:1 --topic t --num-records 5 --record-size 100 --throughput -1 \
            --warmup-records 2 --reporting-interval 1000 --command-property acks=1 --print-metrics";
        let cli = Cli::try_parse_from(words.split_whitespace()).unwrap();
        let Some(Command::Bench(bench)) = cli.command else {
            panic!("not bench");
        };
        assert_eq!(bench.sent.throughput.as_deref(), Some("-1"));
        assert_eq!(bench.lab.connect.properties, ["acks=1"]);
        assert_eq!(bench.lab.connect.brokers.as_deref(), Some("h:1"));
        assert_eq!(bench.num_records, Some(5));
    }

    #[test]
    fn local_kafka_takes_a_number_or_none() {
        for (words, expected) in [
            (vec!["linger", "--local-kafka"], Some(1)),
            (vec!["linger", "--local-kafka=3"], Some(3)),
            (vec!["linger"], None),
        ] {
            let cli = Cli::try_parse_from(words).unwrap();
            assert_eq!(cli.lab.connect.local_kafka, expected);
        }
    }

    #[test]
    fn flags_before_a_command_are_refused_rather_than_dropped() {
        assert!(Cli::try_parse_from(["linger", "-b", "h:1", "bench"]).is_err());
    }
}
