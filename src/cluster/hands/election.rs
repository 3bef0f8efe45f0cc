//! A leader moved as an operator moves it: another replica is made the preferred one, and the preferred one is elected.

use std::time::Duration;

use kafka_protocol::messages::alter_partition_reassignments_request::{
    ReassignablePartition, ReassignableTopic,
};
use kafka_protocol::messages::elect_leaders_request::TopicPartitions;
use kafka_protocol::messages::{
    AlterPartitionReassignmentsRequest, BrokerId, ElectLeadersRequest, TopicName,
};
use kafka_protocol::protocol::{Request, StrBytes};

use super::{HandError, Hands, PartitionLayout, layout, missing};
use crate::cluster::ask::ask;
use crate::wire::codes;

/// A decision that needs the controllers.
const DECISION: Duration = Duration::from_secs(20);
const DECISION_MS: i32 = 20_000;
/// Kafka's code where the preferred replica leads already.
const NOT_NEEDED: i16 = 84;

impl Hands<'_> {
    /// Hands the leadership of a partition to `to`, or to the next replica in sync, and waits until every running broker knows;
    /// who leads now. That one is the preferred leader from then on.
    ///
    /// # Errors
    /// No other replica in sync, too few nodes that run, or the cluster's own refusal.
    pub fn move_leader(
        self,
        topic: &str,
        partition: i32,
        to: Option<u16>,
    ) -> Result<u16, HandError> {
        let found = self.led(topic, partition)?;
        let running = self.running()?;
        self.need_majority(running.len())?;
        let fits = |id: &u16| found.in_sync.contains(id) && running.contains(id);
        let wanted = match to {
            Some(id) => Some(id).filter(fits),
            None => found.followers().find(fits),
        };
        let wanted = wanted.ok_or_else(|| missing(topic, partition, "such replica in sync"))?;
        self.prefer(&found, wanted)?;
        self.elect(topic, partition)?;
        let what = format!("broker {wanted} leads");
        self.until(&what, Some(topic), |all| {
            let leader = layout::find(all, partition)?.leader;
            (leader == Some(wanted)).then_some(wanted)
        })
    }

    /// Puts one replica in front of the others; no data moves.
    fn prefer(self, found: &PartitionLayout, first: u16) -> Result<(), HandError> {
        let others = found.replicas.iter().copied().filter(|&id| id != first);
        let replicas = std::iter::once(first).chain(others);
        let place = ReassignablePartition::default()
            .with_partition_index(found.partition)
            .with_replicas(Some(replicas.map(|id| BrokerId(id.into())).collect()));
        let topic = ReassignableTopic::default()
            .with_name(name(&found.topic))
            .with_partitions(vec![place]);
        let request = AlterPartitionReassignmentsRequest::default()
            .with_timeout_ms(DECISION_MS)
            .with_topics(vec![topic]);
        let what = "prefer another replica";
        let answer = self.decide(what, &request, 0)?;
        let partitions = answer.responses.iter().flat_map(|topic| &topic.partitions);
        let codes = partitions.map(|told| told.error_code);
        refused(what, std::iter::once(answer.error_code).chain(codes))
    }

    /// Lets the preferred replica lead.
    fn elect(self, topic: &str, partition: i32) -> Result<(), HandError> {
        let place = TopicPartitions::default()
            .with_topic(name(topic))
            .with_partitions(vec![partition]);
        let request = ElectLeadersRequest::default()
            .with_election_type(0)
            .with_topic_partitions(Some(vec![place]))
            .with_timeout_ms(DECISION_MS);
        let what = "elect the preferred replica";
        let answer = self.decide(what, &request, 2)?;
        let results = answer.replica_election_results.iter();
        let codes = results.flat_map(|topic| &topic.partition_result);
        let codes = codes.map(|told| told.error_code);
        let needed = codes.filter(|&code| code != NOT_NEEDED);
        refused(what, std::iter::once(answer.error_code).chain(needed))
    }

    /// Asks the first running broker, which passes a decision on to the controller.
    fn decide<Q: Request>(
        self,
        what: &'static str,
        request: &Q,
        version: i16,
    ) -> Result<Q::Response, HandError> {
        let running = self.running()?;
        let address = running.first().and_then(|&broker| self.address(broker));
        let answer = address
            .ok_or_else(|| "no broker runs".to_owned())
            .and_then(|it| ask(it, request, version, DECISION).map_err(|error| error.to_string()));
        answer.map_err(|code| HandError::Refused { what, code })
    }
}

fn name(topic: &str) -> TopicName {
    TopicName(StrBytes::from_string(topic.to_owned()))
}

fn refused(what: &'static str, mut codes: impl Iterator<Item = i16>) -> Result<(), HandError> {
    codes.find(|&code| code != 0).map_or(Ok(()), |code| {
        let code = codes::name(code);
        Err(HandError::Refused { what, code })
    })
}
