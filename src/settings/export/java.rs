//! The knobs as Java's producer reads them, within the bounds and rules of its `ProducerConfig`.

use super::{Entry, OUR_NAME, is_our_name, text, transactional};
use crate::settings::rules::MOST_IN_FLIGHT;
use crate::settings::{Knob, Settings, Value, rows};

/// The largest of Java's whole numbers.
const INT_MAX: f64 = 2_147_483_647.0;
/// A buffer as large as this needs a thought about Java's heap, in bytes.
const LARGE_HEAP: f64 = 268_435_456.0;
/// With room for fewer batches than this, the buffer is a bound of its own.
const FEW_BATCHES: f64 = 32.0;

/// Every knob of the producer in Java's words.
pub(super) fn entries(settings: &Settings) -> Vec<Entry> {
    rows()
        .iter()
        .filter(|row| row.group.is_producer())
        .map(|row| entry(row, settings))
        .collect()
}

fn entry(row: &'static Knob, settings: &Settings) -> Entry {
    match row.name {
        "linger.ms" => linger(row, settings),
        "delivery.timeout.ms" => delivery_timeout(row, settings),
        "request.timeout.ms" => request_timeout(row, settings),
        "socket.timeout.ms" => Entry::none(
            row,
            settings,
            "Java has one time-out for the broker's wait and the client's own: request.timeout.ms",
        ),
        "batch.size" => batch_size(row, settings),
        "batch.num.messages" => {
            Entry::none(row, settings, "no equal: Java's batches end by bytes alone")
        }
        "compression.level" => level(row, settings),
        "enable.idempotence" => idempotence(row, settings),
        "max.in.flight" => in_flight(row, settings),
        "sticky.partitioning.linger.ms" => Entry::none(
            row,
            settings,
            "no equal: records without a key stay with a partition for batch.size bytes, not for a time",
        ),
        "partitioner" => partitioner(row, settings),
        "queue.buffering.max.messages" => Entry::none(
            row,
            settings,
            "no equal: Java bounds its queue by bytes alone (buffer.memory)",
        ),
        "queue.buffering.max.kbytes" => buffer(row, settings),
        "socket.send.buffer.bytes" | "socket.receive.buffer.bytes" => socket(row, settings),
        "client.id" if is_our_name(row, settings) => Entry::none(row, settings, OUR_NAME),
        "transactional.id" => transactional(row, settings),
        _ => same(row, settings),
    }
}

/// A knob that means the same in Java.
fn same(row: &'static Knob, settings: &Settings) -> Entry {
    let value = text(row, settings.value(row.name));
    Entry::pair(row, settings, row.java.unwrap_or(row.name), value)
}

fn whole_linger(settings: &Settings) -> f64 {
    settings.number("linger.ms").round()
}

fn linger(row: &'static Knob, settings: &Settings) -> Entry {
    let whole = whole_linger(settings);
    let entry = Entry::pair(row, settings, "linger.ms", format!("{whole}"));
    if settings.number("linger.ms").fract() == 0.0 {
        return entry;
    }
    entry.altered(format!(
        "rounded to {whole}: Java takes whole milliseconds only"
    ))
}

/// Java's wait for an answer: what ends it first in librdkafka. With fewer acks than all the broker waits for nobody.
fn request_wait(settings: &Settings) -> f64 {
    let (request, socket) = (
        settings.number("request.timeout.ms"),
        settings.number("socket.timeout.ms"),
    );
    if settings.word("acks") == "all" {
        request.min(socket)
    } else {
        socket
    }
}

fn request_timeout(row: &'static Knob, settings: &Settings) -> Entry {
    let wait = request_wait(settings);
    let entry = Entry::pair(row, settings, "request.timeout.ms", format!("{wait}"));
    if wait.total_cmp(&settings.number(row.name)).is_eq() {
        return entry;
    }
    let why = if settings.word("acks") == "all" {
        "the shorter of the two"
    } else {
        "the only one at work without acks=all"
    };
    entry.altered(format!(
        "{wait}, the value of socket.timeout.ms, {why}: in Java request.timeout.ms is the client's own wait too"
    ))
}

fn delivery_timeout(row: &'static Knob, settings: &Settings) -> Entry {
    let asked = settings.number(row.name);
    let (linger, wait) = (whole_linger(settings), request_wait(settings));
    let least = linger + wait;
    let pair = |value: f64| Entry::pair(row, settings, "delivery.timeout.ms", format!("{value}"));
    if asked == 0.0 {
        return pair(INT_MAX).altered("Java cannot wait without a limit: its longest, 24 days");
    }
    if asked < least {
        return pair(least).altered(format!(
            "raised to {least}: Java refuses less than linger.ms + request.timeout.ms ({linger} + {wait})"
        ));
    }
    pair(asked)
}

