//! Standard output and the exit code.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;
use std::process::ExitCode;

use crate::cluster::keys::{self, Care};
use crate::cluster::{Secret, redact};
use crate::settings::files::{FileError, write_whole};

/// How a command ended, as scripts see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All went well.
    Fine,
    /// Measured, and the answer is no.
    No,
    /// Bad usage or configuration.
    Usage,
    /// It could not be measured.
    Unmeasured,
}

impl Outcome {
    /// The exit code: 0, 1, 2, 3.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::No => 1,
            Self::Usage => 2,
            Self::Unmeasured => 3,
        }
    }
}

/// An error with the exit code that it ends with.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// The exit code.
    pub outcome: Outcome,
    /// One sentence that names the value and the way out.
    pub message: String,
}

impl Failure {
    /// Bad usage or configuration.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the form that map_err hands over"
    )]
    pub fn usage(cause: impl ToString) -> Self {
        Self {
            outcome: Outcome::Usage,
            message: cause.to_string(),
        }
    }

    /// It could not be measured.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the form that map_err hands over"
    )]
    pub fn unmeasured(cause: impl ToString) -> Self {
        Self {
            outcome: Outcome::Unmeasured,
            message: cause.to_string(),
        }
    }
}

/// Prints to standard output. A reader that has gone away is no error: the program ends quietly.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => std::process::exit(0),
        Err(error) => Err(Failure::unmeasured(format!(
            "cannot write the output: {error}"
        ))),
        Ok(()) => Ok(()),
    }
}

/// Refuses a file that could not be written in the end, before anything is measured for it.
pub fn writable(file: Option<&Path>, overwrite: bool) -> Result<(), Failure> {
    let Some(file) = file else { return Ok(()) };
    if !overwrite && file.symlink_metadata().is_ok() {
        return Err(unwritten(FileError::Exists(file.to_owned())));
    }
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let reason = match folder.filter(|folder| !folder.is_dir()) {
        Some(folder) => format!("there is no folder {}", folder.display()),
        None if file.is_dir() => "it is a folder; name a file".to_owned(),
        None => return Ok(()),
    };
    Err(Failure::usage(format!(
        "{} cannot be written: {reason}",
        file.display()
    )))
}

/// Writes data into a file, whole or not at all, and says so; to standard output without one.
pub fn put(text: &str, file: Option<&Path>, overwrite: bool) -> Result<(), Failure> {
    let Some(file) = file else {
        return print(text);
    };
    write_whole(file, text.as_bytes(), overwrite).map_err(unwritten)?;
    note(&format!("wrote {}", file.display()));
    Ok(())
}

/// A file that was not written, with the way to write it all the same.
#[must_use]
pub fn unwritten(error: FileError) -> Failure {
    match error {
        FileError::Exists(_) => Failure::usage(format!("{error}, or add --overwrite")),
        error => Failure::usage(error),
    }
}

/// Prints a line to standard error, without any secret that this process has met; a standard error that is closed is ignored.
pub fn note(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", redact(line));
}

/// Learns the secrets among the words that were typed, right or wrong, so that no message repeats them.
pub fn learn_secrets() {
    for (name, value) in std::env::args().filter_map(|word| pair(&word)) {
        if keys::care(&name) == Care::Secret {
            let _known = Secret::new(value);
        }
    }
}

/// Prints what clap says of the words that were typed; also help and version.
#[must_use]
pub fn wrong_words(error: &clap::Error) -> ExitCode {
    let text = error.render();
    let colours = if error.use_stderr() {
        io::stderr().is_terminal()
    } else {
        io::stdout().is_terminal()
    };
    let text = if colours {
        text.ansi().to_string()
    } else {
        text.to_string()
    };
    if error.use_stderr() {
        note(text.trim_end());
    } else if let Err(failure) = print(&text) {
        note(&format!("error: {failure}"));
        return ExitCode::from(failure.outcome.code());
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

/// `--name=value`, `name=value` or `name:value`.
fn pair(word: &str) -> Option<(String, String)> {
    let (name, value) = word.split_once(['=', ':'])?;
    Some((name.trim_start_matches('-').to_owned(), value.to_owned()))
}
