//! What one row of the table says about something that a person can turn.

use crate::settings::Settings;

/// Which panel and which part of a profile or snapshot a row belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    /// Delivery guarantees: acks, idempotence, retries, time-outs.
    Delivery,
    /// Batching, compression and requests in flight.
    Batching,
    /// Queues, sizes and sockets of the client.
    Client,
    /// What is sent and how fast.
    Workload,
    /// What the lab does to the cluster's side.
    Conditions,
}

impl Group {
    /// Whether the row is a producer property (a knob in the narrow sense).
    #[must_use]
    pub fn is_producer(self) -> bool {
        !matches!(self, Self::Workload | Self::Conditions)
    }
}

/// The values that a row takes, with unit and bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Milliseconds; `whole` refuses fractions.
    Millis {
        /// The least.
        min: f64,
        /// The most.
        max: f64,
        /// Whether fractions are refused.
        whole: bool,
    },
    /// Bytes, counted by the property in steps of `unit` (1, or 1024 for `…kbytes`). Values here are always bytes.
    Bytes {
        /// The least, in bytes.
        min: u64,
        /// The most, in bytes.
        max: u64,
        /// Bytes per count of the property.
        unit: u64,
    },
    /// A plain count.
    Count {
        /// The least.
        min: u64,
        /// The most.
        max: u64,
    },
    /// Records (or errors) per second; with `open_end` also `max`: full speed.
    Rate {
        /// The least.
        min: f64,
        /// The most.
        max: f64,
        /// Whether `max` is a value too.
        open_end: bool,
    },
    /// One of these words.
    Choice(&'static [&'static str]),
    /// `true` or `false`; shown as on and off.
    Switch,
    /// Free text of at most this many characters.
    Text(usize),
}

impl Kind {
    /// The least and the most as numbers in the kind's unit; none for words, switches and text.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "every bound is far below 2^53")]
    pub fn bounds(&self) -> Option<(f64, f64)> {
        match *self {
            Self::Millis { min, max, .. } | Self::Rate { min, max, .. } => Some((min, max)),
            Self::Bytes { min, max, .. } | Self::Count { min, max } => {
                Some((min as f64, max as f64))
            }
            Self::Choice(_) | Self::Switch | Self::Text(_) => None,
        }
    }

    /// Whether a number of this kind must be whole.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        matches!(
            self,
            Self::Millis { whole: true, .. } | Self::Bytes { .. } | Self::Count { .. }
        )
    }
}

/// How a slider moves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    /// By this much.
    Linear(f64),
    /// Through 1-2-5 (or powers of two for bytes).
    Log,
    /// From choice to choice, or on and off.
    Choices,
}

/// One row: everything that the program knows about one thing that a person can turn.
pub struct Knob {
    /// The name, as librdkafka spells it.
    pub name: &'static str,
    /// Other accepted spellings, Java's above all.
    pub aliases: &'static [&'static str],
    /// Where the row belongs.
    pub group: Group,
    /// Values, unit, bounds.
    pub kind: Kind,
    /// How a slider moves.
    pub step: Step,
    /// What a slider spans and random tests draw from (in the kind's unit; for choices and switches ignored).
    pub tuning: (f64, f64),
    /// Whether the value may be `auto` (the program derives it).
    pub auto: bool,
    /// librdkafka's property; none for rows that librdkafka does not know.
    pub native: Option<&'static str>,
    /// The default where librdkafka cannot be asked (rows without a property), or where ours differs; as text.
    pub own_default: Option<&'static str>,
    /// Java's property.
    pub java: Option<&'static str>,
    /// Java's default in 4.x, as text.
    pub java_default: Option<&'static str>,
    /// What 0 means, where it is not just a small number (`no limit`); shown instead of it.
    pub zero: Option<&'static str>,
    /// What it does, in one sentence without a full stop.
    pub about: &'static str,
    /// What it trades, in one sentence.
    pub trade: &'static str,
    /// Says why it cannot matter in these settings and surroundings, if so.
    pub idle: fn(&Settings, &Surroundings) -> Option<String>,
}

/// The row that has nothing special, from which the tables start.
pub(crate) const PLAIN: Knob = Knob {
    name: "",
    aliases: &[],
    group: Group::Client,
    kind: Kind::Switch,
    step: Step::Log,
    tuning: (0.0, 1.0),
    auto: false,
    native: None,
    own_default: None,
    java: None,
    java_default: None,
    zero: None,
    about: "",
    trade: "",
    idle: |_, _| None,
};

/// What rules and hints need to know about the world around the producer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Surroundings {
    /// Whether the cluster is the embedded one.
    pub embedded: bool,
    /// Whether the wire stands in front of a real one.
    pub wire: bool,
    /// Replication factor of the topic, when known.
    pub replication: Option<u32>,
    /// Partitions of the topic, when known.
    pub partitions: Option<u32>,
    /// Measured or set round trip, when known.
    pub round_trip: Option<crate::settings::Millis>,
}
