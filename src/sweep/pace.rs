//! How far a sweep is, and how long it still takes, about.

use std::time::Duration;

use super::plan::Plan;

/// Blocks done and to do.
#[derive(Clone, Debug)]
pub struct Pace {
    total: usize,
    block_s: f64,
    took_s: f64,
    blocks: usize,
}

impl Pace {
    /// Of a plan for so many points, whose blocks take about so many seconds.
    #[must_use]
    pub fn new(plan: &Plan, points: usize, block_s: f64) -> Self {
        Self {
            total: plan.blocks(points),
            block_s,
            took_s: 0.0,
            blocks: 0,
        }
    }

    /// Learns how long a block took, in seconds.
    pub fn took(&mut self, seconds: f64) {
        self.took_s += seconds;
        self.blocks += 1;
    }

    /// How many blocks there are in all, about, while that block (0, 1, 2 …) is measured.
    #[must_use]
    pub fn total(&self, number: usize) -> usize {
        self.total.max(number + 1)
    }

    /// How long it takes from the beginning of that block on, about, in whole seconds.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a number of blocks")]
    pub fn left(&self, number: usize) -> Duration {
        let each = if self.blocks == 0 {
            self.block_s
        } else {
            self.took_s / self.blocks as f64
        };
        let left = self.total(number) - number;
        Duration::try_from_secs_f64((each * left as f64).ceil()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_follows_what_blocks_took_and_is_never_nothing() {
        let plan = Plan {
            repeats: 2,
            pairs: 3,
            ..Plan::begin("min p99".parse().unwrap(), 1000.0, None, 1)
        };
        let mut pace = Pace::new(&plan, 4, 5.0);
        assert_eq!(pace.total(0), 4 * 2 + 3 * 3);
        assert_eq!(pace.left(0), Duration::from_secs(17 * 5));
        pace.took(2.0);
        pace.took(4.0);
        assert_eq!(pace.left(2), Duration::from_secs(15 * 3));
        assert_eq!((pace.total(20), pace.left(20).as_secs()), (21, 3));
    }
}
