//! From settings to what the senders of a trial do.

use std::sync::atomic::{AtomicU32, AtomicU64};
use std::sync::{Arc, Mutex};

use crate::lab::StopAfter;
use crate::load::helm::{Assignment, Kit, MAX_SENDERS, Waits};
use crate::load::native::Native;
use crate::load::parts::SenderPart;
use crate::load::workload::{Rate, Workload};
use crate::load::{Payloads, RecordKeys};
use crate::settings::Settings;

const NANOS_PER_MILLI: f64 = 1e6;

/// What an assignment is made from.
pub struct Plan<'a> {
    /// The trial's number.
    pub number: u64,
    /// Knobs and workload.
    pub settings: &'a Settings,
    /// The workload that senders follow now, and how many there are.
    pub former: Option<(&'a Workload, usize)>,
    /// Partitions of the topic.
    pub partitions: u32,
    /// Now, in nanoseconds since the lab started.
    pub now: u64,
    /// When the load ends by itself.
    pub stop_after: Option<StopAfter>,
    /// Makes payloads and record keys repeatable.
    pub seed: u64,
}

/// What the senders of a trial do. The error names a payload file that cannot be used.
pub fn assignment(
    plan: &Plan<'_>,
    producer: Arc<Native>,
    waits: Arc<Waits>,
) -> Result<Assignment, String> {
    let workload = Workload::from(plan.settings);
    let senders = (workload.senders as usize).clamp(1, MAX_SENDERS);
    let same_crew = plan.former.is_some_and(|(_, former)| former == senders);
    let was_paced = plan
        .former
        .is_some_and(|(former, _)| former.rate != Rate::Max);
    let same_records = same_crew
        && plan
            .former
            .is_some_and(|(former, _)| sends_the_same(former, &workload));
    let kits = if same_records {
        (0..senders).map(|_| None).collect()
    } else {
        kits(plan, &workload, senders)?
    };
    Ok(Assignment {
        trial: plan.number,
        producer,
        waits,
        parts: (0..senders)
            .map(|_| Arc::default())
            .collect::<Vec<Arc<SenderPart>>>(),
        rate: workload.rate,
        mode: workload.mode,
        max_block: nanos(plan.settings.number("max.block.ms")),
        from: plan.now,
        fresh_schedule: !(same_crew && was_paced),
        quota: match plan.stop_after {
            Some(StopAfter::Records(records)) => Some(records),
            _ => None,
        },
        kits: Mutex::new(kits),
        moved: AtomicU32::new(0),
        done: AtomicU32::new(0),
        first_accepted: AtomicU64::new(0),
        first_attempt: AtomicU64::new(0),
    })
}

fn sends_the_same(former: &Workload, next: &Workload) -> bool {
    former.size_min == next.size_min
        && former.size_max == next.size_max
        && former.payload == next.payload
        && former.payload_file == next.payload_file
        && former.keys == next.keys
        && former.key_count == next.key_count
}

fn kits(plan: &Plan<'_>, workload: &Workload, senders: usize) -> Result<Vec<Option<Kit>>, String> {
    let payloads = Payloads::new(workload, plan.seed).map_err(|error| error.to_string())?;
    let count = u32::try_from(senders).unwrap_or(1);
    Ok((0..count)
        .map(|sender| {
            let keys = RecordKeys::new(
                workload,
                plan.partitions,
                plan.seed.wrapping_add(u64::from(sender)),
            );
            Some(Kit {
                payloads: payloads.for_sender(sender, count),
                keys,
            })
        })
        .collect())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the table bounds max.block.ms"
)]
fn nanos(millis: f64) -> u64 {
    (millis * NANOS_PER_MILLI) as u64
}
