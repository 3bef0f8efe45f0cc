//! The embedded cluster: librdkafka's mock brokers in this process, owned by a thread of their own.
//!
//! It has no disk and no replication, ignores acks, and keeps 5 MiB per partition: good for speed, delay and errors, never called real.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rdkafka::error::KafkaError;
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use thiserror::Error;

use crate::drill;
use crate::settings::units::{Millis, PerSecond};

use super::connection::Connection;
use super::facts::BrokerFacts;
use super::shown::Shown;
use super::trouble;

mod faults;

use faults::Faults;

/// The most brokers that an embedded cluster may have: more serve nobody and cost a socket each.
pub const MOST_BROKERS: i32 = 100;

/// A cluster that cannot be started or commanded.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum EmbeddedError {
    /// A number of brokers out of range.
    #[error("{0} brokers cannot be embedded: choose 1 to {MOST_BROKERS}")]
    Brokers(i32),
    /// A number of partitions out of range.
    #[error("{0} partitions cannot be embedded: choose 1 to 10000")]
    Partitions(i32),
    /// A broker that does not exist.
    #[error("there is no embedded broker {0}: `brokers` lists them")]
    NoBroker(i32),
    /// librdkafka refused.
    #[error("the embedded cluster failed: {0}; start linger again, or use a real cluster with -b")]
    Library(Shown),
    /// The system gave no thread.
    #[error("no thread for the embedded cluster: {0}; check `ulimit -u`")]
    Thread(String),
    /// The cluster's thread has ended.
    #[error("the embedded cluster has ended: start linger again")]
    Ended,
}

/// An order to the cluster's thread.
enum Order {
    RoundTrip(Duration),
    Faults { retriable: f64, fatal: f64 },
    Topic { name: String, partitions: i32 },
    Power { broker: i32, up: bool },
}

type Answer = Result<(), EmbeddedError>;
type Message = (Order, SyncSender<Answer>);
type Mock = MockCluster<'static, DefaultProducerContext>;

/// A running embedded cluster; dropping it stops the brokers and their thread.
#[derive(Debug)]
pub struct Embedded {
    orders: Option<Sender<Message>>,
    thread: Option<JoinHandle<()>>,
    brokers: Vec<BrokerFacts>,
    bootstrap: String,
}

impl Embedded {
    /// Starts `brokers` brokers (ids from 1) with one topic; the thread is named `cluster`.
    ///
    /// # Errors
    /// A number out of range, or librdkafka's refusal.
    pub fn start(brokers: i32, topic: &str, partitions: i32) -> Result<Self, EmbeddedError> {
        if !(1..=MOST_BROKERS).contains(&brokers) {
            return Err(EmbeddedError::Brokers(brokers));
        }
        let (orders, inbox) = mpsc::channel();
        let (ready, started) = mpsc::sync_channel(1);
        let thread = thread::Builder::new()
            .name("cluster".to_owned())
            .spawn(move || {
                drill::point("cluster");
                match MockCluster::new(brokers) {
                    Ok(mock) => {
                        // Nobody waits any more if this fails; serve() then ends at once.
                        let _ = ready.send(Ok(mock.bootstrap_servers()));
                        serve(&mock, &inbox, brokers);
                    }
                    Err(error) => {
                        let _ = ready.send(Err(library(&error)));
                    }
                }
            })
            .map_err(|error| EmbeddedError::Thread(error.to_string()))?;
        let bootstrap = started.recv().map_err(|_| EmbeddedError::Ended)??;
        let states = (1..)
            .zip(bootstrap.split(','))
            .map(|(id, address)| BrokerFacts {
                id,
                address: address.to_owned(),
                up: true,
            });
        let cluster = Self {
            orders: Some(orders),
            thread: Some(thread),
            brokers: states.collect(),
            bootstrap: bootstrap.clone(),
        };
        cluster.create_topic(topic, partitions)?;
        Ok(cluster)
    }

    /// The brokers' addresses, `127.0.0.1:port,…`: any client on this machine may use them.
    #[must_use]
    pub fn bootstrap(&self) -> &str {
        &self.bootstrap
    }

    /// The connection to these brokers.
    #[must_use]
    pub fn connection(&self) -> Connection {
        Connection::plain(&self.bootstrap)
    }

    /// Every broker with its id, address, and whether it is up.
    #[must_use]
    pub fn brokers(&self) -> &[BrokerFacts] {
        &self.brokers
    }

