//! The highest rate that holds the goals: doubling up to the first miss, then halving the gap.

use serde::{Deserialize, Serialize};

/// Rates nearer than this factor are not told apart.
const FINE: f64 = 1.1;
/// A rate below this is no load.
const LEAST: f64 = 10.0;

/// Why the search for the highest rate stopped where it did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Stopped {
    /// At a higher rate a goal was missed.
    Goal {
        /// The rate at which it was.
        rate: f64,
        /// The goal.
        goal: String,
        /// Its figure there.
        figure: f64,
    },
    /// At a higher rate fewer records were delivered than asked for.
    Behind {
        /// The rate.
        rate: f64,
        /// Records delivered per second.
        delivered: f64,
        /// Whether the client was the bottleneck: then this machine was measured.
        client: bool,
    },
    /// At a higher rate there were no figures.
    Problem {
        /// The rate.
        rate: f64,
        /// Why.
        reason: String,
    },
    /// No higher rate may be tried.
    Ceiling {
        /// The rate.
        rate: f64,
    },
}

impl Stopped {
    /// One sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Goal { rate, goal, figure } => {
                format!("at {rate:.0}/s {goal} was missed: it was {figure:.3}")
            }
            Self::Behind {
                rate,
                delivered,
                client,
            } => {
                let whose = if *client {
                    "; the client was saturated, so this is the limit of this machine, not of the cluster"
                } else {
                    ""
                };
                format!("of {rate:.0}/s only {delivered:.0}/s were delivered{whose}")
            }
            Self::Problem { rate, reason } => format!("at {rate:.0}/s: {reason}"),
            Self::Ceiling { rate } => {
                format!(
                    "{rate:.0}/s is the highest rate that may be tried (--most-rate, or the agreed ceiling)"
                )
            }
        }
    }
}

/// What a climb found.
#[derive(Clone, Debug, PartialEq)]
pub struct Climb {
    /// The highest rate that held; none where none did.
    pub held: Option<f64>,
    /// The last rate that was tried and did not hold, or the ceiling.
    pub stopped: Stopped,
}

/// Where a climb begins and ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Way {
    /// The first rate.
    pub start: f64,
    /// The highest that may be tried.
    pub most: Option<f64>,
    /// Whether a miss at the first rate ends it: the best so far holds that rate.
    pub is_challenge: bool,
}

/// Looks for the highest rate; `probe` measures one and says why it does not hold, if so.
pub fn climb<E>(
    way: Way,
    mut probe: impl FnMut(f64) -> Result<Option<Stopped>, E>,
) -> Result<Climb, E> {
    let most = way.most.unwrap_or(f64::INFINITY);
    let mut rate = way.start.min(most);
    let mut held: Option<f64> = None;
    let mut missed: Option<(f64, Stopped)> = None;
    loop {
        match probe(rate)? {
            None if rate >= most => {
                let stopped = Stopped::Ceiling { rate };
                return Ok(Climb {
                    held: Some(rate),
                    stopped,
                });
            }
            None => held = Some(rate),
            Some(stopped) => missed = Some((rate, stopped)),
        }
        rate = match (held, &missed) {
            (Some(held), None) => round(held * 2.0).min(most),
            (None, Some((rate, stopped))) if way.is_challenge || *rate <= LEAST => {
                return Ok(Climb {
                    held: None,
                    stopped: stopped.clone(),
                });
            }
            (None, Some((rate, _))) => round(rate / 2.0).max(LEAST),
            (Some(low), Some((high, stopped))) => {
                let middle = round((low * high).sqrt());
                if *high <= low * FINE || middle <= low || middle >= *high {
                    return Ok(Climb {
                        held: Some(low),
                        stopped: stopped.clone(),
                    });
                }
                middle
            }
            (None, None) => rate,
        };
    }
}

/// Two significant digits: rates that people can read.
pub(super) fn round(rate: f64) -> f64 {
    let grain = 10f64.powf(rate.log10().floor() - 1.0);
    (rate / grain).round() * grain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn climb_to(limit: f64, way: Way) -> (Climb, usize) {
        let mut tries = 0;
        let climb = climb(way, |rate| {
            tries += 1;
            let missed = Stopped::Goal {
                rate,
                goal: "p99<20ms".into(),
                figure: 31.0,
            };
            Ok::<_, ()>((rate > limit).then_some(missed))
        });
        (climb.unwrap(), tries)
    }

    const WAY: Way = Way {
        start: 1000.0,
        most: None,
        is_challenge: false,
    };

    #[test]
    fn the_highest_rate_is_found_from_below_and_above() {
        for limit in [15.0, 130.0, 900.0, 1000.0, 1001.0, 47_000.0, 3e6] {
            let (climb, tries) = climb_to(limit, WAY);
            let held = climb.held.unwrap();
            assert!(held <= limit && held * 1.25 >= limit, "{limit}: {held}");
            assert!(tries <= 20, "{limit}: {tries}");
            assert!(climb.stopped.sentence().contains("p99<20ms was missed"));
        }
    }

    #[test]
    fn a_ceiling_is_never_passed_and_no_rate_at_all_is_said() {
        let capped = Way {
            most: Some(5000.0),
            ..WAY
        };
        let (climb, _) = climb_to(1e9, capped);
        assert_eq!(
            (climb.held, climb.stopped),
            (Some(5000.0), Stopped::Ceiling { rate: 5000.0 })
        );
        assert_eq!(climb_to(5.0, WAY).0.held, None);
    }

    #[test]
    fn a_challenge_ends_at_the_first_miss() {
        let way = Way {
            is_challenge: true,
            ..WAY
        };
        let (climb, tries) = climb_to(900.0, way);
        assert_eq!((climb.held, tries), (None, 1));
        assert!(climb_to(3000.0, way).0.held.unwrap() > 2700.0);
    }
}
