//! Profiles: settings and workload as TOML, shipped with the program or kept by a person.

use std::path::PathBuf;

use crate::settings::files::FileError;
use crate::settings::layers::Pair;
use crate::settings::{Group, Settings, Source, Value, find};

mod shelf;
mod shipped;
mod toml_form;

pub use shelf::{Listed, Origin, Shelf};

/// The version of the form that this program reads and writes.
pub const SCHEMA: i64 = 1;

/// What a profile says of itself.
pub const KIND: &str = "linger-profile";

/// The largest profile that is read, in bytes.
pub const LIMIT: u64 = 64 * 1024;

/// Settings and workload under a name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// What it is for, in a sentence.
    pub about: String,
    /// Where its values come from.
    pub source: String,
    /// What it gives up for that.
    pub gives_up: String,
    /// Goals, as they are typed (`p99<20ms`).
    pub goals: Vec<String>,
    /// Rows and values, in the order of the table; rows that are not named stay as they are.
    pub values: Vec<(&'static str, Value)>,
}

/// Why a profile cannot be read or saved.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// No profile has this name.
    #[error("no profile is called {name:?}{}; `linger profile list` shows them", nearest.as_ref().map(|near| format!(", did you mean {near}?")).unwrap_or_default())]
    Unknown {
        /// What was asked for.
        name: String,
        /// The nearest name.
        nearest: Option<String>,
    },
    /// The name cannot be a profile's.
    #[error(
        "{0:?} cannot be a profile's name: use 1 to 64 letters, digits, `-`, `_` and `.`, beginning with a letter or digit"
    )]
    Name(String),
    /// The file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file is empty.
    #[error("profile {place} is empty; it was left alone")]
    Empty {
        /// Its file, or its name where it is shipped.
        place: String,
    },
    /// The file is not a profile, or a part of it is wrong.
    #[error("profile {place} is damaged: {reason}; it was left alone")]
    Damaged {
        /// Its file, or its name where it is shipped.
        place: String,
        /// What is wrong.
        reason: String,
    },
    /// The file was written by a newer version.
    #[error(
        "profile {place} has schema {schema}, this linger reads up to {SCHEMA}: it was written by a newer linger, and was left alone"
    )]
    Newer {
        /// Its file, or its name where it is shipped.
        place: String,
        /// Its schema.
        schema: i64,
    },
}

impl Profile {
    /// A profile of chosen settings: every producer row and the workload written out, and the conditions that differ from their defaults.
    #[must_use]
    pub fn of(name: &str, settings: &Settings) -> Self {
        let kept = |row: &&crate::settings::Knob| {
            let value = settings.value(row.name);
            let plain = *value == Value::Text(String::new());
            !plain && (row.group != Group::Conditions || *value != row.default_value())
        };
        Self {
            name: name.into(),
            values: crate::settings::rows()
                .iter()
                .copied()
                .filter(kept)
                .map(|row| (row.name, settings.value(row.name).clone()))
                .collect(),
            ..Self::default()
        }
    }

    /// The same with nothing but what was chosen, whatever its value; with everything where nothing was.
    #[must_use]
    pub fn of_chosen(name: &str, settings: &Settings) -> Self {
        let mut profile = Self::of(name, settings);
        let chosen = |name: &str| *settings.source(name) != Source::Default;
        if profile.values.iter().any(|(name, _)| chosen(name)) {
            profile.values.retain(|(name, _)| chosen(name));
        }
        profile
    }

    /// Reads a profile from TOML; `place` is its file or name, for complaints.
    pub fn read(place: &str, text: &str) -> Result<Self, ProfileError> {
        toml_form::read(place, text)
    }

    /// Writes it as TOML, which `read` reads again.
    #[must_use]
    pub fn write(&self) -> String {
        toml_form::write(self)
    }

    /// Names and texts, for `Layers::profile`.
    #[must_use]
    pub fn pairs(&self) -> Vec<Pair> {
        let pair = |(name, value): &(&'static str, Value)| {
            let text = find(name).map(|row| row.text(value)).unwrap_or_default();
            ((*name).into(), text)
        };
        self.values.iter().map(pair).collect()
    }

    /// Puts its values into settings, with this profile as their source.
    pub fn apply(&self, settings: &mut Settings) {
        for (name, value) in &self.values {
            settings.put(name, value.clone(), Source::Profile(self.name.clone()));
        }
    }
}

/// Whether a profile can have this name.
pub fn fit_name(name: &str) -> Result<(), ProfileError> {
    file_name(name).map(drop)
}

/// Where a profile of this name is kept, below the shelf's folder; an error for names that could leave it.
fn file_name(name: &str) -> Result<PathBuf, ProfileError> {
    let allowed = |sign: char| sign.is_ascii_alphanumeric() || "-_.".contains(sign);
    let starts_well = name
        .chars()
        .next()
        .is_some_and(|sign| sign.is_ascii_alphanumeric());
    if name.len() > 64 || !starts_well || !name.chars().all(allowed) {
        return Err(ProfileError::Name(name.into()));
    }
    Ok(PathBuf::from(format!("{name}.toml")))
}

#[cfg(test)]
mod tests;
