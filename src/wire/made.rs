//! Answers that no broker gave.

use kafka_protocol::messages::produce_response::{PartitionProduceResponse, TopicProduceResponse};
use kafka_protocol::messages::{ProduceResponse, TopicName};
use kafka_protocol::protocol::{Decodable as _, Encodable as _, StrBytes};

use super::frame::{self, Head};
use super::produce::{Part, Request};
use super::schema::PRODUCE_REQUEST;

/// The frame of an answer that refuses every batch of a Produce request; `None` for a version that nobody speaks any more.
pub(super) fn refusal(request: &Request, head: Head, error: i16) -> Option<Vec<u8>> {
    let mut topics: Vec<TopicProduceResponse> = Vec::new();
    let mut last: Option<&[u8]> = None;
    for part in &request.parts {
        if last != Some(&part.topic) {
            topics.push(topic(part, head.version)?);
            last = Some(&part.topic);
        }
        let refused = PartitionProduceResponse::default()
            .with_index(part.partition)
            .with_error_code(error)
            .with_base_offset(-1);
        topics.last_mut()?.partition_responses.push(refused);
    }
    let mut bytes = vec![0; 4];
    bytes.extend_from_slice(&head.correlation.to_be_bytes());
    if PRODUCE_REQUEST.is_flexible(head.version) {
        bytes.push(0);
    }
    let response = ProduceResponse::default().with_responses(topics);
    response.encode(&mut bytes, head.version).ok()?;
    frame::measure(&mut bytes);
    Some(bytes)
}

fn topic(part: &Part, version: i16) -> Option<TopicProduceResponse> {
    let response = TopicProduceResponse::default();
    if version >= 13 {
        // The type of its id is another crate's: read one topic without partitions and without tags.
        let bytes = [part.topic.as_slice(), &[1, 0]].concat();
        return TopicProduceResponse::decode(&mut bytes.as_slice(), version).ok();
    }
    let name = String::from_utf8(part.topic.clone()).ok()?;
    Some(response.with_name(TopicName(StrBytes::from_string(name))))
}
