//! The result of a sweep: every point with its noise, the front, and a recommendation with its evidence or its refusal.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::measure::comparison::{Judgement, Metric, Verdict, percent};

use crate::settings::{Group, Settings};

use super::book::Entry;
use super::evidence::{Evidence, Ground, weigh};
pub use super::front::Front;
use super::front::{Spot, front};
use super::plan::Search;
use super::search::{Ended, Run};
use super::space::Refused;

/// What a sweep found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Outcome {
    /// What was sought.
    pub objective: String,
    /// How points were chosen.
    pub search: Search,
    /// Draws every order.
    pub seed: u64,
    /// How many points can be measured.
    pub grid: usize,
    /// How many points were.
    pub measured: usize,
    /// How many blocks it took.
    pub blocks: usize,
    /// What the rules left out.
    pub refused: Vec<Refused>,
    /// Why it ended before it was done; none where it was done.
    pub ended_early: Option<String>,
    /// Every point at every rate that was measured, the best first.
    pub results: Vec<PointResult>,
    /// What to use.
    pub recommendation: Recommendation,
}

/// A point at a rate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PointResult {
    /// The swept knobs with their values, as `--set` reads them.
    pub parameters: BTreeMap<String, String>,
    /// Whether these are the settings as they are.
    pub as_it_is: bool,
    /// Records per second that were asked for; none is full speed.
    pub rate: Option<f64>,
    /// How many blocks it rests on.
    pub blocks: usize,
    /// Records delivered per second.
    pub records_per_s: Option<f64>,
    /// Half the 95 % interval, in percent: by its own blocks where there are four, else by the spread of all points; none where no point
    /// was measured twice.
    pub records_noise_percent: Option<f64>,
    /// The median response time in milliseconds, the geometric mean of the blocks.
    pub p50_ms: Option<f64>,
    /// Half its 95 % interval, in percent, likewise.
    pub p50_noise_percent: Option<f64>,
    /// The same of the 99th percentile.
    pub p99_ms: Option<f64>,
    /// Half its 95 % interval, in percent, likewise.
    pub p99_noise_percent: Option<f64>,
    /// The same of the 99.9th percentile.
    pub p99_9_ms: Option<f64>,
    /// Half its 95 % interval, in percent, likewise.
    pub p99_9_noise_percent: Option<f64>,
    /// Whether goals and rate held; none where the data do not tell.
    pub holds: Option<bool>,
    /// Whether the client was the bottleneck in most blocks.
    pub client_saturated: bool,
    /// Whether it is on the front of throughput and time.
    pub front: Front,
    /// Whether it is the recommended point at the rate at which the finalists were held against each other.
    pub recommended: bool,
    /// Why there are no figures.
    pub problem: Option<String>,
    /// For the highest rate that held: why the search stopped there.
    pub stopped: Option<String>,
}

/// What to use, or why nothing is recommended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Recommendation {
    /// Whether the point is recommended.
    pub recommended: bool,
    /// The ground.
    pub ground: Ground,
    /// The knobs to set; empty without a winner.
    pub parameters: BTreeMap<String, String>,
    /// The rate at which the finalists were held against each other; none is full speed.
    pub rate: Option<f64>,
    /// The figure by which they were.
    pub metric: Metric,
    /// That figure of the winner, the geometric mean of its confirming blocks.
    pub figure: Option<f64>,
    /// The blocks in which the winner held goals and rate, and all its confirming blocks.
    pub held: (usize, usize),
    /// Why the search for the highest rate stopped, where there was one.
    pub stopped: Option<String>,
    /// What the winner changes of the delivery guarantees, and what that trades.
    pub mind: Vec<String>,
    /// The winner against the others.
    pub pairs: Vec<Pair>,
}

/// The winner against another finalist, in pairs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Pair {
    /// The other's knobs.
    pub parameters: BTreeMap<String, String>,
    /// Whether the other is the settings as they are.
    pub as_it_is: bool,
    /// `b_better`: the winner is.
    pub verdict: Verdict,
    /// By how much the winner's figure differs, in percent.
    pub effect_percent: Option<f64>,
    /// The 95 % interval of that.
    pub interval_percent: Option<(f64, f64)>,
    /// How many pairs.
    pub pairs: usize,
    /// How many would decide.
    pub pairs_to_decide: Option<usize>,
}

