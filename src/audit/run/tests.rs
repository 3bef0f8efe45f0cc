use std::time::Duration;

use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};

use super::*;
use crate::audit::header::Origin;
use crate::cluster::Embedded;
use crate::load::opaque::Stamp;

const RUN: u32 = 7;
const TOPIC: &str = "linger-run-audit";

fn payload(sequence: u64) -> Vec<u8> {
    let header = Header {
        origin: Origin { run: RUN, boot: 1 },
        trial: 1,
        producer: 0,
        sequence,
        due: 0,
    };
    let mut payload = vec![0; 50];
    assert!(header.write(&mut payload));
    payload
}

fn report(code: i32, persisted: Persisted, offset: i64, payload: &[u8]) -> Report<'_> {
    Report {
        stamp: Stamp::unpack(0),
        code,
        persisted,
        partition: 0,
        offset,
        payload,
        bytes: 0,
        latency_us: None,
    }
}

/// Ten records: 3 was acknowledged and is not there, 5 is there twice, 7 failed for certain and 8 perhaps, yet both are there.
#[test]
fn what_the_client_was_told_is_held_against_the_log() {
    let cluster = Embedded::start(1, TOPIC, 1).unwrap();
    let connection = cluster.connection();
    let config = || connection.client_config().unwrap();
    let producer: BaseProducer = config().create().unwrap();
    let write = |payload: &[u8]| {
        let record = BaseRecord::<(), _>::to(TOPIC).partition(0);
        producer.send(record.payload(payload)).unwrap();
    };
    write(b"this stands before the run and is not read");
    let audit = RunAudit::new(RUN, BTreeMap::from([(0, 1)]));
    let witness = audit.witness();
    let mut offset = 1;
    for sequence in 0..10 {
        let payload = payload(sequence);
        let (code, persisted) = match sequence {
            7 => (-192, Persisted::No),
            8 => (-192, Persisted::Possibly),
            _ => (0, Persisted::No),
        };
        witness(&report(code, persisted, offset, &payload));
        let copies = match sequence {
            3 => 0,
            5 => 2,
            _ => 1,
        };
        for _ in 0..copies {
            write(&payload);
            offset += 1;
        }
    }
    write(b"others may write here too");
    producer.flush(Duration::from_secs(30)).unwrap();
    let counted = Counted {
        accepted: vec![10],
        delivered: 8,
    };
    let found = audit
        .judge(config(), TOPIC, &counted, None, &mut |_| ())
        .unwrap();
    assert_eq!(found.imbalances, [""; 0]);
    let counts = (found.lost, found.duplicated, found.resurrected);
    assert_eq!(counts, (1, 1, 1), "{found:?}");
    let counts = (found.unknown_landed, found.foreign, found.unverified);
    assert_eq!(counts, (1, 1, 0), "{found:?}");
    assert_eq!((found.offsets_compared, found.offset_mismatch), (7, 0));
    assert_eq!((found.acknowledged, found.unique), (8, 9));
}

#[test]
fn counters_that_say_something_else_make_it_invalid() {
    let cluster = Embedded::start(1, TOPIC, 1).unwrap();
    let audit = RunAudit::new(RUN, BTreeMap::new());
    let counted = Counted {
        accepted: vec![1],
        delivered: 1,
    };
    let config = cluster.connection().client_config().unwrap();
    let found = audit
        .judge(config, TOPIC, &counted, None, &mut |_| ())
        .unwrap();
    assert!(!found.balances());
    assert_eq!((found.attempted, found.unreported), (1, 1));
}
