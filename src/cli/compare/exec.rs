//! Arms that are commands: bench's flags that are put behind each.

use std::time::Duration;

use crate::cli::CompareArgs;
use crate::cli::args::ConnectArgs;
use crate::measure::comparison::Metric;

/// The flags of one block: JSON, how long, how fast, and where to. What was typed for both arms is passed on as it was typed.
#[must_use]
pub fn flags(args: &CompareArgs, rate: f64, local: Option<&str>, metric: Metric) -> Vec<String> {
    let mut flags: Vec<String> = vec!["--json".into(), "--quiet".into()];
    let mut add = |flag: &str, value: &str| flags.extend([flag.to_owned(), value.to_owned()]);
    add("--duration", &seconds(args.warmup + args.block));
    if rate.is_finite() {
        // What falls due in the warm-up does not count.
        let records = (rate * args.warmup.as_secs_f64()).round();
        add("--warmup-records", &format!("{records:.0}"));
    }
    let given = [
        ("--throughput", &args.sent.throughput),
        ("--record-size", &args.sent.record_size),
        ("--payload-file", &args.sent.payload_file),
        ("--profile", &args.lab.load.profile),
        ("--topic", &args.lab.load.topic),
    ];
    for (flag, value) in given {
        if let Some(value) = value {
            add(flag, value);
        }
    }
    for pair in &args.lab.load.set {
        add("--set", pair);
    }
    for (flag, number) in [
        ("--partitions", args.lab.load.partitions),
        ("--replication-factor", args.lab.load.replication_factor),
    ] {
        if let Some(number) = number {
            add(flag, &number.to_string());
        }
    }
    cluster(&args.lab.connect, local, &mut add);
    if args.lab.load.follow || metric.is_read() {
        flags.push("--follow".into());
    }
    if args.lab.load.yes || local.is_some() {
        // A cluster that was started for this command needs no other consent.
        flags.push("--yes".into());
    }
    flags
}

fn cluster(connect: &ConnectArgs, local: Option<&str>, add: &mut impl FnMut(&str, &str)) {
    if let Some(servers) = local.or(connect.brokers.as_deref()) {
        add("--bootstrap-server", servers);
    }
    for property in &connect.properties {
        add("-X", property);
    }
    if let Some(file) = &connect.file {
        add("-F", &file.to_string_lossy());
    }
}

fn seconds(time: Duration) -> String {
    format!("{}ms", time.as_millis())
}
