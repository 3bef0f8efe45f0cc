//! Values: read from text, written as text, and shown on the screen.

use crate::settings::knobs::nearest_of;
use crate::settings::{Kind, Knob};

mod number;
mod show;

/// A chosen value of one row.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A number in the unit of the row's kind (milliseconds, bytes, count, per second).
    Number(f64),
    /// One of the row's choices.
    Choice(&'static str),
    /// On or off.
    Switch(bool),
    /// Free text.
    Text(String),
    /// Derived by the program.
    Auto,
    /// Without bound: full speed.
    Max,
}

impl Value {
    /// The number in it, if it is one.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }
}

/// Why a text is not a value of a row.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{name}: {reason}")]
pub struct ValueError {
    /// The row.
    pub name: String,
    /// What is wrong, with the bounds or the nearest choice.
    pub reason: String,
}

impl Knob {
    /// Reads a value from text: numbers, `64KiB`, `5ms`, `20k`, choices, `on`, `auto`, `max` (or `-1` for a rate).
    pub fn parse(&self, text: &str) -> Result<Value, ValueError> {
        self.parse_as(self.name, text)
    }

    /// Reads a value that stands under one of the row's names: a bare number counts in that property's own unit
    /// (KiB for `queue.buffering.max.kbytes`, bytes for Java's `buffer.memory`).
    pub fn parse_as(&self, name: &str, text: &str) -> Result<Value, ValueError> {
        let text = text.trim();
        let word = text.to_lowercase();
        if self.auto && (word == "auto" || (word == "-1" && self.is_count())) {
            return Ok(Value::Auto);
        }
        let read = match self.kind {
            Kind::Choice(choices) => self.read_choice(choices, &word),
            Kind::Switch => read_switch(&word),
            Kind::Text(most) => read_text(text, most),
            Kind::Rate { open_end: true, .. } if is_full_speed(&word) => Ok(Value::Max),
            _ => self.read_number(name, &word).map(Value::Number),
        };
        read.map_err(|reason| ValueError {
            name: name.into(),
            reason,
        })
    }

    /// Writes a value so that `parse` reads the same value again: the form in files and flags.
    #[must_use]
    pub fn text(&self, value: &Value) -> String {
        match value {
            Value::Number(number) if self.unit() > 1.0 => format!("{}KiB", number / self.unit()),
            Value::Number(number) => format!("{number}"),
            Value::Choice(word) => (*word).into(),
            Value::Switch(on) => on.to_string(),
            Value::Text(text) => text.clone(),
            Value::Auto => "auto".into(),
            Value::Max => "max".into(),
        }
    }

    /// Writes a value as librdkafka reads it; none where librdkafka is to choose (`auto`), or has nothing.
    #[must_use]
    pub fn native_text(&self, value: &Value) -> Option<String> {
        match value {
            Value::Auto => None,
            // An empty name where librdkafka has none is not a name.
            Value::Text(text)
                if text.is_empty() && self.librdkafka_default().as_ref() == Some(value) =>
            {
                None
            }
            Value::Number(number) => Some(format!("{}", number / self.unit())),
            other => Some(self.text(other)),
        }
    }

    /// Bytes per count of the property; 1 for everything but `…kbytes`.
    fn unit(&self) -> f64 {
        match self.kind {
            Kind::Bytes { unit: 1024, .. } => 1024.0,
            _ => 1.0,
        }
    }

    /// Rounds up to what the property can count; plain rows stay as they are.
    fn in_whole_units(&self, number: f64) -> f64 {
        if self.unit() > 1.0 {
            return (number / self.unit()).ceil() * self.unit();
        }
        number
    }

    fn is_count(&self) -> bool {
        matches!(self.kind, Kind::Count { .. })
    }

    fn read_choice(&self, choices: &'static [&'static str], word: &str) -> Result<Value, String> {
        let word = match (self.name, word) {
            ("acks", "-1") => "all",
            (_, word) => word,
        };
        if let Some(choice) = choices.iter().find(|choice| **choice == word) {
            return Ok(Value::Choice(choice));
        }
        let hint = nearest_of(choices.iter().copied(), word)
            .map(|near| format!("; did you mean {near}?"))
            .unwrap_or_default();
        Err(format!("{word:?} is none of {}{hint}", choices.join(", ")))
    }

    fn read_number(&self, name: &str, word: &str) -> Result<f64, String> {
        let Some((min, max)) = self.kind.bounds() else {
            return Err("this takes no number".into());
        };
        if self.is_count() && (word == "max" || word == "∞") {
            return Ok(max);
        }
        let bare = if name == "buffer.memory" {
            1.0
        } else {
            self.unit()
        };
        let number = number::read(&self.kind, word, bare)?;
        let number = self.in_whole_units(number);
        if self.kind.is_whole() && number.fract() != 0.0 {
            return Err(format!(
                "{word} is a fraction of {}; give a whole number",
                number::unit_name(&self.kind)
            ));
        }
        if number < min || number > max {
            let bound = |number| self.show(&Value::Number(number));
            return Err(format!(
                "{} is outside {} to {}",
                bound(number),
                bound(min),
                bound(max)
            ));
        }
        Ok(number)
    }
}

fn is_full_speed(word: &str) -> bool {
    matches!(word, "max" | "-1" | "unlimited" | "full")
}

fn read_switch(word: &str) -> Result<Value, String> {
    match word {
        "true" | "on" | "yes" | "1" | "t" => Ok(Value::Switch(true)),
        "false" | "off" | "no" | "0" | "f" => Ok(Value::Switch(false)),
        _ => Err(format!("{word:?} is neither on nor off")),
    }
}

fn read_text(text: &str, most: usize) -> Result<Value, String> {
    if text.chars().any(char::is_control) {
        return Err("control characters are not allowed".into());
    }
    let length = text.chars().count();
    if length > most {
        return Err(format!(
            "{length} characters are more than the {most} allowed"
        ));
    }
    Ok(Value::Text(text.into()))
}

#[cfg(test)]
mod tests;
