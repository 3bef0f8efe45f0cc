//! Reads a topic back by librdkafka's simple consumer: it needs no group and no coordinator, and hands over whatever has
//! arrived in one call, without an allocation of ours per record.
#![expect(
    unsafe_code,
    reason = "the safe interface has no simple consumer: it would join a group, and fails on names that are not UTF-8"
)]

use std::ffi::{CString, c_void};
use std::time::{Duration, Instant};

use rdkafka::bindings as raw;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::metadata::{MetadataPartition, MetadataTopic};

use crate::load::connect::topic_metadata;
use crate::load::native::{Code, describe, is_retriable, last_error};

/// librdkafka's code for a partition that was read to its end.
const PARTITION_END: Code = raw::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR__PARTITION_EOF as Code;
/// All partitions' offsets together.
const OFFSETS: Duration = Duration::from_secs(20);
/// Before a partition is asked again.
const MOMENT: Duration = Duration::from_millis(50);

/// What a look at the topic gives.
pub enum Read<'a> {
    /// A record; the payload lives as long as the call.
    Record {
        /// Its partition.
        partition: i32,
        /// Its offset there.
        offset: i64,
        /// Its payload; empty where it has none.
        payload: &'a [u8],
    },
    /// A partition was read to the end that it has now; only where the configuration asks for it (`enable.partition.eof`).
    End {
        /// The partition.
        partition: i32,
        /// The offset that comes next.
        offset: i64,
    },
    /// A partition cannot be read now, with librdkafka's code; it tries again by itself.
    Error {
        /// The partition.
        partition: i32,
        /// Why.
        code: Code,
    },
}

/// The offsets of a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The partition.
    pub partition: i32,
    /// The first that is there.
    pub low: i64,
    /// The one that comes next.
    pub high: i64,
}

/// A consumer that reads every partition of one topic.
pub struct Reader {
    topic: *mut raw::rd_kafka_topic_t,
    queue: *mut raw::rd_kafka_queue_t,
    name: String,
    bounds: Vec<Bounds>,
    started: Vec<i32>,
    client: BaseConsumer,
}

impl Reader {
    /// Opens the topic, finds the bounds of its partitions, and reads each from the offset that `from` chooses. Blocks for at
    /// most about 35 s. The error says why, in librdkafka's words where it has some.
    pub fn open(
        config: &ClientConfig,
        topic: &str,
        from: impl Fn(&Bounds) -> i64,
    ) -> Result<Self, String> {
        let mut reader = Self::look(config, topic)?;
        for bounds in reader.bounds.clone() {
            reader.start(bounds.partition, from(&bounds))?;
        }
        Ok(reader)
    }

    /// Opens the topic and finds the bounds of its partitions; nothing is read. As `open` else.
    pub fn look(config: &ClientConfig, topic: &str) -> Result<Self, String> {
        let client: BaseConsumer = config.create().map_err(|error| error.to_string())?;
        let bounds = bounds(&client, topic)?;
        let name = CString::new(topic).map_err(|_| format!("topic {topic:?} holds a zero byte"))?;
        let native = client.client().native_ptr();
        // SAFETY: `native` lives as long as `client`, and `name` during the call; a null configuration means the client's own.
        let handle =
            unsafe { raw::rd_kafka_topic_new(native, name.as_ptr(), std::ptr::null_mut()) };
        if handle.is_null() {
            return Err(format!("topic {topic:?}: {}", describe(last_error())));
        }
        // SAFETY: `native` is alive; the queue is given back in `drop`.
        let queue = unsafe { raw::rd_kafka_queue_new(native) };
        Ok(Self {
            topic: handle,
            queue,
            name: topic.to_owned(),
            started: Vec::with_capacity(bounds.len()),
            bounds,
            client,
        })
    }

    fn start(&mut self, partition: i32, offset: i64) -> Result<(), String> {
        // SAFETY: topic and queue are alive until `drop`.
        let failed = unsafe {
            raw::rd_kafka_consume_start_queue(self.topic, partition, offset, self.queue) != 0
        };
        if failed {
            return Err(format!("partition {partition}: {}", describe(last_error())));
        }
        self.started.push(partition);
        Ok(())
    }

    /// The bounds of every partition when it was opened, by partition.
    #[must_use]
    pub fn bounds(&self) -> &[Bounds] {
        &self.bounds
    }

    /// The bounds of a partition now; none where its leader does not answer in time.
    #[must_use]
    pub fn bounds_now(&self, partition: i32, wait: Duration) -> Option<Bounds> {
        let answer = self.client.fetch_watermarks(&self.name, partition, wait);
        let (low, high) = answer.ok()?;
        Some(Bounds {
            partition,
            low,
            high,
        })
    }

