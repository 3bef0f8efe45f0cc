//! The TOML form of a profile.

use std::fmt::Write;

use toml::{Table, Value as Toml};

use crate::profile::{KIND, Profile, ProfileError, SCHEMA};
use crate::settings::knobs::{find, nearest, position, rows};
use crate::settings::{Group, Kind, Knob, Value};

/// The sections and the groups that belong into them.
const SECTIONS: [&str; 3] = ["settings", "workload", "conditions"];
const WORDS: [&str; 7] = [
    "schema", "kind", "name", "about", "source", "gives_up", "goals",
];

/// The longest text that a profile says about itself.
const TEXT_MAX: usize = 2_000;

/// A row with its value, and the name that it was given under.
type Named = (&'static Knob, String, Value);

pub(super) fn read(place: &str, text: &str) -> Result<Profile, ProfileError> {
    let damaged = |reason: String| ProfileError::Damaged {
        place: place.into(),
        reason,
    };
    if text.trim().is_empty() {
        return Err(ProfileError::Empty {
            place: place.into(),
        });
    }
    let table: Table = text.parse().map_err(|error: toml::de::Error| {
        damaged(format!("not TOML ({})", one_line(&error.to_string())))
    })?;
    check_head(place, &table)?;
    read_body(&table).map_err(damaged)
}

/// Kind and schema come first: what a newer version added is no damage.
fn check_head(place: &str, table: &Table) -> Result<(), ProfileError> {
    let damaged = |reason: String| ProfileError::Damaged {
        place: place.into(),
        reason,
    };
    match table.get("kind").and_then(Toml::as_str) {
        Some(KIND) => {}
        Some(other) => return Err(damaged(format!("its kind is {other:?}, not {KIND:?}"))),
        None => return Err(damaged(format!("it lacks kind = {KIND:?}"))),
    }
    match table.get("schema").and_then(Toml::as_integer) {
        Some(SCHEMA) => Ok(()),
        Some(schema) if schema > SCHEMA => Err(ProfileError::Newer {
            place: place.into(),
            schema,
        }),
        _ => Err(damaged(format!("it lacks schema = {SCHEMA}"))),
    }
}

fn read_body(table: &Table) -> Result<Profile, String> {
    if let Some(odd) = table.keys().find(|key| !is_known(key)) {
        let known = [&WORDS[..], &SECTIONS[..]].concat().join(", ");
        return Err(format!("{odd:?} is none of {known}"));
    }
    let mut named: Vec<Named> = Vec::new();
    for section in SECTIONS {
        read_section(section, table, &mut named)?;
    }
    named.sort_by_key(|(row, _, _)| position(row.name));
    Ok(Profile {
        name: read_text(table, "name")?,
        about: read_text(table, "about")?,
        source: read_text(table, "source")?,
        gives_up: read_text(table, "gives_up")?,
        goals: read_goals(table)?,
        values: named
            .into_iter()
            .map(|(row, _, value)| (row.name, value))
            .collect(),
    })
}

fn is_known(key: &str) -> bool {
    WORDS.contains(&key) || SECTIONS.contains(&key)
}

fn read_text(table: &Table, key: &str) -> Result<String, String> {
    match table.get(key) {
        None => Ok(String::new()),
        Some(Toml::String(text)) if text.chars().count() <= TEXT_MAX => Ok(text
            .chars()
            .filter(|sign| !sign.is_control() || *sign == '\n')
            .collect()),
        Some(Toml::String(_)) => Err(format!("{key} is longer than {TEXT_MAX} characters")),
        Some(_) => Err(format!("{key} is not a text")),
    }
}

fn read_goals(table: &Table) -> Result<Vec<String>, String> {
    let Some(goals) = table.get("goals") else {
        return Ok(Vec::new());
    };
    let texts = goals.as_array().map(|goals| goals.iter().map(Toml::as_str));
    texts
        .and_then(|mut texts| texts.by_ref().map(|text| text.map(String::from)).collect())
        .ok_or_else(|| "goals is not a list of texts".into())
}

fn read_section(section: &str, table: &Table, named: &mut Vec<Named>) -> Result<(), String> {
    let Some(content) = table.get(section) else {
        return Ok(());
    };
    let Some(content) = content.as_table() else {
        return Err(format!("{section} is not a table"));
    };
    let mut leaves = Vec::new();
    flatten("", content, &mut leaves);
    for (name, value) in leaves {
        let row = find(&name).ok_or_else(|| unknown(section, &name))?;
        if section_of(row.group) != section {
            let right = section_of(row.group);
            return Err(format!(
                "{name} belongs into [{right}], not into [{section}]"
            ));
        }
        if let Some((_, first, _)) = named.iter().find(|(known, _, _)| known.name == row.name) {
            return Err(format!("{first} and {name} are the same knob"));
        }
        let text = plain_text(&value)
            .ok_or_else(|| format!("{name} is neither a number, a text, true nor false"))?;
        let value = row
            .parse_as(&name, &text)
            .map_err(|error| error.to_string())?;
        named.push((row, name, value));
    }
    Ok(())
}

fn unknown(section: &str, name: &str) -> String {
    let hint = nearest(name)
        .map(|near| format!("; did you mean {near}?"))
        .unwrap_or_default();
    format!("[{section}] names no knob with {name:?}{hint}")
}

/// Takes `linger.ms = 5` (a table in TOML's eyes) and `"linger.ms" = 5` for the same.
fn flatten(prefix: &str, table: &Table, leaves: &mut Vec<(String, Toml)>) {
    for (key, value) in table {
        let name = if prefix.is_empty() {
            key.clone()
        } else {
            format!("{prefix}.{key}")
        };
        match value {
            Toml::Table(inner) => flatten(&name, inner, leaves),
            other => leaves.push((name, other.clone())),
        }
    }
}

fn plain_text(value: &Toml) -> Option<String> {
    match value {
        Toml::String(text) => Some(text.clone()),
        Toml::Integer(number) => Some(number.to_string()),
        Toml::Float(number) => Some(number.to_string()),
        Toml::Boolean(on) => Some(on.to_string()),
        _ => None,
    }
}

fn section_of(group: Group) -> &'static str {
    match group {
        Group::Workload => "workload",
        Group::Conditions => "conditions",
        _ => "settings",
    }
}

