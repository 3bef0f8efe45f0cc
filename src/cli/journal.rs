//! What commands that keep a journal share: where it lies, and on which cluster it was begun.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::de::DeserializeOwned;

use crate::cluster::Connection;
use crate::settings::files::data_folder;
use crate::snapshot::journal::{Journal, Kind, Opened};

use super::args::ConnectArgs;
use super::output::{Failure, note};

/// How a journal names the simulated brokers.
pub const EMBEDDED: &str = "the embedded cluster";
/// How it names brokers of this machine; their number follows.
const LOCAL: &str = "a local Kafka of ";

/// Where a command that takes long writes down what is finished, and from where it goes on.
#[derive(Clone, Debug, Default, Args)]
pub struct JournalArgs {
    /// Where all that is finished is written down [default: a file in the data folder]
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "resume",
        help_heading = "Output"
    )]
    pub journal: Option<PathBuf>,
    /// Go on with what was stopped or killed, on the same cluster
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub resume: Option<PathBuf>,
}

/// Where a new journal of this command goes: the file that was named, or one in the data folder.
pub fn place(given: Option<&Path>, command: &str) -> Result<PathBuf, Failure> {
    let place = if let Some(place) = given {
        place.to_owned()
    } else {
        let now = jiff::Timestamp::now().strftime("%Y%m%d-%H%M%S");
        let folder = data_folder().map_err(Failure::usage)?;
        // Two that begin within one second are two processes.
        let name = format!("{command}-{now}-{}.journal", std::process::id());
        folder.join(format!("{command}s")).join(name)
    };
    if place.symlink_metadata().is_ok() {
        return Err(Failure::usage(format!(
            "{0} is already there and was left alone; go on with it by --resume {0}, or choose another name",
            place.display()
        )));
    }
    Ok(place)
}

/// Opens a journal to go on with it, and says what was cut off.
pub fn open<H: DeserializeOwned, L: DeserializeOwned>(
    path: &Path,
    kind: Kind,
    quiet: bool,
) -> Result<Opened<H, L>, Failure> {
    let opened = Journal::open(path, kind).map_err(Failure::usage)?;
    if opened.torn > 0 && !quiet {
        note(&format!(
            "the last line was torn: {} bytes were cut off",
            opened.torn
        ));
    }
    Ok(opened)
}

/// Which cluster this is, for the journal: work goes on only where it began.
#[must_use]
pub fn cluster(connect: &ConnectArgs, connection: &Connection) -> String {
    match (connect.local_kafka, connection.bootstrap()) {
        (Some(brokers), _) => format!("{LOCAL}{brokers}"),
        (None, Some(servers)) => servers.to_owned(),
        (None, None) => EMBEDDED.into(),
    }
}

/// The flags that lead to the cluster that the journal names, behind a blank; none for the embedded one.
#[must_use]
pub fn flags_of(cluster: &str) -> String {
    match cluster.strip_prefix(LOCAL) {
        Some(brokers) => format!(" --local-kafka={brokers}"),
        None if cluster == EMBEDDED => String::new(),
        None => format!(" -b {cluster}"),
    }
}

/// What is wrong when another cluster was named than the journal's, and what to type instead.
#[must_use]
pub fn other_cluster(path: &Path, begun_on: &str, this: &str) -> Failure {
    let way_back = match flags_of(begun_on).trim() {
        "" => "; leave out -b and --local-kafka".into(),
        flags => format!("; add {flags}"),
    };
    Failure::usage(format!(
        "{} was begun on {begun_on}, and this is {this}: results of two clusters are not compared{way_back}",
        path.display(),
    ))
}
