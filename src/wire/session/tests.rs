use kafka_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
use kafka_protocol::messages::produce_response::{PartitionProduceResponse, TopicProduceResponse};
use kafka_protocol::messages::{ProduceRequest, ProduceResponse, TopicName, TransactionalId};
use kafka_protocol::protocol::{Decodable as _, Encodable as _, StrBytes};
use proptest::prelude::*;

use super::*;
use crate::wire::faults::Plan;
use crate::wire::seen::Batch;

fn word(text: &str) -> StrBytes {
    StrBytes::from_string(text.to_owned())
}

/// A batch whose head says 40 records of producer 9, compressed with lz4.
fn batch(base_sequence: i32) -> Vec<u8> {
    let mut bytes = vec![0; produce::BATCH_HEAD + 20];
    bytes[16] = 2;
    bytes[22] = 3;
    bytes[43..51].copy_from_slice(&9_i64.to_be_bytes());
    bytes[51..53].copy_from_slice(&4_i16.to_be_bytes());
    bytes[53..57].copy_from_slice(&base_sequence.to_be_bytes());
    bytes[57..61].copy_from_slice(&40_i32.to_be_bytes());
    bytes
}

fn request(version: i16, correlation: i32, acks: i16, base_sequence: i32) -> Vec<u8> {
    let partition = PartitionProduceData::default()
        .with_index(2)
        .with_records(Some(batch(base_sequence).into()));
    let mut topic = TopicProduceData::default().with_partition_data(vec![partition]);
    if version < 13 {
        topic = topic.with_name(TopicName(word("orders")));
    }
    let body = ProduceRequest::default()
        .with_acks(acks)
        .with_timeout_ms(4321)
        .with_transactional_id(Some(TransactionalId(word("mine"))))
        .with_topic_data(vec![topic]);
    let mut bytes = head(PRODUCE, version, correlation);
    if version >= 9 {
        bytes.push(0);
    }
    body.encode(&mut bytes, version).unwrap();
    frame::measure(&mut bytes);
    bytes
}

fn head(key: i16, version: i16, correlation: i32) -> Vec<u8> {
    let mut bytes = vec![0; 4];
    bytes.extend(key.to_be_bytes());
    bytes.extend(version.to_be_bytes());
    bytes.extend(correlation.to_be_bytes());
    bytes.extend([0, 2, b'm', b'e']);
    bytes
}

fn answer(version: i16, correlation: i32, error: i16) -> Vec<u8> {
    let partition = PartitionProduceResponse::default()
        .with_index(2)
        .with_error_code(error)
        .with_base_offset(800);
    let mut topic = TopicProduceResponse::default().with_partition_responses(vec![partition]);
    if version < 13 {
        topic = topic.with_name(TopicName(word("orders")));
    }
    let mut bytes = vec![0; 4];
    bytes.extend(correlation.to_be_bytes());
    if version >= 9 {
        bytes.push(0);
    }
    ProduceResponse::default()
        .with_responses(vec![topic])
        .encode(&mut bytes, version)
        .unwrap();
    frame::measure(&mut bytes);
    bytes
}

/// A session with its surroundings.
struct Stage {
    session: Session,
    desk: Desk,
}

impl Stage {
    fn new(faults: &[&str]) -> Self {
        let faults = faults.iter().map(|text| text.parse().unwrap()).collect();
        Self {
            session: Session::new("b:1".into(), Instant::now()),
            desk: Desk::new(Plan::new(faults)),
        }
    }

    fn ask(&mut self, bytes: &[u8]) -> Vec<Out> {
        self.session
            .request(bytes.to_vec(), Instant::now(), &mut self.desk)
    }

    fn tell(&mut self, bytes: &[u8]) -> Vec<Out> {
        self.session
            .answer(bytes.to_vec(), &mut self.desk, &mut |_, port| Some(port))
    }

    fn hits(&self) -> u64 {
        self.desk.plan.hits().iter().map(|(_, hits)| hits).sum()
    }
}

