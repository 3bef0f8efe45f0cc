//! Spring Boot's words: six properties of the producer have their own, all others stand below `properties`.

use super::{Entry, shape};

/// Java's names and Spring's, and whether Spring reads a size with a unit.
const OWN: [(&str, &str, bool); 6] = [
    ("acks", "acks", false),
    ("batch.size", "batch-size", true),
    ("buffer.memory", "buffer-memory", true),
    ("client.id", "client-id", false),
    ("compression.type", "compression-type", false),
    ("retries", "retries", false),
];

/// An entry with Spring's own name; none for a property that Spring only hands on.
fn own(entry: &Entry) -> Option<Entry> {
    let (java, value) = entry.pair.as_ref()?;
    let (_, name, sized) = OWN.iter().find(|(known, _, _)| known == java)?;
    let unit = if *sized { "B" } else { "" };
    Some(Entry {
        pair: Some(((*name).into(), format!("{value}{unit}"))),
        ..entry.clone()
    })
}

pub(super) fn yaml(entries: &[Entry]) -> String {
    let own_ones: Vec<Entry> = entries.iter().filter_map(own).collect();
    let others = entries.iter().filter(|entry| own(entry).is_none());
    let first = shape::yaml(&own_ones, 6, str::to_owned);
    // In brackets, so that the dots stay part of the name.
    let rest = shape::yaml(others, 8, |name| shape::in_quotes(&format!("[{name}]")));
    format!("spring:\n  kafka:\n    producer:\n{first}      properties:\n{rest}")
}

pub(super) fn properties(entries: &[Entry]) -> String {
    let named: Vec<Entry> = entries
        .iter()
        .map(|entry| {
            own(entry).unwrap_or_else(|| Entry {
                pair: entry
                    .pair
                    .clone()
                    .map(|(name, value)| (format!("properties[{name}]"), value)),
                ..entry.clone()
            })
        })
        .collect();
    shape::properties(&named, |name| format!("spring.kafka.producer.{name}"))
}
