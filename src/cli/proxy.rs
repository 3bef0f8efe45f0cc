//! `linger proxy`: the wire for any other client.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::cluster::Shown;
use crate::report::format;
use crate::wire::{Produced, Summary, Wire, WireError};

use super::args::{ConnectArgs, LoadArgs};
use super::output::{Failure, Outcome, note, print};
use super::signals::{Ending, end_of_input};
use super::{gather, target};

pub mod args;

pub use args::ProxyArgs;

/// How often the counts are printed while they change.
const INTERVAL: Duration = Duration::from_secs(1);

/// Prints where the wire listens, and lives until a signal or the end of standard input.
pub fn run(args: &ProxyArgs) -> Result<Outcome, Failure> {
    let connect = ConnectArgs {
        properties: args.properties.clone(),
        file: args.file.clone(),
        ..ConnectArgs::default()
    };
    let tls = gather::gather(&connect, &LoadArgs::default(), &[])?
        .connection
        .tls()
        .map_err(|error| target::conditioned("the proxy", error))?;
    let runtime = super::run::runtime()?;
    runtime.block_on(async {
        let mut ending = Ending::listen().map_err(Failure::unmeasured)?;
        let json = args.json;
        let observe = move |produced: &Produced| {
            if json {
                // Nobody is left to tell an error: the connection goes on, and the last line fails too.
                let _ = print(&line("produce", produced));
            }
        };
        let wire = Wire::secured(&args.upstream, tls, args.port, args.faults.clone(), observe)
            .map_err(failure)?;
        wire.set_conditions(args.conditions());
        begin(args, &wire)?;
        let end = async {
            tokio::select! {
                _ = ending.next() => {}
                () = end_of_input() => {}
            }
        };
        tokio::select! {
            () = end => {}
            () = tell(&wire, args.quiet) => {}
        }
        let summary = wire.finish();
        print(&if json {
            line("summary", &summary)
        } else {
            text(&summary)
        })?;
        Ok(Outcome::Fine)
    })
}

fn failure(error: WireError) -> Failure {
    match error {
        WireError::Address(_) => Failure::usage(error),
        WireError::Unreachable { .. } | WireError::Listen { .. } => Failure::unmeasured(error),
    }
}

fn begin(args: &ProxyArgs, wire: &Wire) -> Result<(), Failure> {
    if args.json {
        return print(&line("ready", &json!({ "brokers": wire.bootstrap() })));
    }
    print(&format!("BROKERS={}\n", wire.bootstrap()))?;
    if !args.quiet {
        note(
            "give clients these as bootstrap.servers; Ctrl-C or end of input ends the proxy and all that it does",
        );
    }
    Ok(())
}

/// Prints the counts while they change; never returns.
async fn tell(wire: &Wire, quiet: bool) {
    let started = Instant::now();
    let mut last = 0;
    loop {
        tokio::time::sleep(INTERVAL).await;
        let summary = wire.summary();
        if !quiet && summary.requests != last {
            last = summary.requests;
            note(&format!(
                "{:.0} s: {}",
                started.elapsed().as_secs_f64(),
                counts(&summary)
            ));
        }
    }
}

/// One line of JSON, with what kind of line it is in front.
fn line(event: &str, of: &impl serde::Serialize) -> String {
    let mut whole = json!({ "event": event });
    if let (Some(whole), Ok(Value::Object(fields))) =
        (whole.as_object_mut(), serde_json::to_value(of))
    {
        whole.extend(fields);
    }
    format!("{whole}\n")
}

fn counts(summary: &Summary) -> String {
    let mut text = format!(
        "{} with {}, {}",
        format::things(summary.requests, "Produce request"),
        format::things(summary.records, "record"),
        format::bytes(float(summary.bytes)),
    );
    for (answer, count) in &summary.answers {
        let _ = write!(text, "; {answer} {}", format::count(*count));
    }
    if summary.repeated > 0 {
        let _ = write!(text, "; passed again {}", format::count(summary.repeated));
    }
    for fault in summary.faults.iter().filter(|fault| fault.exercised) {
        let _ = write!(text, "; {} hit {}", Shown::new(&fault.fault), fault.hits);
    }
    text
}

#[expect(clippy::cast_precision_loss, reason = "a count to be read")]
fn float(count: u64) -> f64 {
    count as f64
}

/// The counts at the end, one a line.
fn text(summary: &Summary) -> String {
    let mut text = format!(
        "connections {}\nrequests    {}\nbatches     {}\nrecords     {}\nbytes       {}\nrepeated    {}\n",
        summary.connections,
        summary.requests,
        summary.batches,
        summary.records,
        summary.bytes,
        summary.repeated,
    );
    for (answer, count) in &summary.answers {
        let _ = writeln!(text, "answer      {answer} {count}");
    }
    for (api, count) in &summary.undecoded {
        let _ = writeln!(text, "passed unread: {api} {count}");
    }
    for fault in &summary.faults {
        let hits = if fault.exercised {
            format!("hit {}", fault.hits)
        } else {
            "not exercised".to_owned()
        };
        let _ = writeln!(text, "fault       {} {hits}", Shown::new(&fault.fault));
    }
    text
}
