//! What became of every record: the header that it carries, the follower that reads it back while the load runs, and the ledger
//! that holds what the client knows against what is in the log.

pub mod follower;
pub mod header;
pub mod ledger;
pub mod readback;
pub mod run;
pub mod topic;
pub mod trial;

pub use follower::{FollowPart, Follower, FollowerState, Passed, Source, Totals, marks};
pub use header::{FIELDS, Field, HEADER_BYTES, Header, Origin, Unread};
pub use ledger::{Findings, Ledger, Span, upper_bound};
pub use readback::{Isolation, Known, Progress, final_spans};
pub use run::{Counted, RunAudit};
pub use topic::{TopicAudit, UpperBounds, audit_topic};
pub use trial::TrialAudit;
