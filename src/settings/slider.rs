//! Sliders: values moved step by step, and their places on the way from left to right.
//!
//! A row that may be `auto` keeps the left end for it, a row that may be `max` the right end; numbers span the rest.

use crate::settings::{Kind, Knob, Step, Value};

/// The part of a slider that `auto` or `max` takes.
const END: f64 = 0.05;

impl Knob {
    /// The value one step up or down (a long step is about a factor of ten, or to the next end), never outside the tuning range
    /// unless the value is already there.
    #[must_use]
    pub fn stepped(&self, value: &Value, up: bool, long: bool) -> Value {
        let (low, high) = self.tuning;
        match value {
            Value::Choice(word) => self.next_choice(word, up, long),
            Value::Switch(_) => Value::Switch(up),
            Value::Text(_) => value.clone(),
            Value::Auto => {
                if up {
                    Value::Number(low)
                } else {
                    Value::Auto
                }
            }
            Value::Max => {
                if up {
                    Value::Max
                } else {
                    Value::Number(high)
                }
            }
            Value::Number(number) if up && *number >= high => self.past_high(*number),
            Value::Number(number) if !up && *number <= low => self.past_low(*number),
            Value::Number(number) => Value::Number(self.moved(*number, up, long)),
        }
    }

    /// Where a value stands on its slider, 0 (left) to 1 (right), on the slider's own scale.
    #[must_use]
    pub fn place(&self, value: &Value) -> f64 {
        let (left, right) = self.span();
        match value {
            Value::Choice(word) => self.choice_place(word),
            Value::Switch(on) => f64::from(u8::from(*on)),
            Value::Number(number) => left + self.share(*number) * (right - left),
            Value::Max => 1.0,
            Value::Auto | Value::Text(_) => 0.0,
        }
    }

    /// The (round) value at a place on the slider: for the mouse.
    #[must_use]
    pub fn at_place(&self, place: f64) -> Value {
        let place = place.clamp(0.0, 1.0);
        let (left, right) = self.span();
        match self.kind {
            Kind::Choice(choices) => choices
                .iter()
                .min_by(|one, other| {
                    let off = |word: &str| (self.choice_place(word) - place).abs();
                    off(one).total_cmp(&off(other))
                })
                .map_or(Value::Auto, |word| Value::Choice(word)),
            Kind::Switch => Value::Switch(place >= 0.5),
            Kind::Text(_) => Value::Text(String::new()),
            _ if place < left / 2.0 => Value::Auto,
            _ if place > f64::midpoint(right, 1.0) => Value::Max,
            _ => Value::Number(self.round_at(((place - left) / (right - left)).clamp(0.0, 1.0))),
        }
    }

    /// The places (0 to 1) of the stops of a row of choices; empty for numbers.
    #[must_use]
    pub fn stops(&self) -> Vec<f64> {
        match self.kind {
            Kind::Choice(choices) => choices.iter().map(|word| self.choice_place(word)).collect(),
            Kind::Switch => vec![0.0, 1.0],
            _ => Vec::new(),
        }
    }

    /// Where the numbers begin and end on the slider.
    fn span(&self) -> (f64, f64) {
        let left = if self.auto { END } else { 0.0 };
        let right = if self.has_open_end() { 1.0 - END } else { 1.0 };
        (left, right)
    }

    fn has_open_end(&self) -> bool {
        matches!(self.kind, Kind::Rate { open_end: true, .. })
    }

    #[expect(clippy::cast_precision_loss, reason = "a handful of choices")]
    fn choice_place(&self, word: &str) -> f64 {
        let Kind::Choice(choices) = self.kind else {
            return 0.0;
        };
        let at = choices
            .iter()
            .position(|choice| *choice == word)
            .unwrap_or(0);
        at as f64 / (choices.len().max(2) - 1) as f64
    }

    fn next_choice(&self, word: &'static str, up: bool, long: bool) -> Value {
        let Kind::Choice(choices) = self.kind else {
            return Value::Choice(word);
        };
        let last = choices.len().saturating_sub(1);
        let at = choices
            .iter()
            .position(|choice| *choice == word)
            .unwrap_or(0);
        let to = match (up, long) {
            (true, true) => last,
            (true, false) => (at + 1).min(last),
            (false, true) => 0,
            (false, false) => at.saturating_sub(1),
        };
        choices
            .get(to)
            .map_or(Value::Choice(word), |choice| Value::Choice(choice))
    }

