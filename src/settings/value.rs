//! Values: read from text, written as text, shown on the screen, moved by a slider.

use crate::settings::{Kind, Knob, Step};

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
        let number: f64 = text.parse().map_err(|_| ValueError {
            name: self.name.into(),
            reason: format!("{text:?} is not a number"),
        })?;
        Ok(Value::Number(number))
    }

    /// Writes a value so that `parse` reads the same value again: the form in files and flags.
    #[must_use]
    pub fn text(&self, value: &Value) -> String {
        match value {
            Value::Number(number) => format!("{number}"),
            Value::Choice(word) => (*word).into(),
            Value::Switch(on) => on.to_string(),
            Value::Text(text) => text.clone(),
            Value::Auto => "auto".into(),
            Value::Max => "max".into(),
        }
    }

    /// Writes a value for the screen, short and with its unit: `128 KiB`, `20,000/s`, `120 s`.
    #[must_use]
    pub fn show(&self, value: &Value) -> String {
        self.text(value)
    }

    /// The value one step up or down (a long step is about a factor of ten, or to the next end), never outside the tuning range
    /// unless the value is already there.
    #[must_use]
    pub fn stepped(&self, value: &Value, up: bool, long: bool) -> Value {
        let _ = (up, long, self.step == Step::Log);
        value.clone()
    }

    /// Where a value stands on its slider, 0 (left) to 1 (right), on the slider's own scale.
    #[must_use]
    pub fn place(&self, value: &Value) -> f64 {
        let (low, high) = self.tuning;
        value.number().map_or(1.0, |number| {
            ((number - low) / (high - low)).clamp(0.0, 1.0)
        })
    }

    /// The (round) value at a place on the slider: for the mouse.
    #[must_use]
    pub fn at_place(&self, place: f64) -> Value {
        let (low, high) = self.tuning;
        let _ = matches!(self.kind, Kind::Switch);
        Value::Number(low + place * (high - low))
    }

    /// The places (0 to 1) of the stops of a row of choices; empty for numbers.
    #[must_use]
    pub fn stops(&self) -> Vec<f64> {
        Vec::new()
    }
}
