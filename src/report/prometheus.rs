//! A running measurement in the text form that Prometheus reads (version 0.0.4): times in seconds, sizes in bytes.

use std::fmt::Write as _;

use crate::cluster::ClusterKind;
use crate::lab::{GoalState, LoadState, Reading, TrialReading};
use crate::measure::{Latencies, Persisted, Phase};
use crate::settings::Millis;

/// The media type of the text.
pub const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Labels with their values.
type Labels<'a> = &'a [(&'a str, &'a str)];

/// Metrics as they are written, one after the other.
#[derive(Default)]
struct Text(String);

impl Text {
    /// Says what a metric is; its samples follow.
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _ = write!(
            self.0,
            "# HELP linger_{name} {help}\n# TYPE linger_{name} {kind}\n"
        );
    }

    /// One sample.
    fn sample(&mut self, name: &str, labels: Labels<'_>, value: f64) {
        let pair = |(label, value): &(&str, &str)| format!("{label}=\"{}\"", escaped(value));
        let pairs: Vec<String> = labels.iter().map(pair).collect();
        let braces = if pairs.is_empty() {
            String::new()
        } else {
            format!("{{{}}}", pairs.join(","))
        };
        let _ = writeln!(self.0, "linger_{name}{braces} {value}");
    }

    fn counter(&mut self, name: &str, help: &str, value: u64) {
        self.head(name, "counter", help);
        self.sample(name, &[], number(value));
    }

    /// A gauge; nothing is written where there is no figure.
    fn gauge(&mut self, name: &str, help: &str, value: Option<f64>) {
        if let Some(value) = value {
            self.head(name, "gauge", help);
            self.sample(name, &[], value);
        }
    }
}

/// The whole of a reading. Names begin with `linger_`; a percentile without enough records behind it is left out.
#[must_use]
pub fn metrics(reading: &Reading) -> String {
    let mut text = Text::default();
    about(&mut text, reading);
    records(&mut text, reading);
    if let Some(live) = reading.live_trial() {
        times(&mut text, live);
        client(&mut text, live);
        goals(&mut text, live);
    }
    text.0
}

fn about(text: &mut Text, reading: &Reading) {
    let cluster = match reading.cluster.kind {
        ClusterKind::Embedded => "embedded",
        ClusterKind::Real => "real",
    };
    text.head("info", "gauge", "What measures, and where; always 1.");
    let labels = [
        ("version", env!("CARGO_PKG_VERSION")),
        ("cluster", cluster),
        ("topic", reading.cluster.topic.name.as_str()),
    ];
    text.sample("info", &labels, 1.0);
    let running = f64::from(u8::from(reading.load == LoadState::Running));
    text.gauge("running", "Whether records fall due.", Some(running));
    let uptime = reading.at.as_secs_f64();
    text.gauge(
        "uptime_seconds",
        "Time since the measurement began.",
        Some(uptime),
    );
    text.gauge(
        "client_cpu_ratio",
        "The busiest thread of the client as a share of one core.",
        Some(reading.cpu),
    );
}

fn records(text: &mut Text, reading: &Reading) {
    let sums = &reading.accounts;
    text.counter(
        "records_attempted_total",
        "Records that a sender tried to hand to the client.",
        sums.attempted,
    );
    text.counter(
        "records_delivered_total",
        "Records whose delivery was reported.",
        sums.delivered,
    );
    text.counter(
        "records_failed_total",
        "Records that failed, in send() or in delivery.",
        sums.failed,
    );
    text.gauge(
        "records_in_flight",
        "Records that are neither delivered nor failed.",
        Some(number(sums.in_flight())),
    );
    text.gauge(
        "records_behind",
        "Records that are due and not yet tried.",
        Some(number(reading.behind)),
    );
    text.counter(
        "delivered_bytes_total",
        "Bytes of payload and record keys delivered.",
        sums.delivered_bytes,
    );
    text.head("errors_total", "counter", "Failed records by error.");
    for trial in &reading.trials {
        for error in &trial.errors {
            let trial = trial.number.to_string();
            let phase = match error.phase {
                Phase::Send => "send",
                Phase::Delivery => "delivery",
            };
            let persisted = match error.persisted {
                Persisted::No => "no",
                Persisted::Possibly => "possibly",
            };
            let labels = [
                ("code", error.code.as_str()),
                ("phase", phase),
                ("persisted", persisted),
                ("trial", trial.as_str()),
            ];
            text.sample("errors_total", &labels, number(error.count));
        }
    }
}

