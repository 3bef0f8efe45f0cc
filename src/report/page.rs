//! A report as one HTML page that needs nothing from anywhere: charts as SVG, figures as text, light and dark.

mod axis;
mod chart;
pub(super) mod compared;
mod course;
pub mod curves;
mod front;
mod ink;
mod many;
mod single;
mod spread;
pub mod sweep;
mod told;

use std::fmt::Write as _;

use hdrhistogram::Histogram;

use crate::cluster::ClusterKind;
use crate::measure::{Counts, DecodeError};
use crate::snapshot::Snapshot;

use super::markup::escaped;
use super::text;
use curves::Metric;
use told::Told;

/// Why a page cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// A chart could not be drawn.
    #[error(transparent)]
    Chart(#[from] chart::DrawError),
    /// A histogram in a snapshot cannot be read.
    #[error("a histogram of this snapshot cannot be read: {0}")]
    Histogram(#[from] DecodeError),
    /// A histogram in a snapshot has bounds that cannot be.
    #[error("a histogram of this snapshot cannot be read: {0}")]
    Bounds(#[from] hdrhistogram::CreationError),
    /// A figure cannot be written as JSON.
    #[error("this snapshot cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// Results that belong together: one is shown in full, several are laid over each other.
#[derive(Clone, Default)]
pub struct Section {
    /// The heading; empty for none.
    pub title: String,
    /// What it is about, in a sentence or two.
    pub about: String,
    /// The knob to draw curves over; without it, that of the differing ones with the most values.
    pub knob: Option<String>,
    /// What curves are drawn of.
    pub metrics: Vec<&'static Metric>,
    /// The results.
    pub results: Vec<Snapshot>,
}

/// A page of sections.
#[derive(Clone, Default)]
pub struct Page {
    /// The title.
    pub title: String,
    /// Paragraphs under it.
    pub lead: Vec<String>,
    /// The sections, in order.
    pub sections: Vec<Section>,
}

/// What curves are drawn of where nothing else is asked for.
#[must_use]
pub fn usual_metrics() -> Vec<&'static Metric> {
    ["throughput", "p50", "p99"]
        .into_iter()
        .filter_map(curves::metric)
        .collect()
}

impl Page {
    /// The page of one or several snapshots.
    #[must_use]
    pub fn of(snapshots: &[Snapshot]) -> Self {
        let name = |one: &Snapshot| one.name.clone().unwrap_or_else(|| "bench".into());
        let mut lead = Vec::new();
        if snapshots.len() > 1 {
            let sentence = "Every result here was measured once: a difference between two of them is an observation, not a proof. \
“linger compare” decides whether it is real.";
            lead.push(sentence.to_owned());
        }
        Self {
            title: match snapshots {
                [one] => name(one),
                several => format!("{} results", several.len()),
            },
            lead,
            sections: vec![Section {
                metrics: usual_metrics(),
                results: snapshots.to_vec(),
                ..Section::default()
            }],
        }
    }

    fn results(&self) -> impl Iterator<Item = &Snapshot> {
        self.sections.iter().flat_map(|section| &section.results)
    }

    /// The page as HTML. It asks no other file or host for anything, and forbids itself to.
    pub fn render(&self) -> Result<String, PageError> {
        let mut body = String::new();
        let mut number = 0;
        for section in &self.sections {
            body += &section.render(&mut number)?;
        }
        let first = self.results().next();
        let paragraph = |text: &String| format!("<p>{}</p>\n", escaped(text));
        let lead: String = self.lead.iter().map(paragraph).collect();
        let badges: String = kinds(self.results()).into_iter().map(badge).collect();
        let foot = first.map(foot).unwrap_or_default();
        Ok(document(&self.title, &badges, &lead, &body, &foot))
    }
}

/// The frame of every page; all but the title is markup already.
fn document(title: &str, badges: &str, lead: &str, body: &str, foot: &str) -> String {
    let title = escaped(title);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n\
<link rel=\"icon\" href=\"data:,\">\n<title>{title} · linger</title>\n<style>\n{}</style>\n</head>\n<body>\n<main>\n\
<header>\n{badges}<h1>{title}</h1>\n{lead}</header>\n{body}<footer>{foot}</footer>\n</main>\n</body>\n</html>\n",
        include_str!("page/style.css"),
    )
}

impl Section {
    fn render(&self, number: &mut usize) -> Result<String, PageError> {
        let mut all = Vec::new();
        for one in &self.results {
            all.push(Told::new(one, *number)?);
            *number += 1;
        }
        let mut out = String::from("<section>\n");
        if !self.title.is_empty() {
            let _ = writeln!(out, "<h2>{}</h2>", escaped(&self.title));
        }
        if !self.about.is_empty() {
            let _ = writeln!(out, "<p>{}</p>", escaped(&self.about));
        }
        match all.as_slice() {
            [] => {}
            [one] => {
                let head: String = text::head(one.snapshot)
                    .iter()
                    .map(|line| escaped(line) + "<br>")
                    .collect();
                let _ = write!(out, "<p class=\"soft\">{head}</p>\n{}", single::part(one)?);
            }
            several => out += &many::part(self, several)?,
        }
        Ok(out + "</section>\n")
    }
}

/// The kinds of the results' clusters, each once.
fn kinds<'a>(results: impl Iterator<Item = &'a Snapshot>) -> Vec<ClusterKind> {
    let mut kinds = Vec::new();
    for one in results {
        if !kinds.contains(&one.cluster.kind) {
            kinds.push(one.cluster.kind);
        }
    }
    kinds
}

/// Simulated or real: never to be mistaken.
fn badge(kind: ClusterKind) -> String {
    let word = match kind {
        ClusterKind::Embedded => "EMBEDDED CLUSTER · simulated brokers, no disk, no replication",
        ClusterKind::Real => "REAL CLUSTER",
    };
    format!("<span class=\"kind\">{word}</span>\n")
}

fn foot(snapshot: &Snapshot) -> String {
    escaped(&format!(
        "Made by linger {} with librdkafka {} (not Java). Response times count from the moment when a record was due; failed records are \
in the figures as “at least”, and not in the charts.",
        snapshot.linger_version, snapshot.librdkafka_version
    ))
}

/// The response times of all delivered records that count.
fn histogram_of(snapshot: &Snapshot) -> Result<Option<Histogram<u64>>, PageError> {
    let text = snapshot.result.histograms.response.as_deref();
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let times = Counts::decode_base64(text)?.to_hdr()?;
    Ok((!times.is_empty()).then_some(times))
}
