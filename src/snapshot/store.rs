//! Snapshots in files: saved whole or not at all, private, never over another one.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{SCHEMA_VERSION, Snapshot};

/// The largest snapshot that is read, in bytes; a larger file is none of ours.
const LARGEST: u64 = 64 << 20;
const ENDING: &str = "json";

/// Why a snapshot was not saved, found or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file of that name is there.
    #[error("{} exists already and was left alone; choose another name", .0.display())]
    Exists(PathBuf),
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
    /// The home folder is not known.
    #[error("no folder for snapshots is known; set LINGER_DATA_DIR")]
    Homeless,
    /// The file could not be written.
    #[error("cannot save {}: {}; nothing was left behind", path.display(), plain(cause))]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// The file could not be read.
    #[error("cannot read {}: {}", path.display(), plain(cause))]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// The file is empty.
    #[error("{} is empty and was left alone; delete it, or choose another", .0.display())]
    Empty(PathBuf),
    /// The file is larger than any snapshot.
    #[error("{} is larger than any snapshot (64 MiB) and was not read", .0.display())]
    Large(PathBuf),
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

fn plain(cause: &io::Error) -> String {
    match cause.kind() {
        io::ErrorKind::StorageFull => "the disk is full; free some space or save elsewhere".into(),
        io::ErrorKind::QuotaExceeded => "the disk quota is used up; save elsewhere".into(),
        io::ErrorKind::PermissionDenied => "permission denied; save elsewhere".into(),
        io::ErrorKind::ReadOnlyFilesystem => "the disk is read-only; save elsewhere".into(),
        io::ErrorKind::NotFound => "there is no such file or folder".into(),
        _ => cause.to_string(),
    }
}

/// The folder for snapshots: `$LINGER_DATA_DIR/snapshots`, else `$XDG_DATA_HOME/linger/snapshots`.
pub fn folder() -> Result<PathBuf, StoreError> {
    if let Some(own) = std::env::var_os("LINGER_DATA_DIR").filter(|own| !own.is_empty()) {
        return Ok(PathBuf::from(own).join("snapshots"));
    }
    use etcetera::BaseStrategy as _;
    etcetera::base_strategy::Xdg::new()
        .map(|xdg| xdg.data_dir().join("linger").join("snapshots"))
        .map_err(|_| StoreError::Homeless)
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
        Ok(_) => Err(StoreError::Exists(path)),
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
    let failed = |cause: io::Error| match cause.kind() {
        io::ErrorKind::AlreadyExists => StoreError::Exists(path.into()),
        _ => StoreError::Write {
            path: path.into(),
            cause,
        },
    };
    let mut text = serde_json::to_vec_pretty(snapshot).map_err(|error| failed(error.into()))?;
    text.push(b'\n');
    write_new(path, &text).map_err(failed)
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
        Err(cause) => {
            return Err(StoreError::Read {
                path: folder,
                cause,
            });
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
    let text = read_bounded(path)?;
    let damaged = |error: serde_json::Error| StoreError::Damaged {
        path: path.into(),
        why: error.to_string(),
    };
    if text.trim_ascii().is_empty() {
        return Err(StoreError::Empty(path.into()));
    }
    let value: serde_json::Value = serde_json::from_slice(&text).map_err(damaged)?;
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

fn read_bounded(path: &Path) -> Result<Vec<u8>, StoreError> {
    use std::io::Read as _;
    let failed = |cause| StoreError::Read {
        path: path.into(),
        cause,
    };
    let file = fs::File::open(path).map_err(failed)?;
    if !file.metadata().map_err(failed)?.is_file() {
        return Err(StoreError::Damaged {
            path: path.into(),
            why: "it is not a plain file".into(),
        });
    }
    let mut text = Vec::new();
    file.take(LARGEST + 1)
        .read_to_end(&mut text)
        .map_err(failed)?;
    if text.len() as u64 > LARGEST {
        return Err(StoreError::Large(path.into()));
    }
    Ok(text)
}

fn write_new(path: &Path, text: &[u8]) -> io::Result<()> {
    use std::io::Write as _;
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    create_private(folder)?;
    let mut file = tempfile::Builder::new()
        .prefix(".linger-")
        .tempfile_in(folder)?;
    file.write_all(text)?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path).map_err(|error| error.error)?;
    fs::File::open(folder)?.sync_all()
}

fn create_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    if folder.is_dir() {
        return Ok(());
    }
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

#[cfg(test)]
mod tests;
