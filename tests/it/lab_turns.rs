//! Turning on a real cluster of three: every turned setting reached the brokers, by witnesses from outside.

use std::collections::BTreeMap;
use std::time::Duration;

use linger::cluster::local::LocalKafka;
use linger::settings::Settings;

use crate::dump_log::{self, Batch};
use crate::frames::{self, FrameProxy, ProduceRequest};
use crate::kafka;
use crate::lab_handle::{Watched, config, real, settings, with};

/// The proxy holds every response back for so long, so that requests pile up.
const DELAY: Duration = Duration::from_millis(40);
/// How long one trial is alone with the brokers.
const ALONE: Duration = Duration::from_secs(1);
const PARTITIONS: i32 = 3;

/// What came to the brokers while one trial was alone: the end offsets before and after, and its requests.
struct Window {
    from: Vec<i64>,
    to: Vec<i64>,
    requests: Vec<ProduceRequest>,
}

type Windows = BTreeMap<&'static str, Window>;

struct Stage {
    kafka: LocalKafka,
    proxy: FrameProxy,
    topic: String,
    lab: Watched,
    windows: Windows,
}

impl Stage {
    /// Waits until the live trial is alone, and notes what reaches the brokers from then on.
    fn watch(&mut self, name: &'static str) {
        self.lab.until_alone();
        self.proxy.clear();
        let from = kafka::end_offsets(&self.kafka, &self.topic);
        self.lab.run(ALONE);
        let to = kafka::end_offsets(&self.kafka, &self.topic);
        let requests = self.proxy.produce_requests();
        assert!(requests.len() > 3, "{name}: {} requests", requests.len());
        self.windows.insert(name, Window { from, to, requests });
    }

    fn turn(&mut self, name: &'static str, settings: &Settings) {
        self.lab.turn_and_wait(settings);
        self.watch(name);
    }
}

impl Window {
    /// The batches that lie wholly in it.
    fn batches<'a>(&self, logs: &'a BTreeMap<i32, Vec<Batch>>) -> Vec<&'a Batch> {
        let mut found = Vec::new();
        for ((from, to), batches) in self.from.iter().zip(&self.to).zip(logs.values()) {
            let end = |batch: &Batch| batch.base_offset + i64::try_from(batch.count).unwrap();
            found.extend(
                batches
                    .iter()
                    .filter(|batch| batch.base_offset >= *from && end(batch) <= *to),
            );
        }
        found
    }
}

fn mean(batches: &[&Batch]) -> f64 {
    let records: u64 = batches.iter().map(|batch| batch.count).sum();
    records as f64 / batches.len() as f64
}

fn base() -> Settings {
    settings(&[
        ("rate", "3000"),
        ("record.size", "200"),
        ("record.keys", "partition"),
        ("payload", "json"),
        ("acks", "all"),
        ("linger.ms", "5"),
        ("compression.type", "none"),
    ])
}

#[test]
fn every_turned_setting_reaches_the_brokers_and_every_record_the_log() {
    let Some((kafka, proxy)) = frames::proxied(3, DELAY) else {
        return;
    };
    let topic = kafka::topic(&kafka, PARTITIONS, 3);
    let base = base();
    let lab = Watched::start(config(real(&kafka, &topic), &topic, base.clone()));
    let mut stage = Stage {
        kafka,
        proxy,
        topic,
        lab,
        windows: BTreeMap::new(),
    };
    stage.lab.until("the first records", |reading| {
        reading.accounts.delivered > 0
    });
    stage.watch("base");
    stage.turn("acks", &with(&base, &[("acks", "1")]));
    stage.turn("linger", &with(&base, &[("linger.ms", "100")]));
    stage.turn(
        "batch",
        &with(&base, &[("linger.ms", "100"), ("batch.size", "2000")]),
    );
    for codec in ["gzip", "snappy", "lz4", "zstd"] {
        stage.turn(
            codec,
            &with(&base, &[("linger.ms", "50"), ("compression.type", codec)]),
        );
    }
    stage.turn("three in flight", &with(&base, &[("max.in.flight", "3")]));
    stage.turn("one in flight", &with(&base, &[("max.in.flight", "1")]));
    stage.turn("no acks", &with(&base, &[("acks", "0")]));
    let checked = stage.lab.checked;
    let Stage {
        kafka,
        topic,
        lab,
        windows,
        ..
    } = stage;
    let (last, snapshots) = lab.stop();

    // Every row in the log, exactly, by the broker's own offsets.
    let grown = kafka::assert_log_grew(&kafka, &topic, 0);
    assert_eq!(last.accounts.delivered, grown);
    assert_eq!(last.accounts.failed, 0);
    assert_eq!(
        last.trials
            .iter()
            .map(|trial| trial.accounts.delivered)
            .sum::<u64>(),
        grown
    );
    assert_eq!(
        snapshots
            .iter()
            .map(|snapshot| snapshot.result.delivered)
            .sum::<u64>(),
        grown
    );
    let log = last.broker_log.as_ref().expect("the broker's count");
    assert!(log.agrees && log.delta == grown, "{log:?}");
    assert_eq!(last.trials.len(), 11);
    assert!(checked > 50, "{checked} readings");

    let logs = dump_log::batches(&kafka, &topic);
    let all: Vec<&Batch> = logs.values().flatten().collect();
    assert_eq!(all.iter().map(|batch| batch.count).sum::<u64>(), grown);
    judge_requests(&windows);
    judge_batches(&windows, &logs);
}

fn judge_requests(windows: &Windows) {
    for (name, window) in windows {
        let acks = match *name {
            "acks" => 1,
            "no acks" => 0,
            _ => -1,
        };
        assert!(
            window.requests.iter().all(|request| request.acks == acks),
            "{name}: {:?}",
            window.requests
        );
    }
    let most = |name: &str| {
        windows[name]
            .requests
            .iter()
            .map(|request| request.in_flight)
            .max()
            .unwrap()
    };
    assert!(most("base") > 3, "{} requests in flight", most("base"));
    assert_eq!(most("three in flight"), 3);
    assert_eq!(most("one in flight"), 1);
}

fn judge_batches(windows: &Windows, logs: &BTreeMap<i32, Vec<Batch>>) {
    for (name, window) in windows {
        let codec = if ["gzip", "snappy", "lz4", "zstd"].contains(name) {
            name
        } else {
            "none"
        };
        let batches = window.batches(logs);
        assert!(batches.len() > 3, "{name}: {} batches", batches.len());
        assert!(
            batches.iter().all(|batch| batch.codec == codec),
            "{name}: {batches:?}"
        );
    }
    let mean = |name: &str| mean(&windows[name].batches(logs));
    let most = |name: &str| {
        windows[name]
            .batches(logs)
            .iter()
            .map(|batch| batch.count)
            .max()
            .unwrap()
    };
    assert!(
        (2.0..20.0).contains(&mean("base")),
        "5 ms of 1000/s: {} records a batch",
        mean("base")
    );
    assert!(
        mean("linger") > 60.0,
        "100 ms of 1000/s: {} records a batch",
        mean("linger")
    );
    assert!(
        most("batch") <= 10,
        "2000 bytes hold no {} records of 200",
        most("batch")
    );
    assert!(
        mean("batch") > 5.0,
        "2000 bytes hold more than {} records of 200",
        mean("batch")
    );
}
