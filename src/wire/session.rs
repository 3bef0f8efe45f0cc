//! One connection, without its sockets: a frame in, frames out and what was seen.
//!
//! A broker answers the requests of one connection in their order, so one queue of expected answers says what each answer is.
//! A Produce request with acks=0 has none. An answer that the wire makes up waits in the same queue for its turn.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::edit::{self, Change, Doors};
use super::faults::{FaultKind, Strike};
use super::frame::{self, Head};
use super::made;
use super::produce::{self, Request};
use super::schema::{self, API_VERSIONS, PRODUCE};
use super::seen::{Desk, Produced};

/// What comes out of a session.
#[derive(Debug)]
pub(super) enum Out {
    /// A frame for the broker.
    Broker(Vec<u8>),
    /// A frame for the client; with what it answers, for a Produce request, and for a made-up answer the time when the request came.
    Client(Vec<u8>, Option<Box<Produced>>, Option<Instant>),
    /// A Produce request that has no answer, or whose answer was lost.
    Seen(Box<Produced>),
    /// Both directions are to be held for so long.
    Stall(Duration),
    /// The connection is to be cut, once what went before has left.
    Cut,
}

/// An answer that is expected.
#[derive(Debug)]
enum Expected {
    FromBroker(Asked),
    Made(Vec<u8>, Box<Produced>),
}

/// What was asked.
#[derive(Debug)]
struct Asked {
    /// `None` for what is no request of Kafka's.
    head: Option<Head>,
    produced: Option<Box<Produced>>,
    strike: Option<Strike>,
}

/// One connection.
#[derive(Debug)]
pub(super) struct Session {
    broker: String,
    started: Instant,
    expected: VecDeque<Expected>,
    /// A fault has cut it: nothing passes any more.
    over: bool,
}

impl Session {
    pub(super) fn new(broker: String, started: Instant) -> Self {
        Self {
            broker,
            started,
            expected: VecDeque::new(),
            over: false,
        }
    }

    /// Takes a frame from the client.
    pub(super) fn request(&mut self, bytes: Vec<u8>, now: Instant, desk: &mut Desk) -> Vec<Out> {
        if self.over {
            return Vec::new();
        }
        let head = frame::head(&bytes);
        if let Some(head) = head.filter(|head| head.key == PRODUCE) {
            if let Ok(request) = produce::read(&bytes, head) {
                return self.produce(bytes, &request, head, now, desk);
            }
            desk.undecoded(Some(PRODUCE));
            if produce::acks_at_least(&bytes, head) == Some(0) {
                return vec![Out::Broker(bytes)];
            }
        }
        self.expect(head, None, None);
        vec![Out::Broker(bytes)]
    }

    fn expect(
        &mut self,
        head: Option<Head>,
        produced: Option<Box<Produced>>,
        strike: Option<Strike>,
    ) {
        self.expected.push_back(Expected::FromBroker(Asked {
            head,
            produced,
            strike,
        }));
    }

    fn produce(
        &mut self,
        bytes: Vec<u8>,
        request: &Request,
        head: Head,
        now: Instant,
        desk: &mut Desk,
    ) -> Vec<Out> {
        let mut produced = self.seen(request, head, bytes.len(), now, desk);
        let holds_records = produced.records() > 0;
        let strike = holds_records
            .then(|| desk.plan.strike(request.acks))
            .flatten();
        produced.fault = strike.map(|strike| desk.plan.text(strike));
        match strike.map(|strike| (strike, strike.kind)) {
            Some((strike, FaultKind::Cut)) => {
                desk.plan.hit(strike);
                self.over = true;
                vec![Out::Seen(produced), Out::Cut]
            }
            Some((strike, FaultKind::FailBeforeAppend)) => {
                self.refuse(bytes, request, head, produced, strike, desk)
            }
            Some((strike, FaultKind::Stall)) => {
                desk.plan.hit(strike);
                let mut out = vec![Out::Stall(strike.time())];
                out.extend(self.forward(bytes, head, produced, None));
                out
            }
            _ => self.forward(bytes, head, produced, strike),
        }
    }

