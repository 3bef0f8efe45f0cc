//! What is said on standard error while a comparison runs.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::Duration;

use crate::cli::output::note;
use crate::compare::{Arm, Ask, Phase, Series, number};
use crate::measure::comparison::percent;

/// Says which block runs and how long the rest takes; on a terminal in one line that is rewritten, else a line a pair.
pub struct Teller {
    form: Form,
    written: bool,
    told_floor: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Nothing,
    Lines,
    OneLine,
}

impl Teller {
    /// A quiet one says nothing.
    #[must_use]
    pub fn new(quiet: bool) -> Self {
        let form = match (quiet, io::stderr().is_terminal()) {
            (true, _) => Form::Nothing,
            (false, true) => Form::OneLine,
            (false, false) => Form::Lines,
        };
        Self {
            form,
            written: false,
            told_floor: false,
        }
    }

    /// A block is about to begin.
    pub fn look(&mut self, series: &Series, ask: &Ask) {
        if self.form == Form::Nothing {
            return;
        }
        if ask.phase == Phase::Pairs && !self.told_floor {
            self.told_floor = true;
            self.floor(series);
        }
        let progress = series.progress(ask);
        let left = clock(progress.remaining);
        let (pair, of) = (ask.pair, progress.of);
        let line = match ask.phase {
            Phase::Noise => {
                format!("noise floor, A against A: pair {pair} of {of}, about {left} left")
            }
            Phase::Pairs if self.form == Form::OneLine => {
                format!(
                    "pair {pair} of {of}, now {}, about {left} left",
                    ask.arm.name()
                )
            }
            Phase::Pairs => format!(
                "pair {pair} of {of}, {} first, about {left} left",
                ask.arm.name()
            ),
        };
        if self.form == Form::OneLine {
            let _ = write!(io::stderr(), "\r\x1b[K{line}");
            self.written = true;
        } else if is_first(series, ask) {
            note(&line);
        }
    }

    fn floor(&mut self, series: &Series) {
        let noise = series.noise().and_then(|noise| noise.estimate);
        let (Some(noise), Some(smallest)) = (noise, series.smallest_effect()) else {
            return;
        };
        self.end();
        let margin = series.plan().margin_percent;
        let smallest = percent(smallest);
        let enough = if smallest <= margin {
            String::new()
        } else {
            format!(", which is more than the margin of {} %", number(margin))
        };
        note(&format!(
            "noise floor: A against A varies by {} % between pairs; {} pairs find differences of {} % or more{enough}",
            number(percent(noise.sd)),
            series.wanted(),
            number(smallest)
        ));
    }

    /// Ends the rewritten line.
    pub fn end(&mut self) {
        if std::mem::take(&mut self.written) {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

fn is_first(series: &Series, ask: &Ask) -> bool {
    let half_done = series
        .blocks()
        .last()
        .is_some_and(|last| (last.ask.phase, last.ask.pair) == (ask.phase, ask.pair));
    !half_done
}

/// `1:05`.
fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// Which arm is meant, in a sentence about flags.
#[must_use]
pub fn flag(arm: Arm) -> &'static str {
    match arm {
        Arm::A => "--a",
        Arm::B => "--b",
    }
}