    /// For every partition whether all its replicas are in sync now; none where nobody answers in time.
    #[must_use]
    pub fn in_sync(&self, wait: Duration) -> Option<Vec<(i32, bool)>> {
        let answer = self.client.fetch_metadata(Some(&self.name), wait);
        let metadata = answer.ok()?;
        let partitions = metadata.topics().iter().flat_map(MetadataTopic::partitions);
        let state = |it: &MetadataPartition| (it.id(), it.isr().len() >= it.replicas().len());
        Some(partitions.map(state).collect())
    }

    /// Reads no more of a partition.
    pub fn stop(&mut self, partition: i32) {
        if let Some(at) = self.started.iter().position(|it| *it == partition) {
            self.started.swap_remove(at);
            // SAFETY: the topic is alive until `drop`; answered by librdkafka's own thread, whatever the brokers do.
            unsafe { raw::rd_kafka_consume_stop(self.topic, partition) };
        }
    }

    /// Waits for records, at most this long, and hands all that have arrived to `sink`.
    pub fn read(&self, wait: Duration, sink: &mut dyn FnMut(Read<'_>)) {
        let wait_ms = i32::try_from(wait.as_millis()).unwrap_or(i32::MAX);
        let mut sink = sink;
        // SAFETY: the queue is alive until `drop`; `sink` outlives the call, which is the only one to follow the pointer.
        unsafe {
            raw::rd_kafka_consume_callback_queue(
                self.queue,
                wait_ms,
                Some(hand_over),
                (&raw mut sink).cast::<c_void>(),
            );
        }
    }

    /// Serves what librdkafka says beside the records; its events would pile up otherwise.
    pub fn serve(&self) {
        while self.client.poll(Duration::ZERO).is_some() {}
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        for partition in &self.started {
            // SAFETY: the topic is alive; answered by librdkafka's own thread, whatever the brokers do.
            unsafe { raw::rd_kafka_consume_stop(self.topic, *partition) };
        }
        // SAFETY: both handles were taken in `open` and are used nowhere after this; the client outlives them (it drops later).
        unsafe {
            raw::rd_kafka_queue_destroy(self.queue);
            raw::rd_kafka_topic_destroy(self.topic);
        }
    }
}

/// Where librdkafka brings a record: `to` is the place of a sink.
unsafe extern "C" fn hand_over(message: *mut raw::rd_kafka_message_t, to: *mut c_void) {
    // SAFETY: `read` passes the place of a sink that nobody else uses meanwhile; librdkafka's message and its payload live
    // until this function returns, and a missing payload is a null pointer.
    unsafe {
        let sink = &mut *to.cast::<&mut dyn FnMut(Read<'_>)>();
        // Read as a number: a broker may answer with a code that the enumeration does not know.
        let code = (&raw const (*message).err).cast::<Code>().read();
        let (partition, offset) = ((*message).partition, (*message).offset);
        if code == PARTITION_END {
            return sink(Read::End { partition, offset });
        }
        if code != 0 {
            return sink(Read::Error { partition, code });
        }
        let (at, length) = ((*message).payload.cast::<u8>(), (*message).len);
        let payload = if at.is_null() {
            &[]
        } else {
            std::slice::from_raw_parts(at, length)
        };
        sink(Read::Record {
            partition,
            offset,
            payload,
        });
    }
}

/// The bounds of every partition, by partition.
fn bounds(client: &BaseConsumer, topic: &str) -> Result<Vec<Bounds>, String> {
    let metadata = topic_metadata(client.client(), topic)?;
    let until = Instant::now() + OFFSETS;
    let bounds = |partition: i32| {
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let marks = client.fetch_watermarks(topic, partition, left.max(MOMENT));
            match marks {
                Ok((low, high)) => {
                    return Ok(Bounds {
                        partition,
                        low,
                        high,
                    });
                }
                // A new topic's leaders may not know yet that they lead.
                Err(error) if may_pass(&error) && left > MOMENT => std::thread::sleep(MOMENT),
                Err(error) => return Err(format!("partition {partition}: {error}")),
            }
        }
    };
    let found = metadata.topics().iter().flat_map(MetadataTopic::partitions);
    let mut partitions: Vec<i32> = found.map(MetadataPartition::id).collect();
    partitions.sort_unstable();
    partitions.into_iter().map(bounds).collect()
}

fn may_pass(error: &KafkaError) -> bool {
    let code = error.rdkafka_error_code();
    code.is_some_and(|code| is_retriable(code as Code))
}
