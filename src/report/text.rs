//! The result of a bench as text: every figure with what it rests on, and perf-test's own line as the last.

pub(super) mod chosen;
mod failures;
mod transactions;

use crate::cluster::ClusterKind;
use crate::measure::Latencies;
use crate::settings::Millis;
use crate::snapshot::{
    BreakdownMs, Follower, GoalOutcome, Notice, Quality, SettingValue, Snapshot,
};

use super::audit;
use super::format::{bounded, bytes, count, maybe, mean, millis, second, things, three};
use super::perf;
use super::table::{Align, lines};

/// The whole report; ends with perf-test's summary line.
#[must_use]
pub fn bench(snapshot: &Snapshot) -> String {
    let mut text = body(snapshot);
    text.push('\n');
    text.push_str(&last_line(snapshot));
    text.push('\n');
    text
}

/// The report without the last line.
#[must_use]
pub fn body(snapshot: &Snapshot) -> String {
    let parts = [
        head(snapshot),
        chosen::lines(snapshot),
        accounts(snapshot),
        latencies(snapshot),
        split(snapshot),
        failures::lines(&snapshot.result.errors),
        goals(snapshot),
        warnings(snapshot),
    ];
    let mut text = String::new();
    for part in parts.iter().filter(|part| !part.is_empty()) {
        if !text.is_empty() {
            text.push('\n');
        }
        for line in part {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

/// perf-test's summary line.
#[must_use]
pub fn last_line(snapshot: &Snapshot) -> String {
    let result = &snapshot.result;
    perf::summary(
        result.delivered,
        result.records_per_s.unwrap_or(0.0),
        result.mib_per_s.unwrap_or(0.0),
        &result.response_ms,
    )
}

/// Three lines: the kind of cluster, its topic, and when and by what it was measured.
pub(super) fn head(snapshot: &Snapshot) -> Vec<String> {
    let cluster = &snapshot.cluster;
    let kind = match cluster.kind {
        ClusterKind::Embedded => {
            "EMBEDDED cluster, simulated in this process: no disk, no replication, acks ignored"
                .into()
        }
        ClusterKind::Real => format!(
            "real cluster{}{}",
            cluster
                .cluster_id
                .as_ref()
                .map(|id| format!(" {id}"))
                .unwrap_or_default(),
            cluster
                .broker_version
                .as_ref()
                .map(|version| format!(", Kafka {version}"))
                .unwrap_or_default(),
        ),
    };
    let replicas = cluster
        .replication_factor
        .map(|factor| format!(", replication {factor}"))
        .unwrap_or_default();
    let least = cluster
        .min_insync_replicas
        .map(|least| format!(", min.insync.replicas {least}"))
        .unwrap_or_default();
    let name = snapshot
        .name
        .as_ref()
        .map(|name| format!("snapshot {name}, "));
    vec![
        format!("{kind}"),
        format!(
            "{}, topic {}, {}{replicas}{least}",
            things(u64::from(cluster.brokers), "broker"),
            cluster.topic,
            things(u64::from(cluster.partitions), "partition"),
        ),
        format!(
            "{}{}; linger {}, librdkafka {} (not Java), {}",
            name.unwrap_or_default(),
            second(&snapshot.started_at),
            snapshot.linger_version,
            snapshot.librdkafka_version,
            snapshot.environment.os
        ),
    ]
}

fn accounts(snapshot: &Snapshot) -> Vec<String> {
    let result = &snapshot.result;
    let mut text = vec![format!(
        "records  attempted {} = delivered {} + failed {} + in flight {}",
        count(result.attempted),
        count(result.delivered),
        count(result.failed),
        count(result.in_flight)
    )];
    if let Some(delta) = result.log_end_delta {
        let note = result.log_end_note.as_deref().unwrap_or_default();
        text.push(format!("broker   {} more in its log  {note}", count(delta)));
    }
    text.extend(result.follower.iter().flat_map(follower));
    text.extend(result.transactions.iter().flat_map(transactions::lines));
    text.extend(result.audit.iter().flat_map(audit::run));
    if result.unread_failures > 0 {
        text.push(format!(
            "unread   {} failed without the application knowing (fire-and-forget)",
            count(result.unread_failures)
        ));
    }
    text.push(format!(
        "rate     {} records/s, {} MiB/s over {} s",
        maybe(result.records_per_s),
        maybe(result.mib_per_s),
        maybe(result.duration_s)
    ));
    if let Some(warmup) = result.quality.warmup_s.filter(|warmup| *warmup > 0.0) {
        text.push(format!(
            "figures  leave out the first {} s (warm-up)",
            three(warmup)
        ));
    }
    text.extend(machine(&result.quality));
    text
}

/// What was read back, and what is odd about it.
fn follower(follower: &Follower) -> Vec<String> {
    let cost = follower
        .cpu
        .map(|share| format!(", for {} of a core", three(share)));
    let mut text = vec![format!(
        "follower {} read back, {} delivered and not read{}",
        count(follower.read),
        count(follower.unread),
        cost.unwrap_or_default()
    )];
    let odd = [
        (
            follower.foreign,
            "without our header: written by others, or by a trial that was not followed",
        ),
        (follower.corrupt, "damaged or cut"),
        (follower.skipped, "gone before they were read"),
    ];
    for (records, what) in odd.into_iter().filter(|(records, _)| *records > 0) {
        text.push(format!("         {} {what}", count(records)));
    }
    if follower.early > 0 {
        text.push(format!(
            "         {} read before they were due, by up to {} ms: two clocks, or one that jumped",
            count(follower.early),
            millis(follower.earliest_ms)
        ));
    }
    text
}

/// What this machine did meanwhile, as far as it tells.
fn machine(quality: &Quality) -> Option<String> {
    let percent = |share: f64| format!("{:.0} %", share * 100.0);
    let pauses = quality.hiccup_p99_ms.zip(quality.hiccup_max_ms);
    let known = [
        pauses.map(|(p99, max)| format!("pauses p99 {} ms, max {} ms", three(p99.0), three(max.0))),
        (quality.client_cpu)
            .map(|busiest| format!("busiest thread {} of a core", percent(busiest))),
        (quality.run_queue_wait).map(|waited| format!("{} s/s waiting for a core", three(waited))),
        (quality.cpu_stolen).map(|stolen| format!("stolen {}", percent(stolen))),
    ];
    let known: Vec<String> = known.into_iter().flatten().collect();
    (!known.is_empty()).then(|| format!("machine  {}", known.join(", ")))
}

fn latencies(snapshot: &Snapshot) -> Vec<String> {
    lines(
        &latency_table(snapshot),
        &[[Align::Left].as_slice(), [Align::Right; 8].as_slice()].concat(),
    )
}

/// The rows of the table of times, its heading first.
pub(super) fn latency_table(snapshot: &Snapshot) -> Vec<Vec<String>> {
    let result = &snapshot.result;
    let acked = acknowledged(snapshot);
    let mut rows = vec![heading()];
    rows.push(row(&format!("due → {acked}"), &result.response_ms));
    rows.push(row(&format!("accepted → {acked}"), &result.delivery_ms));
    rows.push(row("send(): due → accepted", &result.send_ms));
    rows.push(row("lateness of linger itself", &result.lateness_ms));
    if let Some(times) = &result.end_to_end_ms {
        rows.push(row("due → read back", times));
    }
    rows
}

fn acknowledged(snapshot: &Snapshot) -> &'static str {
    let silent = snapshot
        .settings
        .get("acks")
        .is_some_and(|acks| matches!(&acks.value, SettingValue::Text(word) if word == "0"));
    if silent { "socket" } else { "acknowledged" }
}

fn heading() -> Vec<String> {
    let names = Latencies::default().named();
    let mut cells = vec!["ms".to_owned()];
    cells.extend(names.iter().map(|(name, _)| (*name).to_owned()));
    cells
}

fn row(name: &str, times: &Latencies) -> Vec<String> {
    let mut cells = vec![name.to_owned()];
    let cell = |(name, time): &(&str, Option<Millis>)| match *name {
        "mean" => mean(times),
        _ => bounded(*time, times),
    };
    cells.extend(times.named().iter().map(cell));
    cells
}

fn split(snapshot: &Snapshot) -> Vec<String> {
    let result = &snapshot.result;
    let mut text = Vec::new();
    if let Some(mean) = result.response_ms.mean {
        text.push(format!(
            "mean     {} ms = {}",
            three(mean.0),
            summands(&result.breakdown_ms)
        ));
    }
    if let Some(throttle) = result.breakdown_ms.throttle.filter(|time| time.0 > 0.0) {
        text.push(format!(
            "throttle {} ms a request: a quota of the cluster",
            three(throttle.0)
        ));
    }
    let sent_again = result.retries.map_or_else(|| "n/a".into(), count);
    text.push(format!(
        "batches  {} records, {} on the wire, compressed {}; {} requests, {sent_again} sent again",
        maybe(result.batch_records_mean),
        result.batch_bytes_mean.map_or_else(|| "n/a".into(), bytes),
        result
            .compression_ratio
            .map_or_else(|| "n/a".into(), |ratio| format!("{}:1", three(ratio))),
        result.requests.map_or_else(|| "n/a".into(), count),
    ));
    text
}

fn summands(parts: &BreakdownMs) -> String {
    let named = [
        ("send()", parts.send),
        ("queue", parts.queue),
        ("output buffer", parts.output_buffer),
        ("round trip", parts.round_trip),
        ("unexplained", parts.rest),
    ];
    let known: Vec<String> = named
        .iter()
        .filter_map(|(name, time)| time.map(|time| format!("{name} {}", three(time.0))))
        .collect();
    if known.is_empty() {
        return "n/a".into();
    }
    known.join(" + ")
}

/// What came of a goal, in a word or three.
pub(super) fn goal_word(outcome: GoalOutcome) -> &'static str {
    match outcome {
        GoalOutcome::Held => "held",
        GoalOutcome::Missed => "MISSED",
        GoalOutcome::Unknown => "not enough data",
    }
}

fn goals(snapshot: &Snapshot) -> Vec<String> {
    snapshot
        .result
        .goals
        .iter()
        .map(|goal| format!("goal     {} {}", goal.goal, goal_word(goal.outcome)))
        .collect()
}

fn warnings(snapshot: &Snapshot) -> Vec<String> {
    notices(snapshot)
        .map(|notice| format!("{}: {}", notice.word, notice.text))
        .collect()
}

/// What to bear in mind, but for what the first line of `head` says already.
pub(super) fn notices(snapshot: &Snapshot) -> impl Iterator<Item = &Notice> {
    let warnings = &snapshot.result.quality.warnings;
    warnings.iter().filter(|notice| notice.word != "EMBEDDED")
}
