//! What really stands in a topic's log: Kafka's own DumpLogSegments, asked by the tests as a witness from outside.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use linger::cluster::local::LocalKafka;
use rdkafka::consumer::{BaseConsumer, Consumer};

use crate::kafka::{self, PATIENCE};

/// One batch of records as it stands in a partition's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    pub base_offset: i64,
    pub count: u64,
    /// `none`, `gzip`, `snappy`, `lz4` or `zstd`.
    pub codec: String,
    /// -1 for a producer without idempotence.
    pub producer_id: i64,
    /// Bytes in the log, header included.
    pub size: u64,
}

/// All batches of a topic by partition, from the log of each partition's leader. Starts one JVM: about a second.
pub fn batches(kafka: &LocalKafka, topic: &str) -> BTreeMap<i32, Vec<Batch>> {
    let data = Path::new(kafka.fact("DATA").expect("DATA"));
    let mut files = Vec::new();
    for (partition, leader) in leaders(kafka, topic) {
        let folder = data
            .join(format!("data-{leader}"))
            .join(format!("{topic}-{partition}"));
        files.extend(segments(&folder));
    }
    let output = Command::new(kafka.fact("JAVA").expect("JAVA"))
        .args([
            "-Xmx256m",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
            "-cp",
        ])
        .arg(Path::new(kafka.fact("JARS").expect("JARS")).join("*"))
        .args([
            "org.apache.kafka.tools.DumpLogSegments",
            "--files",
            &files.join(","),
        ])
        .output()
        .expect("java runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    parse(&text)
}

fn leaders(kafka: &LocalKafka, topic: &str) -> Vec<(i32, i32)> {
    let consumer: BaseConsumer = kafka::plain_config(kafka).create().expect("a consumer");
    let metadata = consumer
        .fetch_metadata(Some(topic), PATIENCE)
        .expect("metadata");
    let partitions = metadata.topics().first().expect("the topic").partitions();
    partitions
        .iter()
        .map(|partition| (partition.id(), partition.leader()))
        .collect()
}

fn segments(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("the partition's folder");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "log"));
    paths.sort();
    paths
        .iter()
        .map(|path| path.display().to_string())
        .collect()
}

/// Reads the tool's text: a `Dumping FILE` line for each segment, and one line of `name: value` pairs for each batch.
fn parse(text: &str) -> BTreeMap<i32, Vec<Batch>> {
    let mut partitions: BTreeMap<i32, Vec<Batch>> = BTreeMap::new();
    let mut current = 0;
    for line in text.lines() {
        if let Some(file) = line.strip_prefix("Dumping ") {
            current = partition_of(file);
            partitions.entry(current).or_default();
        } else if line.starts_with("baseOffset: ") {
            partitions.entry(current).or_default().push(batch(line));
        }
    }
    partitions
}

fn partition_of(file: &str) -> i32 {
    let folder = Path::new(file)
        .parent()
        .and_then(Path::file_name)
        .expect("a partition's folder");
    let (_, number) = folder
        .to_str()
        .expect("text")
        .rsplit_once('-')
        .expect("a partition's number");
    number.parse().expect("a partition's number")
}

fn batch(line: &str) -> Batch {
    let words: Vec<&str> = line.split_whitespace().collect();
    let field = |name: &str| {
        let at = words
            .iter()
            .position(|word| word.strip_suffix(':') == Some(name));
        words[at.unwrap_or_else(|| panic!("no {name} in: {line}")) + 1]
    };
    assert_eq!(field("isvalid"), "true", "{line}");
    Batch {
        base_offset: field("baseOffset").parse().expect("baseOffset"),
        count: field("count").parse().expect("count"),
        codec: field("compresscodec").to_lowercase(),
        producer_id: field("producerId").parse().expect("producerId"),
        size: field("size").parse().expect("size"),
    }
}

#[test]
fn the_tools_lines_become_batches() {
    let text = "Dumping /d/data-1/linger-it-7-3/00000000000000000000.log\nLog starting offset: 0\n\
        baseOffset: 5 lastOffset: 14 count: 10 baseSequence: 0 lastSequence: 9 producerId: 42 producerEpoch: 0 \
        partitionLeaderEpoch: 0 isTransactional: false isControl: false deleteHorizonMs: OptionalLong.empty position: 0 \
        CreateTime: 1700000000000 size: 123 magic: 2 compresscodec: lz4 crc: 1 isvalid: true\n";
    let batch = Batch {
        base_offset: 5,
        count: 10,
        codec: "lz4".into(),
        producer_id: 42,
        size: 123,
    };
    assert_eq!(parse(text), BTreeMap::from([(3, vec![batch])]));
}

#[test]
fn the_log_shows_codec_and_producer_of_what_was_sent() {
    let Some(kafka) = kafka::three() else { return };
    let topic = kafka::topic(kafka, 3, 3);
    let mut config = kafka::plain_config(kafka);
    config
        .set("compression.type", "zstd")
        .set("enable.idempotence", "true")
        .set("linger.ms", "50");
    kafka::produce(&config, &topic, 3_000);
    let grown = kafka::assert_log_grew(kafka, &topic, 0);

    let logs = batches(kafka, &topic);
    assert_eq!(logs.len(), 3);
    let all: Vec<&Batch> = logs.values().flatten().collect();
    assert_eq!(all.iter().map(|batch| batch.count).sum::<u64>(), grown);
    assert!(
        all.iter()
            .all(|batch| batch.codec == "zstd" && batch.producer_id >= 0),
        "{all:?}"
    );
    assert!(
        all.iter().any(|batch| batch.count > 1),
        "every batch holds one record"
    );
}
