//! The audit of a run of our own: what the client reports of every record while the load runs, held against the log afterwards.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rdkafka::config::ClientConfig;

use super::header::Header;
use super::ledger::{Findings, Ledger, Outcome, Place, Producer, Transaction};
use super::readback::{Isolation, Known, Progress, read_back};
use crate::load::native::Report;
use crate::load::parts::Witness;
use crate::load::transactions;
use crate::measure::Persisted;

/// The audit of one run.
#[derive(Debug)]
pub struct RunAudit {
    run: u32,
    /// Where every partition ended before the run.
    starts: BTreeMap<i32, i64>,
    ledger: Arc<Mutex<Ledger>>,
}

/// What the lab's own counters say; the ledger must say the same.
#[derive(Clone, Debug, Default)]
pub struct Counted {
    /// Records that the client accepted from each sender, by its number.
    pub accepted: Vec<u64>,
    /// Records that were reported as delivered.
    pub delivered: u64,
}

impl RunAudit {
    /// An audit of a run that has not begun; `starts` are the ends of the partitions now.
    #[must_use]
    pub fn new(run: u32, starts: BTreeMap<i32, i64>) -> Self {
        Self {
            run,
            starts,
            ledger: Arc::new(Mutex::new(Ledger::of_run(run))),
        }
    }

    /// What enters each report into the ledger. Allocates for some thousand records at a time, never for each.
    #[must_use]
    pub fn witness(&self) -> Witness {
        let (run, ledger) = (self.run, Arc::clone(&self.ledger));
        Box::new(move |report| enter(&ledger, run, report))
    }

    /// What enters every transaction that ends into the ledger.
    #[must_use]
    pub fn transaction_witness(&self) -> transactions::Witness {
        let (run, ledger) = (self.run, Arc::clone(&self.ledger));
        Box::new(move |parts, ended| {
            let part = |(producer, range): &transactions::Part| {
                let producer = Producer {
                    run,
                    producer: *producer,
                };
                (producer, range.clone())
            };
            lock(&ledger).transaction(Transaction {
                parts: parts.iter().map(part).collect(),
                ended,
            });
        })
    }

    /// Reads back what the run has written and judges it. Where no `isolation` is wished for, that is what readers of committed records
    /// see of what was sent in transactions, and else the log as it is. `tell` hears how far it is. Blocks until all is read, or nothing came for 30 s.
    ///
    /// # Errors
    /// The topic cannot be read.
    pub fn judge(
        &self,
        base: ClientConfig,
        topic: &str,
        counted: &Counted,
        isolation: Option<Isolation>,
        tell: &mut dyn FnMut(Progress),
    ) -> Result<Findings, String> {
        let mut ledger = lock(&self.ledger);
        for (producer, accepted) in (0..).zip(&counted.accepted) {
            let producer = Producer {
                run: self.run,
                producer,
            };
            ledger.attempted(producer, *accepted);
        }
        let ends = ledger.ends().to_vec();
        let usual = if ledger.has_transactions() {
            Isolation::Committed
        } else {
            Isolation::Uncommitted
        };
        let known = Known {
            starts: Some(&self.starts),
            ends: &ends,
            isolation: isolation.unwrap_or(usual),
        };
        let sink = &mut |place, header: &Result<_, _>| ledger.read(place, header);
        let read = read_back(base, topic, known, sink, tell)?;
        for span in read.spans {
            ledger.covered(span);
        }
        Ok(judged(&ledger, counted.delivered))
    }
}

/// What a ledger says; `delivered` is what the lab's own counters say of the delivered records.
pub(super) fn judged(ledger: &Ledger, delivered: u64) -> Findings {
    let mut findings = ledger.judge();
    if findings.delivered != delivered {
        findings.imbalances.push(format!(
            "delivered: {} in the ledger and {delivered} by the counters differ",
            findings.delivered
        ));
    }
    findings
}

/// Enters what the client reports of a record.
pub(super) fn enter(ledger: &Mutex<Ledger>, run: u32, report: &Report<'_>) {
    if let Ok(header) = Header::read(report.payload) {
        let producer = Producer {
            run,
            producer: header.producer,
        };
        let place = Place {
            partition: report.partition,
            offset: report.offset,
        };
        lock(ledger).report(producer, header.sequence, outcome(report), Some(place));
    }
}

fn outcome(report: &Report<'_>) -> Outcome {
    match (report.code, report.persisted) {
        (0, _) => Outcome::Acknowledged,
        (_, Persisted::No) => Outcome::Failed,
        _ => Outcome::Unknown,
    }
}

pub(super) fn lock(ledger: &Mutex<Ledger>) -> MutexGuard<'_, Ledger> {
    ledger.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
