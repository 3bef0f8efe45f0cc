//! All trials of a session: those under way, and the closed ones in their small form.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::lab::trial::Trial;
use crate::lab::{Goal, TrialReading};
use crate::measure::statistics::Statistics;
use crate::measure::{Accounts, Counts, HistoryColumn};

mod audits;
mod markers;

/// All trials.
#[derive(Default)]
pub struct Trials {
    active: Vec<Trial>,
    closed: Vec<Archive>,
    live: u64,
    /// The trials whose last records are in the last column.
    drained: Vec<u64>,
    /// Records that closed trials handed to each producer.
    accepted: HashMap<u64, u64>,
    /// The baseline.
    pub base: Option<u64>,
}

/// A closed trial: its row, and its histograms in the compressed V2 form.
pub struct Archive {
    /// The row.
    pub row: Arc<TrialReading>,
    /// What the row does not hold.
    pub rest: Rest,
}

/// What a snapshot needs beside the row.
#[derive(Clone, Default)]
pub struct Rest {
    /// When it began.
    pub started_at: jiff::Timestamp,
    /// From the first attempt to the last report.
    pub duration: Option<Duration>,
    /// From the first attempt until figures counted.
    pub warmup: Option<Duration>,
    /// Whether it settled.
    pub settled: bool,
    /// Compressed V2 histograms of response, delivery, send() and end to end.
    pub histograms: [Vec<u8>; 4],
    /// Who produced: the first attempt, in nanoseconds since the lab started.
    pub first_attempt: u64,
}

impl Rest {
    /// When figures began to count, since the lab started; none for a trial that never settled.
    #[must_use]
    pub fn settled_at(&self) -> Option<Duration> {
        let first = Duration::from_nanos(self.first_attempt);
        self.warmup.map(|warmup| first + warmup)
    }

    /// Of a trial as it stands.
    #[must_use]
    pub fn of(trial: &Trial) -> Self {
        let figures = trial.counted();
        let first = trial.first_attempt().unwrap_or(0);
        Self {
            started_at: trial.started_at,
            duration: trial.duration(),
            warmup: trial
                .settled
                .map(|settled| Duration::from_nanos(settled.saturating_sub(first))),
            settled: trial.is_steady(),
            histograms: [
                figures.response.encode(),
                figures.delivery.encode(),
                figures.send.encode(),
                figures.end_to_end.encode(),
            ],
            first_attempt: first,
        }
    }
}

impl Trials {
    /// Takes a new trial in: the load moves to it.
    pub fn open(&mut self, mut trial: Trial) {
        trial.same_as = self.earlier_equal(&trial);
        self.live = trial.number;
        self.active.push(trial);
    }

    fn earlier_equal(&self, trial: &Trial) -> Option<u64> {
        let closed = self
            .closed
            .iter()
            .map(|archive| (archive.row.number, &archive.row.settings));
        let active = self
            .active
            .iter()
            .map(|other| (other.number, &other.settings));
        closed
            .chain(active)
            .find(|(_, settings)| settings.changed_from(&trial.settings).is_empty())
            .map(|(number, _)| number)
    }

    /// The trial that the load is on.
    #[must_use]
    pub fn live(&self) -> Option<&Trial> {
        self.active.iter().find(|trial| trial.number == self.live)
    }

    /// The same, to change it.
    pub fn live_mut(&mut self) -> Option<&mut Trial> {
        self.active
            .iter_mut()
            .find(|trial| trial.number == self.live)
    }

    /// Its number; 0 before the first.
    #[must_use]
    pub fn live_number(&self) -> u64 {
        self.live
    }

    /// The number of the next trial.
    #[must_use]
    pub fn next_number(&self) -> u64 {
        self.live + 1
    }

    /// How many former trials are still under way.
    #[must_use]
    pub fn draining(&self) -> usize {
        self.active
            .iter()
            .filter(|trial| trial.number != self.live)
            .count()
    }

