//! What an audit found.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What an audit found: counts of records, unless said otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Findings {
    /// Records that were read, whatever they are.
    pub records: u64,
    /// Different records of ours among them.
    pub unique: u64,
    /// Who numbered them: threads that send.
    pub producers: u64,
    /// Records that the client accepted.
    pub attempted: u64,
    /// Records whose delivery was reported, whatever became of their transactions.
    pub delivered: u64,
    /// Records that were acknowledged, but for those of transactions that were not committed.
    pub acknowledged: u64,
    /// Records that failed and are, as the client says, not in the log.
    pub failed: u64,
    /// Records of which nobody knows whether they were written: failed, yet possibly in the log.
    pub unknown: u64,
    /// Records of transactions that were aborted.
    pub aborted: u64,
    /// Records without a report, given up while under way.
    pub unreported: u64,
    /// Acknowledged, and not in the log.
    pub lost: u64,
    /// Acknowledged and not read, where not all of the log could be read.
    pub unverified: u64,
    /// Copies beyond the first one.
    pub duplicated: u64,
    /// Failed for certain, yet in the log.
    pub resurrected: u64,
    /// Records that first appeared behind a later one of the same trial, sender and partition.
    pub reordered: u64,
    /// Records of aborted transactions that could be read.
    pub aborted_visible: u64,
    /// Transactions of which a part could be read and a part not.
    pub torn_transactions: u64,
    /// Records that were found elsewhere than where they were acknowledged …
    pub offset_mismatch: u64,
    /// … of so many that were compared: places are kept for a bounded number of records at a time.
    pub offsets_compared: u64,
    /// Records that are damaged or were cut.
    pub corrupt: u64,
    /// Records that are not of this run.
    pub foreign: u64,
    /// Of the unknown ones, those that are in the log.
    pub unknown_landed: u64,
    /// Of those without a report, those that are in the log.
    pub unreported_landed: u64,
    /// Sequence numbers of a producer that are absent below its highest one read, over all partitions.
    pub missing: u64,
    /// Why the counts do not balance; an audit with an entry here is INVALID.
    pub imbalances: Vec<String>,
}

impl Findings {
    /// Whether the counts balance exactly. An audit that does not is worth nothing.
    #[must_use]
    pub fn balances(&self) -> bool {
        self.imbalances.is_empty()
    }

    /// Whether nothing happened to an acknowledged record: none lost, unverified, duplicated, reordered or misplaced, none
    /// corrupt, and no transaction broken.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let broken = [
            self.lost,
            self.unverified,
            self.duplicated,
            self.resurrected,
            self.reordered,
            self.aborted_visible,
            self.torn_transactions,
            self.offset_mismatch,
            self.corrupt,
        ];
        self.balances() && broken.iter().all(|count| *count == 0)
    }

    /// Whether the headers alone speak against the topic: a sequence number is missing, twice there, out of order or damaged.
    /// Foreign records do not.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let broken = [self.missing, self.duplicated, self.reordered, self.corrupt];
        self.balances() && broken.iter().all(|count| *count == 0)
    }

    /// The sums that must be equal, each with its name.
    pub(super) fn weigh(&mut self) {
        let sums = [
            (
                "attempted = acknowledged + failed + unknown + aborted + unreported",
                self.attempted,
                self.acknowledged + self.failed + self.unknown + self.aborted + self.unreported,
            ),
            (
                "read = unique + copies + corrupt + foreign",
                self.records,
                self.unique + self.duplicated + self.corrupt + self.foreign,
            ),
            (
                "unique = acknowledged − lost − unverified + unknown that landed + resurrected + aborted visible + unreported that landed",
                self.unique + self.lost + self.unverified,
                self.acknowledged
                    + self.unknown_landed
                    + self.resurrected
                    + self.aborted_visible
                    + self.unreported_landed,
            ),
        ];
        for (name, left, right) in sums {
            if left != right {
                self.imbalances
                    .push(format!("{name}: {left} and {right} differ"));
            }
        }
    }
}

/// The upper bound of a share of which nothing was found among `of` independent cases, with 95 % confidence, from 0 to 1: the
/// exact binomial bound 1 − 0.05^(1/n), which is close to 3 ÷ n (Hanley and Lippman-Hand, "If nothing goes wrong, is everything
/// all right?", JAMA 249, 1983). None without a case.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    reason = "a bound that is shown with two digits"
)]
pub fn upper_bound(of: u64) -> Option<f64> {
    (of > 0).then(|| -(0.05_f64.ln() / of as f64).exp_m1())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_found_is_a_bound_and_not_zero() {
        assert_eq!(upper_bound(0), None);
        assert!((upper_bound(1).unwrap() - 0.95).abs() < 1e-12);
        // 1 − 0.05^(1/30), as printed beside the rule of three in the paper's table: about 10 %.
        assert!((upper_bound(30).unwrap() - 0.095_034).abs() < 1e-6);
        let (exact, rule) = (upper_bound(100_000_000).unwrap(), 3e-8);
        assert!((exact / rule - 1.0).abs() < 0.002, "{exact}");
    }

    #[test]
    fn sums_that_differ_are_named() {
        let mut findings = Findings {
            attempted: 3,
            acknowledged: 2,
            ..Findings::default()
        };
        findings.weigh();
        assert!(!findings.balances() && !findings.is_clean() && !findings.is_whole());
        assert!(findings.imbalances[0].ends_with("3 and 2 differ"));
    }
}
