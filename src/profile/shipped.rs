//! The profiles that are part of the program.

/// Names and texts, as `linger profile list` shows them.
pub(super) const ALL: [(&str, &str); 11] = [
    ("balanced", include_str!("../../profiles/balanced.toml")),
    ("throughput", include_str!("../../profiles/throughput.toml")),
    ("latency", include_str!("../../profiles/latency.toml")),
    ("durability", include_str!("../../profiles/durability.toml")),
    (
        "availability",
        include_str!("../../profiles/availability.toml"),
    ),
    ("ordered", include_str!("../../profiles/ordered.toml")),
    (
        "exactly-once",
        include_str!("../../profiles/exactly-once.toml"),
    ),
    (
        "at-most-once",
        include_str!("../../profiles/at-most-once.toml"),
    ),
    (
        "at-least-once",
        include_str!("../../profiles/at-least-once.toml"),
    ),
    (
        "java-defaults",
        include_str!("../../profiles/java-defaults.toml"),
    ),
    (
        "librdkafka-defaults",
        include_str!("../../profiles/librdkafka-defaults.toml"),
    ),
];

/// The text of a shipped profile.
pub(super) fn text(name: &str) -> Option<&'static str> {
    ALL.iter()
        .find(|(known, _)| *known == name)
        .map(|(_, text)| *text)
}
