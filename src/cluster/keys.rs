//! The table of connection keys: what may come from a file, an option or the environment, and what may not.

/// How carefully the value of a key is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Care {
    /// Shown as it is.
    Open,
    /// Not listed, but no secret: it may stand in a message.
    Hidden,
    /// Never shown, and scrubbed from every text.
    Secret,
}

/// One property that says how to reach a cluster.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionKey {
    /// librdkafka's name.
    pub name: &'static str,
    /// Other names of the same property.
    pub aliases: &'static [&'static str],
    /// How its value is shown.
    pub care: Care,
}

const fn key(name: &'static str, aliases: &'static [&'static str], care: Care) -> ConnectionKey {
    ConnectionKey {
        name,
        aliases,
        care,
    }
}

/// Every connection key that is accepted: none of them runs code, loads a library or asks a foreign address.
pub const CONNECTION_KEYS: &[ConnectionKey] = &[
    key("bootstrap.servers", &["metadata.broker.list"], Care::Open),
    key("security.protocol", &[], Care::Open),
    key("sasl.mechanism", &["sasl.mechanisms"], Care::Open),
    key("sasl.username", &[], Care::Hidden),
    key("sasl.password", &[], Care::Secret),
    key("sasl.kerberos.service.name", &[], Care::Open),
    key("ssl.ca.location", &[], Care::Open),
    key("ssl.ca.pem", &["ssl.truststore.certificates"], Care::Hidden),
    key("ssl.certificate.location", &[], Care::Open),
    key(
        "ssl.certificate.pem",
        &["ssl.keystore.certificate.chain"],
        Care::Hidden,
    ),
    key("ssl.key.location", &[], Care::Hidden),
    key("ssl.key.pem", &["ssl.keystore.key"], Care::Secret),
    key("ssl.key.password", &[], Care::Secret),
    key("ssl.keystore.location", &[], Care::Open),
    key("ssl.keystore.password", &[], Care::Secret),
    key("ssl.crl.location", &[], Care::Open),
    key("ssl.cipher.suites", &[], Care::Open),
    key("ssl.curves.list", &[], Care::Open),
    key("ssl.sigalgs.list", &[], Care::Open),
    key("ssl.endpoint.identification.algorithm", &[], Care::Open),
    key("enable.ssl.certificate.verification", &[], Care::Open),
    key("client.id", &[], Care::Open),
    key("client.dns.lookup", &[], Care::Open),
    key("broker.address.family", &[], Care::Open),
    key("broker.address.ttl", &[], Care::Open),
    key("connections.max.idle.ms", &[], Care::Open),
    key("reconnect.backoff.ms", &[], Care::Open),
    key("reconnect.backoff.max.ms", &[], Care::Open),
    key("socket.connection.setup.timeout.ms", &[], Care::Open),
    key("socket.keepalive.enable", &[], Care::Open),
    key("socket.nagle.disable", &[], Care::Open),
    key("metadata.max.age.ms", &[], Care::Open),
    key("topic.metadata.refresh.interval.ms", &[], Care::Open),
];

/// Keys that are refused (a final `*` stands for any ending), each with the reason and the way out.
pub const REFUSED_KEYS: &[(&str, &str)] = &[
    (
        "plugin.library.paths",
        "it loads libraries into this process",
    ),
    (
        "sasl.kerberos.kinit.cmd",
        "it runs a shell command; run kinit yourself before linger",
    ),
    (
        "sasl.kerberos.keytab",
        "librdkafka passes it to a shell; run kinit yourself before linger",
    ),
    (
        "sasl.kerberos.principal",
        "librdkafka passes it to a shell; run kinit yourself before linger",
    ),
    (
        "ssl.engine.*",
        "it loads a library into this process; use ssl.key.location",
    ),
    ("ssl.providers", "it loads libraries into this process"),
    ("ssl.certificate.verify_cb", "it names code in this process"),
    (
        "sasl.oauthbearer.*",
        "OAUTHBEARER reads files and asks addresses that the file names; use SCRAM or a client certificate",
    ),
    (
        "enable.sasl.oauthbearer.*",
        "its tokens prove nothing; use SCRAM or a client certificate",
    ),
    ("interceptors", "it names code in this process"),
    (
        "test.mock.*",
        "it would replace the cluster by a simulated one; leave out -b for the embedded cluster",
    ),
    (
        "debug",
        "it logs request contents, secrets among them; use -v",
    ),
    (
        "transactional.id",
        "it would fence off the application that uses it; name one of linger's own with --set transactional.id=NAME",
    ),
    (
        "statistics.interval.ms",
        "linger sets it for its own readings",
    ),
    (
        "allow.auto.create.topics",
        "linger never lets a cluster invent topics; create it first",
    ),
];

/// Keys of Java clients that mean nothing to a librdkafka producer (a final `*` stands for any ending): listed, not used.
pub const IGNORED_KEYS: &[&str] = &[
    "key.serializer*",
    "value.serializer*",
    "key.deserializer*",
    "value.deserializer*",
    "interceptor.classes",
    "metric.reporters",
    "metrics.*",
    "auto.include.jmx.reporter",
    "partitioner.class",
    "partitioner.adaptive.*",
    "partitioner.availability.*",
    "partitioner.ignore.keys",
    "enable.metrics.push",
    "security.providers",
    "receive.buffer.bytes",
    "send.buffer.bytes",
    "ssl.protocol",
    "ssl.enabled.protocols",
    "ssl.provider",
    "ssl.keymanager.algorithm",
    "ssl.trustmanager.algorithm",
    "ssl.secure.random.implementation",
    "ssl.engine.factory.class",
    "sasl.login.*",
    "sasl.client.callback.handler.class",
    "sasl.kerberos.ticket.*",
    "sasl.kerberos.min.time.before.relogin",
    "schema.registry.*",
    "basic.auth.*",
    "auto.register.schemas",
    "use.latest.version",
    "group.id",
    "group.instance.id",
    "group.protocol",
    "auto.offset.reset",
    "enable.auto.commit",
    "auto.commit.interval.ms",
    "session.timeout.ms",
    "heartbeat.interval.ms",
    "max.poll.*",
    "fetch.*",
    "max.partition.fetch.bytes",
    "isolation.level",
    "check.crcs",
    "client.rack",
    "exclude.internal.topics",
    "partition.assignment.strategy",
    "default.api.timeout.ms",
    "metadata.max.idle.ms",
    "metadata.recovery.*",
    "reconnect.backoff.jitter.ms",
    "socket.connection.setup.timeout.max.ms",
    "topic.metadata.refresh.sparse",
    "confluent.*",
];

/// The row of `name`, under any of its names.
#[must_use]
pub fn connection_key(name: &str) -> Option<&'static ConnectionKey> {
    CONNECTION_KEYS
        .iter()
        .find(|key| key.name == name || key.aliases.contains(&name))
}

