//! Polling, processing and committing in batches: D1, D2 and D3.

use super::scene::{BATCH, Scene, arm, ended};
use super::task::{Commit, Each, Failure, Order, Task, Then};
use super::trace::{
    End, Event, History, Life, Offsets, behind, commits_name_their_batch, commits_once_a_batch,
    shown,
};
use crate::scenario::{Check, Stage, Stopped, Told};

/// Two full batches, and one record more.
const RECORDS: i64 = 7;

const fn after(each: Each) -> Commit {
    Commit::Manual {
        order: Order::Last,
        each,
    }
}

/// One consumer that reads everything.
fn alone(scene: &Scene<'_>, group: &str, each: Each) -> Result<History, Stopped> {
    let life = scene.whole(&scene.task(group, after(each)))?;
    Ok(scene.history(vec![life]))
}

/// What the group holds at the end.
fn left(history: &History) -> Offsets {
    let last = history.lives.last().and_then(Life::left);
    last.cloned().unwrap_or_default()
}

/// D1.
pub fn trace(stage: &Stage) -> Result<Told, Stopped> {
    let scene = Scene::lay(stage, "batches", &[RECORDS])?;
    let by_record = alone(&scene, "record", Each::Record)?;
    let by_batch = alone(&scene, "batch", Each::Batch)?;
    for life in &by_batch.lives {
        stage.say(&life.told());
    }
    let most = usize::try_from(BATCH).unwrap_or(0);
    let once = |life: &Life| commits_once_a_batch(&life.events, most);
    let in_order = by_batch.lives.iter().flat_map(Life::processed);
    let (batches, commits) = (by_batch.batches(), by_batch.commits());
    Ok(Told {
        lesson: format!(
            "{RECORDS} records came in {batches} batches of at most {BATCH}, with {commits} commits; a commit after each record took {}.",
            by_record.commits()
        ),
        checks: vec![
            Check::new(
                format!(
                    "each batch held at most {BATCH} records, was processed in order, and then its last offset + 1 was committed, once"
                ),
                by_batch.lives.iter().all(once),
            ),
            Check::new(
                "the records were processed in the order of the log",
                in_order.eq(scene.written().iter().copied()),
            ),
            Check::new(
                format!("{RECORDS} records were 3 batches, so 3 commits: {batches} and {commits}"),
                (batches, commits) == (3, 3),
            ),
            Check::new(
                format!(
                    "the group holds the offset behind the last record: {}",
                    shown(&left(&by_batch))
                ),
                left(&by_batch) == Offsets::from([(0, RECORDS)]),
            ),
        ],
        control: arm("a commit after each record", &by_record, 0),
        treatment: arm("a commit after each batch", &by_batch, 0),
        further: Vec::new(),
    })
}

/// D2.
pub fn offsets(stage: &Stage) -> Result<Told, Stopped> {
    let counts: [i64; 3] = [7, 5, 2];
    let one = Scene::lay(stage, "one", &counts[..1])?;
    let three = Scene::lay(stage, "three", &counts)?;
    let (one, three) = (
        alone(&one, "group", Each::Batch)?,
        alone(&three, "group", Each::Batch)?,
    );
    let (held_one, held) = (left(&one), left(&three));
    let mixed = |event: &&Event| matches!(event, Event::Polled { records } if behind(records.iter().copied()).len() > 1);
    let mixed = three.events().filter(mixed).count();
    Ok(Told {
        lesson: format!(
            "One partition: one committed offset ({}); three: one each ({}), {mixed} of {} batches with records of more than one.",
            shown(&held_one),
            shown(&held),
            three.batches(),
        ),
        checks: vec![
            Check::new(
                format!(
                    "one partition has one committed offset: {}",
                    shown(&held_one)
                ),
                held_one == Offsets::from([(0, counts[0])]),
            ),
            Check::new(
                format!(
                    "three have one each, behind their own last records: {}",
                    shown(&held)
                ),
                held == behind(three.written.iter().copied()),
            ),
            Check::new(
                "each commit named the partitions of its own batch, and no other",
                three
                    .lives
                    .iter()
                    .all(|life| commits_name_their_batch(&life.events)),
            ),
        ],
        control: arm("one partition", &one, 0),
        treatment: arm("three partitions", &three, 0),
        further: Vec::new(),
    })
}

/// The last record of the first batch cannot be processed the first time.
fn fails(scene: &Scene<'_>, group: &str, each: Each, then: Then) -> Result<History, Stopped> {
    let task = scene.task(group, after(each));
    let failure = Failure {
        attempt: BATCH.unsigned_abs(),
        then,
    };
    let first = ended(scene.start(&Task {
        fails: Some(failure),
        ..task.clone()
    })?)?;
    let mut lives = vec![first];
    if lives[0].end == End::GaveUp {
        lives.push(scene.whole(&task)?);
    }
    Ok(scene.history(lives))
}

/// D3.
pub fn failure(stage: &Stage) -> Result<Told, Stopped> {
    let scene = Scene::lay(stage, "failure", &[2 * BATCH])?;
    let play = |name: &str, group: &str, each, then| {
        stage.say(&format!("the third record fails once: {name}"));
        let history = fails(&scene, group, each, then)?;
        let failures = history.count(|event| matches!(event, Event::Failed { .. }));
        let arm = arm(name, &history, history.repeated()).faults(failures);
        Ok::<_, Stopped>((arm, history))
    };
    let (treatment, batch) = play(
        "commit per batch, started again",
        "batch",
        Each::Batch,
        Then::End,
    )?;
    let (control, record) = play(
        "commit per record, started again",
        "record",
        Each::Record,
        Then::End,
    )?;
    let (polls_on, gone) = play(
        "commit per batch, polls on",
        "on",
        Each::Batch,
        Then::PollOn,
    )?;
    let first = scene
        .written()
        .iter()
        .take(usize::try_from(BATCH).unwrap_or(0));
    let again = first.filter(|at| batch.attempts(**at) == 2).count();
    Ok(Told {
        lesson: format!(
            "With a commit per batch {again} of {BATCH} records of the failed batch were attempted twice, {} of them although they were \
             done; with a commit per record {} were. A program that polls on instead commits past the failure: {} lost.",
            batch.repeated(),
            record.repeated(),
            gone.lost()
        ),
        checks: vec![
            Check::new(
                format!("every record of the failed batch was attempted twice: {again} of {BATCH}"),
                again as u64 == BATCH.unsigned_abs(),
            ),
            Check::new(
                "nothing was lost where the process was started again",
                batch.lost() + record.lost() == 0,
            ),
        ],
        control,
        treatment,
        further: vec![polls_on],
    })
}
