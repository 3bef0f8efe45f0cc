//! Questions to a cluster: who it is, what its topic is like, where its partitions end. Everything here blocks, within a bound.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rdkafka::ClientConfig;
use rdkafka::admin::AdminClient;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::metadata::{Metadata, MetadataTopic};
use rdkafka::producer::{BaseProducer, Producer};
use rdkafka::types::RDKafkaErrorCode;

use super::connection::Connection;
use super::ear::Ear;
use super::facts::ClusterKind;
use super::shown::Shown;
use super::trouble::{self, ProbeError};

mod describe;

/// The longest that [`Probe::open`] tries to reach a cluster.
pub const REACH: Duration = Duration::from_secs(12);

/// A listener that hangs up does so before this; later, librdkafka has given up on a silent one.
const SILENCE: Duration = Duration::from_secs(7);

/// One question's share of that.
const ATTEMPT: Duration = Duration::from_millis(1_500);

/// The longest that one later question takes.
const ANSWER: Duration = Duration::from_secs(8);

/// A topic that is asked for where only the brokers matter: asking for all topics costs a large cluster dear.
const NOBODY: &str = "linger-nobody";

/// Between two looks at the end offsets, to see whether they move.
const LOOK: Duration = Duration::from_millis(700);

/// The end offset of every partition of a topic.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EndOffsets {
    /// By partition.
    pub partitions: BTreeMap<i32, i64>,
}

impl EndOffsets {
    /// The sum over all partitions.
    #[must_use]
    pub fn sum(&self) -> i64 {
        self.partitions.values().sum()
    }
}

/// An open line to a cluster, for questions only: it never produces. May be used from any thread; every call blocks.
pub struct Probe {
    client: BaseProducer<Ear>,
    ear: Ear,
    config: ClientConfig,
    servers: String,
    connection: Connection,
    kind: ClusterKind,
}

impl std::fmt::Debug for Probe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Probe")
            .field("connection", &self.connection)
            .finish_non_exhaustive()
    }
}

impl Probe {
    /// Reaches the cluster, or says within [`REACH`] and a second or two why it cannot.
    ///
    /// # Errors
    /// [`ProbeError`] with the reason that librdkafka heard and the way out.
    pub fn open(connection: &Connection, kind: ClusterKind) -> Result<Self, ProbeError> {
        Self::open_within(connection, kind, REACH)
    }

    /// [`Probe::open`] with a bound of its own.
    ///
    /// # Errors
    /// As [`Probe::open`].
    pub fn open_within(
        connection: &Connection,
        kind: ClusterKind,
        bound: Duration,
    ) -> Result<Self, ProbeError> {
        let config = connection.question_config()?;
        let mut talkative = config.clone();
        // The list of request versions, which tells the brokers' age, is said at this level only.
        talkative.set("debug", "feature");
        talkative.set_log_level(RDKafkaLogLevel::Debug);
        // librdkafka calls it a consumer's property, and asks for end offsets by it all the same: those of the log as it is, not up to
        // an open transaction.
        talkative.set("isolation.level", "read_uncommitted");
        let ear = Ear::default();
        let client: BaseProducer<Ear> = talkative
            .create_with_context(ear.clone())
            .map_err(|error| ProbeError::Configuration(trouble::said(&error)))?;
        let servers = connection.bootstrap().unwrap_or_default().to_owned();
        let connection = connection.clone();
        let probe = Self {
            client,
            ear,
            config,
            servers,
            connection,
            kind,
        };
        probe.reach(bound)?;
        Ok(probe)
    }

