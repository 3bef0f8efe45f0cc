//! Many settings: which point of a space is best for an objective, found by the grid, one knob at a time, or guided.
//!
//! ```text
//! words → Space (axes, points) ┐
//! text  → Objective            ├→ search ── Job ──→ Bench (blocks of a lab, a journal, a simulation)
//! Plan (budget, seed, repeats) ┘    └─ Book ←─ Measured ──┘ → front, recommendation → Outcome
//! ```
//! The search is a function of the plan and of what was measured, so a journal of the blocks is all that is needed to go on.

mod beside;
mod book;
mod draft;
mod evidence;
mod explore;
mod front;
mod guide;
mod intake;
pub mod journal;
mod ladder;
mod measured;
mod objective;
mod outcome;
mod pace;
mod plan;
mod printed;
mod search;
mod space;
mod steps;

#[cfg(test)]
mod simulated;

pub use beside::{Beside, ONE_RATE};
pub use book::{Book, Entry};
pub use draft::{DraftError, MOST_RATE, Times, draft};
pub use evidence::{Evidence, Ground};
pub use guide::{Guide, Place, Shape};
pub use intake::Intake;
pub use ladder::Stopped;
pub use measured::{Measured, SATURATED};
pub use objective::{Objective, ObjectiveError};
pub use outcome::{Front, Outcome, Pair, PointResult, Recommendation, time_of};
pub use pace::Pace;
pub use plan::{Job, Phase, Plan, PlanError, Search, Wish};
pub use printed::Sweep;
pub use search::{Bench, Ended, search};
pub use space::{Axis, Point, Refused, Space, SpaceError};
pub use steps::{Look, Steps};

#[cfg(test)]
mod tests;
