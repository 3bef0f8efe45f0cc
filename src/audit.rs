//! What became of every record: the header that it carries, and the follower that reads it back.

pub mod follower;
pub mod header;

pub use follower::{FollowPart, Follower, FollowerState, Source, Totals, marks};
pub use header::{FIELDS, Field, HEADER_BYTES, Header, Origin, Unread};
