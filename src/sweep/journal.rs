//! The journal: one line per finished block, so that a sweep can be stopped, killed and resumed.
//!
//! A line is the length of its JSON and its CRC32C, each as 8 hexadecimal digits, and the JSON. The first line is the plan. A line is on
//! the disk before the next block begins; a last line that was torn by a kill is cut off.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};

use crate::settings::Settings;
use crate::settings::files::{FileError, make_folder};

use super::measured::Measured;
use super::plan::{Job, Plan};
use super::search::{Bench, Ended};

/// What a journal says of itself.
pub const KIND: &str = "linger-sweep";
/// The form that this program reads and writes.
pub const SCHEMA: u32 = 1;
/// A larger file is no journal.
const LARGEST: u64 = 64 << 20;
/// Length, blank, checksum, blank.
const HEAD: usize = 18;

/// All that is needed to go on with a sweep, but for the connection, whose secrets stay out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Header {
    /// `linger-sweep`.
    pub kind: String,
    /// The form.
    pub schema: u32,
    /// Which linger wrote it.
    pub linger_version: String,
    /// When it was begun.
    pub started_at: String,
    /// The swept knobs and their values, as they were typed.
    pub words: Vec<String>,
    /// Every other setting, by name, as `--set` reads it.
    pub settings: Vec<(String, String)>,
    /// What is going to be done.
    pub plan: Plan,
    /// How long a block is measured, in seconds.
    pub block_s: f64,
    /// What goes before and does not count, in seconds.
    pub warmup_s: f64,
    /// How long the whole may take, in seconds.
    pub budget_s: Option<f64>,
    /// The cluster: `embedded`, `local`, or the brokers.
    pub cluster: String,
    /// The topic.
    pub topic: String,
    /// Partitions that were asked for.
    pub partitions: Option<u32>,
}

/// One finished block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// What was measured.
    pub job: Job,
    /// What came out.
    pub measured: Measured,
}

/// A journal that lines are added to; no other process can open it meanwhile.
#[derive(Debug)]
pub struct Journal {
    /// The file.
    pub path: PathBuf,
    file: File,
}

/// A journal that was read.
#[derive(Debug)]
pub struct Opened {
    /// To go on.
    pub journal: Journal,
    /// The plan.
    pub header: Header,
    /// What is done.
    pub done: Vec<Line>,
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
    #[error("{} is damaged or no journal of a sweep and was left alone: {why}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where it goes wrong.
        why: String,
    },
    /// It was written by a newer linger.
    #[error("{} has form {found}, this linger reads up to {SCHEMA}; it was left alone: update linger", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its form.
        found: u64,
    },
}

impl Journal {
    /// Begins a journal; a file that is there is left alone.
    pub fn create(path: &Path, header: &Header) -> Result<Self, JournalError> {
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

    /// Reads a journal and opens it for more; a torn last line is cut off.
    pub fn open(path: &Path) -> Result<Opened, JournalError> {
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
        let (header, done, valid) = read(path, &content)?;
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

    /// Adds a finished block; it is on the disk when this returns.
    pub fn append(&mut self, line: &Line) -> io::Result<()> {
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

/// The plan, the blocks, and how many bytes of the content are whole lines.
fn read(path: &Path, content: &[u8]) -> Result<(Header, Vec<Line>, usize), JournalError> {
    let damaged = |why: String| JournalError::Damaged {
        path: path.into(),
        why,
    };
    let (json, mut at) =
        line(content).ok_or_else(|| damaged("the first line is not whole".into()))?;
    let header = header(path, json)?;
    let mut done = Vec::new();
    while let Some((json, length)) = line(&content[at..]) {
        let number = done.len() + 2;
        let block = serde_json::from_slice(json);
        done.push(block.map_err(|error| damaged(format!("line {number}: {error}")))?);
        at += length;
    }
    // Only the last line can be torn: whole lines behind a broken one mean that the file was changed.
    let rest = content[at..].splitn(2, |byte| *byte == b'\n').nth(1);
    if rest.is_some_and(|rest| !rest.is_empty()) {
        return Err(damaged(format!("line {} is not whole", done.len() + 2)));
    }
    Ok((header, done, at))
}

fn header(path: &Path, json: &[u8]) -> Result<Header, JournalError> {
    let damaged = |why: String| JournalError::Damaged {
        path: path.into(),
        why,
    };
    let value: serde_json::Value =
        serde_json::from_slice(json).map_err(|error| damaged(format!("line 1: {error}")))?;
    if value["kind"] != KIND {
        return Err(damaged(format!("its kind is not {KIND}")));
    }
    match value["schema"].as_u64() {
        Some(schema) if schema <= u64::from(SCHEMA) => {
            serde_json::from_value(value).map_err(|error| damaged(format!("line 1: {error}")))
        }
        Some(found) => Err(JournalError::Newer {
            path: path.into(),
            found,
        }),
        None => Err(damaged("line 1 names no schema".into())),
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

/// A bench behind a journal: what is done comes from it, what is not is measured and written down.
pub struct Recorded<B> {
    /// Measures what is not done.
    pub bench: B,
    journal: Journal,
    done: VecDeque<Line>,
}

impl<B: Bench> Recorded<B> {
    /// A bench that goes on behind these blocks.
    #[must_use]
    pub fn new(journal: Journal, done: Vec<Line>, bench: B) -> Self {
        Self {
            bench,
            journal,
            done: done.into(),
        }
    }
}

impl<B: Bench> Bench for Recorded<B> {
    fn measure(&mut self, job: &Job, settings: &Settings) -> Result<Measured, Ended> {
        if let Some(line) = self.done.pop_front() {
            if line.job == *job {
                return Ok(line.measured);
            }
            return Err(Ended::Broken(format!(
                "the journal's block {} is not the one that this linger would measure: it was written by another version",
                line.job.number + 1
            )));
        }
        let measured = self.bench.measure(job, settings)?;
        let line = Line {
            job: *job,
            measured,
        };
        self.journal
            .append(&line)
            .map_err(|error| Ended::Broken(format!("the journal cannot be written: {error}")))?;
        Ok(line.measured)
    }
}

#[cfg(test)]
mod tests;
