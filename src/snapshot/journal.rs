//! A journal: one line per finished piece of work, so that a long one can be stopped, killed and resumed.
//!
//! A line is the length of its JSON and its CRC32C, each as 8 hexadecimal digits, and the JSON. The first line says what is done. A
//! line is on the disk before the next piece begins; a last line that was torn by a kill is cut off.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::settings::files::{FileError, make_folder};

/// A larger file is no journal.
const LARGEST: u64 = 64 << 20;
/// Length, blank, checksum, blank.
const HEAD: usize = 18;

/// What a kind of journal says of itself; its first line holds `kind` and `schema`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// The `kind` of its first line.
    pub word: &'static str,
    /// Whose journal it is: `a sweep`.
    pub of: &'static str,
    /// The form that this program reads and writes.
    pub schema: u32,
}

/// A journal that lines are added to; no other process can open it meanwhile.
#[derive(Debug)]
pub struct Journal {
    /// The file.
    pub path: PathBuf,
    file: File,
}

/// A journal that was read: its first line, and the others.
#[derive(Debug)]
pub struct Opened<H, L> {
    /// To go on.
    pub journal: Journal,
    /// The first line.
    pub header: H,
    /// What is done.
    pub done: Vec<L>,
    /// How many bytes of a torn last line were cut off.
    pub torn: u64,
}

/// Why a journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// It cannot be read or written, or is there already.
    #[error(transparent)]
    File(#[from] FileError),
    /// Another process has it open.
    #[error("{} is in use by another linger", .0.display())]
    InUse(PathBuf),
    /// It is none, or damaged.
    #[error("{} is damaged or no journal of {of} and was left alone: {why}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Whose journal it should be.
        of: &'static str,
        /// Where it goes wrong.
        why: String,
    },
    /// It was written by a newer linger.
    #[error("{} has form {found}, this linger reads up to {known}; it was left alone: update linger", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its form.
        found: u64,
        /// The newest form that is known here.
        known: u32,
    },
}

impl Journal {
    /// Begins a journal; a file that is there is left alone.
    pub fn create(path: &Path, header: &impl Serialize) -> Result<Self, JournalError> {
        let failed = |reason| FileError::Write {
            path: path.into(),
            reason,
        };
        let parent = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        let folder = parent.unwrap_or(Path::new("."));
        make_folder(folder).map_err(failed)?;
        let mut options = OpenOptions::new();
        let opened = options.write(true).create_new(true).mode(0o600).open(path);
        let file = opened.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => FileError::Exists(path.into()),
            _ => failed(error),
        })?;
        let mut journal = Self {
            path: path.into(),
            file,
        };
        journal.lock()?;
        journal.write(header).map_err(failed)?;
        // The lines count, and they are synced; some file systems cannot sync a folder.
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
        Ok(journal)
    }

    /// Reads a journal of this kind and opens it for more; a torn last line is cut off.
    pub fn open<H: DeserializeOwned, L: DeserializeOwned>(
        path: &Path,
        kind: Kind,
    ) -> Result<Opened<H, L>, JournalError> {
        let failed = |reason| FileError::Read {
            path: path.into(),
            reason,
        };
        if !std::fs::metadata(path).map_err(failed)?.is_file() {
            return Err(failed(io::Error::other("not an ordinary file")).into());
        }
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).open(path).map_err(failed)?;
        let mut journal = Self {
            path: path.into(),
            file,
        };
        journal.lock()?;
        let mut content = Vec::new();
        let mut limited = (&journal.file).take(LARGEST + 1);
        limited.read_to_end(&mut content).map_err(failed)?;
        if content.len() as u64 > LARGEST {
            return Err(FileError::TooLarge {
                path: path.into(),
                limit: LARGEST,
            }
            .into());
        }
        let (header, done, valid) = Reader { path, kind }.read(&content)?;
        let torn = (content.len() - valid) as u64;
        let cut = || FileError::Write {
            path: path.into(),
            reason: io::Error::other("the torn line cannot be cut off"),
        };
        journal.file.set_len(valid as u64).map_err(|_| cut())?;
        journal.file.seek(SeekFrom::End(0)).map_err(|_| cut())?;
        journal.file.sync_data().map_err(|_| cut())?;
        Ok(Opened {
            journal,
            header,
            done,
            torn,
        })
    }

    /// Adds a line; it is on the disk when this returns.
    pub fn append(&mut self, line: &impl Serialize) -> io::Result<()> {
        self.write(line)
    }

    fn lock(&self) -> Result<(), JournalError> {
        flock(&self.file, FlockOperation::NonBlockingLockExclusive)
            .map_err(|_| JournalError::InUse(self.path.clone()))
    }

    fn write(&mut self, value: &impl Serialize) -> io::Result<()> {
        let json = serde_json::to_string(value)?;
        let line = format!(
            "{:08x} {:08x} {json}\n",
            json.len(),
            crc32c::crc32c(json.as_bytes())
        );
        self.file.write_all(line.as_bytes())?;
        self.file.sync_data()
    }
}

