//! What a run makes on a cluster that it did not start: written down before it is made, so that the next run removes what a killed one
//! has left behind.
//!
//! The list belongs to the run that holds its lock, and the system lets go of that with the process. So nobody guesses by age, and
//! nothing is taken from a run that is still going.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::cluster::Probe;
use crate::cluster::topics::{self, PREFIX, TopicError};
use crate::settings::files::{FileError, data_folder};
use crate::snapshot::journal::{Journal, JournalError, Kind};

const KIND: Kind = Kind {
    word: "linger-leavings",
    of: "topics",
    schema: 1,
};
/// A list that can be read …
const WHOLE: &str = "topics";
/// … and one that has no first line yet.
const BEGUN: &str = "begun";

/// The first line of a list.
#[derive(Debug, Serialize, Deserialize)]
struct Header {
    kind: String,
    schema: u32,
    /// The id of the cluster that the topics are on.
    cluster: String,
}

/// The topics of one run that stand on a cluster; its list is gone once none does.
#[derive(Debug)]
pub struct Leavings {
    path: PathBuf,
    list: Mutex<List>,
}

#[derive(Debug)]
struct List {
    journal: Journal,
    standing: BTreeSet<String>,
}

impl Leavings {
    /// An empty list of this run's for the cluster of this id.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn begin(cluster: &str) -> Result<Self, JournalError> {
        Self::begin_in(&folder()?, cluster)
    }

    fn begin_in(folder: &Path, cluster: &str) -> Result<Self, JournalError> {
        let name = format!("{}-{:08x}", std::process::id(), rand::random::<u32>());
        let begun = folder.join(name).with_extension(BEGUN);
        let header = Header {
            kind: KIND.word.into(),
            schema: KIND.schema,
            cluster: cluster.to_owned(),
        };
        let journal = Journal::create(&begun, &header)?;
        // Only now that it is locked and has its first line may others look at it.
        let path = begun.with_extension(WHOLE);
        fs::rename(&begun, &path).map_err(|reason| FileError::Write {
            path: path.clone(),
            reason,
        })?;
        Ok(Self {
            path,
            list: Mutex::new(List {
                journal,
                standing: BTreeSet::new(),
            }),
        })
    }

    /// Writes a topic down that is about to be made.
    ///
    /// # Errors
    /// The list cannot be written.
    pub fn add(&self, topic: &str) -> std::io::Result<()> {
        let mut list = self.list();
        list.journal.append(&topic)?;
        list.standing.insert(topic.to_owned());
        Ok(())
    }

    /// Takes note that a topic does not stand any more.
    pub fn removed(&self, topic: &str) {
        self.list().standing.remove(topic);
    }

    fn list(&self) -> MutexGuard<'_, List> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Leavings {
    /// What still stands is the next run's matter.
    fn drop(&mut self) {
        if self.list().standing.is_empty() {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn folder() -> Result<PathBuf, FileError> {
    Ok(data_folder()?.join("scenarios").join("leavings"))
}

/// What a topic of a scenario with this id begins with.
#[must_use]
pub fn prefix(id: &str) -> String {
    format!("{PREFIX}scenario-{}", id.to_ascii_lowercase())
}

/// Removes from the cluster of this id what runs of this machine have left that were killed; what was done, in sentences.
#[must_use]
pub fn clear_up(probe: &Probe, cluster: &str) -> Vec<String> {
    let Ok(folder) = folder() else {
        return Vec::new();
    };
    let (mut removed, mut told) = (Vec::new(), Vec::new());
    for dead in dead(&folder, cluster) {
        let mut is_left = false;
        for name in dead.topics {
            match topics::delete(probe, &name) {
                Ok(()) => removed.push(name),
                Err(TopicError::Missing(_)) => {}
                Err(error) => {
                    is_left = true;
                    told.push(format!(
                        "topic {name} of scenarios that were killed is still there: {error}"
                    ));
                }
            }
        }
        if !is_left {
            let _ = fs::remove_file(dead.path);
        }
    }
    if !removed.is_empty() {
        told.push(format!(
            "scenarios that were killed had left topics on this cluster; removed: {}",
            removed.join(", ")
        ));
    }
    told
}

/// A list whose run has ended; nobody else can take it up meanwhile.
struct Dead {
    path: PathBuf,
    topics: Vec<String>,
    _lock: Journal,
}

/// The lists for this cluster that no run holds, in their order.
fn dead(folder: &Path, cluster: &str) -> Vec<Dead> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|it| it == WHOLE));
    paths.sort();
    let dead = paths.into_iter().filter_map(|path| {
        // One in use is of a run that is still going; a damaged one names nothing for certain.
        let opened = Journal::open::<Header, String>(&path, KIND).ok()?;
        (opened.header.cluster == cluster).then(|| {
            let ours = prefix("");
            let mut topics = opened.done;
            topics.retain(|name| name.starts_with(&ours));
            Dead {
                path,
                topics,
                _lock: opened.journal,
            }
        })
    });
    dead.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topics(folder: &Path, cluster: &str) -> Vec<Vec<String>> {
        let dead = dead(folder, cluster).into_iter();
        dead.map(|one| one.topics).collect()
    }

    /// Ends a list as a kill does: the lock goes, and the file stays.
    fn kill(leavings: Leavings) {
        leavings.list().standing.insert("linger-standing".into());
        drop(leavings);
    }

    #[test]
    fn what_a_killed_run_had_made_is_known_and_nothing_of_one_that_is_still_going() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("leavings");
        assert!(dead(&folder, "A").is_empty(), "there is no folder yet");
        let killed = Leavings::begin_in(&folder, "A").unwrap();
        killed.add("linger-scenario-c3-x").unwrap();
        killed.add("payments").unwrap();
        let going = Leavings::begin_in(&folder, "A").unwrap();
        going.add("linger-scenario-c4-x").unwrap();
        assert!(dead(&folder, "A").is_empty(), "both are going");
        kill(killed);
        assert!(dead(&folder, "B").is_empty(), "another cluster's");
        assert_eq!(topics(&folder, "A"), [["linger-scenario-c3-x"]]);
        // While one run clears up, another one leaves it alone.
        let taken = dead(&folder, "A");
        assert!(dead(&folder, "A").is_empty());
        drop(taken);
        assert_eq!(dead(&folder, "A").len(), 1);
    }

    #[test]
    fn a_list_of_which_nothing_stands_is_gone() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("leavings");
        let list = Leavings::begin_in(&folder, "A").unwrap();
        list.add("linger-scenario-c3-x").unwrap();
        list.removed("linger-scenario-c3-x");
        drop(list);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    }

    #[test]
    fn a_name_torn_by_the_kill_was_not_made() {
        let home = tempfile::tempdir().unwrap();
        let list = Leavings::begin_in(home.path(), "A").unwrap();
        list.add("linger-scenario-c3-x").unwrap();
        list.add("linger-scenario-c3-y").unwrap();
        let path = list.path.clone();
        kill(list);
        let whole = fs::read(&path).unwrap();
        fs::write(&path, &whole[..whole.len() - 3]).unwrap();
        assert_eq!(topics(home.path(), "A"), [["linger-scenario-c3-x"]]);
    }
}