pub(super) fn write(profile: &Profile) -> String {
    let mut out = format!("schema = {SCHEMA}\nkind = {KIND:?}\n");
    for (key, text) in [
        ("name", &profile.name),
        ("about", &profile.about),
        ("source", &profile.source),
        ("gives_up", &profile.gives_up),
    ] {
        let _ = writeln!(out, "{key} = {}", quoted(text));
    }
    if !profile.goals.is_empty() {
        let goals: Vec<String> = profile.goals.iter().map(|goal| quoted(goal)).collect();
        let _ = writeln!(out, "goals = [{}]", goals.join(", "));
    }
    for section in SECTIONS {
        write_section(&mut out, section, profile);
    }
    out
}

fn write_section(out: &mut String, section: &str, profile: &Profile) {
    let value_of = |row: &'static Knob| {
        let named = profile.values.iter().find(|(name, _)| *name == row.name)?;
        (section_of(row.group) == section).then_some((row, &named.1))
    };
    let lines: Vec<_> = rows().iter().copied().filter_map(value_of).collect();
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n[{section}]");
    for (row, value) in lines {
        let _ = writeln!(out, "{} = {}", quoted(row.name), toml_text(row, value));
    }
}

/// Numbers and switches stand bare; whatever carries a unit or a word is quoted.
fn toml_text(row: &Knob, value: &Value) -> String {
    let text = row.text(value);
    let in_kbytes = matches!(row.kind, Kind::Bytes { unit: 1024, .. });
    match value {
        Value::Number(_) if !in_kbytes => text,
        Value::Switch(_) => text,
        _ => quoted(&text),
    }
}

fn quoted(text: &str) -> String {
    Toml::String(text.into()).to_string()
}

/// TOML's complaints draw the line in question below themselves; a sentence has no room for that.
fn one_line(text: &str) -> String {
    let parts: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.contains('|'))
        .collect();
    parts.join(", ")
}
