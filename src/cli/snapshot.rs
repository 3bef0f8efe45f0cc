//! `linger snapshot`.

use std::path::Path;

use crate::report::diff::Pair;
use crate::report::export::Format;
use crate::report::format::{bounded, maybe, second};
use crate::report::table::{Align, lines};
use crate::report::{json, text};
use crate::snapshot::diff::diff;
use crate::snapshot::store::{self, Entry, StoreError};

use super::SnapshotAction;
use super::output::{Failure, Outcome, note, print, put};

/// Lists, shows or exports snapshots.
pub fn run(action: &SnapshotAction) -> Result<Outcome, Failure> {
    match action {
        SnapshotAction::List { json: false } => list(),
        SnapshotAction::List { json: true } => list_json(),
        SnapshotAction::Show {
            snapshot,
            json: as_json,
        } => show(snapshot, *as_json),
        SnapshotAction::Diff { a, b, json } => differ(a, b, *json),
        SnapshotAction::Export {
            snapshots,
            to,
            output,
            overwrite,
        } => export(snapshots, to, output.as_deref(), *overwrite),
    }
}

fn differ(first: &str, second: &str, as_json: bool) -> Result<Outcome, Failure> {
    let a = store::load(first).map_err(Failure::usage)?;
    let b = store::load(second).map_err(Failure::usage)?;
    let pair = Pair {
        places: [first, second],
        snapshots: [&a, &b],
        diff: &diff(&a, &b),
    };
    if as_json {
        print(&json::object(&pair.json()).map_err(Failure::unmeasured)?)?;
    } else {
        print(&pair.text())?;
    }
    Ok(Outcome::Fine)
}

fn export(
    places: &[String],
    format: &Format,
    file: Option<&Path>,
    overwrite: bool,
) -> Result<Outcome, Failure> {
    let snapshots: Result<Vec<_>, _> = places.iter().map(|place| store::load(place)).collect();
    let text = format
        .write(&snapshots.map_err(Failure::usage)?)
        .map_err(Failure::usage)?;
    put(&text, file, overwrite)?;
    Ok(Outcome::Fine)
}

fn show(place: &str, as_json: bool) -> Result<Outcome, Failure> {
    let snapshot = store::load(place).map_err(Failure::usage)?;
    if as_json {
        print(&json::object(&snapshot).map_err(Failure::unmeasured)?)?;
    } else {
        print(&text::bench(&snapshot))?;
    }
    Ok(Outcome::Fine)
}

fn list() -> Result<Outcome, Failure> {
    let entries = store::list().map_err(Failure::usage)?;
    if entries.is_empty() {
        note("no snapshots yet: `linger bench --save NAME` makes one");
        return Ok(Outcome::Fine);
    }
    let heads = ["name", "started", "cluster", "sent/s", "p50 ms", "p99 ms"];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    rows.extend(entries.iter().filter_map(row));
    let columns = [[Align::Left; 3].as_slice(), [Align::Right; 3].as_slice()].concat();
    print(&(lines(&rows, &columns).join("\n") + "\n"))?;
    Ok(damaged(&entries))
}

fn row(entry: &Entry) -> Option<Vec<String>> {
    let snapshot = entry.snapshot.as_ref().ok()?;
    let kind = match snapshot.cluster.kind {
        crate::cluster::ClusterKind::Embedded => "embedded",
        crate::cluster::ClusterKind::Real => "real",
    };
    let times = &snapshot.result.response_ms;
    Some(vec![
        entry.name.clone(),
        second(&snapshot.started_at),
        kind.into(),
        maybe(snapshot.result.records_per_s),
        bounded(times.p50, times),
        bounded(times.p99, times),
    ])
}

fn list_json() -> Result<Outcome, Failure> {
    let entries = store::list().map_err(Failure::usage)?;
    let rows: Vec<_> = entries
        .iter()
        .map(|entry| {
            let error = entry.snapshot.as_ref().err().map(StoreError::to_string);
            let started = entry.snapshot.as_ref().ok().map(|one| &one.started_at);
            serde_json::json!({ "name": entry.name, "file": entry.path, "started_at": started, "error": error })
        })
        .collect();
    let text = serde_json::to_string_pretty(&rows).map_err(Failure::unmeasured)?;
    print(&(text + "\n"))?;
    Ok(damaged(&entries))
}

/// Damaged files are named on standard error, and make the listing end with the code for bad configuration.
fn damaged(entries: &[Entry]) -> Outcome {
    let mut outcome = Outcome::Fine;
    for error in entries
        .iter()
        .filter_map(|entry| entry.snapshot.as_ref().err())
    {
        note(&format!("error: {error}"));
        outcome = Outcome::Usage;
    }
    outcome
}