    fn reach(&self, bound: Duration) -> Result<(), ProbeError> {
        let begin = Instant::now();
        let mut closed = 0;
        loop {
            let answer = self
                .client
                .client()
                .fetch_metadata(Some(NOBODY), ATTEMPT.min(bound));
            self.listen();
            let Err(error) = answer else {
                return Ok(());
            };
            let is_over = begin.elapsed() + ATTEMPT > bound;
            let is_down = self.all_are_down();
            match trouble::judge(&self.servers, &self.ear.heard()) {
                Some(ProbeError::TimedOut { address, said, .. }) if is_over || is_down => {
                    let seconds = begin.elapsed().as_secs();
                    return Err(ProbeError::TimedOut {
                        address,
                        seconds,
                        said,
                    });
                }
                Some(reason) if is_over || is_down || reason.is_final() => return Err(reason),
                // A listener for TLS hangs up on plain text, and librdkafka says no word about it.
                None if is_down && closed >= 1 && begin.elapsed() < SILENCE => {
                    return Err(self.hung_up());
                }
                None if is_over => return Err(self.silent(&error, begin.elapsed())),
                _ => closed += usize::from(is_down),
            }
        }
    }

    fn hung_up(&self) -> ProbeError {
        ProbeError::WrongProtocol {
            address: Shown::new(&self.servers),
            said: Shown::new("no answer, no reason given"),
        }
    }

    fn silent(&self, error: &rdkafka::error::KafkaError, waited: Duration) -> ProbeError {
        let address = Shown::new(&self.servers);
        match error.rdkafka_error_code() {
            Some(
                RDKafkaErrorCode::BrokerTransportFailure | RDKafkaErrorCode::OperationTimedOut,
            ) => ProbeError::TimedOut {
                address,
                seconds: waited.as_secs(),
                said: None,
            },
            _ => ProbeError::Other {
                address,
                said: trouble::said(error),
            },
        }
    }

    fn all_are_down(&self) -> bool {
        let down = Some(RDKafkaErrorCode::AllBrokersDown);
        self.ear.heard().iter().any(|line| line.code == down)
    }

    /// Serves librdkafka's log and error events, so that the ear hears them.
    fn listen(&self) {
        self.client.poll(Duration::from_millis(50));
    }

    /// What librdkafka said so far, without secrets.
    #[must_use]
    pub fn heard(&self) -> Vec<String> {
        self.listen();
        self.ear
            .heard()
            .into_iter()
            .map(|line| line.text.into())
            .collect()
    }

    /// Whether the topic exists.
    ///
    /// # Errors
    /// The cluster stopped answering, or the right to ask is missing.
    pub fn has_topic(&self, topic: &str) -> Result<bool, ProbeError> {
        Ok(found(&self.metadata(topic)?, topic)?.is_some())
    }

    /// The end offset of every partition of `topic`, from its leaders.
    ///
    /// # Errors
    /// No such topic, a missing right (naming the ACL), or no answer within the bound.
    pub fn end_offsets(&self, topic: &str) -> Result<EndOffsets, ProbeError> {
        let metadata = self.metadata(topic)?;
        let topic_found =
            found(&metadata, topic)?.ok_or_else(|| ProbeError::NoTopic(Shown::new(topic)))?;
        let deadline = Instant::now() + ANSWER;
        let mut ends = EndOffsets::default();
        for partition in topic_found.partitions() {
            let left = deadline
                .saturating_duration_since(Instant::now())
                .max(Duration::from_millis(200));
            let (_, end) = self
                .client
                .client()
                .fetch_watermarks(topic, partition.id(), left)
                .map_err(|error| {
                    self.failed(&error, "read end offsets", &topic_acl("DESCRIBE", topic))
                })?;
            ends.partitions.insert(partition.id(), end);
        }
        Ok(ends)
    }

    /// Whether somebody writes to `topic` now: two looks at its end offsets, 0.7 s apart.
    ///
    /// # Errors
    /// As [`Probe::end_offsets`].
    pub fn end_offsets_move(&self, topic: &str) -> Result<bool, ProbeError> {
        let before = self.end_offsets(topic)?;
        std::thread::sleep(LOOK);
        Ok(self.end_offsets(topic)? != before)
    }

