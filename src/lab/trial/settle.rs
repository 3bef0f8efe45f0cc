//! From when on the figures of a trial count.

use std::sync::Arc;
use std::time::Duration;

use super::Trial;
use crate::lab::machine::Gauge;
use crate::lab::settling::{Least, Start};
use crate::measure::Steadiness;

impl Trial {
    /// Lets figures count once it is `alone` (former trials have drained), `least` is over and its warm-up has ended. Without
    /// any least time no warm-up is looked for: figures count from its start, or from so many records on.
    pub fn settle_if_due(&mut self, now: u64, alone: bool, least: Least) {
        if self.first_attempt == 0 || !alone || self.left.is_some() {
            return;
        }
        let (figures, meter, loaded) = (&self.now, &self.meter, self.loaded);
        let here = || Start::here(now, loaded, figures, meter);
        let start = if least.time > Duration::ZERO {
            self.settling.look(here, loaded, least)
        } else if self.settled.is_some() || figures.accounts.delivered < least.records {
            None
        } else if least.records > 0 {
            Some(here())
        } else {
            self.settled = Some(self.first_attempt);
            self.held = loaded;
            None
        };
        if let Some(start) = start {
            self.settle(start);
        }
    }

    /// How steady it is; `Unasked` where no warm-up is looked for.
    #[must_use]
    pub fn steadiness(&self) -> Steadiness {
        if self.settling.is_idle() && self.settled.is_some() {
            return Steadiness::Unasked;
        }
        self.settling.steadiness()
    }

    /// Whether its figures are those of a trial that has settled.
    #[must_use]
    pub fn is_steady(&self) -> bool {
        let steadiness = self.steadiness();
        self.settled.is_some() && matches!(steadiness, Steadiness::Unasked | Steadiness::Steady)
    }

    fn settle(&mut self, start: Start) {
        self.settled = Some(start.now);
        self.held = self.loaded.saturating_sub(start.loaded);
        self.settled_from = start.figures;
        self.meter = start.meter;
        self.spread.keep_last(self.held);
    }

    /// Lets it read what the machine does, from now on.
    pub fn watch(&mut self, gauge: &Arc<Gauge>) {
        let (machine, hiccups) = gauge.now();
        (self.settled_from.machine, self.settled_from.hiccups) = (machine, hiccups);
        self.gauge = Some(Arc::clone(gauge));
    }
}
