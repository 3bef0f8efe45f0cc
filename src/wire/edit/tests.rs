//! Another implementation of the protocol writes the messages, and reads what the edits left.

use std::fmt::Debug;

use kafka_protocol::messages::{
    ApiVersionsResponse, BrokerId, DescribeClusterResponse, FetchResponse, FindCoordinatorResponse,
    MetadataResponse, ProduceResponse, ShareAcknowledgeResponse, ShareFetchResponse, TopicName,
    api_versions_response, describe_cluster_response, fetch_response, find_coordinator_response,
    metadata_response, produce_response, share_acknowledge_response, share_fetch_response,
};
use kafka_protocol::protocol::{Decodable, Encodable, StrBytes};
use proptest::prelude::*;

use super::*;
use crate::wire::schema::ANSWERS;

fn shape(key: i16) -> &'static Message {
    schema::answer(key).unwrap()
}

fn frame_of(message: &impl Encodable, key: i16, version: i16) -> Vec<u8> {
    let mut bytes = vec![0; shape(key).answer_head(version)];
    message.encode(&mut bytes, version).unwrap();
    frame::measure(&mut bytes);
    bytes
}

fn read<M: Decodable>(bytes: &[u8], key: i16, version: i16) -> M {
    assert_eq!(frame::int32(bytes, 0), i32::try_from(bytes.len() - 4).ok());
    let mut body = &bytes[shape(key).answer_head(version)..];
    let message = M::decode(&mut body, version).unwrap();
    assert_eq!(body.len(), 0);
    message
}

fn edited(bytes: &[u8], key: i16, version: i16, change: Change) -> (Vec<u8>, Answer) {
    let mut bytes = bytes.to_vec();
    let answer = answer(&mut bytes, shape(key), version, change, &mut |_, port| {
        port.checked_add(1)
    });
    (bytes, answer.unwrap())
}

/// After the edits the message is what it was, but for what `point` changes.
fn check<M: Encodable + Decodable + PartialEq + Debug>(
    message: &M,
    key: i16,
    version: i16,
    point: impl Fn(&mut M),
) {
    let bytes = frame_of(message, key, version);
    let mut expected: M = read(&bytes, key, version);
    point(&mut expected);
    let (bytes, _) = edited(&bytes, key, version, Change::default());
    assert_eq!(
        read::<M>(&bytes, key, version),
        expected,
        "{key} in version {version}"
    );
}

fn word(text: &str) -> StrBytes {
    StrBytes::from_string(text.to_owned())
}

/// Points every broker of a list at the wire.
macro_rules! point {
    ($brokers:expr) => {
        for broker in &mut $brokers {
            broker.host = word(LOOPBACK);
            broker.port += 1;
        }
    };
}

/// As many brokers as there are hosts.
macro_rules! endpoints {
    ($of:ident, $hosts:expr) => {
        $hosts
            .iter()
            .map(|host| {
                $of::NodeEndpoint::default()
                    .with_node_id(BrokerId(7))
                    .with_host(word(host))
                    .with_port(9092)
                    .with_rack(Some(word("rack")))
            })
            .collect::<Vec<_>>()
    };
}

fn metadata(hosts: &[String], version: i16) -> MetadataResponse {
    let broker = |host: &String| {
        metadata_response::MetadataResponseBroker::default()
            .with_node_id(BrokerId(3))
            .with_host(word(host))
            .with_port(9092)
    };
    let partition = metadata_response::MetadataResponsePartition::default()
        .with_leader_id(BrokerId(3))
        .with_replica_nodes(vec![BrokerId(1), BrokerId(2)])
        .with_isr_nodes(vec![BrokerId(1)]);
    let topic = metadata_response::MetadataResponseTopic::default()
        .with_name(Some(TopicName(word("orders"))))
        .with_partitions(vec![partition; 3]);
    let whole = MetadataResponse::default()
        .with_brokers(hosts.iter().map(broker).collect())
        .with_topics(vec![topic]);
    if version >= 2 {
        whole.with_cluster_id(Some(word("a-cluster")))
    } else {
        whole
    }
}

