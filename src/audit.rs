//! What became of every record: the header that it carries, and the follower that reads it back.

pub mod follower;
pub mod header;
pub mod ledger;

pub use follower::{FollowPart, Follower, FollowerState, Source, Totals, marks};
pub use header::{FIELDS, Field, HEADER_BYTES, Header, Origin, Unread};
pub use ledger::{Findings, Ledger, upper_bound};
