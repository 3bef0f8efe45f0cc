//! Clusters and topics that cannot be had, or may not be used: said in time, and nothing sent.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use crate::cli::{home, linger, refused, run, stderr, stdout};
use crate::kafka;

use super::{Untouched, refused_unsent};

#[test]
fn hostile_topic_names_are_shown_harmlessly_and_never_asked_for() {
    let long = "x".repeat(250);
    for name in [
        "linger-\u{1b}[2J\u{7}",
        "linger-\n",
        "linger-\u{202e}",
        "../../etc",
        "a b",
        "",
        ".",
        "..",
        long.as_str(),
    ] {
        refused_unsent(&["-t", name], &["is no topic name", "1 to 249"]);
        let home = home();
        let nobody = Untouched::new();
        let address = nobody.address();
        let removed = ["topic", "rm", "--yes", "-b", &address, name];
        let failed = run(home.path(), &removed).code(2);
        nobody.assert_untouched(&removed);
        let message = stderr(&failed);
        let harmless = |sign: char| !sign.is_control() && sign != '\u{202e}';
        assert!(message.trim_end().chars().all(harmless), "{message:?}");
    }
    refused(
        &["topic", "rm", "--yes", "-b", "127.0.0.1:1", "orders"],
        &["orders", "linger-"],
    );
}

#[test]
fn an_unreachable_broker_is_named_within_15_seconds() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = silent.local_addr().unwrap().to_string();
    // Its listener is gone as soon as the address is known.
    let closed = Untouched::new().address();
    for (address, way_out) in [
        (closed.as_str(), "check host and port"),
        ("no-such-host.invalid:9092", "check the host name"),
        (silent.as_str(), "did not answer within"),
    ] {
        let home = home();
        let begin = Instant::now();
        let words = ["bench", "-b", address, "--throughput", "5"];
        let failed = run(home.path(), &words).code(3);
        assert!(begin.elapsed() < Duration::from_secs(15), "{address}");
        let message = stderr(&failed);
        assert!(message.contains(address), "{message}");
        assert!(message.contains(way_out), "{message}");
        assert_eq!(stdout(&failed), "");
    }
}

#[test]
fn load_on_a_cluster_that_is_not_ours_needs_a_yes() {
    let nobody = Untouched::new();
    let address = nobody.address();
    for words in [&["--set", "linger.ms=1"][..], &["--profile", "throughput"]] {
        let bench = ["bench", "-b", &address];
        refused(
            &[&bench, words].concat(),
            &["nothing was sent", "--throughput", "--yes"],
        );
    }
    let home = home();
    std::fs::write(home.path().join("c"), "rate=20000\n").unwrap();
    let words = ["bench", "-b", &address, "--yes", "-F", "c"];
    let message = stderr(&run(home.path(), &words).code(2));
    assert!(message.contains("--throughput 20000"), "{message}");
    nobody.assert_untouched(&words);
}

#[test]
fn an_empty_broker_is_not_the_embedded_cluster() {
    refused(&["bench", "-b", ""], &["--bootstrap-server"]);
    refused(&["bench", "-b", " "], &["--bootstrap-server"]);
}

#[test]
fn properties_without_a_broker_are_not_passed_over_in_silence() {
    let home = home();
    let words = ["bench", "--num-records", "5", "-X", "security.protocol=SSL"];
    let message = stderr(&run(home.path(), &words).success());
    assert!(
        message.contains("security.protocol") && message.contains("-b"),
        "{message}"
    );
}

#[test]
fn a_topic_that_is_not_ours_needs_its_own_yes() {
    let Some(kafka) = kafka::one() else { return };
    let topic = format!("orders-{}", std::process::id());
    kafka::create_topic(kafka, &topic, 3, 1);
    let home = home();
    let bench = [
        "bench",
        "-b",
        kafka.bootstrap(),
        "-t",
        &topic,
        "--throughput",
        "500",
        "--num-records",
        "200",
    ];
    let failed = run(home.path(), &bench).code(2);
    let message = stderr(&failed);
    for part in [topic.as_str(), "--yes", "nothing was sent"] {
        assert!(message.contains(part), "{message}");
    }
    assert_eq!(stdout(&failed), "");
    assert_eq!(kafka::log_end(kafka, &topic), 0);
    run(home.path(), &[&bench[..], &["--yes"]].concat()).success();
    assert_eq!(kafka::assert_log_grew(kafka, &topic, 0), 200);

    let missing = format!("{topic}-missing");
    let words = ["bench", "-b", kafka.bootstrap(), "-t", &missing, "--yes"];
    let message = stderr(&run(home.path(), &words).code(2));
    assert!(message.contains("does not exist"), "{message}");
}

#[test]
fn two_may_begin_on_one_new_topic_at_once() {
    let Some(kafka) = kafka::one() else { return };
    let topic = format!("linger-it-both-{}", std::process::id());
    let home = home();
    let mut bench = vec!["bench", "-b", kafka.bootstrap(), "-t", &topic];
    bench.extend(["--throughput", "500", "--num-records", "100"]);
    let start = || {
        let mut command = linger(home.path());
        command.args(&bench).stdout(std::process::Stdio::null());
        command.spawn().unwrap()
    };
    for mut child in [start(), start()] {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(kafka::assert_log_grew(kafka, &topic, 0), 200);
    let again = [&bench[..], &["--partitions", "3"]].concat();
    let message = stderr(&run(home.path(), &again).success());
    assert!(
        message.contains("--partitions 3 has no effect"),
        "{message}"
    );
}
