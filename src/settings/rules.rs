//! Rules between knobs: what librdkafka would refuse, and what cannot pay off.

use crate::settings::{Settings, Surroundings, Value, find};

mod caution;
mod refuse;
mod transactions;

pub use refuse::MOST_IN_FLIGHT;

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Java would refuse, or it cannot pay off: shown, never in the way.
    Caution,
    /// librdkafka would refuse: nothing is opened.
    Refuse,
}

/// Who notices when a rule is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judge {
    /// librdkafka, when the producer is created.
    Creation,
    /// Nobody until records are sent, or nobody at all.
    Later,
}

/// One row of the table of rules.
pub struct Rule {
    /// A short name that stays the same.
    pub id: &'static str,
    /// How grave it is to break it.
    pub severity: Severity,
    /// Who notices.
    pub judge: Judge,
    /// The knobs that it is about.
    pub knobs: &'static [&'static str],
    /// The rule in one sentence, for lists.
    pub about: &'static str,
    /// Says how these settings break it, if they do.
    check: fn(&Case) -> Option<Broken>,
}

/// What a rule looks at.
struct Case<'a> {
    settings: &'a Settings,
    around: &'a Surroundings,
    turned: Option<&'a str>,
}

/// How a rule is broken, and what mends it.
struct Broken {
    sentence: String,
    mend: Option<Mend>,
}

/// A rule that settings break.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The rule's id.
    pub rule: &'static str,
    /// How grave it is.
    pub severity: Severity,
    /// The knobs that it is about; it is shown beside the one that was turned.
    pub knobs: &'static [&'static str],
    /// The sentence that the person reads.
    pub sentence: String,
    /// The smallest mend: the values to set, and what that costs in words.
    pub mend: Option<Mend>,
}

/// The smallest change that satisfies a rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Mend {
    /// Knobs and values.
    pub set: Vec<(&'static str, Value)>,
    /// What it does and costs: `idempotence off (retries may duplicate, reorder)`.
    pub text: String,
}

impl Mend {
    /// The mend as flags for the command line: `--set max.in.flight=5`.
    #[must_use]
    pub fn flags(&self) -> String {
        let flag = |(name, value): &(&'static str, Value)| {
            let text = find(name).map(|row| row.text(value)).unwrap_or_default();
            format!("--set {name}={text}")
        };
        self.set.iter().map(flag).collect::<Vec<_>>().join(" ")
    }
}

/// All rules, refusals first.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    refuse::RULES.iter().chain(caution::RULES)
}

/// All rules that these settings break, the gravest first. Of two knobs in conflict, the mend changes the one that was set by the
/// weaker source.
#[must_use]
pub fn check(settings: &Settings, surroundings: &Surroundings) -> Vec<Finding> {
    check_turned(settings, surroundings, None)
}

/// As `check`, after a person turned a knob: the mends change the other knobs, so that the wish is kept.
#[must_use]
pub fn check_turned(
    settings: &Settings,
    surroundings: &Surroundings,
    turned: Option<&str>,
) -> Vec<Finding> {
    let case = Case {
        settings,
        around: surroundings,
        turned,
    };
    let find = |rule: &Rule| {
        (rule.check)(&case).map(|broken| Finding {
            rule: rule.id,
            severity: rule.severity,
            knobs: rule.knobs,
            sentence: broken.sentence,
            mend: broken.mend,
        })
    };
    let mut found: Vec<Finding> = rules().filter_map(find).collect();
    found.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    found
}

impl Case<'_> {
    fn number(&self, name: &str) -> f64 {
        self.settings.number(name)
    }

    /// The value of a row as the screen shows it.
    fn shown(&self, name: &str) -> String {
        show(name, self.settings.value(name))
    }

    /// Whether of two knobs in conflict the first is the wish, so that the second is the one to mend.
    fn wants(&self, first: &str, second: &str) -> bool {
        match self.turned {
            Some(turned) if turned == first => true,
            Some(turned) if turned == second => false,
            _ => self.settings.source(first) > self.settings.source(second),
        }
    }
}

impl Broken {
    fn new(sentence: impl Into<String>) -> Self {
        Self {
            sentence: sentence.into(),
            mend: None,
        }
    }

    fn mend(mut self, set: Vec<(&'static str, Value)>, text: impl Into<String>) -> Self {
        self.mend = Some(Mend {
            set,
            text: text.into(),
        });
        self
    }

    /// A mend that sets one knob, in the words `batch.size 128 KiB (cost)`.
    fn set(self, name: &'static str, number: f64, cost: &str) -> Self {
        let value = Value::Number(number);
        let text = format!("{name} {}{cost}", show(name, &value));
        self.mend(vec![(name, value)], text)
    }
}

/// A value as the screen shows it.
fn show(name: &str, value: &Value) -> String {
    find(name).map(|row| row.show(value)).unwrap_or_default()
}

/// A number of a row, rounded for reading, as the screen shows it.
fn about(name: &str, number: f64) -> String {
    find(name)
        .map(|row| row.show(&Value::Number(row.rounded_to_read(number))))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
