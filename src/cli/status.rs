//! The line on standard error that is rewritten while something runs.

use std::io::{self, IsTerminal as _, Write as _};

/// A line that is rewritten on a terminal; nothing elsewhere, or when quiet.
#[derive(Debug)]
pub struct StatusLine {
    shown: bool,
    written: bool,
}

impl StatusLine {
    /// A line that nothing stands in yet.
    #[must_use]
    pub fn new(quiet: bool) -> Self {
        Self {
            shown: !quiet && io::stderr().is_terminal(),
            written: false,
        }
    }

    /// Whether it is seen by anybody.
    #[must_use]
    pub fn is_shown(&self) -> bool {
        self.shown
    }

    /// Puts this text into the line, in place of what stood there.
    pub fn show(&mut self, text: &str) {
        if self.shown {
            let line: String = text.chars().take(79).collect();
            let _ = write!(io::stderr(), "\r\x1b[K{line}");
            self.written = true;
        }
    }

    /// Clears the line, so that something else can be printed.
    pub fn end(&mut self) {
        if std::mem::take(&mut self.written) {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}
