//! `linger topic`: the topics that linger owns.

use std::io::{BufRead as _, IsTerminal as _};

use crate::cluster::topics::{self, TopicError};

use super::args::ConnectArgs;
use super::output::{Failure, Outcome, note, print};
use super::{TopicAction, target};

/// Lists or removes topics.
pub fn run(action: &TopicAction) -> Result<Outcome, Failure> {
    match action {
        TopicAction::List { connect, json } => list(connect, *json),
        TopicAction::Rm {
            topics,
            all,
            connect,
            yes,
        } => remove(topics, *all, connect, *yes),
    }
}

fn list(connect: &ConnectArgs, json: bool) -> Result<Outcome, Failure> {
    let (probe, _) = target::reach(connect)?;
    let names = topics::list(&probe).map_err(topic_failure)?;
    if json {
        let text = serde_json::to_string_pretty(&names).map_err(Failure::unmeasured)?;
        print(&(text + "\n"))?;
    } else if names.is_empty() {
        note("no topic of linger's on this cluster");
    } else {
        print(&(names.join("\n") + "\n"))?;
    }
    Ok(Outcome::Fine)
}

fn remove(
    names: &[String],
    all: bool,
    connect: &ConnectArgs,
    yes: bool,
) -> Result<Outcome, Failure> {
    for name in names {
        if !topics::is_ours(name) {
            return Err(topic_failure(TopicError::NotOurs(name.clone())));
        }
        topics::validate(name).map_err(topic_failure)?;
    }
    let (probe, _) = target::reach(connect)?;
    let names = if all {
        topics::list(&probe).map_err(topic_failure)?
    } else {
        names.to_vec()
    };
    if names.is_empty() {
        note("no topic of linger's on this cluster; nothing was removed");
        return Ok(Outcome::Fine);
    }
    if !yes && !confirmed(&names)? {
        note("nothing was removed");
        return Ok(Outcome::No);
    }
    for name in &names {
        topics::delete(&probe, name).map_err(topic_failure)?;
        print(&format!("removed {name}\n"))?;
    }
    Ok(Outcome::Fine)
}

fn confirmed(names: &[String]) -> Result<bool, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::usage(format!(
            "removing {} needs a yes; nothing was removed: add --yes",
            names.join(", ")
        )));
    }
    note(&format!(
        "remove {} with all records? [y/N]",
        names.join(", ")
    ));
    let mut answer = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut answer)
        .map_err(Failure::usage)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// Names that cannot be, or are not ours, are bad usage; what the cluster says is not.
#[must_use]
pub fn topic_failure(error: TopicError) -> Failure {
    match error {
        TopicError::Cluster(error) => target::failure(&error),
        TopicError::Refused { .. } => Failure::unmeasured(error),
        _ => Failure::usage(error),
    }
}