fn produced(hosts: &[String], version: i16) -> ProduceResponse {
    let partition = |index, code| {
        produce_response::PartitionProduceResponse::default()
            .with_index(index)
            .with_error_code(code)
            .with_base_offset(500)
    };
    let mut topic = produce_response::TopicProduceResponse::default()
        .with_partition_responses(vec![partition(1, 0), partition(2, 6)]);
    if version < 13 {
        topic = topic.with_name(TopicName(word("orders")));
    }
    let whole = ProduceResponse::default().with_responses(vec![topic]);
    if version >= 10 {
        whole.with_node_endpoints(endpoints!(produce_response, hosts))
    } else {
        whole
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_message_points_to_the_wire_and_is_else_what_it_was(
        hosts in proptest::collection::vec("[a-z0-9.-]{1,200}", 0..4),
    ) {
        for version in 0..=13 {
            check(&metadata(&hosts, version), 3, version, |message| point!(message.brokers));
        }
        for version in 3..=13 {
            check(&produced(&hosts, version), 0, version, |message| point!(message.node_endpoints));
        }
        for version in 4..=18 {
            let partition = fetch_response::PartitionData::default()
                .with_records(Some(vec![9; 100].into()))
                .with_aborted_transactions(Some(vec![fetch_response::AbortedTransaction::default()]));
            let topic = fetch_response::FetchableTopicResponse::default().with_partitions(vec![partition; 2]);
            let mut message = FetchResponse::default().with_responses(vec![topic]);
            if version >= 16 {
                message = message.with_node_endpoints(endpoints!(fetch_response, hosts));
            }
            check(&message, 1, version, |message| point!(message.node_endpoints));
        }
        for version in 0..=2 {
            let broker = |host: &String| {
                describe_cluster_response::DescribeClusterBroker::default().with_host(word(host)).with_port(9092)
            };
            let message = DescribeClusterResponse::default().with_brokers(hosts.iter().map(broker).collect());
            check(&message, 60, version, |message| point!(message.brokers));
        }
        for version in 4..=6 {
            let coordinator = |host: &String| {
                find_coordinator_response::Coordinator::default().with_key(word("group")).with_host(word(host)).with_port(9092)
            };
            let message = FindCoordinatorResponse::default().with_coordinators(hosts.iter().map(coordinator).collect());
            check(&message, 10, version, |message| point!(message.coordinators));
        }
        for (version, host) in (0..=3).zip(hosts.iter().cycle()) {
            let message = FindCoordinatorResponse::default().with_host(word(host)).with_port(9092);
            check(&message, 10, version, |message| {
                message.host = word(LOOPBACK);
                message.port += 1;
            });
        }
        let topic = share_fetch_response::ShareFetchableTopicResponse::default()
            .with_partitions(vec![share_fetch_response::PartitionData::default()
                .with_acquired_records(vec![share_fetch_response::AcquiredRecords::default()])]);
        let message = ShareFetchResponse::default()
            .with_responses(vec![topic])
            .with_node_endpoints(endpoints!(share_fetch_response, hosts));
        check(&message, 78, 1, |message| point!(message.node_endpoints));
        let topic = share_acknowledge_response::ShareAcknowledgeTopicResponse::default()
            .with_partitions(vec![share_acknowledge_response::PartitionData::default()]);
        let message = ShareAcknowledgeResponse::default()
            .with_responses(vec![topic])
            .with_node_endpoints(endpoints!(share_acknowledge_response, hosts));
        check(&message, 79, 1, |message| point!(message.node_endpoints));
    }

    #[test]
    fn any_bytes_are_read_or_refused_and_then_left_alone(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        version in 0_i16..20,
    ) {
        for message in &ANSWERS {
            let mut copy = bytes.clone();
            if answer(&mut copy, message, version, Change::default(), &mut |_, _| Some(1)).is_err() {
                prop_assert_eq!(&copy, &bytes);
            }
        }
    }

    #[test]
    fn a_frame_with_wrong_bytes_or_a_missing_end_does_no_harm(
        at in 0_usize..400,
        to in any::<u8>(),
        version in 3_i16..=13,
    ) {
        let hosts = ["a".to_owned(), "b".to_owned()];
        for (key, bytes) in [
            (3, frame_of(&metadata(&hosts, version), 3, version)),
            (0, frame_of(&produced(&hosts, version), 0, version)),
        ] {
            let at = at % bytes.len();
            let mut short = bytes[..at].to_vec();
            let result = answer(&mut short, shape(key), version, Change::default(), &mut |_, _| Some(1));
            prop_assert!(result.is_err());
            let mut wrong = bytes;
            wrong[at] = to;
            let _ = answer(&mut wrong, shape(key), version, Change::default(), &mut |_, _| Some(1));
        }
    }
}

#[test]
fn a_count_that_promises_too_much_is_refused_at_once() {
    let mut bytes = vec![0; 12];
    bytes.extend(i32::MAX.to_be_bytes());
    let result = answer(&mut bytes, shape(3), 8, Change::default(), &mut |_, _| {
        Some(1)
    });
    assert_eq!(result, Err(Misfit));
}

#[test]
fn no_coordinator_and_a_broker_without_a_door_stay_as_they_are() {
    let none = FindCoordinatorResponse::default()
        .with_host(word(""))
        .with_port(-1);
    check(&none, 10, 2, |_| {});
    let full = FindCoordinatorResponse::default()
        .with_host(word("h"))
        .with_port(65_535);
    check(&full, 10, 2, |_| {});
}

#[test]
fn versions_that_the_wire_cannot_read_are_not_offered() {
    let api = |(key, max)| {
        api_versions_response::ApiVersion::default()
            .with_api_key(key)
            .with_max_version(max)
    };
    let list = |of: [(i16, i16); 4]| of.into_iter().map(api).collect::<Vec<_>>();
    for version in 0..=4 {
        let message = ApiVersionsResponse::default().with_api_keys(list([
            (0, 15),
            (3, 12),
            (18, 9),
            (999, 99),
        ]));
        check(&message, 18, version, |message| {
            message.api_keys = list([(0, 13), (3, 12), (18, 4), (999, 99)]);
        });
    }
}

#[test]
fn outcomes_are_read_and_changed_only_where_the_batch_was_appended() {
    for version in 3..=13 {
        let bytes = frame_of(&produced(&[], version), 0, version);
        let change = Change {
            error: Some(7),
            throttle: Some(300),
        };
        let (bytes, answer) = edited(&bytes, 0, version, change);
        let outcomes: Vec<_> = answer
            .outcomes
            .iter()
            .map(|one| (one.partition, one.error, one.base_offset))
            .collect();
        assert_eq!(outcomes, [(1, 0, 500), (2, 6, 500)]);
        let told: ProduceResponse = read(&bytes, 0, version);
        let partitions = &told.responses[0].partition_responses;
        let told_of = partitions
            .iter()
            .map(|one| (one.index, one.error_code, one.base_offset));
        assert_eq!(told_of.collect::<Vec<_>>(), [(1, 7, -1), (2, 6, 500)]);
        assert_eq!(told.throttle_time_ms, 300);
    }
}

#[test]
fn topics_are_learned_by_their_ids() {
    let bytes = frame_of(&metadata(&[], 12), 3, 12);
    let (_, answer) = edited(&bytes, 3, 12, Change::default());
    assert_eq!(answer.topics, [(vec![0; 16], "orders".to_owned())]);
}
