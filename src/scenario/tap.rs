//! A wire with a notebook: what passed, and which faults hit.

use std::sync::{Arc, Mutex, PoisonError};

use crate::settings::Millis;
use crate::wire::{Address, Conditions, Fault, Produced, Summary, Tls, Wire, WireError};

/// So many Produce requests are noted; a scenario sends some thousands.
const NOTED: usize = 100_000;

/// A wire in front of the cluster, and every Produce request that passed it.
#[derive(Clone, Debug)]
pub struct Tap {
    wire: Arc<Wire>,
    seen: Arc<Mutex<Vec<Produced>>>,
    round_trip: Millis,
}

impl Tap {
    /// A wire in front of these brokers that adds a round trip and strikes these faults.
    ///
    /// # Errors
    /// A broker cannot be reached.
    pub fn start(
        upstream: &[Address],
        tls: Option<Tls>,
        faults: Vec<Fault>,
        round_trip: Millis,
    ) -> Result<Self, WireError> {
        let seen: Arc<Mutex<Vec<Produced>>> = Arc::default();
        let sink = Arc::clone(&seen);
        let wire = Wire::secured(upstream, tls, 0, faults, move |produced| {
            let mut seen = sink.lock().unwrap_or_else(PoisonError::into_inner);
            if seen.len() < NOTED {
                seen.push(produced.clone());
            }
        })?;
        wire.set_conditions(Conditions {
            round_trip,
            ..Conditions::default()
        });
        Ok(Self {
            wire: Arc::new(wire),
            seen,
            round_trip,
        })
    }

    /// What clients take as `bootstrap.servers`.
    #[must_use]
    pub fn bootstrap(&self) -> String {
        self.wire.bootstrap()
    }

    /// The wire itself.
    #[must_use]
    pub fn wire(&self) -> &Arc<Wire> {
        &self.wire
    }

    /// The round trip that it adds.
    #[must_use]
    pub fn round_trip(&self) -> Millis {
        self.round_trip
    }

    /// Every Produce request whose end is known, in the order of their ends.
    #[must_use]
    pub fn seen(&self) -> Vec<Produced> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.clone()
    }

    /// The counts so far.
    #[must_use]
    pub fn summary(&self) -> Summary {
        self.wire.summary()
    }

    /// How many faults hit records in flight so far.
    #[must_use]
    pub fn hits(&self) -> u64 {
        let faults = self.wire.summary().faults;
        faults.iter().map(|fault| fault.hits).sum()
    }
}
