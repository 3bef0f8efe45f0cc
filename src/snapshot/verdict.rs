//! What a result means for whoever asked: the one rule behind exit codes and reports.

use super::{GoalOutcome, Snapshot};

/// The warning of a client that was too slow for the load.
const SATURATED: &str = "CLIENT SATURATED";

/// What a result means for whoever asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Measured, and every goal was held.
    Fine,
    /// Measured, and the answer is no; the sentence says which goal was missed.
    No(String),
    /// The question cannot be answered by this result; the sentence says why.
    Unmeasured(String),
}

/// Judges a result by its goals.
#[must_use]
pub fn verdict(snapshot: &Snapshot) -> Verdict {
    let result = &snapshot.result;
    if result.delivered == 0 {
        let why = result
            .errors
            .first()
            .map(|error| format!(" ({})", error.code));
        let sentence = format!("no record was delivered{}", why.unwrap_or_default());
        return Verdict::Unmeasured(sentence);
    }
    if let Some(imbalance) = result.audit.iter().flat_map(|it| &it.imbalances).next() {
        return Verdict::Unmeasured(format!("the audit is INVALID: {imbalance}"));
    }
    if result.goals.is_empty() {
        return Verdict::Fine;
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
        return Verdict::Unmeasured(sentence.into());
    }
    let missed = named(GoalOutcome::Missed);
    if !missed.is_empty() {
        return Verdict::No(format!("goal missed: {missed}"));
    }
    let unknown = named(GoalOutcome::Unknown);
    if !unknown.is_empty() {
        let sentence = format!("not enough data for goal {unknown}; measure longer");
        return Verdict::Unmeasured(sentence);
    }
    if !quality.settled {
        let sentence = "the goals cannot be judged: the trial had not settled; measure longer";
        return Verdict::Unmeasured(sentence.into());
    }
    Verdict::Fine
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::{Goal, Notice};

    fn is_unmeasured(snapshot: &Snapshot) -> bool {
        matches!(verdict(snapshot), Verdict::Unmeasured(_))
    }

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
        assert_eq!(verdict(&with(&[])), Verdict::Fine);
        assert_eq!(verdict(&with(&[Held])), Verdict::Fine);
        assert!(matches!(verdict(&with(&[Held, Missed])), Verdict::No(_)));
        assert!(is_unmeasured(&with(&[Held, Unknown])));
    }

    #[test]
    fn what_cannot_be_measured_is_not_judged() {
        let mut saturated = with(&[GoalOutcome::Missed]);
        saturated.result.quality.warnings.push(Notice {
            word: SATURATED.into(),
            text: String::new(),
        });
        assert!(is_unmeasured(&saturated));
        let mut restless = with(&[GoalOutcome::Held]);
        restless.result.quality.settled = false;
        assert!(is_unmeasured(&restless));
        let mut nothing = with(&[]);
        nothing.result.delivered = 0;
        assert!(is_unmeasured(&nothing));
    }
}