/// What the client is told, by number and error.
fn told(out: &[Out], version: i16) -> Vec<(i32, i16)> {
    let one = |out: &Out| {
        let Out::Client(bytes, ..) = out else {
            panic!("{out:?}")
        };
        let mut body = &bytes[if version >= 9 { 9 } else { 8 }..];
        let response = ProduceResponse::decode(&mut body, version).unwrap();
        let error = response.responses[0].partition_responses[0].error_code;
        (frame::correlation(bytes).unwrap(), error)
    };
    out.iter().map(one).collect()
}

#[test]
fn a_request_is_seen_as_it_was_sent_and_passes_untouched() {
    for version in 3..=13 {
        let mut stage = Stage::new(&[]);
        let bytes = request(version, 1, -1, 70);
        let out = stage.ask(&bytes);
        assert!(
            matches!(&out[..], [Out::Broker(passed)] if *passed == bytes),
            "{version}: {out:?}"
        );
        stage.ask(&request(version, 2, -1, 70));
        let mut out = stage.tell(&answer(version, 1, 0));
        let Some(Out::Client(bytes, Some(seen), None)) = out.pop() else {
            panic!("{out:?}")
        };
        assert_eq!(bytes, answer(version, 1, 0));
        let batch = Batch {
            topic: if version < 13 {
                "orders".into()
            } else {
                "AAAAAAAAAAAAAAAAAAAAAA".into()
            },
            partition: 2,
            bytes: produce::BATCH_HEAD + 20,
            records: 40,
            codec: "lz4",
            producer_id: 9,
            producer_epoch: 4,
            base_sequence: 70,
            attempt: 1,
            answer: Some("NONE".into()),
            base_offset: Some(800),
        };
        assert_eq!(seen.batches, [batch]);
        assert_eq!((seen.acks, seen.timeout_ms, seen.in_flight), (-1, 4321, 1));
        assert_eq!(
            (seen.client_id.as_deref(), seen.transactional_id.as_deref()),
            (Some("me"), Some("mine"))
        );
        let mut out = stage.tell(&answer(version, 2, 0));
        let Some(Out::Client(_, Some(seen), None)) = out.pop() else {
            panic!("{out:?}")
        };
        assert_eq!((seen.batches[0].attempt, seen.in_flight), (2, 2));
    }
}

#[test]
fn acks_0_has_no_answer() {
    let mut stage = Stage::new(&[]);
    let out = stage.ask(&request(9, 1, 0, 0));
    assert!(
        matches!(&out[..], [Out::Broker(_), Out::Seen(seen)] if seen.in_flight == 0),
        "{out:?}"
    );
    stage.ask(&request(9, 2, 1, 0));
    assert_eq!(told(&stage.tell(&answer(9, 2, 6)), 9), [(2, 6)]);
    assert!(stage.desk.summary().undecoded.is_empty());
}

#[test]
fn an_answer_that_the_wire_made_up_waits_for_its_turn() {
    for version in 3..=13 {
        let mut stage = Stage::new(&["fail-before-append=NOT_LEADER_OR_FOLLOWER@2,4"]);
        assert_eq!(stage.ask(&request(version, 1, 1, 0)).len(), 1);
        assert!(stage.ask(&request(version, 2, 1, 0)).is_empty());
        assert_eq!(
            told(&stage.tell(&answer(version, 1, 0)), version),
            [(1, 0), (2, 6)]
        );
        assert_eq!(stage.ask(&request(version, 3, 0, 0)).len(), 2);
        assert_eq!(
            told(&stage.ask(&request(version, 4, 1, 0)), version),
            [(4, 6)]
        );
        assert_eq!(stage.hits(), 2);
    }
}

