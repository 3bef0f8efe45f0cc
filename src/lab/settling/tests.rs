use super::*;
use crate::measure::Accounts;

/// A trial that is looked at ten times a second; `median` tells the response time in ms at a second of its life.
struct Course {
    settling: Settling,
    figures: Figures,
    loaded: Duration,
    starts: Vec<(Duration, Duration)>,
}

const TICK: Duration = Duration::from_millis(100);
const PER_TICK: u64 = 100;

impl Course {
    fn new(changes: bool) -> Self {
        Self {
            settling: Settling::new(false, changes),
            figures: Figures::default(),
            loaded: Duration::ZERO,
            starts: Vec::new(),
        }
    }

    fn run(mut self, seconds: u64, least: Least, median_ms: impl Fn(f64) -> f64) -> Self {
        while self.loaded < Duration::from_secs(seconds) {
            let mut interval = Counts::new();
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let micros = (median_ms(self.loaded.as_secs_f64()) * 1000.0) as u64;
            interval.record_n(micros, PER_TICK);
            self.loaded += TICK;
            self.figures.response.add(&interval);
            self.figures.accounts = Accounts {
                delivered: self.figures.response.total(),
                ..Accounts::default()
            };
            self.settling.push(&interval);
            let now = u64::try_from(self.loaded.as_nanos()).unwrap();
            let (figures, loaded) = (&self.figures, self.loaded);
            let here = || Start::here(now, loaded, figures, &StageMeter::default());
            if let Some(start) = self.settling.look(here, self.loaded, least) {
                self.starts.push((self.loaded, start.loaded));
            }
        }
        self
    }
}

const LEAST: Least = Least {
    time: Duration::from_secs(2),
    records: 0,
};

fn seconds(time: Duration) -> f64 {
    time.as_secs_f64()
}

#[test]
fn a_steady_trial_counts_from_the_least_warm_up_on_and_is_known_after_five_seconds() {
    let course = Course::new(false).run(15, LEAST, |_| 20.0);
    let [(known, from)] = course.starts[..] else {
        panic!("{:?}", course.starts);
    };
    assert!((5.0..5.3).contains(&seconds(known)), "{known:?}");
    assert!((2.0..2.3).contains(&seconds(from)), "{from:?}");
    assert_eq!(course.settling.steadiness(), Steadiness::Steady);
}

#[test]
fn a_warm_up_is_left_out_whole() {
    // Slow for six seconds, then as it stays.
    let course = Course::new(false).run(
        20,
        LEAST,
        |at| if at < 6.0 { 90.0 - 10.0 * at } else { 20.0 },
    );
    let [(_, from)] = course.starts[..] else {
        panic!("{:?}", course.starts);
    };
    assert!((6.0..7.3).contains(&seconds(from)), "{from:?}");
}

#[test]
fn a_trial_that_never_settles_counts_after_a_while_and_is_marked() {
    let course = Course::new(false).run(30, LEAST, |at| 20.0 + at * 2.0);
    let [(known, from)] = course.starts[..] else {
        panic!("{:?}", course.starts);
    };
    assert!((20.0..21.0).contains(&seconds(known)), "{known:?}");
    assert!((2.0..2.3).contains(&seconds(from)), "{from:?}");
    assert!(matches!(
        course.settling.steadiness(),
        Steadiness::Restless(_)
    ));
}

#[test]
fn a_trial_that_settles_late_counts_from_there_after_all() {
    let course = Course::new(false).run(60, LEAST, |at| 20.0 + 2.0 * (30.0 - at).max(0.0));
    let [_, (_, from)] = course.starts[..] else {
        panic!("{:?}", course.starts);
    };
    assert!((28.0..33.0).contains(&seconds(from)), "{from:?}");
    assert_eq!(course.settling.steadiness(), Steadiness::Steady);
}

#[test]
fn a_load_that_is_meant_to_change_counts_from_the_least_warm_up_on() {
    let course = Course::new(true).run(10, LEAST, |at| 20.0 + at * 20.0);
    let [(known, from)] = course.starts[..] else {
        panic!("{:?}", course.starts);
    };
    assert!(known == from && (2.0..2.3).contains(&seconds(from)));
    assert_eq!(course.settling.steadiness(), Steadiness::Unasked);
}

#[test]
fn warm_up_records_are_waited_for() {
    let least = Least {
        records: 4_000,
        ..LEAST
    };
    let course = Course::new(false).run(15, least, |_| 20.0);
    assert!(seconds(course.starts[0].1) >= 4.0, "{:?}", course.starts);
}
