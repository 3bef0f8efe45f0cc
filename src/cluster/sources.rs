//! From `-b`, `-X`, the environment and `-F` to one connection, as a pure function.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::connection::{Connection, ConnectionError, Source};
use super::keys::{self, Care};
use super::properties;
use super::secrets::Secret;
use super::shown::escape_visible;

mod java;

/// What a person gave, unread.
#[derive(Clone, Copy, Default)]
pub struct Given<'a> {
    /// The value of `-b`.
    pub bootstrap: Option<&'a str>,
    /// The values of `-X`, each `name=value`; the last of one name wins.
    pub options: &'a [String],
    /// The environment: names and values.
    pub environment: &'a [(String, String)],
    /// The file of `-F`: its path and content.
    pub file: Option<(&'a Path, &'a [u8])>,
    /// Every name that the settings accept (knobs and their aliases); they are handed back, not read here.
    pub knobs: &'a [&'a str],
}

/// A property that is for the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rest {
    /// The name as given.
    pub name: String,
    /// The value as given.
    pub value: String,
    /// Where it was given.
    pub source: Source,
}

/// What was made of it.
#[derive(Clone, Debug, Default)]
pub struct Read {
    /// How to reach the cluster.
    pub connection: Connection,
    /// Knobs, in the order of their sources: file, then options.
    pub rest: Vec<Rest>,
    /// Names that mean nothing to a librdkafka producer, with their sources.
    pub ignored: Vec<(String, Source)>,
}

struct Raw {
    value: String,
    source: Source,
}

/// The raw properties of one source, by name as given.
type RawMap = BTreeMap<String, Raw>;

/// The connection properties of one source by librdkafka's name, with the name as given.
type Found = BTreeMap<&'static str, (String, Raw)>;

/// Reads every source; file < environment < `-X` < `-b`.
///
/// # Errors
/// The first property that is unknown, refused, doubled or unusable; no message holds a secret.
pub fn read(given: &Given<'_>) -> Result<Read, ConnectionError> {
    let mut read = Read::default();
    if let Some((path, content)) = given.file {
        take(&mut read, file(path, content)?, given.knobs)?;
    }
    take(&mut read, environment(given.environment), &[])?;
    take(&mut read, options(given.options)?, given.knobs)?;
    if let Some(servers) = given.bootstrap {
        read.connection
            .put("bootstrap.servers", Secret::open(servers), Source::Flag);
    }
    Ok(read)
}

fn file(path: &Path, content: &[u8]) -> Result<RawMap, ConnectionError> {
    let lines = properties::parse(content).map_err(|reason| ConnectionError::File {
        path: PathBuf::from(path),
        reason,
    })?;
    let raw = |line: properties::Line| {
        let source = Source::File {
            path: path.to_owned(),
            line: line.number,
        };
        (
            line.key,
            Raw {
                value: line.value,
                source,
            },
        )
    };
    Ok(lines.into_iter().map(raw).collect())
}

fn options(options: &[String]) -> Result<RawMap, ConnectionError> {
    let mut raws = RawMap::new();
    for (index, option) in options.iter().enumerate() {
        let pair = option
            .split_once('=')
            .filter(|(name, _)| !name.trim().is_empty());
        let (name, value) = pair.ok_or(ConnectionError::NoPair { number: index + 1 })?;
        raws.insert(
            name.trim().to_owned(),
            Raw {
                value: value.to_owned(),
                source: Source::Option,
            },
        );
    }
    Ok(raws)
}

/// `LINGER_` and the key in capitals with underscores, for the connection keys; other variables are not ours to judge.
fn environment(variables: &[(String, String)]) -> RawMap {
    let mut raws = RawMap::new();
    for key in keys::CONNECTION_KEYS
        .iter()
        .filter(|key| key.name != "client.id")
    {
        let wanted = format!("LINGER_{}", key.name.replace('.', "_").to_ascii_uppercase());
        if let Some((name, value)) = variables.iter().find(|(name, _)| *name == wanted) {
            let source = Source::Environment(name.clone());
            raws.insert(
                key.name.to_owned(),
                Raw {
                    value: value.clone(),
                    source,
                },
            );
        }
    }
    raws
}

fn take(read: &mut Read, mut raws: RawMap, knobs: &[&str]) -> Result<(), ConnectionError> {
    let mut found = Found::new();
    java::jaas(&mut raws, &mut found)?;
    java::stores(&mut raws, &mut found)?;
    for (name, raw) in raws {
        if knobs.contains(&name.as_str()) {
            read.rest.push(Rest {
                name,
                value: raw.value,
                source: raw.source,
            });
        } else if let Some(key) = keys::connection_key(&name) {
            add(&mut found, key.name, &name, raw)?;
        } else {
            leave(read, name, raw.source, knobs)?;
        }
    }
    for (name, (_, raw)) in found {
        let value = java::checked(name, &raw)?;
        let value = match keys::care(name) {
            Care::Secret => Secret::new(value),
            Care::Open | Care::Hidden => Secret::open(&value),
        };
        read.connection.put(name, value, raw.source);
    }
    Ok(())
}

fn add(
    found: &mut Found,
    name: &'static str,
    given_as: &str,
    raw: Raw,
) -> Result<(), ConnectionError> {
    if let Some((first, _)) = found.get(name) {
        return Err(ConnectionError::TwoNames {
            first: first.clone(),
            second: given_as.to_owned(),
            source_name: raw.source,
        });
    }
    found.insert(name, (given_as.to_owned(), raw));
    Ok(())
}

fn leave(
    read: &mut Read,
    name: String,
    source: Source,
    knobs: &[&str],
) -> Result<(), ConnectionError> {
    if let Some(reason) = keys::refusal(&name) {
        return Err(ConnectionError::Refused {
            key: name,
            reason: reason.to_owned(),
            source_name: source,
        });
    }
    if !keys::is_ignored(&name) {
        return Err(ConnectionError::Unknown {
            nearest: keys::nearest(&name, knobs).map(str::to_owned),
            key: escape_visible(&name, 80),
            source_name: source,
        });
    }
    read.ignored.push((name, source));
    Ok(())
}

#[cfg(test)]
mod tests;
