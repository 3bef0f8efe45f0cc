//! From `-b`, `-X`, the environment and `-F` to one connection, as a pure function.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::connection::{Connection, ConnectionError, Source};
use super::keys::{self, Care};
use super::secrets::Secret;
use super::shown::escape_visible;
use super::{jaas, properties, stores};

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
    let mut found: BTreeMap<&'static str, (String, Raw)> = BTreeMap::new();
    translate_jaas(&mut raws, &mut found)?;
    translate_stores(&mut raws, &mut found)?;
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
        let value = checked(name, &raw)?;
        let value = match keys::care(name) {
            Care::Secret => Secret::new(value),
            Care::Open | Care::Hidden => Secret::open(&value),
        };
        read.connection.put(name, value, raw.source);
    }
    Ok(())
}

fn add(
    found: &mut BTreeMap<&'static str, (String, Raw)>,
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

fn translate_jaas(
    raws: &mut RawMap,
    found: &mut BTreeMap<&'static str, (String, Raw)>,
) -> Result<(), ConnectionError> {
    const JAAS: &str = "sasl.jaas.config";
    let Some(raw) = raws.remove(JAAS) else {
        return Ok(());
    };
    let login = jaas::parse(&raw.value).map_err(|reason| ConnectionError::Jaas {
        reason,
        source_name: raw.source.clone(),
    })?;
    let parts = [
        ("sasl.username", login.username),
        ("sasl.password", login.password),
    ];
    for (name, value) in parts {
        if let Some(value) = value {
            add(
                found,
                name,
                JAAS,
                Raw {
                    value,
                    source: raw.source.clone(),
                },
            )?;
        }
    }
    Ok(())
}

fn translate_stores(
    raws: &mut RawMap,
    found: &mut BTreeMap<&'static str, (String, Raw)>,
) -> Result<(), ConnectionError> {
    let declared = |raws: &mut RawMap, name: &str| raws.remove(name).map(|raw| raw.value);
    let trust = declared(raws, "ssl.truststore.type");
    let key = declared(raws, "ssl.keystore.type");
    // Only Java needs it, to open a store that librdkafka reads as plain PEM.
    raws.remove("ssl.truststore.password");
    if let Some(raw) = raws.remove("ssl.truststore.location") {
        let names = stores::trust_store(trust.as_deref(), &raw.value);
        place(found, names, "ssl.truststore.location", &raw)?;
    }
    if let Some(raw) = raws.remove("ssl.keystore.location") {
        let names = stores::key_store(key.as_deref(), &raw.value);
        place(found, names, "ssl.keystore.location", &raw)?;
    }
    Ok(())
}

fn place(
    found: &mut BTreeMap<&'static str, (String, Raw)>,
    names: Result<&'static [&'static str], stores::StoreError>,
    given_as: &str,
    raw: &Raw,
) -> Result<(), ConnectionError> {
    let names = names.map_err(|reason| ConnectionError::Store {
        reason,
        source_name: raw.source.clone(),
    })?;
    for name in names {
        add(
            found,
            name,
            given_as,
            Raw {
                value: raw.value.clone(),
                source: raw.source.clone(),
            },
        )?;
    }
    Ok(())
}

const PROTOCOLS: &str = "PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL";
const MECHANISMS: &str = "PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or GSSAPI";

/// The value in librdkafka's spelling.
fn checked(name: &'static str, raw: &Raw) -> Result<String, ConnectionError> {
    let value = raw.value.trim();
    let upper = value.to_ascii_uppercase();
    let refuse = |choices| ConnectionError::Value {
        key: name,
        value: escape_visible(value, 60),
        choices,
        source_name: raw.source.clone(),
    };
    match name {
        "security.protocol" => match upper.as_str() {
            "PLAINTEXT" | "SSL" | "SASL_PLAINTEXT" | "SASL_SSL" => Ok(upper.to_ascii_lowercase()),
            _ => Err(refuse(PROTOCOLS)),
        },
        "sasl.mechanism" => match upper.as_str() {
            "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512" | "GSSAPI" => Ok(upper),
            _ => Err(refuse(MECHANISMS)),
        },
        // Java's way to switch the check off is the empty value.
        "ssl.endpoint.identification.algorithm" => match upper.as_str() {
            "" | "NONE" => Ok("none".to_owned()),
            "HTTPS" => Ok("https".to_owned()),
            _ => Err(refuse("https, or nothing to switch the check off")),
        },
        _ => Ok(raw.value.clone()),
    }
}
