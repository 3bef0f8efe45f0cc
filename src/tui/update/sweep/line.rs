//! The line that a sweep is asked for with: knobs and values, what is sought, for how long.

use std::time::Duration;

use crate::lab::{Goal, Reading};
use crate::measure::comparison::Metric;
use crate::settings::{Kind, Knob, Settings, Value, knobs};
use crate::sweep::{DraftError, MOST_RATE, Objective, Plan, PlanError, Search, Space, Wish, draft};
use crate::tui::model::{Model, surroundings};
use crate::tui::update::sweep::TIMES;
use crate::tui::widgets::number::grouped;

/// The knob that is proposed where the chosen row is none that can be swept.
const USUAL: &str = "linger.ms";
/// The bound that is proposed where a rate is sought and there is no goal.
const BOUND: &str = "p99<50ms";
/// More values of one knob are not proposed: each costs its blocks.
const VALUES: usize = 5;
/// Pairs for the finalists: the fewest that can decide, and one to spare.
const PAIRS: usize = 7;

/// What a line says, fitted to the time.
pub struct Draft {
    /// The points.
    pub space: Space,
    /// What is going to be done.
    pub plan: Plan,
    /// How many points there are.
    pub points: usize,
    /// How long it may take.
    pub time: Duration,
}

impl Draft {
    /// What it comes to: points, blocks, time.
    #[must_use]
    pub fn about(&self) -> String {
        let blocks = self.plan.blocks(self.points);
        let time = TIMES.whole().mul_f64(number(blocks));
        let how = match self.plan.search {
            Search::Guided => format!("guided, {} of {}", self.plan.points, self.points),
            _ => grouped(self.points as u64),
        };
        format!(
            "{how} points, about {blocks} blocks of {} s, {}:{:02} in all",
            TIMES.block.as_secs(),
            time.as_secs() / 60,
            time.as_secs() % 60
        )
    }
}

#[expect(clippy::cast_precision_loss, reason = "a number of blocks")]
fn number(blocks: usize) -> f64 {
    blocks as f64
}

/// What is proposed: the chosen row over its tuning range, the goals as they are, and the time that takes.
#[must_use]
pub fn proposal(model: &Model, reading: &Reading) -> String {
    let settings = model.settled(reading);
    let chosen = model.knob();
    let seeks = chosen.is_some_and(|knob| knob.name == "rate");
    let mut words = Vec::new();
    if !seeks {
        let chosen = chosen.filter(|knob| !matches!(knob.kind, Kind::Text(_)));
        if let Some(knob) = chosen.or_else(|| knobs::find(USUAL)) {
            words.push(format!("{}={}", knob.name, values(knob, &settings)));
        }
    }
    words.push(objective(&model.goals, &settings, seeks));
    let line = words.join(" ");
    let minutes = (1..20).find(|minutes| read(model, reading, &timed(&line, *minutes)).is_ok());
    timed(&line, minutes.unwrap_or(4).max(4))
}

fn timed(line: &str, minutes: u32) -> String {
    format!("{line} for {minutes}m")
}

fn objective(goals: &[Goal], settings: &Settings, seeks: bool) -> String {
    let named = |goal: &Goal| goal.figure.name().parse::<Metric>().ok();
    let time = goals
        .iter()
        .filter_map(named)
        .find(|metric| *metric != Metric::Throughput);
    let full = settings.number("rate").is_infinite();
    let head = if seeks || full {
        "max throughput".to_owned()
    } else {
        format!("min {}", time.unwrap_or(Metric::P99).name())
    };
    let told: Vec<String> = goals
        .iter()
        .filter(|goal| !goal.figure.is_audited())
        .map(ToString::to_string)
        .collect();
    match (told.is_empty(), seeks && time.is_none()) {
        (true, true) => format!("{head} where {BOUND}"),
        (true, false) => head,
        (false, true) => format!("{head} where {BOUND}, {}", told.join(", ")),
        (false, false) => format!("{head} where {}", told.join(", ")),
    }
}

