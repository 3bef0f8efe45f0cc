//! The engine: commands in, readings out; the life of a trial.

pub mod advice;
pub mod command;
pub mod goal;
pub mod reading;

pub use advice::Advice;
pub use command::{Command, Place};
pub use goal::{Figure, Goal, GoalError, GoalState, Relation};
pub use reading::{
    BrokerLog, Event, LoadState, Opening, Reading, Refused, Saved, TrialReading, TrialState,
    Warning,
};
