//! What happens when a broker fails: loss before replication, refusals without enough replicas, tries, and the time to recover.
//!
//! All of them lay hands on brokers, so they need three of our own. The way a follower or leader is lost is the same in both arms
//! of a scenario; what differs is one setting.

use std::time::Duration;

use super::row::{Needs, Rule, Scenario, Stopped};
use super::stage::Stage;
use crate::cluster::hands::Hands;

mod loss;
mod recovery;
mod refusal;
mod tries;

/// The rows of this family.
pub const ROWS: &[Scenario] = &[
    Scenario {
        id: "C2",
        claim: "acks=1 can lose what was acknowledged when the leader fails before its followers have it; acks=all does not",
        needs: Needs::Local(3),
        control: "acks=all; both followers frozen, the leader killed, the followers continued",
        treatment: "the same with acks=1",
        counted: "records that were acknowledged and are not in the log once every replica is in sync again",
        rule: Rule::Counts,
        differs: "",
        run: loss::run,
    },
    Scenario {
        id: "B3",
        claim: "with acks=all and fewer replicas in sync than min.insync.replicas the broker refuses",
        needs: Needs::Local(3),
        control: "3 replicas, min.insync.replicas=2; one follower frozen until it is out of the in-sync set",
        treatment: "the same with min.insync.replicas=3",
        counted: "batches that the broker refused, as the wire sees its answers",
        rule: Rule::Counts,
        differs: "librdkafka retries the refusal until delivery.timeout.ms and reports a time-out; only with retries=0 does it report the refusal itself",
        run: refusal::run,
    },
    Scenario {
        id: "B6",
        claim: "request.timeout.ms bounds one try, not the retries together: kept below the time in which a lost follower is given up, it only repeats requests",
        needs: Needs::Local(3),
        control: "acks=all, request.timeout.ms=30000; one follower frozen until it is out of the in-sync set",
        treatment: "the same with request.timeout.ms=500",
        counted: "batches that were sent again",
        rule: Rule::Counts,
        differs: "librdkafka leaves request.timeout.ms to the broker, which answers REQUEST_TIMED_OUT; its own wait for an answer is socket.timeout.ms",
        run: tries::run,
    },
    Scenario {
        id: "B7",
        claim: "retries are best bounded by delivery.timeout.ms alone, set above the time in which the cluster recovers",
        needs: Needs::Local(3),
        control: "acks=all, delivery.timeout.ms=60000; the leader killed under load",
        treatment: "the same with delivery.timeout.ms=1000, below the time of recovery",
        counted: "records that failed",
        rule: Rule::Counts,
        differs: "",
        run: recovery::run,
    },
];

/// Longer than any step takes on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);
/// The partition that everything goes to.
const PARTITION: i32 = 0;

/// The hands, with every broker up.
fn hands(stage: &Stage) -> Result<Hands<'_>, Stopped> {
    let hands = Hands::of(stage.local()?);
    hands.heal().map_err(Stopped::broken)?;
    Ok(hands)
}

/// A fresh topic of one partition on three replicas, all of them in sync.
fn topic(
    stage: &Stage,
    hands: Hands<'_>,
    word: &str,
    config: &[(&str, &str)],
) -> Result<String, Stopped> {
    let topic = stage.topic(word, 1, 3, config)?;
    hands.until_full(Some(&topic)).map_err(Stopped::broken)?;
    Ok(topic)
}

/// One fault, if records were in flight when it struck.
fn struck(records_in_flight: u64) -> u64 {
    u64::from(records_in_flight > 0)
}
