use super::*;
use proptest::prelude::*;

const SECOND: u64 = 1_000_000_000;

fn exact(start: u64, place: u64, per_second: u64) -> u64 {
    let nanos = (u128::from(place) * 1_000_000_000).div_ceil(u128::from(per_second));
    start + u64::try_from(nanos).unwrap()
}

proptest! {
    #[test]
    fn senders_share_one_schedule_without_drift(
        per_second in 1..=10_000_000u64, senders in 1..=16u32, start in 0..SECOND * 86_400, n in 0..2_000_000_000u64,
    ) {
        prop_assume!(n * u64::from(senders) / per_second < 3600 * 24);
        for sender in 0..senders {
            #[expect(clippy::cast_precision_loss)]
            let pacer = Pacer::new(per_second as f64, sender, senders, start);
            let truth = exact(start, n * u64::from(senders) + u64::from(sender), per_second);
            let due = pacer.due(n);
            prop_assert!(due.abs_diff(truth) <= 1, "{due} for {truth}");
        }
    }

    #[test]
    fn the_rate_is_exact_within_one_record_over_any_span(
        per_second in 1..=1_000_000u32, from in 0..100 * SECOND, span in 0..20 * SECOND,
    ) {
        let pacer = Pacer::new(f64::from(per_second), 0, 1, 0);
        let fell_due = pacer.due_before(from + span) - pacer.due_before(from);
        #[expect(clippy::cast_precision_loss)]
        let expected = f64::from(per_second) * span as f64 / 1e9;
        #[expect(clippy::cast_precision_loss)]
        let told = fell_due as f64;
        prop_assert!((told - expected).abs() <= 1.0 + 1e-6);
    }

    #[test]
    fn due_times_rise_and_the_backlog_agrees_with_them_whatever_happens(
        per_second in 1..100_000u32, sender in 0..3u32,
        steps in proptest::collection::vec((0..4u8, 0..SECOND / 50), 1..60),
    ) {
        let mut pacer = Pacer::new(f64::from(per_second), sender, 3, 0);
        let (mut now, mut last) = (0, 0);
        for (action, wait) in steps {
            match action {
                0 => pacer.pause(now),
                1 => pacer.resume(now),
                2 => pacer.set_rate(now, f64::from(per_second) * 1.7),
                _ => {}
            }
            now += wait;
            let backlog = pacer.due_before(now);
            let take = backlog.min(40);
            for _ in 0..take {
                prop_assert!(pacer.next_due() <= now && pacer.next_due() >= last);
                last = pacer.advance();
            }
            prop_assert_eq!(pacer.due_before(now), backlog - take);
            prop_assert_eq!(pacer.next_due() <= now, backlog > take);
        }
    }
}

#[test]
fn nothing_falls_due_in_a_pause_and_the_phase_is_kept() {
    let mut pacer = Pacer::new(10.0, 0, 1, 0);
    for _ in 0..3 {
        pacer.advance();
    }
    assert_eq!(pacer.next_due(), 300_000_000);
    pacer.pause(240_000_000);
    assert_eq!(pacer.next_due(), u64::MAX);
    assert_eq!(pacer.due_before(100 * SECOND), 0);
    pacer.resume(5_240_000_000);
    assert_eq!(pacer.next_due(), 5_300_000_000);
}

#[test]
fn records_behind_a_pause_do_not_count_as_due_by_the_schedule_before_it() {
    let mut pacer = Pacer::new(10.0, 0, 1, 0);
    pacer.pause(250_000_000);
    pacer.resume(650_000_000);
    assert_eq!(pacer.due_before(660_000_000), 3);
}

#[test]
fn what_was_due_before_a_pause_keeps_its_due_time() {
    let mut pacer = Pacer::new(10.0, 0, 1, 0);
    pacer.pause(250_000_000);
    pacer.resume(SECOND + 250_000_000);
    let dues: Vec<u64> = (0..5).map(|_| pacer.advance() / 1_000_000).collect();
    assert_eq!(dues, [0, 100, 200, 1300, 1400]);
}

#[test]
fn another_rate_keeps_what_was_due_and_the_share_of_the_interval() {
    let mut pacer = Pacer::new(10.0, 0, 1, 0);
    pacer.set_rate(150_000_000, 100.0);
    let dues: Vec<u64> = (0..4).map(|_| pacer.advance() / 1_000_000).collect();
    assert_eq!(dues, [0, 100, 155, 165]);
}

#[test]
fn a_rate_of_nothing_lets_nothing_fall_due() {
    let mut pacer = Pacer::new(0.0, 0, 1, 7);
    pacer.advance();
    assert_eq!(pacer.due_before(u64::MAX - 1), 0);
}
