//! Results in the forms that other programs and people read: one table, and which result fits which format.

mod comparison;
mod csv;
mod hgrm;
mod hlog;
mod html;
mod junit;
mod md;
mod scenario;
mod sweep;

use crate::compare::Comparison;
use crate::measure::{Counts, DecodeError};
use crate::scenario::Report;
use crate::snapshot::Snapshot;
use crate::sweep::Sweep;

use super::page::PageError;
use super::{comparison as told, json, page};

/// Why a snapshot cannot be told in a format.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The format rests on the response times of every record, and there are none.
    #[error(
        "this snapshot holds no histogram of response times, which {0} is made of; use json, csv or md"
    )]
    NoHistogram(&'static str),
    /// A histogram in it cannot be read.
    #[error("a histogram of this snapshot cannot be read: {0}")]
    Histogram(#[from] DecodeError),
    /// A histogram in it has bounds that cannot be.
    #[error("a histogram of this snapshot cannot be read: {0}")]
    Bounds(#[from] hdrhistogram::CreationError),
    /// The format cannot hold several snapshots.
    #[error("{0} holds one snapshot; name one, or use html for several")]
    One(&'static str),
    /// The format cannot hold what has many results.
    #[error("{0} holds a single result, and {1}; use json, csv, html, md or junit")]
    Single(&'static str, &'static str),
    /// The page could not be made.
    #[error(transparent)]
    Page(#[from] PageError),
    /// A figure cannot be written as JSON.
    #[error("this result cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// A format that results can be told in.
#[derive(Debug)]
pub struct Format {
    /// The name to ask for it by; also a file's ending.
    pub name: &'static str,
    /// What it holds of a snapshot and who reads it, without a full stop.
    pub about: &'static str,
    write: Writer,
    /// How it tells a sweep, where it can.
    sweep: Option<Telling<Sweep>>,
    /// How it tells a comparison, where it can.
    comparison: Option<Telling<Comparison>>,
    /// How it tells the verdicts on claims, where it can.
    scenarios: Option<Telling<Report>>,
}

/// How a format tells one result.
type Telling<T> = fn(&T) -> Result<String, ExportError>;

/// How a format is written.
#[derive(Clone, Copy, Debug)]
enum Writer {
    /// It holds one snapshot.
    One(fn(&Snapshot) -> Result<String, ExportError>),
    /// It holds any number of them.
    Several(fn(&[Snapshot]) -> Result<String, ExportError>),
}

pub use sweep::front;

/// Every format.
pub const FORMATS: &[Format] = &[
    Format {
        name: "json",
        about: "everything, as `bench --json` prints it; `linger schema` describes it",
        write: Writer::One(|snapshot| Ok(json::object(snapshot)?)),
        sweep: Some(|one| Ok(json::object(one)?)),
        comparison: Some(|one| Ok(json::object(one)?)),
        scenarios: Some(|one| Ok(json::object(one)?)),
    },
    Format {
        name: "csv",
        about: "a row for every interval, then one for every kind of time with its percentiles; for spreadsheets",
        write: Writer::One(csv::table),
        sweep: Some(|one| Ok(sweep::csv(one))),
        comparison: Some(|one| Ok(comparison::csv(one))),
        scenarios: None,
    },
    Format {
        name: "hgrm",
        about: "HdrHistogram's percentile distribution of the response time in ms; for its plotters",
        write: Writer::One(hgrm::distribution),
        sweep: None,
        comparison: None,
        scenarios: None,
    },
    Format {
        name: "hlog",
        about: "HdrHistogram's interval log of the response time in µs; for HistogramLogProcessor and HistogramLogAnalyzer",
        write: Writer::One(hlog::log),
        sweep: None,
        comparison: None,
        scenarios: None,
    },
    Format {
        name: "html",
        about: "a page with charts that needs nothing from anywhere; several snapshots are laid over each other",
        write: Writer::Several(html::page),
        sweep: Some(html::sweep),
        comparison: Some(|one| Ok(page::compared::page(one)?)),
        scenarios: None,
    },
    Format {
        name: "md",
        about: "a summary with tables in Markdown; for pull requests and job summaries",
        write: Writer::One(|snapshot| Ok(md::page(snapshot))),
        sweep: Some(|one| Ok(sweep::markdown(one))),
        comparison: Some(|one| Ok(told::markdown(one))),
        scenarios: Some(|one| Ok(scenario::markdown(one))),
    },
    Format {
        name: "junit",
        about: "the goals as test cases in JUnit's XML; for CI servers",
        write: Writer::One(|snapshot| Ok(junit::suite(snapshot))),
        sweep: Some(|one| Ok(sweep::junit(one))),
        comparison: Some(|one| Ok(comparison::junit(one))),
        scenarios: Some(|one| Ok(scenario::junit(one))),
    },
];

/// The format with this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

impl Format {
    /// Whether a sweep can be told in it.
    #[must_use]
    pub fn fits_sweep(&self) -> bool {
        self.sweep.is_some()
    }

    /// A sweep in this format, ending with a line end.
    pub fn write_sweep(&self, sweep: &Sweep) -> Result<String, ExportError> {
        self.tell(self.sweep, sweep, "a sweep is many")
    }

    /// Whether a comparison can be told in it.
    #[must_use]
    pub fn fits_comparison(&self) -> bool {
        self.comparison.is_some()
    }

    /// A comparison in this format, ending with a line end.
    pub fn write_comparison(&self, found: &Comparison) -> Result<String, ExportError> {
        self.tell(self.comparison, found, "a comparison is two")
    }

    /// Whether verdicts on claims can be told in it.
    #[must_use]
    pub fn fits_scenarios(&self) -> bool {
        self.scenarios.is_some()
    }

    /// Verdicts on claims in this format, ending with a line end.
    pub fn write_scenarios(&self, report: &Report) -> Result<String, ExportError> {
        self.tell(self.scenarios, report, "claims are many")
    }

    fn tell<T>(
        &self,
        telling: Option<Telling<T>>,
        what: &T,
        why_not: &'static str,
    ) -> Result<String, ExportError> {
        telling.ok_or(ExportError::Single(self.name, why_not))?(what)
    }

    /// The snapshots in this format, ending with a line end. Most formats hold one snapshot alone.
    pub fn write(&self, snapshots: &[Snapshot]) -> Result<String, ExportError> {
        match (self.write, snapshots) {
            (Writer::One(write), [snapshot]) => write(snapshot),
            (Writer::One(_), _) => Err(ExportError::One(self.name)),
            (Writer::Several(write), _) => write(snapshots),
        }
    }
}

/// The response times of all delivered records that count.
fn response(snapshot: &Snapshot, format: &'static str) -> Result<Counts, ExportError> {
    let text = snapshot.result.histograms.response.as_deref();
    let text = text
        .filter(|text| !text.is_empty())
        .ok_or(ExportError::NoHistogram(format))?;
    Ok(Counts::decode_base64(text)?)
}
