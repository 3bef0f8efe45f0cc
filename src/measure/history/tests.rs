use super::*;
use crate::measure::Counts;
use proptest::prelude::*;

const STEP: Duration = Duration::from_millis(100);

fn column(at: u32, trial: u64) -> HistoryColumn {
    let mut counts = Counts::new();
    counts.record_n(10_000, 99);
    counts.record_n(50_000 + u64::from(at % 7), 1);
    HistoryColumn {
        from: STEP * at,
        to: STEP * (at + 1),
        trial,
        attempted: 100,
        delivered: 100,
        bytes: 7,
        response: counts.bins(),
        quantiles: Some((10.0, 50.0, 50.0)),
        ..HistoryColumn::default()
    }
}

fn check(history: &History, pushed: u32) {
    let columns = history.columns();
    assert!(columns.len() <= MOST_COLUMNS && columns.len() == history.len());
    assert_eq!(
        columns.iter().map(|c| c.delivered).sum::<u64>(),
        u64::from(pushed) * 100
    );
    assert_eq!(
        columns.iter().map(|c| c.bytes).sum::<u64>(),
        u64::from(pushed) * 7
    );
    assert_eq!(
        columns.iter().map(|c| c.response.total()).sum::<u64>(),
        u64::from(pushed) * 100
    );
    assert_eq!(columns.first().map(|c| c.from), Some(Duration::ZERO));
    assert_eq!(columns.last().map(|c| c.to), Some(STEP * pushed));
    assert!(columns.windows(2).all(|pair| pair[0].to == pair[1].from));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]
    #[test]
    fn sums_are_kept_and_the_number_is_bounded(pushed in 1..15_000u32, hold in 1..400u32) {
        let mut history = History::new();
        for at in 0..pushed {
            history.push(column(at, u64::from(at / hold)));
        }
        check(&history, pushed);
    }
}

#[test]
fn three_days_of_one_trial_keep_within_the_bound() {
    let mut history = History::new();
    let columns = 3 * 24 * 36_000 / 50;
    for at in 0..columns {
        // One column of 5 s stands for fifty, to keep the test short.
        let mut wide = column(at, 1);
        (wide.from, wide.to) = (STEP * at * 50, STEP * (at + 1) * 50);
        history.push(wide);
    }
    assert!(history.len() <= MOST_COLUMNS && history.len() > 1000);
}

#[test]
fn the_last_minute_is_kept_in_full_and_older_columns_are_of_one_trial() {
    let mut history = History::new();
    for at in 0..5000 {
        history.push(column(at, u64::from(at / 777)));
    }
    let columns = history.columns();
    let newest = &columns[columns.len() - 600..];
    assert!(
        newest
            .iter()
            .all(|column| column.to.saturating_sub(column.from) == STEP)
    );
    for column in &columns {
        let first = column.from.as_millis() / 100 / 777;
        let last = (column.to.as_millis() / 100 - 1) / 777;
        assert_eq!(first, last, "merged across trials");
    }
    let oldest = &columns[0];
    assert_eq!(
        oldest.to.saturating_sub(oldest.from),
        Duration::from_secs(1)
    );
    let (p50, p99, max) = oldest.quantiles.unwrap();
    assert!((p50 - 10.0).abs() < 0.5 && (p99 - 10.0).abs() < 0.5);
    assert!((max - 50.0).abs() < f64::EPSILON);
}

/// Older columns keep every record, with their times to a hundredth.
#[test]
fn what_is_merged_holds_every_record_and_its_times_to_one_percent() {
    let counts = |micros: u64| {
        let mut counts = Counts::new();
        (0..5_000).for_each(|at| counts.record_n(micros + at * 7_919 % 40_000, at % 7 + 1));
        counts
    };
    let (left, right) = (counts(20_000), counts(30_000));
    let mut whole = left.clone();
    whole.add(&right);
    let both = encoded::merged(&left.encode(), &right.encode());
    let exact = whole.encode().len();
    assert!(both.len() < exact / 3, "{} of {exact}", both.len());
    let read = Counts::decode(&both).unwrap();
    assert_eq!(read.total(), whole.total());
    for share in [0.5, 0.99, 1.0] {
        let (read, whole) = (
            read.quantile(share).unwrap(),
            whole.quantile(share).unwrap(),
        );
        assert!(read.abs_diff(whole) <= whole / 100, "{read} of {whole}");
    }
}
