//! C10: what two readers find of a transaction that is committed, aborted, or still open.

use rdkafka::config::ClientConfig;
use rdkafka::producer::Producer;

use super::clients::{self, Level, PATIENCE};
use crate::cluster::producers;
use crate::scenario::row::{Arm, Check, Stopped, Told};
use crate::scenario::stage::Stage;

/// Records of the transaction that is committed, of the one that is aborted, of the one that stays open, and of a producer without
/// transactions behind that one.
const COMMITTED: u64 = 100;
const ABORTED: u64 = 70;
const OPEN: u64 = 50;
const BEHIND: u64 = 30;

/// What both readers find at one moment, and up to where they may read.
struct Look {
    all: u64,
    committed: u64,
    high: i64,
    stable: i64,
}

pub fn run(stage: &Stage) -> Result<Told, Stopped> {
    let topic = stage.topic("seen", 1, 1, &[])?;
    let config = clients::config(&stage.connection())?;
    let steps = || -> Result<_, String> {
        let producer = clients::producer(&config, Some(&clients::name("c10")))?;
        let write = |what: &str, count: u64| {
            let payloads = (0..count).map(|number| format!("{what} {number}"));
            clients::write(&producer, &topic, 0, payloads)
        };
        let begin = || producer.begin_transaction().map_err(clients::text);
        let commit = || producer.commit_transaction(PATIENCE).map_err(clients::text);
        stage.say("one transaction committed, one aborted");
        begin()?;
        write("committed", COMMITTED)?;
        commit()?;
        begin()?;
        write("aborted", ABORTED)?;
        producer
            .abort_transaction(PATIENCE)
            .map_err(clients::text)?;
        clients::await_stable(&config, &topic, 1)?;
        let ended = look(&config, &topic)?;
        stage.say("one transaction open, and plain records behind it");
        begin()?;
        write("open", OPEN)?;
        let plain = clients::producer(&config, None)?;
        let behind = (0..BEHIND).map(|number| format!("behind {number}"));
        clients::write(&plain, &topic, 0, behind)?;
        let open = look(&config, &topic)?;
        let begins = producers::describe(&stage.connection(), &topic, 0)
            .map(|states| states.iter().map(|it| it.transaction_start).max());
        commit()?;
        clients::await_stable(&config, &topic, 1)?;
        Ok((ended, open, begins, look(&config, &topic)?))
    };
    let (ended, open, begins, after) = steps().map_err(Stopped::Broken)?;
    let mut checks = checks(&ended, &open, &after);
    let arm = |name: &str, found: fn(&Look) -> u64, end: fn(&Look) -> i64| {
        Arm::new(name)
            .with("found_after_abort", found(&ended))
            .with("found_while_open", found(&open))
            .with("found_after_commit", found(&after))
            .with("end_while_open", offset(end(&open)))
    };
    let mut treatment = arm("read_committed", |it| it.committed, |it| it.stable);
    match begins {
        Ok(begins) => checks.push(Check::new(
            format!(
                "the broker says that the open transaction begins at {}, which is the last stable offset",
                begins.unwrap_or(-1)
            ),
            begins == Some(open.stable),
        )),
        Err(reason) => {
            treatment = treatment.note(format!("the broker's own view was not asked: {reason}"));
        }
    }
    Ok(Told {
        control: arm("read_uncommitted", |it| it.all, |it| it.high),
        treatment,
        checks,
        lesson: "one open transaction holds back everything behind it, plain records too: a long transaction is latency for every reader of committed records"
            .into(),
        ..Told::default()
    })
}

fn offset(offset: i64) -> u64 {
    u64::try_from(offset).unwrap_or(0)
}

fn look(config: &ClientConfig, topic: &str) -> Result<Look, String> {
    let count = |level| {
        let found = clients::read(config, topic, level)?;
        Ok::<u64, String>(found.values().map(|records| records.len() as u64).sum())
    };
    Ok(Look {
        all: count(Level::Uncommitted)?,
        committed: count(Level::Committed)?,
        high: clients::end(config, topic, 0, Level::Uncommitted)?,
        stable: clients::end(config, topic, 0, Level::Committed)?,
    })
}

fn checks(ended: &Look, open: &Look, after: &Look) -> Vec<Check> {
    let check = |what: &str, look: &Look, all: u64, committed: u64| {
        Check::new(
            format!(
                "{what}: {} of all records and {} of the committed ones are found",
                look.all, look.committed
            ),
            (look.all, look.committed) == (all, committed),
        )
    };
    let (first, whole) = (COMMITTED + ABORTED, COMMITTED + ABORTED + OPEN + BEHIND);
    vec![
        check("after an abort", ended, first, COMMITTED),
        check("behind an open transaction", open, whole, COMMITTED),
        check("after its commit", after, whole, COMMITTED + OPEN + BEHIND),
        Check::new(
            format!(
                "while it is open the last stable offset is {} and the high watermark {}; afterwards {} and {}",
                open.stable, open.high, after.stable, after.high
            ),
            offset(open.high - open.stable) == OPEN + BEHIND && after.stable == after.high,
        ),
    ]
}
