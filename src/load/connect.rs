//! Opening a producer: created, metadata fetched, every leader connected, before any load moves to it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::client::{Client, ClientContext};
use rdkafka::config::ClientConfig;
use rdkafka::metadata::{Metadata, MetadataTopic};
use rdkafka::types::RDKafkaErrorCode;

use crate::load::native::{Event, Native, TransactionError, name};

/// The news of a new topic may take this long from one broker to the others.
pub const SPREADING: Duration = Duration::from_secs(5);
/// How often a broker is asked meanwhile.
const AGAIN: Duration = Duration::from_millis(100);
const METADATA: Duration = Duration::from_secs(15);
const LEADER: Duration = Duration::from_secs(5);
/// Transactions are to be initialised within this time: a cluster that is new to them first makes room for their state …
const INITIALISED: Duration = Duration::from_secs(60);
/// … and one call takes no longer than this; the next one goes on.
const CALL: Duration = Duration::from_millis(500);

/// Opens a producer for a topic; gives it with the topic's partitions. Blocks for at most about 20 s.
/// `progress` is told how far it is. The error says why, in librdkafka's words where it has some.
pub fn open(
    config: &ClientConfig,
    topic: &str,
    progress: &(dyn Fn(String) + Sync),
) -> Result<(Native, u32), String> {
    let native = Native::create(config, topic)?;
    progress("asking for metadata".into());
    let leaders = match leaders(&native, topic) {
        Ok(leaders) => leaders,
        Err(reason) => return Err(last_words(&native).unwrap_or(reason)),
    };
    connect(&native, topic, &leaders.first_of_each, progress);
    Ok((native, leaders.partitions))
}

/// Initialises the transactions of an open producer; tells how long that took. Blocks for at most 60 s, less where `is_closing`. The
/// error says why, and what to do where that is known.
pub fn initialise(native: &Native, is_closing: &dyn Fn() -> bool) -> Result<Duration, String> {
    let began = Instant::now();
    loop {
        match native.init_transactions(CALL) {
            Ok(()) => return Ok(began.elapsed()),
            Err(error) if error.retriable && began.elapsed() < INITIALISED && !is_closing() => {
                std::thread::sleep(Duration::from_millis(10));
            }
            Err(error) => return Err(refusal(&error)),
        }
    }
}

fn refusal(error: &TransactionError) -> String {
    let mend = match name(error.code).as_str() {
        "INVALID_TRANSACTION_TIMEOUT" => {
            "; the brokers allow less: lower transaction.timeout.ms, or raise their transaction.max.timeout.ms"
        }
        "TRANSACTIONAL_ID_AUTHORIZATION_FAILED" => {
            "; ask for WRITE and DESCRIBE on this transactional.id"
        }
        _ => "",
    };
    format!("transactions cannot be initialised: {}{mend}", error.text)
}

struct Leaders {
    first_of_each: Vec<i32>,
    partitions: u32,
}

fn leaders(native: &Native, topic: &str) -> Result<Leaders, String> {
    let metadata = topic_metadata(native.client(), topic)?;
    let found = || metadata.topics().iter().flat_map(MetadataTopic::partitions);
    let mut by_leader = BTreeMap::new();
    for partition in found() {
        if partition.leader() >= 0 {
            by_leader
                .entry(partition.leader())
                .or_insert_with(|| partition.id());
        }
    }
    let partitions = u32::try_from(found().count()).unwrap_or(u32::MAX);
    Ok(Leaders {
        first_of_each: by_leader.into_values().collect(),
        partitions,
    })
}

/// What the cluster says of a topic; the topic itself is in it. Blocks for at most 20 s.
pub(super) fn topic_metadata<C: ClientContext>(
    client: &Client<C>,
    topic: &str,
) -> Result<Metadata, String> {
    let limit = Instant::now() + SPREADING;
    loop {
        let metadata = client
            .fetch_metadata(Some(topic), METADATA)
            .map_err(|error| error.to_string())?;
        let found = metadata
            .topics()
            .first()
            .ok_or_else(|| format!("topic {topic:?} is not in the metadata"))?;
        match found.error().map(RDKafkaErrorCode::from) {
            None => return Ok(metadata),
            Some(RDKafkaErrorCode::UnknownTopicOrPartition) if Instant::now() < limit => {
                thread::sleep(AGAIN);
            }
            Some(code) => return Err(format!("topic {topic:?}: {code}")),
        }
    }
}

/// Asks every leader for one partition's offsets at the same time: what must be connected for that is connected then.
/// A leader that does not answer in time does not hold up the rest.
fn connect(native: &Native, topic: &str, partitions: &[i32], progress: &(dyn Fn(String) + Sync)) {
    let done = AtomicUsize::new(0);
    thread::scope(|scope| {
        for partition in partitions {
            scope.spawn(|| {
                if native
                    .client()
                    .fetch_watermarks(topic, *partition, LEADER)
                    .is_ok()
                {
                    let count = done.fetch_add(1, Ordering::AcqRel) + 1;
                    progress(format!("{count} of {} brokers", partitions.len()));
                }
            });
        }
    });
}

/// The last error that librdkafka logged or raised: it names the cause better than a time-out does.
fn last_words(native: &Native) -> Option<String> {
    let mut words = None;
    while native.poll(Duration::ZERO, &mut |event| match event {
        Event::Error(_, reason, _) => words = Some(reason.to_owned()),
        Event::Log(level, _, line) if level <= 4 && words.is_none() => {
            words = Some(line.to_owned());
        }
        _ => {}
    }) {}
    words
}
