//! What the counts of a round say about the claim, and what several rounds say together. Pure.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::result::Round;
use super::row::{Arm, Check, Rule, Stopped, Told};
use crate::settings::units::thousands;

/// What became of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The experiment came out as the claim says.
    Reproduced,
    /// It came out otherwise; the reason has the figures.
    Contradicted,
    /// It cannot be decided here; the reason says what it needs.
    NotTestable,
    /// The experiment did not take place as it must: a fault hit nothing, the arms met different ones, or it broke off.
    NotExercised,
}

impl Verdict {
    /// As people read it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Reproduced => "reproduced",
            Self::Contradicted => "contradicted",
            Self::NotTestable => "not testable",
            Self::NotExercised => "not exercised",
        }
    }

    /// Whether the claim was put to the test.
    #[must_use]
    pub fn is_decided(self) -> bool {
        matches!(self, Self::Reproduced | Self::Contradicted)
    }
}

/// Judges one round that took so many seconds.
#[must_use]
pub fn judge(rule: Rule, outcome: Result<Told, Stopped>, took_s: f64) -> Round {
    let told = match outcome {
        Ok(told) => told,
        Err(stopped) => {
            let (verdict, reason) = match stopped {
                Stopped::NotTestable(reason) => (Verdict::NotTestable, reason),
                Stopped::NotExercised(reason) => (Verdict::NotExercised, reason),
                Stopped::Broken(reason) => (
                    Verdict::NotExercised,
                    format!("it could not be measured: {reason}"),
                ),
            };
            return Round::without(verdict, reason, took_s);
        }
    };
    let (verdict, reason) = weigh(rule, &told);
    Round {
        verdict,
        reason,
        control: Some(told.control),
        treatment: Some(told.treatment),
        further: told.further,
        checks: told.checks,
        lesson: told.lesson,
        took_s,
    }
}

fn weigh(rule: Rule, told: &Told) -> (Verdict, String) {
    let (control, treatment) = (&told.control, &told.treatment);
    if control.faults != treatment.faults {
        let reason = format!(
            "the arms met different numbers of faults: {} hit \"{}\", {} hit \"{}\"",
            control.faults, control.name, treatment.faults, treatment.name
        );
        return (Verdict::NotExercised, reason);
    }
    if rule == Rule::Counts && control.faults == 0 {
        let reason = "no fault hit records in flight, so nothing was put to the test";
        return (Verdict::NotExercised, reason.into());
    }
    if let Some(broken) = told.checks.iter().find(|check| !check.holds) {
        return (
            Verdict::Contradicted,
            format!("does not hold: {}", broken.says),
        );
    }
    match rule {
        Rule::Counts => count(control, treatment),
        Rule::Speed | Rule::Checks => (Verdict::Reproduced, sum_up(&told.checks)),
    }
}

fn count(control: &Arm, treatment: &Arm) -> (Verdict, String) {
    let met = match treatment.faults {
        1 => "one fault hit each".to_owned(),
        faults => format!("{faults} faults hit each"),
    };
    let counts = format!(
        "{} with \"{}\", {} with \"{}\"; {met}",
        number(treatment.anomaly),
        treatment.name,
        number(control.anomaly),
        control.name,
    );
    let verdict = if treatment.anomaly > 0 && control.anomaly == 0 {
        Verdict::Reproduced
    } else {
        Verdict::Contradicted
    };
    (verdict, counts)
}

fn number(count: u64) -> String {
    thousands(&count.to_string())
}

/// The checks that held, in one line.
fn sum_up(checks: &[Check]) -> String {
    let says: Vec<&str> = checks.iter().map(|check| check.says.as_str()).collect();
    says.join("; ")
}

