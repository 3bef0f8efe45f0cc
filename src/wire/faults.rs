//! What may be done to a Produce request, and when: one table, from which the flag, its help and the README are made.

use std::fmt;
use std::time::Duration;

use super::codes;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// Forward the request, drop its answer, cut the connection.
    LoseAcknowledgement,
    /// Answer with an error, and never forward the request.
    FailBeforeAppend,
    /// Forward the request, and answer with an error although it was appended.
    FailAfterAppend,
    /// Cut the connection instead of forwarding the request.
    Cut,
    /// Hold both directions of the connection.
    Stall,
    /// Tell the client to wait, as a quota does.
    Throttle,
}

/// One row of the table of faults.
#[derive(Debug)]
pub struct FaultRow {
    /// What is done.
    pub kind: FaultKind,
    /// Its name on the command line.
    pub name: &'static str,
    /// What stands behind `=`; `None` for nothing.
    pub argument: Option<&'static str>,
    /// What it does, in one sentence.
    pub about: &'static str,
}

/// Every fault.
pub const FAULTS: [FaultRow; 6] = [
    FaultRow {
        kind: FaultKind::LoseAcknowledgement,
        name: "lose-acknowledgement",
        argument: None,
        about: "lets the broker append the batch, drops its answer and cuts the connection",
    },
    FaultRow {
        kind: FaultKind::FailBeforeAppend,
        name: "fail-before-append",
        argument: Some("ERROR"),
        about: "answers with the error; the broker never gets the batch",
    },
    FaultRow {
        kind: FaultKind::FailAfterAppend,
        name: "fail-after-append",
        argument: Some("ERROR"),
        about: "lets the broker append the batch, and answers with the error all the same",
    },
    FaultRow {
        kind: FaultKind::Cut,
        name: "cut",
        argument: None,
        about: "cuts the connection; the broker never gets the batch",
    },
    FaultRow {
        kind: FaultKind::Stall,
        name: "stall",
        argument: Some("TIME"),
        about: "holds the connection in both directions for so long, the batch included",
    },
    FaultRow {
        kind: FaultKind::Throttle,
        name: "throttle",
        argument: Some("TIME"),
        about: "tells the client in the answer to wait for so long, as a broker's quota does",
    },
];

/// When a fault strikes, counted in Produce requests that hold records, over all brokers, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
enum When {
    At(Vec<u64>),
    Every { step: u64, most: Option<u64> },
}

/// What stands behind a fault's `=`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Argument {
    None,
    Error(i16),
    Time(Duration),
}

/// A fault that was asked for: `NAME[=ARGUMENT]@WHEN`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    kind: FaultKind,
    argument: Argument,
    when: When,
    text: String,
}

/// A fault that cannot be understood; each names the offender and a valid choice.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// No such name.
    #[error("there is no fault '{0}': the nearest is {1}")]
    Name(String, &'static str),
    /// Something behind `=` that does not belong there, or nothing.
    #[error("the fault {0} is written as {0}{1}@WHEN")]
    Argument(&'static str, String),
    /// No such error.
    #[error("Kafka has no error '{0}': the nearest is {1}")]
    Code(String, String),
    /// No time.
    #[error("'{0}' is no time from 1ms to 1h: write 500ms or 2s")]
    Time(String),
    /// No time when.
    #[error(
        "when should {0} strike? Write {0}@100 (the 100th Produce request), @100,200 or @every:100, or @every:100:3 (three times at most), not '{1}'"
    )]
    When(String, String),
}

impl std::str::FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let (what, when) = text.split_once('@').unwrap_or((text, ""));
        let (name, argument) = match what.split_once('=') {
            Some((name, argument)) => (name, Some(argument)),
            None => (what, None),
        };
        let row = FAULTS.iter().find(|row| row.name == name);
        let row = row.ok_or_else(|| FaultError::Name(name.to_owned(), nearest(name)))?;
        Ok(Self {
            kind: row.kind,
            argument: row.read(argument)?,
            when: read_when(when)
                .ok_or_else(|| FaultError::When(what.to_owned(), when.to_owned()))?,
            text: text.to_owned(),
        })
    }
}

