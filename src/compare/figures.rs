//! What one block yielded.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::lab::Block;
use crate::measure::{ErrorCount, Latencies};
use crate::snapshot::Notice;

/// What one block yielded: of the lab, or of a command that prints bench's JSON. Everything counts over the measured window.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Figures {
    /// Seconds of load that were measured.
    pub measured_s: f64,
    /// Seconds before that: turning, draining, warm-up. Unknown for commands.
    pub warmed_s: Option<f64>,
    /// Records that a sender tried to hand to the client.
    pub attempted: u64,
    /// Records whose delivery was reported.
    pub delivered: u64,
    /// Records that failed.
    pub failed: u64,
    /// Records delivered per second.
    pub records_per_s: f64,
    /// MiB of payload and record keys delivered per second.
    pub mib_per_s: Option<f64>,
    /// Due → acknowledged.
    pub response_ms: Latencies,
    /// Accepted → acknowledged.
    pub delivery_ms: Latencies,
    /// Due → accepted.
    pub send_ms: Latencies,
    /// Due → tried: the sender's own lateness.
    pub lateness_ms: Latencies,
    /// Errors by code.
    pub errors: Vec<ErrorCount>,
    /// Records that were due and not yet tried at the end.
    pub behind: u64,
    /// The busiest thread of ours, as a share of one core (0–1).
    pub client_cpu: Option<f64>,
    /// Whether it had settled; a block that had not proves nothing.
    pub settled: bool,
    /// What the machine did to it, judged without a look at the arm: its pair is dropped.
    pub contaminated: Option<String>,
    /// What to bear in mind.
    pub warnings: Vec<Notice>,
    /// Response times as HDR's compressed V2 form in base64, in microseconds.
    pub histogram: Option<String>,
}

impl From<&Block> for Figures {
    fn from(block: &Block) -> Self {
        Self {
            measured_s: block.measured.as_secs_f64(),
            warmed_s: Some(block.warmed.as_secs_f64()),
            attempted: block.accounts.attempted,
            delivered: block.accounts.delivered,
            failed: block.accounts.failed,
            records_per_s: block.records_per_s,
            mib_per_s: Some(block.mib_per_s),
            response_ms: block.response,
            delivery_ms: block.delivery,
            send_ms: block.send,
            lateness_ms: block.lateness,
            errors: block.errors.clone(),
            behind: block.behind,
            client_cpu: Some(block.client_cpu),
            settled: true,
            contaminated: None,
            warnings: block
                .warnings
                .iter()
                .map(|warning| Notice {
                    word: warning.word.into(),
                    text: warning.text.clone(),
                })
                .collect(),
            histogram: Some(block.histogram.encode_base64()),
        }
    }
}