/// The kinds of time of the trial that the load is on; they start anew once it has settled.
fn times(text: &mut Text, live: &TrialReading) {
    let kinds = [
        (
            "response_seconds",
            "Due to acknowledged, failed records as at least their age.",
            &live.response,
        ),
        (
            "delivery_seconds",
            "Accepted by the client to acknowledged.",
            &live.delivery,
        ),
        ("send_seconds", "Due to accepted by the client.", &live.send),
        (
            "lateness_seconds",
            "Due to tried: linger's own lateness.",
            &live.lateness,
        ),
    ];
    for (name, help, times) in kinds {
        text.head(name, "summary", help);
        summary(text, name, times);
    }
}

fn summary(text: &mut Text, name: &str, times: &Latencies) {
    let quantiles = [
        ("0.5", times.p50),
        ("0.9", times.p90),
        ("0.95", times.p95),
        ("0.99", times.p99),
        ("0.999", times.p99_9),
        ("0.9999", times.p99_99),
        ("1", times.max),
    ];
    for (quantile, time) in quantiles {
        if let Some(Millis(ms)) = time {
            text.sample(name, &[("quantile", quantile)], ms / 1000.0);
        }
    }
    let mean = times.mean.map_or(0.0, |mean| mean.0 / 1000.0);
    text.sample(&format!("{name}_sum"), &[], mean * number(times.count));
    text.sample(&format!("{name}_count"), &[], number(times.count));
}

fn client(text: &mut Text, live: &TrialReading) {
    let stages = &live.stages;
    text.counter(
        "requests_total",
        "Produce requests of the live trial.",
        stages.requests,
    );
    text.counter(
        "retries_total",
        "Produce requests of the live trial that were sent again.",
        stages.retries,
    );
    text.gauge(
        "records_per_second",
        "Records delivered per second since the trial settled.",
        Some(live.sent_per_s),
    );
    text.gauge(
        "batch_records",
        "Mean records per batch.",
        stages.batch_records,
    );
    text.gauge(
        "batch_bytes",
        "Mean bytes per batch on the wire.",
        stages.batch_bytes,
    );
    text.gauge(
        "compression_ratio",
        "Bytes before compression by bytes on the wire.",
        stages.compression_ratio,
    );
}

fn goals(text: &mut Text, live: &TrialReading) {
    text.head("goals", "gauge", "How many goals stand so at the moment.");
    for (word, state) in [
        ("held", GoalState::Held),
        ("missed", GoalState::Missed),
        ("unknown", GoalState::Unknown),
    ] {
        let count = live.goals.iter().filter(|goal| **goal == state).count();
        text.sample("goals", &[("outcome", word)], number(count as u64));
    }
}

/// A label's value: backslashes, quotes and line ends are escaped.
fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[expect(clippy::cast_precision_loss, reason = "counts below 2^53")]
fn number(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::cluster::ClusterFacts;

    #[test]
    fn every_sample_follows_its_type_and_labels_are_escaped() {
        let mut facts = ClusterFacts::default();
        facts.topic.name = "a\"b\\c\nd".into();
        let text = metrics(&Reading::before(Arc::new(facts)));
        assert!(text.contains(r#"topic="a\"b\\c\nd"} 1"#), "{text}");
        assert!(
            text.contains("\nlinger_records_delivered_total 0\n"),
            "{text}"
        );
        let mut known = "";
        for line in text.lines() {
            if let Some(head) = line.strip_prefix("# TYPE ") {
                known = head.split(' ').next().unwrap();
            } else if !line.starts_with('#') {
                assert!(line.starts_with(known), "{line} after {known}");
            }
        }
    }
}
