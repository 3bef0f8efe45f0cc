//! How batches fill: the arithmetic that rules and hints share.

use crate::settings::{Settings, Surroundings};

/// What the protocol adds to a record inside a batch, roughly.
const RECORD_FRAMING: f64 = 12.0;

/// The partitions that the lab assumes where the topic is not known yet.
const ASSUMED_PARTITIONS: f64 = 6.0;

/// Bytes that a record takes in a batch, on average and before compression.
#[must_use]
pub fn record_bytes(settings: &Settings) -> f64 {
    let least = settings.number("record.size");
    let most = settings.number("record.size.max").max(least);
    f64::midpoint(least, most) + RECORD_FRAMING
}

/// Whether records without a key stay with one partition for a while.
#[must_use]
pub fn is_sticky(settings: &Settings) -> bool {
    settings.word("record.keys") == "none"
        && (settings.effective("sticky.partitioning.linger.ms").number() != Some(0.0)
            || matches!(
                settings.word("partitioner"),
                "consistent" | "murmur2" | "fnv1a"
            ))
}

/// The round trip in milliseconds: measured, or what the embedded cluster or the wire is set to.
#[must_use]
pub fn round_trip(settings: &Settings, around: &Surroundings) -> Option<f64> {
    let set = (around.embedded || around.wire).then(|| settings.number("rtt.ms"));
    around.round_trip.map(|trip| trip.0).or(set)
}

/// Bytes per millisecond that go to one partition at a time; none at full speed, where nobody knows.
#[must_use]
pub fn bytes_per_ms(settings: &Settings, around: &Surroundings) -> Option<f64> {
    let rate = settings.value("rate").number()?;
    let partitions = around.partitions.map_or(ASSUMED_PARTITIONS, f64::from);
    let spread = if is_sticky(settings) {
        1.0
    } else {
        partitions.max(1.0)
    };
    Some(rate / 1000.0 * record_bytes(settings) / spread)
}

/// How long a partition's batch takes to fill, in milliseconds: up to batch.size, message.max.bytes or batch.num.messages,
/// whichever comes first. None at full speed.
#[must_use]
pub fn fill_ms(settings: &Settings, around: &Surroundings) -> Option<f64> {
    let by_count = settings.number("batch.num.messages") * record_bytes(settings);
    let bytes = settings
        .number("batch.size")
        .min(settings.number("message.max.bytes"))
        .min(by_count);
    Some(bytes / bytes_per_ms(settings, around)?)
}

/// Bytes that gather for a partition until its batch is sent for time's sake: linger.ms, and the wait for the request before it where
/// only one is let out at a time. None at full speed.
#[must_use]
pub fn gathered(settings: &Settings, around: &Surroundings) -> Option<f64> {
    let one_at_a_time =
        settings.is_on("enable.idempotence") || settings.number("max.in.flight") <= 1.0;
    let trip = round_trip(settings, around).unwrap_or(0.0);
    let wait = settings.number("linger.ms") + if one_at_a_time { trip } else { 0.0 };
    let bytes = bytes_per_ms(settings, around)? * wait;
    Some(bytes.max(record_bytes(settings)))
}
