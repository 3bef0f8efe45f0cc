//! Numbers as people read them; one place, so that a figure looks the same wherever it is printed.

use crate::measure::Latencies;
use crate::settings::Millis;
use crate::settings::units::thousands;

/// A count with thousands separated: `9,210,118`.
#[must_use]
pub fn count(number: u64) -> String {
    thousands(&number.to_string())
}

/// A count with its thing: `1 broker`, `3 brokers`.
#[must_use]
pub fn things(number: u64, thing: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{} {thing}{ending}", count(number))
}

/// A moment as RFC 3339 writes it, to the second: `2026-11-21T14:46:11Z`.
#[must_use]
pub fn second(moment: &str) -> String {
    match moment.split_once('.') {
        Some((whole, fraction)) if fraction.ends_with('Z') => format!("{whole}Z"),
        _ => moment.to_owned(),
    }
}

/// A number with three significant digits, thousands separated: `0.104`, `3.92`, `61.0`, `1,204`.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to be a count below 2^53"
)]
pub fn three(number: f64) -> String {
    let size = number.abs();
    if !number.is_finite() {
        return "n/a".into();
    }
    let decimals = match size {
        size if (99.95..9.0e15).contains(&size) => {
            let whole = count(size.round() as u64);
            return if number < 0.0 {
                format!("-{whole}")
            } else {
                whole
            };
        }
        size if size >= 9.995 => 1,
        size if size >= 0.9995 => 2,
        _ => 3,
    };
    format!("{number:.decimals$}")
}

/// A time in milliseconds without its unit, or `n/a`.
#[must_use]
pub fn millis(time: Option<Millis>) -> String {
    time.map_or_else(|| "n/a".into(), |Millis(number)| three(number))
}

/// A percentile in milliseconds as `millis` writes it, with `≥` where it is only a lower bound.
#[must_use]
pub fn bounded(time: Option<Millis>, of: &Latencies) -> String {
    at_least(time, time.is_some_and(|time| of.is_at_least(time)))
}

/// The mean in milliseconds, with `≥` where failed records make it a lower bound.
#[must_use]
pub fn mean(of: &Latencies) -> String {
    at_least(of.mean, of.mean.is_some() && of.mean_is_at_least())
}

fn at_least(time: Option<Millis>, is_bound: bool) -> String {
    format!("{}{}", if is_bound { "≥" } else { "" }, millis(time))
}

/// A number with three significant digits, or `n/a`.
#[must_use]
pub fn maybe(number: Option<f64>) -> String {
    number.map_or_else(|| "n/a".into(), three)
}

/// A size with a binary unit: `512 B`, `8.10 KiB`.
#[must_use]
pub fn bytes(number: f64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut rest = number;
    let mut unit = 0;
    while rest >= 1024.0 && unit + 1 < units.len() {
        rest /= 1024.0;
        unit += 1;
    }
    let text = if unit == 0 {
        format!("{rest:.0}")
    } else {
        three(rest)
    };
    format!("{text} {}", units.get(unit).copied().unwrap_or("B"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_000), "1,000");
        assert_eq!(count(9_210_118), "9,210,118");
    }

    #[test]
    fn moments_and_things_read_well() {
        assert_eq!(
            second("2026-11-21T14:46:11.256642429Z"),
            "2026-11-21T14:46:11Z"
        );
        assert_eq!(second("2026-11-21T14:46:11Z"), "2026-11-21T14:46:11Z");
        assert_eq!(
            (things(1, "broker"), things(3, "broker")),
            ("1 broker".into(), "3 brokers".into())
        );
    }

    #[test]
    fn three_digits_count() {
        let cases = [
            (0.0, "0.000"),
            (0.1043, "0.104"),
            (3.917, "3.92"),
            (9.996, "10.0"),
            (99.96, "100"),
            (1204.4, "1,204"),
            (-1204.4, "-1,204"),
            (f64::NAN, "n/a"),
        ];
        for (number, text) in cases {
            assert_eq!(three(number), text);
        }
    }

    #[test]
    fn what_failed_records_bound_from_below_says_so() {
        let times = Latencies {
            mean: Some(Millis(12.0)),
            p50: Some(Millis(10.0)),
            p99: Some(Millis(120.0)),
            at_least_from: Some(Millis(100.0)),
            ..Latencies::default()
        };
        assert_eq!(bounded(times.p50, &times), "10.0");
        assert_eq!(bounded(times.p99, &times), "≥120");
        assert_eq!(bounded(None, &times), "n/a");
        assert_eq!(mean(&times), "≥12.0");
    }

    #[test]
    fn sizes_have_units() {
        assert_eq!(bytes(512.0), "512 B");
        assert_eq!(bytes(8294.4), "8.10 KiB");
        assert_eq!(bytes(1_048_576.0), "1.00 MiB");
    }
}
