//! Flags that several commands share.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::LabArgs;
use crate::audit::Isolation;

/// Where records go, and client properties.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Cluster")]
pub struct ConnectArgs {
    /// A real cluster to connect to: HOST:PORT[,HOST:PORT…]; without it the embedded one is used
    #[arg(short = 'b', long = "bootstrap-server", aliases = ["bootstrap-servers", "brokers"], value_name = "HOST:PORT",
        value_parser = servers)]
    pub brokers: Option<String>,
    /// Start a real Kafka with N brokers for this command (needs Java)
    #[arg(long, value_name = "N", num_args = 0..=1, require_equals = true, default_missing_value = "1",
        conflicts_with = "brokers", value_parser = clap::value_parser!(u16).range(1..=9))]
    pub local_kafka: Option<u16>,
    /// One client property; repeatable (librdkafka's or Java's spelling)
    #[arg(
        short = 'X',
        long = "property",
        alias = "command-property",
        value_name = "K=V"
    )]
    pub properties: Vec<String>,
    /// A file of client properties: Java's .properties or librdkafka's form
    #[arg(short = 'F', long = "command-config", aliases = ["producer.config", "config-file"], value_name = "FILE")]
    pub file: Option<PathBuf>,
}

/// What is sent, and where to.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Settings")]
pub struct LoadArgs {
    /// The topic [default: linger-bench]
    #[arg(short = 't', long, value_name = "TOPIC")]
    pub topic: Option<String>,
    /// A profile to start from, by name or file (see `linger profile list`)
    #[arg(long, value_name = "NAME|FILE")]
    pub profile: Option<String>,
    /// Set a knob, e.g. linger.ms=20; repeatable (see `linger knobs`)
    #[arg(long, value_name = "KNOB=VALUE")]
    pub set: Vec<String>,
    /// Read every record back while the load runs: how long until it could be read (the same as --set follow=on)
    #[arg(long)]
    pub follow: bool,
    /// What must hold, e.g. p99<20ms, failed=0, throughput>=5000; repeatable
    #[arg(long, value_name = "EXPR")]
    pub goal: Vec<String>,
    /// Partitions of a topic that is created
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub partitions: Option<u32>,
    /// Replicas of a topic that is created [default: 3, or as many as there are brokers]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100))]
    pub replication_factor: Option<u32>,
    /// Agree to load on this cluster, and to a topic that is not linger's own
    #[arg(long)]
    pub yes: bool,
}

/// How much is said, and in which form.
#[derive(Clone, Copy, Debug, Default, Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// Print one JSON object on stdout
    #[arg(short = 'J', long)]
    pub json: bool,
    /// No progress and no notes on stderr
    #[arg(short, long)]
    pub quiet: bool,
    /// librdkafka's log on stderr
    #[arg(short, long, conflicts_with = "quiet")]
    pub verbose: bool,
}

/// What `bench` takes beside the lab's flags.
#[derive(Clone, Debug, Default, Args)]
pub struct BenchArgs {
    /// What the lab takes.
    #[command(flatten)]
    pub lab: LabArgs,
    /// How many records to send
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), help_heading = "Load")]
    pub num_records: Option<u64>,
    /// How long to send: 30s, 2m [default: 10s, unless --num-records is given]
    #[arg(long, value_name = "TIME", value_parser = seconds, conflicts_with = "num_records", help_heading = "Load")]
    pub duration: Option<Duration>,
    /// What is sent, and how fast.
    #[command(flatten)]
    pub sent: SentArgs,
    /// Records that are sent first and do not count
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Load")]
    pub warmup_records: u64,
    /// How often progress is printed where there is no terminal: milliseconds, or 5s
    #[arg(long, value_name = "MS", value_parser = milliseconds, default_value = "5000", help_heading = "Output")]
    pub reporting_interval: Duration,
    /// Account for every record, read the topic back after the load, and tell what was lost, duplicated or reordered
    #[arg(long, help_heading = "Load")]
    pub audit: bool,
    /// Which records are read back: read_uncommitted or read_committed [default: read_uncommitted; the audit of transactions:
    /// read_committed]
    #[arg(long, value_name = "LEVEL", value_parser = isolation(), help_heading = "Load")]
    pub isolation_level: Option<Isolation>,
    /// Client properties in perf-test's older form; the same as -X before each
    #[arg(long, value_name = "K=V", num_args = 1.., help_heading = "Cluster")]
    pub producer_props: Vec<String>,
    /// Print the client's own figures after the run
    #[arg(long, help_heading = "Output")]
    pub print_metrics: bool,
    /// Answer Prometheus at http://127.0.0.1:PORT/metrics while it runs; 0 is any free port
    #[arg(long, value_name = "PORT", help_heading = "Output")]
    pub prometheus: Option<u16>,
    /// Save the result as a snapshot: under a name, or into a file
    #[arg(long, value_name = "NAME|FILE", num_args = 0..=1, default_missing_value = "", help_heading = "Output")]
    pub save: Option<String>,
}

