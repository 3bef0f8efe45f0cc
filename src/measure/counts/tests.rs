use super::*;
use crate::measure::Tally;
use proptest::prelude::*;

fn counts_of(values: &[u64]) -> Counts {
    let tally = Tally::new();
    for &value in values {
        tally.record(value);
    }
    let mut counts = Counts::new();
    tally.copy_into(&mut counts);
    counts
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rank"
)]
fn exact(sorted: &[u64], q: f64) -> u64 {
    let rank = (q * to_f64(sorted.len() as u64)).ceil() as usize;
    sorted[rank.clamp(1, sorted.len()) - 1]
}

fn time() -> impl Strategy<Value = u64> {
    prop_oneof![0..5000u64, 0..300_000u64, 0..=LONGEST_MICROS]
}

proptest! {
    #[test]
    fn quantiles_are_within_a_thousandth_of_an_exact_sort(
        mut values in proptest::collection::vec(time(), 1..400), q in 0.0..=1.0f64,
    ) {
        let counts = counts_of(&values);
        values.sort_unstable();
        let (told, truth) = (counts.quantile(q).unwrap(), exact(&values, q));
        prop_assert!(told >= truth && told - truth <= truth / 1000);
        prop_assert_eq!(counts.quantile(1.0), values.last().copied());
        prop_assert_eq!(counts.sum(), values.iter().sum::<u64>());
        prop_assert_eq!(counts.bins().total(), values.len() as u64);
    }

    #[test]
    fn quantiles_are_those_of_an_hdr_histogram(values in proptest::collection::vec(time(), 1..200)) {
        let counts = counts_of(&values);
        let mut hdr = hdrhistogram::Histogram::<u64>::new_with_bounds(1, LONGEST_MICROS, 3).unwrap();
        for &value in &values {
            hdr.record(value).unwrap();
        }
        for q in [0.01, 0.5, 0.9, 0.99, 0.999, 1.0] {
            let theirs = hdr.value_at_quantile(q).min(counts.max().unwrap());
            prop_assert_eq!(counts.quantile(q), Some(theirs));
        }
        prop_assert_eq!(counts.to_hdr().unwrap(), hdr);
    }

    #[test]
    fn a_later_copy_less_an_earlier_one_is_what_came_between(
        before in proptest::collection::vec(time(), 0..50), after in proptest::collection::vec(time(), 0..50),
    ) {
        let all: Vec<u64> = before.iter().chain(&after).copied().collect();
        let (mut step, plain) = (counts_of(&all), counts_of(&after));
        step.subtract(&counts_of(&before));
        prop_assert_eq!((step.total(), step.sum()), (plain.total(), plain.sum()));
        prop_assert_eq!(step.bins(), plain.bins());
        let (told, truth) = (step.max().unwrap_or(0), plain.max().unwrap_or(0));
        prop_assert!(told >= truth && told - truth <= truth / 1000);
        let mut sum = counts_of(&before);
        sum.add(&plain);
        prop_assert_eq!(sum, counts_of(&all));
    }

    #[test]
    fn the_encoded_form_keeps_every_count(values in proptest::collection::vec(time(), 0..100)) {
        let counts = counts_of(&values);
        let again = Counts::decode_base64(&counts.encode_base64()).unwrap();
        prop_assert_eq!(again.total(), counts.total());
        prop_assert_eq!(again.to_hdr().unwrap(), counts.to_hdr().unwrap());
    }
}

#[test]
fn a_percentile_needs_ten_records_above_it() {
    let few: Vec<u64> = (1..=999).collect();
    let latencies = counts_of(&few).latencies(None);
    assert_eq!((latencies.p50, latencies.p99), (Some(Millis(0.5)), None));
    let enough: Vec<u64> = (1..=1000).collect();
    let latencies = counts_of(&enough).latencies(None);
    assert_eq!((latencies.p99, latencies.p99_9), (Some(Millis(0.99)), None));
    assert_eq!(Counts::new().latencies(None), Latencies::default());
}

#[test]
fn failed_records_pull_percentiles_up_to_a_lower_bound() {
    let mut good = Counts::new();
    good.record_n(1000, 980);
    let mut failed = Counts::new();
    failed.record_n(30_000_000, 20);
    let latencies = good.latencies(Some(&failed));
    assert_eq!(latencies.count, 1000);
    assert_eq!(latencies.p95, Some(Millis(1.0)));
    assert_eq!(latencies.p99, Some(Millis(30_000.0)));
    assert!(
        latencies
            .at_least_from
            .is_some_and(|from| from <= Millis(30_000.0))
    );
    assert_eq!(good.latencies(Some(&Counts::new())).at_least_from, None);
}

#[test]
fn saturated_records_make_what_is_above_ten_minutes_a_lower_bound() {
    let mut counts = Counts::new();
    counts.record_n(5000, 100);
    counts.record_n(700_000_000, 30);
    let latencies = counts.latencies(None);
    assert_eq!(latencies.p50, Some(Millis(5.003)));
    assert_eq!(latencies.max, Some(Millis(700_000.0)));
    assert_eq!(latencies.at_least_from, Some(Millis(600_000.0)));
    assert_eq!(counts.bins().total(), 130);
}

#[test]
fn bytes_that_are_no_histogram_are_refused_in_words() {
    let error = Counts::decode(b"nonsense").unwrap_err();
    assert!(error.to_string().starts_with("not a histogram"));
}
