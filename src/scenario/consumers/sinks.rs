//! Effects in a store outside of Kafka: C8 and C14.

use super::scene::{BATCH, Scene, arm, effects};
use super::task::{Commit, Death, Each, Kind, Order, Step};
use crate::scenario::{Arm, Check, Stage, Stopped, Told};

/// Four batches.
const RECORDS: i64 = 4 * BATCH;
const AFTER: Commit = Commit::Manual {
    order: Order::Last,
    each: Each::Batch,
};
/// The second batch is in the store, its offset is not committed to Kafka.
const BETWEEN: Death = Death {
    after: Step::Stored,
    count: 2,
};
/// The store's second transaction has begun.
const WITHIN: Death = Death {
    after: Step::Processed,
    count: BATCH.unsigned_abs() + 2,
};

/// One arm: its name, its group, who commits, the sink, and where it dies. Its anomaly is each effect too many or too few.
struct Play<'a>(&'a str, &'a str, Commit, Kind, Death);

fn play(stage: &Stage, scene: &Scene<'_>, play: &Play<'_>) -> Result<Arm, Stopped> {
    let Play(name, group, commit, kind, death) = *play;
    stage.say(&format!("killed in its second batch: {name}"));
    let task = scene.task_into(group, commit, kind);
    let history = scene.killed(&task, death)?;
    let happened = effects(&task)?;
    let wrong = happened.abs_diff(RECORDS.unsigned_abs());
    Ok(arm(name, &history, wrong).with("effects", happened))
}

fn is_exact(arm: &Arm) -> Check {
    Check::new(
        format!(
            "each record had one effect with \"{}\": {} too many or too few",
            arm.name, arm.anomaly
        ),
        arm.anomaly == 0,
    )
}

/// C8.
pub fn idempotent_sinks(stage: &Stage) -> Result<Told, Stopped> {
    let scene = Scene::lay(stage, "sink", &[RECORDS])?;
    let play = |name, group, kind| play(stage, &scene, &Play(name, group, AFTER, kind, BETWEEN));
    let treatment = play("a plain sink", "plain", Kind::Plain)?;
    let control = play("unique key", "key", Kind::UniqueKey)?;
    let version = play("version", "version", Kind::Version)?;
    let seen = play("store of seen ids", "seen", Kind::SeenIds)?;
    Ok(Told {
        lesson: format!(
            "The repeated batch did {} effects too many in a plain sink; {} with a unique key, {} with a version, {} with a store of seen \
             ids.",
            treatment.anomaly, control.anomaly, version.anomaly, seen.anomaly
        ),
        checks: vec![is_exact(&version), is_exact(&seen)],
        control,
        treatment,
        further: vec![version, seen],
    })
}

/// C14.
pub fn external_store(stage: &Stage) -> Result<Told, Stopped> {
    let scene = Scene::lay(stage, "store", &[RECORDS])?;
    let play = |name, group, commit, death| {
        play(
            stage,
            &scene,
            &Play(name, group, commit, Kind::Plain, death),
        )
    };
    let treatment = play(
        "offsets in Kafka, after the store's transaction",
        "kafka",
        AFTER,
        BETWEEN,
    )?;
    let control = play(
        "offsets in the store's own transaction",
        "store",
        Commit::InSink,
        BETWEEN,
    )?;
    let within = play(
        "offsets in the store's own transaction, killed inside it",
        "within",
        Commit::InSink,
        WITHIN,
    )?;
    Ok(Told {
        lesson: format!(
            "Two systems and two commits: {} effects too many or too few. Effect and offset in one transaction of the store, which is as \
             plain: {} killed after it, {} killed inside it.",
            treatment.anomaly, control.anomaly, within.anomaly
        ),
        checks: vec![is_exact(&within)],
        control,
        treatment,
        further: vec![within],
    })
}
