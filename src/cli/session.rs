//! Plain `linger`: the lab on the screen, and what it leaves on stdout.

use std::io::{IsTerminal as _, stdin, stdout};
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use crate::cluster::{ClusterFacts, ClusterKind, Connection, probe::Probe, topics};
use crate::lab::config::Limits;
use crate::lab::{Goal, Lab, LabConfig};
use crate::load::Rate;
use crate::report::trials;
use crate::scenario::Ground;
use crate::settings::{Bytes, PerSecond, Settings};
use crate::snapshot::Snapshot;
use crate::tui::dialog::LoadPlan;
use crate::tui::run::{Ended, Options, Screen};
use crate::tui::terminal;
use crate::tui::theme::ThemeChoice;

use super::args::LoadArgs;
use super::gather::{self, Gathered};
use super::output::{Failure, Outcome, note, print};
use super::shelf::Cupboard;
use super::signals::Ending;
use super::target::{self, Prepared};
use super::{LabArgs, again, bench, consent, run};

/// A trial's figures count this long after the former one has drained.
const SETTLE: Duration = Duration::from_secs(2);
/// How long records may drain after the person has left; the engine itself gives up sooner.
const DRAIN: Duration = Duration::from_secs(30);
/// The same after a signal.
const HURRY: Duration = Duration::from_secs(2);
/// The same when the terminal has gone: the program must then end within a second.
const LAST_BREATH: Duration = Duration::from_millis(600);
/// A drain that is longer than this is spoken of.
const NOTICED: Duration = Duration::from_secs(1);
/// A scenario that was told to end may take this long.
const PUT_AWAY: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(50);
const HANG_UP: i32 = signal_hook::consts::SIGHUP;

/// Opens the lab, or runs a short bench where there is no terminal.
pub fn run(mut lab: LabArgs, audit: bool) -> Result<Outcome, Failure> {
    let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
    if dumb || !stdin().is_terminal() || !stdout().is_terminal() {
        return bench::instead_of_the_screen(lab, audit);
    }
    lab.load.follow |= audit;
    let audited = audit.then(|| ("audit".to_owned(), "on".to_owned()));
    let mut gathered = gather::gather(&lab.connect, &lab.load, audited.as_slice())?;
    let foreign = target::is_foreign(&lab.connect, &gathered.connection);
    target::first_rate(&mut gathered.settings, foreign);
    let around = target::foreseen(
        &lab.connect,
        &lab.load,
        &gathered.connection,
        &gathered.settings,
    );
    gather::judge(&gathered.settings, &around)?;
    gather::payload_file(&gathered.settings)?;
    gather::tell(&gathered.notes, lab.output.quiet);
    run::runtime()?.block_on(session(lab, gathered, foreign))
}

async fn session(lab: LabArgs, gathered: Gathered, foreign: bool) -> Result<Outcome, Failure> {
    let Gathered {
        settings,
        connection,
        goals,
        ..
    } = gathered;
    let (mut screen, prepared) = if foreign {
        let Some(agreed) = agree(&lab.load, &settings, &goals, connection).await? else {
            note("nothing was sent");
            return Ok(Outcome::Fine);
        };
        agreed
    } else {
        let prepared = target::prepare(
            &lab.connect,
            &lab.load,
            &settings,
            connection,
            lab.output.quiet,
        )?;
        (
            Screen::open(options(&goals)).map_err(Failure::unmeasured)?,
            prepared,
        )
    };
    let ground = match &prepared.local {
        Some(kafka) => Ground::local(Arc::clone(kafka)).map_err(|error| target::failure(&error))?,
        None => Ground::default(),
    };
    screen.stand_on(ground.clone());
    let config = LabConfig {
        goals,
        limits: prepared.limits,
        settle: SETTLE,
        wire: prepared.wire,
        local: prepared.local.clone(),
        ..LabConfig::plain(prepared.target, prepared.topic, settings, rand::random())
    };
    let engine = Lab::start(config).map_err(Failure::unmeasured)?;
    let shown = screen
        .run(engine.commands.clone(), engine.readings.clone())
        .await;
    let ending = Ending::listen().map_err(Failure::unmeasured)?;
    drop(screen);
    let outcome = shown.map_err(Failure::unmeasured)?;
    let ended = outcome.ended;
    if let Some(trying) = outcome
        .trying
        .filter(|it| ended == Ended::Quit && !it.is_finished())
    {
        put_away(trying).await;
    }
    let left = drained(engine, ended, ending).await;
    match ended {
        Ended::Signal(signal) => terminal::end_by(signal),
        Ended::TerminalGone => terminal::end_by(HANG_UP),
        Ended::Quit => {}
    }
    drop(ground);
    farewell(&left, &again::words(&lab, &left))
}

/// Waits for a scenario that was told to end; not for long.
async fn put_away(trying: thread::JoinHandle<()>) {
    note("ending the scenario that runs");
    let ended = tokio::task::spawn_blocking(move || {
        let until = std::time::Instant::now() + PUT_AWAY;
        while !trying.is_finished() && std::time::Instant::now() < until {
            thread::sleep(LOOK);
        }
    });
    let _ = ended.await;
}

