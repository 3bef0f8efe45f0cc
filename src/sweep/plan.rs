//! The plan: how many blocks, of what, in which order; made before anything is measured.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::objective::Objective;

/// How points are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Search {
    /// Every combination.
    Grid,
    /// One knob at a time, the others as they are.
    One,
    /// By a guide that learns from what was measured.
    Guided,
}

/// What a block is measured for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// To find good points.
    Explore,
    /// To rank the best of the explored ones, in rounds.
    Shortlist,
    /// To hold the finalists against each other, in pairs.
    Confirm,
}

/// One block to measure.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Job {
    /// 0, 1, 2 … over the whole sweep.
    pub number: usize,
    /// What for.
    pub phase: Phase,
    /// In which round of that phase; blocks of one round are each other's pairs.
    pub round: usize,
    /// The number of the point.
    pub point: usize,
    /// Records per second; none is full speed.
    pub rate: Option<f64>,
}

/// What is going to be done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Plan {
    /// What is sought.
    pub objective: Objective,
    /// How points are chosen.
    pub search: Search,
    /// How often each point of a grid, or of the shortlist, is measured.
    pub repeats: usize,
    /// How many points a guided search looks at.
    pub points: usize,
    /// How many pairs the finalists are held against each other in.
    pub pairs: usize,
    /// The least difference that matters, in percent; none is the figure's usual one.
    pub margin: Option<f64>,
    /// Where a search for the highest rate begins, and the rate of everything that names no other, in records per second.
    pub rate: f64,
    /// The highest rate that may be tried; none is without bound.
    pub most_rate: Option<f64>,
    /// Draws every order.
    pub seed: u64,
}

/// What a person asks of the plan; what is not asked is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Wish {
    /// How points are chosen.
    pub search: Option<Search>,
    /// Repeats of each point.
    pub repeats: Option<usize>,
    /// Points of a guided search.
    pub points: Option<usize>,
    /// Pairs of the finalists.
    pub pairs: Option<usize>,
    /// How long the whole may take.
    pub budget: Option<Duration>,
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// The budget holds too few blocks.
    #[error(
        "a budget of {} s holds {blocks} blocks of {block_s:.1} s, and at least {least} are needed; give --budget {}s, or a shorter --block",
        .budget.as_secs(), .block_s.times(*.least)
    )]
    Budget {
        /// What was given.
        budget: Duration,
        /// How many blocks it holds.
        blocks: usize,
        /// How many are needed.
        least: usize,
        /// How long one takes.
        block_s: Seconds,
    },
}

/// Seconds in a message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seconds(f64);

impl Eq for Seconds {}

impl Seconds {
    #[expect(clippy::cast_precision_loss, reason = "a number of blocks")]
    fn times(self, blocks: usize) -> f64 {
        (self.0 * blocks as f64).ceil()
    }
}

impl std::fmt::Display for Seconds {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(out)
    }
}

/// A grid of at most so many points is measured whole unless something else is asked for.
const SMALL: usize = 24;
const REPEATS: usize = 3;
/// The fewest of which Student's t and the signs can both be sure, and two to spare.
const PAIRS: usize = 8;
/// The best two, and the settings as they are.
pub(super) const FINALISTS: usize = 3;
/// How many of the best explored points are ranked again in rounds.
pub(super) const SHORTLIST: usize = 4;
/// Blocks that the search for a point's highest rate takes, about.
const CLIMB: usize = 6;
/// The same for a point that is not as good as the best so far.
const CHALLENGE: usize = 2;

/// How many blocks a search takes, about.
fn blocks(search: Search, points: usize, repeats: usize, pairs: usize, seeks: bool) -> usize {
    let explore = match (search, seeks) {
        (_, true) => CLIMB + CHALLENGE * points.saturating_sub(1),
        (Search::Guided, false) => points + (SHORTLIST + 1) * repeats,
        (_, false) => points * repeats,
    };
    explore + pairs * FINALISTS.min(points)
}

impl Plan {
    /// A plan whose numbers are still to be chosen.
    #[must_use]
    pub fn begin(objective: Objective, rate: f64, margin: Option<f64>, seed: u64) -> Self {
        Self {
            objective,
            search: Search::Grid,
            repeats: REPEATS,
            points: 0,
            pairs: PAIRS,
            margin,
            rate,
            most_rate: None,
            seed,
        }
    }

