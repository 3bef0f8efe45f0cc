//! Which block comes next, and what the blocks so far say. It measures nothing itself, and knows no clock but the one it is told.

use std::time::Duration;

use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};
use serde::{Deserialize, Serialize};

use crate::measure::comparison::{
    FEWEST_PAIRS, Judgement, Limits, Reason, Verdict, detectable, judge, ratio_of,
};

use super::plan::times;
use super::{Arm, CompareError, Figures, Plan, contamination};

/// More dropped or unsteady ones than this share, and nothing is told; two may always be. The share is that of the project's reference
/// on measurement, section 2.7, point 5.
const MOST_SPOILT: f64 = 0.2;

/// What pairs are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// A against A: the noise floor.
    Noise,
    /// A against B.
    Pairs,
}

/// A block that is to be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Which block, from 1.
    pub number: usize,
    /// What its pair is for.
    pub phase: Phase,
    /// Which pair of its phase, from 1.
    pub pair: usize,
    /// Whose settings it runs with.
    pub arm: Arm,
    /// Which place of the pair's ratio it takes: A below, B above. In the noise phase both places are A's.
    pub role: Arm,
}

/// A block that was measured.
#[derive(Clone, Debug)]
pub struct Done {
    /// What was asked for.
    pub ask: Ask,
    /// The metric, and whether it is a lower bound.
    pub value: (f64, bool),
    /// Everything else.
    pub figures: Figures,
}

/// Two blocks.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// What it is for.
    pub phase: Phase,
    /// The block in A's place and the one in B's, as places in the list of blocks.
    pub blocks: (usize, usize),
    /// The logarithm of B's value ÷ A's.
    pub ratio: f64,
    /// Why it does not count.
    pub dropped: Option<String>,
}

/// How far a series is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Pairs that are complete in this phase.
    pub done: usize,
    /// Pairs of this phase in all.
    pub of: usize,
    /// The time that is left, by what blocks took so far.
    pub remaining: Duration,
}

/// The blocks of a comparison, in the order in which they are measured.
#[derive(Clone, Debug)]
pub struct Series {
    plan: Plan,
    rng: SmallRng,
    blocks: Vec<Done>,
    pairs: Vec<Pair>,
    half: Option<(Ask, usize)>,
    wanted: Option<usize>,
    elapsed: Duration,
    stopped: bool,
}

impl Series {
    /// Nothing measured yet.
    #[must_use]
    pub fn new(plan: Plan) -> Self {
        Self {
            rng: SmallRng::seed_from_u64(plan.seed),
            plan,
            blocks: Vec::new(),
            pairs: Vec::new(),
            half: None,
            wanted: None,
            elapsed: Duration::ZERO,
            stopped: false,
        }
    }

    /// The block to measure next, at this time since the start; none when there is enough.
    pub fn next(&mut self, elapsed: Duration) -> Option<Ask> {
        if self.stopped {
            return None;
        }
        self.elapsed = elapsed;
        let number = self.blocks.len() + 1;
        if let Some((first, _)) = self.half {
            return Some(ask(number, first.phase, first.pair, first.role.other()));
        }
        let phase = self.phase()?;
        let role = if self.rng.random() { Arm::A } else { Arm::B };
        let pair = self.of(phase).count() + 1;
        Some(ask(number, phase, pair, role))
    }

    /// The phase of the next pair. The number of pairs is fixed here, before the first pair of A and B.
    fn phase(&mut self) -> Option<Phase> {
        let noise = self.plan.noise_pairs;
        if self.kept(Phase::Noise).count() < noise && !self.is_spoilt(Phase::Noise) {
            return Some(Phase::Noise);
        }
        if self.wanted.is_none() {
            if self.noise_differs() || self.is_spoilt(Phase::Noise) {
                return None;
            }
            self.wanted = Some(self.affordable());
        }
        let wanted = self.wanted.unwrap_or(self.plan.pairs);
        let late = self.plan.budget.is_some_and(|budget| {
            self.of(Phase::Pairs).count() >= FEWEST_PAIRS
                && self.elapsed + self.pair_time() > budget
        });
        let enough = self.kept(Phase::Pairs).count() >= wanted;
        (!enough && !late && !self.is_spoilt(Phase::Pairs)).then_some(Phase::Pairs)
    }

    /// The pairs that the rest of the budget pays for, by what pairs took so far.
    fn affordable(&self) -> usize {
        let Some(budget) = self.plan.budget else {
            return self.plan.pairs;
        };
        let fits = times(budget.saturating_sub(self.elapsed), self.pair_time());
        self.plan.pairs.min(fits).max(FEWEST_PAIRS)
    }

    fn pair_time(&self) -> Duration {
        match u32::try_from(self.blocks.len()) {
            Ok(blocks) if blocks > 1 => self.elapsed * 2 / blocks,
            _ => self.plan.pair_time(),
        }
    }

    /// Takes what was measured, at this time since the start. Fails where the metric has too little data.
    pub fn take(
        &mut self,
        ask: &Ask,
        mut figures: Figures,
        elapsed: Duration,
    ) -> Result<(), CompareError> {
        self.elapsed = elapsed;
        let metric = self.plan.metric;
        figures.doubt(metric);
        let value = figures.value(metric).ok_or(CompareError::NoFigure {
            number: ask.number,
            arm: ask.arm,
            metric,
            records: figures.counted(metric),
        })?;
        self.blocks.push(Done {
            ask: *ask,
            value,
            figures,
        });
        let this = self.blocks.len() - 1;
        match self.half.take() {
            None => self.half = Some((*ask, this)),
            Some((first, before)) => self.pair_up(first, before, this),
        }
        let (blocks, pairs) = (&mut self.blocks, &mut self.pairs);
        contamination::mark(blocks, pairs, metric, self.plan.keep_contaminated);
        Ok(())
    }

