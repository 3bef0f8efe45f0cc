//! Targets that a seed draws: how time and capacity depend on the settings, with noise and drift, so that searches can be judged by the
//! truth. Nothing of them is written down but how they are drawn.

#![allow(clippy::cast_precision_loss, reason = "a handful of values")]

use rand::prelude::*;
use rand::rngs::StdRng;
use rand_distr::StandardNormal;

use crate::measure::Latencies;
use crate::settings::{Millis, Settings, Surroundings};

use super::measured::Measured;
use super::objective::Objective;
use super::plan::{Job, Plan, Search};
use super::search::{Bench, Ended};
use super::space::{Point, Space};

/// The spread of one block, and of the machine's slow drift, as logarithms.
const NOISE: f64 = 0.03;
const DRIFT: f64 = 0.04;
/// How much of the drift is left in the next block.
const MEMORY: f64 = 0.9;

/// A bowl over the space: curved along ordered axes and between them, with a step for each word.
struct Bowl {
    centres: Vec<f64>,
    curves: Vec<f64>,
    twists: Vec<Vec<f64>>,
    steps: Vec<Vec<f64>>,
}

impl Bowl {
    fn random(space: &Space, rng: &mut StdRng) -> Self {
        let shapes = space.shapes();
        let axes = shapes.len();
        let curves: Vec<f64> = (0..axes)
            .map(|_| rng.random_range(-1.5..1.2_f64).exp())
            .collect();
        let twist = |one: usize, other: usize, rng: &mut StdRng| {
            let most = (curves[one] * curves[other]).sqrt();
            if one < other {
                rng.random_range(-0.8..0.8) * most
            } else {
                0.0
            }
        };
        Self {
            centres: (0..axes).map(|_| rng.random_range(-0.1..1.1)).collect(),
            twists: (0..axes)
                .map(|one| (0..axes).map(|other| twist(one, other, rng)).collect())
                .collect(),
            steps: shapes
                .iter()
                .map(|shape| {
                    let step = |rng: &mut StdRng| {
                        if shape.ordered {
                            0.0
                        } else {
                            rng.random_range(0.0..0.8)
                        }
                    };
                    (0..shape.values).map(|_| step(rng)).collect()
                })
                .collect(),
            curves,
        }
    }

    fn at(&self, space: &Space, place: &[usize]) -> f64 {
        let shapes = space.shapes();
        let away: Vec<f64> = shapes
            .iter()
            .enumerate()
            .map(|(axis, shape)| {
                let share = place[axis] as f64 / (shape.values - 1).max(1) as f64;
                if shape.ordered {
                    share - self.centres[axis]
                } else {
                    0.0
                }
            })
            .collect();
        let mut value = 0.0;
        for (one, at) in place.iter().enumerate() {
            value += self.steps[one][*at] + self.curves[one] * away[one] * away[one];
            for (other, distance) in away.iter().enumerate() {
                value += self.twists[one][other] * away[one] * distance;
            }
        }
        value
    }
}

/// A cluster that does not exist.
pub(super) struct Target {
    pub space: Space,
    pub objective: Objective,
    time: Bowl,
    capacity: Bowl,
    drift: f64,
    rng: StdRng,
}

impl Target {
    pub fn random(seed: u64, objective: Objective) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut words: Vec<String> = vec![
            format!(
                "linger.ms=0..{}",
                [20, 50, 100, 200].choose(&mut rng).unwrap()
            ),
            format!(
                "batch.size={}KiB..1MiB",
                [16, 32, 64].choose(&mut rng).unwrap()
            ),
        ];
        let more = [
            "compression.type=none,lz4,zstd",
            "max.in.flight=1,2,5",
            "acks=0,1,all",
            "queue.buffering.max.messages=1000,10000,100000",
        ];
        words.extend(
            more.sample(&mut rng, 1 + usize::try_from(seed % 2).unwrap())
                .map(|word| (*word).to_owned()),
        );
        let space = Space::parse(&words, Settings::default(), Surroundings::default()).unwrap();
        Self {
            time: Bowl::random(&space, &mut rng),
            capacity: Bowl::random(&space, &mut rng),
            space,
            objective,
            drift: 0.0,
            rng,
        }
    }

    /// The same with no dependence on the settings.
    pub fn flat(mut self) -> Self {
        for bowl in [&mut self.time, &mut self.capacity] {
            bowl.curves.fill(0.0);
            bowl.twists.iter_mut().for_each(|twists| twists.fill(0.0));
            bowl.steps.iter_mut().for_each(|steps| steps.fill(0.0));
        }
        self
    }

    fn place(&self, settings: &Settings) -> Vec<usize> {
        let place = |axis: &super::space::Axis| {
            let value = settings.value(axis.knob.name);
            let found = axis.values.iter().position(|one| one == value);
            found.unwrap_or(0)
        };
        self.space.axes.iter().map(place).collect()
    }

    fn truth_at(&self, settings: &Settings) -> (f64, f64) {
        let place = self.place(settings);
        let time = 5.0 * self.time.at(&self.space, &place).exp();
        let capacity = 100_000.0 * (-self.capacity.at(&self.space, &place)).exp();
        (time, capacity)
    }

    /// What a point is worth, without noise; the smaller the better.
    pub fn truth(&self, point: &Point) -> f64 {
        let (time, capacity) = self.truth_at(&self.space.settings(point));
        match self.objective.goals.first() {
            Some(goal) if self.objective.seeks_rate() => {
                -(capacity * (1.0 - time / goal.bound)).max(1.0)
            }
            _ => self
                .objective
                .rate
                .map_or(-capacity, |rate| p99(time, capacity, rate)),
        }
    }
}

/// A queue's: longer and longer towards the capacity.
fn p99(time: f64, capacity: f64, rate: f64) -> f64 {
    if rate >= capacity {
        60_000.0
    } else {
        time / (1.0 - rate / capacity)
    }
}

impl Bench for Target {
    fn measure(&mut self, job: &Job, settings: &Settings) -> Result<Measured, Ended> {
        let (time, capacity) = self.truth_at(settings);
        let fresh = DRIFT * (1.0 - MEMORY * MEMORY).sqrt();
        self.drift = MEMORY * self.drift + fresh * self.rng.sample::<f64, _>(StandardNormal);
        let noise = (self.drift + NOISE * self.rng.sample::<f64, _>(StandardNormal)).exp();
        let rate = job.rate.unwrap_or(capacity);
        let latency = p99(time, capacity, rate.min(capacity * 0.99));
        Ok(Measured {
            records_per_s: rate.min(capacity / noise),
            response: Latencies {
                count: 100_000,
                p50: Some(Millis(latency * noise / 3.0)),
                p99: Some(Millis(if rate > capacity {
                    60_000.0
                } else {
                    latency * noise
                })),
                ..Latencies::default()
            },
            measured_s: 1.0,
            took_s: 1.0,
            ..Measured::default()
        })
    }
}

pub(super) fn plan(target: &Target) -> Plan {
    let grid = target.space.grid().unwrap().0.len();
    Plan {
        objective: target.objective.clone(),
        search: Search::Guided,
        repeats: 3,
        points: grid / 4,
        pairs: 8,
        margin: None,
        rate: 1000.0,
        most_rate: None,
        seed: 7,
    }
}