/// The row's values from end to end of its slider, a few of them, and the one that it has.
fn values(knob: &'static Knob, settings: &Settings) -> String {
    let stops = stops(knob);
    let last = stops.len().saturating_sub(1);
    let few = VALUES.min(stops.len()).max(2) - 1;
    let spread = |at: usize| stops.get(at * last / few);
    let mut chosen: Vec<Value> = match knob.kind {
        Kind::Choice(_) | Kind::Switch => stops.clone(),
        _ => (0..=few).filter_map(spread).cloned().collect(),
    };
    let now = settings.value(knob.name);
    if !chosen.contains(now) {
        chosen.push(now.clone());
    }
    chosen.sort_by(|one, other| knob.place(one).total_cmp(&knob.place(other)));
    chosen.dedup();
    let words: Vec<String> = chosen.iter().map(|value| knob.text(value)).collect();
    words.join(",")
}

/// Every stop of the row's slider.
fn stops(knob: &'static Knob) -> Vec<Value> {
    let mut stops = vec![knob.at_place(0.0)];
    while let Some(last) = stops.last() {
        let next = knob.stepped(last, true, false);
        if next == *last || stops.len() > 64 {
            break;
        }
        stops.push(next);
    }
    stops
}

/// Reads `linger.ms=0,5,20 min p99 where failed=0 for 4m`.
pub fn read(model: &Model, reading: &Reading, line: &str) -> Result<Draft, String> {
    let shape = || "write knobs, what is sought and how long: linger.ms=0,5,20 min p99 for 4m";
    let (what, time) = line.rsplit_once(" for ").ok_or_else(shape)?;
    let time = humantime::parse_duration(time.trim())
        .map_err(|_| format!("{:?} is no time: write 90s or 4m", time.trim()))?;
    let words: Vec<&str> = what.split_whitespace().collect();
    let sought = words.iter().position(|word| matches!(*word, "min" | "max"));
    let (knobs, sought) = words.split_at(sought.ok_or_else(shape)?);
    let knobs: Vec<String> = knobs.iter().map(|word| (*word).to_owned()).collect();
    let objective: Objective = sought.join(" ").parse().map_err(told)?;
    let ceiling = reading.ceiling.map(|rate| rate.0);
    if let Some(most) = ceiling {
        keep_ceiling(&objective, most)?;
    }
    let base = (*model.settled(reading)).clone();
    let space = Space::parse(&knobs, base, surroundings(reading)).map_err(told)?;
    let wish = Wish {
        pairs: Some(PAIRS),
        budget: Some(time),
        ..Wish::default()
    };
    // Drawn by the moment: the model knows no chance.
    let seed = u64::try_from(reading.at.as_nanos()).unwrap_or_default();
    let mut plan =
        draft(&space, objective, &wish, &TIMES, (None, seed)).map_err(|error| refused(&error))?;
    plan.most_rate = Some(ceiling.unwrap_or(MOST_RATE));
    let (points, _) = space.points(plan.search).map_err(told)?;
    Ok(Draft {
        points: points.len(),
        space,
        plan,
        time,
    })
}

fn told(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Nothing passes what was agreed for a cluster that linger did not start.
fn keep_ceiling(objective: &Objective, most: f64) -> Result<(), String> {
    if objective.is_full_speed() {
        return Err(format!(
            "full speed passes the {most:.0}/s agreed here: max throughput where p99<50ms"
        ));
    }
    match objective.rate {
        Some(rate) if rate > most => Err(format!("{rate:.0}/s passes the {most:.0}/s agreed here")),
        _ => Ok(()),
    }
}

/// The refusal in the words of this line, not of the command's flags.
fn refused(error: &DraftError) -> String {
    match error {
        DraftError::Plan(PlanError::Budget { least, .. }) => {
            let seconds = TIMES.whole().mul_f64(number(*least)).as_secs_f64().ceil();
            format!("that takes at least {seconds:.0} s: more time, or fewer values")
        }
        DraftError::Nothing => {
            "name knobs and values (linger.ms=0,5,20), or seek a rate: max throughput where p99<50ms"
                .into()
        }
        DraftError::FullQueue(metric) => {
            format!("{metric} at full speed is a queue's length: min {metric} at 5000/s")
        }
        DraftError::FewRecords { metric, .. } => format!(
            "{metric} needs more records than fall due in {} s: a higher rate, or p50",
            TIMES.block.as_secs()
        ),
        DraftError::Space(_) | DraftError::Audited(_) => error.to_string(),
    }
}
