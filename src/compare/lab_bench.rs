//! Blocks on one running lab: two settings.

use std::time::{Duration, Instant};

use crate::lab::{Block, Blocks};
use crate::settings::Settings;

use super::{Arm, Bench, Figures};

/// Two settings on one running lab.
pub struct LabBench {
    blocks: Blocks,
    a: Settings,
    b: Settings,
    warmup: Duration,
    measure: Duration,
    since: Instant,
}

impl LabBench {
    /// Measures these settings on this lab, each block for so long after so much load that does not count.
    #[must_use]
    pub fn new(
        blocks: Blocks,
        (a, b): (Settings, Settings),
        warmup: Duration,
        measure: Duration,
    ) -> Self {
        Self {
            blocks,
            a,
            b,
            warmup,
            measure,
            since: Instant::now(),
        }
    }

    /// The lab, to be finished.
    #[must_use]
    pub fn into_blocks(self) -> Blocks {
        self.blocks
    }
}

impl Bench for LabBench {
    async fn block(&mut self, arm: Arm) -> Result<Figures, String> {
        let settings = match arm {
            Arm::A => &self.a,
            Arm::B => &self.b,
        };
        let block: Result<Block, _> = self.blocks.run(settings, self.warmup, self.measure).await;
        block
            .map(|block| Figures::from(&block))
            .map_err(|error| error.to_string())
    }

    fn elapsed(&self) -> Duration {
        self.since.elapsed()
    }

    fn restart(&mut self) {
        self.since = Instant::now();
    }
}
