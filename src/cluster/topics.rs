//! Topics of linger's own: created, listed and deleted under one prefix; never any other.

use std::time::Duration;

use futures::executor::block_on;
use rdkafka::admin::{AdminOptions, NewTopic, TopicReplication};
use rdkafka::types::RDKafkaErrorCode;
use thiserror::Error;

use super::probe::{Probe, denies, topic_acl};
use super::shown::{Shown, escape_visible};
use super::trouble::ProbeError;

/// What the name of every topic of linger begins with.
pub const PREFIX: &str = "linger-";

/// How long such a topic keeps its records.
pub const RETENTION: Duration = Duration::from_secs(3_600);

const ANSWER: Duration = Duration::from_secs(10);

/// A topic that cannot be made or removed.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum TopicError {
    /// The name is none that Kafka takes.
    #[error("{0:?} is no topic name: use 1 to 249 of a-z A-Z 0-9 . _ -")]
    Name(String),
    /// The topic is not linger's.
    #[error(
        "{0} is not a topic of linger: only names that begin with {PREFIX} are created and deleted"
    )]
    NotOurs(String),
    /// The topic is there already.
    #[error("topic {0} exists: choose another name, or remove it with `linger topic rm {0}`")]
    Exists(String),
    /// The topic is not there.
    #[error("topic {0} does not exist: `linger topic list` shows what does")]
    Missing(String),
    /// The cluster does not allow it.
    #[error("the cluster refuses topic {name}: {said}")]
    Refused {
        /// The topic.
        name: String,
        /// The broker's reason.
        said: Shown,
    },
    /// The cluster cannot be asked, or a right is missing.
    #[error(transparent)]
    Cluster(#[from] ProbeError),
}

/// Whether `name` is a topic of linger.
#[must_use]
pub fn is_ours(name: &str) -> bool {
    name.starts_with(PREFIX)
}

/// Checks `name` by Kafka's own rule.
///
/// # Errors
/// [`TopicError::Name`] with the name, escaped.
pub fn validate(name: &str) -> Result<(), TopicError> {
    let is_legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let is_name = (1..=249).contains(&name.len())
        && name != "."
        && name != ".."
        && name.chars().all(is_legal);
    if is_name {
        Ok(())
    } else {
        Err(TopicError::Name(escape_visible(name, 80)))
    }
}

/// A new topic's shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// How many partitions, at least 1.
    pub partitions: i32,
    /// How many replicas; `None`: three, or as many as there are brokers.
    pub replication: Option<i32>,
}

/// Creates a topic of linger's own with [`RETENTION`] and waits until it is there.
///
/// # Errors
/// A name that is not ours, a topic that exists, a missing right (naming the ACL), or the broker's refusal.
pub fn create(probe: &Probe, name: &str, shape: Shape) -> Result<(), TopicError> {
    create_with(probe, name, shape, &[])
}

/// [`create`] with settings of the topic, by Kafka's names.
///
/// # Errors
/// As [`create`].
pub fn create_with(
    probe: &Probe,
    name: &str,
    shape: Shape,
    config: &[(&str, &str)],
) -> Result<(), TopicError> {
    request(probe, name, shape, config, false)?;
    appear(probe, name)
}

/// [`create`], or the topic as it is where someone else was faster.
///
/// # Errors
/// As [`create`], but for a topic that exists.
pub fn ensure(probe: &Probe, name: &str, shape: Shape) -> Result<(), TopicError> {
    match request(probe, name, shape, &[], false) {
        Ok(()) | Err(TopicError::Exists(_)) => appear(probe, name),
        Err(error) => Err(error),
    }
}

