//! From a result to the exit code.

use crate::snapshot::{GoalOutcome, Snapshot};

use super::output::Outcome;

/// The warning of a client that was too slow for the load.
const SATURATED: &str = "CLIENT SATURATED";

/// The outcome, and for anything but success a sentence that says why.
#[must_use]
pub fn verdict(snapshot: &Snapshot) -> (Outcome, Option<String>) {
    let result = &snapshot.result;
    if result.delivered == 0 {
        let why = result
            .errors
            .first()
            .map(|error| format!(" ({})", error.code));
        let sentence = format!("no record was delivered{}", why.unwrap_or_default());
        return (Outcome::Unmeasured, Some(sentence));
    }
    if result.goals.is_empty() {
        return (Outcome::Fine, None);
    }
    let named = |wanted: GoalOutcome| {
        let goals = result.goals.iter().filter(|goal| goal.outcome == wanted);
        goals
            .map(|goal| goal.goal.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    };
    let quality = &result.quality;
    if quality
        .warnings
        .iter()
        .any(|notice| notice.word == SATURATED)
    {
        let sentence =
            "the goals cannot be judged: the client was saturated; lower the rate, or add senders";
        return (Outcome::Unmeasured, Some(sentence.into()));
    }
    let missed = named(GoalOutcome::Missed);
    if !missed.is_empty() {
        return (Outcome::No, Some(format!("goal missed: {missed}")));
    }
    let unknown = named(GoalOutcome::Unknown);
    if !unknown.is_empty() {
        let sentence = format!("not enough data for goal {unknown}; measure longer");
        return (Outcome::Unmeasured, Some(sentence));
    }
    if !quality.settled {
        let sentence = "the goals cannot be judged: the trial had not settled; measure longer";
        return (Outcome::Unmeasured, Some(sentence.into()));
    }
    (Outcome::Fine, None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::{Goal, Notice};

    fn with(outcomes: &[GoalOutcome]) -> Snapshot {
        let mut snapshot = Snapshot::default();
        snapshot.result.delivered = 10;
        snapshot.result.quality.settled = true;
        let goal = |outcome: &GoalOutcome| Goal {
            goal: "p99<20ms".into(),
            outcome: *outcome,
        };
        snapshot.result.goals = outcomes.iter().map(goal).collect();
        snapshot
    }

    #[test]
    fn goals_decide() {
        use GoalOutcome::{Held, Missed, Unknown};
        assert_eq!(verdict(&with(&[])).0, Outcome::Fine);
        assert_eq!(verdict(&with(&[Held])).0, Outcome::Fine);
        assert_eq!(verdict(&with(&[Held, Missed])).0, Outcome::No);
        assert_eq!(verdict(&with(&[Held, Unknown])).0, Outcome::Unmeasured);
    }

    #[test]
    fn what_cannot_be_measured_is_not_judged() {
        let mut saturated = with(&[GoalOutcome::Missed]);
        saturated.result.quality.warnings.push(Notice {
            word: SATURATED.into(),
            text: String::new(),
        });
        assert_eq!(verdict(&saturated).0, Outcome::Unmeasured);
        let mut restless = with(&[GoalOutcome::Held]);
        restless.result.quality.settled = false;
        assert_eq!(verdict(&restless).0, Outcome::Unmeasured);
        let mut nothing = with(&[]);
        nothing.result.delivered = 0;
        assert_eq!(verdict(&nothing).0, Outcome::Unmeasured);
    }
}
