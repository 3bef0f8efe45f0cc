//! Layers: where values come from, and which one wins.

use std::collections::HashMap;

use crate::settings::knobs::{find, rows};
use crate::settings::{Knob, SettingError, Settings, Source};

/// A name and a text, as they were given.
pub type Pair = (String, String);

/// All that was said about settings, by where it was said. Later fields win over earlier ones.
#[derive(Clone, Debug, Default)]
pub struct Layers {
    /// What a `-F` file says about rows of the table (connection properties are already taken out).
    pub file: Vec<Pair>,
    /// A profile: its name, and what it says.
    pub profile: Option<(String, Vec<Pair>)>,
    /// The environment; variables that name no row are left alone.
    pub env: Vec<Pair>,
    /// What `-X` says about rows of the table.
    pub properties: Vec<Pair>,
    /// `--set` and the flags that stand for rows.
    pub flags: Vec<Pair>,
}

/// Why the layers make no settings.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LayerError {
    /// A name or a value is wrong.
    #[error("{place}: {error}")]
    Setting {
        /// Where it was said.
        place: String,
        /// What is wrong.
        error: SettingError,
    },
    /// One knob under two names within one source.
    #[error("{place}: {first} and {second} are the same knob; give one of them")]
    Twice {
        /// Where it was said.
        place: String,
        /// The first name.
        first: String,
        /// The second name.
        second: String,
    },
}

impl Layers {
    /// Makes settings: flag > `-X` > environment > profile > file > default. The same name twice within a source: the last one wins.
    pub fn build(&self) -> Result<Settings, LayerError> {
        let mut settings = Settings::default();
        add(&mut settings, &self.file, &Source::File)?;
        if let Some((name, pairs)) = &self.profile {
            add(&mut settings, pairs, &Source::Profile(name.clone()))?;
        }
        add_env(&mut settings, &self.env)?;
        add(&mut settings, &self.properties, &Source::Property)?;
        add(&mut settings, &self.flags, &Source::Flag)?;
        Ok(settings)
    }
}

/// The variable of the environment that sets a row: `LINGER_LINGER_MS` for `linger.ms`.
#[must_use]
pub fn env_name(name: &str) -> String {
    let name = name.replace(['.', '-'], "_").to_uppercase();
    format!("LINGER_{name}")
}

fn add(settings: &mut Settings, pairs: &[Pair], source: &Source) -> Result<(), LayerError> {
    no_two_names(
        pairs.iter().map(|(name, _)| (name.as_str(), name.as_str())),
        source,
    )?;
    for (name, text) in pairs {
        settings
            .set(name, text, source.clone())
            .map_err(|error| wrong(place(source), error))?;
    }
    Ok(())
}

fn add_env(settings: &mut Settings, env: &[Pair]) -> Result<(), LayerError> {
    let known: HashMap<String, &'static str> = rows()
        .iter()
        .flat_map(|row| std::iter::once(row.name).chain(row.aliases.iter().copied()))
        .map(|name| (env_name(name), name))
        .collect();
    let named = || {
        env.iter()
            .filter_map(|(variable, text)| Some((variable, known.get(variable)?, text)))
    };
    no_two_names(
        named().map(|(variable, name, _)| (variable.as_str(), *name)),
        &Source::Env,
    )?;
    for (variable, name, text) in named() {
        settings
            .set(name, text, Source::Env)
            .map_err(|error| wrong(format!("environment, {variable}"), error))?;
    }
    Ok(())
}

fn wrong(place: String, error: SettingError) -> LayerError {
    LayerError::Setting { place, error }
}

/// Refuses two spellings of one row; takes what was written, and the name that it stands for.
fn no_two_names<'a>(
    names: impl Iterator<Item = (&'a str, &'a str)>,
    source: &Source,
) -> Result<(), LayerError> {
    let mut seen: HashMap<&'static str, &str> = HashMap::new();
    for (written, name) in names {
        let Some(Knob { name: row, .. }) = find(name) else {
            continue;
        };
        match seen.insert(row, written) {
            Some(first) if first != written => {
                return Err(LayerError::Twice {
                    place: place(source),
                    first: first.into(),
                    second: written.into(),
                });
            }
            _ => {}
        }
    }
    Ok(())
}

/// What a source is called in a sentence.
fn place(source: &Source) -> String {
    match source {
        Source::Default => "default".into(),
        Source::File => "properties file".into(),
        Source::Profile(name) => format!("profile {name}"),
        Source::Env => "environment".into(),
        Source::Property => "-X".into(),
        Source::Flag => "command line".into(),
        Source::Hand => "by hand".into(),
    }
}

#[cfg(test)]
mod tests;
