//! The one place that talks to librdkafka's C interface: a producer with a topic handle and its event queue.
#![expect(
    unsafe_code,
    reason = "a record handed over by topic handle takes no client-wide lock and no allocation, unlike the safe interface"
)]

use std::ffi::{CStr, CString, c_void};
use std::time::Duration;

use rdkafka::bindings as raw;
use rdkafka::config::ClientConfig;
use rdkafka::producer::{BaseProducer, DefaultProducerContext, Producer};

use crate::load::lent::Lent;
use crate::load::opaque::Stamp;
use crate::measure::Persisted;

mod transaction;

pub use transaction::{Called, TransactionError};

/// A librdkafka error number; 0 is none.
pub type Code = i32;

/// librdkafka's code for a call that its state does not allow: a record outside of a transaction.
pub const STATE: Code = raw::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR__STATE as Code;
/// librdkafka's code for a full queue.
pub const QUEUE_FULL: Code = raw::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR__QUEUE_FULL as Code;

/// Neither copied nor freed by librdkafka: payloads are ours.
const READ_IN_PLACE: i32 = 0;

/// A producer bound to one topic. Senders share it; the thread that polls it drops it.
pub struct Native {
    producer: BaseProducer<DefaultProducerContext>,
    topic: *mut raw::rd_kafka_topic_t,
    queue: *mut raw::rd_kafka_queue_t,
    /// Dropped after the producer, which reads payloads until its end.
    lent: Lent,
}

// SAFETY: librdkafka's producer, topic and queue handles may be used from any thread (INTRODUCTION.md, "Threads and callbacks").
unsafe impl Send for Native {}
// SAFETY: as above; no method here hands out a reference into librdkafka's memory that outlives the call.
unsafe impl Sync for Native {}

/// One delivery report.
pub struct Report<'a> {
    /// What was handed over with the record.
    pub stamp: Stamp,
    /// 0 when delivered.
    pub code: Code,
    /// Whether a failed record may be in the log.
    pub persisted: Persisted,
    /// Where it was written: the partition …
    pub partition: i32,
    /// … and the offset there, below 0 where the broker said none.
    pub offset: i64,
    /// What was sent; lives as long as the call.
    pub payload: &'a [u8],
    /// Payload and record key bytes.
    pub bytes: u64,
    /// Microseconds since the client accepted it; not asked for a prompt record, for which it is the time since it was due.
    pub latency_us: Option<u64>,
}

