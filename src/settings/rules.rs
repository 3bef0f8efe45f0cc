//! Rules between knobs: what librdkafka would refuse, and what cannot pay off.

use crate::settings::{Settings, Surroundings, Value};

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Java would refuse, or it cannot pay off: shown, never in the way.
    Caution,
    /// librdkafka would refuse: nothing is opened.
    Refuse,
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

/// All rules that these settings break, the gravest first.
#[must_use]
pub fn check(settings: &Settings, surroundings: &Surroundings) -> Vec<Finding> {
    let _ = (settings, surroundings);
    Vec::new()
}
