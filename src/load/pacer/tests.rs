use super::*;
use crate::load::flow::Shape;
use proptest::prelude::*;

const SECOND: u64 = 1_000_000_000;

fn exact(start: u64, place: u64, per_second: u64) -> u64 {
    let nanos = (u128::from(place) * 1_000_000_000).div_ceil(u128::from(per_second));
    start + u64::try_from(nanos).unwrap()
}

/// Takes up to 40 of the records that are due: none early, none before the last one, and each off the backlog, whose rest it gives.
fn take_some(pacer: &mut Pacer, now: u64, last: &mut u64) -> Result<u64, TestCaseError> {
    let backlog = pacer.due_before(now);
    let take = backlog.min(40);
    for _ in 0..take {
        prop_assert!(pacer.next_due() <= now && pacer.next_due() >= *last);
        *last = pacer.advance();
    }
    prop_assert_eq!(pacer.due_before(now), backlog - take);
    Ok(backlog - take)
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
            let left = take_some(&mut pacer, now, &mut last)?;
            prop_assert_eq!(pacer.next_due() <= now, left > 0);
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

fn shaped() -> impl Strategy<Value = Flow> {
    let parts = (0..4u8, 1..50_000u32, 2..20u32, 10..20_000u32);
    parts.prop_map(|(shape, rate, times, period_ms)| {
        let peak = f64::from(rate) * f64::from(times) / 2.0;
        let period = f64::from(period_ms) * 1e6;
        let shape = match shape {
            0 => Shape::Steady,
            1 => Shape::Burst { peak, period },
            2 => Shape::Ramp { peak, period },
            _ => Shape::Step { peak, period },
        };
        Flow::new(f64::from(rate), shape)
    })
}

proptest! {
    #[test]
    fn senders_of_any_shape_share_the_one_schedule_exactly(
        flow in shaped(), senders in 1..=16u32, start in 0..SECOND * 86_400, from in 0..1_000_000u64,
    ) {
        let whole = Pacer::new(flow, 0, 1, start);
        let parts: Vec<Pacer> = (0..senders).map(|sender| Pacer::new(flow, sender, senders, start)).collect();
        for place in from..from + 64 {
            let sender = place % u64::from(senders);
            let due = parts[usize::try_from(sender).unwrap()].due(place / u64::from(senders));
            prop_assert_eq!(due, whole.due(place));
        }
    }

    #[test]
    fn a_shape_keeps_its_due_times_whatever_the_client_does(
        flow in shaped(), stalls in proptest::collection::vec(0..SECOND, 1..40),
    ) {
        // A client that looks up at any moments gets the very due times of one that was never kept from looking.
        let truth = Pacer::new(flow, 1, 3, 500);
        let mut pacer = truth.clone();
        let mut now = 0;
        for stall in stalls {
            now += stall;
            let backlog = pacer.due_before(now);
            for _ in 0..backlog.min(200) {
                let n = pacer.taken();
                prop_assert_eq!(pacer.advance(), truth.due(n));
            }
            prop_assert_eq!(pacer.due_before(now), backlog - backlog.min(200));
            prop_assert_eq!(pacer.next_due() <= now, backlog > 200);
        }
    }

    #[test]
    fn shapes_that_change_under_way_keep_order_and_backlog(
        flows in proptest::collection::vec(shaped(), 1..6), sender in 0..3u32,
        steps in proptest::collection::vec((0..4u8, 0..SECOND / 20), 1..40),
    ) {
        let mut pacer = Pacer::new(flows[0], sender, 3, 0);
        let (mut now, mut last, mut at) = (0, 0, 0);
        for (action, wait) in steps {
            match action {
                0 => pacer.pause(now),
                1 => pacer.resume(now),
                2 => {
                    at += 1;
                    pacer.set_rate(now, flows[at % flows.len()]);
                }
                _ => {}
            }
            now += wait;
            take_some(&mut pacer, now, &mut last)?;
        }
    }
}

#[test]
fn a_burst_begins_anew_behind_a_pause_and_at_a_turn() {
    let shape = Shape::Burst {
        peak: 100.0,
        period: 1e9,
    };
    let flow = Flow::new(2.0, shape);
    let mut pacer = Pacer::new(flow, 0, 1, 0);
    let dues: Vec<u64> = (0..3).map(|_| pacer.advance() / 1_000_000).collect();
    assert_eq!(dues, [0, 10, 1000]);
    pacer.pause(1_005_000_000);
    pacer.resume(3_005_000_000);
    assert_eq!(pacer.next_due() / 1_000_000, 3_010, "the rest of the burst");
    pacer.set_rate(3_500_000_000, flow);
    pacer.advance();
    assert_eq!(
        pacer.next_due() / 1_000_000,
        3_500,
        "the next burst at once"
    );
}
