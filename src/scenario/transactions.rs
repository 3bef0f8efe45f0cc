//! Transactions: what they promise, what a producer without them does instead, and what they cost.

mod atomic;
mod clients;
mod cost;
mod fencing;
mod process;
mod restart;
mod visible;

use super::child::Act;
use super::row::{Needs, Rule, Scenario};

/// The scenarios of this family.
pub const ROWS: &[Scenario] = &[
    Scenario {
        id: "C5",
        claim: "the producer id lives as long as the producer: a restarted one repeats undetected, unless it is transactional",
        needs: Needs::Real,
        control: "with a transactional.id: killed with a transaction written, started again, and the same sent once more",
        treatment: "with idempotence alone: killed with a batch written, started again, and the same sent once more",
        counted: "duplicated: copies beyond the first one that readers of committed records find",
        rule: Rule::Counts,
        differs: "",
        run: restart::run,
    },
    Scenario {
        id: "C9",
        claim: "with the offsets in the transaction, consuming, transforming and producing is one step: each input has one output",
        needs: Needs::Real,
        control: "offsets committed within the transaction; killed at the same points",
        treatment: "offsets committed after the records, without transactions; killed in the middle of batches",
        counted: "outputs beyond one for an input, and inputs without one",
        rule: Rule::Counts,
        differs: "",
        run: process::run,
    },
    Scenario {
        id: "C10",
        claim: "readers of committed records see nothing of an aborted transaction, and wait at the last stable offset while one is open",
        needs: Needs::Real,
        control: "a reader of everything (read_uncommitted)",
        treatment: "a reader of committed records (read_committed)",
        counted: "records that each of them finds, and where each may read up to",
        rule: Rule::Checks,
        differs: "librdkafka's consumers read committed records unless told otherwise, Java's read everything",
        run: visible::run,
    },
    Scenario {
        id: "C11",
        claim: "a transaction is atomic over partitions and topics: all of it can be read, or none",
        needs: Needs::Real,
        control: "six partitions of two topics in one transaction, interrupted half way",
        treatment: "the same without a transaction, interrupted half way",
        counted: "torn: units of which some records can be read and some not",
        rule: Rule::Counts,
        differs: "",
        run: atomic::run,
    },
    Scenario {
        id: "C12",
        claim: "a zombie, the older of two producers of one transactional.id, is fenced off",
        needs: Needs::Real,
        control: "two producers of one transactional.id, the older one goes on sending",
        treatment: "two idempotent producers without one, the older one goes on sending",
        counted: "records of the older one, sent after the younger one has begun, that can be read",
        rule: Rule::Counts,
        differs: "",
        run: fencing::run,
    },
    Scenario {
        id: "C13",
        claim: "idempotence costs little, transactions more, and less the longer they are",
        needs: Needs::Real,
        control: "idempotence against none",
        treatment: "transactions against idempotence alone, at several commit intervals",
        counted: "p99 of the response time at one rate, in paired blocks",
        rule: Rule::Speed,
        differs: "with idempotence librdkafka lets out about one batch per partition and round trip, Java up to five",
        run: cost::run,
    },
];

/// What runs in child processes, since it is killed.
pub const ACTS: &[Act] = &[
    Act {
        name: "send-numbers",
        run: restart::child,
    },
    Act {
        name: "transform",
        run: process::child,
    },
];