    /// How many blocks it takes, about; `grid` is the number of points that can be measured.
    #[must_use]
    pub fn blocks(&self, grid: usize) -> usize {
        let points = match self.search {
            Search::Guided => self.points.min(grid),
            _ => grid,
        };
        let seeks = self.objective.seeks_rate();
        blocks(self.search, points, self.repeats, self.pairs, seeks)
    }

    /// Fits wishes to a grid: a small one is measured whole; of a large one a guided search looks at a quarter, or at what the budget
    /// holds. `block` is how long one block takes.
    pub fn choose(mut self, grid: usize, wish: &Wish, block: Duration) -> Result<Self, PlanError> {
        let seeks = self.objective.seeks_rate();
        self.pairs = wish.pairs.unwrap_or(PAIRS);
        self.repeats = wish.repeats.unwrap_or(REPEATS);
        let holds = wish.budget.map(|budget| fit(budget, block));
        let whole = blocks(Search::Grid, grid, self.repeats, self.pairs, seeks);
        let fits = holds.is_none_or(|holds| whole <= holds);
        let is_small = grid <= SMALL || holds.is_some();
        self.search = wish.search.unwrap_or(if is_small && fits {
            Search::Grid
        } else {
            Search::Guided
        });
        self.points = wish.points.unwrap_or_else(|| (grid / 4).max(8)).min(grid);
        let (Some(budget), Some(holds)) = (wish.budget, holds) else {
            return Ok(self);
        };
        if wish.repeats.is_none() {
            while self.repeats > 1 && self.blocks(grid) > holds {
                self.repeats -= 1;
            }
        }
        if wish.points.is_none() && self.search == Search::Guided {
            self.points = grid;
            while self.points > 4 && self.blocks(grid) > holds {
                self.points -= 1;
            }
        }
        let least = self.blocks(grid);
        if least > holds {
            return Err(PlanError::Budget {
                budget,
                blocks: holds,
                least,
                block_s: Seconds(block.as_secs_f64()),
            });
        }
        Ok(self)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number of blocks"
)]
fn fit(budget: Duration, block: Duration) -> usize {
    (budget.as_secs_f64() / block.as_secs_f64().max(0.001)).floor() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> Plan {
        Plan::begin("min p99".parse().unwrap(), 1000.0, None, 1)
    }

    fn choose(grid: usize, wish: Wish) -> Result<Plan, PlanError> {
        plan().choose(grid, &wish, Duration::from_secs(4))
    }

    #[test]
    fn a_small_grid_is_measured_whole_and_a_large_one_by_a_quarter() {
        let small = choose(12, Wish::default()).unwrap();
        assert_eq!(
            (small.search, small.blocks(12)),
            (Search::Grid, 12 * 3 + 3 * 8)
        );
        let large = choose(400, Wish::default()).unwrap();
        assert_eq!((large.search, large.points), (Search::Guided, 100));
        assert!(large.blocks(400) * 4 < 400 * 3 + 3 * 8 + 4 * 60);
    }

    #[test]
    fn a_budget_decides_how_much_is_done() {
        let wish = |seconds| Wish {
            budget: Some(Duration::from_secs(seconds)),
            ..Wish::default()
        };
        let rich = choose(60, wish(4 * 300)).unwrap();
        assert_eq!((rich.search, rich.repeats), (Search::Grid, 3));
        let poor = choose(400, wish(4 * 100)).unwrap();
        assert_eq!(poor.search, Search::Guided);
        assert!(poor.blocks(400) <= 100 && poor.blocks(400) > 95, "{poor:?}");
        let error = choose(400, wish(60)).unwrap_err().to_string();
        assert!(error.contains("60 s holds 15 blocks of 4.0 s"), "{error}");
        assert!(error.contains("--budget"), "{error}");
    }

    #[test]
    fn wishes_are_kept() {
        let wish = Wish {
            search: Some(Search::One),
            repeats: Some(5),
            pairs: Some(12),
            ..Wish::default()
        };
        let plan = choose(400, wish).unwrap();
        assert_eq!(
            (plan.search, plan.repeats, plan.pairs),
            (Search::One, 5, 12)
        );
    }
}
