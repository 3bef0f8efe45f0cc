//! What came of scenarios: a round, the rounds of one scenario, and the object that `scenario run --json` prints.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

use super::row::{Arm, Check, Figure, Rule, Scenario};
use super::verdict::{Verdict, over_all};
use crate::settings::native;

/// The version of the object's form; it rises when a reader of the old form would go wrong.
const SCHEMA_VERSION: u32 = 1;

/// One round of one scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Round {
    /// What became of the claim.
    pub verdict: Verdict,
    /// Why, with the figures.
    pub reason: String,
    /// The control, where it ran.
    pub control: Option<Arm>,
    /// The treatment, where it ran.
    pub treatment: Option<Arm>,
    /// Further arms, which do not decide.
    pub further: Vec<Arm>,
    /// What had to hold.
    pub checks: Vec<Check>,
    /// What to take home.
    pub lesson: String,
    /// How long it took, in seconds.
    pub took_s: f64,
}

impl Round {
    /// A round that came to no counts.
    #[must_use]
    pub fn without(verdict: Verdict, reason: String, took_s: f64) -> Self {
        Self {
            verdict,
            reason,
            control: None,
            treatment: None,
            further: Vec::new(),
            checks: Vec::new(),
            lesson: String::new(),
            took_s,
        }
    }

    /// Whether it says more than that the anomaly did not strike: the control has it too, or a check fails.
    #[must_use]
    pub fn speaks_against(&self) -> bool {
        let in_control = self.control.as_ref().is_some_and(|arm| arm.anomaly > 0);
        in_control || self.checks.iter().any(|check| !check.holds)
    }
}

/// What came of one scenario in all its rounds.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Judged {
    /// What became of the claim.
    pub verdict: Verdict,
    /// The claim.
    pub claim: String,
    /// How it is judged.
    pub rule: Rule,
    /// Why the verdict is that, with the figures.
    pub reason: String,
    /// How many rounds were run.
    pub rounds: usize,
    /// In how many of them the claim was reproduced.
    pub reproduced: usize,
    /// The control over all rounds: counts are added up, measures are means.
    pub control: Option<Arm>,
    /// The treatment over all rounds.
    pub treatment: Option<Arm>,
    /// Further arms over all rounds; they do not decide.
    pub further: Vec<Arm>,
    /// What had to hold, of the last round.
    pub checks: Vec<Check>,
    /// What to take home.
    pub lesson: String,
    /// Where librdkafka differs from the claim, which comes from Java's client; empty where it does not.
    pub differs: String,
    /// Which client was put to the test, with its version.
    pub client: String,
    /// Every round.
    pub runs: Vec<Round>,
}

impl Judged {
    /// What these rounds of a scenario say.
    #[must_use]
    pub fn of(scenario: &Scenario, runs: Vec<Round>) -> Self {
        let (verdict, reason) = over_all(scenario.rule, &runs);
        let arms = |of: fn(&Round) -> Option<&Arm>| added_up(runs.iter().filter_map(of));
        let names: Vec<&str> = runs
            .last()
            .map(|last| last.further.iter().map(|arm| arm.name.as_str()).collect())
            .unwrap_or_default();
        let named = |name: &&str| {
            let further = runs.iter().flat_map(|run| &run.further);
            added_up(further.filter(|arm| arm.name == *name))
        };
        let told = runs.iter().rfind(|run| !run.lesson.is_empty());
        Self {
            verdict,
            claim: scenario.claim.into(),
            rule: scenario.rule,
            reason,
            rounds: runs.len(),
            reproduced: runs
                .iter()
                .filter(|run| run.verdict == Verdict::Reproduced)
                .count(),
            control: arms(|run| run.control.as_ref()),
            treatment: arms(|run| run.treatment.as_ref()),
            further: names.iter().filter_map(named).collect(),
            checks: runs
                .last()
                .map(|run| run.checks.clone())
                .unwrap_or_default(),
            lesson: told.map(|run| run.lesson.clone()).unwrap_or_default(),
            differs: scenario.differs.into(),
            client: format!("librdkafka {}", native::version()),
            runs,
        }
    }
}

