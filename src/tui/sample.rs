//! Constructed readings for tests: a first run on the embedded cluster, a session on a real one, and the edges.

pub mod sweep;

use std::sync::Arc;
use std::time::Duration;

use crate::cluster::{BrokerFacts, ClusterFacts, ClusterKind, TopicFacts};
use crate::lab::{
    Advice, BrokerLog, Event, GoalState, LoadState, MachineReading, Opening, Reading, TrialReading,
    TrialState, Warning,
};
use crate::measure::{
    Accounts, Bins, Breakdown, HistoryColumn, Latencies, Stages, Steadiness, bins,
};
use crate::settings::{Millis, Settings, Source, Value};

/// Default settings with these rows set from text; rows that do not exist are left out.
#[must_use]
pub fn settings(rows: &[(&str, &str)]) -> Arc<Settings> {
    let mut settings = Settings::default();
    for (row, text) in rows {
        let _ = settings.set(row, text, Source::Hand);
    }
    Arc::new(settings)
}

/// A bell on the log axis around a median, with so many records, and a thin tail to the right.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a drawing"
)]
pub fn bell(median_ms: f64, spread: f64, total: u64) -> Bins {
    let middle = bins::index(median_ms * 1000.0) as f64;
    let width = spread * f64::from(bins::PER_DECADE);
    let shares: Vec<f64> = (0..bins::COUNT)
        .map(|bin| {
            let off = (bin as f64 - middle) / width;
            let tail = if (0.0..6.0).contains(&off) {
                0.002 * (6.0 - off)
            } else {
                0.0
            };
            (-0.5 * off * off).exp() + tail
        })
        .collect();
    let sum: f64 = shares.iter().sum();
    let counts: Vec<u64> = shares
        .iter()
        .map(|share| (share / sum * total as f64) as u64)
        .collect();
    let first = counts.iter().position(|count| *count > 0).unwrap_or(0);
    let end = counts
        .iter()
        .rposition(|count| *count > 0)
        .map_or(first, |at| at + 1);
    Bins {
        first,
        counts: counts[first..end].to_vec(),
    }
}

fn latencies(median_ms: f64, total: u64) -> Latencies {
    let at = |factor: f64| Some(Millis(median_ms * factor));
    Latencies {
        count: total,
        mean: at(1.08),
        p50: at(1.0),
        p90: at(1.75),
        p95: at(2.07),
        p99: at(3.04),
        p99_9: at(4.13),
        p99_99: (total > 100_000).then_some(Millis(median_ms * 7.2)),
        max: at(11.2),
        at_least_from: None,
    }
}

/// A trial with this median response time in milliseconds, settled and closed.
#[must_use]
pub fn trial(number: u64, rows: &[(&str, &str)], median_ms: f64) -> TrialReading {
    let total = 1_000_000;
    TrialReading {
        number,
        settings: settings(rows),
        state: TrialState::Closed,
        steadiness: Steadiness::Unasked,
        held: Duration::from_secs(62),
        turn_took: Some(Duration::from_millis(31)),
        turn_pause: Some(Duration::from_millis(1)),
        note: None,
        same_as: None,
        accounts: Accounts {
            attempted: total,
            delivered: total,
            failed: 0,
            delivered_bytes: total * 1024,
        },
        sent_per_s: 20_000.0,
        mib_per_s: 19.53,
        response: latencies(median_ms, total),
        delivery: latencies(median_ms * 0.99, total),
        send: latencies(0.01, total),
        lateness: latencies(0.02, total),
        machine: MachineReading::default(),
        bins: bell(median_ms, 0.16, total),
        spread: Some((0.02, 0.05)),
        stages: stages(median_ms * 1.08),
        followed: None,
        transactions: None,
        audit: None,
        errors: Vec::new(),
        partitions: vec![total / 6; 6],
        goals: vec![GoalState::Held],
        unread_failures: 0,
    }
}

fn stages(mean_ms: f64) -> Stages {
    Stages {
        queued: 1310,
        requests_in_flight: 3,
        requests_per_s: 435.0,
        requests: 27_000,
        retries: 0,
        batch_records: Some(46.0),
        batch_bytes: Some(12_300.0),
        batch_fill: Some(0.37),
        shortest_round_trip: None,
        compression_ratio: Some(3.9),
        breakdown: Breakdown {
            send: Some(Millis(0.01)),
            queue: Some(Millis(mean_ms * 0.54)),
            output_buffer: Some(Millis(mean_ms * 0.02)),
            round_trip: Some(Millis(mean_ms * 0.43)),
            rest: Some(Millis(mean_ms * 0.01 - 0.01)),
        },
        throttle: Some(Millis(0.0)),
    }
}

fn history(trials: &[(u64, f64, u64)]) -> Vec<Arc<HistoryColumn>> {
    let mut columns = Vec::new();
    let mut from = Duration::ZERO;
    for (trial, median, seconds) in trials {
        for _ in 0..*seconds {
            let to = from + Duration::from_secs(1);
            columns.push(Arc::new(HistoryColumn {
                from,
                to,
                trial: *trial,
                paused: false,
                attempted: 20_000,
                delivered: 20_000,
                failed: 0,
                bytes: 20_480_000,
                response: bell(*median, 0.16, 20_000),
                quantiles: Some((*median, median * 3.0, median * 11.0)),
                ..HistoryColumn::default()
            }));
            from = to;
        }
    }
    columns
}

