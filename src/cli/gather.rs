//! From flags, environment, files and profile to settings, a connection and goals. Nothing is sent here.

use std::io::{IsTerminal as _, Read as _};
use std::path::Path;

use crate::cluster::keys::CONNECTION_KEYS;
use crate::cluster::{self, Connection, Secret, sources};
use crate::lab::Goal;
use crate::load::{PayloadKind, Payloads, Workload};
use crate::profile::{Profile, Shelf};
use crate::settings::layers::{Pair, env_name};
use crate::settings::{Finding, Layers, Settings, Severity, Surroundings, check, find, rows};

use super::args::{ConnectArgs, LoadArgs};
use super::output::{Failure, note};

/// The largest file of properties that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// What was asked for, read and checked by itself.
#[derive(Debug)]
pub struct Gathered {
    /// A value for every row, each with its source.
    pub settings: Settings,
    /// How to reach the cluster; empty without `-b` and `-F`.
    pub connection: Connection,
    /// What must hold.
    pub goals: Vec<Goal>,
    /// What a person should know, in sentences.
    pub notes: Vec<String>,
}

/// Reads everything: flag > `-X` > environment > profile > file > default. `flags` are the flags that set a row.
pub fn gather(connect: &ConnectArgs, load: &LoadArgs, flags: &[Pair]) -> Result<Gathered, Failure> {
    let environment = environment();
    let read = read_sources(connect, &environment)?;
    let rest = |wanted: fn(&cluster::Source) -> bool| -> Vec<Pair> {
        let these = read.rest.iter().filter(|one| wanted(&one.source));
        these
            .map(|one| (one.name.clone(), one.value.clone()))
            .collect()
    };
    let profile = load.profile.as_deref().map(read_profile).transpose()?;
    let mut typed = set_pairs(&load.set)?;
    let mut flags = flags.to_vec();
    if load.follow {
        flags.push(("follow".into(), "on".into()));
    }
    no_repeats(&typed, &flags)?;
    typed.extend(flags);
    let settings = Layers {
        file: rest(|source| matches!(source, cluster::Source::File { .. })),
        profile: profile.as_ref().map(|one| (one.name.clone(), one.pairs())),
        properties: rest(|source| matches!(source, cluster::Source::Option)),
        flags: typed,
        env: environment.clone(),
    }
    .build()
    .map_err(Failure::usage)?;
    let kept = profile.iter().flat_map(|one| &one.goals);
    let goals = kept
        .chain(&load.goal)
        .map(|text| text.parse().map_err(Failure::usage))
        .collect::<Result<Vec<Goal>, Failure>>()?;
    let mut notes: Vec<String> = stray(&environment).collect();
    let ignored: Vec<String> = read
        .ignored
        .iter()
        .map(|(name, source)| {
            format!("{source}: {name} means nothing to librdkafka's producer and is ignored")
        })
        .collect();
    notes.extend(ignored);
    notes.extend(without_effect(connect, &read.connection));
    notes.extend(read.connection.cautions());
    Ok(Gathered {
        settings,
        connection: read.connection,
        goals,
        notes,
    })
}

fn read_sources(
    connect: &ConnectArgs,
    environment: &[(String, String)],
) -> Result<sources::Read, Failure> {
    let content = connect.file.as_deref().map(read_file).transpose()?;
    let names: Vec<&str> = rows()
        .iter()
        .flat_map(|row| std::iter::once(row.name).chain(row.aliases.iter().copied()))
        // What an application's own properties must not decide.
        .filter(|name| crate::cluster::keys::refusal(name).is_none())
        .collect();
    let file = connect.file.as_deref().zip(content.as_deref());
    sources::read(&sources::Given {
        bootstrap: connect.brokers.as_deref(),
        options: &connect.properties,
        environment,
        file,
        knobs: &names,
    })
    .map_err(Failure::usage)
}

fn read_file(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |error: std::io::Error| {
        Failure::usage(format!(
            "cannot read {}: {error}; check the path of -F",
            path.display()
        ))
    };
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut content = Vec::new();
    file.take(LARGEST + 1)
        .read_to_end(&mut content)
        .map_err(failed)?;
    if content.len() as u64 > LARGEST {
        let sentence = format!(
            "{} is larger than 1 MiB: no file of properties",
            path.display()
        );
        return Err(Failure::usage(sentence));
    }
    Ok(content)
}

/// The variables of the environment that are ours and are text.
fn environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with("LINGER_"))
        .collect()
}

