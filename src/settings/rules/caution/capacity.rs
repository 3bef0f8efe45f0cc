//! Whether the rate can get through at all: what a round trip carries, and what the queue holds.

use super::super::{Broken, Case, about};
use crate::settings::{Value, gather};

/// The largest batch that librdkafka takes for a knob.
const BATCH_MAX: f64 = 1_073_741_824.0;

/// Bytes that one batch carries at most.
fn batch_bytes(case: &Case) -> f64 {
    let by_count = case.number("batch.num.messages") * gather::record_bytes(case.settings);
    case.number("batch.size")
        .min(case.number("message.max.bytes"))
        .min(by_count)
}

/// The next power of two that is at least twice this, and at least 128 KiB.
fn roomy(bytes: f64) -> f64 {
    (bytes * 2.0).max(131_072.0).log2().ceil().exp2()
}

pub(super) fn small_batch(case: &Case) -> Option<Broken> {
    let trip = gather::round_trip(case.settings, case.around)?;
    let due = gather::bytes_per_ms(case.settings, case.around)? * trip;
    if !case.settings.is_on("enable.idempotence") || due <= batch_bytes(case) {
        return None;
    }
    let broken = Broken::new(format!(
        "{} fall due per partition and round trip, but with idempotence about one batch ({}) leaves in it: the queue will grow",
        about("batch.size", due),
        about("batch.size", batch_bytes(case))
    ));
    Some(raise_batch(case, broken, roomy(due)))
}

/// Proposes larger batches, with whatever else caps them.
fn raise_batch(case: &Case, broken: Broken, bytes: f64) -> Broken {
    let bytes = bytes.min(BATCH_MAX);
    let mut set = vec![(
        "batch.size",
        Value::Number(bytes.max(case.number("batch.size"))),
    )];
    if case.number("message.max.bytes") < bytes {
        set.push(("message.max.bytes", Value::Number(bytes.min(1e9))));
    }
    let records = (bytes / gather::record_bytes(case.settings)).ceil();
    if case.number("batch.num.messages") < records {
        set.push(("batch.num.messages", Value::Number(records.min(1e6))));
    }
    let text = format!(
        "batches of {}",
        super::super::show("batch.size", &Value::Number(bytes))
    );
    broken.mend(set, text)
}

/// One request holds one partition's batch. With three brokers (or fewer partitions) that many connections share the load at best.
pub(super) fn window(case: &Case) -> Option<Broken> {
    let rate = case.settings.value("rate").number()?;
    let trip = gather::round_trip(case.settings, case.around)?;
    let connections = f64::from(case.around.partitions.unwrap_or(3).clamp(1, 3));
    let in_flight = case.number("max.in.flight");
    let capacity = connections * in_flight * batch_bytes(case);
    let due = rate / 1_000.0 * gather::record_bytes(case.settings) * trip;
    if case.settings.is_on("enable.idempotence") || due <= capacity {
        return None;
    }
    let most = rate * capacity / due;
    let broken = Broken::new(format!(
        "at most about {} get through: {in_flight} in flight × {} per {} of round trip",
        about("rate", most),
        about("batch.size", batch_bytes(case)),
        about("rtt.ms", trip)
    ));
    let needed = (in_flight * due / capacity).ceil().max(2.0);
    if needed <= 100.0 {
        return Some(broken.set("max.in.flight", needed, ""));
    }
    Some(broken.set("rate", most.floor().max(1.0), ""))
}

pub(super) fn sync_rate(case: &Case) -> Option<Broken> {
    let rate = case.settings.value("rate").number()?;
    let trip = gather::round_trip(case.settings, case.around)?;
    let each = trip + case.number("linger.ms");
    let most = case.number("senders") * 1_000.0 / each.max(0.001);
    if case.settings.word("send.mode") != "sync" || rate <= most {
        return None;
    }
    let sentence = format!(
        "sync sends one record per sender in {}: at most about {}",
        about("linger.ms", each),
        about("rate", most)
    );
    Some(Broken::new(sentence).mend(
        vec![("send.mode", Value::Choice("async"))],
        "send mode async",
    ))
}

pub(super) fn queue_small(case: &Case) -> Option<Broken> {
    let rate = case.settings.value("rate").number()?;
    let trip = gather::round_trip(case.settings, case.around)?;
    let room = case.number("queue.buffering.max.messages");
    let held = rate / 1_000.0 * (trip + case.number("linger.ms"));
    if room == 0.0 || held <= room {
        return None;
    }
    let sentence = format!(
        "about {held:.0} records are under way at a time, but the queue holds {room:.0}: send() will wait"
    );
    let larger = (held * 2.0).ceil().min(2_147_483_647.0);
    Some(Broken::new(sentence).set("queue.buffering.max.messages", larger, ""))
}
