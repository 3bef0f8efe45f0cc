//! B7: how long the cluster needs after a leader has died, and which bound on delivery survives that.

use std::time::Instant;

use super::{LIMIT, PARTITION, hands, struck, topic};
use crate::cluster::local::BrokerCommand;
use crate::lab::Command;
use crate::scenario::{Arm, Check, Run, Stage, Stopped, Told};

/// Records before the leader dies, and after another has taken over.
const ENOUGH: u64 = 300;

pub(super) fn run(stage: &Stage) -> Result<Told, Stopped> {
    let (control, longest_ms) = arm(stage, "delivery.timeout.ms=60000", "60000", &[])?;
    let (treatment, _) = arm(stage, "delivery.timeout.ms=1000", "1000", &[])?;
    let once = [("retries", "0")];
    let (once, _) = arm(
        stage,
        "retries=0, delivery.timeout.ms=60000",
        "60000",
        &once,
    )?;
    let says = format!(
        "the longest delivery took {longest_ms:.0} ms: any longer delivery.timeout.ms would have survived the loss of the leader, \
         1000 ms could not"
    );
    Ok(Told {
        checks: vec![Check::new(says, longest_ms > 1_000.0)],
        lesson: format!(
            "leave retries alone and set delivery.timeout.ms above {:.0} ms, the time that this cluster took to recover; \
             with retries=0 {} records failed although there was time",
            longest_ms, once.anomaly
        ),
        control,
        treatment,
        further: vec![once],
    })
}

/// The arm, and the longest delivery in milliseconds.
fn arm(
    stage: &Stage,
    name: &str,
    timeout_ms: &str,
    more: &[(&str, &str)],
) -> Result<(Arm, f64), Stopped> {
    stage.say(name);
    let hands = hands(stage)?;
    let topic = topic(stage, hands, "recovery", &[])?;
    let shared = [
        ("acks", "all"),
        ("rate", "300"),
        ("record.size", "100"),
        ("linger.ms", "5"),
        ("enable.idempotence", "off"),
        ("delivery.timeout.ms", timeout_ms),
    ];
    let settings = [&shared[..], more].concat();
    let mut load = stage.begin(&Run {
        arm: name,
        settings: &settings,
        ..Run::to(&topic)
    })?;
    load.wait(LIMIT, |reading| reading.accounts.delivered >= ENOUGH)?;
    let leader = hands
        .partition(&topic, PARTITION)
        .map_err(Stopped::broken)?
        .leader
        .ok_or_else(|| Stopped::broken("the topic has no leader"))?;
    let begun = Instant::now();
    let kill = stage.local()?.control(BrokerCommand::Kill, leader);
    kill.map_err(Stopped::broken)?;
    // Records that were sent by then have no leader to go to.
    let dead = load.reading().accounts.attempted + 1;
    let lost = load.wait(LIMIT, |reading| reading.accounts.attempted >= dead)?;
    let hit = lost.accounts.in_flight();
    let alone = lost.accounts.delivered;
    load.wait(LIMIT, |reading| {
        reading.accounts.delivered >= alone + ENOUGH
    })?;
    let recovered_s = begun.elapsed().as_secs_f64();
    // What fails while the old leader starts beside a busy load says nothing of its loss.
    load.command(Command::Pause);
    hands.heal().map_err(Stopped::broken)?;
    let produced = load.finish()?;
    let found = &produced.findings;
    let failed = produced.snapshot.result.failed;
    let longest = produced.snapshot.result.delivery_ms.max;
    let mut arm = Arm::new(name)
        .with(
            "s from the kill until records were delivered again",
            recovered_s,
        )
        .with("failed", failed)
        .with(
            "failed, yet in the log",
            found.unknown_landed + found.resurrected,
        )
        .with("duplicated", found.duplicated)
        .with("lost", found.lost)
        .with_some("longest delivery, ms", longest.map(|time| time.0))
        .anomaly(failed)
        .faults(struck(hit));
    for error in &produced.snapshot.result.errors {
        arm = arm.with(&format!("records reported {}", error.code), error.count);
    }
    Ok((arm, longest.map_or(0.0, |time| time.0)))
}
