//! What a recommendation rests on: the finalists in pairs, and the grounds on which it is given or refused.

use serde::{Deserialize, Serialize};

use crate::measure::comparison::{Judgement, Limits, Metric, Verdict, judge, ratio_of};

use super::book::Entry;
use super::search::Run;

/// On which grounds a point is recommended, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// It is better than the settings as they are, by more than the noise and the margin.
    Better,
    /// It holds the goals in every block, the settings as they are in none.
    OnlyItHolds,
    /// It is the only point, and it holds the goals.
    Alone,
    /// The settings as they are were the best.
    AsItIs,
    /// No point holds the goals.
    NoneHolds,
    /// The difference to the settings as they are is smaller than the margin.
    NoDifference,
    /// The difference to the settings as they are cannot be told from noise.
    Noise,
    /// The sweep ended before the finalists were held against each other.
    Unfinished,
    /// What was swept is no choice of the application.
    NoChoice,
}

impl Ground {
    /// Whether the point is recommended.
    #[must_use]
    pub fn is_enough(self) -> bool {
        matches!(self, Self::Better | Self::OnlyItHolds | Self::Alone)
    }

    /// The answer to a script: whether the sweep found what it looked for; none where it could not be measured to the end.
    #[must_use]
    pub fn outcome(self) -> Option<bool> {
        match self {
            Self::Unfinished => None,
            // There was nothing to recommend, and that was plain before.
            Self::NoChoice => Some(true),
            ground => Some(ground.is_enough()),
        }
    }
}

/// The winner among the finalists, held against the others.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// The ground.
    pub ground: Ground,
    /// The number of the point.
    pub winner: Option<usize>,
    /// Against each other finalist: its number, and the judgement with the winner as B.
    pub against: Vec<(usize, Judgement)>,
}

/// Weighs what the finalists showed.
pub(super) fn weigh(run: &Run<'_>) -> Evidence {
    let objective = &run.plan.objective;
    let entries: Vec<(usize, Entry)> = run
        .finalists
        .iter()
        .filter_map(|point| Some((*point, run.final_entry(*point)?)))
        .collect();
    let metric = objective.judged_by();
    // At one and the same rate the rank is by goals and the judged figure.
    let rank = |entry: &Entry| {
        let excess = entry.excess(&objective.goals).unwrap_or(f64::INFINITY);
        let value = entry.mean(metric).map_or(f64::INFINITY, |(value, _)| value);
        let better = if metric.is_higher_better() {
            -value
        } else {
            value
        };
        (excess, better)
    };
    let best = entries
        .iter()
        .min_by(|one, other| super::explore::order(rank(&one.1), rank(&other.1)));
    let none = |ground| Evidence {
        ground,
        winner: None,
        against: Vec::new(),
    };
    let Some((winner, entry)) = best else {
        let explored = run.ranked().is_empty() && run.book.blocks() > 0;
        return none(if explored {
            Ground::NoneHolds
        } else {
            Ground::Unfinished
        });
    };
    let against: Vec<(usize, Judgement)> = entries
        .iter()
        .filter(|(point, _)| point != winner)
        .map(|(point, other)| (*point, held_against(run, other, entry, metric)))
        .collect();
    let ground = ground(run, *winner, entry, &entries, &against);
    Evidence {
        ground,
        winner: Some(*winner),
        against,
    }
}

fn ground(
    run: &Run<'_>,
    winner: usize,
    entry: &Entry,
    entries: &[(usize, Entry)],
    against: &[(usize, Judgement)],
) -> Ground {
    if entry.blocks.len() < run.plan.pairs {
        return Ground::Unfinished;
    }
    let goals = &run.plan.objective.goals;
    let holds = |entry: &Entry| entry.excess(goals).is_some_and(|excess| excess <= 0.0);
    if !holds(entry) {
        return Ground::NoneHolds;
    }
    if run.space.no_choice().is_some() {
        return Ground::NoChoice;
    }
    if run.points.len() == 1 {
        return Ground::Alone;
    }
    if winner == run.home {
        return Ground::AsItIs;
    }
    let home = entries.iter().find(|(point, _)| *point == run.home);
    let always = |entry: &Entry, wanted: bool| {
        let mut blocks = entry.blocks.iter();
        blocks.all(|(_, block)| {
            let excess = block.total_excess(goals, entry.rate);
            excess.is_some_and(|excess| (excess <= 0.0) == wanted)
        })
    };
    let enough = entry.blocks.len() >= crate::measure::comparison::FEWEST_PAIRS;
    if enough && home.is_some_and(|(_, home)| always(entry, true) && always(home, false)) {
        return Ground::OnlyItHolds;
    }
    let judged = against.iter().find(|(point, _)| *point == run.home);
    match judged.map(|(_, judgement)| judgement.verdict) {
        Some(Verdict::BBetter) => Ground::Better,
        Some(Verdict::NoDifference) => Ground::NoDifference,
        _ => Ground::Noise,
    }
}

/// Judges the winner (B) against another (A), round by round.
fn held_against(run: &Run<'_>, a: &Entry, b: &Entry, metric: Metric) -> Judgement {
    let mut bound = (false, false);
    let mut ratios = Vec::new();
    for (job, block) in &b.blocks {
        let mut others = a.blocks.iter();
        let other = others.find(|(other, _)| other.round == job.round);
        let figures = other.and_then(|(_, one)| Some((one.figure(metric)?, block.figure(metric)?)));
        if let Some(((one, one_bound), (two, two_bound))) = figures {
            bound = (bound.0 || one_bound, bound.1 || two_bound);
            ratios.push((two / one).ln());
        }
    }
    let margin = run.plan.margin.unwrap_or_else(|| metric.usual_margin());
    let limits = Limits {
        margin: ratio_of(margin),
        higher_is_better: metric.is_higher_better(),
        a_is_bound: bound.0,
        b_is_bound: bound.1,
    };
    judge(&ratios, &limits, run.plan.seed)
}
