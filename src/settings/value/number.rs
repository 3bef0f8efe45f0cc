//! Numbers with their units, as people type them.

use crate::settings::Kind;

/// A unit's spellings and how much of the row's own unit it is.
type Unit = (&'static [&'static str], f64);

const MILLIS: &[Unit] = &[
    (&["ms", "millis"], 1.0),
    (&["us", "µs", "μs"], 0.001),
    (&["s", "sec"], 1_000.0),
    (&["m", "min"], 60_000.0),
    (&["h"], 3_600_000.0),
    (&["d"], 86_400_000.0),
];

/// A bare `k`, `m` or `g` is binary, as in Java's and Kafka's own options; `kB` and `MB` are decimal, `KiB` and `MiB` binary.
const BYTES: &[Unit] = &[
    (&["b", "byte", "bytes"], 1.0),
    (&["kb"], 1e3),
    (&["mb"], 1e6),
    (&["gb"], 1e9),
    (&["k", "kib"], 1024.0),
    (&["m", "mib"], 1_048_576.0),
    (&["g", "gib"], 1_073_741_824.0),
];

const PLAIN: &[Unit] = &[(&["k"], 1e3), (&["m"], 1e6)];

const RATE: &[Unit] = &[(&["/s"], 1.0), (&["k", "k/s"], 1e3), (&["m", "m/s"], 1e6)];

/// Reads a lower-case text such as `20,000`, `1.5 mib` or `5ms` as a number in the kind's unit; `bare` is what a number without a unit counts.
pub(super) fn read(kind: &Kind, word: &str, bare: f64) -> Result<f64, String> {
    let (digits, suffix) = split(word);
    let digits = without_groups(digits).ok_or_else(|| not_a_number(kind, word))?;
    let number: f64 = digits.parse().map_err(|_| not_a_number(kind, word))?;
    if !number.is_finite() {
        return Err(not_a_number(kind, word));
    }
    if suffix.is_empty() {
        return Ok(number * bare);
    }
    let factor = units(kind)
        .iter()
        .find(|(spellings, _)| spellings.contains(&suffix))
        .map(|unit| unit.1)
        .ok_or_else(|| format!("{suffix:?} is no unit here; use {}", unit_list(kind)))?;
    Ok(number * factor)
}

/// What one of the kind's unit is called.
pub(super) fn unit_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Millis { .. } => "a millisecond",
        Kind::Bytes { .. } => "a byte",
        _ => "one",
    }
}

fn units(kind: &Kind) -> &'static [Unit] {
    match kind {
        Kind::Millis { .. } => MILLIS,
        Kind::Bytes { .. } => BYTES,
        Kind::Rate { .. } => RATE,
        _ => PLAIN,
    }
}

fn unit_list(kind: &Kind) -> &'static str {
    match kind {
        Kind::Millis { .. } => "us, ms, s, min or h",
        Kind::Bytes { .. } => "B, KiB, MiB, GiB, kB, MB or GB",
        Kind::Rate { .. } => "/s, k/s or M/s",
        _ => "k or M",
    }
}

fn not_a_number(kind: &Kind, word: &str) -> String {
    let example = match kind {
        Kind::Millis { .. } => "5, 5ms or 2s",
        Kind::Bytes { .. } => "65536, 64KiB or 1MB",
        Kind::Rate { open_end: true, .. } => "20000, 20k/s or max",
        Kind::Rate { .. } => "5 or 5/s",
        _ => "5 or 20k",
    };
    format!("{word:?} is not a number such as {example}")
}

/// Splits the digits from the unit; `1e6` is all digits.
fn split(word: &str) -> (&str, &str) {
    if word.parse::<f64>().is_ok() {
        return (word, "");
    }
    let end = word
        .find(|sign: char| !(sign.is_ascii_digit() || ".,_-+ \u{a0}\u{202f}".contains(sign)))
        .unwrap_or(word.len());
    let (digits, suffix) = word.split_at(end);
    (digits.trim(), suffix.trim())
}

/// Takes separators out, if they stand where they separate thousands; none otherwise, so that `1,5` is never taken for 15.
fn without_groups(digits: &str) -> Option<String> {
    let is_separator = |sign: char| matches!(sign, ',' | '_' | ' ' | '\u{a0}' | '\u{202f}');
    let whole = digits.split('.').next().unwrap_or(digits);
    let groups: Vec<&str> = whole.split(is_separator).collect();
    let right = groups.iter().skip(1).all(|group| group.len() == 3)
        && (groups.len() == 1
            || groups
                .first()
                .is_some_and(|group| (1..=3).contains(&group.len())));
    right.then(|| digits.chars().filter(|sign| !is_separator(*sign)).collect())
}
