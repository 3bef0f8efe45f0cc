//! Values for the screen: short, with their unit.

use crate::settings::units::thousands;
use crate::settings::{Kind, Knob, Value};

/// From this count on a limit is none in practice: librdkafka's largest whole number.
const ENDLESS: f64 = 2_147_483_647.0;

impl Knob {
    /// Writes a value for the screen, short and with its unit: `128 KiB`, `20,000/s`, `120 s`.
    #[must_use]
    pub fn show(&self, value: &Value) -> String {
        let number = match value {
            Value::Number(number) => *number,
            Value::Switch(true) => return "on".into(),
            Value::Switch(false) => return "off".into(),
            other => return self.text(other),
        };
        if let (Some(zero), true) = (self.zero, number == 0.0) {
            return zero.into();
        }
        match self.kind {
            Kind::Millis { .. } => millis(number),
            Kind::Bytes { .. } => bytes(number),
            Kind::Rate { .. } => format!("{}/s", grouped(number)),
            Kind::Count { .. } if number >= ENDLESS => "∞".into(),
            _ => grouped(number),
        }
    }

    /// Two digits are enough for an estimate in a sentence.
    #[must_use]
    pub fn rounded_to_read(&self, number: f64) -> f64 {
        if number <= 0.0 {
            return 0.0;
        }
        let grain = 10f64.powf(number.log10().floor() - 1.0);
        let rounded = (number / grain).round() * grain;
        if self.kind.is_whole() {
            rounded.round()
        } else {
            rounded
        }
    }
}

fn millis(number: f64) -> String {
    match number {
        n if n < 1_000.0 => format!("{} ms", trimmed(n)),
        n if n < 3_600_000.0 => format!("{} s", trimmed(n / 1_000.0)),
        n if n < 86_400_000.0 => format!("{} h", trimmed(n / 3_600_000.0)),
        n => format!("{:.1} d", n / 86_400_000.0),
    }
}

/// Binary units where the number is made of them, else decimal ones: 131072 is 128 KiB, 1000000 is 1.0 MB.
fn bytes(number: f64) -> String {
    const BINARY: [(f64, &str); 3] = [
        (1_073_741_824.0, "GiB"),
        (1_048_576.0, "MiB"),
        (1_024.0, "KiB"),
    ];
    const DECIMAL: [(f64, &str); 3] = [(1e9, "GB"), (1e6, "MB"), (1e3, "kB")];
    let is_binary = number % 1_024.0 == 0.0;
    let units = if is_binary { BINARY } else { DECIMAL };
    let fits = units.iter().find(|(size, _)| number >= *size);
    match fits {
        Some((size, unit)) => format!("{} {unit}", scaled(number / size)),
        None => format!("{} B", grouped(number)),
    }
}

/// One decimal below ten (`1.0`), none above where it is whole, at most two otherwise.
fn scaled(number: f64) -> String {
    let text = trimmed(number);
    if number < 10.0 && !text.contains('.') {
        return format!("{text}.0");
    }
    text
}

/// At most two decimals, three for small numbers, without trailing zeros.
fn trimmed(number: f64) -> String {
    let text = if number < 1.0 {
        format!("{number:.3}")
    } else {
        format!("{number:.2}")
    };
    text.trim_end_matches('0').trim_end_matches('.').into()
}

/// Commas between thousands.
pub(super) fn grouped(number: f64) -> String {
    let text = trimmed(number);
    let (whole, fraction) = text
        .split_once('.')
        .map_or((text.as_str(), None), |(a, b)| (a, Some(b)));
    let mut out = thousands(whole);
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}