#[test]
fn a_lost_acknowledgement_was_one() {
    let mut stage = Stage::new(&["lose-acknowledgement@every:1:1"]);
    stage.ask(&request(9, 1, 1, 0));
    // The broker refused it, so there was nothing to lose: the next one it is.
    assert_eq!(told(&stage.tell(&answer(9, 1, 6)), 9), [(1, 6)]);
    assert_eq!(stage.hits(), 0);
    stage.ask(&request(9, 2, 1, 0));
    stage.ask(&request(9, 3, 1, 0));
    let out = stage.tell(&answer(9, 2, 0));
    let [Out::Seen(seen), Out::Cut] = &out[..] else {
        panic!("{out:?}")
    };
    assert_eq!(
        (seen.batches[0].answer.as_ref(), seen.batches[0].base_offset),
        (None, Some(800))
    );
    assert_eq!(stage.hits(), 1);
    assert!(stage.tell(&answer(9, 3, 0)).is_empty());
    assert!(stage.ask(&request(9, 4, 1, 0)).is_empty());
    assert_eq!(stage.session.end(&mut stage.desk).len(), 1);
}

#[test]
fn an_error_after_the_append_hides_the_offset_from_the_client_alone() {
    let mut stage = Stage::new(&["fail-after-append=7@1", "throttle=250ms@2"]);
    stage.ask(&request(9, 1, 1, 0));
    let out = stage.tell(&answer(9, 1, 0));
    assert_eq!(told(&out, 9), [(1, 7)]);
    let Some(Out::Client(_, Some(seen), _)) = out.into_iter().next() else {
        panic!()
    };
    assert_eq!(seen.batches[0].answer.as_deref(), Some("REQUEST_TIMED_OUT"));
    assert_eq!(seen.batches[0].base_offset, Some(800));
    assert_eq!(seen.fault.as_deref(), Some("fail-after-append=7@1"));
    stage.ask(&request(9, 2, 1, 0));
    assert_eq!(told(&stage.tell(&answer(9, 2, 0)), 9), [(2, 0)]);
    assert_eq!(stage.hits(), 2);
}

#[test]
fn what_cannot_be_read_passes_and_is_counted() {
    let mut stage = Stage::new(&[]);
    let mut broken = request(9, 1, 1, 0);
    broken.truncate(broken.len() - 3);
    let out = stage.ask(&broken);
    assert!(
        matches!(&out[..], [Out::Broker(bytes)] if *bytes == broken),
        "{out:?}"
    );
    let wrong = answer(9, 55, 0);
    let out = stage.tell(&wrong);
    assert!(
        matches!(&out[..], [Out::Client(bytes, None, None)] if *bytes == wrong),
        "{out:?}"
    );
    let out = stage.tell(&[0, 0, 0, 1, 5]);
    assert!(matches!(&out[..], [Out::Client(..)]), "{out:?}");
    let undecoded: Vec<_> = stage.desk.summary().undecoded.into_iter().collect();
    assert_eq!(
        undecoded,
        [("(out of turn)".into(), 1), ("Produce".into(), 2)]
    );
}

#[test]
fn an_answer_in_an_older_version_is_understood() {
    let mut stage = Stage::new(&[]);
    let mut bytes = head(API_VERSIONS, 9, 5);
    bytes.push(0);
    stage.ask(&bytes);
    let mut old = vec![0, 0, 0, 16, 0, 0, 0, 5, 0, 35, 0, 0, 0, 1];
    old.extend([0, 18, 0, 0, 0, 77]);
    let out = stage.tell(&old);
    let [Out::Client(bytes, ..)] = &out[..] else {
        panic!("{out:?}")
    };
    assert_eq!(bytes[18..], [0, 4]);
    assert!(stage.desk.summary().undecoded.is_empty());
}

proptest! {
    #[test]
    fn any_frames_in_any_order_do_no_harm(
        frames in proptest::collection::vec((any::<bool>(), proptest::collection::vec(0_u8..20, 0..60)), 0..12),
    ) {
        let mut stage = Stage::new(&["fail-before-append=7@1", "lose-acknowledgement@every:2"]);
        for (up, bytes) in &frames {
            let _ = if *up { stage.ask(bytes) } else { stage.tell(bytes) };
        }
        stage.session.end(&mut stage.desk);
    }
}
