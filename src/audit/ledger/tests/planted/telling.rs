//! Tells a story to a ledger, as a client and a reader would.

use rand::RngExt as _;
use rand::seq::SliceRandom as _;

use super::{Entry, MEMBERS, Story};
use crate::audit::header::{Header, Origin, Unread};
use crate::audit::ledger::{Findings, Ledger, Place, Producer, Span, Transaction};

const RUN: u32 = 77;

impl Story {
    /// Tells the story to a ledger: reports in their order, then the partitions in turn, as a reader gets them.
    pub fn ledger(mut self) -> (Ledger, Findings) {
        let mut ledger = Ledger::of_run(RUN);
        let places = self.places();
        self.report(&mut ledger, &places);
        let mut reads: Vec<usize> = Vec::new();
        for (partition, log) in self.logs.iter().enumerate() {
            reads.extend(std::iter::repeat_n(partition, log.len()));
        }
        reads.shuffle(&mut self.rng);
        let mut next = vec![0; self.logs.len()];
        for partition in reads {
            let number = next[partition];
            next[partition] += 1;
            let read = self.header(self.logs[partition][number]);
            ledger.read(places[partition][number], &read);
        }
        for (partition, places) in places.iter().enumerate() {
            let offset = |number: usize| places.get(number).map(|place| place.offset);
            let end = places.last().map_or(0, |place| place.offset + 1);
            ledger.covered(Span {
                partition: i32::try_from(partition).unwrap(),
                start: 0,
                from: 0,
                to: offset(self.logs[partition].len()).unwrap_or(end),
                end,
                is_final: true,
            });
        }
        (ledger, self.expected)
    }

    /// Where the entries of every partition stand, with gaps as transactions leave them.
    fn places(&mut self) -> Vec<Vec<Place>> {
        let mut all = Vec::new();
        for partition in 0..self.logs.len() {
            let mut offset = 0;
            let length = self.logs[partition].len() + self.tails[partition].len();
            let places = (0..length).map(|_| {
                offset += 1 + i64::from(self.rng.random_ratio(1, 50));
                Place {
                    partition: i32::try_from(partition).unwrap(),
                    offset: offset - 1,
                }
            });
            all.push(places.collect());
        }
        all
    }

    fn report(&mut self, ledger: &mut Ledger, places: &[Vec<Place>]) {
        let mut acknowledged = vec![None; self.sent.len()];
        for (partition, places) in places.iter().enumerate() {
            let entries = self.logs[partition].iter().chain(&self.tails[partition]);
            for (entry, place) in entries.zip(places) {
                if let Entry::Record(at, true) = entry {
                    acknowledged[*at] = Some(*place);
                }
            }
        }
        let mut order: Vec<usize> = (0..self.sent.len()).collect();
        order.shuffle(&mut self.rng);
        for at in order {
            let sent = &self.sent[at];
            let Some(outcome) = sent.outcome else {
                continue;
            };
            // What is not in the log was acknowledged somewhere in the middle of what is read.
            let place = acknowledged[at].unwrap_or(Place {
                partition: i32::try_from(sent.partition).unwrap(),
                offset: 0,
            });
            let away = if sent.misplaced { 10_000 } else { 0 };
            let place = Place {
                offset: place.offset + away,
                ..place
            };
            ledger.report(producer(sent.producer), sent.sequence, outcome, Some(place));
        }
        for number in 0..3 {
            let own = self.sent.iter().filter(|sent| sent.producer == number);
            let count = own.count() as u64;
            if count > 0 {
                ledger.attempted(producer(number), count);
            }
        }
        for (members, ended) in &self.transactions {
            let from = self.sent[members[0]].sequence;
            ledger.transaction(Transaction {
                parts: vec![(producer(0), from..from + MEMBERS)],
                ended: *ended,
            });
        }
    }

    fn header(&self, entry: Entry) -> Result<Header, Unread> {
        match entry {
            Entry::Record(at, _) => Ok(Header {
                origin: Origin { run: RUN, boot: 1 },
                trial: self.sent[at].trial,
                producer: self.sent[at].producer,
                sequence: self.sent[at].sequence,
                due: 0,
            }),
            Entry::Corrupt => Err(Unread::Corrupt),
            Entry::Foreign => Err(Unread::Foreign),
        }
    }
}

fn producer(number: u32) -> Producer {
    Producer {
        run: RUN,
        producer: number,
    }
}
