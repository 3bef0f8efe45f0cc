//! Who sends: our program, librdkafka's tool, Kafka's tool, each with the same settings.

use std::path::PathBuf;
use std::process::Command;

use crate::c_tool::CTool;
use crate::child::{self, Ran};

/// One setting under its three names; an empty name: that client has no such setting.
pub struct Setting {
    /// linger's, which is also librdkafka's.
    pub name: &'static str,
    /// Java's.
    pub java: &'static str,
    /// The value for linger and librdkafka's tool.
    pub value: &'static str,
    /// The value for Java.
    pub java_value: &'static str,
}

const fn same(name: &'static str, java: &'static str, value: &'static str) -> Setting {
    Setting {
        name,
        java,
        value,
        java_value: value,
    }
}

/// What all of them are told, so that no tool's own default decides.
pub const SETTINGS: [Setting; 11] = [
    same("acks", "acks", "1"),
    same("linger.ms", "linger.ms", "5"),
    same("batch.size", "batch.size", "1000000"),
    same("batch.num.messages", "", "10000"),
    same(
        "max.in.flight",
        "max.in.flight.requests.per.connection",
        "5",
    ),
    same("compression.type", "compression.type", "none"),
    same("enable.idempotence", "enable.idempotence", "false"),
    same("queue.buffering.max.messages", "", "500000"),
    Setting {
        name: "queue.buffering.max.kbytes",
        java: "buffer.memory",
        value: "65536",
        java_value: "67108864",
    },
    same("message.max.bytes", "max.request.size", "1000000"),
    same("sticky.partitioning.linger.ms", "", "10"),
];
/// Partitions of the topic, on one broker.
pub const PARTITIONS: i32 = 6;
/// Bytes of a record's value; there is no key.
pub const RECORD_BYTES: u32 = 100;

/// One of those who are compared.
pub enum Contender {
    /// `linger bench`, every record timed.
    Linger,
    /// `rdkafka_performance -P`, with `-l` where the switch is on.
    C(CTool, bool),
    /// kafka-producer-perf-test, with Kafka's jars.
    Java(PathBuf),
}

/// What one run gave.
#[derive(Clone, Copy, Debug)]
pub struct Figures {
    /// Records delivered per second, as the tool itself says.
    pub per_second: f64,
    /// Microseconds of processor time for one record, of the whole process.
    pub cpu_us: f64,
    /// Seconds that the tool says it took.
    pub seconds: f64,
}

impl Contender {
    /// Sends so many records and reads the tool's own result.
    pub fn run(&self, address: &str, topic: &str, records: u64) -> Figures {
        let ran = child::run(&mut self.command(address, topic, records));
        let (delivered, per_second) = match self {
            Self::Linger => linger_result(&ran),
            Self::C(..) => c_result(&ran),
            Self::Java(_) => java_result(&ran),
        };
        assert!(
            (delivered - count(records)).abs() < 0.5,
            "{delivered} of {records} records delivered:\n{}",
            ran.stdout
        );
        Figures {
            per_second,
            cpu_us: ran.cpu * 1e6 / delivered,
            seconds: delivered / per_second,
        }
    }

    /// The command line, without the settings' defaults.
    pub fn command(&self, address: &str, topic: &str, records: u64) -> Command {
        match self {
            Self::Linger => linger(address, topic, records),
            Self::C(tool, latency) => c_tool(tool, *latency, address, topic, records),
            Self::Java(jars) => java(jars, address, topic, records),
        }
    }
}

fn linger(address: &str, topic: &str, records: u64) -> Command {
    let mut command = Command::new(crate::flags::program());
    command.args(["bench", "--json", "--quiet", "--throughput", "-1"]);
    command.args(["--bootstrap-server", address, "--topic", topic]);
    command.args(["--num-records", &records.to_string()]);
    command.args(["--record-size", &RECORD_BYTES.to_string()]);
    for setting in &SETTINGS {
        command.arg("-X");
        command.arg(format!("{}={}", setting.name, setting.value));
    }
    command
}

fn c_tool(tool: &CTool, latency: bool, address: &str, topic: &str, records: u64) -> Command {
    let mut command = Command::new(&tool.program);
    command.args(["-P", "-b", address, "-t", topic]);
    command.args(["-c", &records.to_string(), "-s", &RECORD_BYTES.to_string()]);
    command.args(latency.then_some("-l"));
    for setting in &SETTINGS {
        command.arg("-X");
        command.arg(format!("{}={}", setting.name, setting.value));
    }
    command
}

fn java(jars: &std::path::Path, address: &str, topic: &str, records: u64) -> Command {
    let mut command = Command::new("java");
    // As kafka-producer-perf-test starts it.
    command.args([
        "-Xmx512M",
        "-server",
        "-XX:+UseG1GC",
        "-XX:MaxGCPauseMillis=20",
    ]);
    command.args([
        "-XX:InitiatingHeapOccupancyPercent=35",
        "-XX:+ExplicitGCInvokesConcurrent",
    ]);
    command.arg("-Dorg.slf4j.simpleLogger.defaultLogLevel=error");
    command.arg("-cp").arg(jars.join("*"));
    command.arg("org.apache.kafka.tools.ProducerPerformance");
    command.args(["--bootstrap-server", address, "--topic", topic]);
    command.args(["--num-records", &records.to_string(), "--throughput", "-1"]);
    command.args([
        "--record-size",
        &RECORD_BYTES.to_string(),
        "--command-property",
    ]);
    for setting in SETTINGS.iter().filter(|setting| !setting.java.is_empty()) {
        command.arg(format!("{}={}", setting.java, setting.java_value));
    }
    command
}

fn linger_result(ran: &Ran) -> (f64, f64) {
    let object: serde_json::Value = serde_json::from_str(&ran.stdout).expect("a JSON object");
    let number = |name: &str| object["result"][name].as_f64().expect("a number");
    // As the other tools count: all records, from the first attempt to the last report.
    (
        number("delivered"),
        number("delivered") / number("duration_s"),
    )
}

fn c_result(ran: &Ran) -> (f64, f64) {
    let last = last_line(&ran.stdout, " messages produced (");
    let milliseconds = number_before(last, "ms: ");
    let delivered = number_before(last, " delivered (");
    (delivered, delivered / milliseconds * 1000.0)
}

fn java_result(ran: &Ran) -> (f64, f64) {
    let last = last_line(&ran.stdout, " records sent, ");
    (
        number_before(last, " records sent"),
        number_before(last, " records/sec"),
    )
}

fn last_line<'a>(text: &'a str, part: &str) -> &'a str {
    let mut lines = text.lines().filter(|line| line.contains(part));
    lines
        .next_back()
        .unwrap_or_else(|| panic!("no line with {part:?} in\n{text}"))
}

/// The number that ends where `mark` begins.
fn number_before(line: &str, mark: &str) -> f64 {
    let before = line.split_once(mark).expect("the mark").0;
    let digits = before
        .rsplit(|c: char| !c.is_ascii_digit() && c != '.')
        .next();
    digits
        .expect("a number")
        .parse()
        .unwrap_or_else(|_| panic!("no number before {mark:?} in {line}"))
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn count(records: u64) -> f64 {
    records as f64
}
