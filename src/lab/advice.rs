//! Sentences computed from readings: where the time goes, and which knob to turn next.

use crate::lab::goal::{Goal, GoalState};
use crate::lab::{LoadState, Reading, TrialReading, TrialState};
use crate::settings::knobs::find;
use crate::settings::units::thousands;
use crate::settings::{Millis, Settings, Value};

mod limits;
mod times;

/// One sentence of advice, with the turn that it proposes.
#[derive(Clone, Debug, PartialEq)]
pub struct Advice {
    /// The sentence, with the figure that it rests on and what to expect.
    pub text: String,
    /// The knob to turn and the value to turn it to.
    pub turn: Option<(&'static str, Value)>,
}

/// How many sentences are told.
const MOST: usize = 3;

/// Every cause that is looked for, the most important first: what spoils the measurement, what loses records, what holds
/// records up, what only costs.
const CAUSES: [fn(&View) -> Option<Advice>; 15] = [
    limits::client_saturated,
    limits::errors,
    limits::sync_sends,
    limits::queue_full,
    limits::throttled,
    times::goal_missed,
    times::one_in_flight,
    times::one_per_partition,
    times::requests_in_line,
    times::linger_dominates,
    times::small_batches,
    limits::useless_compression,
    limits::costly_compression,
    limits::no_compression,
    times::round_trip_dominates,
];

/// What the causes look at: the live trial and the lab around it.
struct View<'a> {
    reading: &'a Reading,
    trial: &'a TrialReading,
    settings: &'a Settings,
    goals: &'a [Goal],
}

/// At most three sentences from the live trial's measured causes, the most important first.
#[must_use]
pub fn advise(reading: &Reading) -> Vec<Advice> {
    advise_for(reading, &[])
}

/// As `advise`; the goals, in the order of the trial's goal states, let it say by how much one is missed.
#[must_use]
pub fn advise_for(reading: &Reading, goals: &[Goal]) -> Vec<Advice> {
    let running = reading.load == LoadState::Running;
    let Some(trial) = reading.live_trial().filter(|_| running) else {
        return Vec::new();
    };
    let view = View {
        reading,
        trial,
        settings: &trial.settings,
        goals,
    };
    let found = CAUSES.iter().filter_map(|cause| cause(&view));
    found.take(MOST).collect()
}

impl View<'_> {
    fn settled(&self) -> bool {
        self.trial.state == TrialState::Settled
    }

    fn number(&self, name: &str) -> f64 {
        self.settings.number(name)
    }

    fn mean(&self) -> Option<f64> {
        self.trial.response.mean.map(|mean| mean.0)
    }

    fn queue(&self) -> Option<f64> {
        self.trial.stages.breakdown.queue.map(|part| part.0)
    }

    fn round_trip(&self) -> Option<f64> {
        self.trial.stages.breakdown.round_trip.map(|part| part.0)
    }

    /// The fixed rate; none at full speed.
    fn rate(&self) -> Option<f64> {
        let rate = self.number("rate");
        (rate.is_finite() && rate > 0.0).then_some(rate)
    }

    /// Whether any goal on a time is missed; without the goals themselves, whether any is.
    fn misses_a_time(&self) -> bool {
        let unnamed = self.goals.is_empty() && self.trial.goals.contains(&GoalState::Missed);
        unnamed || self.missed().any(|goal| goal.latency(self.trial).is_some())
    }

    fn missed(&self) -> impl Iterator<Item = &Goal> {
        let states = self.goals.iter().zip(&self.trial.goals);
        states
            .filter(|(_, state)| **state == GoalState::Missed)
            .map(|(goal, _)| goal)
    }

    /// A turn to a value given as text; none where the row has it already or would not take it.
    fn turn(&self, name: &str, text: &str) -> Option<(&'static str, Value)> {
        let row = find(name)?;
        let value = row.parse(text).ok()?;
        (*self.settings.value(row.name) != value).then_some((row.name, value))
    }

    /// A turn to a number that is easy to read.
    fn turn_to(&self, name: &str, number: f64) -> Option<(&'static str, Value)> {
        let row = find(name)?;
        self.turn(name, &row.text(&Value::Number(row.rounded_to_read(number))))
    }
}

/// The value of a turn as the screen shows it.
fn shown(turn: Option<&(&'static str, Value)>) -> String {
    let row = turn.and_then(|(name, value)| Some((find(name)?, value)));
    row.map_or_else(String::new, |(row, value)| row.show(value))
}

/// A time with two or three digits: `0.42 ms`, `13.8 ms`, `120 ms`, `2.5 s`.
fn ms(time: f64) -> String {
    match time {
        ..1.0 => format!("{time:.2} ms"),
        ..20.0 => format!("{} ms", (time * 10.0).round() / 10.0),
        ..1000.0 => format!("{time:.0} ms"),
        _ => format!("{} s", (time / 100.0).round() / 10.0),
    }
}

/// A number with thousands separated.
fn whole(number: f64) -> String {
    thousands(&format!("{:.0}", number.max(0.0)))
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

fn at_least(time: Option<Millis>, bound: f64) -> Option<f64> {
    time.map(|time| time.0).filter(|time| *time >= bound)
}

#[cfg(test)]
mod tests;
