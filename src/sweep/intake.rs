//! What a lab's block means to a sweep: figures, settings that gave none, or the end.

use std::time::Duration;

use crate::lab::block::{Block, BlockError};

use super::measured::Measured;
use super::search::Ended;

/// So many blocks without an answer in a row are no longer the settings' fault.
const SILENT: usize = 3;

/// Takes blocks in, one after the other.
#[derive(Clone, Copy, Debug, Default)]
pub struct Intake {
    silent: usize,
}

impl Intake {
    /// What came of a block that took so long; an error ends the sweep.
    pub fn take(
        &mut self,
        outcome: Result<Block, BlockError>,
        took: Duration,
    ) -> Result<Measured, Ended> {
        let error = match outcome {
            Ok(block) => {
                self.silent = 0;
                return Ok(Measured::from(&block));
            }
            Err(error) => error,
        };
        let failed = Measured::failed(error.to_string(), took.as_secs_f64());
        match error {
            BlockError::Refused(_) => return Ok(failed),
            BlockError::Ended(_) => return Err(Ended::Broken(error.to_string())),
            BlockError::Stuck(..) | BlockError::Silent(_) => self.silent += 1,
        }
        if self.silent < SILENT {
            return Ok(failed);
        }
        Err(Ended::Broken(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_are_refused_are_a_result_and_lasting_silence_is_the_end() {
        let mut intake = Intake::default();
        let mut take = |error| intake.take(Err(error), Duration::from_secs(2));
        for _ in 0..5 {
            let refused = take(BlockError::Refused("no such codec".into())).unwrap();
            assert_eq!(refused.problem.as_deref(), Some("no such codec"));
        }
        let silent = || BlockError::Silent(Duration::from_secs(1));
        assert!(take(silent()).is_ok() && take(silent()).is_ok());
        assert!(matches!(take(silent()), Err(Ended::Broken(_))));
        assert!(take(BlockError::Ended("it was stopped".into())).is_err());
    }
}