    /// The address of the broker that leads a partition: `host:port`.
    ///
    /// # Errors
    /// No such topic or partition, no leader, or no answer within the bound.
    pub fn leader(&self, topic: &str, partition: i32) -> Result<String, ProbeError> {
        let metadata = self.metadata(topic)?;
        let topic_found =
            found(&metadata, topic)?.ok_or_else(|| ProbeError::NoTopic(Shown::new(topic)))?;
        let mut partitions = topic_found.partitions().iter();
        let leader = partitions
            .find(|one| one.id() == partition)
            .and_then(|one| {
                let mut brokers = metadata.brokers().iter();
                brokers.find(|broker| broker.id() == one.leader())
            });
        leader
            .map(|broker| format!("{}:{}", broker.host(), broker.port()))
            .ok_or_else(|| self.odd(&format!("partition {partition} of {topic} has no leader")))
    }

    pub(super) fn admin(&self) -> Result<AdminClient<Ear>, ProbeError> {
        self.config
            .create_with_context(self.ear.clone())
            .map_err(|error| ProbeError::Configuration(trouble::said(&error)))
    }

    /// The names of every topic that this user may see, unescaped.
    ///
    /// # Errors
    /// The cluster stopped answering.
    pub fn topic_names(&self) -> Result<Vec<String>, ProbeError> {
        let metadata = self
            .client
            .client()
            .fetch_metadata(None, ANSWER)
            .map_err(|error| self.failed(&error, "list topics", "DESCRIBE on Topic:*"))?;
        Ok(metadata
            .topics()
            .iter()
            .map(|topic| topic.name().to_owned())
            .collect())
    }

    pub(super) fn broker_count(&self) -> Result<usize, ProbeError> {
        Ok(self.metadata(NOBODY)?.brokers().len())
    }

    fn metadata(&self, topic: &str) -> Result<Metadata, ProbeError> {
        self.client
            .client()
            .fetch_metadata(Some(topic), ANSWER)
            .map_err(|error| self.failed(&error, "read metadata", &topic_acl("DESCRIBE", topic)))
    }

    pub(super) fn failed(
        &self,
        error: &rdkafka::error::KafkaError,
        operation: &'static str,
        acl: &str,
    ) -> ProbeError {
        self.listen();
        let is_denied = match error {
            rdkafka::error::KafkaError::AdminOp(code) => denies(*code),
            other => other.rdkafka_error_code().is_some_and(denies),
        };
        if is_denied {
            return ProbeError::Denied {
                operation,
                acl: acl.to_owned(),
            };
        }
        let judged = trouble::judge(&self.servers, &self.ear.heard());
        judged.unwrap_or_else(|| ProbeError::Other {
            address: Shown::new(&self.servers),
            said: Shown::new(&format!("cannot {operation}: {}", trouble::said(error))),
        })
    }

    pub(super) fn odd(&self, text: &str) -> ProbeError {
        ProbeError::Other {
            address: Shown::new(&self.servers),
            said: Shown::new(text),
        }
    }
}

/// Whether a code means that a right is missing.
pub(super) fn denies(code: RDKafkaErrorCode) -> bool {
    matches!(
        code,
        RDKafkaErrorCode::TopicAuthorizationFailed
            | RDKafkaErrorCode::ClusterAuthorizationFailed
            | RDKafkaErrorCode::GroupAuthorizationFailed
    )
}

/// An ACL as Kafka's own tools write it.
pub(super) fn topic_acl(operation: &str, topic: &str) -> String {
    format!("{operation} on Topic:{}", Shown::new(topic))
}

fn found<'a>(metadata: &'a Metadata, topic: &str) -> Result<Option<&'a MetadataTopic>, ProbeError> {
    let Some(found) = metadata.topics().iter().find(|found| found.name() == topic) else {
        return Ok(None);
    };
    match found.error().map(RDKafkaErrorCode::from) {
        None => Ok(Some(found).filter(|found| !found.partitions().is_empty())),
        Some(code) if denies(code) => Err(ProbeError::Denied {
            operation: "see the topic",
            acl: topic_acl("DESCRIBE", topic),
        }),
        Some(_) => Ok(None),
    }
}

#[cfg(test)]
mod tests;
