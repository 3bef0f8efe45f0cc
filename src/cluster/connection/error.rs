//! What may be wrong with connection properties.

use std::path::PathBuf;

use thiserror::Error;

use super::Source;
use crate::cluster::jaas::JaasError;
use crate::cluster::properties::PropertiesError;
use crate::cluster::secrets::SecretError;
use crate::cluster::stores::StoreError;

/// Connection properties that cannot be used. No message holds a secret.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ConnectionError {
    /// A key that could run code or break a promise.
    #[error("{source_name}: {key} is not accepted: {reason}")]
    Refused {
        /// The key.
        key: String,
        /// Why, and the way out.
        reason: String,
        /// Where it was given.
        source_name: Source,
    },
    /// A key that nobody knows.
    #[error("{source_name}: unknown property {key}{}", suggestion(nearest.as_deref()))]
    Unknown {
        /// The key, escaped.
        key: String,
        /// The nearest known key.
        nearest: Option<String>,
        /// Where it was given.
        source_name: Source,
    },
    /// One property under two names within one source.
    #[error("{source_name}: {first} and {second} are the same property: keep one of them")]
    TwoNames {
        /// One name.
        first: String,
        /// The other name.
        second: String,
        /// Where the second was given.
        source_name: Source,
    },
    /// An option that is no pair.
    #[error("-X number {number} has no '=': write -X name=value")]
    NoPair {
        /// The option's place among the options, from 1.
        number: usize,
    },
    /// A file that cannot be read.
    #[error("{path}: {reason}", path = .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: PropertiesError,
    },
    /// A JAAS line that cannot be used.
    #[error("{source_name}: sasl.jaas.config: {reason}")]
    Jaas {
        /// What is wrong with it.
        reason: JaasError,
        /// Where it was given.
        source_name: Source,
    },
    /// A store that librdkafka cannot read.
    #[error("{source_name}: {reason}")]
    Store {
        /// Which store, and the command that converts it.
        reason: Box<StoreError>,
        /// Where it was given.
        source_name: Source,
    },
    /// A value that the property does not take.
    #[error("{source_name}: {key} cannot be {value}: use {choices}")]
    Value {
        /// The key.
        key: &'static str,
        /// The value, escaped.
        value: String,
        /// What it takes.
        choices: &'static str,
        /// Where it was given.
        source_name: Source,
    },
    /// A placeholder that leads nowhere.
    #[error("{key}: {reason}")]
    Secret {
        /// The key.
        key: &'static str,
        /// What is missing.
        reason: SecretError,
    },
    /// A user name without a password: ask the person.
    #[error(
        "sasl.username is set but sasl.password is not: add sasl.password=${{env:VAR}}, or run in a terminal to be asked"
    )]
    NeedsPassword,
    /// No broker is named.
    #[error("no broker is named: give -b HOST:PORT, or bootstrap.servers in the file of -F")]
    NoBootstrap,
}

fn suggestion(nearest: Option<&str>) -> String {
    nearest.map_or_else(
        || ": `linger knobs` lists what can be set".to_owned(),
        |name| format!(": did you mean {name}?"),
    )
}
