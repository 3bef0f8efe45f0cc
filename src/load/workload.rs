//! The workload rows of the settings, as types.

use std::path::PathBuf;

use crate::load::flow::{Flow, Shape};
use crate::settings::{Bytes, Settings};

/// How often records fall due, over all senders.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rate {
    /// By a fixed schedule: so many per second, in this shape.
    PerSecond(Flow),
    /// At full speed: a record is due when its sender first tries.
    Max,
}

/// What records are filled with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayloadKind {
    /// Zero bytes: compresses to nearly nothing.
    Zeros,
    /// Random bytes: does not compress.
    Random,
    /// English-like words.
    Text,
    /// Order events.
    Json,
    /// The lines of a file.
    File,
}

/// Which keys records carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// None: librdkafka chooses the partition.
    None,
    /// Every key equally often.
    Uniform,
    /// Few keys often, most keys seldom.
    Skewed,
    /// None, and the partitions are named in turn.
    Partition,
}

/// How a sender waits for its records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendMode {
    /// It does not; reports are read.
    Async,
    /// For each record's report before the next one.
    Sync,
    /// It does not, and an application would not read the reports either.
    FireAndForget,
}

/// What is sent, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Workload {
    /// How often records fall due.
    pub rate: Rate,
    /// The smallest payload.
    pub size_min: Bytes,
    /// The largest payload; equal to the smallest for a fixed size.
    pub size_max: Bytes,
    /// What records are filled with.
    pub payload: PayloadKind,
    /// The file for `PayloadKind::File`.
    pub payload_file: Option<PathBuf>,
    /// Which keys records carry.
    pub keys: KeyKind,
    /// How many different keys there are; at least 1.
    pub key_count: u64,
    /// How many threads send; at least 1.
    pub senders: u32,
    /// How a sender waits.
    pub mode: SendMode,
    /// Whether a turn drains the old trial before the new one starts.
    pub drain_first: bool,
}

impl Workload {
    /// Reads the workload rows.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the table bounds these rows to counts"
    )]
    pub fn from(settings: &Settings) -> Self {
        let count = |name| settings.number(name).max(0.0) as u64;
        let size_min = count("record.size");
        let file = settings.word("payload.file");
        Self {
            rate: Rate::from(settings),
            size_min: Bytes(size_min),
            size_max: Bytes(count("record.size.max").max(size_min)),
            payload: payload(settings.word("payload")),
            payload_file: (!file.is_empty()).then(|| PathBuf::from(file)),
            keys: keys(settings.word("record.keys")),
            key_count: count("key.count").max(1),
            senders: settings.number("senders").max(1.0) as u32,
            mode: mode(settings.word("send.mode")),
            drain_first: settings.is_on("drain.first"),
        }
    }

    /// The mean size of a payload in bytes, as the rows say it; a file's lines have their own
    /// (`Payloads::mean_bytes`).
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
    pub fn mean_record_bytes(&self) -> f64 {
        f64::midpoint(self.size_min.0 as f64, self.size_max.0 as f64)
    }
}

const NANOS_PER_MILLI: f64 = 1e6;
/// A peak that is `auto` is so many times the rate.
const AUTO_PEAK: f64 = 2.0;

impl Rate {
    /// The rate in these settings, with its shape.
    #[must_use]
    pub fn from(settings: &Settings) -> Self {
        let per_second = settings.number("rate");
        if !per_second.is_finite() {
            return Self::Max;
        }
        let peak = settings.value("rate.peak").number();
        let peak = peak.unwrap_or(per_second * AUTO_PEAK);
        let period = settings.number("rate.period.ms") * NANOS_PER_MILLI;
        let shape = match settings.word("rate.shape") {
            "burst" => Shape::Burst { peak, period },
            "ramp" => Shape::Ramp { peak, period },
            "step" => Shape::Step { peak, period },
            _ => Shape::Steady,
        };
        Self::PerSecond(Flow::new(per_second, shape))
    }

    /// The highest rate that it ever has, in records per second; infinite at full speed.
    #[must_use]
    pub fn most(&self) -> f64 {
        match self {
            Self::PerSecond(flow) => flow.most(),
            Self::Max => f64::INFINITY,
        }
    }

    /// Whether it is meant to be the same at all times.
    #[must_use]
    pub fn is_steady(&self) -> bool {
        match self {
            Self::PerSecond(flow) => flow.is_steady(),
            Self::Max => true,
        }
    }
}

fn payload(word: &str) -> PayloadKind {
    match word {
        "zeros" => PayloadKind::Zeros,
        "random" => PayloadKind::Random,
        "text" => PayloadKind::Text,
        "file" => PayloadKind::File,
        _ => PayloadKind::Json,
    }
}

fn keys(word: &str) -> KeyKind {
    match word {
        "uniform" => KeyKind::Uniform,
        "skewed" => KeyKind::Skewed,
        "partition" => KeyKind::Partition,
        _ => KeyKind::None,
    }
}

fn mode(word: &str) -> SendMode {
    match word {
        "sync" => SendMode::Sync,
        "fire-and-forget" => SendMode::FireAndForget,
        _ => SendMode::Async,
    }
}
