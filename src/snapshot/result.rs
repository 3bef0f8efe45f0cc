//! What a snapshot says about the result.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::audit::Findings;
use crate::measure::{Breakdown, ErrorCount, Latencies, Stages};
use crate::settings::Millis;

/// What came of a trial. `attempted = delivered + failed + in_flight`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outcome {
    /// Records that a sender tried to hand to the client.
    pub attempted: u64,
    /// Records whose delivery was reported.
    pub delivered: u64,
    /// Records that failed, in send() or in delivery.
    pub failed: u64,
    /// Records that are neither.
    pub in_flight: u64,
    /// Failures that a fire-and-forget application would not have known of.
    pub unread_failures: u64,
    /// The broker's own count: sum over partitions of end offset after − before.
    pub log_end_delta: Option<u64>,
    /// What that count says beside `delivered`.
    pub log_end_note: Option<String>,
    /// Seconds from the first attempt to the last delivery report.
    pub duration_s: Option<f64>,
    /// Records delivered per second.
    pub records_per_s: Option<f64>,
    /// MiB of payload and record keys delivered per second.
    pub mib_per_s: Option<f64>,
    /// Due → accepted by the client.
    pub send_ms: Latencies,
    /// Accepted → acknowledged.
    pub delivery_ms: Latencies,
    /// Due → acknowledged.
    pub response_ms: Latencies,
    /// Due → the lane tried.
    pub lateness_ms: Latencies,
    /// Due → read back by the follower, where there is one.
    pub end_to_end_ms: Option<Latencies>,
    /// What the follower read, where the records were followed.
    pub follower: Option<Follower>,
    /// What became of the transactions, where records were sent in them.
    pub transactions: Option<Transactions>,
    /// What became of every record, where the run was audited.
    pub audit: Option<Findings>,
    /// How far the figures can be trusted.
    pub quality: Quality,
    /// Errors by code.
    pub errors: Vec<ErrorCount>,
    /// Produce requests that were sent again.
    pub retries: Option<u64>,
    /// Produce requests.
    pub requests: Option<u64>,
    /// Mean records per batch.
    pub batch_records_mean: Option<f64>,
    /// Mean bytes per batch on the wire.
    pub batch_bytes_mean: Option<f64>,
    /// Bytes before compression ÷ bytes on the wire.
    pub compression_ratio: Option<f64>,
    /// The means that add up to the mean response time.
    pub breakdown_ms: BreakdownMs,
    /// Records per partition, where known.
    pub partitions: Vec<u64>,
    /// The goals, with what came of each.
    pub goals: Vec<Goal>,
    /// Every record's time, losslessly.
    pub histograms: Histograms,
    /// The course of the trial, oldest first.
    pub intervals: Vec<Interval>,
}

/// What became of the transactions, from the trial's start; those without a record do not count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Transactions {
    /// Committed.
    pub commits: u64,
    /// Aborted, as the workload wanted it.
    pub aborts: u64,
    /// Aborted because they could not be committed.
    pub failed: u64,
    /// Of which nobody knows how they ended.
    pub unknown: u64,
    /// Whether another producer of the same transactional.id took over.
    pub fenced: bool,
    /// Records that the client accepted in all of them.
    pub records: u64,
    /// Records of those that were aborted.
    pub aborted_records: u64,
    /// How long the producer took to initialise; null where it was kept from the former trial.
    pub init_ms: Option<Millis>,
    /// Begin, which is local.
    pub begin_ms: Latencies,
    /// From the last sender's leaving to the commit being done, what was under way delivered.
    pub commit_ms: Latencies,
    /// The same of aborts.
    pub abort_ms: Latencies,
    /// The share of the time in which no sender might send, because a transaction ended (0–1).
    pub kept_out: Option<f64>,
}

impl Transactions {
    /// All that have ended, whatever way.
    #[must_use]
    pub fn ended(&self) -> u64 {
        self.commits + self.aborts + self.failed + self.unknown
    }

    /// Records of one, in the mean; none before the first one has ended.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts stay below 2^52")]
    pub fn records_mean(&self) -> Option<f64> {
        (self.ended() > 0).then(|| self.records as f64 / self.ended() as f64)
    }
}

/// What the follower read, and what it cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Follower {
    /// Records of this trial that were read back.
    pub read: u64,
    /// Records of this trial that were delivered and not read back.
    pub unread: u64,
    /// Records that were read before they were due, by the clock; they count as 0 in `end_to_end_ms`.
    pub early: u64,
    /// How much before, at most.
    pub earliest_ms: Option<Millis>,
    /// Records without a header of this run, while the topic was followed.
    pub foreign: u64,
    /// Records whose header is damaged, or that were cut.
    pub corrupt: u64,
    /// Offsets that were gone before the follower came to them.
    pub skipped: u64,
    /// What the follower and its client took of one core (0–1, above where they need more).
    pub cpu: Option<f64>,
}

