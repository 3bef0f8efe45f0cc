//! What transactions add to the log beside records.

use super::{Trial, Trials};
use crate::snapshot::Transactions;

impl Trials {
    /// So many markers the transactions that have ended have written at most: one in each of so many partitions.
    #[must_use]
    pub fn markers(&self, partitions: u32) -> u64 {
        let closed = self.closed.iter().filter_map(|it| it.row.transactions);
        let active = self.active.iter().filter_map(Trial::transacted);
        let ended = closed.chain(active).map(|it: Transactions| it.ended());
        ended.sum::<u64>() * u64::from(partitions)
    }
}
