//! A search one block at a time, for whoever cannot wait inside of it: the screen asks for the next block and goes on drawing.
//!
//! The search is a function of the plan and of what was measured, so each step runs it again over what is done, up to the first
//! block that is not.

use crate::settings::Settings;

use super::journal::Line;
use super::measured::Measured;
use super::outcome::Outcome;
use super::plan::{Job, Plan};
use super::search::{Bench, Ended, search};
use super::space::{Space, SpaceError};

/// A search with what is done of it.
#[derive(Clone, Debug)]
pub struct Steps {
    /// The points.
    pub space: Space,
    /// What is going to be done.
    pub plan: Plan,
    done: Vec<Line>,
}

/// Where a search is.
#[derive(Clone, Debug)]
pub struct Look {
    /// The next block with its settings; none when the search is over.
    pub next: Option<(Job, Settings)>,
    /// What was found so far.
    pub found: Outcome,
}

/// What is done, and where that ends.
struct Replay<'a> {
    done: std::slice::Iter<'a, Line>,
    next: Option<(Job, Settings)>,
    end: &'a Ended,
}

impl Bench for Replay<'_> {
    fn measure(&mut self, job: &Job, settings: &Settings) -> Result<Measured, Ended> {
        // A journal's block that is another one is left to `Recorded`, which says so.
        if let Some(line) = self.done.next().filter(|line| line.job == *job) {
            return Ok(line.measured.clone());
        }
        self.next = Some((*job, settings.clone()));
        Err(self.end.clone())
    }
}

impl Steps {
    /// A search that has not begun.
    #[must_use]
    pub fn new(space: Space, plan: Plan) -> Self {
        Self::behind(space, plan, Vec::new())
    }

    /// A search of which these blocks are done, as a journal has them.
    #[must_use]
    pub fn behind(space: Space, plan: Plan, done: Vec<Line>) -> Self {
        Self { space, plan, done }
    }

    /// What comes next, and what would be the result if it ended here for that reason.
    pub fn look(&self, end: &Ended) -> Result<Look, SpaceError> {
        let mut replay = Replay {
            done: self.done.iter(),
            next: None,
            end,
        };
        let found = search(&self.space, &self.plan, &mut replay)?;
        Ok(Look {
            next: replay.next,
            found,
        })
    }

    /// Adds what came of the block that was next.
    pub fn take(&mut self, job: Job, measured: Measured) {
        self.done.push(Line { job, measured });
    }
}
