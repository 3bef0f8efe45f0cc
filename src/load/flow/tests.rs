use super::*;
use proptest::prelude::*;

const SECOND: f64 = NANOS;

fn dues(flow: Flow, places: usize) -> Vec<u64> {
    (0..u32::try_from(places).unwrap())
        .map(|place| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let millis = (flow.due(f64::from(place)) / 1e6).round() as u64;
            millis
        })
        .collect()
}

#[test]
fn a_burst_sends_the_records_of_its_period_at_the_peak_and_then_none() {
    let shape = Shape::Burst {
        peak: 100.0,
        period: SECOND,
    };
    let flow = Flow::new(4.0, shape);
    assert_eq!(
        dues(flow, 10),
        [0, 10, 20, 30, 1000, 1010, 1020, 1030, 2000, 2010]
    );
    assert!((flow.places(0.5 * SECOND) - 4.0).abs() < 1e-9);
}

#[test]
fn a_ramp_gains_evenly_and_stays_at_its_peak() {
    let shape = Shape::Ramp {
        peak: 30.0,
        period: 2.0 * SECOND,
    };
    let flow = Flow::new(10.0, shape);
    // 10/s + 10/s² · t: 15 after one second, 40 after two, then 30 a second.
    for (seconds, places) in [(1.0, 15.0), (2.0, 40.0), (3.0, 70.0)] {
        assert!((flow.places(seconds * SECOND) - places).abs() < 1e-9);
        assert!((flow.due(places) - seconds * SECOND).abs() < 1.0);
    }
}

#[test]
fn a_step_changes_the_rate_once() {
    let shape = Shape::Step {
        peak: 100.0,
        period: 0.2 * SECOND,
    };
    assert_eq!(dues(Flow::new(10.0, shape), 5), [0, 100, 200, 210, 220]);
}

#[test]
fn a_shape_without_sense_is_a_steady_rate() {
    let flat = Shape::Burst {
        peak: 5.0,
        period: SECOND,
    };
    assert!(Flow::new(10.0, flat).is_steady());
    assert!(Flow::from(0.0).due(1.0) > 1e300);
}

fn shapes() -> impl Strategy<Value = Flow> {
    let parts = (0..4u8, 1.0..100_000.0f64, 0.05..20.0f64, 0.01..30.0f64);
    parts.prop_map(|(shape, rate, times, seconds)| {
        let (peak, period) = (rate * times, seconds * SECOND);
        let shape = match shape {
            0 => Shape::Steady,
            1 => Shape::Burst { peak, period },
            2 => Shape::Ramp { peak, period },
            _ => Shape::Step { peak, period },
        };
        Flow::new(rate, shape)
    })
}

proptest! {
    #[test]
    fn due_times_never_fall_and_the_count_is_their_inverse(flow in shapes(), from in 0..1_000_000u32) {
        let mut last = 0.0;
        for step in 0..50 {
            let place = f64::from(from + step);
            let due = flow.due(place);
            prop_assert!(due >= last, "{due} after {last}");
            // A record in the silence behind a burst may count for either end of it.
            prop_assert!((flow.places(due) - place).abs() < 1e-3, "{} for {place}", flow.places(due));
            last = due;
        }
    }

    #[test]
    fn no_second_holds_more_than_the_peak_and_a_burst_keeps_the_mean(
        flow in shapes(), from in 0.0..100.0f64, length in 0.0..10.0f64,
    ) {
        let count = flow.places((from + length) * SECOND) - flow.places(from * SECOND);
        prop_assert!(count >= -1e-6 && count <= flow.most() * length + 1e-3);
        if let Shape::Burst { period, .. } = flow.shape {
            let whole = flow.places(from.ceil() * period);
            prop_assert!((whole - flow.per_second * from.ceil() * period / NANOS).abs() < 1e-3);
        }
    }
}
