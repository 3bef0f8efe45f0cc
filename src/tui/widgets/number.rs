//! Figures as the screen writes them: few digits, thousands in groups, a true minus sign.

use std::time::Duration;

use crate::settings::Millis;
use crate::settings::units::thousands;

/// A figure as a number of cells: rounded to the nearest, never negative, never above `u16::MAX`.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the range"
)]
pub fn cells(figure: f64) -> u16 {
    figure.round().clamp(0.0, f64::from(u16::MAX)) as u16
}

/// A count as a figure to calculate with.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "for drawing")]
pub fn float(count: u64) -> f64 {
    count as f64
}

/// A figure rounded to a whole count, never negative.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the range"
)]
pub fn whole(figure: f64) -> u64 {
    figure.round().clamp(0.0, 9e18) as u64
}

/// A count with its thousands in groups: `9,210,400`.
#[must_use]
pub fn grouped(count: u64) -> String {
    thousands(&count.to_string())
}

/// A count in at most seven cells: `20,000`, `803,412`, `1.30 M`, `2.1 G`.
#[must_use]
pub fn short(figure: f64) -> String {
    let figure = figure.max(0.0);
    if figure < 9.95 && figure.fract() > 0.05 {
        format!("{figure:.1}")
    } else if figure < 999_999.5 {
        grouped(whole(figure))
    } else if figure < 999.5e6 {
        format!("{} M", significant(figure / 1e6))
    } else {
        format!("{} G", significant(figure / 1e9))
    }
}

/// A count in at most four cells for an axis: `20k`, `1.5k`, `2M`.
#[must_use]
pub fn tiny(figure: f64) -> String {
    let (scaled, unit) = if figure >= 999_500.0 {
        (figure / 1e6, "M")
    } else if figure >= 999.5 {
        (figure / 1e3, "k")
    } else {
        (figure, "")
    };
    if scaled >= 9.95 || (scaled - scaled.round()).abs() < 0.05 {
        format!("{scaled:.0}{unit}")
    } else {
        format!("{scaled:.1}{unit}")
    }
}

/// Three significant digits without needless ones: `0.02`, `3.92`, `11.9`, `412`.
#[must_use]
pub fn significant(figure: f64) -> String {
    let size = figure.abs();
    if size < 9.995 {
        format!("{figure:.2}")
    } else if size < 99.95 {
        format!("{figure:.1}")
    } else {
        format!("{figure:.0}")
    }
}

/// A time in milliseconds for a column of such: `3.92`, `11.9`, `1,204`; from 100 s on with its unit: `120 s`.
#[must_use]
pub fn millis(time: Millis) -> String {
    if time.0 >= 99_999.5 {
        format!("{:.0} s", time.0 / 1000.0)
    } else if time.0 >= 999.5 {
        grouped(whole(time.0))
    } else {
        significant(time.0)
    }
}

/// A time with its unit: `0.3 ms`, `61 ms`, `1.20 s`.
#[must_use]
pub fn time(time: Millis) -> String {
    if time.0 >= 999.5 {
        format!("{} s", significant(time.0 / 1000.0))
    } else {
        format!("{} ms", trimmed(time.0))
    }
}

/// A figure with up to two decimals and without trailing zeros: `5`, `0.5`, `2.25`.
#[must_use]
pub fn trimmed(figure: f64) -> String {
    let text = significant(figure);
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').into()
    } else {
        text
    }
}

/// A size in bytes: `512 B`, `47 KiB`, `1.5 MiB`, `20 GiB`.
#[must_use]
pub fn bytes(size: f64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut scaled = size.max(0.0);
    let mut at = 0;
    while scaled >= 1023.5 && at + 1 < units.len() {
        scaled /= 1024.0;
        at += 1;
    }
    if at == 0 || scaled >= 9.95 || (scaled - scaled.round()).abs() < 0.05 {
        format!("{scaled:.0} {}", units[at])
    } else {
        format!("{scaled:.1} {}", units[at])
    }
}

/// MiB per second without the unit: `19.5`, `9.8`, `0.2`, `1,204`.
#[must_use]
pub fn mib(figure: f64) -> String {
    if figure >= 999.5 {
        grouped(whole(figure))
    } else if figure >= 99.95 {
        format!("{figure:.0}")
    } else {
        format!("{figure:.1}")
    }
}

/// A relative change (0.5 = a half more) with its sign: `+82%`, `−47%`, `0%`; from elevenfold on `×13`.
#[must_use]
pub fn change(relative: f64) -> String {
    let percent = (relative * 100.0).round();
    if !percent.is_finite() {
        "n/a".into()
    } else if percent >= 1000.0 {
        format!("×{:.0}", (relative + 1.0).min(9999.0))
    } else if percent > 0.0 {
        format!("+{percent:.0}%")
    } else if percent < 0.0 {
        format!("−{:.0}%", -percent)
    } else {
        "0%".into()
    }
}

/// A share (0–1) in percent: `37 %`.
#[must_use]
pub fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// A clock: `07:41`, from an hour on `1:02:03`.
#[must_use]
pub fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes:02}:{seconds:02}")
    }
}

/// A length of time in words: `40 s`, `8 min`, `1.5 h`.
#[must_use]
pub fn span(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 90.0 {
        format!("{seconds:.0} s")
    } else if seconds < 5400.0 {
        format!("{:.0} min", seconds / 60.0)
    } else {
        format!("{} h", trimmed(seconds / 3600.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_their_thousands_in_groups() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(20_000), "20,000");
        assert_eq!(grouped(9_210_400), "9,210,400");
        assert_eq!(short(1_300_000.0), "1.30 M");
        assert_eq!(short(999_999.0), "999,999");
        assert_eq!(short(2.5), "2.5");
        assert_eq!(short(-1.0), "0");
        assert_eq!(tiny(20_000.0), "20k");
        assert_eq!(tiny(1_500.0), "1.5k");
    }

    #[test]
    fn times_have_three_digits_that_count() {
        assert_eq!(millis(Millis(3.918)), "3.92");
        assert_eq!(millis(Millis(11.94)), "11.9");
        assert_eq!(millis(Millis(9.999)), "10.0");
        assert_eq!(millis(Millis(412.4)), "412");
        assert_eq!(millis(Millis(1204.0)), "1,204");
        assert_eq!(millis(Millis(120_000.0)), "120 s");
        assert_eq!(time(Millis(5.0)), "5 ms");
        assert_eq!(time(Millis(1200.0)), "1.20 s");
    }

    #[test]
    fn sizes_use_binary_units() {
        assert_eq!(bytes(48_128.0), "47 KiB");
        assert_eq!(bytes(1_572_864.0), "1.5 MiB");
        assert_eq!(bytes(0.0), "0 B");
        assert_eq!(mib(9.77), "9.8");
        assert_eq!(mib(1204.0), "1,204");
    }

    #[test]
    fn changes_carry_their_sign() {
        assert_eq!(change(-0.47), "−47%");
        assert_eq!(change(0.824), "+82%");
        assert_eq!(change(0.001), "0%");
        assert_eq!(change(12.0), "×13");
        assert_eq!(change(f64::INFINITY), "n/a");
    }

    #[test]
    fn clocks_and_spans() {
        assert_eq!(clock(Duration::from_secs(461)), "07:41");
        assert_eq!(clock(Duration::from_secs(3723)), "1:02:03");
        assert_eq!(span(Duration::from_secs(480)), "8 min");
        assert_eq!(span(Duration::from_secs(40)), "40 s");
    }
}
