//! Load on a producer: what is sent, when it is due, who sends it.

pub mod keys;
pub mod pacer;
pub mod payload;
pub mod workload;

pub use keys::{KeyChoice, RecordKeys};
pub use pacer::Pacer;
pub use payload::{PayloadError, Payloads};
pub use workload::{KeyKind, PayloadKind, Rate, SendMode, Workload};
