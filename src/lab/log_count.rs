//! The broker's own count: end offsets read on a thread of their own, beside the load.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::cluster::{ClusterKind, Connection, Probe};
use crate::drill;
use crate::lab::BrokerLog;
use crate::measure::Accounts;

/// So long the end offsets may lag behind the reports: with acks below all, followers come after.
const LAG: Duration = Duration::from_secs(2);
/// Between two looks at a log that lags.
const LOOK: Duration = Duration::from_millis(50);

/// What the counts are to be judged by.
#[derive(Clone, Copy, Debug, Default)]
pub struct Case {
    /// The counts now.
    pub after: Accounts,
    /// Whether nothing is under way.
    pub quiet: bool,
    /// Whether every trial asked for acknowledgements.
    pub acknowledged: bool,
    /// So many markers of transactions may stand in the log beside records.
    pub markers: u64,
}

/// What the thread found: the sum of the end offsets, and the counts just before it asked.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    /// Sum over all partitions.
    pub sum: u64,
    /// Counts when it was asked for.
    pub before: Accounts,
}

/// A thread that reads end offsets when asked.
pub struct LogCount {
    ask: Option<Sender<Accounts>>,
    found: Receiver<Result<Found, String>>,
    thread: Option<JoinHandle<()>>,
    start: Option<u64>,
    asked: bool,
}

impl LogCount {
    /// Starts the thread; its first answer is the start of the count, so ask for it before the load begins.
    pub fn start(connection: Connection, topic: String) -> std::io::Result<Self> {
        let (ask, asked) = mpsc::channel();
        let (tell, found) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("log-count".into())
            .spawn(move || read(&connection, &topic, &asked, &tell))?;
        Ok(Self {
            ask: Some(ask),
            found,
            thread: Some(thread),
            start: None,
            asked: false,
        })
    }

    /// Reads the start of the count; waits for at most this long. Load must not have begun.
    pub fn begin(&mut self, wait: Duration) {
        self.ask(Accounts::default());
        self.start = self.answer(wait).map(|found| found.sum);
    }

    /// Asks for a new count, unless one is already on its way.
    pub fn ask(&mut self, before: Accounts) {
        if !self.asked
            && let Some(ask) = &self.ask
        {
            self.asked = ask.send(before).is_ok();
        }
    }

    /// The answer, if it has come (or comes within this time).
    pub fn answer(&mut self, wait: Duration) -> Option<Found> {
        if !self.asked {
            return None;
        }
        match self.found.recv_timeout(wait) {
            Ok(Ok(found)) => {
                self.asked = false;
                Some(found)
            }
            Ok(Err(_)) => {
                self.asked = false;
                None
            }
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                self.ask = None;
                None
            }
        }
    }

    /// The count after everything was reported; looks again for a while where the log lags behind. Waits for at most `wait` for
    /// each answer.
    #[must_use]
    pub fn last(&mut self, case: &Case, wait: Duration) -> Option<BrokerLog> {
        let accounts = case.after;
        let _ = self.answer(wait);
        let limit = Instant::now() + LAG;
        loop {
            self.ask(accounts);
            let found = self.answer(wait).filter(|found| found.before == accounts)?;
            let log = self.judge(found, case)?;
            if log.delta >= accounts.delivered || Instant::now() > limit {
                return Some(log);
            }
            thread::sleep(LOOK);
        }
    }

    /// The count since the start, with its explanation.
    #[must_use]
    pub fn judge(&self, found: Found, case: &Case) -> Option<BrokerLog> {
        let delta = found.sum.saturating_sub(self.start?);
        Some(judge(delta, found.before, case))
    }
}

