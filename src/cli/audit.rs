//! `linger audit`: judges a topic later, from the headers of its records alone.

use std::time::Duration;

use clap::Args;

use crate::audit::{Isolation, TopicAudit, audit_topic};
use crate::cluster::topics;
use crate::report::audit as report;

use super::args::ConnectArgs;
use super::output::{Failure, Outcome, print};
use super::progress::ReadBack;
use super::target::{self, TOPIC};
use super::topic::topic_failure;

/// Shown behind the flags.
pub const EXAMPLES: &str = "Examples:
  linger bench -b host:9092 --audit
  linger audit -b host:9092 -t linger-bench
  linger audit -b host:9092 -t linger-bench --json
  linger audit -b host:9092 -t linger-bench --isolation-level read_committed

Records carry the header after `bench --audit`, `bench --follow` and the lab's follow. The topic is read from its beginning to the \
end that it has now; nothing is written. Exit codes: 0 valid; 1 records are missing, duplicated, reordered or corrupt; 2 bad usage or \
configuration; 3 it could not be read.";

/// Between two lines of progress where there is no terminal.
const INTERVAL: Duration = Duration::from_secs(5);

/// What `audit` takes.
#[derive(Clone, Debug, Default, Args)]
pub struct AuditArgs {
    /// The cluster.
    #[command(flatten)]
    pub connect: ConnectArgs,
    /// The topic [default: linger-bench]
    #[arg(short = 't', long, value_name = "TOPIC")]
    pub topic: Option<String>,
    /// Which records are read: read_uncommitted, the log as it is, or read_committed, where what was aborted is missing
    #[arg(long, value_name = "LEVEL", value_parser = super::args::isolation(), default_value = Isolation::Uncommitted.name())]
    pub isolation_level: Isolation,
    /// Print one JSON object on stdout
    #[arg(short = 'J', long, help_heading = "Output")]
    pub json: bool,
    /// No progress on stderr
    #[arg(short, long, help_heading = "Output")]
    pub quiet: bool,
}

/// Reads the topic and prints what it says.
pub fn run(args: &AuditArgs) -> Result<Outcome, Failure> {
    let topic = args.topic.as_deref().unwrap_or(TOPIC);
    topics::validate(topic).map_err(topic_failure)?;
    let (probe, connection) = target::reach(&args.connect)?;
    let there = probe.has_topic(topic).map_err(|it| target::failure(&it))?;
    if !there {
        return Err(Failure::usage(format!(
            "topic {topic} does not exist: check the name of -t"
        )));
    }
    drop(probe);
    let config = connection.client_config().map_err(Failure::usage)?;
    let mut line = ReadBack::new(args.quiet, INTERVAL);
    let found = audit_topic(config, topic, args.isolation_level, &mut |progress| {
        line.tell(progress);
    });
    line.end();
    let found = found.map_err(Failure::unmeasured)?;
    show(topic, &found, args.json)?;
    Ok(if found.valid {
        Outcome::Fine
    } else {
        Outcome::No
    })
}

fn show(topic: &str, found: &TopicAudit, json: bool) -> Result<(), Failure> {
    if json {
        let text = serde_json::to_string_pretty(found).map_err(Failure::unmeasured)?;
        return print(&(text + "\n"));
    }
    print(&report::topic(topic, found))
}