    /// Whether any trial under way is followed.
    #[must_use]
    pub fn any_followed(&self) -> bool {
        self.active.iter().any(|trial| trial.followed.is_some())
    }

    /// Delivered records of the trials under way that the follower has not read.
    #[must_use]
    pub fn unread(&self) -> u64 {
        let unread = |trial: &Trial| Some(trial.followed.as_ref()?.unread(trial.accounts()));
        self.active.iter().filter_map(unread).sum()
    }

    /// Whether none is under way.
    #[must_use]
    pub fn all_closed(&self) -> bool {
        self.active.is_empty()
    }

    /// Whether every trial asked for acknowledgements.
    #[must_use]
    pub fn all_acknowledged(&self) -> bool {
        let closed = self.closed.iter().map(|archive| &archive.row.settings);
        let active = self.active.iter().map(|trial| &trial.settings);
        closed
            .chain(active)
            .all(|settings| settings.word("acks") != "0")
    }

    /// Lets go of former trials once all senders have come to the live one; gives the producers that no sender uses any more.
    pub fn leave_former(&mut self, now: u64) -> Vec<u64> {
        if !self.live().is_some_and(Trial::has_all_senders) {
            return Vec::new();
        }
        let live = self.live;
        self.leave(now, |trial| trial.number != live)
    }

    /// Lets go of all trials: the senders have ended. Gives their producers.
    pub fn leave_all(&mut self, now: u64) -> Vec<u64> {
        self.leave(now, |_| true)
    }

    fn leave(&mut self, now: u64, which: impl Fn(&Trial) -> bool) -> Vec<u64> {
        let mut serials = Vec::new();
        for trial in self
            .active
            .iter_mut()
            .filter(|trial| trial.left.is_none() && which(trial))
        {
            trial.leave(now);
            serials.push(trial.serial);
        }
        serials.retain(|serial| {
            !self
                .active
                .iter()
                .any(|trial| trial.serial == *serial && trial.left.is_none())
        });
        serials
    }

    /// How many records a producer has accepted in all.
    #[must_use]
    pub fn accepted_by(&self, serial: u64) -> u64 {
        let active: u64 = self
            .active
            .iter()
            .filter(|trial| trial.serial == serial)
            .map(Trial::accepted)
            .sum();
        active + self.accepted.get(&serial).copied().unwrap_or(0)
    }

    /// Writes a note beside a trial.
    pub fn note(&mut self, number: u64, text: &str) {
        let note = (!text.is_empty()).then(|| text.to_owned());
        if let Some(trial) = self.active.iter_mut().find(|trial| trial.number == number) {
            trial.note = note;
        } else if let Some(archive) = self
            .closed
            .iter_mut()
            .find(|archive| archive.row.number == number)
        {
            Arc::make_mut(&mut archive.row).note = note;
        }
    }

    /// Gives a producer's statistics to its newest trial.
    pub fn hear(&mut self, serial: u64, statistics: &Statistics, at: Duration) {
        if let Some(trial) = self
            .active
            .iter_mut()
            .rev()
            .find(|trial| trial.serial == serial)
        {
            trial.hear(statistics, at);
        }
    }

    /// Copies all figures; gives what happened since the last time.
    pub fn advance(&mut self, now: u64, elapsed: Duration, paused: bool) -> HistoryColumn {
        let at = Duration::from_nanos(now);
        let mut column = HistoryColumn {
            from: at.saturating_sub(elapsed),
            to: at,
            trial: self.live,
            paused,
            ..HistoryColumn::default()
        };
        let mut response = Counts::new();
        // Decided before the figures are copied: what a trial reports after its copy must still come into a column.
        let drained = self.active.iter().filter(|trial| trial.is_drained());
        self.drained = drained.map(|trial| trial.number).collect();
        for trial in &mut self.active {
            let news = trial.advance();
            column.attempted += news.accounts.attempted;
            column.delivered += news.accounts.delivered;
            column.failed += news.accounts.failed;
            column.bytes += news.accounts.delivered_bytes;
            response.add(&news.response);
            trial.pass(now, paused);
        }
        column.response = response.bins();
        if response.total() > 0 {
            column.histogram = response.encode();
        }
        column.quantiles = quantiles(&response);
        column
    }

