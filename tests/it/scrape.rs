//! `bench --prometheus`: a running measurement is scraped, and what it tells balances.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::cli::{home, linger, refused};

/// A bench that is being scraped.
struct Scraped {
    child: Child,
    address: String,
}

/// Starts a bench, and reads from its first line where it can be scraped.
fn start(home: &std::path::Path, words: &[&str]) -> Scraped {
    let mut child = linger(home)
        .args([
            "bench",
            "--json",
            "--throughput",
            "3000",
            "--prometheus",
            "0",
        ])
        .args(words)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    while !line.contains("http://") {
        line.clear();
        assert_ne!(lines.read_line(&mut line).unwrap(), 0, "no address");
    }
    // What follows is progress; nobody may be blocked by a full pipe.
    std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
    let address = line
        .split("http://")
        .nth(1)
        .unwrap()
        .split('/')
        .next()
        .unwrap()
        .to_owned();
    Scraped { child, address }
}

impl Scraped {
    /// The answer to a request, head and body; `None` once nobody listens.
    fn ask(&self, request: &str) -> Option<(String, String)> {
        let mut stream = TcpStream::connect(&self.address).ok()?;
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        stream.write_all(request.as_bytes()).ok()?;
        let mut text = String::new();
        stream.read_to_string(&mut text).ok()?;
        let (head, body) = text.split_once("\r\n\r\n")?;
        Some((head.to_owned(), body.to_owned()))
    }

    /// The samples without labels, by name.
    fn scrape(&self) -> Option<HashMap<String, f64>> {
        let (head, body) = self.ask("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")?;
        assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
        assert!(
            head.contains("Content-Type: text/plain; version=0.0.4"),
            "{head}"
        );
        assert!(
            head.contains(&format!("Content-Length: {}\r\n", body.len())),
            "{head}"
        );
        let samples = body
            .lines()
            .filter(|line| !line.starts_with('#') && !line.contains('{'));
        Some(
            samples
                .map(|line| line.split_once(' ').unwrap())
                .map(|(name, value)| (name.to_owned(), value.parse().unwrap()))
                .collect(),
        )
    }
}

#[test]
fn a_running_bench_is_scraped_and_its_counts_balance() {
    let home = home();
    let scraped = start(home.path(), &["--duration", "1500ms"]);
    assert!(
        scraped.address.starts_with("127.0.0.1:"),
        "{}",
        scraped.address
    );
    let (mut scrapes, mut last) = (0, 0.0);
    while let Some(samples) = scraped.scrape() {
        let count = |name: &str| samples[&format!("linger_records_{name}")];
        let sum = count("delivered_total") + count("failed_total") + count("in_flight");
        assert_eq!(
            count("attempted_total").to_bits(),
            sum.to_bits(),
            "{samples:?}"
        );
        assert!(count("delivered_total") >= last, "{samples:?}");
        last = count("delivered_total");
        if let Some(records) = samples.get("linger_response_seconds_count") {
            assert!(*records <= last, "{samples:?}");
        }
        scrapes += 1;
    }
    assert!(
        scrapes > 3 && last > 1000.0,
        "{scrapes} scrapes, {last} delivered"
    );
    let output = scraped.child.wait_with_output().unwrap();
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(last <= json["result"]["delivered"].as_f64().unwrap());
}

#[test]
fn other_requests_are_refused_and_do_the_measurement_no_harm() {
    let home = home();
    let mut scraped = start(home.path(), &["--duration", "60s"]);
    let status = |request: &str| {
        scraped
            .ask(request)
            .unwrap()
            .0
            .lines()
            .next()
            .unwrap()
            .to_owned()
    };
    assert_eq!(status("GET / HTTP/1.1\r\n\r\n"), "HTTP/1.1 404 Not Found");
    assert_eq!(
        status("POST /metrics HTTP/1.1\r\n\r\n"),
        "HTTP/1.1 405 Method Not Allowed"
    );
    assert_eq!(status("\r\n\r\n"), "HTTP/1.1 405 Method Not Allowed");
    // Those that say nothing are given up, and hold nobody off.
    let silent: Vec<TcpStream> = (0..20)
        .map(|_| TcpStream::connect(&scraped.address).unwrap())
        .collect();
    assert!(scraped.scrape().is_some());
    drop(silent);
    scraped.child.kill().unwrap();
    scraped.child.wait().unwrap();
}

#[test]
fn a_port_that_is_taken_is_bad_usage_before_anything_is_sent() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    refused(
        &["bench", "--prometheus", &port],
        &["--prometheus", &port, "another port"],
    );
    refused(&["bench", "--prometheus", "99999"], &["99999"]);
}
