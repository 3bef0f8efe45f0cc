//! Killed between two steps: C6, C7 and D5.

use super::scene::{BATCH, Scene, arm};
use super::task::{Auto, Commit, Death, Each, Labour, Order, Step, Task};
use super::trace::{At, History, Life, shown};
use crate::scenario::{Check, Stage, Stopped, Told};

/// Four batches.
const RECORDS: i64 = 4 * BATCH;
const FIRST: &str = "commit, then process";
const LAST: &str = "process, then commit";

/// Dies in its second batch between the commit and processing, whichever comes first.
fn between(scene: &Scene<'_>, order: Order) -> Result<History, Stopped> {
    let (group, after, count) = match order {
        Order::First => ("first", Step::Committed, 2),
        Order::Last => ("last", Step::Processed, 2 * BATCH.unsigned_abs()),
    };
    let commit = Commit::Manual {
        order,
        each: Each::Batch,
    };
    scene.killed(&scene.task(group, commit), Death { after, count })
}

/// Both orders, the one that commits first before the other.
fn both(stage: &Stage) -> Result<(History, History), Stopped> {
    let scene = Scene::lay(stage, "order", &[RECORDS])?;
    stage.say("commit before processing, killed between the two");
    let first = between(&scene, Order::First)?;
    stage.say("commit after processing, killed between the two");
    Ok((first, between(&scene, Order::Last)?))
}

/// C6.
pub fn at_most_once(stage: &Stage) -> Result<Told, Stopped> {
    let (first, last) = both(stage)?;
    Ok(Told {
        lesson: format!(
            "What is committed counts as done: {} of {RECORDS} records were never processed, and no error says so. Committed after \
             processing, {} were lost.",
            first.lost(),
            last.lost()
        ),
        checks: vec![Check::new(
            format!(
                "committed first, nothing was processed twice: {}",
                first.repeated()
            ),
            first.repeated() == 0,
        )],
        treatment: arm(FIRST, &first, first.lost()),
        control: arm(LAST, &last, last.lost()),
        further: Vec::new(),
    })
}

/// C7.
pub fn at_least_once(stage: &Stage) -> Result<Told, Stopped> {
    let (first, last) = both(stage)?;
    Ok(Told {
        lesson: format!(
            "What is not committed is handed over again: {} of {RECORDS} records were processed twice, {} lost.",
            last.repeated(),
            last.lost()
        ),
        checks: vec![Check::new(
            format!("committed last, nothing was lost: {}", last.lost()),
            last.lost() == 0,
        )],
        treatment: arm(LAST, &last, last.repeated()),
        control: arm(FIRST, &first, first.repeated()),
        further: Vec::new(),
    })
}

/// Long enough that the client's timer strikes while a record is processed.
const EACH_MS: u64 = 400;
const EVERY_MS: u32 = 50;
/// One record into the second batch.
const DEATH: Death = Death {
    after: Step::Processed,
    count: BATCH.unsigned_abs() + 1,
};

/// D5.
pub fn auto_or_manual(stage: &Stage) -> Result<Told, Stopped> {
    let scene = Scene::lay(stage, "auto", &[2 * BATCH])?;
    let play = |group: &str, commit: Commit| {
        stage.say(&format!(
            "commits: {group}; killed one record into the second batch"
        ));
        let task = Task {
            labour: Labour {
                each_ms: EACH_MS,
                ..Labour::default()
            },
            ..scene.task(group, commit)
        };
        scene.killed(&task, DEATH)
    };
    let auto = |what| Commit::Auto {
        every_ms: EVERY_MS,
        what,
    };
    let order = Order::Last;
    let each = Each::Batch;
    let manual = play("manual", Commit::Manual { order, each })?;
    let handed_over = play("automatic", auto(Auto::HandedOver))?;
    let marked = play("automatic-marked", auto(Auto::Processed))?;
    Ok(Told {
        lesson: format!(
            "Killed after {} of {} records. Manual: {}. Automatic: {}. Automatic, marked after processing: {}.",
            DEATH.count,
            2 * BATCH,
            outcome(&manual),
            outcome(&handed_over),
            outcome(&marked),
        ),
        checks: vec![
            Check::new(
                "both were killed at the same record",
                before_death(&manual) == before_death(&handed_over),
            ),
            Check::new(
                format!(
                    "manual, the batch that was begun came again: {} repeated",
                    manual.repeated()
                ),
                manual.repeated() == 1,
            ),
            Check::new(
                format!(
                    "marked after processing, nothing is lost: {}",
                    marked.lost()
                ),
                marked.lost() == 0,
            ),
        ],
        control: arm("manual, after each batch", &manual, manual.lost()),
        treatment: arm(
            "automatic, what was handed over",
            &handed_over,
            handed_over.lost(),
        ),
        further: vec![arm(
            "automatic, what was marked as processed",
            &marked,
            marked.lost(),
        )],
    })
}

/// What the crash found committed, and what came of it.
fn outcome(history: &History) -> String {
    let found = history.lives.last().and_then(Life::found);
    format!(
        "committed {}, {} lost, {} repeated",
        shown(&found.cloned().unwrap_or_default()),
        history.lost(),
        history.repeated()
    )
}

fn before_death(history: &History) -> Vec<At> {
    let first = history.lives.first();
    first
        .map(|life| life.processed().collect())
        .unwrap_or_default()
}
