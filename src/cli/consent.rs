//! What load on a real cluster needs before it starts: a person's yes, a ceiling and a byte budget.

use crate::cluster::topics;
use crate::load::Rate;
use crate::settings::{Bytes, PerSecond, Settings, Source, Value};

/// The rate on a cluster that linger did not start, unless another is asked for.
pub const FIRST_RATE: f64 = 1_000.0;
/// The ceiling that is agreed silently.
pub const CEILING: f64 = 10_000.0;
/// The byte budget on such a cluster: 20 GiB.
pub const BUDGET: u64 = 20 << 30;

/// Whether the rate was typed in this command, with the peak of its shape where that has one.
#[must_use]
pub fn was_typed(settings: &Settings) -> bool {
    let typed = |name| *settings.source(name) == Source::Flag;
    let own_peak = !Rate::from(settings).is_steady() && *settings.value("rate.peak") != Value::Auto;
    typed("rate") && (typed("rate.peak") || !own_peak)
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wish<'a> {
    /// The topic.
    pub topic: &'a str,
    /// The rate in records per second; infinite is full speed.
    pub rate: f64,
    /// Whether that rate was typed in this command.
    pub explicit: bool,
    /// Whether `--yes` was typed.
    pub yes: bool,
}

/// What is agreed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreed {
    /// Records per second that are never passed; none at full speed.
    pub ceiling: Option<PerSecond>,
    /// Bytes after which load stops.
    pub budget: Bytes,
}

/// Why load is not agreed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// The topic belongs to someone else.
    #[error(
        "topic {0:?} is not linger's own (its topics begin with linger-); nothing was sent: add --yes to write to it all the same"
    )]
    Topic(String),
    /// Nobody agreed to load on this cluster.
    #[error(
        "linger did not start this cluster; nothing was sent: agree to load with --throughput N (records per second) or --yes"
    )]
    Unasked,
    /// The rate was not typed and is above the ceiling.
    #[error(
        "{0}/s is above the ceiling of 10000/s for this cluster and was not asked for in this command; nothing was sent: add --throughput {0}"
    )]
    Ceiling(String),
}

/// What is agreed on a cluster that linger did not start.
pub fn agree(wish: &Wish<'_>) -> Result<Agreed, Refusal> {
    if !topics::is_ours(wish.topic) && !wish.yes {
        return Err(Refusal::Topic(wish.topic.into()));
    }
    if !wish.explicit && !wish.yes {
        return Err(Refusal::Unasked);
    }
    if !wish.explicit && wish.rate > CEILING {
        let word = if wish.rate.is_finite() {
            wish.rate.to_string()
        } else {
            "-1".into()
        };
        return Err(Refusal::Ceiling(word));
    }
    let ceiling = wish
        .rate
        .is_finite()
        .then_some(PerSecond(wish.rate.max(CEILING)));
    Ok(Agreed {
        ceiling,
        budget: Bytes(BUDGET),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const WISH: Wish<'_> = Wish {
        topic: "linger-bench",
        rate: FIRST_RATE,
        explicit: false,
        yes: false,
    };

    #[test]
    fn a_peak_from_elsewhere_is_not_agreed_to_by_typing_the_rate() {
        let set = |rows: &[(&str, &str, Source)]| {
            let mut settings = Settings::default();
            for (name, text, source) in rows {
                settings.set(name, text, source.clone()).unwrap();
            }
            was_typed(&settings)
        };
        let rate = ("rate", "5000", Source::Flag);
        let burst = ("rate.shape", "burst", Source::Profile("p".into()));
        let peak = |source| ("rate.peak", "1000000", source);
        assert!(set(std::slice::from_ref(&rate)));
        assert!(set(&[rate.clone(), burst.clone()]));
        assert!(set(&[rate.clone(), burst.clone(), peak(Source::Flag)]));
        assert!(!set(&[rate, burst, peak(Source::Profile("p".into()))]));
    }

    #[test]
    fn nothing_starts_without_a_yes() {
        assert_eq!(agree(&WISH), Err(Refusal::Unasked));
        assert!(agree(&Wish { yes: true, ..WISH }).is_ok());
        assert!(
            agree(&Wish {
                explicit: true,
                ..WISH
            })
            .is_ok()
        );
    }

    #[test]
    fn another_topic_needs_its_own_yes() {
        let other = Wish {
            topic: "orders",
            explicit: true,
            ..WISH
        };
        assert_eq!(agree(&other), Err(Refusal::Topic("orders".into())));
        assert!(agree(&Wish { yes: true, ..other }).is_ok());
    }

    #[test]
    fn the_ceiling_is_only_passed_when_asked_for() {
        let fast = Wish {
            rate: 50_000.0,
            yes: true,
            ..WISH
        };
        assert!(
            agree(&fast)
                .unwrap_err()
                .to_string()
                .ends_with("--throughput 50000")
        );
        let asked = agree(&Wish {
            explicit: true,
            ..fast
        })
        .unwrap();
        assert_eq!(asked.ceiling, Some(PerSecond(50_000.0)));
        let slow = agree(&Wish {
            explicit: true,
            ..WISH
        })
        .unwrap();
        assert_eq!(slow.ceiling, Some(PerSecond(CEILING)));
        assert_eq!(slow.budget, Bytes(20 * 1024 * 1024 * 1024));
    }

    #[test]
    fn full_speed_is_its_own_yes() {
        let full = Wish {
            rate: f64::INFINITY,
            yes: true,
            ..WISH
        };
        assert!(agree(&full).is_err());
        assert_eq!(
            agree(&Wish {
                explicit: true,
                ..full
            })
            .unwrap()
            .ceiling,
            None
        );
    }
}
