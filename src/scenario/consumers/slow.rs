//! Processing that takes longer than the group waits: D4.

use super::scene::{BATCH, POLL_INTERVAL_MS, Scene, arm, ended, is_whole};
use super::task::{Commit, Each, Labour, Order, Task};
use super::trace::{Event, History};
use crate::scenario::{Arm, Check, Stage, Stopped, Told};

/// No shorter than the session, and most brokers take no session below 6 s.
const SHORT_MS: u32 = 6_000;
/// librdkafka looks twice a second.
const LABOUR_MS: u64 = 8_000;

/// D4.
pub fn poll_interval(stage: &Stage) -> Result<Told, Stopped> {
    let scene = Scene::lay(stage, "slow", &[2 * BATCH])?;
    stage.say(
        "the first batch takes 8 s, with max.poll.interval.ms of 6 s and of 300 s at the same time",
    );
    let commit = Commit::Manual {
        order: Order::Last,
        each: Each::Batch,
    };
    let task = |group: &str, poll_interval_ms| Task {
        // A static member does not leave by itself, so nobody would notice before its session ends.
        is_static: false,
        poll_interval_ms,
        labour: Labour {
            first_batch_ms: LABOUR_MS,
            ..Labour::default()
        },
        ..scene.task(group, commit)
    };
    let long = scene.start(&task("long", POLL_INTERVAL_MS))?;
    let short = scene.start(&task("short", SHORT_MS))?;
    let long = scene.history(vec![is_whole(ended(long)?)?]);
    let short = scene.history(vec![is_whole(ended(short)?)?]);
    let (lost, refused) = (rebalances(&short), refusals(&short));
    Ok(Told {
        lesson: format!(
            "Without a poll for 6 s the client left the group: the assignment was lost {lost} time(s), {refused} commit(s) of finished work \
             refused, {} records processed twice. With 300 s: {}.",
            short.repeated(),
            long.repeated(),
        ),
        checks: vec![
            Check::new(format!("the assignment was lost: {lost} time(s)"), lost > 0),
            Check::new(
                format!("the commit of the finished batch was refused: {refused} time(s)"),
                refused > 0,
            ),
            Check::new(
                format!("in the end nothing is lost: {}", short.lost()),
                short.lost() == 0,
            ),
        ],
        control: judged("max.poll.interval.ms 300 s", &long),
        treatment: judged("max.poll.interval.ms 6 s", &short),
        further: Vec::new(),
    })
}

fn judged(name: &str, history: &History) -> Arm {
    arm(name, history, history.repeated())
        // The one slow batch, which both met.
        .faults(1)
        .with("assignments lost", rebalances(history))
        .with("commits refused", refusals(history))
}

fn rebalances(history: &History) -> u64 {
    history.count(|event| matches!(event, Event::Revoked { lost: true, .. }))
}

fn refusals(history: &History) -> u64 {
    history.count(|event| matches!(event, Event::Refused { .. }))
}
