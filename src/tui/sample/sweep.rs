//! Blocks as a lab would measure them, by a rule instead of a cluster: sweeps for tests.

use std::sync::Arc;
use std::time::Duration;

use crate::lab::Block;
use crate::measure::{Accounts, Counts, Latencies, Stages, Steadiness};
use crate::settings::{Millis, Settings};

/// What settings come to here: waiting costs time, small batches cost capacity, and a rate near the capacity costs time again. The
/// block's number makes it waver a little.
#[must_use]
pub fn block(settings: &Arc<Settings>, number: u32) -> Block {
    let waver = 1.0 + (f64::from(number * 7919 % 13) - 6.0) * 0.004;
    let linger = settings.number("linger.ms");
    let capacity = 10_000.0 + 1500.0 * linger;
    let asked = settings.number("rate");
    let per_s = asked.min(capacity) * waver.min(1.0);
    let busy = (asked / capacity).min(1.0).powi(8);
    let p50 = (10.0 + linger * 0.6) * (1.0 + 9.0 * busy) * waver;
    let response = Latencies {
        count: 30_000,
        mean: Some(Millis(p50 * 1.1)),
        p50: Some(Millis(p50)),
        p99: Some(Millis(p50 * 1.9)),
        p99_9: Some(Millis(p50 * 2.6)),
        max: Some(Millis(p50 * 4.0)),
        ..Latencies::default()
    };
    Block {
        trial: u64::from(number),
        settings: Arc::clone(settings),
        warmed: Duration::from_millis(2600),
        measured: Duration::from_secs(3),
        accounts: Accounts {
            attempted: 30_000,
            delivered: 30_000,
            ..Accounts::default()
        },
        records_per_s: per_s,
        mib_per_s: per_s / 1024.0,
        response,
        delivery: response,
        send: Latencies::default(),
        lateness: Latencies::default(),
        end_to_end: None,
        histogram: Counts::new(),
        failures: Counts::new(),
        errors: Vec::new(),
        behind: 0,
        steadiness: Steadiness::Unasked,
        client_cpu: 0.2,
        stages: Stages::default(),
        machine: crate::lab::MachineReading::default(),
        warnings: Vec::new(),
    }
}
