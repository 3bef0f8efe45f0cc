//! `linger scenario`: claims about delivery, put to the test and judged.

mod args;
mod progress;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;

use crate::cluster;
use crate::cluster::local::LocalOptions;
use crate::lab::config::Limits;
use crate::report::{json, scenario as report};
use crate::scenario::{
    Ground, Header, Judged, KIND, Line, Needs, Opened, Report, Scenario, Step, Verdict, Watch, all,
    child, find, round, steps,
};
use crate::settings::{Bytes, PerSecond, Settings, Source};
use crate::snapshot::journal::Journal;

use self::progress::Teller;
use super::args::LoadArgs;
use super::output::{Failure, Outcome, note, print};
use super::signals::Ending;
use super::{consent, gather, journal, run as dispatch, target};

pub use args::{RunArgs, ScenarioAction};

/// Shown behind the flags.
pub const EXAMPLES: &str = "Examples:
  linger scenario list
  linger scenario run C3 C4 --local-kafka
  linger scenario run --all --local-kafka --json > claims.json
  linger scenario run C3 -b host:9092 --repeat 20

With -b it writes to topics of its own (linger-scenario-…, removed after each round, or by the next start after a kill), at 10,000 \
records/s at most. Scenarios that stop brokers run only on those of --local-kafka. Exit codes: 0 every claim was reproduced; 1 one was contradicted; 2 bad usage or \
configuration; 3 one could not be put to the test (with --all, claims that no cluster here can test do not count).";

/// Lists or runs scenarios.
pub fn run(action: &ScenarioAction) -> Result<Outcome, Failure> {
    match action {
        ScenarioAction::List { json } => list(*json),
        ScenarioAction::Run(args) => play(args),
        ScenarioAction::Act { name, args } => {
            child::perform(name, args.clone()).map_err(Failure::unmeasured)?;
            Ok(Outcome::Fine)
        }
    }
}

fn list(as_json: bool) -> Result<Outcome, Failure> {
    let text = if as_json {
        json::object(&report::listed()).map_err(Failure::unmeasured)?
    } else {
        report::list()
    };
    print(&text)?;
    Ok(Outcome::Fine)
}

/// What is to be run.
struct Ready {
    header: Header,
    scenarios: Vec<&'static Scenario>,
    journal: Journal,
    done: Vec<Line>,
}

fn play(args: &RunArgs) -> Result<Outcome, Failure> {
    let gathered = gather::gather(&args.connect, &LoadArgs::default(), &[])?;
    gather::tell(&gathered.notes, args.quiet);
    tell_unused(&gathered.settings, args.quiet);
    let cluster = journal::cluster(&args.connect, &gathered.connection);
    let mut ready = match &args.written.resume {
        Some(path) => resumed(args, path)?,
        None => fresh(args, &cluster)?,
    };
    let todo = steps(&ready.scenarios, ready.header.repeat, &ready.done);
    let mut broker_version = None;
    let mut stopped = false;
    if !todo.is_empty() {
        if ready.header.cluster != cluster {
            let place = &ready.journal.path;
            return Err(journal::other_cluster(
                place,
                &ready.header.cluster,
                &cluster,
            ));
        }
        let ground = ground(args, gathered.connection, &todo)?;
        broker_version = ground.broker_version().map(str::to_owned);
        stopped = measure(args, &mut ready, &ground, &todo)?;
    }
    finish(args, ready, broker_version, stopped)
}

/// Settings that were given and mean nothing here.
fn tell_unused(settings: &Settings, quiet: bool) {
    let given = settings.changed_from(&Settings::default());
    let typed = |row: &&&'static crate::settings::Knob| {
        matches!(settings.source(row.name), Source::Property | Source::File)
    };
    let names: Vec<&str> = given.iter().filter(typed).map(|row| row.name).collect();
    if !names.is_empty() {
        let sentence = format!(
            "no effect: {}; a scenario brings its own settings",
            names.join(", ")
        );
        gather::tell(&[sentence], quiet);
    }
}

fn fresh(args: &RunArgs, cluster: &str) -> Result<Ready, Failure> {
    let mut scenarios: Vec<&'static Scenario> = Vec::new();
    for id in &args.ids {
        let row = find(id).map_err(Failure::usage)?;
        if !scenarios.iter().any(|one| one.id == row.id) {
            scenarios.push(row);
        }
    }
    if args.all {
        scenarios = all().collect();
    }
    let header = Header {
        kind: KIND.word.into(),
        schema: KIND.schema,
        linger_version: env!("CARGO_PKG_VERSION").into(),
        started_at: jiff::Timestamp::now().to_string(),
        ids: scenarios.iter().map(|row| row.id.to_owned()).collect(),
        all: args.all,
        repeat: args.repeat,
        cluster: cluster.to_owned(),
    };
    let place = journal::place(args.written.journal.as_deref(), "scenario")?;
    let journal = Journal::create(&place, &header).map_err(Failure::usage)?;
    Ok(Ready {
        header,
        scenarios,
        journal,
        done: Vec::new(),
    })
}

fn resumed(args: &RunArgs, path: &Path) -> Result<Ready, Failure> {
    let opened: Opened = journal::open(path, KIND, args.quiet)?;
    let rows = opened.header.ids.iter().map(|id| find(id));
    let scenarios = rows
        .collect::<Result<Vec<_>, _>>()
        .map_err(Failure::usage)?;
    Ok(Ready {
        header: opened.header,
        scenarios,
        journal: opened.journal,
        done: opened.done,
    })
}

