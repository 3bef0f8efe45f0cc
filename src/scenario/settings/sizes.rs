//! B14: records that are too large, for the client and for the broker.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::client::ClientContext;
use rdkafka::producer::{BaseProducer, BaseRecord, DeliveryResult, Producer as _, ProducerContext};
use rdkafka::types::RDKafkaErrorCode;

use crate::scenario::arms::number;
use crate::scenario::row::{Arm, Check, Stopped, Told};
use crate::scenario::stage::Stage;

/// What the topic takes, in bytes a batch and so a record.
const BROKERS_LIMIT: &str = "200000";
/// The client's limit, in bytes.
const CLIENTS_LIMIT: &str = "1000000";
/// A record that the client takes and the broker does not, and one that the client does not take.
const LARGE: usize = 300_000;
const HUGE: usize = 1_200_000;
const SMALL: usize = 100;
const MANY: usize = 500;
const PATIENCE: Duration = Duration::from_secs(40);

/// The size of every reported record, with its error.
type Reports = Arc<Mutex<Vec<(usize, Option<RDKafkaErrorCode>)>>>;

/// Hears delivery reports.
#[derive(Clone, Default)]
struct Ear(Reports);

impl ClientContext for Ear {}

impl ProducerContext for Ear {
    type DeliveryOpaque = ();

    fn delivery(&self, report: &DeliveryResult<'_>, (): ()) {
        let (size, error) = match report {
            Ok(message) => (message.payload_len(), None),
            Err((error, message)) => (message.payload_len(), error.rdkafka_error_code()),
        };
        let mut reports = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        reports.push((size, error));
    }
}

fn producer(stage: &Stage) -> Result<(BaseProducer<Ear>, Reports), Stopped> {
    let mut config: ClientConfig = stage
        .connection()
        .client_config()
        .map_err(Stopped::broken)?;
    config
        .set("acks", "all")
        .set("message.max.bytes", CLIENTS_LIMIT)
        // Long enough for all records of an arm to be in one batch.
        .set("linger.ms", "1000")
        .set("delivery.timeout.ms", "30000");
    let ear = Ear::default();
    let reports = Arc::clone(&ear.0);
    let producer = config.create_with_context(ear).map_err(Stopped::broken)?;
    Ok((producer, reports))
}

fn send(
    producer: &BaseProducer<Ear>,
    topic: &str,
    size: usize,
) -> Result<(), Option<RDKafkaErrorCode>> {
    let payload = vec![b'x'; size];
    let record = BaseRecord::<(), [u8]>::to(topic).payload(&payload[..]);
    producer
        .send(record)
        .map_err(|(error, _)| error.rdkafka_error_code())
}

/// One batch of small records, with a large one in its middle or without.
fn batch(
    stage: &Stage,
    name: &str,
    with_large: bool,
) -> Result<(Arm, Vec<RDKafkaErrorCode>), Stopped> {
    stage.say(name);
    let topic = stage.topic("sizes", 1, 1, &[("max.message.bytes", BROKERS_LIMIT)])?;
    let (producer, reports) = producer(stage)?;
    for number in 0..MANY {
        if with_large && number == MANY / 2 {
            send(&producer, &topic, LARGE).map_err(refused)?;
        }
        send(&producer, &topic, SMALL).map_err(refused)?;
    }
    producer.flush(PATIENCE).map_err(Stopped::broken)?;
    let reports = reports.lock().unwrap_or_else(PoisonError::into_inner);
    let small = reports.iter().filter(|(size, _)| *size == SMALL);
    let failed = small.clone().filter(|(_, error)| error.is_some()).count() as u64;
    let arm = Arm::new(name)
        .with("small records", small.count() as u64)
        .with("small records failed", failed)
        .anomaly(failed);
    Ok((
        arm,
        reports.iter().filter_map(|(_, error)| *error).collect(),
    ))
}

fn refused(code: Option<RDKafkaErrorCode>) -> Stopped {
    Stopped::Broken(format!("the client did not take a record: {code:?}"))
}

pub fn too_large(stage: &Stage) -> Result<Told, Stopped> {
    let (control, _) = batch(stage, "500 records of 100 bytes", false)?;
    let (treatment, errors) = batch(stage, "the same with one of 300,000 bytes", true)?;
    let (producer, reports) = producer(stage)?;
    let topic = stage.topic("huge", 1, 1, &[])?;
    let at_once = send(&producer, &topic, HUGE);
    let unreported = reports
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .is_empty();
    let too_large = Err(Some(RDKafkaErrorCode::MessageSizeTooLarge));
    let by_broker = errors
        .iter()
        .all(|code| *code == RDKafkaErrorCode::MessageSizeTooLarge);
    let checks = vec![
        Check::new(
            format!(
                "a record of {HUGE} bytes is refused in send(), before anything is sent (message.max.bytes={CLIENTS_LIMIT})"
            ),
            at_once == too_large && unreported,
        ),
        Check::new(
            format!(
                "one of {LARGE} bytes is taken by the client and refused by the broker (max.message.bytes={BROKERS_LIMIT})"
            ),
            !errors.is_empty() && by_broker,
        ),
        Check::new(
            format!(
                "{} of {MANY} small records failed with it, and {} without it",
                number(treatment.anomaly),
                number(control.anomaly)
            ),
            treatment.anomaly == MANY as u64 && control.anomaly == 0,
        ),
    ];
    Ok(Told {
        control,
        treatment,
        checks,
        lesson: "the limit of the topic should not be below the client's: a record between the two fails together with its neighbours".into(),
        ..Told::default()
    })
}
