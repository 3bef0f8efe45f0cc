//! Snapshots in files: saved whole or not at all, private, never over another one.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::settings::files::{self, FileError, read_within, write_whole};

use super::{SCHEMA_VERSION, Snapshot};

/// The largest snapshot that is read, in bytes; a larger file is none of ours.
const LARGEST: u64 = 64 << 20;
const ENDING: &str = "json";

/// Why a snapshot was not saved, found or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file could not be read or written, or is there already.
    #[error(transparent)]
    File(#[from] FileError),
    /// The name cannot be a file's name.
    #[error("{0:?} cannot be a snapshot's name; use letters, digits, '.', '-' and '_'")]
    Name(String),
    /// No snapshot is called so.
    #[error("no snapshot is called {name:?} in {}; `linger snapshot list` shows all", folder.display())]
    Missing {
        /// What was asked for.
        name: String,
        /// Where it was looked for.
        folder: PathBuf,
    },
    /// The file is empty.
    #[error("{} is empty and was left alone; delete it, or choose another", .0.display())]
    Empty(PathBuf),
    /// The file is not a snapshot.
    #[error("{} is damaged or not a snapshot and was left alone: {why}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where it goes wrong.
        why: String,
    },
    /// The file was written by a newer linger.
    #[error("{} has form {found}, this linger reads up to {SCHEMA_VERSION}; it was left alone: update linger", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its form.
        found: u64,
    },
}

/// The folder for snapshots: `snapshots` in the data folder.
pub fn folder() -> Result<PathBuf, StoreError> {
    Ok(files::data_folder()?.join("snapshots"))
}

/// Whether a text names a file rather than a snapshot in the folder: it holds a `/` or ends in `.json`.
#[must_use]
pub fn is_path(text: &str) -> bool {
    text.contains('/') || Path::new(text).extension().is_some_and(|end| end == ENDING)
}

/// The file that a snapshot would be saved into, by name or path; an error if something is there already.
pub fn vacant(place: &str) -> Result<PathBuf, StoreError> {
    let path = if is_path(place) {
        PathBuf::from(place)
    } else {
        named(&folder()?, place)?
    };
    match path.symlink_metadata() {
        Ok(_) => Err(FileError::Exists(path).into()),
        Err(_) => Ok(path),
    }
}

/// Saves under a name in the folder for snapshots, or into the file that `place` names; returns the file.
pub fn save(snapshot: &Snapshot, place: &str) -> Result<PathBuf, StoreError> {
    let path = vacant(place)?;
    save_file(snapshot, &path)?;
    Ok(path)
}

/// Saves into a file that does not exist yet.
pub fn save_file(snapshot: &Snapshot, path: &Path) -> Result<(), StoreError> {
    let mut text = serde_json::to_vec_pretty(snapshot).map_err(|error| FileError::Write {
        path: path.into(),
        reason: error.into(),
    })?;
    text.push(b'\n');
    Ok(write_whole(path, &text, false)?)
}

fn named(folder: &Path, name: &str) -> Result<PathBuf, StoreError> {
    let good = |letter: char| letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_');
    let fits = !name.is_empty() && name.len() <= 128 && !name.starts_with('.');
    if fits && name.chars().all(good) {
        Ok(folder.join(format!("{name}.{ENDING}")))
    } else {
        Err(StoreError::Name(name.into()))
    }
}

/// One file in the folder for snapshots.
#[derive(Debug)]
pub struct Entry {
    /// The name to load it by.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// The snapshot, or why it cannot be read.
    pub snapshot: Result<Snapshot, StoreError>,
}

/// Every file in the folder for snapshots, by name; damaged ones are named with the reason.
pub fn list() -> Result<Vec<Entry>, StoreError> {
    let folder = folder()?;
    let files = match fs::read_dir(&folder) {
        Ok(files) => files,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(reason) => {
            let path = folder;
            return Err(FileError::Read { path, reason }.into());
        }
    };
    let mut entries: Vec<Entry> = files
        .flatten()
        .map(|file| file.path())
        .filter(|path| path.extension().is_some_and(|end| end == ENDING))
        .map(entry)
        .collect();
    entries.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(entries)
}

fn entry(path: PathBuf) -> Entry {
    let name = path
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default();
    let snapshot = load_file(&path);
    Entry {
        name,
        path,
        snapshot,
    }
}

/// Loads a snapshot by its name in the folder, or from the file that `place` names.
pub fn load(place: &str) -> Result<Snapshot, StoreError> {
    if is_path(place) {
        return load_file(Path::new(place));
    }
    let folder = folder()?;
    let path = named(&folder, place)?;
    if !path.exists() {
        return Err(StoreError::Missing {
            name: place.into(),
            folder,
        });
    }
    load_file(&path)
}

/// Loads a snapshot from a file.
pub fn load_file(path: &Path) -> Result<Snapshot, StoreError> {
    let text = read_within(path, LARGEST)?;
    let damaged = |error: serde_json::Error| StoreError::Damaged {
        path: path.into(),
        why: error.to_string(),
    };
    if text.trim().is_empty() {
        return Err(StoreError::Empty(path.into()));
    }
    let value: serde_json::Value = serde_json::from_str(&text).map_err(damaged)?;
    let version = value
        .get("schema_version")
        .and_then(serde_json::Value::as_u64);
    match version {
        Some(found) if found > u64::from(SCHEMA_VERSION) => Err(StoreError::Newer {
            path: path.into(),
            found,
        }),
        Some(_) => serde_json::from_value(value).map_err(damaged),
        None => Err(StoreError::Damaged {
            path: path.into(),
            why: "it has no schema_version".into(),
        }),
    }
}

#[cfg(test)]
mod tests;