/// How far the figures can be trusted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Quality {
    /// Whether the figures are those of a steady trial (five seconds in a row were alike), or of a whole run where that was asked
    /// for; false: it never settled.
    pub settled: bool,
    /// Seconds at the start that do not count.
    pub warmup_s: Option<f64>,
    /// 99th percentile of the lane's own lateness.
    pub late_ms: Option<Millis>,
    /// The busiest thread of ours, as a share of one core (0–1).
    pub client_cpu: Option<f64>,
    /// Whether one of our threads wanted a core nearly all the time: the figures then tell of this machine, not of the cluster.
    #[serde(default)]
    pub saturated: bool,
    /// Cores that our threads waited for: 0.5 is half a second of waiting per second, all threads together.
    #[serde(default)]
    pub run_queue_wait: Option<f64>,
    /// The share of this machine's CPU time that its hypervisor gave to others (0–1).
    #[serde(default)]
    pub cpu_stolen: Option<f64>,
    /// The share of the time in which this machine stood still for 10 ms or more at once (0–1).
    #[serde(default)]
    pub paused: Option<f64>,
    /// By how much a sleep of 1 ms was too long, at the 99th percentile: the machine's own hiccups.
    #[serde(default)]
    pub hiccup_p99_ms: Option<Millis>,
    /// The longest of them.
    #[serde(default)]
    pub hiccup_max_ms: Option<Millis>,
    /// How p50 and p99 spread between intervals.
    pub spread: Option<Spread>,
    /// From the turn being applied to the first record accepted.
    pub turn_took_ms: Option<Millis>,
    /// From a sender's last record accepted in the former trial to its first one in this, at most.
    #[serde(default)]
    pub turn_pause_ms: Option<Millis>,
    /// What to bear in mind.
    pub warnings: Vec<Notice>,
}

/// Relative half-widths of the spread between intervals: 0.1 is ±10 %.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Spread {
    /// Of the median.
    pub p50: f64,
    /// Of the 99th percentile.
    pub p99: f64,
}

/// A warning in words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Notice {
    /// A word or two in capitals: `CLIENT SATURATED`.
    pub word: String,
    /// What it means here.
    pub text: String,
}

/// Means of the parts of a record's time, in milliseconds; `rest` is what none of them explains.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BreakdownMs {
    /// Due → accepted, by our own clock.
    pub send: Option<Millis>,
    /// Accepted → put into a request.
    pub queue: Option<Millis>,
    /// In the output buffer.
    pub output_buffer: Option<Millis>,
    /// Written → answered.
    pub round_trip: Option<Millis>,
    /// What none of them explains.
    pub rest: Option<Millis>,
    /// Time that brokers throttled, per request; a part of the waiting, not one more summand.
    pub throttle: Option<Millis>,
}

impl From<&Stages> for BreakdownMs {
    fn from(stages: &Stages) -> Self {
        let Breakdown {
            send,
            queue,
            output_buffer,
            round_trip,
            rest,
        } = stages.breakdown;
        Self {
            send,
            queue,
            output_buffer,
            round_trip,
            rest,
            throttle: stages.throttle,
        }
    }
}

/// One goal and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Goal {
    /// As it was typed: `p99<20ms`.
    pub goal: String,
    /// What came of it.
    pub outcome: GoalOutcome,
}

/// Whether a goal was held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum GoalOutcome {
    /// It was.
    Held,
    /// It was not.
    Missed,
    /// There is not enough data.
    Unknown,
}

/// HDR histograms in the compressed V2 form, base64; values in microseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Histograms {
    /// Due → acknowledged.
    pub response: Option<String>,
    /// Accepted → acknowledged.
    pub delivery: Option<String>,
    /// Due → accepted.
    pub send: Option<String>,
    /// Due → read back by the follower, where there is one.
    pub end_to_end: Option<String>,
}

/// What happened between two moments, counted from the trial's start.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Interval {
    /// Start in seconds.
    pub from_s: f64,
    /// End in seconds.
    pub to_s: f64,
    /// Records attempted in it.
    pub attempted: u64,
    /// Records delivered in it.
    pub delivered: u64,
    /// Records failed in it.
    pub failed: u64,
    /// Bytes of payload and record keys delivered in it.
    pub delivered_bytes: u64,
    /// Median response time of the records that were reported in it.
    pub p50_ms: Option<Millis>,
    /// 99th percentile of the same.
    pub p99_ms: Option<Millis>,
    /// The longest of the same.
    pub max_ms: Option<Millis>,
    /// Produce requests in it, where known.
    pub requests: Option<u64>,
    /// Whether the result's figures count it: not while the trial settles, unless it never did.
    #[serde(default = "counted")]
    pub counted: bool,
    /// HDR histogram of the response times of the records that were reported in it; as in `histograms`.
    #[serde(default)]
    pub response: Option<String>,
}

/// Before snapshots told, intervals were taken to count.
fn counted() -> bool {
    true
}
