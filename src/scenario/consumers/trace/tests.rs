use super::*;

fn at(offset: i64) -> At {
    At {
        partition: 0,
        offset,
    }
}

fn poll(offsets: std::ops::Range<i64>) -> Event {
    Event::Polled {
        records: offsets.map(at).collect(),
    }
}

fn process(offset: i64) -> Event {
    Event::Processed { record: at(offset) }
}

fn commit(next: i64) -> Event {
    Event::Committed {
        next: Offsets::from([(0, next)]),
    }
}

fn assign(committed: Offsets) -> Event {
    Event::Assigned {
        partitions: vec![0],
        committed,
    }
}

/// Six records in batches of three.
fn history(lives: Vec<(Vec<Event>, End)>) -> History {
    History {
        written: (0..6).map(at).collect(),
        lives: lives
            .into_iter()
            .map(|(events, end)| Life { events, end })
            .collect(),
    }
}

#[test]
fn commit_before_processing_loses_and_commit_after_it_repeats() {
    let first = [
        poll(0..3),
        commit(3),
        process(0),
        process(1),
        process(2),
        poll(3..6),
        commit(6),
    ];
    let found = Offsets::from([(0, 6)]);
    let second = [assign(found.clone()), Event::Ended { committed: found }];
    let lossy = history(vec![
        (first.to_vec(), End::Killed),
        (second.to_vec(), End::Whole),
    ]);
    assert_eq!(
        (lossy.done(), lossy.lost(), lossy.repeated(), lossy.killed()),
        (3, 3, 0, 1)
    );
    assert_eq!(lossy.lives[1].found(), lossy.lives[1].left());

    let first = [poll(0..3), process(0), process(1), process(2)];
    let second = [
        assign(Offsets::new()),
        poll(0..3),
        process(0),
        process(1),
        process(2),
        commit(3),
        poll(3..6),
        process(3),
        process(4),
        process(5),
        commit(6),
    ];
    let safe = history(vec![
        (first.to_vec(), End::Killed),
        (second.to_vec(), End::Whole),
    ]);
    assert_eq!((safe.done(), safe.lost(), safe.repeated()), (6, 0, 3));
    assert_eq!(safe.lives[1].found(), Some(&Offsets::new()));
}

#[test]
fn a_failure_is_an_attempt_and_no_processing() {
    let first = [poll(0..3), process(0), Event::Failed { record: at(1) }];
    let second = [poll(0..3), process(0), process(1), process(2), commit(3)];
    let it = history(vec![
        (first.to_vec(), End::GaveUp),
        (second.to_vec(), End::Whole),
    ]);
    assert_eq!([0, 1, 2, 3].map(|it_| it.attempts(at(it_))), [2, 2, 1, 0]);
    assert_eq!((it.repeated(), it.lost()), (1, 3));
}

#[test]
fn one_commit_a_batch_is_told_from_all_else() {
    let whole = vec![
        assign(Offsets::new()),
        poll(0..2),
        process(0),
        process(1),
        commit(2),
        poll(2..3),
        process(2),
        commit(3),
    ];
    assert!(commits_once_a_batch(&whole, 2) && commits_name_their_batch(&whole));
    assert!(!commits_once_a_batch(&whole, 1), "a batch is too long");
    for (reason, at, event) in [
        ("out of order", 2, process(1)),
        ("a wrong offset", 4, commit(1)),
        ("no commit", 4, Event::Stored),
        ("a commit too early", 3, commit(2)),
    ] {
        let mut wrong = whole.clone();
        wrong[at] = event;
        assert!(!commits_once_a_batch(&wrong, 2), "{reason}");
    }
}

#[test]
fn a_commit_names_its_own_batch() {
    let two = |a, b| Offsets::from([(0, a), (1, b)]);
    let records = vec![
        at(3),
        At {
            partition: 1,
            offset: 0,
        },
        at(4),
    ];
    assert_eq!(behind(records.iter().copied()), two(5, 1));
    let told = |next| {
        let records = records.clone();
        [Event::Polled { records }, Event::Committed { next }]
    };
    assert!(commits_name_their_batch(&told(two(5, 1))));
    assert!(!commits_name_their_batch(&told(two(5, 2))));
    assert!(!commits_name_their_batch(&told(Offsets::from([(0, 5)]))));
}

#[test]
fn a_trace_survives_its_way_through_the_pipe_and_reads_well() {
    let events = [
        assign(Offsets::from([(0, 3)])),
        poll(3..5),
        process(3),
        process(4),
        Event::Stored,
        Event::Refused {
            next: Offsets::from([(0, 5), (1, 2)]),
            said: "no".to_owned(),
        },
        Event::Revoked {
            partitions: vec![0],
            lost: true,
        },
    ];
    for event in &events {
        let line = serde_json::to_string(event).unwrap();
        assert!(!line.contains('\n'));
        assert_eq!(serde_json::from_str::<Event>(&line).unwrap(), *event);
    }
    let life = Life {
        events: events.to_vec(),
        end: End::Killed,
    };
    assert_eq!(
        life.told(),
        "assign [0] (committed: 0→3) · poll 0:3 0:4 · process 0:3 0:4 · store · commit 0→5 1→2 refused: no · lose [0] · KILLED"
    );
}