/// Why `name` is refused, if it is.
#[must_use]
pub fn refusal(name: &str) -> Option<&'static str> {
    REFUSED_KEYS
        .iter()
        .find(|(pattern, _)| matches(pattern, name))
        .map(|(_, reason)| *reason)
}

/// Whether `name` belongs to something that a producer of librdkafka does not have.
#[must_use]
pub fn is_ignored(name: &str) -> bool {
    IGNORED_KEYS.iter().any(|pattern| matches(pattern, name))
}

/// Whether a value under `name` has to be hidden: by the table, or because an unknown name looks like it.
#[must_use]
pub fn care(name: &str) -> Care {
    let looks_secret = || {
        let name = name.to_ascii_lowercase();
        [
            "secret",
            "password",
            "passphrase",
            "token",
            "credential",
            "jaas",
            "user.info",
            "private",
            "key.pem",
            "ssl_key",
        ]
        .iter()
        .any(|part| name.contains(part))
    };
    match connection_key(name) {
        Some(key) => key.care,
        None if looks_secret() => Care::Secret,
        None => Care::Open,
    }
}

/// The known name that is nearest to `name`, if one is near; `others` are names of the caller.
#[must_use]
pub fn nearest<'a>(name: &str, others: &[&'a str]) -> Option<&'a str> {
    CONNECTION_KEYS
        .iter()
        .flat_map(|key| std::iter::once(key.name).chain(key.aliases.iter().copied()))
        .chain(others.iter().copied())
        .map(|known| (strsim::jaro_winkler(name, known), known))
        .filter(|(likeness, _)| *likeness > 0.85)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, known)| known)
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => pattern == name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_is_in_two_tables() {
        for key in CONNECTION_KEYS {
            for name in std::iter::once(&key.name).chain(key.aliases) {
                assert!(refusal(name).is_none(), "{name} is also refused");
                assert!(!is_ignored(name), "{name} is also ignored");
            }
        }
    }

    #[test]
    fn keys_that_run_code_are_refused() {
        for name in [
            "plugin.library.paths",
            "sasl.kerberos.kinit.cmd",
            "ssl.engine.location",
            "ssl.engine.id",
            "ssl.providers",
        ] {
            assert!(refusal(name).is_some(), "{name}");
        }
    }

    #[test]
    fn every_sensitive_key_of_librdkafka_is_hidden_or_refused() {
        for name in [
            "sasl.password",
            "sasl.username",
            "sasl.oauthbearer.config",
            "sasl.oauthbearer.client.secret",
            "sasl.oauthbearer.client.credentials.client.secret",
            "sasl.oauthbearer.assertion.private.key.file",
            "sasl.oauthbearer.assertion.private.key.passphrase",
            "sasl.oauthbearer.assertion.private.key.pem",
            "ssl.key.location",
            "ssl.key.password",
            "ssl.key.pem",
            "ssl_key",
            "ssl.ca.pem",
            "ssl.keystore.password",
        ] {
            assert!(
                care(name) != Care::Open || refusal(name).is_some(),
                "{name}"
            );
        }
    }

    #[test]
    fn every_accepted_key_is_known_to_the_linked_library() {
        let known = rdkafka::ClientConfig::new().create_native_config().unwrap();
        for key in CONNECTION_KEYS {
            let unset = ["ssl.ca.location", "ssl.ca.pem"].contains(&key.name);
            let answer = known.get(key.name);
            let is_known = answer.is_ok() || unset || !format!("{answer:?}").contains("UNKNOWN");
            assert!(is_known, "{} is unknown", key.name);
        }
    }

    #[test]
    fn a_slip_names_the_nearest_key() {
        assert_eq!(nearest("sasl.pasword", &[]), Some("sasl.password"));
        assert_eq!(nearest("linger.m", &["linger.ms"]), Some("linger.ms"));
        assert_eq!(nearest("frobnicate", &[]), None);
    }
}