impl Drop for LogCount {
    fn drop(&mut self) {
        self.ask = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn read(
    connection: &Connection,
    topic: &str,
    asked: &Receiver<Accounts>,
    tell: &Sender<Result<Found, String>>,
) {
    drill::point("log-count");
    let probe = Probe::open(connection, ClusterKind::Real).map_err(|error| error.to_string());
    while let Ok(before) = asked.recv() {
        let sum = match &probe {
            Ok(probe) => probe
                .end_offsets(topic)
                .map(|ends| u64::try_from(ends.sum()).unwrap_or(0))
                .map_err(|error| error.to_string()),
            Err(reason) => Err(reason.clone()),
        };
        if tell.send(sum.map(|sum| Found { sum, before })).is_err() {
            return;
        }
    }
}

fn judge(delta: u64, before: Accounts, case: &Case) -> BrokerLog {
    let Case {
        after,
        quiet,
        acknowledged,
        markers,
    } = *case;
    let beyond = delta.saturating_sub(after.delivered);
    let (sentence, agrees) = if delta > after.attempted + markers {
        (
            format!(
                "+{}: others write here, or records were duplicated",
                delta - after.attempted
            ),
            false,
        )
    } else if quiet && beyond > 0 && beyond <= markers {
        (format!("✓ with {beyond} markers of transactions"), true)
    } else if !quiet {
        match before.delivered.checked_sub(delta) {
            Some(missing) if missing > 0 && acknowledged => {
                (format!("−{missing} delivered, yet not in the log"), false)
            }
            Some(missing) if missing > 0 => (format!("−{missing}: acks=0 hears of no loss"), false),
            _ => ("✓".into(), true),
        }
    } else if delta == after.delivered {
        ("✓".into(), true)
    } else if delta > after.delivered {
        (
            format!(
                "+{} failed yet written, or duplicated",
                delta - after.delivered
            ),
            false,
        )
    } else if acknowledged {
        (
            format!("−{} delivered, yet not in the log", after.delivered - delta),
            false,
        )
    } else {
        (
            format!("−{}: acks=0 hears of no loss", after.delivered - delta),
            false,
        )
    };
    BrokerLog {
        delta,
        delivered: if quiet {
            after.delivered
        } else {
            before.delivered
        },
        sentence,
        agrees,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(attempted: u64, delivered: u64, failed: u64) -> Accounts {
        Accounts {
            attempted,
            delivered,
            failed,
            delivered_bytes: 0,
        }
    }

    fn judged(
        delta: u64,
        before: Accounts,
        after: Accounts,
        quiet: bool,
        acknowledged: bool,
    ) -> BrokerLog {
        let case = Case {
            after,
            quiet,
            acknowledged,
            markers: 0,
        };
        judge(delta, before, &case)
    }

    #[test]
    fn markers_of_transactions_are_no_records_of_others() {
        let after = counts(100, 100, 0);
        let case = Case {
            after,
            quiet: true,
            acknowledged: true,
            markers: 12,
        };
        let sentence = |delta| judge(delta, after, &case).sentence;
        assert_eq!(sentence(108), "✓ with 8 markers of transactions");
        assert_eq!(
            sentence(113),
            "+13: others write here, or records were duplicated"
        );
        assert_eq!(sentence(99), "−1 delivered, yet not in the log");
    }

    #[test]
    fn under_load_the_log_may_be_ahead_of_the_reports() {
        assert!(judged(105, counts(100, 100, 0), counts(120, 110, 0), false, true).agrees);
    }

    #[test]
    fn more_than_was_attempted_is_not_ours() {
        let log = judged(150, counts(100, 100, 0), counts(120, 120, 0), true, true);
        assert_eq!(
            log.sentence,
            "+30: others write here, or records were duplicated"
        );
    }

    #[test]
    fn a_failed_record_in_the_log_is_explained() {
        let log = judged(102, counts(100, 100, 0), counts(110, 100, 10), true, true);
        assert_eq!(
            (log.sentence.as_str(), log.agrees),
            ("+2 failed yet written, or duplicated", false)
        );
    }

    #[test]
    fn a_delivered_record_that_is_missing_is_said() {
        assert_eq!(
            judged(98, counts(100, 100, 0), counts(100, 100, 0), true, true).sentence,
            "−2 delivered, yet not in the log"
        );
        assert_eq!(
            judged(98, counts(100, 100, 0), counts(100, 100, 0), true, false).sentence,
            "−2: acks=0 hears of no loss"
        );
    }
}
