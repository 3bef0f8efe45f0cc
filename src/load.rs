//! What is sent, and how: workload, payloads, schedule, senders and their lanes, a trial's producer.

pub mod client;
pub mod clock;
mod connect;
pub mod flow;
mod heap;
pub mod helm;
pub mod keys;
pub mod lent;
pub mod mark;
pub mod native;
pub mod opaque;
pub mod pacer;
pub mod parts;
pub mod payload;
pub mod poller;
pub mod reader;
pub mod reports;
pub mod sender;
mod ticks;
pub mod transactions;
pub mod watch;
pub mod workload;

pub use connect::SPREADING;
pub use flow::{Flow, Shape};
pub use keys::{KeyChoice, RecordKeys};
pub use pacer::Pacer;
pub use payload::{PayloadError, Payloads};
pub use workload::{KeyKind, PayloadKind, Rate, SendMode, Workload};
