//! The threads of the load: senders at one helm, and the producers they send through.

use std::sync::Arc;
use std::thread::JoinHandle;

use crate::load::clock::Clock;
use crate::load::helm::{Assignment, Helm, Order};
use crate::load::poller::Producer;
use crate::load::sender;
use crate::load::transactions::conductor::Conductor;

/// All threads of the load.
#[derive(Default)]
pub struct Crew {
    helm: Option<Arc<Helm>>,
    senders: Vec<JoinHandle<()>>,
    producers: Vec<Producer>,
    /// Who begins and ends the transactions of the assignment, where there are any.
    conductor: Option<Conductor>,
    /// Producers that end once the last transaction has, with what they have accepted.
    leaving: Vec<(u64, u64)>,
}

impl Crew {
    /// Takes a producer in.
    pub fn hire(&mut self, producer: Producer) {
        self.producers.push(producer);
    }

    /// The producer with this serial number.
    #[must_use]
    pub fn producer(&self, serial: u64) -> Option<&Producer> {
        self.producers
            .iter()
            .find(|producer| producer.serial == serial)
    }

    /// Puts all senders on an assignment, starting those that are missing.
    pub fn assign(&mut self, assignment: Arc<Assignment>, clock: Clock) -> std::io::Result<()> {
        let wanted = assignment.senders();
        match &self.helm {
            Some(helm) => helm.assign(assignment),
            None => self.helm = Some(Arc::new(Helm::new(assignment))),
        }
        while self.senders.len() > wanted {
            if let Some(surplus) = self.senders.pop() {
                let _ = surplus.join();
            }
        }
        let Some(helm) = &self.helm else {
            return Ok(());
        };
        for index in self.senders.len()..wanted {
            self.senders
                .push(sender::spawn(index, Arc::clone(helm), clock)?);
        }
        Ok(())
    }

    /// Lets transactions begin, where the senders' assignment on this producer has them and nobody does that yet.
    ///
    /// # Errors
    /// The thread cannot be started.
    pub fn conduct(&mut self, serial: u64, clock: Clock) -> std::io::Result<()> {
        if !self.is_resting() {
            return Ok(());
        }
        let (Some(helm), Some(producer)) = (&self.helm, self.producer(serial)) else {
            return Ok(());
        };
        let (_, assignment, _) = helm.look();
        let words = (serial, producer.inbox());
        let next = Conductor::start(&assignment, helm, clock, words)?;
        if let Some(mut former) = std::mem::replace(&mut self.conductor, next) {
            former.join();
        }
        Ok(())
    }

    /// Lets the open transaction end, without another one after it; senders need not be held.
    pub fn rest(&self) {
        if let Some(conductor) = &self.conductor {
            conductor.transactions.gate.rest();
        }
    }

    /// Whether no transaction can be open.
    #[must_use]
    pub fn is_resting(&self) -> bool {
        !self.conductor.as_ref().is_some_and(Conductor::is_working)
    }

    /// How many senders there are.
    #[must_use]
    pub fn senders(&self) -> usize {
        self.senders.len()
    }

    /// Tells all senders what to do.
    pub fn order(&self, order: Order) {
        if let Some(helm) = &self.helm {
            helm.order(order);
        }
    }

    /// Ends all senders; returns when they have ended.
    pub fn stop(&mut self) {
        self.order(Order::Stop);
        for sender in self.senders.drain(..) {
            let _ = sender.join();
        }
        self.helm = None;
    }

    /// Lets a producer end once it has reported what it accepted, and its last transaction has ended; no sender may use it any
    /// more.
    pub fn release(&mut self, serial: u64, accepted: u64) {
        let conductor = self.conductor.as_ref();
        if conductor.is_some_and(|it| it.serial == serial && it.is_working()) {
            return self.leaving.push((serial, accepted));
        }
        if let Some(producer) = self.producer(serial) {
            producer.close(accepted);
        }
    }

    /// Drops the producers whose threads have ended.
    pub fn bury(&mut self) {
        if self.is_resting() {
            for (serial, accepted) in std::mem::take(&mut self.leaving) {
                self.release(serial, accepted);
            }
        }
        self.producers.retain_mut(|producer| {
            let gone = producer.is_gone();
            if gone {
                producer.join();
            }
            !gone
        });
    }

    /// Gives up whatever is still under way.
    pub fn purge(&self) {
        if let Some(conductor) = &self.conductor {
            conductor.transactions.gate.give_up();
        }
        for producer in &self.producers {
            producer.purge();
        }
    }

    /// Whether no producer is left that has sent or may send; one that is still being opened does not count.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        !self.producers.iter().any(Producer::is_open)
    }

    /// Waits for every thread to end, but for one that is still being opened: nothing was sent through it.
    pub fn join(&mut self) {
        self.stop();
        if let Some(mut conductor) = self.conductor.take() {
            conductor.transactions.gate.give_up();
            conductor.join();
        }
        for producer in self
            .producers
            .iter_mut()
            .filter(|producer| producer.is_open())
        {
            producer.close(0);
            producer.join();
        }
    }
}
