use std::time::{Duration, Instant};

use super::*;
use crate::cluster::Embedded;
use crate::load::mark::Mark;
use crate::load::reader::Read;

const ORIGIN: Origin = Origin { run: 7, boot: 9 };

fn books() -> (Books, Sender<(u32, Arc<FollowPart>)>) {
    let (register, registered) = mpsc::channel();
    (Books::new(ORIGIN, Arc::default(), registered), register)
}

fn payload(origin: Origin, trial: u32, due: u64) -> Vec<u8> {
    let mut payload = vec![0; 64];
    let header = Header {
        origin,
        trial,
        producer: 0,
        sequence: 0,
        due,
    };
    assert!(header.write(&mut payload));
    payload
}

fn record(offset: i64, payload: &[u8]) -> Read<'_> {
    Read::Record {
        partition: 3,
        offset,
        payload,
    }
}

#[test]
fn each_record_counts_for_its_trial_from_its_due_time() {
    let (mut books, register) = books();
    let parts: Vec<Arc<FollowPart>> = (0..2).map(|_| Arc::default()).collect();
    register.send((1, Arc::clone(&parts[0]))).unwrap();
    register.send((2, Arc::clone(&parts[1]))).unwrap();
    for (offset, (trial, due)) in [(1, 1_000_000), (2, 2_000_000), (1, 4_000_000)]
        .into_iter()
        .enumerate()
    {
        let payload = payload(ORIGIN, trial, due);
        books.take(
            &record(i64::try_from(offset).unwrap(), &payload),
            due + 5_000_000,
        );
    }
    assert_eq!((parts[0].read.get(), parts[1].read.get()), (2, 1));
    let mut counts = crate::measure::Counts::new();
    parts[0].end_to_end.copy_into(&mut counts);
    assert_eq!((counts.total(), counts.max()), (2, Some(5000)));
}

#[test]
fn a_record_read_before_it_was_due_is_counted_and_not_dropped() {
    let (mut books, register) = books();
    let part: Arc<FollowPart> = Arc::default();
    register.send((1, Arc::clone(&part))).unwrap();
    books.take(&record(0, &payload(ORIGIN, 1, 9_000_000)), 2_000_000);
    assert_eq!((part.read.get(), part.early.get()), (1, 1));
    assert_eq!(part.earliest.load(Ordering::Relaxed), 7000);
}

#[test]
fn what_others_wrote_what_is_damaged_and_what_is_missing_are_told_apart() {
    let (mut books, register) = books();
    let part: Arc<FollowPart> = Arc::default();
    register.send((1, Arc::clone(&part))).unwrap();
    let other = Origin { run: 8, boot: 9 };
    let mut damaged = payload(ORIGIN, 1, 0);
    damaged[20] ^= 1;
    books.take(&record(10, b"somebody else's"), 0);
    books.take(&record(11, b""), 0);
    books.take(&record(12, &payload(other, 1, 0)), 0);
    books.take(&record(20, &damaged), 0);
    books.take(&record(21, &payload(ORIGIN, 1, 0)), 0);
    // Of a trial that is closed already.
    books.take(&record(22, &payload(ORIGIN, 2, 0)), 0);
    let totals = &books.totals;
    let all = [
        &totals.foreign,
        &totals.corrupt,
        &totals.skipped,
        &totals.read,
    ];
    assert_eq!(all.map(Counter::get), [3, 1, 7, 1]);
}

#[test]
fn what_is_read_again_after_the_log_was_cut_does_not_count_again() {
    let (mut books, register) = books();
    let audit = Arc::new(TrialAudit::new(ORIGIN.run));
    let part = Arc::new(FollowPart {
        audit: Some(Arc::clone(&audit)),
        ..FollowPart::default()
    });
    register.send((1, Arc::clone(&part))).unwrap();
    books.begin(3, 3);
    for offset in [5, 6, 4, 5, 6, 7] {
        books.take(&record(offset, &payload(ORIGIN, 1, 0)), 0);
    }
    assert!(books.totals.passed().is_empty(), "not told yet");
    books.take(
        &Read::End {
            partition: 3,
            offset: 9,
        },
        0,
    );
    books.close();
    assert_eq!(part.read.get(), 3);
    // All of them have the same number.
    assert_eq!(audit.so_far(), (2, 0));
    let passed = Passed {
        partition: 3,
        start: 3,
        next: 9,
        went_back: true,
    };
    assert_eq!(books.totals.passed(), [passed]);
    assert_eq!(books.totals.skipped.get(), 2);
}

#[test]
fn a_closed_trial_leaves_no_memory_behind() {
    let (mut books, register) = books();
    for trial in 1..=1000 {
        let part: Arc<FollowPart> = Arc::default();
        register.send((trial, Arc::clone(&part))).unwrap();
        books.take(&record(i64::from(trial), &payload(ORIGIN, trial, 0)), 0);
        assert_eq!(part.read.get(), 1);
    }
    assert!(books.parts.len() <= 2, "{}", books.parts.len());
}

#[test]
fn a_mark_becomes_a_header_in_the_systems_own_time() {
    let clock = Clock::start();
    let mut payload = vec![0; 100];
    let mark = Mark {
        producer: 3,
        sequence: 4,
        trial: 5,
        due: 600,
    };
    marks(ORIGIN, clock).write(&mut payload, &mark);
    let header = Header::read(&payload).unwrap();
    assert_eq!(
        (
            header.origin,
            header.producer,
            header.sequence,
            header.trial
        ),
        (ORIGIN, 3, 4, 5)
    );
    assert_eq!(header.due, clock.system(600));
}

#[test]
fn a_follower_of_silent_brokers_ends_soon() {
    let mut embedded = Embedded::start(1, "linger-silent", 3).unwrap();
    let connection = embedded.connection();
    let source = Source {
        connection: &connection,
        topic: "linger-silent",
        embedded: true,
        isolation: Isolation::default(),
    };
    let follower = Follower::start(&source, ORIGIN, Clock::start(), Arc::default()).unwrap();
    while follower.state() == FollowerState::Opening {
        thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(follower.state(), FollowerState::Follows);
    let id = embedded.brokers()[0].id;
    embedded.broker_down(id).unwrap();
    let begin = Instant::now();
    drop(follower);
    assert!(begin.elapsed() < Duration::from_secs(10), "{begin:?}");
}

#[test]
fn nobody_waits_for_a_cluster_that_does_not_answer() {
    let connection = Connection::plain("127.0.0.1:1");
    let source = Source {
        connection: &connection,
        topic: "linger-there",
        embedded: false,
        isolation: Isolation::default(),
    };
    let begin = Instant::now();
    let follower = Follower::start(&source, ORIGIN, Clock::start(), Arc::default()).unwrap();
    assert_eq!(follower.state(), FollowerState::Opening);
    drop(follower);
    assert!(begin.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_topic_that_cannot_be_read_is_refused_with_the_reason() {
    let embedded = Embedded::start(1, "linger-there", 1).unwrap();
    let connection = embedded.connection();
    let source = Source {
        connection: &connection,
        topic: "linger-not-there",
        embedded: true,
        isolation: Isolation::default(),
    };
    let follower = Follower::start(&source, ORIGIN, Clock::start(), Arc::default()).unwrap();
    while follower.state() == FollowerState::Opening {
        thread::sleep(Duration::from_millis(5));
    }
    let FollowerState::Refused(reason) = follower.state() else {
        panic!("{:?}", follower.state());
    };
    assert!(reason.contains("linger-not-there"), "{reason}");
}
