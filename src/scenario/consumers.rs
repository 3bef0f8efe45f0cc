//! The consumer side: what a crash, a failure or a slow batch loses or repeats, by when and how often offsets are committed.
//!
//! ```text
//! scene: a topic of known records ─ task ─→ worker (a process of its own): poll · process · sink · commit, and dies where it is told
//!     trace ←──────── one line a step ─────────┘
//! trace → history → what was lost, repeated, committed → the bodies: batches · crashes · sinks · slow
//! ```

mod batches;
mod crashes;
mod records;
mod scene;
mod sink;
mod sinks;
mod slow;
mod task;
mod trace;
mod worker;

use super::{Act, Needs, Rule, Scenario};

/// The consumer process.
const ACT: Act = Act {
    name: "consumer",
    run: worker::run,
};

/// What runs in child processes.
pub const ACTS: &[Act] = &[ACT];

/// What differs in every experiment here.
const NO_MAX_POLL: &str = "librdkafka has no max.poll.records: a batch is made by polling record by record until it is full.";

/// The claims of this family.
pub const ROWS: &[Scenario] = &[
    Scenario {
        id: "C6",
        claim: "a consumer that commits before it processes loses work when it crashes between the two: at most once",
        needs: Needs::Real,
        control: "commits a batch after processing it, killed between the two",
        treatment: "commits a batch before processing it, killed between the two",
        counted: "records that were never processed",
        rule: Rule::Counts,
        differs: NO_MAX_POLL,
        run: crashes::at_most_once,
    },
    Scenario {
        id: "C7",
        claim: "a consumer that commits after it has processed repeats work when it crashes between the two: at least once",
        needs: Needs::Real,
        control: "commits a batch before processing it, killed between the two",
        treatment: "commits a batch after processing it, killed between the two",
        counted: "records that were processed again",
        rule: Rule::Counts,
        differs: NO_MAX_POLL,
        run: crashes::at_least_once,
    },
    Scenario {
        id: "C8",
        claim: "a repeat is harmless where the sink is idempotent: by a unique key, a version, or a store of seen ids",
        needs: Needs::Real,
        control: "SQLite with a unique key (further: a version; a store of seen ids), killed between its transaction and the commit",
        treatment: "SQLite that does nothing about repeats, killed at the same point",
        counted: "effects beyond one per record",
        rule: Rule::Counts,
        differs: NO_MAX_POLL,
        run: sinks::idempotent_sinks,
    },
    Scenario {
        id: "C14",
        claim: "Kafka alone does not make an external store exactly once; offsets in the store's own transaction do",
        needs: Needs::Real,
        control: "effects and offsets in one transaction of SQLite, killed after it (further: inside it)",
        treatment: "effects in SQLite, offsets in Kafka, killed between the two",
        counted: "effects beyond one per record",
        rule: Rule::Counts,
        differs: NO_MAX_POLL,
        run: sinks::external_store,
    },
    Scenario {
        id: "D1",
        claim: "a poll hands over up to N records; they are processed in order, and the last offset + 1 is committed once per batch",
        needs: Needs::Real,
        control: "batches of up to 3, a commit after each record",
        treatment: "batches of up to 3, a commit after each batch",
        counted: "polls, records and commits, in their order",
        rule: Rule::Checks,
        differs: NO_MAX_POLL,
        run: batches::trace,
    },
    Scenario {
        id: "D2",
        claim: "one partition has one committed offset; several have one each",
        needs: Needs::Real,
        control: "a topic of one partition",
        treatment: "a topic of three partitions with different numbers of records",
        counted: "the group's committed offsets, asked from the broker",
        rule: Rule::Checks,
        differs: NO_MAX_POLL,
        run: batches::offsets,
    },
    Scenario {
        id: "D3",
        claim: "a failure inside a batch, with one commit per batch, repeats the whole batch",
        needs: Needs::Real,
        control: "commits each record; the third of a batch fails once, and the process is started again",
        treatment: "commits each batch; the third of a batch fails once, and the process is started again",
        counted: "records that were processed again",
        rule: Rule::Counts,
        differs: NO_MAX_POLL,
        run: batches::failure,
    },
    Scenario {
        id: "D4",
        claim: "processing for longer than max.poll.interval.ms loses the assignment and repeats the batch",
        needs: Needs::Real,
        control: "a batch takes 8 s, max.poll.interval.ms is 300 s",
        treatment: "a batch takes 8 s, max.poll.interval.ms is 6 s",
        counted: "records that were processed again, rebalances, refused commits",
        rule: Rule::Counts,
        differs: "librdkafka leaves the group by a timer of its own while the program is still at work; it looks twice a second.",
        run: slow::poll_interval,
    },
    Scenario {
        id: "D5",
        claim: "automatic and manual commits differ in what a crash loses or repeats",
        needs: Needs::Real,
        control: "commits each batch after processing it, killed one record into the second batch",
        treatment: "the client commits by itself every 50 ms, killed at the same record",
        counted: "records that were never processed; and what was committed, asked from the broker",
        rule: Rule::Counts,
        differs: "librdkafka commits on a timer of its own whatever was handed over, so a crash loses what was not processed yet; Java's \
client commits inside poll() what the poll before it returned, so the same crash repeats. enable.auto.offset.store=false and a mark \
after each record give that back.",
        run: crashes::auto_or_manual,
    },
];
