//! `linger bench` on a secured broker: it signs in, it never tells the password, and it names what stands in the way.

use std::path::Path;
use std::process::Output;
use std::time::{Duration, Instant};

use linger::cluster::sources::{Given, read};

use crate::cli;
use crate::kafka::{self, PASSWORD, USER};

/// A password that is wrong, and just as secret.
const WRONG: &str = "canary-0ther-91ac";
/// Within this time an unreachable broker is named; starting the program on a busy machine included.
const NAMED_WITHIN: Duration = Duration::from_secs(20);

/// Runs the program; no secret may be in anything that it says or leaves behind.
pub fn linger(home: &Path, words: &[&str]) -> Output {
    let output = cli::linger(home).args(words).output().unwrap();
    for said in [&output.stdout, &output.stderr] {
        tells_nothing(&String::from_utf8_lossy(said));
    }
    output
}

fn tells_nothing(text: &str) {
    for secret in [PASSWORD, WRONG] {
        assert!(!text.contains(secret), "a secret stands in: {text}");
    }
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Asserts that it ended with this code, nothing on standard output, and these words in its message.
fn refused(output: &Output, code: i32, parts: &[&str]) {
    let message = stderr(output);
    assert_eq!(output.status.code(), Some(code), "{message}");
    assert!(output.stdout.is_empty(), "{message}");
    for part in parts {
        assert!(message.contains(part), "{part:?} is not in: {message}");
    }
    assert!(!message.contains("panicked"), "{message}");
}

/// The broker's own client.properties with one text replaced by another, in a file of its own.
pub fn properties(
    kafka: &linger::cluster::local::LocalKafka,
    home: &Path,
    from: &str,
    to: &str,
) -> String {
    let text = std::fs::read_to_string(kafka.fact("CLIENT_PROPERTIES").unwrap()).unwrap();
    assert!(
        text.contains(PASSWORD) && text.contains("ScramLoginModule"),
        "{text}"
    );
    assert!(text.contains(from), "{from:?} is not in the properties");
    let path = home.join("client.properties");
    std::fs::write(&path, text.replace(from, to)).unwrap();
    path.display().to_string()
}

#[test]
fn bench_signs_in_by_javas_properties_delivers_and_keeps_the_secret() {
    let Some(kafka) = kafka::secured() else {
        return;
    };
    let topic = kafka::topic(kafka, 3, 1);
    let folder = cli::home();
    let home = folder.path();
    let file = properties(kafka, home, PASSWORD, PASSWORD);
    let saved = home.join("saved.json");
    let words = [
        "bench",
        "-F",
        &file,
        "-t",
        &topic,
        "--num-records",
        "500",
        "--throughput",
        "1000",
        "--json",
        "-v",
    ];
    let output = linger(
        home,
        &[&words[..], &["--save", saved.to_str().unwrap()]].concat(),
    );
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(kafka::assert_log_grew(kafka, &topic, 0), 500);

    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["result"]["delivered"], 500);
    assert_eq!(json["result"]["log_end_delta"], 500);
    assert_eq!(json["cluster"]["kind"], "real");
    let snapshot = std::fs::read_to_string(&saved).unwrap();
    assert!(snapshot.contains("\"delivered\""));
    tells_nothing(&snapshot);
    let shown = linger(home, &["snapshot", "show", saved.to_str().unwrap()]);
    assert_eq!(shown.status.code(), Some(0), "{}", stderr(&shown));
    let doctor = linger(home, &["doctor", "-F", &file]);
    assert!(!doctor.stdout.is_empty(), "{}", stderr(&doctor));
}

#[test]
fn a_wrong_password_is_said_and_not_told() {
    let Some(kafka) = kafka::secured() else {
        return;
    };
    let folder = cli::home();
    let home = folder.path();
    let topic = kafka::topic(kafka, 1, 1);
    let file = properties(kafka, home, PASSWORD, WRONG);
    let output = linger(
        home,
        &[
            "bench",
            "-F",
            &file,
            "-t",
            &topic,
            "--num-records",
            "10",
            "--throughput",
            "10",
            "-v",
        ],
    );
    refused(
        &output,
        3,
        &["does not accept the user name or password", "sasl.password"],
    );
    assert_eq!(kafka::log_end(kafka, &topic), 0);
}

