//! B3: too few replicas in sync, as the broker says it and as the client tells it.

use std::time::Instant;

use super::{LIMIT, PARTITION, hands, struck, topic};
use crate::lab::Command;
use crate::scenario::{Arm, Produced, Run, Stage, Stopped, Told};
use crate::settings::Millis;

/// The two answers: refused, and refused although the leader has it.
const CODES: [&str; 2] = ["NOT_ENOUGH_REPLICAS", "NOT_ENOUGH_REPLICAS_AFTER_APPEND"];
/// So many records tell what becomes of them once the set is too small.
const ENOUGH: u64 = 300;

pub(super) fn run(stage: &Stage) -> Result<Told, Stopped> {
    let control = arm(stage, "min.insync.replicas=2", "2", &[])?;
    let treatment = arm(stage, "min.insync.replicas=3", "3", &[])?;
    let plain = arm(stage, "the same with retries=0", "3", &[("retries", "0")])?;
    Ok(Told {
        control,
        treatment,
        further: vec![plain],
        lesson: "the refusal is seen on the wire; librdkafka retries it and reports a time-out, and a record that is reported \
                 as failed may be in the log: failed is not \"not written\""
            .into(),
        ..Told::default()
    })
}

fn arm(stage: &Stage, name: &str, least: &str, more: &[(&str, &str)]) -> Result<Arm, Stopped> {
    stage.say(name);
    let hands = hands(stage)?;
    let topic = topic(stage, hands, "replicas", &[("min.insync.replicas", least)])?;
    let tap = stage.wire(&[], Millis(0.0))?;
    let shared = [
        ("acks", "all"),
        ("rate", "300"),
        ("record.size", "100"),
        ("linger.ms", "5"),
        ("enable.idempotence", "off"),
        ("delivery.timeout.ms", "5000"),
    ];
    let settings = [&shared[..], more].concat();
    let mut load = stage.begin(&Run {
        arm: name,
        settings: &settings,
        wire: Some(&tap),
        ..Run::to(&topic)
    })?;
    load.wait(LIMIT, |reading| reading.accounts.delivered >= ENOUGH)?;
    let (before, begun) = (load.reading().accounts, Instant::now());
    hands
        .shrink(&topic, PARTITION, 2)
        .map_err(Stopped::broken)?;
    let shrunk = load.reading().accounts;
    let took_s = begun.elapsed().as_secs_f64();
    let refuses = least == "3";
    load.wait(LIMIT, |reading| {
        let now = reading.accounts;
        if refuses {
            // Those that met their time-out before it are no answer to it.
            now.failed >= shrunk.failed + ENOUGH
        } else {
            now.delivered >= shrunk.attempted + ENOUGH
        }
    })?;
    let failing_s = begun.elapsed().as_secs_f64();
    load.command(Command::Pause);
    hands.heal().map_err(Stopped::broken)?;
    let arm = count(Arm::new(name), &load.finish()?)
        .with("s until the follower was out of sync", took_s)
        .faults(struck(shrunk.attempted - before.attempted));
    Ok(if refuses {
        arm.with(
            &format!("s until {ENOUGH} more records had failed"),
            failing_s,
        )
    } else {
        arm
    })
}

/// What the wire saw beside what the client reported, and what the log holds of it.
fn count(mut arm: Arm, produced: &Produced) -> Arm {
    let answers = produced.wire.as_ref().map(|wire| &wire.answers);
    let mut refused = 0;
    for code in CODES {
        let count = answers.and_then(|all| all.get(code)).copied().unwrap_or(0);
        refused += count;
        arm = arm.with(&format!("batches answered {code}"), count);
    }
    for error in &produced.snapshot.result.errors {
        arm = arm.with(&format!("records reported {}", error.code), error.count);
    }
    let found = &produced.findings;
    arm.with("failed", found.failed + found.unknown)
        .with(
            "failed, yet in the log",
            found.unknown_landed + found.resurrected,
        )
        .with("duplicated", found.duplicated)
        .with("lost", found.lost)
        .anomaly(refused)
}
