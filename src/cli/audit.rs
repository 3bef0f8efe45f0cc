//! `linger audit`: judges a topic later, from the headers of its records alone.

use std::time::{Duration, Instant};

use clap::Args;

use crate::audit::{Progress, TopicAudit, audit_topic};
use crate::cluster::topics;
use crate::report::audit as report;
use crate::report::format::count;

use super::args::ConnectArgs;
use super::output::{Failure, Outcome, note, print};
use super::status::StatusLine;
use super::target::{self, TOPIC};
use super::topic::topic_failure;

/// Shown behind the flags.
pub const EXAMPLES: &str = "Examples:
  linger bench -b host:9092 --audit
  linger audit -b host:9092 -t linger-bench
  linger audit -b host:9092 -t linger-bench --json

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
    let mut line = Line::new(args.quiet);
    let found = audit_topic(config, topic, &mut |progress| line.tell(progress));
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

/// The line of progress on standard error: rewritten on a terminal, else one now and then.
struct Line {
    quiet: bool,
    status: StatusLine,
    told: Instant,
}

impl Line {
    fn new(quiet: bool) -> Self {
        Self {
            quiet,
            status: StatusLine::new(quiet),
            told: Instant::now(),
        }
    }

    fn tell(&mut self, progress: Progress) {
        if self.quiet {
            return;
        }
        let text = format!(
            "read {} of {} offsets",
            count(progress.read),
            count(progress.of)
        );
        if self.status.is_shown() {
            self.status.show(&text);
        } else if self.told.elapsed() >= INTERVAL {
            self.told = Instant::now();
            note(&text);
        }
    }

    fn end(&mut self) {
        self.status.end();
    }
}
