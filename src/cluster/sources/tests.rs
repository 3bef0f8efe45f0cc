use std::path::Path;

use super::*;

const JAVA: &str = "bootstrap.servers=b1:9093,b2:9093
security.protocol=SASL_SSL
sasl.mechanism=SCRAM-SHA-512
sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required \\
  username=\"alice\" password=\"canary-\\\\\"4711\";
ssl.truststore.type=PEM
ssl.truststore.location=/etc/ca.pem
ssl.truststore.password=canary-trust
ssl.endpoint.identification.algorithm=
key.serializer=org.example.Serializer
linger.ms=7
";

fn from_file(text: &str) -> Result<Read, ConnectionError> {
    read(&Given {
        file: Some((Path::new("c.properties"), text.as_bytes())),
        knobs: &["linger.ms", "acks"],
        ..Given::default()
    })
}

fn native(connection: &Connection, name: &str) -> Option<String> {
    connection
        .client_config()
        .unwrap()
        .get(name)
        .map(str::to_owned)
}

#[test]
fn a_java_file_is_translated() {
    let read = from_file(JAVA).unwrap();
    let connection = &read.connection;
    assert_eq!(connection.bootstrap(), Some("b1:9093,b2:9093"));
    assert_eq!(connection.security(), "SASL_SSL");
    assert_eq!(connection.user(), Some("alice"));
    assert_eq!(
        native(connection, "sasl.password").as_deref(),
        Some("canary-\"4711")
    );
    assert_eq!(
        native(connection, "ssl.ca.location").as_deref(),
        Some("/etc/ca.pem")
    );
    assert_eq!(
        native(connection, "ssl.endpoint.identification.algorithm").as_deref(),
        Some("none")
    );
    assert_eq!(
        native(connection, "enable.metrics.push").as_deref(),
        Some("false")
    );
    assert_eq!(read.rest.len(), 1);
    assert_eq!(
        (
            read.rest[0].name.as_str(),
            read.rest[0].source.to_string().as_str()
        ),
        ("linger.ms", "c.properties:11")
    );
    assert_eq!(read.ignored[0].0, "key.serializer");
}

#[test]
fn the_translation_is_accepted_by_the_library() {
    let text = JAVA
        .replace("ssl.truststore.type=PEM\n", "")
        .replace("/etc/ca.pem", "/etc/ca.crt");
    let connection = from_file(&text).unwrap().connection;
    assert!(
        connection
            .client_config()
            .unwrap()
            .create_native_config()
            .is_ok()
    );
}

#[test]
fn no_secret_is_in_any_text() {
    let read = from_file(JAVA).unwrap();
    let shown = read.connection.shown();
    let text = format!(
        "{read:?} {:?} {shown:?} {:?}",
        read.connection,
        read.connection.cautions()
    );
    assert!(!text.contains("canary"), "{text}");
    for bad in [
        "sasl.password=canary-9\nsasl.jaas.config=PlainLoginModule required password=canary-9;",
        "sasl.jaas.config=canary-9",
        "sasl.oauthbearer.config=canary-9",
        "sasl.passwort=canary-9",
        "ssl.keystore.location=/k.jks\nssl.keystore.password=canary-9",
        "sasl.password=canary-9\\u12",
    ] {
        let error = from_file(bad).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
    }
}

#[test]
fn a_later_source_wins_and_is_remembered() {
    let options = [
        "sasl.username=carol".to_owned(),
        "bootstrap.servers=x:1".to_owned(),
    ];
    let environment = [
        ("LINGER_SASL_USERNAME".to_owned(), "bob".to_owned()),
        ("LINGER_SASL_PASSWORD".to_owned(), "pw-env".to_owned()),
    ];
    let given = Given {
        bootstrap: Some("flag:1"),
        options: &options,
        environment: &environment,
        file: Some((Path::new("f"), JAVA.as_bytes())),
        knobs: &["linger.ms"],
    };
    let connection = read(&given).unwrap().connection;
    assert_eq!(connection.user(), Some("carol"));
    assert_eq!(connection.source("sasl.username"), Some(&Source::Option));
    assert_eq!(
        native(&connection, "sasl.password").as_deref(),
        Some("pw-env")
    );
    assert_eq!(connection.bootstrap(), Some("flag:1"));
    assert_eq!(
        connection.source("security.protocol").unwrap().to_string(),
        "f:2"
    );
}

