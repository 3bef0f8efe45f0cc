//! The records of a scenario: few, small, and each known.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rdkafka::client::ClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::producer::{BaseProducer, BaseRecord, DeliveryResult, Producer as _, ProducerContext};

use super::trace::At;
use crate::scenario::Stopped;

/// So long may the few records take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Records belong to so many accounts.
const ACCOUNTS: i64 = 2;

/// Counts what was delivered.
#[derive(Default)]
struct Delivered(AtomicU64);

impl ClientContext for Delivered {}

impl ProducerContext for Delivered {
    type DeliveryOpaque = ();

    fn delivery(&self, report: &DeliveryResult<'_>, (): ()) {
        if report.is_ok() {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Writes so many records to each partition of a new topic; each has a number of its own as its payload, from 0 on. The places that
/// they have then.
///
/// # Errors
/// Not all were delivered.
pub fn write(mut config: ClientConfig, topic: &str, counts: &[i64]) -> Result<Vec<At>, Stopped> {
    let broken =
        |said: String| Stopped::Broken(format!("topic {topic} could not be filled: {said}"));
    // Once each, in order, so that the offsets are known.
    config.set("enable.idempotence", "true");
    let producer: BaseProducer<Delivered> = config
        .create_with_context(Delivered::default())
        .map_err(|error| broken(error.to_string()))?;
    let mut written = Vec::new();
    for (partition, count) in (0..).zip(counts) {
        for offset in 0..*count {
            let id = i64::try_from(written.len()).unwrap_or(i64::MAX);
            let (payload, account) = (id.to_string(), format!("account-{}", id % ACCOUNTS));
            let record = BaseRecord::to(topic).partition(partition);
            producer
                .send(record.payload(&payload).key(&account))
                .map_err(|(error, _)| broken(error.to_string()))?;
            written.push(At { partition, offset });
        }
    }
    producer
        .flush(PATIENCE)
        .map_err(|error| broken(error.to_string()))?;
    let delivered = producer.context().0.load(Ordering::Relaxed);
    if delivered == written.len() as u64 {
        return Ok(written);
    }
    Err(broken(format!(
        "{delivered} of {} records were delivered",
        written.len()
    )))
}
