//! What a comparison found: the object that `compare --json` prints.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::lab::{Goal, GoalState};
use crate::measure::comparison::{Judgement, Metric, Reason, Verdict, bootstrap, percent};
use crate::snapshot::{Cluster, Environment, Setting};

use super::series::Done;
use super::{Arm, Delivery, Figures, Phase, Series};

/// The version of the object's form.
const SCHEMA_VERSION: u32 = 1;

/// A comparison with every block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    /// The version of this form.
    pub schema_version: u32,
    /// The circumstances.
    #[serde(flatten)]
    pub circumstances: Circumstances,
    /// The one figure that decides.
    pub metric: Metric,
    /// The least difference that matters, in percent.
    pub margin_percent: f64,
    /// Drew the order within the pairs.
    pub seed: u64,
    /// Seconds of load that were measured in each block.
    pub block_s: f64,
    /// Seconds of load before that, which do not count.
    pub warmup_s: f64,
    /// Which arm is better.
    pub verdict: Verdict,
    /// Why it cannot be told, where it cannot.
    pub reason: Option<Reason>,
    /// The verdict in one sentence.
    pub sentence: String,
    /// The metric of B against A: +5 is 5 % higher. The mean over pairs.
    pub effect_percent: Option<f64>,
    /// Its 95 % interval, by Student's t on logarithms of ratios.
    pub interval_percent: Option<[f64; 2]>,
    /// The median over pairs, to be held against the mean.
    pub median_percent: Option<f64>,
    /// A cross-check: the same interval by bootstrap over pairs.
    pub bootstrap_percent: Option<[f64; 2]>,
    /// A cross-check: how probable such an effect is if signs are chance (sign-flip permutation, two-sided).
    pub permutation_p: Option<f64>,
    /// Pairs of A and B that count.
    pub pairs_counted: usize,
    /// Pairs of A and B that were planned.
    pub pairs_planned: usize,
    /// Pairs, noise floor included, that do not count because the machine spoilt one of their blocks; others were measured for them.
    #[serde(default)]
    pub pairs_dropped: usize,
    /// How many would decide, where the verdict is open and a number would.
    pub pairs_to_decide: Option<usize>,
    /// Whether it was ended before it had all pairs.
    pub stopped_early: bool,
    /// The smallest effect that the planned pairs find in four of five cases, by the noise floor; in percent.
    pub smallest_effect_percent: Option<f64>,
    /// A against A; none where the budget did not pay for it.
    pub noise: Option<NoiseReport>,
    /// The arm that never settled.
    pub unsteady: Option<Arm>,
    /// What was delivered.
    pub delivery: Delivery,
    /// The goals, judged on B.
    pub goals: Vec<GoalReport>,
    /// A, in numbers.
    pub a: ArmReport,
    /// B, in numbers.
    pub b: ArmReport,
    /// Every pair, in order.
    pub pairs: Vec<PairReport>,
    /// Every block, in the order in which they were measured.
    pub blocks: Vec<BlockReport>,
}

/// Where, when and with what it was measured.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Circumstances {
    /// The version of linger that compared.
    pub linger_version: String,
    /// The version of the linked librdkafka; commands may use another.
    pub librdkafka_version: String,
    /// When it began: RFC 3339, UTC.
    pub started_at: String,
    /// The machine that sent.
    pub environment: Environment,
    /// The cluster that was written to; unknown for commands.
    pub cluster: Option<Cluster>,
    /// Records per second that both arms were asked for; none at full speed, or where the arms differ in it.
    pub rate: Option<f64>,
}

/// What an arm is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ArmReport {
    /// As it was asked for: `linger.ms=20`.
    pub label: String,
    /// Its command, where it is one.
    pub command: Option<String>,
    /// Its settings, where it is not a command.
    pub settings: BTreeMap<String, Setting>,
    /// Medians over its blocks, by name: `throughput`, `p50`, `p99`, `p99.9`, and `read-p50` … where records were followed.
    pub medians: BTreeMap<String, f64>,
    /// Medians over its blocks of what decides nothing and costs something: `compression_ratio`, `batch_records_mean`, and
    /// `client_cpu`, the busiest thread's share of a core.
    #[serde(default)]
    pub beside: BTreeMap<String, f64>,
}

