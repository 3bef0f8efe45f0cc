//! `linger bench`: the engine without a screen.

use std::sync::Arc;
use std::time::Duration;

use crate::audit::HEADER_BYTES;
use crate::lab::{Command, Lab, LabConfig, LoadState, Reading, StopAfter};
use crate::report::{json, metrics, text};
use crate::snapshot::{Snapshot, Verdict, store, verdict};

use super::args::BenchArgs;
use super::gather::{self, Gathered};
use super::output::{Failure, Outcome, note, print};
use super::progress::{Printer, ReadBack};
use super::scrape::Port;
use super::signals::Ending;
use super::{run, target};

/// How long load runs when nothing bounds it.
const DURATION: Duration = Duration::from_secs(10);
/// From this length on a warm-up is looked for and left out; it takes this long at least.
const LONG: Duration = Duration::from_secs(10);
const SETTLE: Duration = Duration::from_secs(2);
#[expect(clippy::cast_precision_loss, reason = "a few bytes")]
const HEADER: f64 = HEADER_BYTES as f64;

/// Measures, prints the result, saves it, and judges the goals.
pub fn run(args: &BenchArgs) -> Result<Outcome, Failure> {
    let quiet = args.lab.output.quiet;
    let mut connect = args.lab.connect.clone();
    connect.properties.extend_from_slice(&args.producer_props);
    let (connect, load) = (&connect, &args.lab.load);
    let audit = args.audit;
    let place = place(args)?;
    let port = args.prometheus.map(Port::open).transpose()?;
    let mut gathered = gather::gather(connect, load, &args.sent.rows())?;
    let foreign = target::is_foreign(connect, &gathered.connection);
    target::first_rate(&mut gathered.settings, foreign);
    let around = target::foreseen(connect, load, &gathered.connection, &gathered.settings);
    gathered
        .notes
        .extend(gather::judge(&gathered.settings, &around)?);
    gather::payload_file(&gathered.settings)?;
    auditable(args, &gathered)?;
    let reads_back = audit || gathered.settings.is_on("follow");
    if let Some(level) = args.isolation_level.filter(|_| !reads_back) {
        return Err(Failure::usage(format!(
            "nothing is read back, so {} has no effect: add --follow or --audit",
            level.name()
        )));
    }
    if around.embedded && load.replication_factor.is_some() {
        let sentence = "the embedded cluster has no replication: --replication-factor has no effect; use --local-kafka=3";
        gathered.notes.push(sentence.into());
    }
    gather::tell(&gathered.notes, quiet);
    let Gathered {
        settings,
        connection,
        goals,
        ..
    } = gathered;
    let prepared = target::prepare(connect, load, &settings, connection, quiet)?;
    let config = LabConfig {
        goals,
        limits: prepared.limits,
        stop_after: Some(bound(args)),
        settle: settle(args),
        warmup_records: args.warmup_records,
        wire: prepared.wire,
        audit,
        isolation: args.isolation_level,
        ..LabConfig::plain(prepared.target, prepared.topic, settings, rand::random())
    };
    let mut snapshot = measure(config, args, port)?;
    complete(&mut snapshot, args);
    let saved = place.map(|place| store::save(&snapshot, &place));
    show(&snapshot, args)?;
    let outcome = finish(&snapshot, saved, quiet)?;
    if audit && snapshot.result.audit.is_none() {
        return Ok(Outcome::Unmeasured);
    }
    Ok(outcome)
}

/// An audit needs room for the header, and a goal on what it counts needs an audit.
fn auditable(args: &BenchArgs, gathered: &Gathered) -> Result<(), Failure> {
    if !args.audit && !gathered.settings.is_on("audit") {
        return gather::without_audit(&gathered.goals, "an audit counts that: add --audit");
    }
    let size = gathered.settings.number("record.size");
    let is_made = gathered.settings.word("payload") != "file";
    if args.audit && is_made && size < HEADER {
        return Err(Failure::usage(format!(
            "a record that is audited carries a header of {HEADER} bytes, and record.size is {size}; set record.size={HEADER}, or leave out --audit"
        )));
    }
    Ok(())
}

/// Where to save, checked before anything is sent.
fn place(args: &BenchArgs) -> Result<Option<String>, Failure> {
    let Some(given) = &args.save else {
        return Ok(None);
    };
    let place = if given.is_empty() {
        jiff::Timestamp::now()
            .strftime("bench-%Y%m%d-%H%M%S")
            .to_string()
    } else {
        given.clone()
    };
    store::vacant(&place).map_err(Failure::usage)?;
    Ok(Some(place))
}

fn bound(args: &BenchArgs) -> StopAfter {
    match (args.num_records, args.duration) {
        (Some(records), _) => StopAfter::Records(records.saturating_add(args.warmup_records)),
        (None, time) => StopAfter::Time(time.unwrap_or(DURATION)),
    }
}

/// A bounded number of records counts whole, as in perf-test; a long time leaves out its warm-up.
fn settle(args: &BenchArgs) -> Duration {
    let time = args.duration.unwrap_or(DURATION);
    if args.num_records.is_none() && time >= LONG {
        SETTLE
    } else {
        Duration::ZERO
    }
}

