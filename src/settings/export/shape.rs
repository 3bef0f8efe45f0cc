//! How files are laid out: comments, properties, YAML.

use std::fmt::Write as _;

use super::Entry;

/// The longest line of a comment, in characters.
const WIDE: usize = 110;

/// Text as comment lines, wrapped, behind so many spaces; whatever could end a comment is a space in it.
pub(super) fn comment(text: &str, indent: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    let blank = |sign: char| sign.is_control() || sign.is_whitespace();
    for word in text.split(blank).filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < WIDE => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(format!("{:indent$}# {word}", "")),
        }
    }
    lines.push(String::new());
    lines.join("\n")
}

fn comments(entry: &Entry, indent: usize) -> String {
    entry
        .comments()
        .map(|line| comment(&line, indent))
        .collect()
}

/// Java's `.properties`: `name=value`, with the notes above.
pub(super) fn properties(entries: &[Entry], key: impl Fn(&str) -> String) -> String {
    let one = |entry: &Entry| {
        let pair = entry.pair.as_ref();
        let line = pair.map(|(name, value)| format!("{}={}\n", key(name), escaped(value)));
        comments(entry, 0) + &line.unwrap_or_default()
    };
    entries.iter().map(one).collect()
}

/// librdkafka's conf: as properties, but nothing is escaped.
pub(super) fn conf(entries: &[Entry]) -> String {
    let one = |entry: &Entry| {
        let pair = entry.pair.as_ref();
        let line = pair.map(|(name, value)| format!("{name}={value}\n"));
        comments(entry, 0) + &line.unwrap_or_default()
    };
    entries.iter().map(one).collect()
}

/// A mapping in YAML, every value quoted, behind so many spaces.
pub(super) fn yaml<'a>(
    entries: impl IntoIterator<Item = &'a Entry>,
    indent: usize,
    key: impl Fn(&str) -> String,
) -> String {
    let one = |entry: &Entry| {
        let pair = entry.pair.as_ref();
        let line = pair
            .map(|(name, value)| format!("{:indent$}{}: {}\n", "", key(name), in_quotes(value)));
        comments(entry, indent) + &line.unwrap_or_default()
    };
    entries.into_iter().map(one).collect()
}

/// A text as YAML (and JSON) quotes it.
pub(super) fn in_quotes(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A value as `java.util.Properties` reads it, which takes a file for ISO-8859-1.
fn escaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for (at, sign) in value.chars().enumerate() {
        match sign {
            '\\' => out.push_str("\\\\"),
            ' ' if at == 0 => out.push_str("\\ "),
            sign if sign.is_ascii() => out.push(sign),
            sign => {
                let mut units = [0; 2];
                for unit in sign.encode_utf16(&mut units) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out
}