#[test]
fn missing_rights_are_named_as_the_acl_to_grant() {
    let Some(kafka) = kafka::secured() else {
        return;
    };
    let folder = cli::home();
    let home = folder.path();
    let topic = kafka::topic(kafka, 1, 1);
    let limited = format!("username=\"{USER}-limited\"");
    let file = properties(kafka, home, &format!("username=\"{USER}\""), &limited);
    let output = linger(
        home,
        &[
            "bench",
            "-F",
            &file,
            "-t",
            &topic,
            "--num-records",
            "10",
            "--throughput",
            "10",
        ],
    );
    refused(&output, 3, &["no right to", "grant the ACL", &topic]);
    assert_eq!(kafka::log_end(kafka, &topic), 0);
}

#[test]
fn tls_to_a_plaintext_port_and_the_reverse_are_named() {
    let Some(kafka) = kafka::secured() else {
        return;
    };
    let folder = cli::home();
    let home = folder.path();
    let file = properties(kafka, home, PASSWORD, PASSWORD);
    let bound = ["--num-records", "10", "--throughput", "10"];
    let plain = ["bench", "-F", &file, "-b", kafka.bootstrap()];
    let output = linger(home, &[&plain[..], &bound].concat());
    refused(
        &output,
        3,
        &["does not speak TLS on this port", kafka.bootstrap()],
    );

    let bare = ["bench", "-b", kafka.fact("SASL").unwrap()];
    let output = linger(home, &[&bare[..], &bound].concat());
    refused(
        &output,
        3,
        &["security.protocol", "TLS", kafka.fact("SASL").unwrap()],
    );
}

#[test]
fn an_unreachable_broker_is_named_in_time() {
    let folder = cli::home();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = listener.local_addr().unwrap().to_string();
    let refuses = {
        let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        gone.local_addr().unwrap().to_string()
    };
    for (address, reason) in [
        (&silent, "did not answer within"),
        (&refuses, "refuses connections"),
    ] {
        let begin = Instant::now();
        let output = linger(
            folder.path(),
            &[
                "bench",
                "-b",
                address,
                "--num-records",
                "10",
                "--throughput",
                "10",
            ],
        );
        refused(&output, 3, &[address, reason]);
        assert!(
            begin.elapsed() < NAMED_WITHIN,
            "{:?} for {address}",
            begin.elapsed()
        );
    }
}

#[test]
fn neither_a_panic_nor_an_error_can_hold_the_secret() {
    let jaas = format!(
        "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"{USER}\" password=\"{PASSWORD}\";"
    );
    let text = format!(
        "bootstrap.servers=127.0.0.1:1\nsecurity.protocol=SASL_SSL\nsasl.mechanism=SCRAM-SHA-512\nsasl.jaas.config={jaas}\n"
    );
    let file = |text: &str| {
        let path = Path::new("client.properties");
        let given = Given {
            file: Some((path, text.as_bytes())),
            ..Given {
                bootstrap: None,
                options: &[],
                environment: &[],
                file: None,
                knobs: &[],
            }
        };
        match read(&given) {
            Ok(read) => format!("{:?}", read.connection),
            Err(error) => format!("{error} {error:?}"),
        }
    };
    let shown = file(&text);
    assert!(shown.contains("sasl.password"), "{shown}");
    tells_nothing(&shown);
    // The same with mistakes in it: an error may quote the line, not the secret.
    for (from, to) in [
        ("ScramLoginModule", "EvilLoginModule"),
        ("password=\"", "passwort=\""),
        ("\";", ""),
        ("required", ""),
    ] {
        tells_nothing(&file(&text.replace(from, to)));
    }
    // What a panic would print: the message carries the connection's own form.
    let panic = std::panic::catch_unwind(|| panic!("{}", file(&text))).unwrap_err();
    tells_nothing(panic.downcast_ref::<String>().unwrap());
}
