//! Payload pools that a producer reads in place, kept until nothing of them is under way.

use std::sync::{Arc, Mutex, PoisonError};

use crate::load::helm::Waits;
use crate::load::payload::Pool;

/// The pools that senders have lent to one producer. They live as long as it does, unless all their records were reported before.
#[derive(Debug, Default)]
pub struct Lent {
    pools: Mutex<Vec<Loan>>,
}

#[derive(Debug)]
struct Loan {
    sender: usize,
    pool: Arc<Pool>,
    /// How many of the sender's records must be reported before the pool can go; none while the sender takes from it.
    until: Option<u64>,
}

impl Lent {
    /// Keeps the pool that `sender` takes its payloads from after having handed over `accepted` records, which came from
    /// others; lets go of every pool whose records were all reported. Any thread.
    pub fn keep(&self, sender: usize, pool: Arc<Pool>, accepted: u64, waits: &Waits) {
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        end(&mut pools, sender, accepted);
        pools.retain(|loan| {
            loan.until
                .is_none_or(|until| waits.slot(loan.sender).reported() < until)
        });
        pools.push(Loan {
            sender,
            pool,
            until: None,
        });
    }

    /// Notes that `sender` has left after having handed over `accepted` records.
    pub fn leave(&self, sender: usize, accepted: u64) {
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        end(&mut pools, sender, accepted);
    }

    /// How many bytes of payloads are kept; a pool that several senders share counts once.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        let mut seen: Vec<&Arc<Pool>> = Vec::new();
        for loan in pools.iter() {
            if !seen.iter().any(|pool| Arc::ptr_eq(pool, &loan.pool)) {
                seen.push(&loan.pool);
            }
        }
        seen.iter().map(|pool| pool.size()).sum()
    }
}

/// The sender takes from none of its pools any more.
fn end(pools: &mut [Loan], sender: usize, accepted: u64) {
    for loan in pools.iter_mut().filter(|loan| loan.sender == sender) {
        loan.until.get_or_insert(accepted);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(bytes: usize) -> Arc<Pool> {
        Arc::new(Pool::of(vec![0; bytes]))
    }

    #[test]
    fn a_pool_stays_until_the_last_record_from_it_is_reported() {
        let (lent, waits) = (Lent::default(), Waits::default());
        lent.keep(0, pool(10), 0, &waits);
        lent.keep(0, pool(100), 2, &waits);
        waits.slot(0).report();
        lent.keep(0, pool(1000), 2, &waits);
        assert_eq!(lent.bytes(), 1110);
        waits.slot(0).report();
        lent.keep(0, pool(5), 7, &waits);
        assert_eq!(lent.bytes(), 1005);
    }

    #[test]
    fn what_a_sender_left_behind_goes_once_it_is_reported() {
        let (lent, waits) = (Lent::default(), Waits::default());
        lent.keep(1, pool(10), 0, &waits);
        lent.leave(1, 1);
        lent.keep(0, pool(20), 0, &waits);
        assert_eq!(lent.bytes(), 30);
        waits.slot(1).report();
        lent.keep(0, pool(40), 0, &waits);
        assert_eq!(lent.bytes(), 40);
    }

    #[test]
    fn a_pool_in_use_stays_whatever_is_reported() {
        let (lent, waits) = (Lent::default(), Waits::default());
        lent.keep(0, pool(10), 0, &waits);
        waits.slot(0).report();
        lent.keep(1, pool(20), 0, &waits);
        assert_eq!(lent.bytes(), 30);
    }
}
