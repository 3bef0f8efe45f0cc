//! C11: units of one record for each partition of two topics, some of them interrupted half way.

use std::collections::BTreeMap;

use rdkafka::producer::Producer;

use super::clients::{self, Level, PATIENCE};
use crate::scenario::row::{Arm, Check, Stopped, Told};
use crate::scenario::stage::Stage;

/// Partitions of each of the two topics.
const PARTITIONS: i32 = 3;
/// Units that are interrupted, each followed by one that is not.
const INTERRUPTED: u64 = 4;

pub fn run(stage: &Stage) -> Result<Told, Stopped> {
    let (control, whole) = arm(stage, true)?;
    let (treatment, also) = arm(stage, false)?;
    Ok(Told {
        control,
        treatment,
        checks: vec![whole, also],
        lesson: "without a transaction whatever was sent before the interruption is there for good, half of a unit included".into(),
        ..Told::default()
    })
}

fn arm(stage: &Stage, transactional: bool) -> Result<(Arm, Check), Stopped> {
    let (word, title) = if transactional {
        ("one", "one transaction for each unit")
    } else {
        ("many", "without transactions")
    };
    stage.say(title);
    let count = PARTITIONS.unsigned_abs();
    let topics = [
        stage.topic(&format!("{word}-a"), count, 1, &[])?,
        stage.topic(&format!("{word}-b"), count, 1, &[])?,
    ];
    let name = transactional.then(|| clients::name("c11"));
    let config = clients::config(&stage.connection())?;
    let steps = || -> Result<_, String> {
        for unit in 0..INTERRUPTED {
            // Whoever begins anew ends what was left open under its name.
            let producer = clients::producer(&config, name.as_deref())?;
            let places = || {
                topics
                    .iter()
                    .flat_map(|it| (0..PARTITIONS).map(move |at| (it, at)))
            };
            let half = places().count() / 2;
            let send = |unit: &str, upto: usize| {
                if transactional {
                    producer.begin_transaction().map_err(clients::text)?;
                }
                for (topic, partition) in places().take(upto) {
                    clients::send(&producer, topic, partition, unit)?;
                }
                producer.flush(PATIENCE).map_err(clients::text)
            };
            send(&format!("whole {unit}"), 2 * half)?;
            if transactional {
                producer
                    .commit_transaction(PATIENCE)
                    .map_err(clients::text)?;
            }
            send(&format!("half {unit}"), half)?;
            // The producer is gone, and has ended nothing.
        }
        // The last one left open ends by its successor.
        drop(clients::producer(&config, name.as_deref())?);
        let mut seen: BTreeMap<String, u64> = BTreeMap::new();
        for topic in &topics {
            clients::await_stable(&config, topic, PARTITIONS)?;
            for (unit, records) in clients::tally(&clients::read(&config, topic, Level::Committed)?)
            {
                *seen.entry(unit).or_default() += records;
            }
        }
        Ok(seen)
    };
    let seen = steps().map_err(Stopped::Broken)?;
    let all = u64::from(2 * count);
    let whole = seen.values().filter(|records| **records == all).count() as u64;
    let torn = seen.len() as u64 - whole;
    let arm = Arm::new(title)
        .with("units_begun", 2 * INTERRUPTED)
        .with("units_whole", whole)
        .with("units_torn", torn)
        .anomaly(torn)
        .faults(INTERRUPTED);
    let check = Check::new(
        format!(
            "{title}: {whole} of {INTERRUPTED} units that were not interrupted can be read in all {all} partitions"
        ),
        whole == INTERRUPTED,
    );
    Ok((arm, check))
}
