//! Instructions per record on the way into and out of librdkafka, counted by valgrind's callgrind: the difference of two runs of
//! different length on the embedded cluster, so that what is done once drops out. Beside it the same for `rdkafka_performance -P`,
//! which is the plain loop over `rd_kafka_produce` and `rd_kafka_poll`. Needs valgrind and a C compiler.
//!
//! `cargo bench --bench hot_path -- [--records 40000]`
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "shared/c_tool.rs"]
mod c_tool;
#[path = "hot_path/callgrind.rs"]
mod callgrind;
#[path = "shared/child.rs"]
mod child;
#[path = "shared/flags.rs"]
mod flags;
#[path = "shared/machine.rs"]
mod machine;

use std::process::Command;

use callgrind::Thread;

/// The same for both programs; nothing waits for room.
const SETTINGS: [&str; 9] = [
    "acks=1",
    "linger.ms=5",
    "batch.size=1000000",
    "batch.num.messages=10000",
    "max.in.flight=5",
    "compression.type=none",
    "enable.idempotence=false",
    "queue.buffering.max.messages=500000",
    "queue.buffering.max.kbytes=262144",
];
/// A function that only the thread of this kind runs.
const SENDING: &str = "rd_kafka_produce";
const POLLING: &str = "rd_kafka_event_message_next";
/// So many of the dearest functions are named.
const NAMED: usize = 12;

/// Instructions per record of one thread.
struct Cost {
    all: f64,
    rust: f64,
    dearest: Vec<(String, f64)>,
}

fn main() {
    let records: u32 = flags::value("records", 40_000);
    println!("{}", machine::line());
    println!(
        "records of 100 bytes, embedded cluster, {records} and {} of them; {}\n",
        2 * records,
        SETTINGS.join(" ")
    );
    let (few, many) = (
        callgrind::threads(&linger(records)),
        callgrind::threads(&linger(2 * records)),
    );
    let sender = cost(&few, &many, SENDING, records);
    let poller = cost(&few, &many, POLLING, records);
    tell("linger, the sender's thread", &sender);
    tell("linger, the poll thread", &poller);
    let tool = c_tool::build();
    let peer = |records| callgrind::threads(&plain_loop(&tool, records));
    let plain = cost(&peer(records), &peer(2 * records), SENDING, records);
    tell("rdkafka_performance -P, its only thread of its own", &plain);
    println!(
        "instructions per record that are Rust code, due time to recorded report: {:.0}",
        sender.rust + poller.rust
    );
    println!(
        "both threads of linger {:.0}, the plain loop {:.0}: {:.0} more, {:.2} times as many",
        sender.all + poller.all,
        plain.all,
        sender.all + poller.all - plain.all,
        (sender.all + poller.all) / plain.all
    );
    println!(
        "(reading the clock is a system call under valgrind and hardly counts: linger reads it once a record to send, and librdkafka\nfor it once a report; rdkafka_performance once and once)"
    );
}

fn linger(records: u32) -> Command {
    let mut command = Command::new(flags::program());
    command.args([
        "bench",
        "--quiet",
        "--json",
        "--throughput",
        "-1",
        "--record-size",
        "100",
    ]);
    command.args(["--set", "rtt.ms=0", "--num-records", &records.to_string()]);
    for setting in SETTINGS {
        command.args(["-X", setting]);
    }
    command
}

fn plain_loop(tool: &c_tool::CTool, records: u32) -> Command {
    let mut command = Command::new(&tool.program);
    command.args(["-P", "-t", "plain", "-s", "100", "-c", &records.to_string()]);
    command.args(["-X", "test.mock.num.brokers=3"]);
    for setting in SETTINGS {
        command.args(["-X", setting]);
    }
    command
}

fn cost(few: &[Thread], many: &[Thread], mark: &str, records: u32) -> Cost {
    let (few, many) = (marked(few, mark), marked(many, mark));
    let mut each: Vec<(String, f64)> = many
        .iter()
        .map(|(function, cost)| {
            let before = few.get(function).copied().unwrap_or(0.0);
            (function.clone(), (cost - before) / f64::from(records))
        })
        .collect();
    each.sort_by(|a, b| b.1.total_cmp(&a.1));
    let rust = each
        .iter()
        .filter(|(function, _)| callgrind::is_rust(function));
    Cost {
        all: each.iter().map(|(_, cost)| cost).sum(),
        rust: rust.map(|(_, cost)| cost).sum(),
        dearest: each.into_iter().take(NAMED).collect(),
    }
}

fn marked<'a>(threads: &'a [Thread], mark: &str) -> &'a Thread {
    threads
        .iter()
        .filter(|thread| thread.contains_key(mark))
        .max_by(|a, b| a[mark].total_cmp(&b[mark]))
        .unwrap_or_else(|| panic!("no thread runs {mark}: were symbols stripped?"))
}

fn tell(title: &str, cost: &Cost) {
    println!(
        "{title}: {:.0} instructions per record, {:.0} of them Rust code",
        cost.all, cost.rust
    );
    for (function, cost) in &cost.dearest {
        println!("  {cost:7.1}  {function}");
    }
    println!();
}
