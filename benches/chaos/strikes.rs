//! What strikes: every hand in a seeded random order, each healed before the next, and the wire's faults at seeded intervals.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use linger::cluster::hands::{Grip, HANDS, Hand, HandRow, Hands, Subject};
use linger::cluster::local::{BrokerCommand, LocalKafka};
use linger::wire::{FAULTS, Fault, Summary};
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};

use super::{PARTITIONS, Wanted};

/// A fault of the wire strikes once in so many Produce requests.
const STEP: std::ops::Range<u64> = 500..1_500;
/// The longest that a fault of a hand is left before it is healed.
const LEFT_MS: u64 = 1_500;

/// One strike of a hand.
pub struct Struck {
    name: &'static str,
    /// Records that were neither delivered nor failed when it struck.
    in_flight: u64,
}

/// The wire's faults: every kind, each at an interval of its own.
pub fn wire_faults(seed: u64) -> Vec<Fault> {
    let mut random = StdRng::seed_from_u64(seed);
    let mut fault = |name: &str, argument: Option<&str>| {
        let argument = match argument {
            None => "",
            Some("TIME") => "=300ms",
            // One that says "not written", where it is not, and one that is silent about it, where it is.
            Some(_) if name == "fail-before-append" => "=NOT_LEADER_OR_FOLLOWER",
            Some(_) => "=REQUEST_TIMED_OUT",
        };
        let step = random.random_range(STEP);
        format!("{name}{argument}@every:{step}")
            .parse()
            .expect("a fault")
    };
    FAULTS
        .iter()
        .map(|row| fault(row.name, row.argument))
        .collect()
}

/// The hands that do harm; the others make it good, and are laid on after each of these.
fn harmful() -> impl Iterator<Item = &'static HandRow> {
    HANDS.iter().filter(|row| {
        !matches!(
            row.hand,
            Hand::Heal | Hand::Broker(BrokerCommand::Start | BrokerCommand::Resume)
        )
    })
}

/// The hands at work.
pub struct Strikes<'k> {
    hands: Hands<'k>,
    brokers: u16,
    topic: String,
    random: StdRng,
    /// What is still to come of the round under way.
    round: Vec<&'static HandRow>,
    /// What struck.
    pub done: Vec<Struck>,
    begun: Instant,
}

impl<'k> Strikes<'k> {
    pub fn new(kafka: &'k LocalKafka, topic: &str, seed: u64) -> Self {
        Self {
            hands: Hands::of(kafka),
            brokers: kafka.brokers(),
            topic: topic.to_owned(),
            random: StdRng::seed_from_u64(seed ^ 0x5eed),
            round: Vec::new(),
            done: Vec::new(),
            begun: Instant::now(),
        }
    }

    /// Lays one hand on something, leaves it for a while, and makes it good. Every hand has its turn before one has a second.
    pub fn strike(&mut self, in_flight: impl Fn() -> u64) {
        if self.round.is_empty() {
            self.round = harmful().collect();
            self.round.shuffle(&mut self.random);
        }
        let Some(row) = self.round.pop() else { return };
        let broker = self.random.random_range(1..=self.brokers);
        let partition = self.random.random_range(0..PARTITIONS);
        let topic = self.topic.clone();
        let subject = match row.grip {
            Grip::Broker => Subject::Broker(broker),
            Grip::Partition => Subject::Partition(&topic, partition),
            Grip::Cluster => Subject::Cluster,
        };
        let hit = in_flight();
        let at = self.begun.elapsed().as_secs_f64();
        let touched = self.hands.lay(row.hand, subject);
        let touched = touched.unwrap_or_else(|error| panic!("{}: {error}", row.name));
        thread::sleep(Duration::from_millis(self.random.random_range(0..LEFT_MS)));
        let most = in_flight().max(hit);
        let healed = self.hands.heal().unwrap_or_else(|error| panic!("{error}"));
        eprintln!(
            "{at:7.1} s  {} on {subject:?}: brokers {touched:?}, {most} records in flight; healed {healed:?} after {:.1} s",
            row.name,
            self.begun.elapsed().as_secs_f64() - at
        );
        self.done.push(Struck {
            name: row.name,
            in_flight: hit,
        });
    }

    /// Whether enough of every kind, and enough in all, hit data in flight.
    pub fn are_enough(&self, wanted: Wanted, wire: &Summary) -> bool {
        let kinds = by_kind(&self.done, wire);
        let of = |name: &str| kinds.get(name).copied().unwrap_or(0);
        let mut names = harmful()
            .map(|row| row.name)
            .chain(FAULTS.iter().map(|row| row.name));
        names.all(|name| of(name) >= wanted.each) && hits(&self.done, wire) >= wanted.faults
    }
}

/// How often each kind hit data in flight.
pub fn by_kind(struck: &[Struck], wire: &Summary) -> BTreeMap<String, u64> {
    let mut kinds = BTreeMap::new();
    for one in struck.iter().filter(|one| one.in_flight > 0) {
        *kinds.entry(one.name.to_owned()).or_default() += 1;
    }
    for fault in &wire.faults {
        let name = fault.fault.split(['=', '@']).next().unwrap_or_default();
        *kinds.entry(name.to_owned()).or_default() += fault.hits;
    }
    kinds
}

/// How many hit data in flight in all.
pub fn hits(struck: &[Struck], wire: &Summary) -> u64 {
    by_kind(struck, wire).values().sum()
}
