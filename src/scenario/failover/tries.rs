//! B6: a broker that waits for a silent follower, and a client that asks again meanwhile.

use std::collections::BTreeMap;

use super::{LIMIT, PARTITION, hands, struck, topic};
use crate::scenario::{Arm, Check, Run, Stage, Stopped, Told};
use crate::settings::Millis;
use crate::wire::Produced;

/// The time-out of one try in the treatment, in milliseconds: well below the 3 s in which a silent broker is given up.
const SHORT_MS: f64 = 500.0;
/// Records before the follower is frozen.
const FIRST: u64 = 40;

pub(super) fn run(stage: &Stage) -> Result<Told, Stopped> {
    let short = SHORT_MS.to_string();
    let (control, _) = arm(stage, "request.timeout.ms=30000", "30000", "on")?;
    let (treatment, tries) = arm(stage, "request.timeout.ms=500", &short, "on")?;
    let (doubled, _) = arm(stage, "the same without idempotence", &short, "off")?;
    let lesson = format!(
        "each try ended after about {SHORT_MS} ms and the next one followed; all of them together took {:.0} ms, and without \
         idempotence each left its copy in the log: keep request.timeout.ms above the time in which followers are given up",
        tries.total_ms
    );
    let is_per_try = tries.count >= 2 && tries.gap_ms >= SHORT_MS && tries.total_ms > SHORT_MS;
    let says = format!(
        "one batch was tried {} times, {:.0} ms apart, {:.0} ms in all: the time-out bounds one try, not their sum",
        tries.count, tries.gap_ms, tries.total_ms
    );
    Ok(Told {
        control,
        treatment,
        further: vec![doubled],
        checks: vec![Check::new(says, is_per_try)],
        lesson,
    })
}

/// The tries of the batch that was tried most.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Tries {
    count: u64,
    /// The mean time between two, in milliseconds.
    gap_ms: f64,
    /// From the first try to the last answer, in milliseconds.
    total_ms: f64,
}

fn arm(
    stage: &Stage,
    name: &str,
    timeout_ms: &str,
    idempotence: &str,
) -> Result<(Arm, Tries), Stopped> {
    stage.say(name);
    let hands = hands(stage)?;
    let topic = topic(stage, hands, "tries", &[])?;
    let tap = stage.wire(&[], Millis(0.0))?;
    let settings = [
        ("acks", "all"),
        ("rate", "20"),
        ("record.size", "100"),
        ("linger.ms", "0"),
        // A broker answers the requests of one connection in turn: several in flight would wait one after the other.
        ("max.in.flight", "1"),
        ("enable.idempotence", idempotence),
        ("request.timeout.ms", timeout_ms),
        ("delivery.timeout.ms", "60000"),
    ];
    let mut load = stage.begin(&Run {
        arm: name,
        settings: &settings,
        wire: Some(&tap),
        ..Run::to(&topic)
    })?;
    load.wait(LIMIT, |reading| reading.accounts.delivered >= FIRST)?;
    let before = load.reading().accounts;
    hands
        .shrink(&topic, PARTITION, 2)
        .map_err(Stopped::broken)?;
    let shrunk = load.reading().accounts;
    load.wait(LIMIT, |reading| {
        reading.accounts.delivered >= shrunk.attempted
    })?;
    hands.heal().map_err(Stopped::broken)?;
    let produced = load.finish()?;
    let seen = tap.seen();
    let tries = most_tried(&seen);
    let summary = produced.wire.unwrap_or_default();
    let timed_out = summary.answers.get("REQUEST_TIMED_OUT").copied();
    let arm = Arm::new(name)
        .with("batches sent again", summary.repeated)
        .with("batches answered REQUEST_TIMED_OUT", timed_out.unwrap_or(0))
        .with("tries of one batch, at most", tries.count)
        .with("ms between its tries", tries.gap_ms)
        .with("ms from its first try to its last answer", tries.total_ms)
        .with(
            "failed",
            produced.findings.failed + produced.findings.unknown,
        )
        .with("duplicated", produced.findings.duplicated)
        .with("lost", produced.findings.lost)
        .anomaly(summary.repeated)
        .faults(struck(shrunk.attempted - before.attempted));
    Ok((arm, tries))
}

/// The tries of the batch that passed most often; batches are known by producer id and sequence, so with idempotence only.
fn most_tried(seen: &[Produced]) -> Tries {
    let mut batches: BTreeMap<(i64, i32), Vec<&Produced>> = BTreeMap::new();
    for produced in seen {
        for batch in produced.batches.iter().filter(|it| it.base_sequence >= 0) {
            let key = (batch.producer_id, batch.base_sequence);
            batches.entry(key).or_default().push(produced);
        }
    }
    let Some(most) = batches.values().max_by_key(|tries| tries.len()) else {
        return Tries::default();
    };
    let begin = most.iter().map(|it| it.at_ms).fold(f64::INFINITY, f64::min);
    let last = most.iter().map(|it| it.at_ms).fold(begin, f64::max);
    let answered = most
        .iter()
        .filter_map(|it| Some(it.at_ms + it.answered_ms?));
    let count = u64::try_from(most.len()).unwrap_or(u64::MAX);
    let gaps = u32::try_from(most.len().saturating_sub(1)).unwrap_or(u32::MAX);
    Tries {
        count,
        gap_ms: if gaps == 0 {
            0.0
        } else {
            (last - begin) / f64::from(gaps)
        },
        total_ms: answered.fold(begin, f64::max) - begin,
    }
}
