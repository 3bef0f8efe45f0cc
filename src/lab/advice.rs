//! Sentences computed from readings: where the time goes, and which knob to turn next.

use crate::settings::Value;

/// One sentence of advice, with the turn that it proposes.
#[derive(Clone, Debug, PartialEq)]
pub struct Advice {
    /// The sentence, with the figure that it rests on and what to expect.
    pub text: String,
    /// The knob to turn and the value to turn it to.
    pub turn: Option<(&'static str, Value)>,
}
