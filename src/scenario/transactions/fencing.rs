//! C12: two producers do the same work, since the older one was thought dead; it was not.

use rdkafka::producer::{BaseProducer, Producer};

use super::clients::{self, Level, PATIENCE};
use crate::scenario::row::{Arm, Check, Stopped, Told};
use crate::scenario::stage::Stage;

/// Records of each producer.
const RECORDS: u64 = 20;

pub fn run(stage: &Stage) -> Result<Told, Stopped> {
    let (control, said) = arm(stage, true)?;
    let (treatment, _) = arm(stage, false)?;
    let said = said.unwrap_or_else(|| "nothing".into());
    let fenced = ["fenced", "epoch"]
        .iter()
        .any(|word| said.to_lowercase().contains(word));
    Ok(Told {
        control,
        treatment,
        checks: vec![Check::new(
            format!("the older producer is told: {said}"),
            fenced,
        )],
        lesson: "initialising under a transactional.id raises the epoch of its producer id; brokers refuse whoever still has the older one"
            .into(),
        ..Told::default()
    })
}

/// The arm, and what the older producer was told.
fn arm(stage: &Stage, transactional: bool) -> Result<(Arm, Option<String>), Stopped> {
    let (word, title) = if transactional {
        ("named", "one transactional.id")
    } else {
        ("unnamed", "idempotence alone")
    };
    stage.say(title);
    let topic = stage.topic(word, 1, 1, &[])?;
    let config = clients::config(&stage.connection())?;
    let name = transactional.then(|| clients::name("c12"));
    let steps = || -> Result<_, String> {
        let older = clients::producer(&config, name.as_deref())?;
        begin(&older, transactional)?;
        clients::write(&older, &topic, 0, numbered("older before"))?;
        let younger = clients::producer(&config, name.as_deref())?;
        begin(&younger, transactional)?;
        clients::write(&younger, &topic, 0, numbered("younger"))?;
        end(&younger, transactional)?;
        // The older one wakes up and knows of nothing.
        let sent = clients::write(&older, &topic, 0, numbered("older after"));
        let told = sent.and_then(|()| end(&older, transactional)).err();
        clients::await_stable(&config, &topic, 1)?;
        let found = clients::read(&config, &topic, Level::Committed)?;
        Ok((told, clients::tally(&found)))
    };
    let (told, tally) = steps().map_err(Stopped::Broken)?;
    let of = |who: &str| -> u64 {
        let found = tally.iter().filter(|(text, _)| text.starts_with(who));
        found.map(|(_, count)| count).sum()
    };
    let zombie = of("older after");
    let arm = Arm::new(title)
        .with("of_the_older_before", of("older before"))
        .with("of_the_older_after", zombie)
        .with("of_the_younger", of("younger"))
        .anomaly(zombie)
        .faults(1);
    Ok((arm, told))
}

fn numbered(who: &str) -> Vec<String> {
    (0..RECORDS)
        .map(|number| format!("{who} {number}"))
        .collect()
}

fn begin(producer: &BaseProducer, transactional: bool) -> Result<(), String> {
    if transactional {
        return producer.begin_transaction().map_err(clients::text);
    }
    Ok(())
}

fn end(producer: &BaseProducer, transactional: bool) -> Result<(), String> {
    if transactional {
        return producer.commit_transaction(PATIENCE).map_err(clients::text);
    }
    Ok(())
}
