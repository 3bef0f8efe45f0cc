//! The past in columns that merge as they age, so that a run of any length keeps a bounded number of them.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use crate::measure::{HistoryColumn, encoded};

/// A stretch of the past: so many columns, each about so long.
struct Tier {
    columns: usize,
    width: Duration,
}

/// From the newest to the oldest: a minute as it comes, a quarter of an hour by seconds, two hours by 10 s, a day by minutes.
const TIERS: [Tier; 4] = [
    tier(600, Duration::from_millis(100)),
    tier(900, Duration::from_secs(1)),
    tier(720, Duration::from_secs(10)),
    tier(1440, Duration::from_secs(60)),
];

const fn tier(columns: usize, width: Duration) -> Tier {
    Tier { columns, width }
}

/// How many columns there are at most, however long the run.
pub const MOST_COLUMNS: usize =
    TIERS[0].columns + TIERS[1].columns + TIERS[2].columns + TIERS[3].columns;

/// The columns of a run, newest in full, older ones merged. A column holds one trial only, but for runs of so many trials
/// that the bound leaves no other way.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// As `TIERS`: the newest first; within one, the oldest at the front.
    tiers: [VecDeque<Arc<HistoryColumn>>; TIERS.len()],
}

impl History {
    /// No past.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the newest column, meant to be called every 100 ms.
    pub fn push(&mut self, column: HistoryColumn) {
        self.tiers[0].push_back(Arc::new(column));
        for at in 1..TIERS.len() {
            self.age(at);
        }
        self.thin();
    }

    /// All columns, oldest first.
    #[must_use]
    pub fn columns(&self) -> Vec<Arc<HistoryColumn>> {
        let mut all = Vec::with_capacity(self.len());
        for tier in self.tiers.iter().rev() {
            all.extend(tier.iter().cloned());
        }
        all
    }

    /// How many columns there are; at most `MOST_COLUMNS`.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tiers.iter().map(VecDeque::len).sum()
    }

    /// Whether there is no past.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Moves what the newer tier cannot hold into tier `at`, merged to that tier's width.
    fn age(&mut self, at: usize) {
        while self.tiers[at - 1].len() > TIERS[at - 1].columns {
            let Some(column) = self.tiers[at - 1].pop_front() else {
                return;
            };
            let width = TIERS[at].width.as_millis();
            let slot = |column: &HistoryColumn| column.from.as_millis() / width;
            match self.tiers[at].back_mut() {
                Some(last) if last.trial == column.trial && slot(last) == slot(&column) => {
                    *last = Arc::new(merged(last, &column));
                }
                _ => self.tiers[at].push_back(column),
            }
        }
    }

    /// Halves the oldest tier when it is full; across trials only if nothing else helps.
    fn thin(&mut self) {
        let most = TIERS[TIERS.len() - 1].columns;
        let oldest = &mut self.tiers[TIERS.len() - 1];
        if oldest.len() <= most {
            return;
        }
        merge_pairs(oldest, |left, right| left.trial == right.trial);
        if oldest.len() > most / 4 * 3 {
            merge_pairs(oldest, |_, _| true);
        }
    }
}

/// Merges every other column with the one after it, where `may` says so.
fn merge_pairs(
    columns: &mut VecDeque<Arc<HistoryColumn>>,
    may: impl Fn(&HistoryColumn, &HistoryColumn) -> bool,
) {
    let mut rest = std::mem::take(columns);
    while let Some(left) = rest.pop_front() {
        match rest.front() {
            Some(right) if may(&left, right) => {
                columns.push_back(Arc::new(merged(&left, right)));
                rest.pop_front();
            }
            _ => columns.push_back(left),
        }
    }
}

/// Both together: counts and bins add up, the maximum is exact, the percentiles are read from the bins (±4 %).
fn merged(left: &HistoryColumn, right: &HistoryColumn) -> HistoryColumn {
    let mut response = left.response.clone();
    response.add(&right.response);
    let longest = [left.quantiles, right.quantiles];
    let longest = longest.iter().flatten().map(|&(_, _, max)| max);
    let max = longest.fold(0.0, f64::max);
    let at = |share| response.quantile(share).map(|middle| middle.min(max));
    let quantiles = at(0.5).zip(at(0.99)).map(|(p50, p99)| (p50, p99, max));
    HistoryColumn {
        from: left.from,
        to: right.to,
        trial: right.trial,
        paused: left.paused && right.paused,
        attempted: left.attempted + right.attempted,
        delivered: left.delivered + right.delivered,
        failed: left.failed + right.failed,
        bytes: left.bytes + right.bytes,
        response,
        histogram: encoded::merged(&left.histogram, &right.histogram),
        quantiles,
    }
}

#[cfg(test)]
mod tests;
