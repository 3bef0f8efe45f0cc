//! How much of the past the charts show.

use std::time::Duration;

/// What the time charts span.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeWindow {
    /// The whole run.
    #[default]
    Whole,
    /// The last so much.
    Last(Duration),
}

impl TimeWindow {
    /// The windows that `+` and `−` step through, in seconds.
    pub const STEPS: [u64; 9] = [15, 30, 60, 120, 240, 480, 900, 1800, 3600];

    /// The next longer window; after the longest comes the whole run.
    #[must_use]
    pub fn longer(self) -> Self {
        match self {
            Self::Whole => Self::Whole,
            Self::Last(span) => Self::STEPS
                .into_iter()
                .map(Duration::from_secs)
                .find(|step| *step > span)
                .map_or(Self::Whole, Self::Last),
        }
    }

    /// The next shorter window; `run` is how long the run is, which the whole run counts as.
    #[must_use]
    pub fn shorter(self, run: Duration) -> Self {
        let span = match self {
            Self::Whole => run,
            Self::Last(span) => span,
        };
        let shortest = Duration::from_secs(Self::STEPS[0]);
        let below = Self::STEPS
            .into_iter()
            .rev()
            .map(Duration::from_secs)
            .find(|step| *step < span);
        Self::Last(below.unwrap_or(shortest))
    }
}
