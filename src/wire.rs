//! The wire: a proxy in front of every broker that knows Kafka's protocol as far as it must, and no further.
//!
//! ```text
//! client ─ frame ─→ session ─→ link (release times) ─→ broker      session: frame in → frames out, and what was seen (pure)
//!        ←─ link ←─ session ←─ frame ─                             link: delay, bandwidth, a bound on what is late
//! schema: the shape of eight messages · walk: finds fields, within bounds · edit: addresses, versions, answers
//! faults: what may be done to a Produce request · seen: what was seen of each, and the counts
//! proxy: sockets and threads; one listener for each address that a broker tells · tls: the brokers' side, where they ask for it
//! ```
//! A frame is never decoded into objects and encoded again: fields are found and replaced in place, so all that is not meant
//! passes byte for byte, and no length in a frame makes the wire allocate more than the frame's own bytes.

pub mod codes;
pub mod conditions;
mod edit;
pub mod faults;
mod frame;
mod link;
mod made;
mod produce;
pub mod proxy;
mod schema;
pub mod seen;
mod session;
mod tls;
mod walk;

pub use conditions::Conditions;
pub use faults::{FAULTS, Fault, FaultError, FaultKind, FaultRow};
pub use proxy::{Address, Wire, WireError};
pub use seen::{Batch, Produced, Summary};
pub use tls::{Tls, TlsError, TlsOptions};
