//! A connection: the properties that reach a cluster, each with its source, secrets kept apart.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use super::keys::{self, Care};
use super::secrets::{self, MASK, Secret};
use rdkafka::ClientConfig;

mod error;

pub use error::ConnectionError;

/// Where a property was given, weakest first: a later source wins.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// A line of the file given with `-F`.
    File {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// An environment variable.
    Environment(String),
    /// `-X name=value`.
    Option,
    /// A flag of its own, such as `-b`.
    Flag,
    /// Typed by the person.
    Prompt,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Environment(name) => write!(f, "environment variable {name}"),
            Self::Option => f.write_str("-X"),
            Self::Flag => f.write_str("-b"),
            Self::Prompt => f.write_str("prompt"),
        }
    }
}

/// One property with its source.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    value: Secret,
    source: Source,
}

/// The properties that reach one cluster. `Debug` shows open values only.
#[derive(Clone, Default)]
pub struct Connection {
    pub(super) entries: BTreeMap<&'static str, Entry>,
}

impl Connection {
    /// A connection without security to `servers` (`host:port,…`): the embedded cluster and local ones.
    #[must_use]
    pub fn plain(servers: &str) -> Self {
        let mut connection = Self::default();
        connection.put("bootstrap.servers", Secret::open(servers), Source::Flag);
        connection
    }

    pub(super) fn put(&mut self, name: &'static str, value: Secret, source: Source) {
        self.entries.insert(name, Entry { value, source });
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.entries.get(name).map(|entry| entry.value.expose())
    }

    /// The source of a property, if it is set.
    #[must_use]
    pub fn source(&self, name: &str) -> Option<&Source> {
        self.entries.get(name).map(|entry| &entry.source)
    }

    /// The brokers to ask first, `host:port,…`.
    #[must_use]
    pub fn bootstrap(&self) -> Option<&str> {
        self.text("bootstrap.servers")
            .filter(|servers| !servers.trim().is_empty())
    }

    /// The user that signs in; `None` without SASL or while the name is a placeholder.
    #[must_use]
    pub fn user(&self) -> Option<&str> {
        self.text("sasl.username")
            .filter(|name| !secrets::has_placeholder(name))
    }

    /// `PLAINTEXT`, `SSL`, `SASL_SSL` …, as Kafka spells it.
    #[must_use]
    pub fn security(&self) -> String {
        self.text("security.protocol")
            .unwrap_or("plaintext")
            .to_ascii_uppercase()
    }

    /// The SASL mechanism, if the connection signs in.
    #[must_use]
    pub fn mechanism(&self) -> Option<String> {
        let signs_in = self.security().starts_with("SASL");
        signs_in.then(|| {
            self.text("sasl.mechanism")
                .unwrap_or("GSSAPI")
                .to_ascii_uppercase()
        })
    }

    /// Whether a person has to be asked for the password.
    #[must_use]
    pub fn needs_password(&self) -> bool {
        self.text("sasl.username").is_some() && self.text("sasl.password").is_none()
    }

    /// The same connection with a typed password.
    #[must_use]
    pub fn with_password(mut self, password: Secret) -> Self {
        self.put("sasl.password", password, Source::Prompt);
        self
    }

    /// The mask or the value of every property, for lists: name, what may be shown, source.
    #[must_use]
    pub fn shown(&self) -> Vec<(&'static str, String, String)> {
        let value = |name: &str, entry: &Entry| match keys::care(name) {
            Care::Open => secrets::redact(entry.value.expose()),
            Care::Hidden | Care::Secret => MASK.to_owned(),
        };
        self.entries
            .iter()
            .map(|(name, entry)| (*name, value(name, entry), entry.source.to_string()))
            .collect()
    }

    /// What a person should know before a credential leaves: sentences.
    #[must_use]
    pub fn cautions(&self) -> Vec<String> {
        let mut cautions = Vec::new();
        let security = self.security();
        if self.text("sasl.username").is_some() && !security.starts_with("SASL") {
            cautions.push(format!(
                "security.protocol is {security}: nobody signs in, sasl.* is not used; set SASL_SSL"
            ));
        }
        if security == "SASL_PLAINTEXT" && self.mechanism().as_deref() == Some("PLAIN") {
            cautions.push(
                "the password travels unencrypted (PLAIN over SASL_PLAINTEXT); set SASL_SSL"
                    .to_owned(),
            );
        }
        if self.text("enable.ssl.certificate.verification") == Some("false") {
            cautions.push(
                "the broker's certificate is not verified; set ssl.ca.location instead".to_owned(),
            );
        }
        if self.text("ssl.endpoint.identification.algorithm") == Some("none") {
            cautions.push("the broker's host name is not verified".to_owned());
        }
        cautions
    }

    /// librdkafka's configuration for this connection, placeholders followed: the base of every client.
    ///
    /// Telemetry is off, topics are never created by accident, and the client's id is `linger` unless given.
    ///
    /// # Errors
    /// No broker, a missing password, a placeholder that leads nowhere.
    pub fn client_config(&self) -> Result<ClientConfig, ConnectionError> {
        if self.bootstrap().is_none() {
            return Err(ConnectionError::NoBootstrap);
        }
        if self.needs_password() {
            return Err(ConnectionError::NeedsPassword);
        }
        let mut config = ClientConfig::new();
        config.set("client.id", "linger");
        config.set("enable.metrics.push", "false");
        config.set("allow.auto.create.topics", "false");
        if self.mechanism().as_deref() == Some("GSSAPI") {
            // Zero keeps librdkafka from running kinit in a shell.
            config.set("sasl.kerberos.min.time.before.relogin", "0");
        }
        for (name, entry) in &self.entries {
            let value = if secrets::has_placeholder(entry.value.expose()) {
                entry
                    .value
                    .resolve()
                    .map_err(|reason| ConnectionError::Secret { key: name, reason })?
            } else {
                entry.value.clone()
            };
            config.set(*name, value.expose());
        }
        Ok(config)
    }

    /// [`Connection::client_config`] with short timeouts: for questions that must end soon.
    ///
    /// # Errors
    /// As [`Connection::client_config`].
    pub fn question_config(&self) -> Result<ClientConfig, ConnectionError> {
        let mut config = self.client_config()?;
        config.set("socket.timeout.ms", "8000");
        config.set("reconnect.backoff.max.ms", "1000");
        if self.text("socket.connection.setup.timeout.ms").is_none() {
            config.set("socket.connection.setup.timeout.ms", "5000");
        }
        Ok(config)
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.shown();
        f.debug_map()
            .entries(shown.iter().map(|(name, value, _)| (name, value)))
            .finish()
    }
}
