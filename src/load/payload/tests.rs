use super::*;
use crate::settings::{Bytes, Settings};
use std::collections::HashSet;

fn workload(payload: PayloadKind, least: u64, most: u64) -> Workload {
    Workload {
        payload,
        size_min: Bytes(least),
        size_max: Bytes(most),
        ..Workload::from(&Settings::default())
    }
}

fn records(payloads: &mut Payloads) -> Vec<Vec<u8>> {
    (0..payloads.pool.spans.len())
        .map(|_| payloads.next().to_vec())
        .collect()
}

const MADE: [PayloadKind; 4] = [
    PayloadKind::Zeros,
    PayloadKind::Random,
    PayloadKind::Text,
    PayloadKind::Json,
];

#[test]
fn every_record_has_exactly_the_size_that_was_asked_for() {
    for kind in MADE {
        for size in [0, 1, 10, 100, 1000, 1024, 100_000] {
            let mut payloads = Payloads::new(&workload(kind, size, size), 1).unwrap();
            let all = records(&mut payloads);
            assert!(all.len() >= 64 && all.iter().all(|record| record.len() as u64 == size));
            assert!(payloads.pool.bytes.len() as u64 <= POOL_BYTES_MOST);
        }
    }
}

#[test]
fn ranged_sizes_span_the_range_evenly() {
    let mut payloads = Payloads::new(&workload(PayloadKind::Text, 100, 300), 1).unwrap();
    let sizes: Vec<usize> = records(&mut payloads).iter().map(Vec::len).collect();
    assert_eq!(
        (sizes.iter().min(), sizes.iter().max()),
        (Some(&100), Some(&300))
    );
    assert!((payloads.mean_bytes() - 200.0).abs() < 3.0);
}

#[test]
fn huge_records_make_a_small_pool() {
    let payloads = Payloads::new(&workload(PayloadKind::Random, 4 << 20, 4 << 20), 1).unwrap();
    assert!(payloads.pool.bytes.len() <= 16 << 20);
}

#[test]
fn records_differ_and_the_same_seed_gives_the_same_ones() {
    for kind in [PayloadKind::Random, PayloadKind::Text, PayloadKind::Json] {
        let make = |seed| records(&mut Payloads::new(&workload(kind, 500, 500), seed).unwrap());
        let all = make(3);
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
        assert_eq!(all, make(3));
        assert_ne!(all, make(4));
    }
}

#[test]
fn json_records_parse() {
    for size in [400, 512, 1024, 5000] {
        let mut payloads = Payloads::new(&workload(PayloadKind::Json, size, size), 1).unwrap();
        for record in records(&mut payloads) {
            let event: serde_json::Value = serde_json::from_slice(&record).unwrap();
            assert!(
                event["event"]
                    .as_str()
                    .is_some_and(|name| name.starts_with("order."))
            );
        }
    }
}

#[test]
fn senders_share_one_pool_and_start_apart() {
    let payloads = Payloads::new(&workload(PayloadKind::Random, 100, 100), 1).unwrap();
    let firsts: HashSet<Vec<u8>> = (0..16)
        .map(|sender| payloads.for_sender(sender, 16).next().to_vec())
        .collect();
    assert_eq!(firsts.len(), 16);
}

fn from_file(content: Option<&[u8]>) -> Result<Vec<String>, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lines.txt");
    if let Some(content) = content {
        std::fs::write(&path, content).unwrap();
    }
    let workload = Workload {
        payload_file: Some(path),
        ..workload(PayloadKind::File, 10, 10)
    };
    let mut payloads = Payloads::new(&workload, 1).map_err(|error| error.to_string())?;
    let text = |record: &Vec<u8>| String::from_utf8(record.clone()).unwrap();
    Ok(records(&mut payloads).iter().map(text).collect())
}

#[test]
fn a_file_gives_its_lines_or_itself() {
    assert_eq!(from_file(Some(b"one\r\n\ntwo\n")).unwrap(), ["one", "two"]);
    assert_eq!(from_file(Some(b"whole")).unwrap(), ["whole"]);
}

#[test]
fn files_that_cannot_be_sent_are_refused_with_their_name() {
    let missing = from_file(None).unwrap_err();
    assert!(missing.contains("lines.txt") && missing.starts_with("cannot read"));
    assert!(from_file(Some(b"\n\n")).unwrap_err().contains("no line"));
    let none = Payloads::new(&workload(PayloadKind::File, 1, 1), 1).unwrap_err();
    assert!(none.to_string().contains("payload.file"));
}
