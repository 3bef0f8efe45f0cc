//! The broker's own view of who writes to a partition: producer ids, epochs, last sequences. librdkafka cannot ask for it.

use std::net::ToSocketAddrs as _;
use std::time::Duration;

use kafka_protocol::ResponseError;
use kafka_protocol::messages::describe_producers_request::TopicRequest;
use kafka_protocol::messages::describe_producers_response::ProducerState as Told;
use kafka_protocol::messages::{DescribeProducersRequest, DescribeProducersResponse, TopicName};
use kafka_protocol::protocol::StrBytes;

use super::ask::ask;
use super::connection::Connection;
use super::facts::ClusterKind;
use super::probe::Probe;
use super::shown::Shown;
use super::trouble::ProbeError;

/// The only version of the question.
const VERSION: i16 = 0;
/// How long a broker may take for each step.
const PATIENCE: Duration = Duration::from_secs(8);

/// What a partition's leader knows of one producer that has written to it lately.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProducerState {
    /// The producer id.
    pub producer_id: i64,
    /// Its epoch.
    pub producer_epoch: i32,
    /// The sequence of its last record, -1 when none is known.
    pub last_sequence: i32,
    /// The epoch of the transaction coordinator, -1 without a transaction.
    pub coordinator_epoch: i32,
    /// Where its open transaction begins, -1 when none is open.
    pub transaction_start: i64,
}

/// Why the broker's view is not known.
#[derive(Debug, thiserror::Error)]
pub enum ProducersError {
    /// The cluster cannot be asked for its leaders.
    #[error(transparent)]
    Cluster(#[from] ProbeError),
    /// Only plain connections without a sign-in are asked.
    #[error("the connection is {0}, and this question is asked over PLAINTEXT only")]
    Security(String),
    /// The leader does not answer, or refuses.
    #[error("{address} does not tell its producers: {said}")]
    Silent {
        /// The leader.
        address: Shown,
        /// What went wrong.
        said: String,
    },
}

/// Asks the leader of a partition for the producers that it knows. Blocks for some seconds at most.
///
/// # Errors
/// The cluster cannot be reached, the connection signs in or speaks TLS, or the leader refuses.
pub fn describe(
    connection: &Connection,
    topic: &str,
    partition: i32,
) -> Result<Vec<ProducerState>, ProducersError> {
    let security = connection.security();
    if security != "PLAINTEXT" {
        return Err(ProducersError::Security(security));
    }
    let address = Probe::open(connection, ClusterKind::Real)?.leader(topic, partition)?;
    let silent = |said: String| ProducersError::Silent {
        address: Shown::new(&address),
        said,
    };
    let mut targets = address
        .to_socket_addrs()
        .map_err(|error| silent(error.to_string()))?;
    let target = targets
        .next()
        .ok_or_else(|| silent("its host has no address".into()))?;
    let asked = TopicRequest::default()
        .with_name(TopicName(StrBytes::from_string(topic.to_owned())))
        .with_partition_indexes(vec![partition]);
    let question = DescribeProducersRequest::default().with_topics(vec![asked]);
    let answer = ask(target, &question, VERSION, PATIENCE);
    let answer = answer.map_err(|error| silent(error.to_string()))?;
    states(answer).map_err(silent)
}

/// The producers of all partitions in an answer, or the first partition's error.
fn states(answer: DescribeProducersResponse) -> Result<Vec<ProducerState>, String> {
    let mut states = Vec::new();
    for partition in answer.topics.into_iter().flat_map(|topic| topic.partitions) {
        if let Some(error) = ResponseError::try_from_code(partition.error_code) {
            return Err(format!("{error:?}"));
        }
        states.extend(partition.active_producers.iter().map(state));
    }
    Ok(states)
}

fn state(told: &Told) -> ProducerState {
    ProducerState {
        producer_id: told.producer_id.0,
        producer_epoch: told.producer_epoch,
        last_sequence: told.last_sequence,
        coordinator_epoch: told.coordinator_epoch,
        transaction_start: told.current_txn_start_offset,
    }
}

#[cfg(test)]
mod tests {
    use kafka_protocol::messages::ProducerId;
    use kafka_protocol::messages::describe_producers_response::{PartitionResponse, TopicResponse};

    use super::*;

    fn answer(error: i16) -> DescribeProducersResponse {
        let told = Told::default()
            .with_producer_id(ProducerId(7))
            .with_last_sequence(41);
        let partition = PartitionResponse::default()
            .with_error_code(error)
            .with_active_producers(vec![told]);
        let topic = TopicResponse::default().with_partitions(vec![partition]);
        DescribeProducersResponse::default().with_topics(vec![topic])
    }

    #[test]
    fn states_are_told_and_refusals_named() {
        let told = states(answer(0)).unwrap();
        assert_eq!((told[0].producer_id, told[0].last_sequence), (7, 41));
        assert!(states(answer(6)).unwrap_err().contains("NotLeader"));
    }
}
