use std::collections::BTreeSet;

use super::*;

#[test]
fn every_hand_has_one_name_and_one_sentence() {
    let names: BTreeSet<&str> = HANDS.iter().map(|row| row.name).collect();
    let hands: BTreeSet<Hand> = HANDS.iter().map(|row| row.hand).collect();
    assert_eq!((names.len(), hands.len()), (HANDS.len(), HANDS.len()));
    for row in &HANDS {
        assert!(
            !row.about.is_empty() && !row.about.ends_with('.'),
            "{row:?}"
        );
    }
}

fn layout(leader: Option<u16>, in_sync: &[u16]) -> PartitionLayout {
    PartitionLayout {
        topic: "t".into(),
        partition: 0,
        leader,
        replicas: vec![2, 3, 1],
        in_sync: in_sync.to_vec(),
    }
}

#[test]
fn a_partition_is_whole_with_a_leader_and_every_replica_in_sync() {
    let whole = layout(Some(3), &[1, 2, 3]);
    assert!(whole.is_full());
    assert_eq!(whole.followers().collect::<Vec<_>>(), [2, 1]);
    assert!(!layout(Some(3), &[1, 3]).is_full());
    assert!(!layout(None, &[1, 2, 3]).is_full());
    assert_eq!(layout::tell(&[whole]), "all 1 partitions are whole");
    assert_eq!(
        layout::tell(&[layout(None, &[1])]),
        "t-0: led by nobody, [1] of [2, 3, 1] in sync"
    );
}