/// Where the scenarios run. Naming a cluster together with scenarios is the yes to their load, which is bounded and goes to topics of
/// our own.
fn ground(
    args: &RunArgs,
    connection: cluster::Connection,
    todo: &[Step],
) -> Result<Ground, Failure> {
    let is_real = |step: &Step| matches!(step.scenario.needs, Needs::Real | Needs::Local(_));
    let needs_real = todo.iter().any(is_real);
    let failed = |error| target::failure(&error);
    if let Some(brokers) = args.connect.local_kafka.filter(|_| needs_real) {
        // Most of the time of a scenario that fells a broker is spent waiting for its followers.
        let options = LocalOptions {
            quick_followers: true,
            ..LocalOptions::default()
        };
        let kafka = target::start_local_with(brokers, &options, args.quiet)?;
        return Ground::local(Arc::new(kafka)).map_err(failed);
    }
    if connection.bootstrap().is_some() && needs_real {
        let connection = gather::with_password(connection)?;
        let limits = Limits {
            ceiling: Some(PerSecond(consent::CEILING)),
            byte_budget: Some(Bytes(consent::BUDGET)),
        };
        let ground = Ground::real(connection, limits).map_err(failed)?;
        gather::tell(ground.mended(), args.quiet);
        return Ok(ground);
    }
    Ok(Ground::default())
}

/// Runs what is to be run, and writes every finished round down; returns whether a signal ended it early. A signal ends the round as soon
/// as it can, a second one the program.
fn measure(
    args: &RunArgs,
    ready: &mut Ready,
    ground: &Ground,
    todo: &[Step],
) -> Result<bool, Failure> {
    let runtime = dispatch::runtime()?;
    let watch = Watch::default();
    let mut teller = Teller::new(args.quiet, todo, ground);
    if !args.quiet && todo.len() > 1 {
        note(&resume_words(ready, "after a stop or a kill, "));
    }
    let stop = watch.stop.clone();
    let worked = thread::scope(|scope| {
        let (over, is_over) = tokio::sync::oneshot::channel::<()>();
        let worker = scope.spawn(move || {
            let worked = work(ready, ground, todo, &watch, &mut teller);
            drop(over);
            worked
        });
        runtime.block_on(async {
            let mut ending = Ending::listen().map_err(Failure::unmeasured)?;
            tokio::pin!(is_over);
            loop {
                tokio::select! {
                    _ = &mut is_over => return Ok::<(), Failure>(()),
                    number = ending.wish() => {
                        if stop.swap(true, Ordering::Relaxed) {
                            std::process::exit(128 + number);
                        }
                        note("ending early with what is done; again to end at once");
                    }
                }
            }
        })?;
        let gone = |_| Failure::unmeasured("the thread of the scenarios has ended");
        worker.join().map_err(gone)?
    });
    worked.map(|()| stop.load(Ordering::Relaxed))
}

fn work(
    ready: &mut Ready,
    ground: &Ground,
    todo: &[Step],
    watch: &Watch,
    teller: &mut Teller,
) -> Result<(), Failure> {
    for step in todo {
        teller.begin(step);
        let heard = Watch {
            hear: teller.ear(step),
            stop: watch.stop.clone(),
        };
        let result = round(step.scenario, ground, &heard);
        if watch.is_stopped() {
            // What was cut short says nothing about the claim.
            teller.end();
            break;
        }
        teller.done(step, &result);
        let line = Line {
            id: step.scenario.id.into(),
            round: step.round,
            result,
        };
        let written = ready.journal.append(&line);
        written.map_err(|error| {
            Failure::unmeasured(format!("the journal cannot be written: {error}"))
        })?;
        ready.done.push(line);
    }
    Ok(())
}

fn resume_words(ready: &Ready, when: &str) -> String {
    format!(
        "{when}`linger scenario run --resume {}{}` goes on",
        ready.journal.path.display(),
        journal::flags_of(&ready.header.cluster)
    )
}

fn finish(
    args: &RunArgs,
    ready: Ready,
    broker_version: Option<String>,
    stopped: bool,
) -> Result<Outcome, Failure> {
    let again = resume_words(&ready, "");
    let Ready {
        header,
        scenarios,
        done,
        ..
    } = ready;
    let judged = |row: &&'static Scenario| {
        let runs = done.iter().filter(|line| line.id == row.id);
        let runs: Vec<_> = runs.map(|line| line.result.clone()).collect();
        (!runs.is_empty()).then(|| (row.id.to_owned(), Judged::of(row, runs)))
    };
    let judged: Vec<(String, Judged)> = scenarios.iter().filter_map(judged).collect();
    let outcome = outcome(&judged, header.all, stopped);
    let mut told = Report::new(header.cluster, broker_version, header.started_at, judged);
    if stopped {
        told.ended_early = Some("stopped by a signal".into());
    }
    let text = match args.format() {
        Some(format) => format.write_scenarios(&told).map_err(Failure::unmeasured)?,
        None => report::text(&told),
    };
    print(&text)?;
    if stopped {
        note(&again);
    }
    Ok(outcome)
}

/// The exit code: a contradiction counts before what could not be tested. With --all, what no cluster can test here is no fault of this
/// run.
fn outcome(judged: &[(String, Judged)], all: bool, stopped: bool) -> Outcome {
    let any = |verdict| judged.iter().any(|(_, one)| one.verdict == verdict);
    // A claim that needs no cluster and is not testable is so everywhere.
    let is_testable = |id: &str| find(id).is_ok_and(|row| row.needs != Needs::Nothing);
    let untested = judged
        .iter()
        .any(|(id, one)| one.verdict == Verdict::NotTestable && (!all || is_testable(id)));
    if any(Verdict::Contradicted) {
        Outcome::No
    } else if any(Verdict::NotExercised) || untested || stopped {
        Outcome::Unmeasured
    } else {
        Outcome::Fine
    }
}
