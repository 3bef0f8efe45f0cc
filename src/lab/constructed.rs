//! Readings built by hand, for tests.

use std::sync::Arc;
use std::time::Duration;

use crate::lab::{LoadState, MachineReading, Reading, TrialReading, TrialState};
use crate::measure::{Accounts, Bins, Breakdown, Latencies, Stages, Steadiness};
use crate::settings::{Millis, Settings};

/// A settled trial of default settings that is well: 10,000/s, p99 20 ms, 10 ms of round trip.
pub(crate) fn trial() -> TrialReading {
    TrialReading {
        number: 1,
        settings: Arc::new(Settings::default()),
        state: TrialState::Settled,
        steadiness: Steadiness::Unasked,
        held: Duration::from_secs(10),
        turn_took: None,
        turn_pause: None,
        transactions: None,
        note: None,
        same_as: None,
        accounts: Accounts {
            attempted: 100_000,
            delivered: 99_900,
            ..Accounts::default()
        },
        sent_per_s: 10_000.0,
        mib_per_s: 9.8,
        response: latencies(14.0, 13.8, 20.0),
        delivery: latencies(13.9, 13.7, 20.0),
        send: latencies(0.1, 0.1, 0.4),
        lateness: latencies(0.05, 0.05, 0.2),
        machine: MachineReading::default(),
        bins: Bins::default(),
        spread: None,
        stages: Stages {
            requests_per_s: 150.0,
            requests: 1500,
            batch_records: Some(66.0),
            batch_bytes: Some(30_000.0),
            batch_fill: Some(0.5),
            compression_ratio: Some(2.2),
            breakdown: Breakdown {
                send: Some(Millis(0.1)),
                queue: Some(Millis(3.0)),
                output_buffer: Some(Millis(0.1)),
                round_trip: Some(Millis(10.0)),
                rest: Some(Millis(0.8)),
            },
            ..Stages::default()
        },
        followed: None,
        audit: None,
        errors: Vec::new(),
        partitions: Vec::new(),
        goals: Vec::new(),
        unread_failures: 0,
    }
}

pub(crate) fn latencies(mean: f64, p50: f64, p99: f64) -> Latencies {
    Latencies {
        count: 99_900,
        mean: Some(Millis(mean)),
        p50: Some(Millis(p50)),
        p99: Some(Millis(p99)),
        max: Some(Millis(p99 * 2.0)),
        ..Latencies::default()
    }
}

/// A running lab with this live trial.
pub(crate) fn reading(live: TrialReading) -> Reading {
    Reading {
        at: Duration::from_secs(20),
        load: LoadState::Running,
        loaded: Duration::from_secs(20),
        live: live.number,
        accounts: live.accounts,
        cpu: 0.3,
        trials: vec![Arc::new(live)],
        ..Reading::before(Arc::default())
    }
}
