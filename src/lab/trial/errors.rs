//! Errors by code that agree with the count of failed records.

use crate::lab::trial::Trial;
use crate::load::native;
use crate::measure::{Accounts, ErrorCount};

/// How often both are read again while failures come in between.
const TRIES: usize = 8;

impl Trial {
    /// Each failure is counted by its code before it is counted as failed: both agree unless one came in between.
    pub(super) fn accounts_with_errors(&self) -> (Accounts, Vec<ErrorCount>) {
        let mut both = (self.accounts(), self.errors_now());
        for _ in 0..TRIES {
            if both.1.iter().map(|error| error.count).sum::<u64>() == both.0.failed {
                break;
            }
            both = (self.accounts(), self.errors_now());
        }
        both
    }

    fn errors_now(&self) -> Vec<ErrorCount> {
        let mut list = Vec::new();
        self.report
            .errors
            .add_to(&mut list, native::name, native::is_retriable);
        for part in &self.senders {
            part.errors
                .add_to(&mut list, native::name, native::is_retriable);
        }
        list.sort_by_key(|entry| std::cmp::Reverse(entry.count));
        list
    }
}
