//! What is used of librdkafka's statistics.
//!
//! What the fields count, by librdkafka's source: `int_latency` is per record, from accepted to written into a batch;
//! `outbuf_latency` and `rtt` are per request of any kind; all three are windows that empty at every emission.
//! `batchsize` is the compressed batch with its header, `txbytes` of a partition the payload and key bytes before
//! compression; a record that is sent again counts again in `txmsgs`, `txbytes`, `batchcnt` and `int_latency`, but not
//! in `txretries`. `xmit_msgq_cnt` is always 0.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Why a text is not librdkafka's statistics.
#[derive(Debug, thiserror::Error)]
#[error("librdkafka's statistics cannot be read: {0}")]
pub struct StatisticsError(#[from] serde_json::Error);

/// One emission of librdkafka's statistics: the fields that are used.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Statistics {
    /// Operations (among them batches of reports) that wait for the poll thread.
    pub replyq: i64,
    /// Records in the client: queued, in requests, or reported and not yet polled.
    pub msg_cnt: i64,
    brokers: BTreeMap<String, Broker>,
    topics: BTreeMap<String, Topic>,
}

/// A window of values between two emissions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Window {
    /// Their sum; microseconds for times, milliseconds for `throttle`.
    pub sum: i64,
    /// How many they were.
    pub cnt: i64,
    /// The least of them; 0 where there was none.
    pub min: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Broker {
    nodeid: i64,
    outbuf_cnt: i64,
    outbuf_msg_cnt: i64,
    waitresp_cnt: i64,
    waitresp_msg_cnt: i64,
    txretries: i64,
    int_latency: Window,
    outbuf_latency: Window,
    rtt: Window,
    throttle: Window,
    req: Requests,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Requests {
    #[serde(rename = "Produce")]
    produce: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Topic {
    batchsize: Window,
    batchcnt: Window,
    partitions: BTreeMap<i32, Partition>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Partition {
    msgq_cnt: i64,
    txmsgs: i64,
    txbytes: i64,
    msgs: i64,
}

/// The windows of one emission, over all brokers or topics; they add up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Windows {
    pub queue: Window,
    pub output_buffer: Window,
    pub round_trip: Window,
    pub throttle: Window,
    pub batch_bytes: Window,
    pub batch_records: Window,
}

/// Counters that only rise while a producer lives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counters {
    /// Produce requests written.
    pub requests: u64,
    /// Requests that were sent again as they were.
    pub retries: u64,
    /// Records written into batches, again if sent again.
    pub records: u64,
    /// Their payload and key bytes.
    pub bytes: u64,
    /// At least so many records were written into a batch again.
    pub records_again: u64,
}

impl Window {
    /// The mean, where there was any value.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "sums stay far below 2^53")]
    pub fn mean(self) -> Option<f64> {
        (self.cnt > 0).then(|| self.sum as f64 / self.cnt as f64)
    }

    /// The least value, where there was any.
    pub(super) fn least(self) -> Option<i64> {
        (self.cnt > 0).then_some(self.min)
    }

    pub(super) fn add(&mut self, other: Self) {
        let least = self.least().into_iter().chain(other.least()).min();
        self.min = least.unwrap_or(0);
        self.sum += other.sum;
        self.cnt += other.cnt;
    }
}

impl Windows {
    pub(super) fn add(&mut self, other: &Self) {
        self.queue.add(other.queue);
        self.output_buffer.add(other.output_buffer);
        self.round_trip.add(other.round_trip);
        self.throttle.add(other.throttle);
        self.batch_bytes.add(other.batch_bytes);
        self.batch_records.add(other.batch_records);
    }
}

impl Statistics {
    /// Reads an emission as librdkafka gives it; unknown fields are ignored.
    pub fn parse(json: &str) -> Result<Self, StatisticsError> {
        Ok(serde_json::from_str(json)?)
    }

    /// Requests that were written and not yet answered, over all brokers.
    #[must_use]
    pub fn requests_in_flight(&self) -> u64 {
        count(self.brokers.values().map(|broker| broker.waitresp_cnt))
    }

    /// Requests that wait to be written to a socket.
    #[must_use]
    pub fn requests_buffered(&self) -> u64 {
        count(self.brokers.values().map(|broker| broker.outbuf_cnt))
    }

    /// Records that were accepted and are in no request (or reported and not yet polled).
    #[must_use]
    pub fn records_queued(&self) -> u64 {
        let brokers = self.brokers.values();
        let in_requests: i64 = brokers
            .map(|broker| broker.outbuf_msg_cnt + broker.waitresp_msg_cnt)
            .sum();
        count([self.msg_cnt - in_requests])
    }

    /// Records written into batches, by partition number; one that is sent again counts again.
    #[must_use]
    pub fn partition_records(&self) -> Vec<u64> {
        let mut records = Vec::new();
        for (&number, partition) in self.partitions() {
            let Ok(at) = usize::try_from(number) else {
                continue;
            };
            if records.len() <= at {
                records.resize(at + 1, 0);
            }
            records[at] += count([partition.txmsgs]);
        }
        records
    }

    fn partitions(&self) -> impl Iterator<Item = (&i32, &Partition)> {
        self.topics.values().flat_map(|topic| &topic.partitions)
    }

    pub(super) fn windows(&self) -> Windows {
        let mut windows = Windows::default();
        // Bootstrap connections (−1) carry no records; their requests would only blur the means.
        for broker in self.brokers.values().filter(|broker| broker.nodeid >= 0) {
            windows.queue.add(broker.int_latency);
            windows.output_buffer.add(broker.outbuf_latency);
            windows.round_trip.add(broker.rtt);
            windows.throttle.add(broker.throttle);
        }
        for topic in self.topics.values() {
            windows.batch_bytes.add(topic.batchsize);
            windows.batch_records.add(topic.batchcnt);
        }
        windows
    }

    pub(super) fn counters(&self) -> Counters {
        let of_brokers = |field: fn(&Broker) -> i64| count(self.brokers.values().map(field));
        let of_partitions = |field: fn(&Partition) -> i64| {
            let partitions = self.partitions().filter(|(number, _)| **number >= 0);
            partitions
                .map(|(_, partition)| field(partition))
                .sum::<i64>()
        };
        Counters {
            requests: of_brokers(|broker| broker.req.produce),
            retries: of_brokers(|broker| broker.txretries),
            records: count([of_partitions(|partition| partition.txmsgs)]),
            bytes: count([of_partitions(|partition| partition.txbytes)]),
            records_again: count([of_partitions(|partition| {
                partition.txmsgs + partition.msgq_cnt - partition.msgs
            })]),
        }
    }
}

fn count(values: impl IntoIterator<Item = i64>) -> u64 {
    u64::try_from(values.into_iter().sum::<i64>()).unwrap_or(0)
}
