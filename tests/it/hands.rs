//! Fault hands on three real brokers of one's own: each does what its row says, and `heal` makes all of it good.

use linger::cluster::hands::{Hand, HandError, Hands, Subject};
use linger::cluster::local::{BrokerCommand, BrokerState, LocalKafka, LocalOptions};

use crate::kafka::{self, plain_config, produce};

const PARTITION: i32 = 0;

fn lay(hands: Hands<'_>, hand: Hand, topic: &str) -> Vec<u16> {
    hands
        .lay(hand, Subject::Partition(topic, PARTITION))
        .unwrap_or_else(|error| panic!("{hand:?}: {error}"))
}

fn states(kafka: &LocalKafka) -> Vec<BrokerState> {
    (1..=kafka.brokers())
        .map(|broker| kafka.state(broker).unwrap())
        .collect()
}

#[test]
fn every_hand_does_what_it_says_and_heal_makes_it_good() {
    let options = LocalOptions {
        quick_followers: true,
        ..LocalOptions::default()
    };
    let Some(kafka) = kafka::own(3, &options) else {
        return;
    };
    let topic = kafka::topic(&kafka, 1, 3);
    let hands = Hands::of(&kafka);
    hands.until_full(Some(&topic)).unwrap();
    let first = hands.partition(&topic, PARTITION).unwrap();
    let leader = first.leader.unwrap();

    // Planned: another replica leads, and clients go on.
    let moved = lay(hands, Hand::MoveLeader, &topic);
    assert_ne!(moved, [leader]);
    let led = hands.partition(&topic, PARTITION).unwrap();
    assert_eq!((led.leader, led.replicas[0]), (Some(moved[0]), moved[0]));
    produce(&plain_config(&kafka), &topic, 100);

    // One of three out of the set, and back.
    let frozen = lay(hands, Hand::ShrinkInSync, &topic);
    assert_eq!(frozen.len(), 1);
    assert_eq!(kafka.state(frozen[0]).unwrap(), BrokerState::Paused);
    let shrunk = hands.partition(&topic, PARTITION).unwrap();
    assert!(!shrunk.in_sync.contains(&frozen[0]) && shrunk.in_sync.len() == 2);
    // With two of three frozen nobody could shrink it further, so that is refused instead of waited for.
    let refused = hands.shrink(&topic, PARTITION, 1).unwrap_err();
    assert!(matches!(refused, HandError::Majority { .. }), "{refused}");
    assert_eq!(hands.heal().unwrap(), frozen);

    // Unplanned, and then all followers at once: the set stays as it was, since nobody is left to change it.
    let [old, new] = lay(hands, Hand::KillLeader, &topic)[..] else {
        panic!("a leader that was and one that is");
    };
    assert_eq!(
        (old, kafka.state(old).unwrap()),
        (moved[0], BrokerState::Down)
    );
    assert_eq!(
        hands.partition(&topic, PARTITION).unwrap().leader,
        Some(new)
    );
    assert_eq!(hands.heal().unwrap(), [old]);
    let followers = lay(hands, Hand::PauseFollowers, &topic);
    assert_eq!(followers.len(), 2);
    assert_eq!(hands.partition(&topic, PARTITION).unwrap().in_sync.len(), 3);
    let refused = hands.broker(BrokerCommand::Stop, new).unwrap_err();
    assert!(refused.to_string().contains("1 of 3 brokers"), "{refused}");
    assert_eq!(hands.heal().unwrap().len(), 2);
    assert_eq!(states(&kafka), [BrokerState::Up; 3]);
    produce(&plain_config(&kafka), &topic, 100);
    assert_eq!(kafka::assert_log_grew(&kafka, &topic, 0), 200);

    let wrong = hands.lay(Hand::KillLeader, Subject::Broker(1)).unwrap_err();
    assert_eq!(
        wrong.to_string(),
        "the hand kill-leader takes hold of a partition"
    );
    let nowhere = hands.partition("linger-nowhere", 0).unwrap_err();
    assert!(nowhere.to_string().contains("linger-nowhere"), "{nowhere}");
}
