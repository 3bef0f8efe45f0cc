//! Where the records of a trial are, and where their time goes.

use super::{Trial, count};
use crate::lab::figures::Figures;
use crate::measure::{Counts, Stages};
use crate::settings::{Bytes, Millis};

impl Trial {
    pub(super) fn stages(&self, figures: &Figures) -> Stages {
        let mean = |counts: &Counts| counts.mean().map(|micros| Millis(micros / 1000.0));
        let delivered = count(figures.accounts.delivered).max(1.0);
        let record_bytes = if figures.accounts.delivered == 0 {
            self.workload.mean_record_bytes()
        } else {
            count(figures.accounts.delivered_bytes) / delivered
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the table bounds batch.size"
        )]
        let batch_size = Bytes(self.settings.number("batch.size") as u64);
        self.meter.stages(
            mean(&figures.response),
            mean(&figures.send),
            batch_size,
            record_bytes,
        )
    }
}