/// A against A.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NoiseReport {
    /// How many pairs count.
    pub pairs: usize,
    /// Standard deviation between pairs, in percent.
    pub sd_percent: f64,
    /// How far A was from itself, in percent.
    pub effect_percent: f64,
    /// Its 95 % interval.
    pub interval_percent: [f64; 2],
}

/// A goal and what B made of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GoalReport {
    /// The goal.
    pub goal: Goal,
    /// Whether B held it in most of its blocks.
    pub outcome: GoalState,
    /// In how many of its blocks.
    pub held: usize,
    /// How many blocks B has.
    pub blocks: usize,
}

/// Two blocks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PairReport {
    /// `noise`: A against A; `pairs`: A against B.
    pub phase: Phase,
    /// The numbers of its blocks, in the order A, B.
    pub blocks: [usize; 2],
    /// The arm that came first.
    pub first: Arm,
    /// B's value against A's, in percent.
    pub ratio_percent: f64,
    /// Why it does not count.
    pub dropped: Option<String>,
}

/// One block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BlockReport {
    /// 1, 2, 3 … in the order of measurement.
    pub number: usize,
    /// What its pair is for.
    pub phase: Phase,
    /// Which pair of that phase, from 1.
    pub pair: usize,
    /// Whose settings it ran with.
    pub arm: Arm,
    /// The metric.
    pub value: f64,
    /// Whether failed records make that a lower bound.
    pub at_least: bool,
    /// Everything else.
    #[serde(flatten)]
    pub figures: Figures,
}

impl Comparison {
    /// What a series found so far.
    #[must_use]
    pub fn of(
        series: &Series,
        circumstances: Circumstances,
        (a, b): (ArmReport, ArmReport),
        goals: &[Goal],
    ) -> Self {
        let plan = series.plan();
        let judgement = series.judge();
        let estimate = judgement.estimate;
        let ratios = series.ratios(Phase::Pairs);
        let mut found = Self {
            schema_version: SCHEMA_VERSION,
            metric: plan.metric,
            margin_percent: plan.margin_percent,
            seed: plan.seed,
            block_s: plan.block.as_secs_f64(),
            warmup_s: plan.warmup.as_secs_f64(),
            verdict: judgement.verdict,
            reason: judgement.reason,
            sentence: String::new(),
            effect_percent: estimate.map(|estimate| percent(estimate.mean)),
            interval_percent: estimate
                .filter(|estimate| estimate.pairs > 1)
                .map(|estimate| percents(estimate.interval)),
            median_percent: estimate.map(|estimate| percent(estimate.median)),
            bootstrap_percent: bootstrap(&ratios, plan.seed).map(percents),
            permutation_p: estimate.map(|estimate| estimate.p),
            pairs_counted: ratios.len(),
            pairs_planned: series.wanted(),
            pairs_dropped: series
                .pairs()
                .iter()
                .filter(|pair| pair.dropped.is_some())
                .count(),
            pairs_to_decide: judgement.pairs_to_decide,
            stopped_early: series.is_stopped(),
            smallest_effect_percent: series.smallest_effect().map(percent),
            noise: series.noise().as_ref().and_then(noise),
            unsteady: series.unsteady(),
            delivery: Delivery::of(series, circumstances.rate),
            goals: goals.iter().map(|goal| judged(goal, series)).collect(),
            a: a.with_medians(series, Arm::A),
            b: b.with_medians(series, Arm::B),
            pairs: pairs(series),
            blocks: series.blocks().iter().map(block).collect(),
            circumstances,
        };
        found.sentence = super::sentence::sentence(&found);
        found
    }

