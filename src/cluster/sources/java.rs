//! Java's forms of connection properties, turned into librdkafka's.

use super::{Found, Raw, RawMap, add};
use crate::cluster::connection::ConnectionError;
use crate::cluster::jaas as jaas_line;
use crate::cluster::shown::escape_visible;
use crate::cluster::stores::{self as java_stores, StoreError};

pub(super) fn jaas(raws: &mut RawMap, found: &mut Found) -> Result<(), ConnectionError> {
    const JAAS: &str = "sasl.jaas.config";
    let Some(raw) = raws.remove(JAAS) else {
        return Ok(());
    };
    let login = jaas_line::parse(&raw.value).map_err(|reason| ConnectionError::Jaas {
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

pub(super) fn stores(raws: &mut RawMap, found: &mut Found) -> Result<(), ConnectionError> {
    let declared = |raws: &mut RawMap, name: &str| raws.remove(name).map(|raw| raw.value);
    let trust = declared(raws, "ssl.truststore.type");
    let key = declared(raws, "ssl.keystore.type");
    // Only Java needs it, to open a store that librdkafka reads as plain PEM.
    raws.remove("ssl.truststore.password");
    if let Some(raw) = raws.remove("ssl.truststore.location") {
        let names = java_stores::trust_store(trust.as_deref(), &raw.value);
        place(found, names, "ssl.truststore.location", &raw)?;
    }
    if let Some(raw) = raws.remove("ssl.keystore.location") {
        let names = java_stores::key_store(key.as_deref(), &raw.value);
        place(found, names, "ssl.keystore.location", &raw)?;
    }
    Ok(())
}

fn place(
    found: &mut Found,
    names: Result<&'static [&'static str], StoreError>,
    given_as: &str,
    raw: &Raw,
) -> Result<(), ConnectionError> {
    let names = names.map_err(|reason| ConnectionError::Store {
        reason: Box::new(reason),
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
pub(super) fn checked(name: &'static str, raw: &Raw) -> Result<String, ConnectionError> {
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