    fn forward(
        &mut self,
        bytes: Vec<u8>,
        head: Head,
        produced: Box<Produced>,
        strike: Option<Strike>,
    ) -> Vec<Out> {
        if produced.acks == 0 {
            return vec![Out::Broker(bytes), Out::Seen(produced)];
        }
        self.expect(Some(head), Some(produced), strike);
        vec![Out::Broker(bytes)]
    }

    /// Answers in the broker's stead, in turn.
    fn refuse(
        &mut self,
        bytes: Vec<u8>,
        request: &Request,
        head: Head,
        mut produced: Box<Produced>,
        strike: Strike,
        desk: &mut Desk,
    ) -> Vec<Out> {
        let Some(answer) = made::refusal(request, head, strike.error()) else {
            desk.plan.missed(strike);
            produced.fault = None;
            return self.forward(bytes, head, produced, None);
        };
        desk.plan.hit(strike);
        produced.told(strike.error());
        self.expected.push_back(Expected::Made(answer, produced));
        self.made()
    }

    /// The made-up answers whose turn has come.
    fn made(&mut self) -> Vec<Out> {
        let mut out = Vec::new();
        while matches!(self.expected.front(), Some(Expected::Made(..))) {
            if let Some(Expected::Made(bytes, produced)) = self.expected.pop_front() {
                let asked = produced.arrived;
                out.push(Out::Client(bytes, Some(produced), Some(asked)));
            }
        }
        out
    }

    fn seen(
        &self,
        request: &Request,
        head: Head,
        bytes: usize,
        now: Instant,
        desk: &mut Desk,
    ) -> Box<Produced> {
        Box::new(Produced {
            at_ms: millis(now.saturating_duration_since(self.started)),
            broker: self.broker.clone(),
            client_id: request.client_id.clone(),
            version: head.version,
            acks: request.acks,
            timeout_ms: request.timeout_ms,
            transactional_id: request.transactional_id.clone(),
            bytes,
            in_flight: if request.acks == 0 {
                0
            } else {
                self.in_flight() + 1
            },
            batches: desk.batches(request),
            fault: None,
            answered_ms: None,
            arrived: now,
        })
    }

    fn in_flight(&self) -> usize {
        let produces = |expected: &&Expected| match expected {
            Expected::FromBroker(asked) => asked.produced.is_some(),
            Expected::Made(..) => true,
        };
        self.expected.iter().filter(produces).count()
    }

    /// Takes a frame from the broker.
    pub(super) fn answer(&mut self, bytes: Vec<u8>, desk: &mut Desk, doors: Doors<'_>) -> Vec<Out> {
        if self.over {
            return Vec::new();
        }
        // Made-up answers never stand in front: they are told as soon as it is their turn.
        let mut out = if let Some(Expected::FromBroker(asked)) = self.expected.pop_front() {
            self.answered(bytes, asked, desk, doors)
        } else {
            desk.undecoded(None);
            vec![Out::Client(bytes, None, None)]
        };
        if !self.over {
            out.extend(self.made());
        }
        out
    }

    fn answered(
        &mut self,
        mut bytes: Vec<u8>,
        asked: Asked,
        desk: &mut Desk,
        doors: Doors<'_>,
    ) -> Vec<Out> {
        let looked = look(&mut bytes, &asked, doors);
        let key = asked.head.map(|head| head.key);
        let Asked {
            produced, strike, ..
        } = asked;
        let answer = match looked {
            Some(Ok(answer)) => answer,
            other => {
                if matches!(other, Some(Err(_))) {
                    desk.undecoded(key);
                }
                if let Some(strike) = strike {
                    desk.plan.missed(strike);
                }
                return vec![Out::Client(bytes, produced, None)];
            }
        };
        desk.learn(answer.topics);
        let Some(mut produced) = produced else {
            return vec![Out::Client(bytes, None, None)];
        };
        let appended = fill(&mut produced, &answer.outcomes, strike, desk);
        self.struck(
            bytes,
            produced,
            strike.map(|strike| (strike, appended)),
            desk,
        )
    }

