//! What a snapshot says about the circumstances: machine, cluster, conditions, settings, workload.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::cluster::{ClusterFacts, ClusterKind};
use crate::settings::{Knob, Millis, PerSecond, Settings, Source, Value, knobs};

/// The machine that sent. `None` means that it could not be learnt.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Environment {
    /// Operating system and kernel.
    pub os: String,
    /// The processor's model.
    pub cpu: Option<String>,
    /// Cores that the program may use.
    pub cores: u32,
    /// Memory in bytes.
    pub memory: Option<u64>,
    /// Resolution of the monotonic clock in nanoseconds.
    pub clock_resolution_ns: Option<u64>,
}

/// The cluster that was written to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cluster {
    /// Simulated in this process, or real.
    pub kind: ClusterKind,
    /// Kafka's cluster id.
    pub cluster_id: Option<String>,
    /// The brokers' version.
    pub broker_version: Option<String>,
    /// How many brokers there are.
    pub brokers: u32,
    /// The topic.
    pub topic: String,
    /// Its partitions.
    pub partitions: u32,
    /// Replicas of each partition.
    pub replication_factor: Option<u32>,
    /// The topic's `min.insync.replicas`.
    pub min_insync_replicas: Option<u32>,
}

impl From<&ClusterFacts> for Cluster {
    fn from(facts: &ClusterFacts) -> Self {
        Self {
            kind: facts.kind,
            cluster_id: facts.cluster_id.clone(),
            broker_version: facts.broker_version.clone(),
            brokers: u32::try_from(facts.brokers.len()).unwrap_or(u32::MAX),
            topic: facts.topic.name.clone(),
            partitions: facts.topic.partitions,
            replication_factor: facts.topic.replication_factor,
            min_insync_replicas: facts.topic.min_insync_replicas,
        }
    }
}

/// What the lab did to the cluster's side. `None` where it cannot do that (real clusters).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Conditions {
    /// Round trip that the embedded cluster was given, or that the wire added.
    pub round_trip_ms: Option<Millis>,
    /// Injected errors that a retry may cure, per second.
    pub retriable_errors_per_s: Option<PerSecond>,
    /// Injected errors that fail records, per second.
    pub fatal_errors_per_s: Option<PerSecond>,
}

impl Conditions {
    /// The conditions in these settings; on a real cluster the round trip alone, and that only behind the wire.
    #[must_use]
    pub fn of(settings: &Settings, cluster: &ClusterFacts) -> Self {
        let round_trip_ms = settings.value("rtt.ms").number().map(Millis);
        if cluster.kind == ClusterKind::Real {
            return Self {
                round_trip_ms: round_trip_ms.filter(|_| cluster.wire),
                ..Self::default()
            };
        }
        Self {
            round_trip_ms,
            retriable_errors_per_s: settings.value("errors.retriable").number().map(PerSecond),
            fatal_errors_per_s: settings.value("errors.fatal").number().map(PerSecond),
        }
    }
}

/// One row of the settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Setting {
    /// The value in the row's unit (milliseconds, bytes, count, per second), a word, or `auto`, `max`.
    pub value: SettingValue,
    /// Where it came from: `default`, `file`, `profile:NAME`, `env`, `property`, `flag`, `hand`.
    pub source: String,
}

/// A value as JSON has it: whole numbers stay whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum SettingValue {
    /// A whole number.
    Whole(i64),
    /// Any other number.
    Number(f64),
    /// On or off.
    Switch(bool),
    /// A word or a text; also `auto` and `max`.
    Text(String),
}

impl SettingValue {
    /// The JSON form of a row's value.
    #[must_use]
    pub fn of(knob: &Knob, value: &Value) -> Self {
        match value {
            Value::Number(number) => whole(*number).map_or(Self::Number(*number), Self::Whole),
            Value::Switch(on) => Self::Switch(*on),
            other => Self::Text(knob.text(other)),
        }
    }
}

impl std::fmt::Display for SettingValue {
    /// The form that `Knob::parse` reads again.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Whole(number) => write!(out, "{number}"),
            Self::Number(number) => write!(out, "{number}"),
            Self::Switch(on) => out.write_str(if *on { "on" } else { "off" }),
            Self::Text(text) => out.write_str(text),
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "checked to be whole and below 2^53"
)]
fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < 9.0e15).then_some(number as i64)
}

/// Every row with its value and source, by name.
#[must_use]
pub fn settings_map(settings: &Settings) -> BTreeMap<String, Setting> {
    knobs::rows()
        .iter()
        .map(|row| {
            let setting = Setting {
                value: SettingValue::of(row, settings.value(row.name)),
                source: source_word(settings.source(row.name)),
            };
            (row.name.to_owned(), setting)
        })
        .collect()
}

fn source_word(source: &Source) -> String {
    match source {
        Source::Default => "default".into(),
        Source::File => "file".into(),
        Source::Profile(name) => format!("profile:{name}"),
        Source::Env => "env".into(),
        Source::Property => "property".into(),
        Source::Flag => "flag".into(),
        Source::Hand => "hand".into(),
    }
}

/// What was sent, and how fast.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Workload {
    /// Payload bytes of a record; with `record_size_max` the lower end of a range.
    pub record_size: u64,
    /// The upper end of the range, where sizes vary.
    pub record_size_max: Option<u64>,
    /// What payloads are made of: `zeros`, `random`, `text`, `json`, `file`.
    pub payload: String,
    /// Record keys: `none`, `uniform`, `skewed`, `partition`.
    pub record_keys: String,
    /// Records per second that fall due; -1 is full speed.
    pub throughput: f64,
    /// How many records were asked for, where the run was bounded so.
    pub num_records: Option<u64>,
    /// For how many seconds load was asked for, where the run was bounded so.
    pub duration_s: Option<f64>,
    /// Records that were sent first and do not count.
    pub warmup_records: u64,
    /// Threads that send.
    pub senders: u32,
    /// `async`, `sync` or `fire-and-forget`.
    pub send_mode: String,
}

impl Workload {
    /// The workload in these settings, without any bound.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "bounded by the table"
    )]
    pub fn of(settings: &Settings) -> Self {
        let rate = settings.number("rate");
        Self {
            record_size: settings.number("record.size") as u64,
            record_size_max: settings
                .value("record.size.max")
                .number()
                .map(|number| number as u64),
            payload: settings.word("payload").to_owned(),
            record_keys: settings.word("record.keys").to_owned(),
            throughput: if rate.is_finite() { rate } else { -1.0 },
            num_records: None,
            duration_s: None,
            warmup_records: 0,
            senders: settings.number("senders") as u32,
            send_mode: settings.word("send.mode").to_owned(),
        }
    }
}
