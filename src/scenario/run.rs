//! Running scenarios: in which order, one round after the other, and who hears of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use super::ground::Ground;
use super::journal::Line;
use super::result::Round;
use super::row::{Scenario, Stopped};
use super::stage::Stage;
use super::verdict::judge;
use crate::lab::Reading;

/// What happens in a round, for whoever looks.
#[derive(Debug)]
pub enum News<'a> {
    /// What is being done, in a few words.
    Says(&'a str),
    /// A reading of an arm's load, ten a second.
    Reads {
        /// Which arm.
        arm: &'a str,
        /// The reading.
        reading: &'a Arc<Reading>,
    },
}

/// Who looks at a round, and may end it.
#[derive(Clone)]
pub struct Watch {
    /// Hears the news, on the thread of the round.
    pub hear: Arc<dyn Fn(&News<'_>) + Send + Sync>,
    /// Set to end the round as soon as it can.
    pub stop: Arc<AtomicBool>,
}

impl Default for Watch {
    /// Nobody looks, and nobody ends it.
    fn default() -> Self {
        Self {
            hear: Arc::new(|_| {}),
            stop: Arc::default(),
        }
    }
}

impl Watch {
    /// Whether the round is to end.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// One round of one scenario that is to be run.
#[derive(Clone, Copy)]
pub struct Step {
    /// The scenario.
    pub scenario: &'static Scenario,
    /// The how manieth round of it, from 1.
    pub round: u32,
}

/// What is still to be run, in its order: every scenario once, then every one again, so that what changes on the machine meanwhile
/// spreads over all of them. What is done stays out.
#[must_use]
pub fn steps(scenarios: &[&'static Scenario], repeat: u32, done: &[Line]) -> Vec<Step> {
    let is_done = |step: &Step| {
        done.iter()
            .any(|line| line.id == step.scenario.id && line.round == step.round)
    };
    (1..=repeat)
        .flat_map(|round| {
            scenarios
                .iter()
                .map(move |&scenario| Step { scenario, round })
        })
        .filter(|step| !is_done(step))
        .collect()
}

/// Runs one round and judges it. Blocks; leaves no topic, no fault and no stopped broker behind.
#[must_use]
pub fn round(scenario: &'static Scenario, ground: &Ground, watch: &Watch) -> Round {
    if let Some(reason) = ground.lacks(scenario) {
        return judge(scenario.rule, Err(Stopped::NotTestable(reason)), 0.0);
    }
    let begun = Instant::now();
    let stage = Stage::new(scenario, ground.clone(), watch.clone());
    let told = (scenario.run)(&stage);
    stage.clear();
    judge(scenario.rule, told, begun.elapsed().as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::super::row::{Needs, Rule, Told};
    use super::super::verdict::Verdict;
    use super::*;

    const fn row(id: &'static str) -> Scenario {
        Scenario {
            id,
            claim: "c",
            needs: Needs::Nothing,
            control: "c",
            treatment: "t",
            counted: "n",
            rule: Rule::Checks,
            differs: "",
            run: |_| Ok(Told::default()),
        }
    }

    static ONE: Scenario = row("X1");
    static TWO: Scenario = row("X2");

    #[test]
    fn every_scenario_has_its_turn_before_any_is_repeated_and_what_is_done_stays_out() {
        let line = |id: &str, round| Line {
            id: id.into(),
            round,
            result: Round::without(Verdict::NotExercised, String::new(), 0.0),
        };
        let names = |steps: Vec<Step>| -> Vec<(&str, u32)> {
            steps
                .iter()
                .map(|step| (step.scenario.id, step.round))
                .collect()
        };
        let all = steps(&[&ONE, &TWO], 2, &[]);
        assert_eq!(names(all), [("X1", 1), ("X2", 1), ("X1", 2), ("X2", 2)]);
        let rest = steps(&[&ONE, &TWO], 2, &[line("X1", 1), line("X2", 2)]);
        assert_eq!(names(rest), [("X2", 1), ("X1", 2)]);
    }

    #[test]
    fn a_round_that_needs_no_cluster_runs_without_one() {
        let round = round(&ONE, &Ground::default(), &Watch::default());
        assert_eq!(round.verdict, Verdict::Reproduced);
    }
}
