//! Brokers that go down and up while the load runs: embedded ones at once, real ones of our own on a thread beside it.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::thread;

use crate::cluster::hands::Hands;
use crate::cluster::local::{BrokerCommand, LocalKafka};
use crate::lab::engine::Engine;

/// A broker of our own that is on its way.
pub struct Underway {
    id: i32,
    goes_up: bool,
    done: Receiver<Result<(), String>>,
}

impl Engine {
    /// Takes a broker down, or up again when it is down; nothing on a cluster that is not ours.
    pub(super) fn toggle_broker(&mut self, id: i32) {
        let brokers = &self.desk.facts.brokers;
        let up = brokers.iter().any(|broker| broker.id == id && broker.up);
        if let Some(embedded) = &mut self.embedded {
            let done = if up {
                embedded.broker_down(id)
            } else {
                embedded.broker_up(id)
            };
            self.desk.brokers(embedded.brokers());
            self.mark(&told(id, !up, done.map_err(|error| error.to_string())));
        } else if let Some(kafka) = self.config.local.clone() {
            if self.underway.is_none() {
                self.underway = begin(kafka, id, !up);
            } else {
                self.mark("a broker is still on its way");
            }
        }
    }

    /// Tells once a broker of our own is where it was to go.
    pub(super) fn watch_brokers(&mut self) {
        let Some(underway) = &self.underway else {
            return;
        };
        let (id, goes_up) = (underway.id, underway.goes_up);
        let done = match underway.done.try_recv() {
            Ok(done) => done,
            Err(TryRecvError::Empty) => return,
            Err(TryRecvError::Disconnected) => Err("the local Kafka does not answer".to_owned()),
        };
        self.underway = None;
        if done.is_ok() {
            let mut brokers = self.desk.facts.brokers.clone();
            for broker in brokers.iter_mut().filter(|broker| broker.id == id) {
                broker.up = goes_up;
            }
            self.desk.brokers(&brokers);
        }
        self.mark(&told(id, goes_up, done));
    }
}

fn told(id: i32, goes_up: bool, done: Result<(), String>) -> String {
    match done {
        Ok(()) if goes_up => format!("broker {id} is up again"),
        Ok(()) => format!("broker {id} taken down"),
        Err(reason) => reason,
    }
}

/// Kills or starts a broker on a thread of its own, since a start takes seconds. `None` where there is no thread to be had.
fn begin(kafka: Arc<LocalKafka>, id: i32, goes_up: bool) -> Option<Underway> {
    let (tell, done) = mpsc::channel();
    let command = if goes_up {
        BrokerCommand::Start
    } else {
        BrokerCommand::Kill
    };
    let work = move || {
        let broker = u16::try_from(id).unwrap_or_default();
        let done = Hands::of(&kafka).broker(command, broker);
        // The lab may have ended meanwhile.
        let _ = tell.send(done.map_err(|error| error.to_string()));
    };
    let thread = thread::Builder::new().name("hands".into());
    thread.spawn(work).ok()?;
    Some(Underway { id, goes_up, done })
}
