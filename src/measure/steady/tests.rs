use super::*;
use proptest::prelude::*;

/// After how many windows of this median the run is steady.
fn settles(medians: impl IntoIterator<Item = f64>) -> Option<usize> {
    let mut steady = Steady::new(false);
    for (at, median_ms) in medians.into_iter().enumerate() {
        steady.push(Window {
            median_ms,
            per_s: 1000.0,
        });
        if steady.judge() == Steadiness::Steady {
            return Some(at + 1);
        }
    }
    None
}

fn judged(medians: [f64; WINDOWS]) -> Steadiness {
    let mut steady = Steady::new(false);
    for median_ms in medians {
        steady.push(Window {
            median_ms,
            per_s: 0.0,
        });
    }
    steady.judge()
}

#[test]
fn five_equal_seconds_are_steady_and_four_are_too_few() {
    assert_eq!(settles([20.0; 4]), None);
    assert_eq!(settles([20.0; 9]), Some(5));
}

#[test]
fn a_warm_up_that_fades_is_over_five_seconds_after_it_has_faded() {
    // 300 % too slow at first, halved every second: within 3 % from the seventh second on.
    let warming = (0..30).map(|second| 20.0 * (1.0 + 3.0 * 0.5f64.powi(second)));
    let settled = settles(warming).unwrap();
    assert!((9..=12).contains(&settled), "after {settled} s");
}

#[test]
fn a_trend_is_never_steady_and_a_step_only_until_it_is_past() {
    let rising = (0..60).map(|second| 20.0 * 1.01f64.powi(second));
    assert_eq!(settles(rising), None);
    let step = (0..20).map(|second| if second < 3 { 20.0 } else { 40.0 });
    assert_eq!(settles(step), Some(8));
}

#[test]
fn what_is_lacking_is_told_in_words() {
    let Steadiness::Restless(rising) = judged([20.0, 21.0, 22.0, 23.0, 24.0]) else {
        panic!("a rise of 4 ms is steady");
    };
    assert_eq!(rising.to_string(), "the median rose by 20 % in 5 s");
    let Steadiness::Restless(wild) = judged([20.0, 30.0, 20.0, 10.0, 20.0]) else {
        panic!("a spread of 50 % is steady");
    };
    assert_eq!(
        wild.to_string(),
        "the median varied by ±50 % between seconds"
    );
}

#[test]
fn differences_below_a_schedulers_own_do_not_count() {
    assert_eq!(judged([0.3, 0.45, 0.3, 0.25, 0.4]), Steadiness::Steady);
    assert_ne!(judged([3.0, 4.5, 3.0, 2.5, 4.0]), Steadiness::Steady);
}

#[test]
fn at_full_speed_the_throughput_must_be_steady_too() {
    let rates = [100.0, 130.0, 70.0, 100.0, 120.0];
    let judge = |full_speed| {
        let mut steady = Steady::new(full_speed);
        for per_s in rates {
            steady.push(Window {
                median_ms: 20.0,
                per_s,
            });
        }
        steady.judge()
    };
    assert_eq!(judge(false), Steadiness::Steady);
    assert!(matches!(
        judge(true),
        Steadiness::Restless(Restless {
            figure: "throughput",
            ..
        })
    ));
}

proptest! {
    #[test]
    fn noise_of_four_percent_settles_soon_and_drift_does_not(
        noise in proptest::collection::vec(-0.04..0.04f64, 30), level in 5.0..5_000.0f64, drift in 0.05..0.3f64,
    ) {
        let noisy = noise.iter().map(|part| level * (1.0 + part));
        prop_assert!(settles(noisy).is_some());
        let drifting = noise.iter().enumerate().map(|(at, part)| {
            let at = f64::from(u32::try_from(at).unwrap());
            level * (1.0 + drift).powf(at) * (1.0 + part / 4.0)
        });
        prop_assert_eq!(settles(drifting), None);
    }

    #[test]
    fn whoever_is_steady_lies_within_a_tenth(medians in proptest::array::uniform5(1.0..1_000.0f64)) {
        if judged(medians) == Steadiness::Steady {
            let mean = medians.iter().sum::<f64>() / 5.0;
            prop_assert!(medians.iter().all(|median| (median - mean).abs() <= (0.1 * mean).max(FLOOR_MS) + 1e-9));
        }
    }
}