/// Reads the content of one file.
struct Reader<'a> {
    path: &'a Path,
    kind: Kind,
}

impl Reader<'_> {
    fn damaged(&self, why: String) -> JournalError {
        JournalError::Damaged {
            path: self.path.into(),
            of: self.kind.of,
            why,
        }
    }

    /// The first line, the others, and how many bytes of the content are whole lines.
    fn read<H: DeserializeOwned, L: DeserializeOwned>(
        &self,
        content: &[u8],
    ) -> Result<(H, Vec<L>, usize), JournalError> {
        let (json, mut at) =
            line(content).ok_or_else(|| self.damaged("the first line is not whole".into()))?;
        let header = self.header(json)?;
        let mut done = Vec::new();
        while let Some((json, length)) = line(&content[at..]) {
            let number = done.len() + 2;
            let piece = serde_json::from_slice(json);
            done.push(piece.map_err(|error| self.damaged(format!("line {number}: {error}")))?);
            at += length;
        }
        // Only the last line can be torn: whole lines behind a broken one mean that the file was changed.
        let rest = content[at..].splitn(2, |byte| *byte == b'\n').nth(1);
        if rest.is_some_and(|rest| !rest.is_empty()) {
            return Err(self.damaged(format!("line {} is not whole", done.len() + 2)));
        }
        Ok((header, done, at))
    }

    fn header<H: DeserializeOwned>(&self, json: &[u8]) -> Result<H, JournalError> {
        let first = |error| self.damaged(format!("line 1: {error}"));
        let value: serde_json::Value = serde_json::from_slice(json).map_err(first)?;
        if value["kind"] != self.kind.word {
            return Err(self.damaged(format!("its kind is not {}", self.kind.word)));
        }
        match value["schema"].as_u64() {
            Some(schema) if schema <= u64::from(self.kind.schema) => {
                serde_json::from_value(value).map_err(first)
            }
            Some(found) => Err(JournalError::Newer {
                path: self.path.into(),
                found,
                known: self.kind.schema,
            }),
            None => Err(self.damaged("line 1 names no schema".into())),
        }
    }
}

/// The JSON of the first line, and the length of the whole line; none when it is not whole.
fn line(content: &[u8]) -> Option<(&[u8], usize)> {
    let number = |from: usize, to: usize| {
        let text = std::str::from_utf8(content.get(from..to)?).ok()?;
        u32::from_str_radix(text, 16).ok()
    };
    let length = number(0, 8)? as usize;
    let checksum = number(9, HEAD - 1)?;
    let json = content.get(HEAD..HEAD.checked_add(length)?)?;
    let end = content.get(HEAD + length)?;
    (*end == b'\n' && crc32c::crc32c(json) == checksum).then_some((json, HEAD + length + 1))
}