    /// Whether B is worse: slower by the margin, or worse in delivery.
    #[must_use]
    pub fn is_regression(&self) -> bool {
        self.verdict == Verdict::ABetter || self.delivery.worse == Some(Arm::B)
    }

    /// The JSON Schema (draft 2020-12) of this form.
    #[must_use]
    pub fn json_schema() -> serde_json::Value {
        schemars::schema_for!(Self).to_value()
    }
}

/// A figure of a block, where it has it.
type Beside = fn(&Figures) -> Option<f64>;

/// What is told of each arm although it decides nothing.
const BESIDE: [(&str, Beside); 3] = [
    ("compression_ratio", |figures| figures.compression_ratio),
    ("batch_records_mean", |figures| figures.batch_records_mean),
    ("client_cpu", |figures| figures.client_cpu),
];

impl ArmReport {
    fn with_medians(self, series: &Series, arm: Arm) -> Self {
        let mine = |done: &&Done| done.ask.phase == Phase::Pairs && done.ask.arm == arm;
        let blocks = series.blocks().iter().filter(mine);
        let of = |metric: Metric| {
            let value = |done: &Done| done.figures.value(metric);
            let values = blocks.clone().filter_map(value).map(|(value, _)| value);
            Some((metric.name().to_owned(), median(values.collect())?))
        };
        Self {
            medians: Metric::ALL.into_iter().filter_map(of).collect(),
            beside: BESIDE
                .into_iter()
                .filter_map(|(name, figure)| {
                    let values = blocks.clone().filter_map(|done| figure(&done.figures));
                    Some((name.to_owned(), median(values.collect())?))
                })
                .collect(),
            ..self
        }
    }
}

fn percents((low, high): (f64, f64)) -> [f64; 2] {
    [percent(low), percent(high)]
}

fn noise(judgement: &Judgement) -> Option<NoiseReport> {
    let estimate = judgement.estimate.filter(|estimate| estimate.pairs > 1)?;
    Some(NoiseReport {
        pairs: estimate.pairs,
        sd_percent: percent(estimate.sd),
        effect_percent: percent(estimate.mean),
        interval_percent: percents(estimate.interval),
    })
}

fn judged(goal: &Goal, series: &Series) -> GoalReport {
    let mine = |done: &&Done| done.ask.phase == Phase::Pairs && done.ask.arm == Arm::B;
    let state = |done: &Done| {
        let figures = &done.figures;
        goal.judge(&figures.response_ms, figures.records_per_s, figures.failed)
    };
    let states: Vec<_> = series.blocks().iter().filter(mine).map(state).collect();
    let of = |wanted| states.iter().filter(|state| **state == wanted).count();
    let (held, missed) = (of(GoalState::Held), of(GoalState::Missed));
    let outcome = if held * 2 > states.len() {
        GoalState::Held
    } else if missed * 2 >= states.len() && missed > 0 {
        GoalState::Missed
    } else {
        GoalState::Unknown
    };
    GoalReport {
        goal: goal.clone(),
        outcome,
        held,
        blocks: states.len(),
    }
}

fn pairs(series: &Series) -> Vec<PairReport> {
    let report = |pair: &super::series::Pair| {
        let (low, high) = pair.blocks;
        PairReport {
            phase: pair.phase,
            blocks: [low + 1, high + 1],
            first: if low < high { Arm::A } else { Arm::B },
            ratio_percent: percent(pair.ratio),
            dropped: pair.dropped.clone(),
        }
    };
    series.pairs().iter().map(report).collect()
}

fn block(done: &Done) -> BlockReport {
    BlockReport {
        number: done.ask.number,
        phase: done.ask.phase,
        pair: done.ask.pair,
        arm: done.ask.arm,
        value: done.value.0,
        at_least: done.value.1,
        figures: done.figures.clone(),
    }
}

/// The middle value; the mean of the two middle ones of an even number.
pub(super) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = values.get(middle)?;
    if values.len() % 2 == 1 {
        return Some(*upper);
    }
    Some(f64::midpoint(*values.get(middle.checked_sub(1)?)?, *upper))
}