/// Variables that mean nothing, yet are close to one that does.
fn stray(environment: &[Pair]) -> impl Iterator<Item = String> {
    let knobs = rows()
        .iter()
        .flat_map(|row| row.aliases.iter().chain([&row.name]));
    let keys = CONNECTION_KEYS.iter().map(|key| &key.name);
    let known: Vec<String> = knobs.chain(keys).map(|name| env_name(name)).collect();
    environment.iter().filter_map(move |(variable, _)| {
        let likeness = |name: &&String| strsim::jaro_winkler(name, variable);
        let near = known
            .iter()
            .max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
        let is_stray = likeness(&near) < 1.0 && strsim::damerau_levenshtein(near, variable) <= 2;
        is_stray.then(|| {
            format!("environment variable {variable} means nothing here: did you mean {near}?")
        })
    })
}

fn read_profile(name: &str) -> Result<Profile, Failure> {
    Shelf::user()
        .and_then(|shelf| shelf.read(name))
        .map_err(Failure::usage)
}

fn set_pairs(texts: &[String]) -> Result<Vec<Pair>, Failure> {
    let pair = |text: &String| {
        let sentence = || format!("--set {text}: write KNOB=VALUE, for example --set linger.ms=20");
        let (name, value) = text
            .split_once('=')
            .ok_or_else(|| Failure::usage(sentence()))?;
        Ok((name.trim().to_owned(), value.trim().to_owned()))
    };
    texts.iter().map(pair).collect()
}

/// A flag of its own and `--set` may name the same row: which one is meant cannot be known.
fn no_repeats(set: &[Pair], flags: &[Pair]) -> Result<(), Failure> {
    let row = |name: &str| find(name).map(|row| row.name);
    let both = |(name, _): &&Pair| flags.iter().any(|(flag, _)| row(flag) == row(name));
    match set.iter().find(both) {
        None => Ok(()),
        Some((name, _)) => Err(Failure::usage(format!(
            "{name} is set by --set and by its own flag: both are the same knob; give one of them"
        ))),
    }
}

/// Properties that were typed for a cluster which is not the one in use.
fn without_effect(connect: &ConnectArgs, connection: &Connection) -> Option<String> {
    let cluster = match connect.local_kafka {
        Some(_) => "the local Kafka",
        None if connection.bootstrap().is_none() => "the embedded cluster",
        None => return None,
    };
    let typed = |name: &str| {
        let source = connection.source(name);
        !matches!(source, Some(cluster::Source::Environment(_))) && name != "client.id"
    };
    let shown = connection.shown();
    let names: Vec<&str> = shown.iter().map(|(name, _, _)| *name).collect();
    let names: Vec<&str> = names.into_iter().filter(|name| typed(name)).collect();
    (!names.is_empty()).then(|| {
        format!(
            "no effect on {cluster}: {}; name a real one with -b HOST:PORT",
            names.join(", ")
        )
    })
}

/// Refuses a payload file that cannot be used, before anything is asked of a cluster.
pub fn payload_file(settings: &Settings) -> Result<(), Failure> {
    let workload = Workload::from(settings);
    if workload.payload != PayloadKind::File {
        return Ok(());
    }
    let payloads = Payloads::new(&workload, 0).map_err(Failure::usage)?;
    if settings.is_on("follow") {
        payloads.fit_header().map_err(Failure::usage)?;
    }
    Ok(())
}

/// Refuses settings that the client would refuse, with the `--set` to add; returns the cautions as sentences.
pub fn judge(settings: &Settings, around: &Surroundings) -> Result<Vec<String>, Failure> {
    let findings = check(settings, around);
    match findings.iter().find(|one| one.severity == Severity::Refuse) {
        Some(finding) => Err(Failure::usage(refusal(finding))),
        None => Ok(findings.into_iter().map(|one| one.sentence).collect()),
    }
}

fn refusal(finding: &Finding) -> String {
    let Some(mend) = &finding.mend else {
        return finding.sentence.clone();
    };
    format!("{}; add {}: {}", finding.sentence, mend.flags(), mend.text)
}

/// Asks for a missing password where somebody can type it.
pub fn with_password(connection: Connection) -> Result<Connection, Failure> {
    if !connection.needs_password() || !std::io::stdin().is_terminal() {
        return Ok(connection);
    }
    let user = connection.user().unwrap_or("the user").to_owned();
    let typed = rpassword::prompt_password(format!("password of {user}: "));
    typed
        .map(|text| connection.with_password(Secret::new(text)))
        .map_err(|error| Failure::usage(format!("the password cannot be read: {error}")))
}

/// Refuses goals that only an audit counts, where there is none; `why` says what to do.
pub fn without_audit(goals: &[Goal], why: &str) -> Result<(), Failure> {
    let mut goals = goals.iter();
    match goals.find(|goal| goal.figure.is_audited()) {
        Some(goal) => Err(Failure::usage(format!("goal {goal}: {why}"))),
        None => Ok(()),
    }
}

/// Prints sentences on standard error, unless quiet.
pub fn tell(notes: &[String], quiet: bool) {
    if quiet {
        return;
    }
    for sentence in notes {
        note(&format!("note: {sentence}"));
    }
}
