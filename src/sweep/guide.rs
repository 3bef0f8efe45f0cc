//! The guided search: which point of the grid to measure next, from the scores of those that were measured.
//!
//! Points spread evenly come first; then a Parzen estimator per axis (TPE) proposes; the last part of the budget goes to the neighbours of
//! the best points, because a grid's optimum is decided one step away from it.

use rand::prelude::*;
use rand::rngs::StdRng;
use tpe::density_estimation::DefaultEstimatorBuilder;
use tpe::{TpeOptimizer, TpeOptimizerBuilder};

/// How one axis looks to the guide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// How many values it has.
    pub values: usize,
    /// Whether neighbouring values behave alike; words do not.
    pub ordered: bool,
}

/// A place in the grid: for each axis the number of its value.
pub type Place = Vec<usize>;

/// Asks for places and learns from their scores; the same seed and scores give the same places.
#[derive(Debug)]
pub struct Guide {
    shapes: Vec<Shape>,
    estimators: Vec<TpeOptimizer<DefaultEstimatorBuilder>>,
    spread: Vec<Place>,
    told: Vec<(Place, f64)>,
    budget: usize,
    rng: StdRng,
}

/// The share of observations that counts as good.
const GOOD: f64 = 0.15;
/// How often an estimator is asked before its answers, all measured already, are given up.
const PATIENCE: usize = 8;
/// How many of the best points have their neighbours looked at.
const BEST: usize = 3;

impl Guide {
    /// A guide for a grid of these axes, which will be asked about `budget` times.
    #[must_use]
    pub fn new(shapes: &[Shape], budget: usize, seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let first = (budget / 4).max(4).min(budget);
        let spread = spread(shapes, first, &mut rng);
        Self {
            shapes: shapes.to_vec(),
            estimators: shapes.iter().filter_map(estimator).collect(),
            spread,
            told: Vec::new(),
            budget,
            rng,
        }
    }

    /// The next place among the open ones; none when no place is open.
    pub fn ask(&mut self, open: &[Place]) -> Option<Place> {
        let is_open = |place: &Place| open.contains(place);
        while let Some(place) = self.spread.pop() {
            if is_open(&place) {
                return Some(place);
            }
        }
        let late = self.told.len() * 2 >= self.budget;
        if late && let Some(place) = self.neighbour(open) {
            return Some(place);
        }
        for _ in 0..PATIENCE {
            let place = self.propose();
            if place.as_ref().is_some_and(is_open) {
                return place;
            }
        }
        self.neighbour(open)
            .or_else(|| open.choose(&mut self.rng).cloned())
    }

    /// Learns the score of a place; the smaller the better.
    pub fn tell(&mut self, place: &[usize], score: f64) {
        if score.is_nan() || place.len() != self.shapes.len() {
            return;
        }
        for (estimator, at) in self.estimators.iter_mut().zip(place) {
            let _ = estimator.tell(middle(*at), score);
        }
        self.told.push((place.to_vec(), score));
    }

    fn propose(&mut self) -> Option<Place> {
        let shapes = self.shapes.iter();
        let asked = self.estimators.iter_mut().zip(shapes);
        asked
            .map(|(estimator, shape)| {
                let value = estimator.ask(&mut self.rng).ok()?;
                Some(number(value, shape.values))
            })
            .collect()
    }

    /// An open place one step away from the best point that has one; else steps along two axes at once.
    fn neighbour(&mut self, open: &[Place]) -> Option<Place> {
        let mut ranked: Vec<&(Place, f64)> = self.told.iter().collect();
        ranked.sort_by(|one, other| one.1.total_cmp(&other.1));
        ranked.truncate(BEST);
        for axes in 1..=2 {
            for (best, _) in &ranked {
                let near = |place: &&Place| is_near(&self.shapes, best, place, axes);
                let near: Vec<&Place> = open.iter().filter(near).collect();
                if let Some(place) = near.choose(&mut self.rng) {
                    return Some((*place).clone());
                }
            }
        }
        None
    }
}

fn estimator(shape: &Shape) -> Option<TpeOptimizer<DefaultEstimatorBuilder>> {
    let range = tpe::categorical_range(shape.values.max(1)).ok()?;
    let density = if shape.ordered && shape.values > 2 {
        tpe::parzen_estimator()
    } else {
        tpe::histogram_estimator()
    };
    TpeOptimizerBuilder::new()
        .gamma(GOOD)
        .build(density, range)
        .ok()
}

/// Whether two places differ in this many axes, in each by one step or between words.
fn is_near(shapes: &[Shape], one: &[usize], other: &[usize], axes: usize) -> bool {
    let pairs = one.iter().zip(other).zip(shapes);
    let mut differing = pairs.filter(|((a, b), _)| a != b);
    let steps = |((a, b), shape): ((&usize, &usize), &Shape)| !shape.ordered || a.abs_diff(*b) == 1;
    let count = differing.clone().count();
    count == axes && differing.all(steps)
}

/// So many places that each value of each axis is among them about equally often.
fn spread(shapes: &[Shape], many: usize, rng: &mut StdRng) -> Vec<Place> {
    let column = |shape: &Shape, rng: &mut StdRng| {
        let mut values: Vec<usize> = (0..many).map(|at| at * shape.values / many).collect();
        values.shuffle(rng);
        values
    };
    let columns: Vec<Vec<usize>> = shapes.iter().map(|shape| column(shape, rng)).collect();
    let row = |at: usize| columns.iter().map(|column| column[at]).collect();
    (0..many).map(row).collect()
}

#[expect(clippy::cast_precision_loss, reason = "a handful of values")]
fn middle(at: usize) -> f64 {
    at as f64 + 0.5
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the few values of an axis"
)]
fn number(value: f64, values: usize) -> usize {
    (value.max(0.0) as usize).min(values.saturating_sub(1))
}
