//! The producer's transactions: librdkafka's calls, each bounded in time.

use std::time::Duration;

use rdkafka::bindings as raw;

use super::{Code, Native, text};

/// Codes by which a broker or the client says that another producer of the same transactional.id has taken over.
const FENCED: [raw::rd_kafka_resp_err_t; 3] = [
    raw::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR__FENCED,
    raw::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_PRODUCER_FENCED,
    raw::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH,
];

/// Why a call about a transaction did not succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionError {
    /// librdkafka's number.
    pub code: Code,
    /// Its words.
    pub text: String,
    /// Whether the client is dead.
    pub fatal: bool,
    /// Whether the same call goes on where it was.
    pub retriable: bool,
    /// Whether the transaction must be aborted.
    pub requires_abort: bool,
}

impl TransactionError {
    /// Whether another producer of the same transactional.id has taken over.
    #[must_use]
    pub fn is_fenced(&self) -> bool {
        FENCED.iter().any(|code| *code as Code == self.code)
    }
}

/// What a call about a transaction gives.
pub type Called = Result<(), TransactionError>;

impl Native {
    /// Acquires the producer id, and ends what an earlier producer of the same transactional.id left open. Blocks for at most
    /// this long; retriable errors go on with the next call.
    pub fn init_transactions(&self, wait: Duration) -> Called {
        // SAFETY: the client is alive; the error is ours.
        unsafe { taken(raw::rd_kafka_init_transactions(self.raw(), millis(wait))) }
    }

    /// Begins a transaction: local, nothing is sent.
    pub fn begin_transaction(&self) -> Called {
        // SAFETY: as above.
        unsafe { taken(raw::rd_kafka_begin_transaction(self.raw())) }
    }

    /// Delivers what is under way, then commits. Nothing may be produced meanwhile, and another thread must poll. Blocks for at
    /// most this long; retriable errors go on with the next call.
    pub fn commit_transaction(&self, wait: Duration) -> Called {
        // SAFETY: as above; reports are served by the poll thread.
        unsafe { taken(raw::rd_kafka_commit_transaction(self.raw(), millis(wait))) }
    }

    /// Gives up what is not yet sent, waits for the rest, then aborts; otherwise as `commit_transaction`.
    pub fn abort_transaction(&self, wait: Duration) -> Called {
        // SAFETY: as above.
        unsafe { taken(raw::rd_kafka_abort_transaction(self.raw(), millis(wait))) }
    }

    fn raw(&self) -> *mut raw::rd_kafka_t {
        self.client().native_ptr()
    }
}

fn millis(wait: Duration) -> i32 {
    i32::try_from(wait.as_millis()).unwrap_or(i32::MAX)
}

/// Takes an error over and destroys it; null is none.
///
/// # Safety
/// `error` must be null, or an error that nobody else destroys.
unsafe fn taken(error: *mut raw::rd_kafka_error_t) -> Called {
    if error.is_null() {
        return Ok(());
    }
    // SAFETY: the caller's promise; the text is copied before the error is destroyed.
    unsafe {
        let found = TransactionError {
            code: raw::rd_kafka_error_code(error) as Code,
            text: text(raw::rd_kafka_error_string(error)),
            fatal: raw::rd_kafka_error_is_fatal(error) != 0,
            retriable: raw::rd_kafka_error_is_retriable(error) != 0,
            requires_abort: raw::rd_kafka_error_txn_requires_abort(error) != 0,
        };
        raw::rd_kafka_error_destroy(error);
        Err(found)
    }
}