#[test]
fn bad_properties_say_what_to_do() {
    let cases = [
        (
            "plugin.library.paths=/tmp/evil.so",
            "c.properties:1: plugin.library.paths is not accepted: it loads libraries",
        ),
        ("sasl.kerberos.kinit.cmd=rm -rf /", "run kinit yourself"),
        (
            "linger.mss=5",
            "unknown property linger.mss: did you mean linger.ms?",
        ),
        (
            "sasl.mechanism=PLAIN\nsasl.mechanisms=PLAIN",
            "are the same property",
        ),
        ("security.protocol=TLS", "use PLAINTEXT, SSL"),
        ("sasl.mechanism=AWS_MSK_IAM", "use PLAIN, SCRAM-SHA-256"),
        (
            "ssl.truststore.location=/k/t.jks",
            "keytool -list -rfc -keystore /k/t.jks > /k/t.pem",
        ),
    ];
    for (text, wanted) in cases {
        let error = from_file(text).unwrap_err().to_string();
        assert!(error.contains(wanted), "{error}");
    }
    let option = ["canary".to_owned()];
    let error = read(&Given {
        options: &option,
        ..Given::default()
    })
    .unwrap_err();
    assert_eq!(error, ConnectionError::NoPair { number: 1 });
}

#[test]
fn a_user_without_a_password_has_to_be_asked() {
    let connection = from_file(
        "bootstrap.servers=h:1\nsecurity.protocol=SASL_SSL\nsasl.mechanism=PLAIN\nsasl.username=u",
    )
    .unwrap()
    .connection;
    assert!(connection.needs_password());
    assert_eq!(
        connection.client_config().unwrap_err(),
        ConnectionError::NeedsPassword
    );
    let asked = connection.with_password(Secret::new("typed-pw".to_owned()));
    assert_eq!(native(&asked, "sasl.password").as_deref(), Some("typed-pw"));
    assert_eq!(
        Connection::default().client_config().unwrap_err(),
        ConnectionError::NoBootstrap
    );
}

#[test]
fn placeholders_are_followed_at_use_only() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    let text = format!(
        "bootstrap.servers=h:1\nsasl.username=u\nsasl.password=${{file:{}}}",
        file.display()
    );
    let connection = from_file(&text).unwrap().connection;
    assert!(
        connection
            .client_config()
            .unwrap_err()
            .to_string()
            .contains("sasl.password: cannot read")
    );
    std::fs::write(&file, "canary-file\n").unwrap();
    assert_eq!(
        native(&connection, "sasl.password").as_deref(),
        Some("canary-file")
    );
    assert!(!crate::cluster::redact("x canary-file y").contains("canary"));
}

#[test]
fn dangerous_but_legal_choices_are_named() {
    let connection = from_file("bootstrap.servers=h:1\nsasl.username=u\nsasl.password=pppp1\nenable.ssl.certificate.verification=false").unwrap().connection;
    let cautions = connection.cautions().join("\n");
    assert!(
        cautions.contains("nobody signs in") && cautions.contains("not verified"),
        "{cautions}"
    );
}

#[test]
fn no_sensitive_key_shows_its_value_anywhere() {
    const NAMES: [&str; 12] = [
        "sasl.password",
        "sasl.username",
        "sasl.oauthbearer.config",
        "sasl.oauthbearer.client.secret",
        "sasl.oauthbearer.client.credentials.client.secret",
        "sasl.oauthbearer.assertion.private.key.passphrase",
        "sasl.oauthbearer.assertion.private.key.pem",
        "ssl.key.password",
        "ssl.key.pem",
        "ssl.ca.pem",
        "ssl.keystore.password",
        "basic.auth.user.info",
    ];
    for name in NAMES {
        let text =
            format!("bootstrap.servers=127.0.0.1:1\nsecurity.protocol=SSL\n{name}=canary-{name}");
        let told = match from_file(&text) {
            Err(error) => format!("{error} {error:?}"),
            Ok(read) => {
                let connection = &read.connection;
                let opened = crate::cluster::Probe::open_within(
                    connection,
                    crate::cluster::ClusterKind::Real,
                    std::time::Duration::from_millis(100),
                );
                let reason = opened.unwrap_err();
                format!("{read:?} {:?} {reason} {reason:?}", connection.shown())
            }
        };
        assert!(!told.contains("canary"), "{name}: {told}");
    }
}