fn options(goals: &[Goal]) -> Options {
    let texts: Vec<String> = goals.iter().map(ToString::to_string).collect();
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    Options {
        goals: goals.to_vec(),
        goals_text: texts.join(", "),
        parse_goals,
        theme: if plain {
            ThemeChoice::Plain
        } else {
            ThemeChoice::default()
        },
        mouse: true,
        files: Arc::new(Cupboard),
        pictures: std::env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
    }
}

fn parse_goals(line: &str) -> Result<Vec<Goal>, String> {
    let parts = line
        .split([',', ';'])
        .map(str::trim)
        .filter(|part| !part.is_empty());
    parts
        .map(|part| {
            part.parse()
                .map_err(|error: crate::lab::GoalError| error.to_string())
        })
        .collect()
}

/// Asks for consent on the screen, before anything is written to a cluster that linger did not start.
async fn agree(
    load: &LoadArgs,
    settings: &Settings,
    goals: &[Goal],
    connection: Connection,
) -> Result<Option<(Screen, Prepared)>, Failure> {
    let topic = load.topic.clone().unwrap_or_else(|| target::TOPIC.into());
    topics::validate(&topic).map_err(super::topic::topic_failure)?;
    let connection = gather::with_password(connection)?;
    note("looking at the cluster …");
    let (facts, others_write) = look(&connection, &topic)?;
    let limits = limits(settings);
    let rate = Rate::from(settings).most();
    let plan = LoadPlan {
        rate: rate.is_finite().then_some(PerSecond(rate)),
        record: mean_record(settings),
        ceiling: limits.ceiling,
        byte_budget: limits.byte_budget,
        others_write,
    };
    let mut screen = Screen::open(options(goals)).map_err(Failure::unmeasured)?;
    if !load.yes
        && !screen
            .confirm(Arc::new(facts), plan)
            .await
            .map_err(Failure::unmeasured)?
    {
        return Ok(None);
    }
    let facts = target::ready(&connection, load, &topic)?;
    let (target, wire) = target::real(connection, facts, settings)?;
    Ok(Some((
        screen,
        Prepared {
            target,
            topic,
            limits,
            local: None,
            wire,
        },
    )))
}

fn look(connection: &Connection, topic: &str) -> Result<(ClusterFacts, bool), Failure> {
    let failed = |error: &crate::cluster::ProbeError| target::failure(error);
    let probe = Probe::open(connection, ClusterKind::Real).map_err(|error| failed(&error))?;
    let mut facts = probe.facts(topic).map_err(|error| failed(&error))?;
    facts.topic.ours = topics::is_ours(topic);
    let there = probe.has_topic(topic).unwrap_or(false);
    let moves = there && probe.end_offsets_move(topic).unwrap_or(false);
    Ok((facts, moves))
}

/// What a person agrees to in the dialog: the usual ceiling, or the rate that was typed if it is higher.
fn limits(settings: &Settings) -> Limits {
    let rate = Rate::from(settings).most();
    let typed = consent::was_typed(settings);
    let ceiling = match rate {
        rate if typed && rate.is_infinite() => None,
        rate if typed => Some(PerSecond(rate.max(consent::CEILING))),
        _ => Some(PerSecond(consent::CEILING)),
    };
    Limits {
        ceiling,
        byte_budget: Some(Bytes(consent::BUDGET)),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the table bounds record sizes"
)]
fn mean_record(settings: &Settings) -> Bytes {
    let least = settings.number("record.size");
    Bytes(f64::midpoint(least, settings.number("record.size.max").max(least)) as u64)
}

/// Drains the load after the screen has gone, and says so when that takes a while; a signal gives up what is left and ends the
/// process.
async fn drained(engine: Lab, ended: Ended, mut ending: Ending) -> Vec<Snapshot> {
    let mut draining = tokio::task::spawn_blocking(move || finish(engine, ended));
    let mut silent = ended == Ended::Quit;
    loop {
        tokio::select! {
            left = &mut draining => return left.unwrap_or_default(),
            signal = ending.next() => {
                note("what was still under way is given up");
                terminal::end_by(signal);
            }
            () = tokio::time::sleep(NOTICED), if silent => {
                silent = false;
                note("waiting for records that are still under way; Ctrl-C gives them up");
            }
        }
    }
}

/// Ends the load after the screen has gone; gives up waiting when that takes too long for how the session ended.
fn finish(engine: Lab, ended: Ended) -> Vec<Snapshot> {
    let patience = match ended {
        Ended::Quit => DRAIN,
        Ended::Signal(HANG_UP) => LAST_BREATH,
        Ended::Signal(_) => HURRY,
        Ended::TerminalGone => return Vec::new(),
    };
    let (tell, told) = mpsc::channel();
    thread::spawn(move || tell.send(engine.finish()));
    told.recv_timeout(patience).unwrap_or_default()
}

fn farewell(left: &[Snapshot], cluster: &str) -> Result<Outcome, Failure> {
    let Some(last) = left.last() else {
        return Ok(Outcome::Fine);
    };
    let next = trials::next_command(last, cluster);
    let table = trials::session(left);
    print(&format!("{table}\nmeasure the last one again:\n  {next}\n"))?;
    Ok(Outcome::Fine)
}
