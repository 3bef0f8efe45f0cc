//! The engine: commands in, readings out; the life of a trial.
//!
//! ```text
//! Command → engine ─ turning ─→ assign ─→ crew (senders at one helm, producers on their poll threads)
//! Reading ← publish ← desk (past, marks, facts), trials (rows) ←─ parts that the crew's threads write
//! ```

pub mod advice;
mod assign;
mod auditing;
pub mod block;
mod brokers;
pub mod command;
pub mod config;
#[cfg(test)]
pub(crate) mod constructed;
mod cpu;
mod crew;
mod desk;
mod engine;
mod figures;
mod followed;
mod following;
pub mod goal;
mod hiccups;
mod log_count;
pub mod machine;
mod publish;
pub mod reading;
pub mod session;
mod settling;
mod spread;
mod switching;
mod trial;
mod trial_audits;
mod trials;
mod turning;
mod warnings;
mod window;

pub use advice::{Advice, advise, advise_for};
pub use block::{Block, BlockError, Blocks};
pub use command::{Command, Place};
pub use config::{LabConfig, LabError, Limits, StopAfter, Target};
pub use goal::{Figure, Goal, GoalError, GoalState, Relation};
pub use machine::MachineReading;
pub use reading::{
    AuditReading, BrokerLog, Event, FollowedReading, FollowerReading, LoadState, Opening, Reading,
    Refused, Saved, Told, TrialReading, TrialState, Warning,
};
pub use session::Lab;
