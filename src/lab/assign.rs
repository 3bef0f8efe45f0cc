//! From settings to what the senders of a trial do.

use std::sync::atomic::{AtomicU32, AtomicU64};
use std::sync::{Arc, Mutex};

use crate::lab::StopAfter;
use crate::load::clock::Clock;
use crate::load::helm::{Assignment, Kit, MAX_SENDERS};
use crate::load::mark::Marks;
use crate::load::native::Native;
use crate::load::parts::SenderPart;
use crate::load::reports::Reports;
use crate::load::transactions::{self, Transactions};
use crate::load::workload::{Rate, Workload};
use crate::load::{Payloads, RecordKeys};
use crate::settings::Settings;

const NANOS_PER_MILLI: f64 = 1e6;

/// What an assignment is made from.
pub struct Plan<'a> {
    /// The trial's number.
    pub number: u64,
    /// Writes the header into records that are read back.
    pub marks: Option<Arc<Marks>>,
    /// Knobs and workload.
    pub settings: &'a Settings,
    /// What senders follow now.
    pub former: Option<Former<'a>>,
    /// Partitions of the topic.
    pub partitions: u32,
    /// The lab's clock.
    pub clock: Clock,
    /// When the load ends by itself.
    pub stop_after: Option<StopAfter>,
    /// Makes payloads and record keys repeatable.
    pub seed: u64,
    /// Hears of every transaction that ends, where records are audited.
    pub transactions: Option<transactions::Witness>,
}

/// What senders follow before a turn.
#[derive(Clone, Copy)]
pub struct Former<'a> {
    /// The workload.
    pub workload: &'a Workload,
    /// How many senders there are.
    pub senders: usize,
    /// What they were told last, which some of them may not have seen yet.
    pub assignment: Option<&'a Assignment>,
}

impl Former<'_> {
    /// Whether a sender may never see the kits and the schedule that it was given last: they must then be given again.
    fn is_passed_over(self) -> bool {
        self.assignment
            .is_some_and(|former| former.is_new_to_senders() && !former.has_all_senders())
    }
}

/// What the senders of a trial do. The error names a payload file that cannot be used.
pub fn assignment(
    mut plan: Plan<'_>,
    producer: Arc<Native>,
    reports: Arc<Reports>,
) -> Result<Assignment, String> {
    let workload = Workload::from(plan.settings);
    let senders = (workload.senders as usize).clamp(1, MAX_SENDERS);
    let kept = plan
        .former
        .filter(|former| former.senders == senders && !former.is_passed_over());
    let was_paced = kept.is_some_and(|former| former.workload.rate != Rate::Max);
    let same_records = kept.is_some_and(|former| {
        let was_marked = former.assignment.is_some_and(|it| it.marks.is_some());
        sends_the_same(former.workload, &workload) && (was_marked || plan.marks.is_none())
    });
    let kits = if same_records {
        (0..senders).map(|_| None).collect()
    } else {
        kits(&plan, &workload, senders)?
    };
    let witness = plan.transactions.take();
    let transactions = transactions::Plan::from(plan.settings)
        .map(|cut| Arc::new(Transactions::new(cut, senders, witness)));
    Ok(Assignment {
        trial: plan.number,
        producer,
        reports,
        parts: (0..senders)
            .map(|_| Arc::default())
            .collect::<Vec<Arc<SenderPart>>>(),
        rate: workload.rate,
        mode: workload.mode,
        max_block: nanos(plan.settings.number("max.block.ms")),
        // After the kits were made, which takes its time: no record falls due before it could be sent.
        from: plan.clock.now(),
        fresh_schedule: !was_paced,
        quota: match plan.stop_after {
            Some(StopAfter::Records(records)) => Some(records),
            _ => None,
        },
        kits: Mutex::new(kits),
        moved: AtomicU32::new(0),
        done: AtomicU32::new(0),
        first_accepted: AtomicU64::new(0),
        first_attempt: AtomicU64::new(0),
        pause: AtomicU64::new(0),
        marks: plan.marks.clone(),
        transactions,
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
    if plan.marks.is_some() {
        payloads.fit_header().map_err(|error| error.to_string())?;
    }
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