impl Outcome {
    /// The time that the front holds against the throughput.
    #[must_use]
    pub fn time(&self) -> Metric {
        time_of(self.recommendation.metric)
    }
}

impl PointResult {
    /// A figure, and half its 95 % interval in percent.
    #[must_use]
    pub fn figure(&self, metric: Metric) -> (Option<f64>, Option<f64>) {
        match metric {
            Metric::Throughput => (self.records_per_s, self.records_noise_percent),
            Metric::P50 => (self.p50_ms, self.p50_noise_percent),
            Metric::P99 => (self.p99_ms, self.p99_noise_percent),
            Metric::P999 => (self.p99_9_ms, self.p99_9_noise_percent),
            // The points of a sweep are not read back.
            Metric::ReadP50 | Metric::ReadP99 | Metric::ReadP999 => (None, None),
        }
    }
}

/// The figure by which points are judged, or a time where that is none.
#[must_use]
pub fn time_of(judged_by: Metric) -> Metric {
    match judged_by {
        Metric::Throughput => Metric::P99,
        metric => metric,
    }
}

pub(super) fn of(run: &Run<'_>, ended: Option<&Ended>) -> Outcome {
    let evidence = weigh(run);
    Outcome {
        objective: run.plan.objective.to_string(),
        search: run.plan.search,
        seed: run.plan.seed,
        grid: run.points.len(),
        measured: measured(run),
        blocks: run.book.blocks(),
        refused: run.refused.clone(),
        ended_early: ended.map(ToString::to_string),
        results: results(run, &evidence),
        recommendation: recommendation(run, &evidence),
    }
}

fn measured(run: &Run<'_>) -> usize {
    let mut points: Vec<usize> = run.book.entries.iter().map(|entry| entry.point).collect();
    points.sort_unstable();
    points.dedup();
    points.len()
}

fn results(run: &Run<'_>, evidence: &Evidence) -> Vec<PointResult> {
    let time = time_of(run.plan.objective.judged_by());
    let spots: Vec<Option<Spot>> = run
        .book
        .entries
        .iter()
        .map(|entry| spot(run, entry, time))
        .collect();
    let fronts = front(&spots);
    let mut all: Vec<((f64, f64), PointResult)> = run
        .book
        .entries
        .iter()
        .zip(fronts)
        .map(|(entry, front)| {
            let mut result = result(run, entry, front);
            result.recommended = is_recommended(run, evidence, entry);
            (entry.rank(&run.plan.objective), result)
        })
        .collect();
    all.sort_by(|one, other| super::explore::order(one.0, other.0));
    all.into_iter().map(|(_, result)| result).collect()
}

fn is_recommended(run: &Run<'_>, evidence: &Evidence, entry: &Entry) -> bool {
    let is_winner = evidence.winner == Some(entry.point) && run.final_rate == entry.rate;
    is_winner && evidence.ground.is_enough()
}

fn spot(run: &Run<'_>, entry: &Entry, time: Metric) -> Option<Spot> {
    let mean = |metric| entry.mean_with_noise(metric, run.book.spread(metric));
    let (throughput, throughput_noise) = mean(Metric::Throughput)?;
    let (time, time_noise) = mean(time)?;
    Some(Spot {
        // What is delivered beyond the asked rate is a backlog that drains.
        throughput: entry.rate.map_or(throughput, |rate| throughput.min(rate)),
        time,
        throughput_noise,
        time_noise,
    })
}

