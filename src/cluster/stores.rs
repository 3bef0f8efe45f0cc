//! Java's key and trust stores, as far as librdkafka can read them.

use std::path::Path;

use thiserror::Error;

use crate::settings::words::quoted;

/// A store that librdkafka cannot read, with the command that converts it. Paths are shown, passwords never.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum StoreError {
    /// A trust store in Java's format or in PKCS12.
    #[error(
        "librdkafka cannot read the {kind} trust store {path}: run `keytool -list -rfc -keystore {quoted} > {pem}` and set ssl.ca.location={pem} in the place of ssl.truststore.*"
    )]
    Trust {
        /// The store's type.
        kind: String,
        /// The store.
        path: String,
        /// The store, quoted for a shell.
        quoted: String,
        /// The file that the command writes.
        pem: String,
    },
    /// A key store in Java's format.
    #[error(
        "librdkafka cannot read the {kind} key store {path}: run `keytool -importkeystore -srckeystore {quoted} -destkeystore {p12} -deststoretype PKCS12` and set ssl.keystore.location={p12} (for PEM then: `openssl pkcs12 -in {p12} -out client.pem`); a trusted CA goes to ssl.ca.location"
    )]
    Key {
        /// The store's type.
        kind: String,
        /// The store.
        path: String,
        /// The store, quoted for a shell.
        quoted: String,
        /// The file that the command writes.
        p12: String,
    },
}

/// The format of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreKind {
    /// PEM text: librdkafka reads it.
    Pem,
    /// PKCS12: librdkafka reads it as a key store only.
    Pkcs12,
    /// Java's own format, or one that nobody here knows.
    Java,
}

/// The format of the store at `path`: what the file says (`ssl.*store.type`), else the path's ending, else Java's own.
#[must_use]
pub fn kind(declared: Option<&str>, path: &str) -> StoreKind {
    let ending = Path::new(path)
        .extension()
        .and_then(|e| e.to_str())
        .unwrap_or_default();
    match declared.unwrap_or(ending).to_ascii_uppercase().as_str() {
        "PEM" | "CRT" | "CER" => StoreKind::Pem,
        "PKCS12" | "P12" | "PFX" => StoreKind::Pkcs12,
        _ => StoreKind::Java,
    }
}

/// librdkafka's names for a trust store: each takes the path as its value.
///
/// # Errors
/// A store that is not PEM, with the command that makes it so.
pub fn trust_store(
    declared: Option<&str>,
    path: &str,
) -> Result<&'static [&'static str], StoreError> {
    match kind(declared, path) {
        StoreKind::Pem => Ok(&["ssl.ca.location"]),
        other => Err(StoreError::Trust {
            kind: label(declared, other),
            path: path.to_owned(),
            quoted: quoted(path),
            pem: quoted(&renamed(path, "pem")),
        }),
    }
}

/// librdkafka's names for a key store: each takes the path as its value.
///
/// # Errors
/// A store in Java's format, with the command that converts it.
pub fn key_store(
    declared: Option<&str>,
    path: &str,
) -> Result<&'static [&'static str], StoreError> {
    match kind(declared, path) {
        // One PEM file holds both the key and the chain in Java's form.
        StoreKind::Pem => Ok(&["ssl.key.location", "ssl.certificate.location"]),
        StoreKind::Pkcs12 => Ok(&["ssl.keystore.location"]),
        StoreKind::Java => Err(StoreError::Key {
            kind: label(declared, StoreKind::Java),
            path: path.to_owned(),
            quoted: quoted(path),
            p12: quoted(&renamed(path, "p12")),
        }),
    }
}

fn label(declared: Option<&str>, kind: StoreKind) -> String {
    match (declared, kind) {
        (Some(declared), _) => declared.to_ascii_uppercase(),
        (None, StoreKind::Pkcs12) => "PKCS12".to_owned(),
        (None, _) => "JKS".to_owned(),
    }
}

fn renamed(path: &str, ending: &str) -> String {
    Path::new(path)
        .with_extension(ending)
        .to_string_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jks_store_gets_the_command_that_converts_it() {
        let text = trust_store(None, "/etc/k/trust me.jks")
            .unwrap_err()
            .to_string();
        assert!(
            text.contains(
                "keytool -list -rfc -keystore '/etc/k/trust me.jks' > '/etc/k/trust me.pem'"
            ),
            "{text}"
        );
        assert!(text.contains("ssl.ca.location="), "{text}");
        let text = key_store(Some("jks"), "/k/client.jks")
            .unwrap_err()
            .to_string();
        assert!(
            text.contains(
                "-srckeystore /k/client.jks -destkeystore /k/client.p12 -deststoretype PKCS12"
            ),
            "{text}"
        );
    }

    #[test]
    fn pem_and_pkcs12_are_translated() {
        assert_eq!(
            trust_store(Some("PEM"), "ca.txt").unwrap(),
            ["ssl.ca.location"]
        );
        assert_eq!(trust_store(None, "ca.crt").unwrap(), ["ssl.ca.location"]);
        assert_eq!(
            key_store(Some("PKCS12"), "c").unwrap(),
            ["ssl.keystore.location"]
        );
        assert_eq!(
            key_store(None, "c.pem").unwrap(),
            ["ssl.key.location", "ssl.certificate.location"]
        );
        assert!(trust_store(None, "t.p12").is_err());
    }
}
