//! `Settings`: a chosen value for every row.

use crate::settings::knobs::{find, nearest, position, rows};
use crate::settings::native;
use crate::settings::{Knob, Value};

/// Where a value came from; later ones win.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// The table's or librdkafka's default.
    Default,
    /// A file given by `-F`.
    File,
    /// A profile, by name.
    Profile(String),
    /// An environment variable.
    Env,
    /// `-X`.
    Property,
    /// A flag such as `--set`.
    Flag,
    /// Turned by hand on the screen.
    Hand,
}

impl std::fmt::Display for Source {
    /// The word for files and tables; a profile with its name.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => out.write_str("default"),
            Self::File => out.write_str("file"),
            Self::Profile(name) => write!(out, "profile {name}"),
            Self::Env => out.write_str("env"),
            Self::Property => out.write_str("-X"),
            Self::Flag => out.write_str("flag"),
            Self::Hand => out.write_str("hand"),
        }
    }
}

/// A chosen value for every row of the table, each with its source.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    slots: Vec<(Value, Source)>,
}

/// Why a value could not be set.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SettingError {
    /// No row has this name.
    #[error("no knob is called {name:?}{}", nearest.map_or_else(|| "; `linger knobs` lists them all".into(), |near| format!("; did you mean {near}?")))]
    Unknown {
        /// What was given.
        name: String,
        /// The nearest name.
        nearest: Option<&'static str>,
    },
    /// The text is not a value of the row.
    #[error(transparent)]
    Value(#[from] super::ValueError),
}

impl Default for Settings {
    fn default() -> Self {
        let slots = rows()
            .iter()
            .map(|row| (row.default_value(), Source::Default))
            .collect();
        Self { slots }
    }
}

impl Knob {
    /// The default value: our own where the row names one, else librdkafka's, asked from the linked library.
    #[must_use]
    pub fn default_value(&self) -> Value {
        self.own_default
            .and_then(|text| self.parse(text).ok())
            .or_else(|| self.librdkafka_default())
            .unwrap_or(Value::Auto)
    }

    /// librdkafka's own default; none for rows that it does not know.
    #[must_use]
    pub fn librdkafka_default(&self) -> Option<Value> {
        let name = self.native?;
        self.parse(native::default_of(name)?).ok()
    }

    /// Java's default in 4.x; none for rows that Java does not know.
    #[must_use]
    pub fn java_default_value(&self) -> Option<Value> {
        self.parse_as(self.java?, self.java_default?).ok()
    }
}

impl Settings {
    /// Sets a value from text, by any of the row's names.
    pub fn set(&mut self, name: &str, text: &str, source: Source) -> Result<(), SettingError> {
        let row = find(name).ok_or_else(|| SettingError::Unknown {
            name: name.into(),
            nearest: nearest(name),
        })?;
        let value = row.parse_as(name, text)?;
        self.put(row.name, value, source);
        Ok(())
    }

    /// Puts a value that is already one of the row's; an unknown name changes nothing.
    pub fn put(&mut self, name: &str, value: Value, source: Source) {
        if let Some(slot) = position(name).and_then(|at| self.slots.get_mut(at)) {
            *slot = (value, source);
        }
    }

    /// The value of a row (`Value::Auto` for an unknown name, which tests exclude).
    #[must_use]
    pub fn value(&self, name: &str) -> &Value {
        position(name)
            .and_then(|at| self.slots.get(at))
            .map_or(&Value::Auto, |slot| &slot.0)
    }

    /// Where the value of a row came from.
    #[must_use]
    pub fn source(&self, name: &str) -> &Source {
        position(name)
            .and_then(|at| self.slots.get(at))
            .map_or(&Source::Default, |slot| &slot.1)
    }

    /// The value as a number; 0 for `auto`, infinity for `max`.
    #[must_use]
    pub fn number(&self, name: &str) -> f64 {
        match self.value(name) {
            Value::Number(number) => *number,
            Value::Max => f64::INFINITY,
            _ => 0.0,
        }
    }

    /// Whether a switch is on.
    #[must_use]
    pub fn is_on(&self, name: &str) -> bool {
        matches!(self.value(name), Value::Switch(true))
    }

    /// The chosen word of a row of choices, or its text; empty otherwise.
    #[must_use]
    pub fn word(&self, name: &str) -> &str {
        match self.value(name) {
            Value::Choice(word) => word,
            Value::Text(text) => text,
            _ => "",
        }
    }

    /// The rows whose values differ from another's.
    #[must_use]
    pub fn changed_from(&self, other: &Self) -> Vec<&'static Knob> {
        rows()
            .iter()
            .copied()
            .filter(|row| self.value(row.name) != other.value(row.name))
            .collect()
    }

    /// Whether both would make the same producer (all producer rows are equal).
    #[must_use]
    pub fn same_producer(&self, other: &Self) -> bool {
        self.changed_from(other)
            .iter()
            .all(|row| !row.group.is_producer())
    }

    /// The producer's properties for librdkafka, every row written out (`auto` ones left to librdkafka).
    #[must_use]
    pub fn native(&self) -> Vec<(&'static str, String)> {
        rows()
            .iter()
            .filter_map(|row| Some((row.native?, row.native_text(self.value(row.name))?)))
            .collect()
    }

    /// The value that is at work: what `auto` comes to (still `auto` where only the codec knows), else the value itself.
    #[must_use]
    pub fn effective(&self, name: &str) -> Value {
        match (name, self.value(name)) {
            ("sticky.partitioning.linger.ms", Value::Auto) => {
                Value::Number((2.0 * self.number("linger.ms")).min(900_000.0).trunc())
            }
            ("record.size.max", Value::Auto) => self.value("record.size").clone(),
            (_, value) => value.clone(),
        }
    }
}

#[cfg(test)]
mod tests;
