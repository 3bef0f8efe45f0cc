//! What became of every record: the header that it carries, and the follower that reads it back.

pub mod header;

pub use header::{FIELDS, Field, HEADER_BYTES, Header, Origin, Unread};
