//! Exploring: rounds over a grid, a guided walk, or the highest rate of each point.

use rand::prelude::*;

use super::book::Entry;
use super::guide::{Guide, Place};
use super::ladder::{Stopped, Way, climb};
use super::objective::Objective;
use super::plan::{Phase, SHORTLIST, Search};
use super::search::{Ended, Run};

/// A miss by less than this factor is measured again before it is believed.
const GROSS: f64 = 0.5;

impl Run<'_> {
    /// Finds good points.
    pub(super) fn explore(&mut self) -> Result<(), Ended> {
        match (self.plan.objective.seeks_rate(), self.plan.search) {
            (true, Search::Guided) => self.guided(Self::challenge),
            (true, _) => {
                let mut order: Vec<usize> = (0..self.points.len()).collect();
                order.shuffle(&mut self.rng);
                // The settings as they are set the rate that the others must hold.
                order.sort_by_key(|point| *point != self.home);
                for point in order {
                    self.challenge(point)?;
                }
                Ok(())
            }
            (false, Search::Guided) => {
                self.guided(Self::look)?;
                self.shortlist()
            }
            (false, _) => {
                let all: Vec<usize> = (0..self.points.len()).collect();
                let rate = self.common_rate();
                for round in 0..self.plan.repeats {
                    self.round(Phase::Explore, round, &all, rate)?;
                }
                Ok(())
            }
        }
    }

    /// Points in the order of a guide, which learns each one's score. The settings as they are come first.
    fn guided(
        &mut self,
        mut look: impl FnMut(&mut Self, usize) -> Result<f64, Ended>,
    ) -> Result<(), Ended> {
        let whole = |point: &Vec<Option<usize>>| point.iter().copied().collect::<Option<Place>>();
        let mut open: Vec<(usize, Place)> = (0..self.points.len())
            .filter_map(|at| Some((at, whole(&self.points[at])?)))
            .collect();
        let shapes = self.space.shapes();
        let mut guide = Guide::new(&shapes, self.plan.points, self.plan.seed);
        let mut next = Some(self.home);
        for _ in 0..self.plan.points {
            let point = if let Some(home) = next.take() {
                home
            } else {
                let places: Vec<Place> = open.iter().map(|(_, place)| place.clone()).collect();
                let asked = guide.ask(&places);
                let found = open.iter().find(|(_, place)| Some(place) == asked.as_ref());
                let Some((point, _)) = found else {
                    break;
                };
                *point
            };
            open.retain(|(at, _)| *at != point);
            let score = look(self, point)?;
            if let Some(place) = whole(&self.points[point]) {
                guide.tell(&place, score);
            }
        }
        Ok(())
    }

    fn look(&mut self, point: usize) -> Result<f64, Ended> {
        let rate = self.common_rate();
        self.block(Phase::Explore, 0, point, rate)?;
        let entry = self.book.entry(point, rate);
        Ok(entry.map_or(f64::INFINITY, |entry| entry.score(&self.plan.objective)))
    }

    /// Measures the best of the explored points again, in rounds: they were looked at once, at different times.
    fn shortlist(&mut self) -> Result<(), Ended> {
        let mut best: Vec<usize> = self
            .ranked()
            .into_iter()
            .map(|(point, _)| point)
            .take(SHORTLIST)
            .collect();
        if !best.contains(&self.home) {
            best.push(self.home);
        }
        let rate = self.common_rate();
        for round in 0..self.plan.repeats {
            self.round(Phase::Shortlist, round, &best, rate)?;
        }
        Ok(())
    }

    /// Looks for a point's highest rate. Once a point has one, others must hold that rate first.
    fn challenge(&mut self, point: usize) -> Result<f64, Ended> {
        let held = self.climbs.iter().flatten().filter_map(|climb| climb.held);
        let best = held.reduce(f64::max);
        let way = Way {
            start: best.unwrap_or(self.plan.rate),
            most: self.plan.most_rate,
            is_challenge: best.is_some(),
        };
        let found = climb(way, |rate| self.probe(point, rate))?;
        let score = match (found.held, self.book.entry(point, best)) {
            (Some(held), _) => -held.ln(),
            (None, Some(entry)) => entry.score(&self.plan.objective),
            (None, None) => f64::INFINITY,
        };
        self.climbs[point] = Some(found);
        Ok(score)
    }

    /// Measures a rate; a near miss twice.
    fn probe(&mut self, point: usize, rate: f64) -> Result<Option<Stopped>, Ended> {
        for try_number in 0..2 {
            self.block(Phase::Explore, try_number, point, Some(rate))?;
            let Some(entry) = self.book.entry(point, Some(rate)) else {
                break;
            };
            let last = entry.blocks.last().map(|(_, block)| block);
            let goals = &self.plan.objective.goals;
            let excess = last.and_then(|block| block.total_excess(goals, Some(rate)));
            match excess {
                Some(excess) if excess <= 0.0 => return Ok(None),
                Some(excess) if excess < GROSS && try_number == 0 => {}
                _ => return Ok(Some(why(entry, rate, &self.plan.objective))),
            }
        }
        Ok(None)
    }

    /// Points with the rates at which they were best, the best first; those of which nothing is known are left out.
    pub(super) fn ranked(&self) -> Vec<(usize, Option<f64>)> {
        if self.plan.objective.seeks_rate() {
            return self.ranked_by_rate();
        }
        let objective = &self.plan.objective;
        let shortlisted = |entry: &Entry| !entry.of_phase(Phase::Shortlist).blocks.is_empty();
        let any = self.book.entries.iter().any(shortlisted);
        let phase = if any {
            Phase::Shortlist
        } else {
            Phase::Explore
        };
        let entries = self.book.entries.iter().map(|entry| entry.of_phase(phase));
        let mut ranked: Vec<((f64, f64), Entry)> = entries
            .filter(|entry| !entry.blocks.is_empty())
            .map(|entry| (entry.rank(objective), entry))
            .filter(|((_, score), _)| score.is_finite())
            .collect();
        ranked.sort_by(|(one, _), (other, _)| order(*one, *other));
        let place = |(_, entry): ((f64, f64), Entry)| (entry.point, entry.rate);
        ranked.into_iter().map(place).collect()
    }

    /// The best is who holds the highest rate; of the others, who misses least.
    fn ranked_by_rate(&self) -> Vec<(usize, Option<f64>)> {
        let objective = &self.plan.objective;
        let climbs = self.climbs.iter().enumerate();
        let known = climbs.filter_map(|(point, climb)| Some((point, climb.as_ref()?)));
        let least = |point: usize| {
            let entries = self.book.entries.iter().filter(|one| one.point == point);
            let ranks = entries.map(|entry| entry.rank(objective));
            ranks.reduce(|one, other| {
                if order(one, other).is_le() {
                    one
                } else {
                    other
                }
            })
        };
        let mut ranked: Vec<((f64, f64), usize, Option<f64>)> = known
            .filter_map(|(point, climb)| match climb.held {
                Some(rate) => Some(((0.0, -rate), point, Some(rate))),
                None => Some((least(point)?, point, None)),
            })
            .collect();
        ranked.sort_by(|one, other| order(one.0, other.0));
        if ranked.first().is_none_or(|(_, _, rate)| rate.is_none()) {
            return Vec::new();
        }
        let place = |(_, point, rate)| (point, rate);
        ranked.into_iter().map(place).collect()
    }
}

pub(super) fn order(one: (f64, f64), other: (f64, f64)) -> std::cmp::Ordering {
    one.0.total_cmp(&other.0).then(one.1.total_cmp(&other.1))
}

/// Why a rate does not hold, by the last block.
fn why(entry: &Entry, rate: f64, objective: &Objective) -> Stopped {
    let problem = |reason: &str| Stopped::Problem {
        rate,
        reason: reason.into(),
    };
    let Some((_, block)) = entry.blocks.last() else {
        return problem("nothing was measured");
    };
    if let Some(reason) = &block.problem {
        return problem(reason);
    }
    if block.behind(Some(rate)).is_some_and(|behind| behind > 0.0) {
        return Stopped::Behind {
            rate,
            delivered: block.records_per_s,
            client: block.is_saturated(),
        };
    }
    let goals = objective.goals.iter();
    let mut missed = goals.filter(|goal| block.excess(goal).is_none_or(|excess| excess > 0.0));
    let told = missed.find_map(|goal| {
        Some(Stopped::Goal {
            rate,
            goal: goal.to_string(),
            figure: block.value(goal.figure)?,
        })
    });
    told.unwrap_or_else(|| problem("too few records to judge the goals; measure longer blocks"))
}