fn appear(probe: &Probe, name: &str) -> Result<(), TopicError> {
    for _ in 0..50 {
        if probe.has_topic(name)? {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    Err(probe
        .odd(&format!("topic {name} was created but does not appear"))
        .into())
}

/// Asks whether [`create`] would be allowed, creating nothing.
///
/// # Errors
/// As [`create`].
pub fn may_create(probe: &Probe, name: &str, shape: Shape) -> Result<(), TopicError> {
    request(probe, name, shape, &[], true)
}

fn request(
    probe: &Probe,
    name: &str,
    shape: Shape,
    config: &[(&str, &str)],
    only_ask: bool,
) -> Result<(), TopicError> {
    owned(name)?;
    let brokers = i32::try_from(probe.broker_count()?).unwrap_or(i32::MAX);
    let replication = shape.replication.unwrap_or(brokers.clamp(1, 3));
    let retention = RETENTION.as_millis().to_string();
    let mut topic = NewTopic::new(name, shape.partitions, TopicReplication::Fixed(replication))
        .set("retention.ms", &retention)
        .set("cleanup.policy", "delete");
    for (key, value) in config {
        topic = topic.set(key, value);
    }
    let options = AdminOptions::new()
        .request_timeout(Some(ANSWER))
        .operation_timeout(Some(ANSWER))
        .validate_only(only_ask);
    let admin = probe.admin()?;
    let acl = create_acl(name);
    let answers = block_on(admin.create_topics([&topic], &options))
        .map_err(|error| probe.failed(&error, "create topics", &acl))?;
    match answers.into_iter().next() {
        Some(Err((_, code))) => Err(judged(name, code, "create topics", acl)),
        _ => Ok(()),
    }
}

/// The names of linger's topics on this cluster, sorted; those of killed sessions included.
///
/// # Errors
/// The cluster stopped answering.
pub fn list(probe: &Probe) -> Result<Vec<String>, TopicError> {
    let mut names = probe.topic_names()?;
    names.retain(|name| is_ours(name) && validate(name).is_ok());
    names.sort();
    Ok(names)
}

/// Deletes one topic of linger.
///
/// # Errors
/// A topic that is not linger's or not there, a missing right, or the broker's refusal.
pub fn delete(probe: &Probe, name: &str) -> Result<(), TopicError> {
    owned(name)?;
    let options = AdminOptions::new()
        .request_timeout(Some(ANSWER))
        .operation_timeout(Some(ANSWER));
    let admin = probe.admin()?;
    let acl = topic_acl("DELETE", name);
    let answers = block_on(admin.delete_topics(&[name], &options))
        .map_err(|error| probe.failed(&error, "delete topics", &acl))?;
    match answers.into_iter().next() {
        Some(Err((_, code))) => Err(judged(name, code, "delete topics", acl)),
        _ => Ok(()),
    }
}

fn owned(name: &str) -> Result<(), TopicError> {
    validate(name)?;
    if is_ours(name) {
        Ok(())
    } else {
        Err(TopicError::NotOurs(name.to_owned()))
    }
}

fn create_acl(name: &str) -> String {
    format!("{} (or CREATE on Cluster)", topic_acl("CREATE", name))
}

fn judged(name: &str, code: RDKafkaErrorCode, operation: &'static str, acl: String) -> TopicError {
    let name = name.to_owned();
    match code {
        RDKafkaErrorCode::TopicAlreadyExists => TopicError::Exists(name),
        RDKafkaErrorCode::UnknownTopicOrPartition => TopicError::Missing(name),
        code if denies(code) => ProbeError::Denied { operation, acl }.into(),
        code => TopicError::Refused {
            name,
            said: Shown::new(&code.to_string()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_kafkas_names_are_names() {
        for good in ["linger-1", "a.b_c-D9", &"x".repeat(249)] {
            assert_eq!(validate(good), Ok(()));
        }
        for bad in [
            "",
            ".",
            "..",
            "a b",
            "ä",
            "a/b",
            "x\x1b[2J",
            &"x".repeat(250),
        ] {
            assert!(validate(bad).is_err(), "{bad:?}");
        }
        assert!(
            !validate("x\x1b[2J")
                .unwrap_err()
                .to_string()
                .contains('\x1b')
        );
    }

    #[test]
    fn foreign_topics_are_refused() {
        assert!(matches!(owned("payments"), Err(TopicError::NotOurs(_))));
        assert_eq!(owned("linger-42"), Ok(()));
    }
}
