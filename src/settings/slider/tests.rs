use proptest::prelude::*;

use super::*;
use crate::settings::{find, rows};

fn walk(name: &str, from: f64, up: bool, long: bool) -> Vec<f64> {
    let row = find(name).unwrap();
    let mut value = Value::Number(from);
    let mut seen = Vec::new();
    for _ in 0..200 {
        let next = row.stepped(&value, up, long);
        if next == value {
            break;
        }
        seen.extend(next.number());
        value = next;
    }
    seen
}

#[test]
fn a_logarithmic_slider_steps_through_1_2_5() {
    assert_eq!(
        walk("linger.ms", 0.0, true, false)[..7],
        [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0]
    );
    assert_eq!(
        walk("linger.ms", 5.0, false, false),
        [2.0, 1.0, 0.5, 0.2, 0.1, 0.0]
    );
    assert_eq!(walk("linger.ms", 2.0, true, true), [20.0, 200.0, 1000.0]);
    assert_eq!(
        walk("max.in.flight", 3.0, true, false),
        [5.0, 10.0, 20.0, 50.0, 100.0]
    );
}

#[test]
fn bytes_step_through_powers_of_two() {
    assert_eq!(
        walk("batch.size", 1_000_000.0, true, false)[..2],
        [1_048_576.0, 2_097_152.0]
    );
    assert_eq!(
        walk("batch.size", 1_000_000.0, false, false)[..2],
        [524_288.0, 262_144.0]
    );
}

#[test]
fn full_speed_and_auto_are_the_ends_of_their_sliders() {
    let rate = find("rate").unwrap();
    assert_eq!(
        rate.stepped(&Value::Number(1_000_000.0), true, false),
        Value::Max
    );
    assert_eq!(
        rate.stepped(&Value::Max, false, false),
        Value::Number(1_000_000.0)
    );
    assert_eq!(rate.at_place(1.0), Value::Max);
    let sticky = find("sticky.partitioning.linger.ms").unwrap();
    assert_eq!(
        sticky.stepped(&Value::Number(0.0), false, false),
        Value::Auto
    );
    assert_eq!(
        sticky.stepped(&Value::Auto, true, false),
        Value::Number(0.0)
    );
    assert_eq!(sticky.at_place(0.0), Value::Auto);
}

#[test]
fn from_outside_the_tuning_range_a_step_leads_to_its_end_or_stays() {
    let row = find("max.in.flight").unwrap();
    let far = Value::Number(1_000_000.0);
    assert_eq!(row.stepped(&far, true, false), far);
    assert_eq!(row.stepped(&far, false, false), Value::Number(100.0));
}

#[test]
fn choices_have_stops_and_a_long_step_goes_to_the_end() {
    let row = find("compression.type").unwrap();
    assert_eq!(row.stops(), [0.0, 0.25, 0.5, 0.75, 1.0]);
    assert_eq!(
        row.stepped(&Value::Choice("gzip"), true, false),
        Value::Choice("snappy")
    );
    assert_eq!(
        row.stepped(&Value::Choice("gzip"), true, true),
        Value::Choice("zstd")
    );
    assert_eq!(
        row.stepped(&Value::Choice("none"), false, false),
        Value::Choice("none")
    );
}

#[test]
fn every_value_on_the_grid_is_found_again_at_its_place() {
    for row in rows() {
        let mut value = row.at_place(0.0);
        for _ in 0..200 {
            let found = row.at_place(row.place(&value));
            assert_eq!(found, value, "{}", row.name);
            let next = row.stepped(&value, true, false);
            if next == value {
                break;
            }
            value = next;
        }
        assert_eq!(
            value,
            row.at_place(1.0),
            "{} did not reach its end",
            row.name
        );
    }
}

proptest! {
    #[test]
    fn steps_stay_in_range_and_places_grow_with_values(one in 0.0..=1.0, other in 0.0..=1.0, up: bool, long: bool) {
        for row in rows() {
            let (left, right) = (row.at_place(f64::min(one, other)), row.at_place(f64::max(one, other)));
            prop_assert!(row.place(&left) <= row.place(&right) + 1e-12, "{} {left:?} {right:?}", row.name);
            let stepped = row.stepped(&left, up, long);
            prop_assert!((0.0..=1.0).contains(&row.place(&stepped)));
            if let Some(number) = stepped.number() {
                prop_assert!(row.tuning.0 <= number && number <= row.tuning.1, "{} {number}", row.name);
                prop_assert!(row.parse(&row.text(&stepped)).is_ok(), "{} {number}", row.name);
            }
            let moved = row.place(&stepped) - row.place(&left);
            prop_assert!(if up { moved >= 0.0 } else { moved <= 0.0 }, "{} {left:?} {stepped:?}", row.name);
        }
    }
}
