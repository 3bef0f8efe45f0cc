//! C2: what acks=1 has acknowledged dies with the leader.

use super::{LIMIT, PARTITION, hands, struck, topic};
use crate::cluster::local::BrokerCommand;
use crate::lab::{Command, LoadState, StopAfter};
use crate::scenario::{Arm, Run, Stage, Stopped, Told};

/// Written with acks=all before: a follower that has not begun to fetch a new topic would save nothing, and lose nothing.
const WARM_UP: u64 = 1_000;
/// So many records reach the leader while its followers are frozen.
const ALONE: u64 = 4_000;

pub(super) fn run(stage: &Stage) -> Result<Told, Stopped> {
    let control = arm(stage, "all")?;
    let treatment = arm(stage, "1")?;
    let lesson = format!(
        "{} acknowledged records were on the leader alone when it died, and went with it; acks=all acknowledges only what every replica in sync has",
        treatment.anomaly
    );
    Ok(Told {
        control,
        treatment,
        lesson,
        ..Told::default()
    })
}

fn arm(stage: &Stage, acks: &str) -> Result<Arm, Stopped> {
    let name = format!("acks={acks}");
    stage.say(&name);
    let hands = hands(stage)?;
    let topic = topic(stage, hands, &format!("acks-{acks}"), &[])?;
    warm_up(stage, &topic)?;
    let settings = [
        ("acks", acks),
        ("rate", "4000"),
        ("record.size", "100"),
        ("linger.ms", "5"),
        ("enable.idempotence", "off"),
    ];
    let mut load = stage.begin(&Run {
        arm: &name,
        settings: &settings,
        ..Run::to(&topic)
    })?;
    load.wait(LIMIT, |reading| reading.accounts.delivered >= WARM_UP)?;
    let leader = hands
        .partition(&topic, PARTITION)
        .map_err(Stopped::broken)?
        .leader
        .ok_or_else(|| Stopped::broken("the topic has no leader"))?;
    let frozen = hands
        .followers(BrokerCommand::Pause, &topic, PARTITION)
        .map_err(Stopped::broken)?;
    let before = load.reading().accounts;
    load.wait(LIMIT, |reading| {
        reading.accounts.attempted >= before.attempted + ALONE
    })?;
    load.command(Command::Pause);
    // The leader acknowledges alone with acks=1; with acks=all it waits, and so do the records.
    let last = load.wait(LIMIT, |reading| {
        reading.load == LoadState::Paused && (acks == "all" || reading.accounts.in_flight() == 0)
    })?;
    let alone = last.accounts.delivered.saturating_sub(before.delivered);
    let waiting = last.accounts.in_flight();
    let kafka = stage.local()?;
    let kill = kafka.control(BrokerCommand::Kill, leader);
    kill.map_err(Stopped::broken)?;
    let resumed = kafka.control_all(BrokerCommand::Resume, &frozen);
    resumed.map_err(Stopped::broken)?;
    // What is read back before every replica is in sync is not what stays.
    hands.heal().map_err(Stopped::broken)?;
    let found = load.finish()?.findings;
    Ok(Arm::new(name)
        .with("acknowledged", found.acknowledged)
        .with("acknowledged by the leader alone", alone)
        .with("in flight when the leader died", waiting)
        .with("lost", found.lost)
        .with("duplicated", found.duplicated)
        .anomaly(found.lost)
        .faults(struck(alone + waiting)))
}

fn warm_up(stage: &Stage, topic: &str) -> Result<(), Stopped> {
    let settings = [("acks", "all"), ("rate", "2000"), ("record.size", "100")];
    let run = Run {
        arm: "warm-up",
        settings: &settings,
        stop_after: Some(StopAfter::Records(WARM_UP)),
        audit: false,
        ..Run::to(topic)
    };
    stage.produce(&run).map(drop)
}