/// What the event queue gives.
pub enum Event<'a> {
    /// A record was delivered or has failed.
    Report(Report<'a>),
    /// librdkafka's statistics, as JSON.
    Statistics(&'a str),
    /// A log line: syslog level, facility, text.
    Log(i32, &'a str, &'a str),
    /// An error that no record carries: code, text, whether the client is dead.
    Error(Code, &'a str, bool),
}

impl Native {
    /// Creates the producer and its topic handle; nothing is waited for.
    pub fn create(config: &ClientConfig, topic: &str) -> Result<Self, String> {
        let producer: BaseProducer<DefaultProducerContext> =
            config.create().map_err(|error| error.to_string())?;
        let name = CString::new(topic).map_err(|_| format!("topic {topic:?} holds a zero byte"))?;
        let client = producer.client().native_ptr();
        // SAFETY: `client` lives as long as `producer`, and `name` during the call; a null configuration means the client's own.
        let handle =
            unsafe { raw::rd_kafka_topic_new(client, name.as_ptr(), std::ptr::null_mut()) };
        if handle.is_null() {
            return Err(format!("topic {topic:?}: {}", describe(last_error())));
        }
        // SAFETY: `client` is alive; the reference taken here is given back in `drop`.
        let queue = unsafe { raw::rd_kafka_queue_get_main(client) };
        Ok(Self {
            producer,
            topic: handle,
            queue,
            lent: Lent::default(),
        })
    }

    /// The safe client, for metadata and watermarks.
    #[must_use]
    pub fn client(&self) -> &rdkafka::client::Client<DefaultProducerContext> {
        self.producer.client()
    }

    /// The payloads that are lent to this producer; what is in there stays until it is dropped or all is reported.
    #[must_use]
    pub fn lent(&self) -> &Lent {
        &self.lent
    }

    /// Hands one record over; librdkafka copies the record key, and reads the payload where it stands. Never blocks.
    /// `partition` -1 lets the partitioner choose.
    ///
    /// # Safety
    /// `payload` must be part of a pool that its sender has lent to this producer (`lent`).
    #[inline]
    pub unsafe fn produce(
        &self,
        partition: i32,
        payload: &[u8],
        key: Option<&[u8]>,
        stamp: Stamp,
    ) -> Result<(), Code> {
        // SAFETY: the payload is only read, and stays where it is until its report, as the caller promises.
        unsafe { self.hand_over(READ_IN_PLACE, partition, payload, key, stamp) }
    }

    /// As `produce`, but librdkafka copies the payload too: for one that was made for this record alone.
    pub fn produce_copy(
        &self,
        partition: i32,
        payload: &[u8],
        key: Option<&[u8]>,
        stamp: Stamp,
    ) -> Result<(), Code> {
        // SAFETY: the payload is read during the call only.
        unsafe { self.hand_over(raw::RD_KAFKA_MSG_F_COPY, partition, payload, key, stamp) }
    }

    /// # Safety
    /// `payload` must stay where it is until its report, unless `flags` say that it is copied.
    #[inline]
    unsafe fn hand_over(
        &self,
        flags: i32,
        partition: i32,
        payload: &[u8],
        key: Option<&[u8]>,
        stamp: Stamp,
    ) -> Result<(), Code> {
        let (key_at, key_len) = key.map_or((std::ptr::null(), 0), |key| {
            (key.as_ptr().cast::<c_void>(), key.len())
        });
        // SAFETY: the topic handle is alive until `drop`; the key is copied during the call; the payload as the caller promises;
        // the stamp is a number in a pointer's clothes, never followed.
        let result = unsafe {
            raw::rd_kafka_produce(
                self.topic,
                partition,
                flags,
                payload.as_ptr().cast_mut().cast::<c_void>(),
                payload.len(),
                key_at,
                key_len,
                std::ptr::without_provenance_mut(usize::try_from(stamp.pack()).unwrap_or_default()),
            )
        };
        if result == 0 {
            Ok(())
        } else {
            Err(last_error())
        }
    }

    /// Waits for the next event, at most this long, and hands all that is in it to `sink`; tells whether there was one.
    /// Reports must have one reader at a time (`Reports`).
    pub fn poll(&self, wait: Duration, sink: &mut dyn FnMut(Event<'_>)) -> bool {
        let wait_ms = i32::try_from(wait.as_millis()).unwrap_or(i32::MAX);
        // SAFETY: the queue is alive until `drop`; the event is ours to destroy and is destroyed below, after its last use.
        unsafe {
            let event = raw::rd_kafka_queue_poll(self.queue, wait_ms);
            if event.is_null() {
                return false;
            }
            match raw::rd_kafka_event_type(event) {
                raw::RD_KAFKA_EVENT_DR => reports(event, sink),
                raw::RD_KAFKA_EVENT_STATS => {
                    sink(Event::Statistics(&text(raw::rd_kafka_event_stats(event))));
                }
                raw::RD_KAFKA_EVENT_LOG => log(event, sink),
                raw::RD_KAFKA_EVENT_ERROR => {
                    let fatal = raw::rd_kafka_event_error_is_fatal(event) != 0;
                    let reason = text(raw::rd_kafka_event_error_string(event));
                    sink(Event::Error(
                        raw::rd_kafka_event_error(event) as Code,
                        &reason,
                        fatal,
                    ));
                }
                _ => {}
            }
            raw::rd_kafka_event_destroy(event);
        }
        true
    }

    /// Sends what is queued without waiting for linger.ms; returns when all is reported (true) or the time is over. Another thread
    /// must poll.
    pub fn flush(&self, wait: Duration) -> bool {
        let wait_ms = i32::try_from(wait.as_millis()).unwrap_or(i32::MAX);
        // SAFETY: the client is alive; flush only waits (reports are served by the poll thread).
        let result = unsafe { raw::rd_kafka_flush(self.client().native_ptr(), wait_ms) };
        result == raw::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR
    }

    /// Gives up everything that is queued or in flight; each record is reported as purged.
    pub fn purge(&self) {
        let all = raw::RD_KAFKA_PURGE_F_QUEUE | raw::RD_KAFKA_PURGE_F_INFLIGHT;
        // SAFETY: the client is alive.
        unsafe { raw::rd_kafka_purge(self.client().native_ptr(), all) };
    }
}

impl Drop for Native {
    fn drop(&mut self) {
        // SAFETY: both handles were taken in `create` and are used nowhere after this; the client outlives them (fields drop later).
        unsafe {
            raw::rd_kafka_queue_destroy(self.queue);
            raw::rd_kafka_topic_destroy(self.topic);
        }
    }
}

/// Hands every message of a report event to the sink.
///
/// # Safety
/// `event` must be a live event of type DR.
unsafe fn reports(event: *mut raw::rd_kafka_event_t, sink: &mut dyn FnMut(Event<'_>)) {
    loop {
        // SAFETY: the caller's promise; a message stays valid until the event is destroyed.
        let message = unsafe { raw::rd_kafka_event_message_next(event) };
        if message.is_null() {
            return;
        }
        // SAFETY: `message` is valid as said above. rd_kafka_message_errstr is never asked: on a failed produced record it
        // returns the payload.
        let report = unsafe {
            // Read as a number: a broker may answer with a code that the enumeration does not know.
            let code = (&raw const (*message).err).cast::<Code>().read();
            let stamp = Stamp::unpack((*message)._private as usize as u64);
            Report {
                stamp,
                code,
                persisted: if code == 0 {
                    Persisted::No
                } else {
                    persisted(message)
                },
                partition: (*message).partition,
                offset: (*message).offset,
                payload: if (*message).payload.is_null() {
                    &[]
                } else {
                    std::slice::from_raw_parts((*message).payload.cast::<u8>(), (*message).len)
                },
                bytes: ((*message).len + (*message).key_len) as u64,
                latency_us: (!stamp.prompt)
                    .then(|| u64::try_from(raw::rd_kafka_message_latency(message)).unwrap_or(0)),
            }
        };
        sink(Event::Report(report));
    }
}

/// Whether a failed record may be in the log all the same.
///
/// # Safety
/// `message` must come from a live report event.
unsafe fn persisted(message: *const raw::rd_kafka_message_t) -> Persisted {
    // SAFETY: the caller's promise.
    match unsafe { raw::rd_kafka_message_status(message) } {
        raw::rd_kafka_msg_status_t::RD_KAFKA_MSG_STATUS_NOT_PERSISTED => Persisted::No,
        _ => Persisted::Possibly,
    }
}

/// Hands a log line to the sink.
///
/// # Safety
/// `event` must be a live event of type LOG.
unsafe fn log(event: *mut raw::rd_kafka_event_t, sink: &mut dyn FnMut(Event<'_>)) {
    let mut facility = std::ptr::null();
    let mut line = std::ptr::null();
    let mut level = 0;
    // SAFETY: the caller's promise; the strings live as long as the event and are copied by `text`.
    let known = unsafe {
        raw::rd_kafka_event_log(event, &raw mut facility, &raw mut line, &raw mut level) == 0
    };
    if known {
        // SAFETY: as above.
        let (facility, line) = unsafe { (text(facility), text(line)) };
        sink(Event::Log(level, &facility, &line));
    }
}

/// Copies a C string; a null pointer is an empty one.
///
/// # Safety
/// `at` must be null or point to a string that ends with a zero byte.
unsafe fn text(at: *const std::ffi::c_char) -> String {
    if at.is_null() {
        return String::new();
    }
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(at) }.to_string_lossy().into_owned()
}

pub(super) fn last_error() -> Code {
    // SAFETY: reads a thread-local number.
    unsafe { raw::rd_kafka_last_error() as Code }
}

fn code_of(code: Code) -> rdkafka::types::RDKafkaErrorCode {
    rdkafka_error(code).into()
}

fn rdkafka_error(code: Code) -> raw::rd_kafka_resp_err_t {
    raw::rd_kafka_resp_err_t::try_from(code)
        .unwrap_or(raw::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_UNKNOWN)
}

/// The name of a code as Kafka or librdkafka spells it: `NOT_LEADER_FOR_PARTITION`, `_MSG_TIMED_OUT`.
#[must_use]
pub fn name(code: Code) -> String {
    // SAFETY: returns a static string for any code.
    unsafe { text(raw::rd_kafka_err2name(rdkafka_error(code))) }
}

/// Whether another try may help, as Kafka's protocol guide says (librdkafka's own codes: time-outs and lost connections).
#[must_use]
pub fn is_retriable(code: Code) -> bool {
    const RETRIABLE: [Code; 28] = [
        2, 3, 5, 6, 7, 8, 9, 13, 14, 15, 16, 19, 20, 41, 43, 46, 56, 70, 71, 72, 74, 75, 76, 79,
        85, -195, -185, -184,
    ];
    RETRIABLE.contains(&code)
}

/// A code in words.
#[must_use]
pub fn describe(code: Code) -> String {
    code_of(code).to_string()
}