    /// Closes the trials of which nothing was under way when figures were copied.
    pub fn close_drained(&mut self, goals: &[Goal]) {
        let (done, active) = std::mem::take(&mut self.active)
            .into_iter()
            .partition::<Vec<_>, _>(|trial| self.drained.contains(&trial.number));
        self.active = active;
        for trial in done {
            *self.accepted.entry(trial.serial).or_default() += trial.accepted();
            self.closed.push(Archive {
                row: Arc::new(trial.reading(goals, true)),
                rest: Rest::of(&trial),
            });
        }
        self.closed.sort_by_key(|archive| archive.row.number);
    }

    /// Every row, oldest first.
    #[must_use]
    pub fn rows(&self, goals: &[Goal]) -> Vec<Arc<TrialReading>> {
        let mut rows: Vec<_> = self
            .closed
            .iter()
            .map(|archive| Arc::clone(&archive.row))
            .collect();
        rows.extend(
            self.active
                .iter()
                .map(|trial| Arc::new(trial.reading(goals, false))),
        );
        rows.sort_by_key(|row| row.number);
        rows
    }

    /// One trial's row with what a snapshot needs beside it.
    #[must_use]
    pub fn archive(&self, number: u64, goals: &[Goal]) -> Option<Archive> {
        let closed = self
            .closed
            .iter()
            .find(|archive| archive.row.number == number);
        if let Some(archive) = closed {
            return Some(Archive {
                row: Arc::clone(&archive.row),
                rest: archive.rest.clone(),
            });
        }
        let trial = self.active.iter().find(|trial| trial.number == number)?;
        Some(Archive {
            row: Arc::new(trial.reading(goals, false)),
            rest: Rest::of(trial),
        })
    }

    /// The numbers of all trials, oldest first.
    #[must_use]
    pub fn numbers(&self) -> Vec<u64> {
        let mut numbers: Vec<_> = self
            .closed
            .iter()
            .map(|archive| archive.row.number)
            .collect();
        numbers.extend(self.active.iter().map(|trial| trial.number));
        numbers.sort_unstable();
        numbers
    }

    /// Counts over all trials.
    #[must_use]
    pub fn accounts(&self) -> Accounts {
        let closed = self.closed.iter().map(|archive| archive.row.accounts);
        let active = self.active.iter().map(Trial::accounts);
        closed
            .chain(active)
            .fold(Accounts::default(), |sum, part| Accounts {
                attempted: sum.attempted + part.attempted,
                delivered: sum.delivered + part.delivered,
                failed: sum.failed + part.failed,
                delivered_bytes: sum.delivered_bytes + part.delivered_bytes,
            })
    }

    /// When the first record of the session was tried, in nanoseconds since the lab started.
    #[must_use]
    pub fn first_attempt(&self) -> Option<u64> {
        let closed = self
            .closed
            .iter()
            .map(|archive| archive.rest.first_attempt)
            .find(|first| *first != 0);
        closed.or_else(|| self.active.iter().find_map(Trial::first_attempt))
    }

    /// Makes the first settled trial the baseline, where a person has chosen none.
    pub fn choose_base(&mut self) {
        if self.base.is_none() {
            let closed = self
                .closed
                .iter()
                .find(|archive| archive.rest.settled)
                .map(|archive| archive.row.number);
            let active = self
                .active
                .iter()
                .find(|trial| trial.settled.is_some())
                .map(|trial| trial.number);
            self.base = closed.or(active);
        }
    }
}

fn quantiles(counts: &Counts) -> Option<(f64, f64, f64)> {
    let millis = |micros: u64| crate::settings::Millis::from_micros(micros).0;
    Some((
        millis(counts.quantile(0.5)?),
        millis(counts.quantile(0.99)?),
        millis(counts.max()?),
    ))
}
