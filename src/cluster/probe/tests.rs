use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use super::*;
use crate::cluster::sources::{self, Given};

/// A port that answers every connection with `answer` after the first bytes, then closes. Ends with its listener's thread at process exit.
fn listener(answer: &'static [u8]) -> String {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for stream in socket.incoming().map_while(Result::ok) {
            answer_once(stream, answer);
        }
    });
    address
}

fn answer_once(mut stream: TcpStream, answer: &[u8]) {
    let mut buffer = [0; 1024];
    if stream.read(&mut buffer).is_ok() {
        let _ = stream.write_all(answer);
    }
}

fn connection(address: &str, options: &[&str]) -> Connection {
    let options: Vec<String> = options.iter().map(|option| (*option).to_owned()).collect();
    let given = Given {
        bootstrap: Some(address),
        options: &options,
        ..Given::default()
    };
    sources::read(&given).unwrap().connection
}

fn refusal(connection: &Connection) -> (String, Duration) {
    let begin = Instant::now();
    let error = Probe::open(connection, ClusterKind::Real).unwrap_err();
    (error.to_string(), begin.elapsed())
}

#[test]
fn a_port_without_a_listener_refuses() {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap().to_string();
    drop(socket);
    let (text, time) = refusal(&Connection::plain(&address));
    assert!(
        text.contains(&address) && text.contains("refuses connections"),
        "{text}"
    );
    assert!(time < Duration::from_secs(15));
}

#[test]
fn a_host_without_an_address_is_named() {
    let (text, time) = refusal(&Connection::plain("no-such-host.invalid:9092"));
    assert!(
        text.contains("cannot resolve no-such-host.invalid:9092"),
        "{text}"
    );
    assert!(time < Duration::from_secs(15));
}

#[test]
fn a_silent_port_ends_within_the_bound() {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let (text, time) = refusal(&Connection::plain(
        &socket.local_addr().unwrap().to_string(),
    ));
    assert!(text.contains("did not answer"), "{text}");
    assert!(time < Duration::from_secs(15), "{time:?}");
}

#[test]
fn tls_to_a_plaintext_port_is_named() {
    let address = listener(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    let (text, time) = refusal(&connection(&address, &["security.protocol=SSL"]));
    assert!(text.contains("does not speak TLS"), "{text}");
    assert!(time < Duration::from_secs(15));
}

#[test]
fn a_property_that_the_library_refuses_is_named_without_secrets() {
    let connection = connection(
        "127.0.0.1:1",
        &[
            "security.protocol=SSL",
            "ssl.key.pem=canary-key-pem",
            "ssl.key.password=canary-key-password",
        ],
    );
    let (text, _) = refusal(&connection);
    assert!(text.contains("librdkafka refuses"), "{text}");
    assert!(!text.contains("canary"), "{text}");
}

#[test]
fn plain_text_to_a_port_that_hangs_up_names_the_protocol() {
    // What a TLS listener answers to plain text: an alert, then the end.
    let address = listener(b"\x15\x03\x03\x00\x02\x02\x50");
    let (text, time) = refusal(&Connection::plain(&address));
    assert!(
        text.contains("security.protocol") && text.contains(&address),
        "{text}"
    );
    assert!(time < Duration::from_secs(15));
}
