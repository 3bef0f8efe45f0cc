//! Order events in JSON, of an exact size.

use std::io::Write as _;

use rand::RngExt;
use rand::rngs::SmallRng;

use super::text::{pick, word};

const EVENTS: &[&str] = &[
    "order.placed",
    "order.paid",
    "order.shipped",
    "order.delivered",
    "order.cancelled",
];
const STATES: &[&str] = &["new", "confirmed", "packed", "in_transit", "done"];
const GOODS: &[&str] = &[
    "espresso machine",
    "desk lamp",
    "running shoes",
    "water bottle",
    "office chair",
    "wireless mouse",
    "rain jacket",
    "cast iron pan",
    "travel pillow",
    "notebook, ruled",
    "usb cable, 2 m",
    "garden hose",
    "led bulb, warm white",
    "mountain bike tyre",
    "tea, 250 g",
    "phone case",
];
const CITIES: &[&str] = &[
    "Hamburg", "Lyon", "Porto", "Leeds", "Turin", "Gdansk", "Utrecht", "Malmo", "Graz", "Ghent",
];
const NAMES: &[&str] = &[
    "Anna", "Bruno", "Clara", "David", "Elena", "Felix", "Greta", "Hugo", "Ines", "Jonas", "Karla",
];
/// What closes an event after its note.
const CLOSING: &[u8] = b"\"}";
/// An event is only begun with room for a note's opening and closing.
const NOTE: &[u8] = b"],\"note\":\"";

/// Appends an event of exactly `size` bytes; one that is too small for an event is the beginning of one.
pub(super) fn append(bytes: &mut Vec<u8>, size: usize, random: &mut SmallRng) {
    let end = bytes.len() + size;
    head(bytes, random);
    let mut first = true;
    loop {
        let before = bytes.len();
        if !first {
            bytes.push(b',');
        }
        item(bytes, random);
        if bytes.len() + NOTE.len() + CLOSING.len() > end {
            bytes.truncate(before);
            break;
        }
        first = false;
    }
    bytes.extend_from_slice(NOTE);
    while bytes.len() + CLOSING.len() < end {
        word(bytes, random);
        bytes.push(b' ');
    }
    bytes.truncate(end.saturating_sub(CLOSING.len()));
    bytes.extend_from_slice(CLOSING);
    bytes.truncate(end);
}

fn head(bytes: &mut Vec<u8>, random: &mut SmallRng) {
    let (event, state) = (pick(EVENTS, random), pick(STATES, random));
    let (name, city) = (pick(NAMES, random), pick(CITIES, random));
    let (id, trace): (u64, u128) = (random.random(), random.random());
    let customer = random.random_range(10_000..1_000_000u32);
    let (minute, second, milli) = (
        random.random_range(0..60u8),
        random.random_range(0..60u8),
        random.random_range(0..1000u16),
    );
    let _ = write!(
        bytes,
        "{{\"event\":\"{event}\",\"id\":\"{id:016x}\",\"trace\":\"{trace:032x}\",\"version\":3,\
         \"at\":\"2026-03-14T09:{minute:02}:{second:02}.{milli:03}Z\",\"state\":\"{state}\",\
         \"customer\":{{\"id\":{customer},\"name\":\"{name}\",\"city\":\"{city}\",\"newsletter\":false}},\
         \"currency\":\"EUR\",\"items\":["
    );
}

fn item(bytes: &mut Vec<u8>, random: &mut SmallRng) {
    let (article, goods) = (random.random_range(0..100_000u32), pick(GOODS, random));
    let (pieces, cents) = (
        random.random_range(1..5u8),
        random.random_range(199..25_000u32),
    );
    let (whole, rest) = (cents / 100, cents % 100);
    let _ = write!(
        bytes,
        "{{\"article\":\"A-{article:06}\",\"name\":\"{goods}\",\"pieces\":{pieces},\"price\":{whole}.{rest:02},\
         \"tax\":19,\"gift\":false}}"
    );
}
