//! Our files: the folders they live in, written whole or not at all, read within a limit.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use etcetera::base_strategy::{BaseStrategy, Xdg};

/// Why a file of ours could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// There is no home folder.
    #[error("there is no home folder: set {0} to the folder to use")]
    NoHome(&'static str),
    /// The file is there already.
    #[error("{} is already there and was left alone; choose another name", .0.display())]
    Exists(PathBuf),
    /// It cannot be written; whatever was there before is still there.
    #[error("{} was not written ({reason}); nothing was changed", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: io::Error,
    },
    /// It cannot be read.
    #[error("{} cannot be read: {reason}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: io::Error,
    },
    /// It is larger than such a file can be.
    #[error("{} is larger than {limit} bytes, so it is not one of ours; it was left alone", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The limit in bytes.
        limit: u64,
    },
}

/// The folder for what a person keeps: `LINGER_CONFIG_DIR`, else `linger` in the XDG config folder.
pub fn config_folder() -> Result<PathBuf, FileError> {
    folder("LINGER_CONFIG_DIR", Xdg::config_dir)
}

/// The folder for results: `LINGER_DATA_DIR`, else `linger` in the XDG data folder.
pub fn data_folder() -> Result<PathBuf, FileError> {
    folder("LINGER_DATA_DIR", Xdg::data_dir)
}

fn folder(variable: &'static str, of: fn(&Xdg) -> PathBuf) -> Result<PathBuf, FileError> {
    if let Some(given) = std::env::var_os(variable).filter(|given| !given.is_empty()) {
        return Ok(given.into());
    }
    let xdg = Xdg::new().map_err(|_| FileError::NoHome(variable))?;
    Ok(of(&xdg).join("linger"))
}

/// Writes a file whole or not at all: a temporary file in the same folder (private, mode 0600), synced, renamed, and the folder synced.
/// Missing folders are made with mode 0700. Without `overwrite` a file that is there is left alone.
pub fn write_whole(path: &Path, content: &[u8], overwrite: bool) -> Result<(), FileError> {
    let failed = |reason| FileError::Write {
        path: path.into(),
        reason,
    };
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    make_folder(folder).map_err(failed)?;
    let mut file = tempfile::Builder::new()
        .prefix(".linger-")
        .tempfile_in(folder)
        .map_err(failed)?;
    file.write_all(content).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    let kept = if overwrite {
        file.persist(path)
    } else {
        file.persist_noclobber(path)
    };
    kept.map_err(|error| match error.error.kind() {
        io::ErrorKind::AlreadyExists => FileError::Exists(path.into()),
        _ => failed(error.error),
    })?;
    // The content is in place; a folder that cannot be synced (some network file systems) does not take that back.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}

/// Reads a text file of at most `limit` bytes; anything but an ordinary file is refused, so that a pipe cannot hold us.
pub fn read_within(path: &Path, limit: u64) -> Result<String, FileError> {
    let failed = |reason| FileError::Read {
        path: path.into(),
        reason,
    };
    if !fs::metadata(path).map_err(failed)?.is_file() {
        return Err(failed(io::Error::other("not an ordinary file")));
    }
    let mut content = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(limit + 1)
        .read_to_end(&mut content)
        .map_err(failed)?;
    if content.len() as u64 > limit {
        return Err(FileError::TooLarge {
            path: path.into(),
            limit,
        });
    }
    String::from_utf8(content).map_err(|_| failed(io::Error::other("not text in UTF-8")))
}

/// Makes a folder and what is missing above it, private (mode 0700).
#[cfg(unix)]
pub fn make_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

/// Makes a folder and what is missing above it.
#[cfg(not(unix))]
pub fn make_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_file_is_private_whole_and_never_overwritten_unasked() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a/b/file");
        write_whole(&path, b"one", false).unwrap();
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        let again = write_whole(&path, b"two", false).unwrap_err();
        assert!(matches!(again, FileError::Exists(_)));
        assert_eq!(read_within(&path, 10).unwrap(), "one");
        write_whole(&path, b"two", true).unwrap();
        assert_eq!(read_within(&path, 10).unwrap(), "two");
        let left: Vec<_> = fs::read_dir(path.parent().unwrap()).unwrap().collect();
        assert_eq!(left.len(), 1, "no temporary file stays behind");
    }

    #[test]
    fn a_write_that_fails_leaves_what_was_there() {
        let home = tempfile::tempdir().unwrap();
        let blocked = home.path().join("file");
        fs::write(&blocked, "old").unwrap();
        let inside = blocked.join("new");
        let error = write_whole(&inside, b"x", true).unwrap_err();
        assert!(error.to_string().contains("nothing was changed"), "{error}");
        assert_eq!(fs::read_to_string(&blocked).unwrap(), "old");
    }

    #[test]
    fn folders_and_large_or_binary_files_are_not_read() {
        let home = tempfile::tempdir().unwrap();
        assert!(read_within(home.path(), 10).is_err());
        let path = home.path().join("file");
        fs::write(&path, "12345678901").unwrap();
        assert!(matches!(
            read_within(&path, 10),
            Err(FileError::TooLarge { .. })
        ));
        fs::write(&path, [0xff, 0xfe]).unwrap();
        assert!(
            read_within(&path, 10)
                .unwrap_err()
                .to_string()
                .contains("UTF-8")
        );
    }
}