fn nearest(name: &str) -> &'static str {
    let likeness = |row: &&FaultRow| strsim::jaro_winkler(row.name, name);
    let most = FAULTS
        .iter()
        .max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    most.map_or("", |row| row.name)
}

fn read_when(text: &str) -> Option<When> {
    let number = |text: &str| text.parse().ok().filter(|&number: &u64| number > 0);
    if let Some(rest) = text.strip_prefix("every:") {
        let (step, most) = match rest.split_once(':') {
            Some((step, most)) => (step, Some(number(most)?)),
            None => (rest, None),
        };
        return Some(When::Every {
            step: number(step)?,
            most,
        });
    }
    let numbers: Option<Vec<u64>> = text.split(',').map(number).collect();
    numbers.map(When::At)
}

impl FaultRow {
    /// How it is written, up to the `@`.
    #[must_use]
    pub fn form(&self) -> String {
        let argument = self.argument.map(|word| format!("={word}"));
        format!("{}{}", self.name, argument.unwrap_or_default())
    }

    fn read(&self, text: Option<&str>) -> Result<Argument, FaultError> {
        match (self.argument, text) {
            (None, None) => Ok(Argument::None),
            (Some("ERROR"), Some(text)) => codes::find(text)
                .map(Argument::Error)
                .ok_or_else(|| FaultError::Code(text.to_owned(), codes::nearest(text))),
            (Some(_), Some(text)) => read_time(text).map(Argument::Time),
            (wanted, _) => {
                let form = wanted.map(|word| format!("={word}")).unwrap_or_default();
                Err(FaultError::Argument(self.name, form))
            }
        }
    }
}