/// What is sent and how fast, in perf-test's words; the same as `--set` of the rows.
#[derive(Clone, Debug, Default, Args)]
pub struct SentArgs {
    /// Payload bytes of a record: 1024, 64KiB
    #[arg(
        long,
        value_name = "BYTES",
        conflicts_with = "payload_file",
        help_heading = "Load"
    )]
    pub record_size: Option<String>,
    /// Take payloads from a file, a line each
    #[arg(long, value_name = "FILE", help_heading = "Load")]
    pub payload_file: Option<String>,
    /// Records per second; -1 is full speed
    #[arg(
        long,
        value_name = "N",
        allow_hyphen_values = true,
        help_heading = "Load"
    )]
    pub throughput: Option<String>,
}

impl SentArgs {
    /// The flags that set a row of the table, as `--set` would, with their values.
    #[must_use]
    pub fn rows(&self) -> Vec<(String, String)> {
        let mut rows = Vec::new();
        if let Some(size) = &self.record_size {
            rows.push(("record.size".into(), size.clone()));
        }
        if let Some(file) = &self.payload_file {
            rows.push(("payload".into(), "file".into()));
            rows.push(("payload.file".into(), file.clone()));
        }
        if let Some(rate) = &self.throughput {
            rows.push(("rate".into(), rate.clone()));
        }
        rows
    }
}

/// An empty list of brokers must not be taken for the embedded cluster: a script's variable may have been empty.
fn servers(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("name at least one broker as HOST:PORT".into()),
        servers => Ok(servers.to_owned()),
    }
}

/// A percentage that a margin can be.
pub(super) fn percent(text: &str) -> Result<f64, String> {
    match text.trim_end_matches('%').trim().parse::<f64>() {
        Ok(number) if number > 0.0 && number <= 1_000.0 => Ok(number),
        _ => Err("must be a percentage above 0 and up to 1000".into()),
    }
}

/// A time: seconds, or with a unit.
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    time(text, 1.0)
}

/// Kafka's own words for `isolation.level`.
pub(super) fn isolation() -> impl TypedValueParser<Value = Isolation> {
    PossibleValuesParser::new(Isolation::ALL.map(Isolation::name)).map(|word| {
        let mut all = Isolation::ALL.into_iter();
        all.find(|level| level.name() == word).unwrap_or_default()
    })
}

fn milliseconds(text: &str) -> Result<Duration, String> {
    time(text, 0.001)
}

fn time(text: &str, unit_s: f64) -> Result<Duration, String> {
    let parsed = match text.parse::<f64>() {
        Ok(number) => {
            Duration::try_from_secs_f64(number * unit_s).map_err(|error| error.to_string())
        }
        Err(_) => humantime::parse_duration(text).map_err(|error| error.to_string()),
    };
    let longest = Duration::from_secs(30 * 24 * 3600);
    match parsed? {
        time if time.is_zero() => Err("must be longer than 0".into()),
        time if time > longest => Err("must be at most 30 days".into()),
        time => Ok(time),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units_or_the_flags_own() {
        assert_eq!(seconds("30"), Ok(Duration::from_secs(30)));
        assert_eq!(seconds("2m"), Ok(Duration::from_mins(2)));
        assert_eq!(milliseconds("5000"), Ok(Duration::from_secs(5)));
        for bad in ["0", "-1", "NaN", "soon", "1e300", "40days"] {
            assert!(seconds(bad).is_err(), "{bad}");
        }
    }
}
