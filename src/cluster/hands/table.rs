//! The one table of hands.

use crate::cluster::local::BrokerCommand;

/// What can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Hand {
    /// Something to one broker.
    Broker(BrokerCommand),
    /// Shuts down every follower of a partition cleanly.
    StopFollowers,
    /// Freezes every follower of a partition.
    PauseFollowers,
    /// Hands the leadership of a partition to the next replica in sync.
    MoveLeader,
    /// Kills the leader of a partition, and waits for the next one.
    KillLeader,
    /// Freezes the leader of a partition, and waits for the next one.
    PauseLeader,
    /// Freezes one follower of a partition, and waits until it is out of the in-sync set.
    ShrinkInSync,
    /// Makes everything good.
    Heal,
}

/// What a hand takes hold of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grip {
    /// One broker.
    Broker,
    /// One partition.
    Partition,
    /// All of it.
    Cluster,
}

/// One row of the table of hands.
#[derive(Debug)]
pub struct HandRow {
    /// What is done.
    pub hand: Hand,
    /// Its name.
    pub name: &'static str,
    /// What it takes hold of.
    pub grip: Grip,
    /// What it does, in one sentence.
    pub about: &'static str,
}

const fn row(hand: Hand, name: &'static str, grip: Grip, about: &'static str) -> HandRow {
    HandRow {
        hand,
        name,
        grip,
        about,
    }
}

const fn broker(command: BrokerCommand, name: &'static str, about: &'static str) -> HandRow {
    row(Hand::Broker(command), name, Grip::Broker, about)
}

const fn partition(hand: Hand, name: &'static str, about: &'static str) -> HandRow {
    row(hand, name, Grip::Partition, about)
}

/// Every hand.
pub const HANDS: [HandRow; 12] = [
    broker(
        BrokerCommand::Stop,
        "stop",
        "shuts a broker down cleanly: it hands over what it leads first",
    ),
    broker(
        BrokerCommand::Kill,
        "kill",
        "ends a broker at once, as a crash would",
    ),
    broker(
        BrokerCommand::Pause,
        "pause",
        "freezes a broker: it is silent, and its connections stay open",
    ),
    broker(
        BrokerCommand::Resume,
        "continue",
        "lets a frozen broker go on",
    ),
    broker(
        BrokerCommand::Start,
        "start",
        "starts a broker that was stopped or killed, with its old data",
    ),
    partition(
        Hand::StopFollowers,
        "stop-followers",
        "shuts down every follower of a partition, one after the other",
    ),
    partition(
        Hand::PauseFollowers,
        "pause-followers",
        "freezes every follower of a partition: what its leader takes from then on is nowhere else",
    ),
    partition(
        Hand::MoveLeader,
        "move-leader",
        "hands the leadership of a partition to another replica, as an operator does",
    ),
    partition(
        Hand::KillLeader,
        "kill-leader",
        "kills the leader of a partition; another replica takes over",
    ),
    partition(
        Hand::PauseLeader,
        "pause-leader",
        "freezes the leader of a partition until another replica takes over",
    ),
    partition(
        Hand::ShrinkInSync,
        "shrink-in-sync",
        "freezes a follower of a partition until it is out of the in-sync set",
    ),
    row(
        Hand::Heal,
        "heal",
        Grip::Cluster,
        "continues, starts, and waits until every partition has a leader and all its replicas in sync",
    ),
];

/// What a hand is laid on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject<'t> {
    /// A broker, 1 and up.
    Broker(u16),
    /// A partition of a topic.
    Partition(&'t str, i32),
    /// All of it.
    Cluster,
}
