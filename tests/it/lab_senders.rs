//! One, two and four senders on one trial: exact counts, and the rate as asked for, by the times in the broker's log.

use linger::lab::StopAfter;

use crate::kafka;
use crate::lab_handle::{Watched, config, real, settings};
use crate::lab_log;

const RATE: f64 = 2_000.0;
const RECORDS: u64 = 6_001;
/// A busy machine may send the first or the last record late; a quiet one stays within 0.1 %.
const TOLERANCE: f64 = 0.01;

#[test]
fn senders_share_the_rate_and_the_count_exactly() {
    let Some(kafka) = kafka::one() else { return };
    for senders in ["1", "2", "4"] {
        let topic = kafka::topic(kafka, 4, 1);
        let settings = settings(&[
            ("senders", senders),
            ("rate", "2000"),
            ("record.size", "100"),
            ("acks", "all"),
        ]);
        let mut config = config(real(kafka, &topic), &topic, settings);
        config.stop_after = Some(StopAfter::Records(RECORDS));
        let (last, snapshots) = Watched::start(config).finish();

        assert_eq!(kafka::assert_log_grew(kafka, &topic, 0), RECORDS);
        assert_eq!(last.accounts.attempted, RECORDS);
        assert_eq!(last.accounts.delivered, RECORDS);
        assert_eq!(last.accounts.delivered_bytes, RECORDS * 100);
        let [snapshot] = &snapshots[..] else {
            panic!("{} trials", snapshots.len())
        };
        assert_eq!(snapshot.result.response_ms.count, RECORDS);
        assert_eq!(snapshot.result.send_ms.count, RECORDS);
        assert_eq!(snapshot.result.log_end_delta, Some(RECORDS));

        let times = lab_log::times(kafka, &topic);
        assert_eq!(times.len() as u64, RECORDS);
        let plain = (RECORDS - 1) as f64 * 1_000.0 / (times[times.len() - 1] - times[0]) as f64;
        let rate = schedule(&times);
        println!(
            "{senders} senders: {rate:.2}/s by the schedule, {plain:.2}/s from the first to the last record"
        );
        assert!(
            (rate / RATE - 1.0).abs() < TOLERANCE,
            "{senders} senders: {rate}/s instead of {RATE}/s"
        );
    }
}

/// The rate of the schedule behind these times: from the least late record of the first third to that of the last third, so
/// that a stall of a busy machine does not count as another rate.
fn schedule(times: &[i64]) -> f64 {
    let third = times.len() / 3;
    let late = |n: &usize| times[*n] as f64 - *n as f64 * 1_000.0 / RATE;
    let least = |range: std::ops::Range<usize>| {
        range
            .min_by(|one, other| late(one).total_cmp(&late(other)))
            .unwrap()
    };
    let (first, last) = (least(0..third), least(times.len() - third..times.len()));
    (last - first) as f64 * 1_000.0 / (times[last] - times[first]) as f64
}
