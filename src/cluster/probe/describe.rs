//! Who a cluster is and what its topic is like.

use futures::executor::block_on;
use rdkafka::admin::{AdminOptions, ConfigResource, ResourceSpecifier};
use rdkafka::metadata::MetadataTopic;
use rdkafka::producer::Producer;

use super::{ANSWER, Probe, denies, found, topic_acl};
use crate::cluster::facts::{BrokerFacts, ClusterFacts, ClusterKind, TopicFacts};
use crate::cluster::shown::Shown;
use crate::cluster::topics;
use crate::cluster::trouble::ProbeError;

impl Probe {
    /// Who the cluster is and what `topic` is like; what cannot be learnt is named in `gaps`, and costs that field only.
    ///
    /// # Errors
    /// The cluster stopped answering. A topic that is not there has no partitions.
    pub fn facts(&self, topic: &str) -> Result<ClusterFacts, ProbeError> {
        let metadata = self.metadata(topic)?;
        let brokers = metadata.brokers().iter().map(|broker| BrokerFacts {
            id: broker.id(),
            address: Shown::new(&format!("{}:{}", broker.host(), broker.port())).into(),
            up: true,
        });
        let mut facts = ClusterFacts {
            kind: self.kind,
            cluster_id: self
                .client
                .client()
                .fetch_cluster_id(ANSWER)
                .map(|id| Shown::new(&id).into()),
            broker_version: self.broker_version(),
            brokers: brokers.collect(),
            security: self.connection.security(),
            user: self.connection.user().map(|user| Shown::new(user).into()),
            ours: false,
            wire: false,
            topic: TopicFacts {
                name: Shown::new(topic).into(),
                ours: topics::is_ours(topic),
                ..TopicFacts::default()
            },
            gaps: Vec::new(),
        };
        facts.brokers.sort_by_key(|broker| broker.id);
        if facts.cluster_id.is_none() {
            facts
                .gaps
                .push("cluster id: the brokers tell none".to_owned());
        }
        match found(&metadata, topic) {
            Ok(Some(found)) => {
                describe_layout(&mut facts.topic, found);
                self.describe_settings(topic, &mut facts);
            }
            // One of ours is made when it is wanted.
            Ok(None) if facts.topic.ours => {}
            Ok(None) => facts
                .gaps
                .push(ProbeError::NoTopic(Shown::new(topic)).to_string()),
            Err(denied) => facts.gaps.push(format!("topic: {denied}")),
        }
        Ok(facts)
    }

    /// Kafka's version as far as the newest Produce request tells it: librdkafka cannot ask for more.
    fn broker_version(&self) -> Option<String> {
        if self.kind == ClusterKind::Embedded {
            return None;
        }
        let text = match self.ear.newest_produce()? {
            ..=9 => "<3.7",
            10 => "3.7",
            11 => "3.8–3.9",
            12 => "4.0",
            _ => "≥4.1",
        };
        Some(text.to_owned())
    }

    fn describe_settings(&self, topic: &str, facts: &mut ClusterFacts) {
        if self.kind == ClusterKind::Embedded {
            // The mock brokers hang up on this question.
            return;
        }
        match self.settings_of(topic) {
            Ok(settings) => fill(&mut facts.topic, &settings),
            Err(error) => facts.gaps.push(format!(
                "min.insync.replicas, cleanup.policy, compression.type, max.message.bytes, retention.ms: {error}"
            )),
        }
    }

    fn settings_of(&self, topic: &str) -> Result<ConfigResource, ProbeError> {
        let admin = self.admin()?;
        let options = AdminOptions::new().request_timeout(Some(ANSWER));
        let acl = topic_acl("DESCRIBE_CONFIGS", topic);
        let wanted = [ResourceSpecifier::Topic(topic)];
        let answers = block_on(admin.describe_configs(&wanted, &options))
            .map_err(|error| self.failed(&error, "read topic settings", &acl))?;
        match answers.into_iter().next() {
            Some(Ok(resource)) => Ok(resource),
            Some(Err(code)) if denies(code) => Err(ProbeError::Denied {
                operation: "read topic settings",
                acl,
            }),
            Some(Err(code)) => Err(self.odd(&format!("topic settings: {code}"))),
            None => Err(self.odd("topic settings: no answer")),
        }
    }
}

fn describe_layout(facts: &mut TopicFacts, topic: &MetadataTopic) {
    facts.partitions = u32::try_from(topic.partitions().len()).unwrap_or(u32::MAX);
    let replicas = topic
        .partitions()
        .iter()
        .map(|partition| partition.replicas().len())
        .min();
    facts.replication_factor = replicas.and_then(|count| u32::try_from(count).ok());
}

fn fill(facts: &mut TopicFacts, settings: &ConfigResource) {
    let text = |name: &str| settings.get(name).and_then(|entry| entry.value.clone());
    facts.min_insync_replicas = text("min.insync.replicas").and_then(|value| value.parse().ok());
    facts.cleanup_policy = text("cleanup.policy").map(|value| Shown::new(&value).into());
    facts.compression_type = text("compression.type").map(|value| Shown::new(&value).into());
    facts.max_message_bytes = text("max.message.bytes").and_then(|value| value.parse().ok());
    facts.retention_ms = text("retention.ms").and_then(|value| value.parse().ok());
}