    /// Adds a topic with replication min(3, brokers), its partitions led by the brokers in turn.
    ///
    /// # Errors
    /// A number of partitions out of range, or librdkafka's refusal (the topic exists).
    pub fn create_topic(&self, name: &str, partitions: i32) -> Answer {
        if !(1..=10_000).contains(&partitions) {
            return Err(EmbeddedError::Partitions(partitions));
        }
        self.order(Order::Topic {
            name: name.to_owned(),
            partitions,
        })
    }

    /// Delays every answer of every broker by `time`, rounded to whole milliseconds.
    ///
    /// # Errors
    /// librdkafka's refusal.
    pub fn set_round_trip(&self, time: Millis) -> Answer {
        let whole = Duration::from_secs_f64((time.0.max(0.0)).round() / 1000.0);
        self.order(Order::RoundTrip(whole))
    }

    /// Lets so many produce requests a second fail, evenly in time: with errors that the client retries, and with ones that it does not.
    ///
    /// A rate above the rate of requests fails each of them. Zero also takes back errors that have hit nobody yet.
    ///
    /// # Errors
    /// [`EmbeddedError::Ended`].
    pub fn set_error_rates(&self, retriable: PerSecond, fatal: PerSecond) -> Answer {
        self.order(Order::Faults {
            retriable: retriable.0,
            fatal: fatal.0,
        })
    }

    /// Takes a broker down: its connections close, its partitions keep it as their leader.
    ///
    /// # Errors
    /// [`EmbeddedError::NoBroker`].
    pub fn broker_down(&mut self, id: i32) -> Answer {
        self.power(id, false)
    }

    /// Lets a broker accept connections again.
    ///
    /// # Errors
    /// [`EmbeddedError::NoBroker`].
    pub fn broker_up(&mut self, id: i32) -> Answer {
        self.power(id, true)
    }

    fn power(&mut self, id: i32, up: bool) -> Answer {
        if !self.brokers.iter().any(|broker| broker.id == id) {
            return Err(EmbeddedError::NoBroker(id));
        }
        self.order(Order::Power { broker: id, up })?;
        for broker in self.brokers.iter_mut().filter(|broker| broker.id == id) {
            broker.up = up;
        }
        Ok(())
    }

    fn order(&self, order: Order) -> Answer {
        let orders = self.orders.as_ref().ok_or(EmbeddedError::Ended)?;
        let (answer, answered) = mpsc::sync_channel(1);
        orders
            .send((order, answer))
            .map_err(|_| EmbeddedError::Ended)?;
        answered.recv().map_err(|_| EmbeddedError::Ended)?
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        // The thread ends when the last sender is gone.
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(mock: &Mock, inbox: &Receiver<Message>, brokers: i32) {
    let mut faults = Faults::default();
    loop {
        let wait = faults
            .next_due()
            .map(|due| due.saturating_duration_since(Instant::now()));
        let message = match wait {
            Some(wait) => inbox.recv_timeout(wait),
            None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match message {
            Ok((order, answer)) => {
                // A caller that has gone away needs no answer.
                let _ = answer.send(obey(mock, order, brokers, &mut faults));
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        faults.inject(mock, Instant::now());
    }
}

fn obey(mock: &Mock, order: Order, brokers: i32, faults: &mut Faults) -> Answer {
    let done = match order {
        Order::RoundTrip(time) => mock.broker_round_trip_time(-1, time),
        Order::Topic { name, partitions } => add_topic(mock, &name, partitions, brokers),
        Order::Power { broker, up: true } => mock.broker_up(broker),
        Order::Power { broker, up: false } => mock.broker_down(broker),
        Order::Faults { retriable, fatal } => {
            faults.set(mock, retriable, fatal, Instant::now());
            Ok(())
        }
    };
    done.map_err(|error| library(&error))
}

/// Adds a topic whose partitions are led by the brokers in turn, as a real cluster spreads them: the mock cluster draws leaders,
/// and one topic of six partitions in eleven would leave broker 1 of 3 with nothing to do.
fn add_topic(mock: &Mock, name: &str, partitions: i32, brokers: i32) -> Result<(), KafkaError> {
    mock.create_topic(name, partitions, brokers.min(3))?;
    (0..partitions).try_for_each(|partition| {
        mock.partition_leader(name, partition, Some(partition % brokers + 1))
    })
}

fn library(error: &KafkaError) -> EmbeddedError {
    let text = match error {
        KafkaError::MockCluster(code) => Shown::new(&code.to_string()),
        other => trouble::said(other),
    };
    EmbeddedError::Library(text)
}

#[cfg(test)]
mod tests;