/// The same arm over several rounds: counts are added up, measures are means.
fn added_up<'a>(arms: impl Iterator<Item = &'a Arm>) -> Option<Arm> {
    let mut sum: Option<Arm> = None;
    let mut measures: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for arm in arms {
        let sum = sum.get_or_insert_with(|| Arm::new(arm.name.clone()));
        sum.anomaly += arm.anomaly;
        sum.faults += arm.faults;
        for note in &arm.notes {
            if !sum.notes.contains(note) {
                sum.notes.push(note.clone());
            }
        }
        for (name, figure) in &arm.counts {
            match (figure, sum.counts.get_mut(name)) {
                (Figure::Count(more), Some(Figure::Count(count))) => *count += more,
                (Figure::Count(_), _) => {
                    sum.counts.insert(name.clone(), *figure);
                }
                (Figure::Measure(measure), _) => {
                    measures.entry(name.clone()).or_default().push(*measure);
                }
            }
        }
    }
    let mut sum = sum?;
    #[expect(clippy::cast_precision_loss, reason = "a number of rounds")]
    let mean = |all: &[f64]| all.iter().sum::<f64>() / all.len() as f64;
    let means = measures
        .into_iter()
        .map(|(name, all)| (name, Figure::Measure(mean(&all))));
    sum.counts.extend(means);
    Some(sum)
}

/// What `scenario run --json` prints: every scenario with its verdict. `null` means that it is not known.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Report {
    /// The version of this form.
    pub schema_version: u32,
    /// The version of linger that ran them.
    pub linger_version: String,
    /// The version of the linked librdkafka.
    pub librdkafka_version: String,
    /// The brokers' version, as far as they tell it; none without a real cluster.
    pub broker_version: Option<String>,
    /// Where scenarios that need a real cluster ran.
    pub cluster: String,
    /// When they were begun: RFC 3339, UTC.
    pub started_at: String,
    /// Why not all of them were run, where that is so.
    pub ended_early: Option<String>,
    /// By id, in the order in which they ran.
    #[serde(serialize_with = "as_map")]
    #[schemars(with = "BTreeMap<String, Judged>")]
    pub scenarios: Vec<(String, Judged)>,
}

fn as_map<S: Serializer>(pairs: &[(String, Judged)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().map(|(id, judged)| (id, judged)))
}

impl Report {
    /// A report of these scenarios on this cluster.
    #[must_use]
    pub fn new(
        cluster: String,
        broker_version: Option<String>,
        started_at: String,
        scenarios: Vec<(String, Judged)>,
    ) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            linger_version: env!("CARGO_PKG_VERSION").into(),
            librdkafka_version: native::version(),
            broker_version,
            cluster,
            started_at,
            ended_early: None,
            scenarios,
        }
    }

    /// The JSON Schema (draft 2020-12) of this form.
    #[must_use]
    pub fn json_schema() -> serde_json::Value {
        schemars::schema_for!(Self).to_value()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_rounds_counts_add_up_and_measures_are_means() {
        let arm = |lost: u64, p99: f64| {
            Arm::new("acks=0")
                .with("lost", lost)
                .with("p99 ms", p99)
                .anomaly(lost)
                .faults(3)
                .note("a note")
        };
        let arms = [arm(10, 1.0), arm(5, 2.0)];
        let sum = added_up(arms.iter()).unwrap();
        assert_eq!(sum.counts["lost"], Figure::Count(15));
        assert_eq!(sum.counts["p99 ms"], Figure::Measure(1.5));
        assert_eq!((sum.anomaly, sum.faults), (15, 6));
        assert_eq!(sum.notes, ["a note"]);
        assert_eq!(added_up(std::iter::empty()), None);
    }
}