fn read_time(text: &str) -> Result<Duration, FaultError> {
    let range = Duration::from_millis(1)..=Duration::from_secs(3600);
    let time = humantime::parse_duration(text).ok();
    time.filter(|time| range.contains(time))
        .ok_or_else(|| FaultError::Time(text.to_owned()))
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A fault that strikes a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Strike {
    /// Its place in the list.
    pub fault: usize,
    pub kind: FaultKind,
    argument: Argument,
}

impl Strike {
    /// The error that it answers with.
    pub(super) fn error(self) -> i16 {
        match self.argument {
            Argument::Error(code) => code,
            _ => -1,
        }
    }

    /// For how long it lasts.
    pub(super) fn time(self) -> Duration {
        match self.argument {
            Argument::Time(time) => time,
            _ => Duration::ZERO,
        }
    }

    /// Whether it needs an answer, which a request with acks=0 does not have.
    fn needs_answer(self) -> bool {
        !matches!(self.kind, FaultKind::Cut | FaultKind::Stall)
    }
}

/// The faults of a running wire, with what became of them.
#[derive(Debug, Default)]
pub(super) struct Plan {
    rows: Vec<Planned>,
    requests: u64,
}

#[derive(Debug)]
struct Planned {
    fault: Fault,
    /// Strikes that hit, or may still.
    fired: u64,
    /// Strikes that hit records in flight.
    hits: u64,
}

impl Plan {
    pub(super) fn new(faults: Vec<Fault>) -> Self {
        let planned = |fault| Planned {
            fault,
            fired: 0,
            hits: 0,
        };
        Self {
            rows: faults.into_iter().map(planned).collect(),
            requests: 0,
        }
    }

    /// Counts a Produce request with records; of several faults that are due, the first strikes.
    pub(super) fn strike(&mut self, acks: i16) -> Option<Strike> {
        self.requests += 1;
        let requests = self.requests;
        let (place, row) = self
            .rows
            .iter_mut()
            .enumerate()
            .find(|(_, row)| row.is_due(requests))?;
        let strike = Strike {
            fault: place,
            kind: row.fault.kind,
            argument: row.fault.argument,
        };
        if acks == 0 && strike.needs_answer() {
            return None;
        }
        row.fired += 1;
        Some(strike)
    }

    /// The strike did what it should, to records in flight.
    pub(super) fn hit(&mut self, strike: Strike) {
        if let Some(row) = self.rows.get_mut(strike.fault) {
            row.hits += 1;
        }
    }

    /// The strike came to nothing: the connection ended before, or the broker refused the batch by itself.
    pub(super) fn missed(&mut self, strike: Strike) {
        if let Some(row) = self.rows.get_mut(strike.fault) {
            row.fired = row.fired.saturating_sub(1);
        }
    }

    /// The fault as it was written.
    pub(super) fn text(&self, strike: Strike) -> String {
        let row = self.rows.get(strike.fault);
        row.map(|row| row.fault.text.clone()).unwrap_or_default()
    }

    /// How often each fault hit.
    pub(super) fn hits(&self) -> Vec<(String, u64)> {
        let pair = |row: &Planned| (row.fault.text.clone(), row.hits);
        self.rows.iter().map(pair).collect()
    }
}

impl Planned {
    fn is_due(&self, request: u64) -> bool {
        match &self.fault.when {
            When::At(numbers) => numbers.contains(&request),
            When::Every { step, most } => {
                request.is_multiple_of(*step) && most.is_none_or(|most| self.fired < most)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> Result<Fault, String> {
        text.parse().map_err(|error: FaultError| error.to_string())
    }

    #[test]
    fn every_row_can_be_asked_for_in_every_way() {
        for row in &FAULTS {
            let what = row
                .form()
                .replace("ERROR", "request_timed_out")
                .replace("TIME", "2s");
            for when in ["5", "5,10", "every:7", "every:7:2"] {
                let text = format!("{what}@{when}");
                assert_eq!(fault(&text).unwrap().to_string(), text);
            }
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_what_would_be_right() {
        for (text, says) in [
            ("lose-acks@5", "lose-acknowledgement"),
            ("cut=3@5", "cut@WHEN"),
            ("stall@5", "stall=TIME@WHEN"),
            ("stall=soon@5", "500ms"),
            ("stall=2h@5", "1h"),
            ("fail-before-append=NOT_LEADER@5", "NOT_LEADER_OR_FOLLOWER"),
            ("cut", "cut@100"),
            ("cut@0", "not '0'"),
            ("cut@every:3:0", "@every:100:3"),
        ] {
            let error = fault(text).unwrap_err();
            assert!(error.contains(says), "{text}: {error}");
        }
    }

    #[test]
    fn faults_strike_when_they_are_due_and_count_only_what_hit() {
        let faults = vec![
            fault("cut@2").unwrap(),
            fault("lose-acknowledgement@every:2:2").unwrap(),
        ];
        let mut plan = Plan::new(faults);
        let struck: Vec<_> = (1..=8)
            .map(|_| plan.strike(1).map(|strike| strike.fault))
            .collect();
        assert_eq!(
            struck,
            [None, Some(0), None, Some(1), None, Some(1), None, None]
        );
        assert_eq!(
            plan.hits(),
            [
                ("cut@2".into(), 0),
                ("lose-acknowledgement@every:2:2".into(), 0)
            ]
        );
    }

    #[test]
    fn a_strike_that_missed_comes_again_and_acks_0_has_no_answer_to_lose() {
        let mut plan = Plan::new(vec![fault("lose-acknowledgement@every:1:1").unwrap()]);
        assert_eq!(plan.strike(0), None);
        let first = plan.strike(1).unwrap();
        assert_eq!(plan.strike(1), None);
        plan.missed(first);
        let second = plan.strike(1).unwrap();
        plan.hit(second);
        assert_eq!(plan.strike(1), None);
        assert_eq!(plan.hits()[0].1, 1);
    }
}