    /// Hands a Produce request's answer on, unless a fault forbids it.
    fn struck(
        &mut self,
        bytes: Vec<u8>,
        mut produced: Box<Produced>,
        strike: Option<(Strike, bool)>,
        desk: &mut Desk,
    ) -> Vec<Out> {
        match strike {
            Some((strike, true)) => {
                desk.plan.hit(strike);
                if strike.kind == FaultKind::LoseAcknowledgement {
                    self.over = true;
                    for batch in &mut produced.batches {
                        batch.answer = None;
                    }
                    return vec![Out::Seen(produced), Out::Cut];
                }
            }
            Some((strike, false)) => {
                desk.plan.missed(strike);
                produced.fault = None;
            }
            None => {}
        }
        vec![Out::Client(bytes, Some(produced), None)]
    }

    /// What is left without an answer when the connection ends.
    pub(super) fn end(&mut self, desk: &mut Desk) -> Vec<Produced> {
        let mut left = Vec::new();
        for expected in self.expected.drain(..) {
            match expected {
                Expected::FromBroker(asked) => {
                    if let Some(strike) = asked.strike {
                        desk.plan.missed(strike);
                    }
                    left.extend(asked.produced.map(|produced| *produced));
                }
                Expected::Made(_, mut produced) => {
                    for batch in &mut produced.batches {
                        batch.answer = None;
                    }
                    left.push(*produced);
                }
            }
        }
        left
    }
}

/// Notes what became of every batch; returns whether one was appended.
fn fill(
    produced: &mut Produced,
    outcomes: &[edit::Outcome],
    strike: Option<Strike>,
    desk: &Desk,
) -> bool {
    let instead = strike.filter(|strike| strike.kind == FaultKind::FailAfterAppend);
    let mut appended = false;
    for outcome in outcomes {
        let topic = desk.topic(&outcome.topic);
        let is_it = |batch: &&mut super::Batch| {
            batch.topic == topic && batch.partition == outcome.partition
        };
        if let Some(batch) = produced.batches.iter_mut().find(is_it) {
            let is_fine = outcome.error == 0;
            let told = instead
                .filter(|_| is_fine)
                .map_or(outcome.error, Strike::error);
            batch.answer = Some(super::codes::name(told));
            batch.base_offset =
                (is_fine && outcome.base_offset >= 0).then_some(outcome.base_offset);
            appended |= is_fine;
        }
    }
    appended
}

/// Looks into an answer where that is needed: `None` where it is not.
fn look(
    bytes: &mut Vec<u8>,
    asked: &Asked,
    doors: Doors<'_>,
) -> Option<Result<edit::Answer, super::walk::Misfit>> {
    let head = asked.head?;
    let message = schema::answer(head.key)?;
    if frame::correlation(bytes) != Some(head.correlation) {
        return Some(Err(super::walk::Misfit));
    }
    let change = asked
        .strike
        .map_or(Change::default(), |strike| match strike.kind {
            FaultKind::FailAfterAppend => Change {
                error: Some(strike.error()),
                ..Change::default()
            },
            FaultKind::Throttle => Change {
                throttle: i32::try_from(strike.time().as_millis()).ok(),
                ..Change::default()
            },
            _ => Change::default(),
        });
    // A broker that does not know the version of an ApiVersions request answers with error 35 in version 0; librdkafka's mock
    // cluster in a form of its own, which names nothing that matters here.
    if head.key == API_VERSIONS && frame::int16(bytes, 8) == Some(35) {
        return edit::answer(bytes, message, 0, change, doors).ok().map(Ok);
    }
    Some(edit::answer(bytes, message, head.version, change, doors))
}

/// A time in milliseconds.
pub(super) fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests;
