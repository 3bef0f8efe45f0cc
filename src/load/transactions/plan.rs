//! When a transaction ends, and how. Pure.

use std::time::Duration;

use crate::settings::Settings;

/// When a transaction ends, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Plan {
    /// After so many records of all senders.
    pub size: Option<u64>,
    /// After this time at the latest.
    pub longest: Duration,
    /// How many of a hundred are aborted.
    pub abort_percent: u64,
}

/// Whether these settings make a transactional producer.
#[must_use]
pub fn is_transactional(settings: &Settings) -> bool {
    !settings.word("transactional.id").is_empty()
}

impl Plan {
    /// The plan in these settings; none where nothing is sent in transactions. A transaction ends at half of its time-out at the
    /// latest, whatever was chosen: the broker would abort it at the whole.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the table bounds these rows to counts"
    )]
    pub fn from(settings: &Settings) -> Option<Self> {
        if !is_transactional(settings) {
            return None;
        }
        let millis = |name| Duration::from_secs_f64(settings.number(name).max(0.0) / 1000.0);
        let count = |name| settings.number(name).max(0.0) as u64;
        let (interval, most) = (
            millis("transaction.interval.ms"),
            millis("transaction.timeout.ms") / 2,
        );
        Some(Self {
            size: Some(count("transaction.size")).filter(|size| *size > 0),
            longest: if interval.is_zero() {
                most
            } else {
                interval.min(most)
            },
            abort_percent: count("transaction.abort.percent").min(100),
        })
    }

    /// How many records of a transaction fall to a sender (from 0) of so many: at least one.
    #[must_use]
    pub fn share(&self, sender: usize, senders: usize) -> u64 {
        let (sender, senders) = (sender as u64, senders.max(1) as u64);
        self.size.map_or(u64::MAX, |size| {
            (size / senders + u64::from(sender < size % senders)).max(1)
        })
    }
}

/// Which transactions are aborted: they are spread evenly, so that of every hundred it is exactly the percentage.
#[derive(Clone, Copy, Debug, Default)]
pub struct Aborts {
    percent: u64,
    owed: u64,
}

impl Aborts {
    /// So many of a hundred.
    #[must_use]
    pub fn new(percent: u64) -> Self {
        Self { percent, owed: 0 }
    }

    /// Whether the next one is aborted.
    pub fn next_is(&mut self) -> bool {
        self.owed += self.percent;
        let is_due = self.owed >= 100;
        if is_due {
            self.owed -= 100;
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Source;

    fn plan(values: &[(&str, &str)]) -> Option<Plan> {
        let mut settings = Settings::default();
        for (name, text) in values {
            settings.set(name, text, Source::Hand).unwrap();
        }
        Plan::from(&settings)
    }

    #[test]
    fn without_a_transactional_id_there_is_no_plan() {
        assert_eq!(plan(&[("transaction.size", "10")]), None);
    }

    #[test]
    fn a_transaction_ends_before_the_broker_would_abort_it() {
        let longest = |interval: &str| {
            let rows = [
                ("transactional.id", "t"),
                ("transaction.timeout.ms", "10s"),
                ("transaction.interval.ms", interval),
            ];
            plan(&rows).unwrap().longest
        };
        assert_eq!(longest("100"), Duration::from_millis(100));
        assert_eq!(longest("0"), Duration::from_secs(5));
        assert_eq!(longest("1min"), Duration::from_secs(5));
    }

    #[test]
    fn the_shares_of_all_senders_make_up_the_size() {
        for (size, senders) in [(1000, 1), (1000, 3), (7, 4), (16, 16)] {
            let plan = Plan {
                size: Some(size),
                ..Plan::default()
            };
            let shares = (0..senders).map(|sender| plan.share(sender, senders));
            assert_eq!(shares.sum::<u64>(), size);
        }
        let few = Plan {
            size: Some(1),
            ..Plan::default()
        };
        assert_eq!((few.share(0, 2), few.share(1, 2)), (1, 1));
        assert_eq!(Plan::default().share(0, 1), u64::MAX);
    }

    #[test]
    fn aborts_are_spread_evenly_and_exact() {
        for percent in [0, 1, 25, 33, 50, 99, 100] {
            let mut aborts = Aborts::new(percent);
            let found = (0..200).filter(|_| aborts.next_is()).count();
            assert_eq!(found as u64, 2 * percent);
        }
        let mut aborts = Aborts::new(25);
        let first: Vec<bool> = (0..8).map(|_| aborts.next_is()).collect();
        let fourth = [false, false, false, true];
        assert_eq!(first, [fourth, fourth].concat());
    }
}
