//! The wire before a cluster that a connection reaches: TLS ends at the wire, and the client speaks plaintext to it on loopback.

use std::path::Path;

use rdkafka::ClientConfig;
use thiserror::Error;

use super::connection::Entry;
use super::secrets::Secret;
use super::{Connection, ConnectionError, Source};
use crate::wire::{Address, Fault, Produced, Tls, TlsError, TlsOptions, Wire, WireError};

/// Why there is no wire before a cluster.
#[derive(Debug, Error)]
pub enum ConditionedError {
    /// The properties lead nowhere.
    #[error(transparent)]
    Connection(#[from] ConnectionError),
    /// The wire could not be started.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// The properties say something about TLS that cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// A file that a property names cannot be read.
    #[error("{name}: cannot read {path}: {source}")]
    File {
        /// The property.
        name: &'static str,
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A property that the wire cannot keep.
    #[error("{0} cannot be kept by a proxy: {1}")]
    Property(&'static str, &'static str),
}

impl Connection {
    /// A wire before this cluster, and the same connection through it.
    ///
    /// # Errors
    /// A property that a proxy cannot keep, a certificate that cannot be used, a broker that cannot be reached.
    pub fn behind_wire(
        &self,
        faults: Vec<Fault>,
        observer: impl Fn(&Produced) + Send + Sync + 'static,
    ) -> Result<(Self, Wire), ConditionedError> {
        let servers = self.bootstrap().unwrap_or_default();
        let upstream: Result<Vec<Address>, WireError> =
            servers.split(',').map(str::parse).collect();
        let wire = Wire::secured(&upstream?, self.tls()?, 0, faults, observer)?;
        Ok((self.clone().through(&wire.bootstrap()), wire))
    }

    /// How the wire must speak to the brokers of this connection; `None` in plaintext.
    ///
    /// # Errors
    /// A property that a proxy cannot keep, a file that cannot be read, a certificate that cannot be used.
    pub fn tls(&self) -> Result<Option<Tls>, ConditionedError> {
        if self.mechanism().as_deref() == Some("GSSAPI") {
            let why = "Kerberos signs in to a broker by its host's name";
            return Err(ConditionedError::Property("sasl.mechanism=GSSAPI", why));
        }
        if !self.security().ends_with("SSL") {
            return Ok(None);
        }
        // Neither a broker nor a password is needed for this part.
        let mut only = Self::plain("-");
        let secure =
            |(name, entry): (&&'static str, &Entry)| is_tls(name).then(|| (*name, entry.clone()));
        only.entries.extend(self.entries.iter().filter_map(secure));
        Ok(Some(Tls::new(&options(&only.client_config()?)?)?))
    }

    /// The same connection by the wire's addresses: sign-in as before, TLS left to the wire.
    #[must_use]
    pub fn through(mut self, servers: &str) -> Self {
        let open = |text: &str| Secret::open(text);
        self.put("bootstrap.servers", open(servers), Source::Flag);
        let plain = match self.security().as_str() {
            "SSL" => "plaintext",
            "SASL_SSL" => "sasl_plaintext",
            _ => return self,
        };
        self.put("security.protocol", open(plain), Source::Flag);
        self.entries.retain(|name, _| !is_tls(name));
        self
    }
}

fn is_tls(name: &str) -> bool {
    name.starts_with("ssl.") || name.starts_with("enable.ssl.")
}

fn options(config: &ClientConfig) -> Result<TlsOptions, ConditionedError> {
    let text = |name: &str| config.get(name).map(str::to_owned);
    if config.get("ssl.crl.location").is_some() {
        let why = "it looks at no revocation list; leave it out";
        return Err(ConditionedError::Property("ssl.crl.location", why));
    }
    let store = file(config, "ssl.keystore.location")?;
    Ok(TlsOptions {
        authorities: pem(config, "ssl.ca.pem", "ssl.ca.location")?,
        certificate: pem(config, "ssl.certificate.pem", "ssl.certificate.location")?,
        key: pem(config, "ssl.key.pem", "ssl.key.location")?,
        key_password: text("ssl.key.password"),
        store: store.map(|store| (store, text("ssl.keystore.password").unwrap_or_default())),
        ciphers: text("ssl.cipher.suites"),
        curves: text("ssl.curves.list"),
        signatures: text("ssl.sigalgs.list"),
        unverified: config.get("enable.ssl.certificate.verification") == Some("false"),
        any_host: config.get("ssl.endpoint.identification.algorithm") == Some("none"),
    })
}

/// PEM given as text, else as a file.
fn pem(
    config: &ClientConfig,
    text: &str,
    location: &'static str,
) -> Result<Option<Vec<u8>>, ConditionedError> {
    match config.get(text) {
        Some(text) => Ok(Some(text.as_bytes().to_vec())),
        None => file(config, location),
    }
}

fn file(config: &ClientConfig, name: &'static str) -> Result<Option<Vec<u8>>, ConditionedError> {
    let Some(path) = config.get(name).filter(|path| *path != "probe") else {
        return Ok(None);
    };
    let failed = |source| ConditionedError::File {
        name,
        path: path.to_owned(),
        source,
    };
    if !Path::new(path).is_dir() {
        return std::fs::read(path).map(Some).map_err(failed);
    }
    let mut whole = Vec::new();
    for entry in std::fs::read_dir(path).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_file() {
            whole.extend(std::fs::read(path).map_err(failed)?);
        }
    }
    Ok(Some(whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection(properties: &[(&'static str, &str)]) -> Connection {
        let mut connection = Connection::plain("localhost:9093");
        for &(name, value) in properties {
            connection.put(name, Secret::open(value), Source::Option);
        }
        connection
    }

    #[test]
    fn behind_the_wire_the_sign_in_stays_and_tls_is_gone() {
        let before = connection(&[
            ("security.protocol", "SASL_SSL"),
            ("sasl.mechanism", "PLAIN"),
            ("ssl.ca.location", "ca.pem"),
            ("enable.ssl.certificate.verification", "true"),
        ]);
        let behind = before.through("127.0.0.1:1");
        assert_eq!(behind.security(), "SASL_PLAINTEXT");
        assert_eq!(behind.bootstrap(), Some("127.0.0.1:1"));
        assert_eq!(behind.mechanism().as_deref(), Some("PLAIN"));
        let left: Vec<_> = behind.shown().into_iter().map(|(name, ..)| name).collect();
        assert!(!left.iter().any(|name| name.contains("ssl")), "{left:?}");
        let plain = connection(&[("security.protocol", "SSL")]).through("127.0.0.1:1");
        assert_eq!(plain.security(), "PLAINTEXT");
    }

    #[test]
    fn what_a_proxy_cannot_keep_is_refused_with_its_name() {
        for (name, value, named) in [
            ("ssl.crl.location", "crl.pem", "ssl.crl.location"),
            ("ssl.ca.location", "/no/such/ca.pem", "/no/such/ca.pem"),
            ("sasl.mechanism", "GSSAPI", "GSSAPI"),
        ] {
            let protocol = if name.starts_with("sasl") {
                "SASL_SSL"
            } else {
                "SSL"
            };
            let connection = connection(&[("security.protocol", protocol), (name, value)]);
            let error = connection.tls().unwrap_err().to_string();
            assert!(error.contains(named), "{error}");
        }
        assert!(connection(&[]).tls().unwrap().is_none());
    }
}
