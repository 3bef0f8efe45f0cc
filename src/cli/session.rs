//! Plain `linger`: the lab on the screen.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::cluster::keys::{self, Care};
use crate::lab::{Goal, Lab, LabConfig, LoadState};
use crate::report::trials;
use crate::settings::{Bytes, Settings};
use crate::snapshot::Snapshot;
use crate::tui::dialog::LoadPlan;
use crate::tui::model::ThemeChoice;
use crate::tui::run::{Ended, Options, Screen, TuiError};
use crate::tui::terminal;

use super::args::{ConnectArgs, LoadArgs};
use super::files::OwnFiles;
use super::gather::{self, Gathered};
use super::output::{Failure, Outcome, note, print};
use super::signals::Ending;
use super::{LabArgs, bench, run, target};

/// Figures count from this time after the former trial has drained.
const SETTLE: Duration = Duration::from_secs(2);

/// Opens the lab; without a terminal a short bench runs instead.
pub fn run(args: LabArgs) -> Result<Outcome, Failure> {
    if !has_screen() {
        return bench::instead_of_the_screen(args);
    }
    let (connect, load) = (&args.connect, &args.load);
    let mut gathered = gather::gather(connect, load, &[])?;
    let foreign = target::is_foreign(connect, &gathered.connection);
    target::first_rate(&mut gathered.settings, foreign);
    let around = target::foreseen(connect, load, &gathered.connection);
    gather::judge(&gathered.settings, &around)?;
    gathered.connection = gather::with_password(gathered.connection)?;
    let runtime = run::runtime()?;
    let left = runtime.block_on(visit(&args, gathered, foreign))?;
    let Some((snapshots, load)) = left else {
        note("no load was started");
        return Ok(Outcome::Fine);
    };
    print(&trials::session(&snapshots))?;
    if let Some(last) = snapshots.last() {
        let again = trials::next_command(last, &target_words(connect, &args.load));
        print(&format!("\nmeasure the last one again:\n  {again}\n"))?;
    }
    match load {
        LoadState::Failed(sentence) => Err(Failure::unmeasured(sentence)),
        _ => Ok(Outcome::Fine),
    }
}

fn has_screen() -> bool {
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal() && !dumb
}

type Left = Option<(Vec<Snapshot>, LoadState)>;

/// From the terminal being taken to the last trial being closed; `None` when the person said no.
async fn visit(args: &LabArgs, gathered: Gathered, foreign: bool) -> Result<Left, Failure> {
    let (connect, quiet) = (&args.connect, args.output.quiet);
    let mut load = args.load.clone();
    let Gathered {
        settings,
        connection,
        goals,
        ..
    } = gathered;
    let mut opened = None;
    if foreign && !load.yes {
        let seen = target::look(connect, &load, &settings, &connection)?;
        let mut screen = Screen::open(options(&goals, &load)).map_err(screen_failure)?;
        let plan = LoadPlan {
            rate: settings
                .value("rate")
                .number()
                .map(crate::settings::PerSecond),
            record: record(&settings),
            ceiling: seen.limits.ceiling,
            byte_budget: seen.limits.byte_budget,
            others_write: seen.others_write,
        };
        let agreed = screen.confirm(Arc::new(seen.facts), plan).await;
        if !agreed.map_err(screen_failure)? {
            return Ok(None);
        }
        load.yes = true;
        opened = Some(screen);
    }
    let prepared = target::prepare(connect, &load, &settings, connection, quiet)?;
    let mut screen = match opened {
        Some(screen) => screen,
        None => Screen::open(options(&goals, &load)).map_err(screen_failure)?,
    };
    let lab = Lab::start(LabConfig {
        target: prepared.target,
        topic: prepared.topic,
        settings,
        goals,
        limits: prepared.limits,
        stop_after: None,
        settle: SETTLE,
        warmup_records: 0,
        seed: rand::random(),
    })
    .map_err(Failure::unmeasured)?;
    let outcome = screen.run(lab.commands.clone(), lab.readings.clone()).await;
    drop(screen);
    let outcome = outcome.map_err(screen_failure)?;
    match outcome.ended {
        Ended::Quit => {}
        Ended::Signal(number) => terminal::end_by(number),
        Ended::TerminalGone => std::process::exit(129),
    }
    let last = lab.readings.clone();
    let snapshots = finish(lab).await?;
    let load = last.borrow().load.clone();
    Ok(Some((snapshots, load)))
}

/// Waits until all is drained; a signal ends the program at once.
async fn finish(lab: Lab) -> Result<Vec<Snapshot>, Failure> {
    let mut ending = Ending::listen().map_err(Failure::unmeasured)?;
    let closed = tokio::task::spawn_blocking(move || lab.finish());
    tokio::select! {
        snapshots = closed => Ok(snapshots.unwrap_or_default()),
        number = ending.next() => terminal::end_by(number),
    }
}

fn options(goals: &[Goal], load: &LoadArgs) -> Options {
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    Options {
        goals: goals.to_vec(),
        goals_text: load.goal.join(" "),
        parse_goals,
        theme: if plain {
            ThemeChoice::Plain
        } else {
            ThemeChoice::Dark
        },
        mouse: true,
        files: Arc::new(OwnFiles),
        pictures: std::env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
    }
}

fn parse_goals(line: &str) -> Result<Vec<Goal>, String> {
    line.split_whitespace()
        .map(|text| {
            text.parse()
                .map_err(|error: crate::lab::GoalError| error.to_string())
        })
        .collect()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "bounded by the table"
)]
fn record(settings: &Settings) -> Bytes {
    let least = settings.number("record.size");
    let most = settings.number("record.size.max").max(least);
    Bytes(f64::midpoint(least, most) as u64)
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the form that map_err hands over"
)]
fn screen_failure(error: TuiError) -> Failure {
    Failure::unmeasured(error)
}

/// The arguments that lead to the same cluster and topic again; secrets are left out.
fn target_words(connect: &ConnectArgs, load: &LoadArgs) -> String {
    let mut words = Vec::new();
    if let Some(brokers) = &connect.brokers {
        words.extend(["-b".to_owned(), brokers.clone()]);
    }
    if let Some(count) = connect.local_kafka {
        words.push(format!("--local-kafka={count}"));
    }
    if let Some(file) = &connect.file {
        words.extend(["-F".to_owned(), file.display().to_string()]);
    }
    for property in &connect.properties {
        let name = property.split('=').next().unwrap_or_default().trim();
        let is_open =
            keys::connection_key(name).is_some_and(|key| keys::care(key.name) == Care::Open);
        if is_open {
            words.extend(["-X".to_owned(), property.clone()]);
        }
    }
    if let Some(topic) = &load.topic {
        words.extend(["-t".to_owned(), topic.clone()]);
    }
    let words: Vec<String> = words.iter().map(|word| trials::quoted(word)).collect();
    words.join(" ")
}
