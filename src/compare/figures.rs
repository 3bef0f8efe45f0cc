//! What one block yielded.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::lab::Block;
use crate::measure::comparison::Metric;
use crate::measure::steady::{Restless, Way};
use crate::measure::{ErrorCount, Latencies, Steadiness};
use crate::snapshot::Notice;

use super::MachineFigures;

/// A median or throughput that moves one way by more than this share within a block goes on moving: nothing is compared with it.
const MOVES: f64 = 0.10;

/// A follower that reads less than this share of what is delivered meanwhile falls behind; the rest is under way at the block's edges.
const READ: f64 = 0.9;

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
    /// Due → read back by the follower; none where records are not followed.
    pub end_to_end_ms: Option<Latencies>,
    /// Errors by code.
    pub errors: Vec<ErrorCount>,
    /// Records that were due and not yet tried at the end.
    pub behind: u64,
    /// The busiest thread of ours, as a share of one core (0–1).
    pub client_cpu: Option<f64>,
    /// Bytes before compression ÷ bytes on the wire; unknown without the client's statistics.
    #[serde(default)]
    pub compression_ratio: Option<f64>,
    /// Mean records per batch.
    #[serde(default)]
    pub batch_records_mean: Option<f64>,
    /// Whether it had settled; a block that had not proves nothing.
    pub settled: bool,
    /// What this machine did meanwhile.
    pub machine: MachineFigures,
    /// How the machine spoilt it, told by `machine` alone, without a look at the arm or at any other figure: its pair is dropped.
    pub contaminated: Option<String>,
    /// What to bear in mind.
    pub warnings: Vec<Notice>,
    /// Response times as HDR's compressed V2 form in base64, in microseconds.
    pub histogram: Option<String>,
}

impl Figures {
    /// A metric's value, and whether that is a lower bound only; none without enough data.
    #[must_use]
    pub fn value(&self, metric: Metric) -> Option<(f64, bool)> {
        let read = self.end_to_end_ms.as_ref();
        metric.of(&self.response_ms, read, self.records_per_s)
    }

    /// Takes a block as unsettled whose follower fell behind, where the metric is what the follower tells: it goes on growing.
    pub(super) fn doubt(&mut self, metric: Metric) {
        let read = self.counted(Metric::ReadP50);
        #[expect(clippy::cast_precision_loss, reason = "counts stay below 2^52")]
        let falls_behind = (read as f64) < self.delivered as f64 * READ;
        if metric.is_read() && falls_behind {
            self.settled = false;
            self.warnings.push(Notice {
                word: "FOLLOWER LATE".into(),
                text: format!(
                    "{read} records were read back while {} were delivered: due→read grows, and tells how fast the follower is",
                    self.delivered
                ),
            });
        }
    }

    /// How many records a metric rests on.
    #[must_use]
    pub fn counted(&self, metric: Metric) -> u64 {
        if metric.is_read() {
            self.end_to_end_ms.map_or(0, |read| read.count)
        } else {
            self.response_ms.count
        }
    }
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
            end_to_end_ms: block.end_to_end,
            errors: block.errors.clone(),
            behind: block.behind,
            client_cpu: Some(block.client_cpu),
            compression_ratio: block.stages.compression_ratio,
            batch_records_mean: block.stages.batch_records,
            settled: moving(block.steadiness).is_none(),
            machine: (&block.machine).into(),
            contaminated: None,
            warnings: warnings(block),
            histogram: Some(block.histogram.encode_base64()),
        }
    }
}

fn warnings(block: &Block) -> Vec<Notice> {
    let notice = |word: &str, text: String| Notice {
        word: word.into(),
        text,
    };
    let known = block.warnings.iter();
    let known = known.map(|warning| notice(warning.word, warning.text.clone()));
    let moving = moving(block.steadiness).map(|how| notice("NOT SETTLED", how.to_string()));
    known
        .filter(|warning| moving.is_none() || warning.word != "NOT SETTLED")
        .chain(moving.clone())
        .collect()
}

/// How a block went on moving, if it did. Mere spread between seconds is noise, which the pairs account for.
fn moving(steadiness: Steadiness) -> Option<Restless> {
    match steadiness {
        Steadiness::Restless(restless) => match restless.way {
            Way::Trend(change) if change.abs() > MOVES => Some(restless),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_follower_that_falls_behind_unsettles_what_it_tells_and_nothing_else() {
        let after = |metric: Metric, read: u64| {
            let mut figures = Figures {
                delivered: 1_000,
                settled: true,
                end_to_end_ms: Some(Latencies {
                    count: read,
                    ..Latencies::default()
                }),
                ..Figures::default()
            };
            figures.doubt(metric);
            (figures.settled, figures.warnings.len())
        };
        assert_eq!(after(Metric::ReadP99, 700), (false, 1));
        assert_eq!(after(Metric::ReadP99, 980), (true, 0));
        assert_eq!(after(Metric::P99, 700), (true, 0));
    }

    #[test]
    fn only_a_clear_trend_is_unsettled() {
        let restless = |way| {
            Steadiness::Restless(Restless {
                figure: "median",
                way,
            })
        };
        assert!(moving(restless(Way::Trend(0.3))).is_some());
        assert!(moving(restless(Way::Trend(-0.3))).is_some());
        for calm in [
            restless(Way::Trend(0.05)),
            restless(Way::Spread(0.4)),
            Steadiness::Early,
            Steadiness::Steady,
        ] {
            assert_eq!(moving(calm), None);
        }
    }
}
