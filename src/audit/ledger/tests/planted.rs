//! Logs with planted anomalies, and what an audit of them must say.

mod telling;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};

use crate::audit::ledger::{Ended, Findings, Outcome};

/// Records of a transaction.
const MEMBERS: u64 = 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Lost,
    Unverified,
    Duplicated,
    Resurrected,
    Reordered,
    AbortedVisible,
    Torn,
    OffsetMismatch,
    Corrupt,
    Foreign,
    UnknownLanded,
}

/// In the order in which they are planted: what cuts a log comes first, what only adds to it last.
pub const KINDS: [Kind; 11] = [
    Kind::Unverified,
    Kind::Torn,
    Kind::AbortedVisible,
    Kind::Lost,
    Kind::Resurrected,
    Kind::UnknownLanded,
    Kind::OffsetMismatch,
    Kind::Reordered,
    Kind::Duplicated,
    Kind::Corrupt,
    Kind::Foreign,
];

/// One record as the client knows it.
#[derive(Clone, Debug)]
struct Sent {
    producer: u32,
    sequence: u64,
    trial: u32,
    partition: usize,
    outcome: Option<Outcome>,
    /// Whether an anomaly or a failure has happened to it; none gets two.
    touched: bool,
    /// Whether it was acknowledged somewhere else than where it is.
    misplaced: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entry {
    /// A record, by its number in `sent`; whether it is the copy that was acknowledged.
    Record(usize, bool),
    Corrupt,
    Foreign,
}

pub struct Story {
    rng: StdRng,
    sent: Vec<Sent>,
    /// What is read of each partition …
    logs: Vec<Vec<Entry>>,
    /// … and what is in the log behind it.
    tails: Vec<Vec<Entry>>,
    transactions: Vec<(Vec<usize>, Ended)>,
    pub expected: Findings,
}

impl Story {
    /// A log in which the given kinds are planted, one to four times each.
    pub fn new(seed: u64, kinds: &[Kind]) -> Self {
        let mut story = Self::clean(seed);
        for kind in KINDS.iter().filter(|kind| kinds.contains(kind)) {
            for _ in 0..story.rng.random_range(1..5) {
                story.plant(*kind);
            }
        }
        story.expect();
        story
    }

    fn clean(seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let partitions = rng.random_range(1..5_usize);
        let is_sticky = rng.random::<bool>();
        let mut story = Self {
            sent: Vec::new(),
            logs: vec![Vec::new(); partitions],
            tails: vec![Vec::new(); partitions],
            transactions: Vec::new(),
            expected: Findings::default(),
            rng,
        };
        let producers = story.rng.random_range(1..4);
        let records = story.rng.random_range(300..500_u64);
        for sequence in 0..records {
            for producer in 0..producers {
                let partition = if is_sticky {
                    usize::try_from(sequence / 7).unwrap() % partitions
                } else {
                    story.rng.random_range(0..partitions)
                };
                story.sent.push(Sent {
                    producer,
                    sequence,
                    trial: u32::from(sequence > records / 2),
                    partition,
                    outcome: Some(Outcome::Acknowledged),
                    touched: false,
                    misplaced: false,
                });
            }
        }
        story.begin_transactions(producers);
        story.fail_some();
        for at in 0..story.sent.len() {
            let sent = &story.sent[at];
            let is_there = sent.outcome == Some(Outcome::Acknowledged) && !story.is_aborted(at);
            let partition = sent.partition;
            if is_there {
                story.logs[partition].push(Entry::Record(at, true));
            }
        }
        story
    }

    /// The last hundred records of the first producer belong to transactions, of which every other one is aborted.
    fn begin_transactions(&mut self, producers: u32) {
        let own = (0..self.sent.len()).filter(|at| self.sent[*at].producer == 0);
        let own: Vec<usize> = own.collect();
        for (number, members) in own[own.len() - 120..]
            .chunks(usize::try_from(MEMBERS).unwrap())
            .enumerate()
        {
            let ended = if number % 2 == 0 {
                Ended::Committed
            } else {
                Ended::Aborted
            };
            for at in members {
                self.sent[*at].touched = true;
            }
            self.transactions.push((members.to_vec(), ended));
        }
        assert!(producers > 0);
    }