/// Java's buffer holds at least one batch: send() fails otherwise.
fn buffer_bytes(settings: &Settings) -> f64 {
    settings
        .number("queue.buffering.max.kbytes")
        .max(settings.number("batch.size"))
}

fn batch_size(row: &'static Knob, settings: &Settings) -> Entry {
    let batches = (buffer_bytes(settings) / settings.number(row.name)).floor();
    let entry = same(row, settings);
    if batches >= FEW_BATCHES {
        return entry;
    }
    entry.note(format!(
        "Java takes a whole batch of buffer.memory for every partition that it fills, and has room for {batches}"
    ))
}

fn buffer(row: &'static Knob, settings: &Settings) -> Entry {
    let bytes = buffer_bytes(settings);
    let mut entry = Entry::pair(row, settings, "buffer.memory", format!("{bytes}"));
    if bytes > settings.number(row.name) {
        entry = entry.altered(format!(
            "raised to {bytes}: in Java a batch.size above buffer.memory makes every send() fail"
        ));
    }
    if bytes >= LARGE_HEAP {
        entry = entry.note("Java's heap must have room for it (-Xmx); its own default is 32 MiB");
    }
    entry
}

fn idempotence(row: &'static Knob, settings: &Settings) -> Entry {
    let entry = same(row, settings);
    if !settings.is_on(row.name) {
        return entry.note("Java's own default is true");
    }
    entry.note(
        "librdkafka keeps about one batch per partition in flight with it, Java up to max.in.flight: expect more there",
    )
}

fn in_flight(row: &'static Knob, settings: &Settings) -> Entry {
    let entry = same(row, settings);
    if settings.number(row.name) <= MOST_IN_FLIGHT {
        return entry;
    }
    entry.note("Java's own default is 5; with more, idempotence is refused, and without it retries reorder records")
}

/// Levels are the codec's own; Java has a property for each codec, and its lz4 calls the fast form 9 (`Lz4BlockOutputStream`).
fn level(row: &'static Knob, settings: &Settings) -> Entry {
    let codec = settings.word("compression.type");
    let asked = match settings.value(row.name) {
        Value::Number(number) => Some(*number),
        _ => None,
    };
    let pair = |value: f64| {
        let name = format!("compression.{codec}.level");
        Entry::pair(row, settings, &name, format!("{value}"))
    };
    match (codec, asked) {
        ("gzip", None) => pair(-1.0),
        ("gzip", Some(level)) if level < 1.0 => {
            pair(1.0).altered("1: Java's gzip cannot store without compressing")
        }
        ("gzip", Some(level)) if level > 9.0 => pair(9.0).altered("9, where gzip ends"),
        ("zstd", None) => pair(3.0),
        // Below 3 lz4 is its fast form.
        ("lz4", level) if level.is_none_or(|level| level < 3.0) => {
            pair(9.0).note("Java's lz4 calls the fast form 9")
        }
        ("lz4", Some(9.0)) => pair(10.0)
            .altered("10: Java's lz4 calls the fast form 9, so this level is not to be had"),
        ("gzip" | "zstd" | "lz4", Some(level)) => pair(level),
        _ => Entry::none(
            row,
            settings,
            format!("compression.type {codec} has no levels"),
        ),
    }
}

fn partitioner(row: &'static Knob, settings: &Settings) -> Entry {
    let pair = |ignore: &str| Entry::pair(row, settings, "partitioner.ignore.keys", ignore);
    let own = "partitioner.class stays unset, which is Java's own";
    match settings.word(row.name) {
        "murmur2_random" => pair("false").note(format!("{own}: the same places for record keys")),
        "murmur2" => pair("false").altered(format!(
            "{own}: the same places for record keys, but records without a key are spread"
        )),
        "random" => pair("true").altered(format!(
            "{own}: keys are ignored, but a partition is kept for batch.size bytes"
        )),
        word => pair("false").altered(format!(
            "{own}: murmur2, so record keys go to other partitions than librdkafka's {word} puts them"
        )),
    }
}

fn socket(row: &'static Knob, settings: &Settings) -> Entry {
    let asked = settings.number(row.name);
    let name = row.java.unwrap_or(row.name);
    if asked == 0.0 {
        return Entry::pair(row, settings, name, "-1");
    }
    same(row, settings)
}