fn measure(config: LabConfig, args: &BenchArgs, port: Option<Port>) -> Result<Snapshot, Failure> {
    let runtime = run::runtime()?;
    let lab = Lab::start(config).map_err(Failure::unmeasured)?;
    let (load, trials) = runtime.block_on(async {
        let mut ending = Ending::listen().map_err(Failure::unmeasured)?;
        let load = watch(&lab, args, port, &mut ending).await?;
        let quiet = args.lab.output.quiet;
        if args.audit && !quiet && load == LoadState::Stopped {
            note("reading back what was written");
        }
        let line = ReadBack::new(quiet, args.reporting_interval);
        Ok((load, finished(lab, line, &mut ending).await))
    })?;
    if let LoadState::Failed(sentence) = load {
        return Err(Failure::unmeasured(sentence));
    }
    trials
        .into_iter()
        .next_back()
        .ok_or_else(|| Failure::unmeasured("it ended before the first record was sent"))
}

/// Follows the readings to the end of the load; a signal ends the load early, a second one the program.
async fn watch(
    lab: &Lab,
    args: &BenchArgs,
    port: Option<Port>,
    ending: &mut Ending,
) -> Result<LoadState, Failure> {
    if let Some(port) = port {
        note(&format!("Prometheus: http://{}/metrics", port.address));
        tokio::spawn(port.serve(lab.readings.clone()));
    }
    let mut readings = lab.readings.clone();
    let mut printer = Printer::new(args.lab.output.quiet, args.reporting_interval);
    let mut logs = Logs::default();
    let mut is_ending = false;
    loop {
        tokio::select! {
            changed = readings.changed() => {
                let reading = Arc::clone(&readings.borrow_and_update());
                if args.lab.output.verbose {
                    logs.print(&reading);
                }
                printer.look(&reading);
                let is_over = matches!(reading.load, LoadState::Stopped | LoadState::Failed(_));
                if is_over || changed.is_err() {
                    printer.end();
                    return Ok(reading.load.clone());
                }
            }
            number = ending.next() => {
                printer.end();
                if is_ending {
                    std::process::exit(128 + number);
                }
                is_ending = true;
                note("ending early with what is done; again to end at once");
                let _ = lab.commands.send(Command::Stop).await;
            }
        }
    }
}

/// Waits for the results, which takes a while where the topic is read back; a signal ends the program meanwhile.
async fn finished(lab: Lab, mut line: ReadBack, ending: &mut Ending) -> Vec<Snapshot> {
    let mut readings = lab.readings.clone();
    let mut finishing = tokio::task::spawn_blocking(move || lab.finish());
    loop {
        tokio::select! {
            trials = &mut finishing => {
                line.end();
                return trials.unwrap_or_default();
            }
            Ok(()) = readings.changed() => {
                if let Some(progress) = readings.borrow_and_update().read_back {
                    line.tell(progress);
                }
            }
            number = ending.next() => {
                line.end();
                std::process::exit(128 + number);
            }
        }
    }
}

/// Which lines of librdkafka's log were printed.
#[derive(Default)]
struct Logs {
    last: Option<Arc<str>>,
}

impl Logs {
    fn print(&mut self, reading: &Reading) {
        let seen = self.last.as_ref().and_then(|last| {
            let mut lines = reading.logs.iter();
            lines.rposition(|line| Arc::ptr_eq(line, last))
        });
        for line in reading.logs.iter().skip(seen.map_or(0, |at| at + 1)) {
            note(line);
        }
        self.last = reading.logs.last().cloned().or(self.last.take());
    }
}

/// Adds what only the command line knows.
fn complete(snapshot: &mut Snapshot, args: &BenchArgs) {
    let workload = &mut snapshot.workload;
    workload.warmup_records = args.warmup_records;
    match bound(args) {
        StopAfter::Records(_) => workload.num_records = args.num_records,
        StopAfter::Time(time) => workload.duration_s = Some(time.as_secs_f64()),
    }
    if let Some(name) = args
        .save
        .as_deref()
        .filter(|name| !name.is_empty() && !store::is_path(name))
    {
        snapshot.name = Some(name.into());
    }
}

fn show(snapshot: &Snapshot, args: &BenchArgs) -> Result<(), Failure> {
    if args.lab.output.json {
        return print(&json::object(snapshot).map_err(Failure::unmeasured)?);
    }
    let mut all = text::body(snapshot);
    if args.print_metrics {
        all.push('\n');
        all.push_str(&metrics::lines(snapshot));
    }
    print(&format!("{all}\n{}\n", text::last_line(snapshot)))
}

fn finish(
    snapshot: &Snapshot,
    saved: Option<Result<std::path::PathBuf, store::StoreError>>,
    quiet: bool,
) -> Result<Outcome, Failure> {
    let (outcome, sentence) = match verdict(snapshot) {
        Verdict::Fine => (Outcome::Fine, None),
        Verdict::No(why) => (Outcome::No, Some(why)),
        Verdict::Unmeasured(why) => (Outcome::Unmeasured, Some(why)),
    };
    if let Some(sentence) = sentence {
        note(&sentence);
    }
    match saved {
        Some(Ok(path)) if !quiet => note(&format!("saved {}", path.display())),
        Some(Err(error)) => return Err(Failure::usage(error)),
        _ => {}
    }
    Ok(outcome)
}

/// Plain `linger` without a terminal: ten seconds on the embedded cluster, said on standard error.
pub fn instead_of_the_screen(lab: super::LabArgs, audit: bool) -> Result<Outcome, Failure> {
    note(
        "no terminal: measuring for ten seconds instead of opening the lab (`linger bench --help` has more)",
    );
    run(&BenchArgs {
        lab,
        audit,
        reporting_interval: Duration::from_secs(5),
        ..BenchArgs::default()
    })
}