    fn past_high(&self, number: f64) -> Value {
        if self.has_open_end() {
            Value::Max
        } else {
            Value::Number(number)
        }
    }

    fn past_low(&self, number: f64) -> Value {
        if self.auto {
            Value::Auto
        } else {
            Value::Number(number)
        }
    }

    /// A step between the ends; from outside the tuning range it leads back to its end.
    fn moved(&self, number: f64, up: bool, long: bool) -> f64 {
        let (low, high) = self.tuning;
        let moved = match self.step {
            Step::Linear(by) => {
                number + by * if long { 10.0 } else { 1.0 } * if up { 1.0 } else { -1.0 }
            }
            Step::Log | Step::Choices => {
                let steps = if long { 3 } else { 1 };
                (0..steps).fold(number, |number, _| self.neighbour(number, up))
            }
        };
        moved.clamp(low, high)
    }

    /// The next stop of the row's own grid: 1-2-5, or powers of two for bytes.
    fn neighbour(&self, number: f64, up: bool) -> f64 {
        let (low, high) = self.tuning;
        let floor = self.floor();
        if up && number < floor {
            return floor.max(low);
        }
        if !up && number <= floor {
            return low;
        }
        let (base, marks): (f64, &[f64]) = match self.kind {
            Kind::Bytes { .. } => (2.0, &[1.0]),
            _ => (10.0, &[1.0, 2.0, 5.0]),
        };
        let power = number.max(floor).log(base).floor();
        let stops = (-1..=1).flat_map(|shift| {
            let unit = base.powf(power + f64::from(shift));
            marks.iter().map(move |mark| tidy(mark * unit))
        });
        // A stop that differs by less than rounding is the number itself.
        let is_same = |stop: f64| (stop - number).abs() <= number * 1e-9;
        let next = if up {
            stops
                .filter(|stop| *stop > number && !is_same(*stop))
                .min_by(f64::total_cmp)
        } else {
            stops
                .filter(|stop| *stop < number && !is_same(*stop))
                .max_by(f64::total_cmp)
        };
        next.unwrap_or(number).clamp(low, high)
    }

    /// The least number above zero that a logarithmic slider tells apart.
    fn floor(&self) -> f64 {
        let least: f64 = match self.kind {
            Kind::Millis { whole: false, .. } | Kind::Rate { .. } => 0.1,
            Kind::Bytes { .. } => 1024.0,
            _ => 1.0,
        };
        if self.tuning.0 > 0.0 {
            self.tuning.0
        } else {
            least
        }
    }

    /// How far along the tuning range a number stands, 0 to 1; zero has its own stop left of the logarithmic part.
    fn share(&self, number: f64) -> f64 {
        let (low, high) = self.tuning;
        let number = number.clamp(low, high);
        if matches!(self.step, Step::Linear(_)) {
            return (number - low) / (high - low);
        }
        let floor = self.floor();
        let start = if low > 0.0 { 0.0 } else { END };
        if number < floor {
            return start * number / floor;
        }
        start + (1.0 - start) * (number / floor).ln() / (high / floor).ln()
    }

    /// The round number at a share of the tuning range.
    fn round_at(&self, share: f64) -> f64 {
        let (low, high) = self.tuning;
        if let Step::Linear(by) = self.step {
            return (((share * (high - low)) / by).round() * by + low).clamp(low, high);
        }
        let floor = self.floor();
        let start = if low > 0.0 { 0.0 } else { END };
        if start > 0.0 && share < start {
            return if share < start / 2.0 { 0.0 } else { floor };
        }
        let exact = floor * (high / floor).powf((share - start) / (1.0 - start));
        self.rounded(exact).clamp(low, high)
    }

    /// Rounds to two digits, to quarters of an octave for bytes, and to whole numbers where the row wants them.
    fn rounded(&self, number: f64) -> f64 {
        let grain = match self.kind {
            Kind::Bytes { .. } => (number.log2().floor() - 2.0).exp2(),
            _ => 10f64.powf(number.log10().floor() - 1.0),
        };
        let grain = if self.kind.is_whole() {
            grain.max(1.0)
        } else {
            grain
        };
        let grain = match self.kind {
            Kind::Bytes { unit: 1024, .. } => grain.max(1024.0),
            _ => grain,
        };
        tidy((number / grain).round() * grain)
    }
}

/// Takes the dust of binary fractions off: 0.30000000000000004 becomes 0.3.
fn tidy(number: f64) -> f64 {
    format!("{number:.6}").parse().unwrap_or(number)
}

#[cfg(test)]
mod tests;