    fn is_aborted(&self, at: usize) -> bool {
        let mut transactions = self.transactions.iter();
        transactions.any(|(members, ended)| *ended == Ended::Aborted && members.contains(&at))
    }

    /// Failures that leave nothing behind are no anomaly: of all three kinds, and without a report.
    fn fail_some(&mut self) {
        for outcome in [Some(Outcome::Failed), Some(Outcome::Unknown), None] {
            for _ in 0..self.rng.random_range(0..6) {
                let at = self.rng.random_range(0..self.sent.len());
                if !self.sent[at].touched {
                    self.sent[at].touched = true;
                    self.sent[at].outcome = outcome;
                }
            }
        }
    }

    /// A record that stands in what is read and to which nothing has happened yet.
    fn pick(&mut self) -> (usize, usize, usize) {
        for _ in 0..10_000 {
            let partition = self.rng.random_range(0..self.logs.len());
            let place = self.rng.random_range(0..self.logs[partition].len());
            if let Entry::Record(at, _) = self.logs[partition][place]
                && !self.sent[at].touched
            {
                self.sent[at].touched = true;
                return (at, partition, place);
            }
        }
        panic!("no record is left to which nothing has happened");
    }

    fn plant(&mut self, kind: Kind) {
        let expected = &mut self.expected;
        match kind {
            Kind::Unverified => self.stop_reading(),
            Kind::Torn => self.tear(),
            Kind::AbortedVisible => self.show_aborted(),
            Kind::Lost => {
                expected.lost += 1;
                let (_, partition, place) = self.pick();
                self.logs[partition].remove(place);
            }
            Kind::Resurrected => {
                expected.resurrected += 1;
                let (at, ..) = self.pick();
                self.sent[at].outcome = Some(Outcome::Failed);
            }
            Kind::UnknownLanded => {
                let outcome = [Some(Outcome::Unknown), None]
                    .choose(&mut self.rng)
                    .copied()
                    .flatten();
                match outcome {
                    Some(_) => expected.unknown_landed += 1,
                    None => expected.unreported_landed += 1,
                }
                let (at, ..) = self.pick();
                self.sent[at].outcome = outcome;
            }
            Kind::OffsetMismatch => {
                expected.offset_mismatch += 1;
                let (at, ..) = self.pick();
                self.sent[at].misplaced = true;
            }
            Kind::Reordered => self.swap(),
            Kind::Duplicated => self.copy(),
            Kind::Corrupt | Kind::Foreign => {
                let entry = if kind == Kind::Corrupt {
                    expected.corrupt += 1;
                    Entry::Corrupt
                } else {
                    expected.foreign += 1;
                    Entry::Foreign
                };
                let partition = self.rng.random_range(0..self.logs.len());
                let place = self.rng.random_range(0..=self.logs[partition].len());
                self.logs[partition].insert(place, entry);
            }
        }
    }

    /// The end of a partition is not read.
    fn stop_reading(&mut self) {
        let partition = self.rng.random_range(0..self.logs.len());
        let length = self.logs[partition].len();
        let place = length - self.rng.random_range(1..length / 20);
        let mut tail = self.logs[partition].split_off(place);
        for entry in &tail {
            if let Entry::Record(at, _) = entry {
                self.sent[*at].touched = true;
                self.expected.unverified += 1;
            }
        }
        tail.append(&mut self.tails[partition]);
        self.tails[partition] = tail;
    }

    /// A part of a committed transaction is gone from the log.
    fn tear(&mut self) {
        let committed = self
            .transactions
            .iter_mut()
            .filter(|it| it.1 == Ended::Committed);
        let whole = committed.map(|(members, _)| members.clone());
        let whole: Vec<Vec<usize>> = whole.collect();
        let there = |at: usize| {
            self.logs
                .iter()
                .flatten()
                .any(|it| *it == Entry::Record(at, true))
        };
        let Some(members) = whole
            .into_iter()
            .find(|members| members.iter().all(|at| there(*at)))
        else {
            return;
        };
        let gone = self.rng.random_range(1..members.len());
        for at in &members[..gone] {
            for log in &mut self.logs {
                log.retain(|entry| *entry != Entry::Record(*at, true));
            }
        }
        self.expected.torn_transactions += 1;
        self.expected.lost += gone as u64;
    }

