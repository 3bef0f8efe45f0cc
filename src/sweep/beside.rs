//! How points lie on a chart: throughput against time where there is something to trade, else beside each other.

use crate::measure::comparison::Metric;
use crate::settings::{Knob, knobs};

use super::outcome::Outcome;

/// Throughputs closer than this factor all follow the same offered rate, and there is nothing to trade.
pub const ONE_RATE: f64 = 1.1;

/// Points side by side: over the values of the one knob that is swept, else best first.
#[derive(Clone)]
pub struct Beside {
    /// The knob; none where there are several.
    pub knob: Option<&'static Knob>,
    /// Its values in the order of its slider, as text; empty without one knob.
    pub values: Vec<String>,
    /// The place of each result, from 0.
    pub places: Vec<usize>,
}

impl Outcome {
    /// Whether throughputs differ so much that they are held against times; at one and the same asked rate there is nothing to trade.
    #[must_use]
    pub fn trades(&self) -> bool {
        let mut asked = self.results.iter().map(|one| one.rate);
        let first = asked.next().flatten();
        if first.is_some() && asked.all(|rate| rate == first) {
            return false;
        }
        let time = self.time();
        let with_time = self
            .results
            .iter()
            .filter(|one| one.figure(time).0.is_some());
        let rates = with_time.filter_map(|one| one.figure(Metric::Throughput).0);
        let (least, most) = rates.fold((f64::INFINITY, 0.0_f64), |(least, most), rate| {
            (least.min(rate), most.max(rate))
        });
        most > least * ONE_RATE
    }

    /// The points beside each other.
    #[must_use]
    pub fn beside(&self) -> Beside {
        let names = self.results.first().map(|one| &one.parameters);
        let only = names.filter(|names| names.len() == 1);
        let knob = only
            .and_then(|names| names.keys().next())
            .and_then(|name| knobs::find(name));
        let Some(knob) = knob else {
            return Beside {
                knob: None,
                values: Vec::new(),
                places: (0..self.results.len()).collect(),
            };
        };
        let text = |at: usize| self.results[at].parameters.get(knob.name).cloned();
        let mut values: Vec<String> = (0..self.results.len()).filter_map(text).collect();
        let place = |text: &String| knob.parse(text).map_or(0.0, |value| knob.place(&value));
        values.sort_by(|one, other| place(one).total_cmp(&place(other)).then(one.cmp(other)));
        values.dedup();
        let of = |at: usize| {
            let own = text(at);
            let mut all = values.iter();
            all.position(|value| Some(value) == own.as_ref())
                .unwrap_or(0)
        };
        Beside {
            knob: Some(knob),
            places: (0..self.results.len()).map(of).collect(),
            values,
        }
    }
}