    fn pair_up(&mut self, first: Ask, before: usize, this: usize) {
        let (low, high) = match first.role {
            Arm::A => (before, this),
            Arm::B => (this, before),
        };
        let (Some(a), Some(b)) = (self.blocks.get(low), self.blocks.get(high)) else {
            return;
        };
        self.pairs.push(Pair {
            phase: first.phase,
            blocks: (low, high),
            ratio: (b.value.0 / a.value.0).ln(),
            dropped: None,
        });
    }

    /// Asks for no more blocks.
    pub fn stop(&mut self) {
        self.stopped = true;
    }

    /// Whether it was stopped before it had enough.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// What was fixed before.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Every block, in the order in which they were measured.
    #[must_use]
    pub fn blocks(&self) -> &[Done] {
        &self.blocks
    }

    /// Every complete pair, in order.
    #[must_use]
    pub fn pairs(&self) -> &[Pair] {
        &self.pairs
    }

    /// The pairs of A and B that are to be measured; known after the noise floor.
    #[must_use]
    pub fn wanted(&self) -> usize {
        self.wanted.unwrap_or(self.plan.pairs)
    }

    fn of(&self, phase: Phase) -> impl Iterator<Item = &Pair> {
        self.pairs.iter().filter(move |pair| pair.phase == phase)
    }

    fn kept(&self, phase: Phase) -> impl Iterator<Item = &Pair> {
        self.of(phase).filter(|pair| pair.dropped.is_none())
    }

    /// The logarithms of the ratios that count.
    #[must_use]
    pub fn ratios(&self, phase: Phase) -> Vec<f64> {
        self.kept(phase).map(|pair| pair.ratio).collect()
    }

    /// Whether the machine has spoilt more pairs than can be dropped in good faith.
    #[expect(clippy::cast_precision_loss, reason = "a number of pairs")]
    fn is_spoilt(&self, phase: Phase) -> bool {
        let dropped = self.of(phase).filter(|pair| pair.dropped.is_some()).count();
        let planned = match phase {
            Phase::Noise => self.plan.noise_pairs,
            Phase::Pairs => self.wanted(),
        };
        dropped as f64 > (planned as f64 * MOST_SPOILT).max(2.0)
    }

    fn limits(&self, phase: Phase) -> Limits {
        let bound = |place: fn(&Pair) -> usize| {
            self.kept(phase).any(|pair| {
                self.blocks
                    .get(place(pair))
                    .is_some_and(|done| done.value.1)
            })
        };
        Limits {
            margin: ratio_of(self.plan.margin_percent),
            higher_is_better: self.plan.metric.is_higher_better(),
            a_is_bound: bound(|pair| pair.blocks.0),
            b_is_bound: bound(|pair| pair.blocks.1),
        }
    }

    /// What A against A says; none without pairs.
    #[must_use]
    pub fn noise(&self) -> Option<Judgement> {
        let ratios = self.ratios(Phase::Noise);
        (!ratios.is_empty()).then(|| judge(&ratios, &self.limits(Phase::Noise), self.plan.seed))
    }

    fn noise_differs(&self) -> bool {
        self.noise()
            .is_some_and(|noise| matches!(noise.verdict, Verdict::ABetter | Verdict::BBetter))
    }

    /// The arm of which too many blocks never settled.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a number of blocks")]
    pub fn unsteady(&self) -> Option<Arm> {
        [Arm::A, Arm::B].into_iter().find(|arm| {
            let blocks = self.blocks.iter().filter(|done| done.ask.arm == *arm);
            let all = blocks.clone().count();
            let unsteady = blocks.filter(|done| !done.figures.settled).count();
            unsteady as f64 > all as f64 * MOST_SPOILT
        })
    }

    /// The verdict on what was measured so far.
    #[must_use]
    pub fn judge(&self) -> Judgement {
        let judgement = judge(
            &self.ratios(Phase::Pairs),
            &self.limits(Phase::Pairs),
            self.plan.seed,
        );
        let reason = if self.noise_differs() {
            Reason::NoiseFloor
        } else if self.is_spoilt(Phase::Noise) || self.is_spoilt(Phase::Pairs) {
            Reason::Noisy
        } else if self.unsteady().is_some() {
            Reason::Unsteady
        } else {
            return judgement;
        };
        Judgement {
            verdict: Verdict::Inconclusive,
            reason: Some(reason),
            pairs_to_decide: None,
            ..judgement
        }
    }

    /// The smallest effect (a logarithm of a ratio) that the planned pairs find in four of five cases, by the noise floor.
    #[must_use]
    pub fn smallest_effect(&self) -> Option<f64> {
        let floor = self.noise()?.estimate?;
        (floor.pairs > 1).then(|| detectable(floor.sd, self.wanted()))
    }

    /// How far it is in the phase of a block.
    #[must_use]
    pub fn progress(&self, ask: &Ask) -> Progress {
        let of = match ask.phase {
            Phase::Noise => self.plan.noise_pairs,
            Phase::Pairs => self.wanted(),
        };
        let done = self.kept(ask.phase).count();
        let after = if ask.phase == Phase::Noise {
            self.wanted()
        } else {
            0
        };
        let blocks = 2 * (of.saturating_sub(done) + after) - usize::from(self.half.is_some());
        let blocks = u32::try_from(blocks).unwrap_or(u32::MAX);
        Progress {
            done,
            of,
            remaining: self.pair_time() * blocks / 2,
        }
    }
}

fn ask(number: usize, phase: Phase, pair: usize, role: Arm) -> Ask {
    let arm = match phase {
        Phase::Noise => Arm::A,
        Phase::Pairs => role,
    };
    Ask {
        number,
        phase,
        pair,
        arm,
        role,
    }
}
