//! The search from its first block to its last.

use rand::prelude::*;
use rand::rngs::StdRng;

use crate::settings::{Settings, Source, Value};

use super::book::Book;
use super::ladder::{Climb, round};
use super::measured::Measured;
use super::outcome::{self, Outcome};
use super::plan::{FINALISTS, Job, Phase, Plan};
use super::space::{Point, Refused, Space, SpaceError};

/// How often the confirmed rate is lowered by a tenth before the finalists are given up.
const STEPS_DOWN: usize = 4;
const STEP_DOWN: f64 = 0.9;

/// Whoever measures a block: a lab, a journal in front of one, a simulation.
pub trait Bench {
    /// Measures one block with these settings. An error ends the sweep with what is done.
    fn measure(&mut self, job: &Job, settings: &Settings) -> Result<Measured, Ended>;
}

/// Why a sweep ended before it was done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Ended {
    /// A person stopped it.
    #[error("it was stopped")]
    Stopped,
    /// The time that was given is over.
    #[error("the budget was over")]
    Budget,
    /// It could not go on.
    #[error("{0}")]
    Broken(String),
}

/// A sweep that is under way.
pub(super) struct Run<'a> {
    pub space: &'a Space,
    pub plan: &'a Plan,
    pub points: Vec<Point>,
    pub home: usize,
    pub refused: Vec<Refused>,
    pub book: Book,
    /// What the search for each point's highest rate found.
    pub climbs: Vec<Option<Climb>>,
    /// Who was held against each other last, and at which rate.
    pub finalists: Vec<usize>,
    pub final_rate: Option<f64>,
    pub final_rounds: std::ops::Range<usize>,
    pub rng: StdRng,
    bench: &'a mut dyn Bench,
}

/// Measures the points of a space by the plan; ends early when the bench does. Only a space without points is an error.
pub fn search(space: &Space, plan: &Plan, bench: &mut dyn Bench) -> Result<Outcome, SpaceError> {
    let (mut points, refused) = space.points(plan.search)?;
    let as_it_is = space.home();
    let home = points.iter().position(|point| *point == as_it_is);
    let home = home.unwrap_or_else(|| {
        points.push(as_it_is);
        points.len() - 1
    });
    let mut run = Run {
        space,
        plan,
        climbs: vec![None; points.len()],
        points,
        home,
        refused,
        book: Book::default(),
        finalists: Vec::new(),
        final_rate: None,
        final_rounds: 0..0,
        rng: StdRng::seed_from_u64(plan.seed),
        bench,
    };
    let ended = run.explore().and_then(|()| run.confirm()).err();
    Ok(outcome::of(&run, ended.as_ref()))
}

impl Run<'_> {
    /// The rate at which points are measured, unless each has its own.
    pub fn common_rate(&self) -> Option<f64> {
        let objective = &self.plan.objective;
        (!objective.is_full_speed()).then(|| objective.rate.unwrap_or(self.plan.rate))
    }

    /// Measures one block.
    pub fn block(
        &mut self,
        phase: Phase,
        round: usize,
        point: usize,
        rate: Option<f64>,
    ) -> Result<(), Ended> {
        let job = Job {
            number: self.book.blocks(),
            phase,
            round,
            point,
            rate,
        };
        let mut settings = self.space.settings(&self.points[point]);
        let value = rate.map_or(Value::Max, Value::Number);
        settings.put("rate", value, Source::Flag);
        let measured = self.bench.measure(&job, &settings)?;
        self.book.add(&job, measured);
        Ok(())
    }

    /// Measures each of the points once, in a random order.
    pub fn round(
        &mut self,
        phase: Phase,
        round: usize,
        points: &[usize],
        rate: Option<f64>,
    ) -> Result<(), Ended> {
        let mut order = points.to_vec();
        order.shuffle(&mut self.rng);
        for point in order {
            self.block(phase, round, point, rate)?;
        }
        Ok(())
    }

    /// Holds the best points and the settings as they are against each other: fresh blocks, so that the luck which made a point
    /// the best does not count. A rate that nobody holds here is lowered.
    fn confirm(&mut self) -> Result<(), Ended> {
        let ranked = self.ranked();
        let Some((best, mut rate)) = ranked.first().copied() else {
            return Ok(());
        };
        let others = ranked.iter().skip(1).map(|(point, _)| *point);
        let mut finalists = vec![best];
        finalists.extend(others.take(1));
        if !finalists.contains(&self.home) {
            finalists.push(self.home);
        }
        finalists.truncate(FINALISTS);
        self.finalists.clone_from(&finalists);
        for step in 0..STEPS_DOWN {
            let first = step * self.plan.pairs;
            self.final_rate = rate;
            self.final_rounds = first..first + self.plan.pairs;
            for at in self.final_rounds.clone() {
                self.round(Phase::Confirm, at, &finalists, rate)?;
            }
            let held = finalists.iter().any(|point| self.holds_finally(*point));
            match rate {
                Some(high) if !held && self.plan.objective.seeks_rate() => {
                    rate = Some(round(high * STEP_DOWN));
                }
                _ => break,
            }
        }
        Ok(())
    }

    fn holds_finally(&self, point: usize) -> bool {
        let entry = self.final_entry(point);
        let excess = entry.and_then(|entry| entry.excess(&self.plan.objective.goals));
        excess.is_some_and(|excess| excess <= 0.0)
    }

    /// A finalist's blocks of the last rounds.
    pub fn final_entry(&self, point: usize) -> Option<super::book::Entry> {
        let entry = self.book.entry(point, self.final_rate)?;
        let mut entry = entry.of_phase(Phase::Confirm);
        let rounds = &self.final_rounds;
        entry.blocks.retain(|(job, _)| rounds.contains(&job.round));
        (!entry.blocks.is_empty()).then_some(entry)
    }
}