/// What several rounds say together. What "can" happen need not happen every time: a counting claim holds where it struck at least
/// once and nothing spoke against it. Any other claim must hold in every round that put it to the test.
#[must_use]
pub fn over_all(rule: Rule, rounds: &[Round]) -> (Verdict, String) {
    let with = |verdict: Verdict| rounds.iter().filter(move |one| one.verdict == verdict);
    let reproduced = with(Verdict::Reproduced).count();
    let decided = rounds.iter().filter(|one| one.verdict.is_decided()).count();
    let Some(last) = rounds.last() else {
        return (Verdict::NotExercised, "no round was run".into());
    };
    if decided == 0 {
        return (last.verdict, last.reason.clone());
    }
    let against =
        with(Verdict::Contradicted).find(|one| rule != Rule::Counts || one.speaks_against());
    let against = against.or_else(|| {
        let struck = reproduced > 0;
        with(Verdict::Contradicted).find(|_| !struck)
    });
    let (verdict, reason) = match (against, with(Verdict::Reproduced).next_back()) {
        (Some(against), _) => (Verdict::Contradicted, &against.reason),
        (None, Some(one)) => (Verdict::Reproduced, &one.reason),
        (None, None) => (last.verdict, &last.reason),
    };
    if rounds.len() == 1 {
        return (verdict, reason.clone());
    }
    let rate = format!("{reproduced} of {decided} rounds came out as the claim says");
    (verdict, format!("{rate}; one of them: {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(control: (u64, u64), treatment: (u64, u64)) -> Told {
        let arm = |name: &str, (anomaly, faults)| Arm::new(name).anomaly(anomaly).faults(faults);
        Told {
            control: arm("with idempotence", control),
            treatment: arm("without", treatment),
            ..Told::default()
        }
    }

    fn counted(control: (u64, u64), treatment: (u64, u64)) -> Round {
        judge(Rule::Counts, Ok(told(control, treatment)), 1.0)
    }

    #[test]
    fn a_counting_claim_needs_the_anomaly_in_the_treatment_alone() {
        let cases = [
            ((0, 3), (441, 3), Verdict::Reproduced),
            ((2, 3), (441, 3), Verdict::Contradicted),
            ((0, 3), (0, 3), Verdict::Contradicted),
            ((2, 3), (0, 3), Verdict::Contradicted),
            ((0, 2), (441, 3), Verdict::NotExercised),
            ((0, 0), (441, 0), Verdict::NotExercised),
        ];
        for (control, treatment, verdict) in cases {
            let round = counted(control, treatment);
            assert_eq!(round.verdict, verdict, "{control:?} {treatment:?}");
        }
        let reason = counted((0, 3), (1_441, 3)).reason;
        assert_eq!(
            reason,
            "1,441 with \"without\", 0 with \"with idempotence\"; 3 faults hit each"
        );
    }

    #[test]
    fn a_check_that_fails_contradicts_under_every_rule_once_the_faults_are_equal() {
        for rule in [Rule::Counts, Rule::Speed, Rule::Checks] {
            let mut one = told((0, 1), (5, 1));
            one.checks.push(Check::new("it is so", true));
            assert_eq!(
                judge(rule, Ok(one.clone()), 1.0).verdict,
                Verdict::Reproduced
            );
            one.checks.push(Check::new("p99 is 3 ms", false));
            let round = judge(rule, Ok(one.clone()), 1.0);
            assert_eq!(round.verdict, Verdict::Contradicted);
            assert!(round.reason.contains("p99 is 3 ms"), "{}", round.reason);
            one.control.faults = 2;
            assert_eq!(
                judge(rule, Ok(one), 1.0).verdict,
                Verdict::NotExercised,
                "{rule:?}"
            );
        }
    }

    #[test]
    fn what_was_stopped_is_never_a_verdict_on_the_claim() {
        for (stopped, verdict) in [
            (Stopped::NotTestable("r".into()), Verdict::NotTestable),
            (Stopped::NotExercised("r".into()), Verdict::NotExercised),
            (Stopped::broken("r"), Verdict::NotExercised),
        ] {
            let round = judge(Rule::Checks, Err(stopped), 1.0);
            assert_eq!((round.verdict, round.control), (verdict, None));
        }
    }

    #[test]
    fn what_can_happen_need_not_happen_every_time_but_a_guarantee_must_hold_every_time() {
        let struck = || counted((0, 1), (9, 1));
        let missed = || counted((0, 1), (0, 1));
        let broken = || counted((1, 1), (9, 1));
        let idle = || counted((0, 0), (0, 0));
        let over = |rounds: &[Round]| over_all(Rule::Counts, rounds);
        assert_eq!(over(&[struck()]), (struck().verdict, struck().reason));
        let (verdict, reason) = over(&[missed(), struck(), missed(), idle()]);
        assert_eq!(verdict, Verdict::Reproduced);
        assert!(reason.starts_with("1 of 3 rounds"), "{reason}");
        assert_eq!(over(&[missed(), missed()]).0, Verdict::Contradicted);
        let (verdict, reason) = over(&[struck(), broken(), struck()]);
        assert_eq!(verdict, Verdict::Contradicted);
        assert!(reason.contains("1 with \"with"), "{reason}");
        assert_eq!(over(&[idle(), idle()]).0, Verdict::NotExercised);
        assert_eq!(over(&[]).0, Verdict::NotExercised);
    }

    #[test]
    fn other_claims_must_hold_in_every_round() {
        let round = |holds| {
            let checks = vec![Check::new("it is so", holds)];
            let told = Told {
                checks,
                ..Told::default()
            };
            judge(Rule::Checks, Ok(told), 1.0)
        };
        let over = |rounds: &[Round]| over_all(Rule::Checks, rounds).0;
        assert_eq!(over(&[round(true), round(true)]), Verdict::Reproduced);
        assert_eq!(over(&[round(true), round(false)]), Verdict::Contradicted);
    }
}