fn cluster(kind: ClusterKind) -> ClusterFacts {
    let real = kind == ClusterKind::Real;
    let brokers = (1..=3).map(|id| BrokerFacts {
        id,
        address: format!("broker-{id}.example:9092"),
        up: true,
    });
    ClusterFacts {
        kind,
        cluster_id: real.then(|| "staging-2".into()),
        broker_version: real.then(|| "4.3.0".into()),
        brokers: brokers.collect(),
        security: if real { "SASL_SSL" } else { "PLAINTEXT" }.into(),
        user: real.then(|| "linger".into()),
        ours: !real,
        wire: false,
        topic: TopicFacts {
            name: if real { "payments-perf" } else { "linger-lab" }.into(),
            partitions: if real { 12 } else { 6 },
            replication_factor: Some(3),
            min_insync_replicas: Some(2),
            cleanup_policy: Some("delete".into()),
            compression_type: Some("producer".into()),
            max_message_bytes: Some(1_048_588),
            retention_ms: Some(3_600_000),
            ours: !real,
        },
        gaps: Vec::new(),
    }
}

/// A lab that has just started: no trial, no figure.
#[must_use]
pub fn empty() -> Reading {
    Reading::before(Arc::new(cluster(ClusterKind::Embedded)))
}

/// The second minute of a first run on the embedded cluster: three trials, the third one live.
#[must_use]
pub fn first_run() -> Reading {
    let mut second = trial(2, &[("acks", "1")], 13.6);
    second.state = TrialState::Draining;
    let mut live = trial(3, &[("acks", "1"), ("max.in.flight", "1")], 25.1);
    live.state = TrialState::Settled;
    let attempted = 803_412;
    Reading {
        at: Duration::from_secs(84),
        load: LoadState::Running,
        loaded: Duration::from_secs(80),
        trials: [trial(1, &[], 13.8), second, live].map(Arc::new).into(),
        live: 3,
        base: Some(1),
        accounts: Accounts {
            attempted,
            delivered: attempted - 141,
            failed: 0,
            delivered_bytes: (attempted - 141) * 1024,
        },
        broker_log: Some(BrokerLog {
            delta: attempted - 141,
            delivered: attempted - 141,
            sentence: "✓".into(),
            agrees: true,
        }),
        history: history(&[(1, 13.8, 31), (2, 13.6, 25), (3, 25.1, 24)]),
        warnings: vec![Warning {
            word: "EMBEDDED",
            text: "simulated brokers: no disk, no replication".into(),
        }],
        advice: vec![Advice {
            text: "one request at a time: each waits a 10 ms round trip. Expect in flight 2 to halve the queue time".into(),
            turn: Some(("linger.ms", Value::Number(20.0))),
        }],
        cpu: 0.08,
        ..empty()
    }
}

/// A session on a real cluster: four trials, a fifth opening, a goal, a byte budget.
#[must_use]
pub fn staging() -> Reading {
    let base: &[(&str, &str)] = &[("rate", "20000"), ("linger.ms", "5")];
    let mut live = trial(
        4,
        &[
            ("rate", "20000"),
            ("linger.ms", "2"),
            ("compression.type", "lz4"),
        ],
        3.92,
    );
    live.state = TrialState::Settled;
    let mut first = trial(1, base, 7.41);
    first.goals = vec![GoalState::Missed];
    let mut noted = trial(
        3,
        &[
            ("rate", "20000"),
            ("linger.ms", "2"),
            ("batch.size", "131072"),
        ],
        4.01,
    );
    noted.note = Some("after the rebalance".into());
    let second = trial(
        2,
        &[
            ("rate", "20000"),
            ("linger.ms", "5"),
            ("batch.size", "131072"),
        ],
        7.30,
    );
    let attempted = 9_210_400;
    let delivered = attempted - 282;
    Reading {
        at: Duration::from_secs(465),
        cluster: Arc::new(cluster(ClusterKind::Real)),
        load: LoadState::Running,
        loaded: Duration::from_secs(461),
        trials: [first, second, noted, live].map(Arc::new).into(),
        live: 4,
        base: Some(1),
        opening: Some(Opening {
            number: 5,
            settings: settings(&[
                ("rate", "20000"),
                ("linger.ms", "20"),
                ("compression.type", "lz4"),
            ]),
            took: Duration::from_millis(300),
            progress: "TLS+SASL 2 of 3 brokers".into(),
        }),
        accounts: Accounts {
            attempted,
            delivered,
            failed: 0,
            delivered_bytes: delivered * 1024,
        },
        broker_log: Some(BrokerLog {
            delta: delivered,
            delivered,
            sentence: "✓".into(),
            agrees: true,
        }),
        budget: Some((delivered * 1024, 20 << 30)),
        ceiling: Some(crate::settings::PerSecond(25_000.0)),
        history: history(&[(1, 7.41, 165), (2, 7.3, 90), (3, 4.01, 130), (4, 3.92, 62)]),
        events: vec![Arc::new(Event {
            at: Duration::from_secs(200),
            trial: 2,
            text: "leader moved".into(),
        })],
        advice: vec![Advice {
            text: "the 1.8 ms round trip is 43 % of the mean, linger the rest".into(),
            turn: None,
        }],
        cpu: 0.23,
        ..empty()
    }
}
