//! What `linger proxy` takes.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;

use crate::settings::knob::PLAIN;
use crate::settings::units::{Bytes, Millis};
use crate::settings::{Kind, Knob};
use crate::wire::{Address, Conditions, FAULTS, Fault};

/// What `linger proxy` takes.
#[derive(Clone, Debug, Args)]
pub struct ProxyArgs {
    /// Brokers of the cluster to stand in front of; the others become known from their answers
    #[arg(
        short = 'b',
        long,
        visible_alias = "bootstrap-server",
        value_name = "HOST:PORT,…",
        value_delimiter = ',',
        required = true
    )]
    pub upstream: Vec<Address>,
    /// The port on 127.0.0.1 that stands for the first of them; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub port: u16,
    /// One client property that the brokers ask for, such as ssl.ca.location; repeatable (librdkafka's or Java's spelling)
    #[arg(
        short = 'X',
        long = "property",
        alias = "command-property",
        value_name = "K=V"
    )]
    pub properties: Vec<String>,
    /// A file of client properties: Java's .properties or librdkafka's form
    #[arg(short = 'F', long = "command-config", value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Time to add to every round trip, half of it each way: 20ms
    #[arg(long, value_name = "TIME", default_value = "0", value_parser = |text: &str| millis("rtt", text))]
    pub rtt: Millis,
    /// At most so much more a round trip, drawn for every frame
    #[arg(long, value_name = "TIME", default_value = "0", value_parser = |text: &str| millis("jitter", text))]
    pub jitter: Millis,
    /// Bytes a second of each connection, each way: 10MiB
    #[arg(long, value_name = "BYTES", value_parser = bandwidth)]
    pub bandwidth: Option<Bytes>,
    /// Do something to chosen Produce requests; may be given more than once
    #[arg(long = "fault", value_name = "NAME[=ARGUMENT]@WHEN")]
    pub faults: Vec<Fault>,
    /// Print every Produce request with its answer as a line of JSON, and the counts as the last line
    #[arg(short = 'J', long)]
    pub json: bool,
    /// Print no counts while it runs
    #[arg(short, long)]
    pub quiet: bool,
}

impl ProxyArgs {
    /// What is added to every connection.
    #[must_use]
    pub fn conditions(&self) -> Conditions {
        Conditions {
            round_trip: self.rtt,
            jitter: self.jitter,
            bandwidth: self.bandwidth.unwrap_or_default(),
        }
    }
}

fn read(name: &'static str, kind: Kind, text: &str) -> Result<f64, String> {
    let row = Knob {
        name,
        kind,
        ..PLAIN
    };
    let value = row.parse(text).map_err(|error| error.reason)?;
    value.number().ok_or_else(|| "not a number".to_owned())
}

fn millis(name: &'static str, text: &str) -> Result<Millis, String> {
    let kind = Kind::Millis {
        min: 0.0,
        max: 60_000.0,
        whole: false,
    };
    read(name, kind, text).map(Millis)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the kind keeps it within its bounds"
)]
fn bandwidth(text: &str) -> Result<Bytes, String> {
    let kind = Kind::Bytes {
        min: 1 << 10,
        max: 1 << 40,
        unit: 1,
    };
    read("bandwidth", kind, text).map(|bytes| Bytes(bytes as u64))
}

/// What stands below the flags: the faults from their table, and examples.
#[must_use]
pub fn after_help() -> String {
    let mut rows = String::new();
    for row in &FAULTS {
        let _ = writeln!(rows, "  {:<25} {}", row.form(), row.about);
    }
    format!(
        "Faults:\n{rows}\n\
WHEN counts Produce requests that hold records, over all brokers: @100 is the 100th, @100,200 two of them, @every:100 every 100th, \
@every:100:3 three times at most. ERROR is Kafka's name or number, such as NOT_LEADER_OR_FOLLOWER. A fault that never hit records in \
flight is reported as not exercised.

Examples:
  linger proxy --upstream localhost:9092 --rtt 20ms
  linger proxy --upstream localhost:9092 --fault lose-acknowledgement@every:100:3
  linger proxy --upstream host:9093 -F client.properties --rtt 20ms
  linger proxy --upstream localhost:9092 --json | jq 'select(.event == \"produce\") | .batches[]'

Clients speak plaintext to 127.0.0.1. With security.protocol SSL or SASL_SSL in -F or -X the proxy speaks TLS to the brokers; clients \
then use PLAINTEXT or SASL_PLAINTEXT and sign in as before (not by Kerberos)."
    )
}
