//! C5: a producer is killed with a batch written that it has not noted as done, and its successor sends that batch again.

use std::collections::BTreeMap;

use rdkafka::producer::Producer;

use super::clients::{self, Level, PATIENCE};
use crate::cluster::producers::{self, ProducerState};
use crate::scenario::child::Cue;
use crate::scenario::row::{Arm, Check, Stopped, Told};
use crate::scenario::stage::Stage;

/// How often each arm is killed.
const KILLS: u64 = 3;
/// Records of a batch.
const BATCH: u64 = 100;

pub fn run(stage: &Stage) -> Result<Told, Stopped> {
    let (control, mut checks) = arm(stage, true)?;
    let (treatment, more) = arm(stage, false)?;
    checks.extend(more);
    Ok(Told {
        control,
        treatment,
        checks,
        lesson: "idempotence recognises the retries of one producer; what its successor sends again under a new producer id is new to the broker. \
A transactional.id outlives the producer: the successor ends what was left open, and only then sends again"
            .into(),
        ..Told::default()
    })
}

fn arm(stage: &Stage, transactional: bool) -> Result<(Arm, Vec<Check>), Stopped> {
    let (word, title) = if transactional {
        ("named", "transactional.id")
    } else {
        ("unnamed", "idempotence alone")
    };
    stage.say(title);
    let topic = stage.topic(word, 1, 1, &[])?;
    let name = if transactional {
        clients::name("c5")
    } else {
        String::new()
    };
    let mut killed = 0;
    for batch in 0..KILLS {
        let from = (batch * BATCH).to_string();
        let count = BATCH.to_string();
        let args = [topic.as_str(), &name, &from, &count];
        let mut first = stage.child(&stage.connection(), "send-numbers", &args)?;
        first.until("written", PATIENCE)?;
        first.kill();
        killed += 1;
        // Its successor does not know that the batch is written, and sends it again.
        let mut second = stage.child(&stage.connection(), "send-numbers", &args)?;
        second.until("written", PATIENCE)?;
        second.tell("finish")?;
        second.until("finished", PATIENCE)?;
    }
    let config = clients::config(&stage.connection())?;
    clients::await_stable(&config, &topic, 1).map_err(Stopped::Broken)?;
    let found = clients::read(&config, &topic, Level::Committed).map_err(Stopped::Broken)?;
    let tally = clients::tally(&found);
    let arm = counted(title, &tally, killed);
    let whole = (0..KILLS * BATCH).all(|number| tally.contains_key(&number.to_string()));
    let mut checks = vec![Check::new(
        format!("{title}: each of {} records can be read", KILLS * BATCH),
        whole,
    )];
    match producers::describe(&stage.connection(), &topic, 0) {
        Ok(states) => checks.push(identity(title, &states, transactional)),
        Err(reason) => {
            let note = format!("the broker's own view was not asked: {reason}");
            return Ok((arm.note(note), checks));
        }
    }
    Ok((arm, checks))
}

fn counted(title: &str, tally: &BTreeMap<String, u64>, killed: u64) -> Arm {
    let copies: u64 = tally.values().map(|count| count - 1).sum();
    Arm::new(title)
        .with("sent", KILLS * BATCH)
        .with("killed", killed)
        .with("different", tally.len() as u64)
        .with("duplicated", copies)
        .anomaly(copies)
        .faults(killed)
}

/// As whom the broker knew the producers: one after the other, or one and the same in several epochs.
fn identity(title: &str, states: &[ProducerState], transactional: bool) -> Check {
    let mut ids: Vec<i64> = states.iter().map(|state| state.producer_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let epoch = states.iter().map(|state| state.producer_epoch).max();
    let says = format!(
        "{title}: the broker knew {} producer ids, the highest epoch {}",
        ids.len(),
        epoch.unwrap_or(-1)
    );
    let holds = if transactional {
        ids.len() == 1 && epoch.is_some_and(|epoch| epoch > 0)
    } else {
        ids.len() as u64 == 2 * KILLS && epoch == Some(0)
    };
    Check::new(says, holds)
}

/// The child: topic, transactional.id (empty: none), first number, how many. Writes them, and finishes when it is told to.
pub fn child(cue: &Cue) -> Result<(), String> {
    let (topic, name) = (cue.arg(0)?, cue.arg(1)?);
    let from: u64 = cue.arg(2)?.parse().map_err(clients::text)?;
    let count: u64 = cue.arg(3)?.parse().map_err(clients::text)?;
    let transactional = !name.is_empty();
    let producer = clients::producer(&cue.config, Some(name).filter(|_| transactional))?;
    if transactional {
        producer.begin_transaction().map_err(clients::text)?;
    }
    let numbers = (from..from + count).map(|number| number.to_string());
    clients::write(&producer, topic, 0, numbers)?;
    cue.say("written");
    if cue.next().is_some() {
        if transactional {
            producer
                .commit_transaction(PATIENCE)
                .map_err(clients::text)?;
        }
        cue.say("finished");
    }
    Ok(())
}