fn result(run: &Run<'_>, entry: &Entry, front: Front) -> PointResult {
    let mean = |metric| entry.mean_with_noise(metric, run.book.spread(metric));
    let noise = |known: Option<(f64, f64)>| {
        let half = known.map(|(_, half)| half);
        half.filter(|half| half.is_finite()).map(percent)
    };
    let value = |known: Option<(f64, f64)>| known.map(|(value, _)| value);
    let (records, p50) = (mean(Metric::Throughput), mean(Metric::P50));
    let (p99, p99_9) = (mean(Metric::P99), mean(Metric::P999));
    let excess = entry.excess(&run.plan.objective.goals);
    let saturated = entry.blocks.iter().filter(|(_, one)| one.is_saturated());
    let climb = run.climbs.get(entry.point).and_then(Option::as_ref);
    let top = climb.filter(|climb| climb.held.is_some() && climb.held == entry.rate);
    PointResult {
        parameters: parameters(run, entry.point),
        as_it_is: entry.point == run.home,
        rate: entry.rate,
        blocks: entry.blocks.len(),
        records_per_s: value(records),
        records_noise_percent: noise(records),
        p50_ms: value(p50),
        p50_noise_percent: noise(p50),
        p99_ms: value(p99),
        p99_noise_percent: noise(p99),
        p99_9_ms: value(p99_9),
        p99_9_noise_percent: noise(p99_9),
        holds: excess.map(|excess| excess <= 0.0),
        client_saturated: saturated.count() * 2 > entry.blocks.len(),
        front,
        recommended: false,
        problem: entry.problem().map(str::to_owned),
        stopped: top.map(|climb| climb.stopped.sentence()),
    }
}

fn parameters(run: &Run<'_>, point: usize) -> BTreeMap<String, String> {
    run.space.values(&run.points[point]).into_iter().collect()
}

fn recommendation(run: &Run<'_>, evidence: &Evidence) -> Recommendation {
    let metric = run.plan.objective.judged_by();
    let entry = evidence.winner.and_then(|point| run.final_entry(point));
    let goals = &run.plan.objective.goals;
    let held = entry.as_ref().map_or((0, 0), |entry| {
        let holds = entry.blocks.iter().filter(|(_, block)| {
            let excess = block.total_excess(goals, entry.rate);
            excess.is_some_and(|excess| excess <= 0.0)
        });
        (holds.count(), entry.blocks.len())
    });
    let climb = evidence
        .winner
        .and_then(|point| run.climbs.get(point)?.as_ref());
    Recommendation {
        recommended: evidence.ground.is_enough(),
        ground: evidence.ground,
        parameters: evidence
            .winner
            .map(|point| parameters(run, point))
            .unwrap_or_default(),
        rate: run.final_rate,
        metric,
        figure: entry.and_then(|entry| Some(entry.mean(metric)?.0)),
        held,
        stopped: climb.map(|climb| climb.stopped.sentence()),
        mind: evidence
            .winner
            .map(|point| mind(run, point))
            .unwrap_or_default(),
        pairs: evidence
            .against
            .iter()
            .map(|(point, judgement)| pair(run, *point, judgement))
            .collect(),
    }
}

/// Speed is no reason to change a guarantee unnoticed.
fn mind(run: &Run<'_>, point: usize) -> Vec<String> {
    let settings = run.space.settings(&run.points[point]);
    let changed = settings.changed_from(&run.space.base);
    let guarantees = changed.iter().filter(|knob| knob.group == Group::Delivery);
    guarantees
        .map(|knob| {
            let show = |settings: &Settings| knob.show(settings.value(knob.name));
            let (from, to) = (show(&run.space.base), show(&settings));
            format!("{} goes from {from} to {to}: {}", knob.name, knob.trade)
        })
        .collect()
}

fn pair(run: &Run<'_>, point: usize, judgement: &Judgement) -> Pair {
    let estimate = judgement.estimate.as_ref();
    let finite = estimate.filter(|estimate| estimate.half_width().is_finite());
    Pair {
        parameters: parameters(run, point),
        as_it_is: point == run.home,
        verdict: judgement.verdict,
        effect_percent: estimate.map(|estimate| percent(estimate.mean)),
        interval_percent: finite.map(|one| (percent(one.interval.0), percent(one.interval.1))),
        pairs: estimate.map_or(0, |estimate| estimate.pairs),
        pairs_to_decide: judgement.pairs_to_decide,
    }
}