    /// A record of an aborted transaction can be read.
    fn show_aborted(&mut self) {
        let aborted = self.transactions.iter().filter(|it| it.1 == Ended::Aborted);
        let all: Vec<usize> = aborted.flat_map(|it| it.0.iter().copied()).collect();
        let hidden = all.into_iter().filter(|at| {
            let mut entries = self.logs.iter().flatten();
            !entries.any(|entry| *entry == Entry::Record(*at, true))
        });
        let hidden: Vec<usize> = hidden.collect();
        let Some(at) = hidden.choose(&mut self.rng).copied() else {
            return;
        };
        self.expected.aborted_visible += 1;
        // In its order: before the first record that is later.
        let sequence = self.sent[at].sequence;
        let log = &mut self.logs[self.sent[at].partition];
        let place = log.iter().position(|entry| {
            matches!(entry, Entry::Record(other, _) if self.sent[*other].sequence > sequence)
        });
        log.insert(place.unwrap_or(log.len()), Entry::Record(at, true));
    }

    /// A record appears behind a later one.
    fn swap(&mut self) {
        for _ in 0..1000 {
            let (at, partition, place) = self.pick();
            let sent = &self.sent[at];
            let later = (place + 1..self.logs[partition].len()).filter(|later| {
                let Entry::Record(other, _) = self.logs[partition][*later] else {
                    return false;
                };
                let other = &self.sent[other];
                let same = other.producer == sent.producer && other.trial == sent.trial;
                same && !other.touched && other.sequence > sent.sequence
            });
            let later: Vec<usize> = later.take(20).collect();
            let Some(later) = later.choose(&mut self.rng).copied() else {
                self.sent[at].touched = false;
                continue;
            };
            if let Entry::Record(other, _) = self.logs[partition][later] {
                self.sent[other].touched = true;
            }
            let entry = self.logs[partition].remove(place);
            self.logs[partition].insert(later, entry);
            self.expected.reordered += 1;
            return;
        }
        panic!("no pair to swap");
    }

    /// A record is there once more; either of the two was acknowledged.
    fn copy(&mut self) {
        let (at, partition, place) = self.pick();
        let of_first = self.rng.random::<bool>();
        self.logs[partition][place] = Entry::Record(at, of_first);
        let behind = self
            .rng
            .random_range(place + 1..=self.logs[partition].len());
        self.logs[partition].insert(behind, Entry::Record(at, !of_first));
        self.expected.duplicated += 1;
    }

    /// What follows from the records and the logs.
    fn expect(&mut self) {
        let aborted: Vec<bool> = (0..self.sent.len()).map(|at| self.is_aborted(at)).collect();
        let expected = &mut self.expected;
        expected.attempted = self.sent.len() as u64;
        for (sent, aborted) in self.sent.iter().zip(&aborted) {
            expected.delivered += u64::from(sent.outcome == Some(Outcome::Acknowledged));
            let count = match sent.outcome {
                _ if *aborted => &mut expected.aborted,
                Some(Outcome::Acknowledged) => &mut expected.acknowledged,
                Some(Outcome::Failed) => &mut expected.failed,
                Some(Outcome::Unknown) => &mut expected.unknown,
                None => &mut expected.unreported,
            };
            *count += 1;
        }
        let mut there = vec![false; self.sent.len()];
        for entry in self.logs.iter().flatten() {
            expected.records += 1;
            if let Entry::Record(at, _) = entry {
                there[*at] = true;
            }
        }
        for producer in 0..3 {
            let own = || (0..self.sent.len()).filter(|at| self.sent[*at].producer == producer);
            let seen = own().filter(|at| there[*at]).count() as u64;
            let highest = own()
                .filter(|at| there[*at])
                .map(|at| self.sent[at].sequence);
            expected.missing += highest.max().map_or(0, |it| it + 1) - seen;
            expected.producers += u64::from(seen > 0);
            expected.unique += seen;
            expected.offsets_compared += own()
                .filter(|at| there[*at] && self.sent[*at].outcome == Some(Outcome::Acknowledged))
                .count() as u64;
        }
    }
}
