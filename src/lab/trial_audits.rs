//! Audits of single trials: filled while the load runs, judged once all records are reported and the follower has read on to where
//! the partitions then end.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::thread;
use std::time::{Duration, Instant};

use crate::audit::{Findings, FollowPart, Known, Passed, Span, Totals, TrialAudit, final_spans};
use crate::lab::AuditReading;
use crate::lab::engine::Engine;

/// The follower may bring nothing for so long before the rest counts as not read.
const PATIENCE: Duration = Duration::from_secs(30);

/// What an audit found, or why it found nothing.
pub type Verdict = Result<Arc<Findings>, Arc<str>>;

/// The audit of a trial, as the trial holds it.
pub struct Audited {
    /// Where its records are entered.
    pub live: Arc<TrialAudit>,
    /// The verdict, once there is one.
    pub verdict: Option<Verdict>,
}

impl Audited {
    /// For the row.
    #[must_use]
    pub fn reading(&self) -> AuditReading {
        let (duplicated, reordered) = self.live.so_far();
        let reading = AuditReading {
            duplicated,
            reordered,
            verdict: None,
        };
        match &self.verdict {
            Some(verdict) => reading.settled(verdict.clone()),
            None => reading,
        }
    }
}

impl AuditReading {
    /// The same with its verdict.
    #[must_use]
    pub(super) fn settled(self, verdict: Verdict) -> Self {
        let counts = verdict.as_ref().map(|it| (it.duplicated, it.reordered));
        let (duplicated, reordered) = counts.unwrap_or((self.duplicated, self.reordered));
        Self {
            duplicated,
            reordered,
            verdict: Some(verdict),
        }
    }
}

/// The audits that are not settled, oldest first.
#[derive(Default)]
pub struct TrialAudits {
    pending: Vec<Pending>,
}

struct Pending {
    trial: u64,
    /// Kept so that the follower goes on entering.
    part: Arc<FollowPart>,
    follower: Arc<Totals>,
    stage: Stage,
}

enum Stage {
    /// Records are sent or under way.
    Running,
    /// All are reported: accepted, delivered. Another trial's ends are looked for.
    Reported(u64, u64),
    /// A thread looks where the partitions end.
    Looking(u64, u64, Receiver<Result<Vec<Span>, String>>),
    /// The follower has to come to these ends.
    Reading(u64, u64, Reach),
}

/// Where the follower has to come to.
struct Reach {
    spans: Vec<Span>,
    left: i64,
    heard: Instant,
}

impl TrialAudits {
    /// Takes the audit of a trial that is about to begin.
    pub fn open(&mut self, trial: u64, part: Arc<FollowPart>, follower: Arc<Totals>) {
        self.pending.push(Pending {
            trial,
            part,
            follower,
            stage: Stage::Running,
        });
    }

    /// Whether every audit is settled.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }

    fn is_looking(&self) -> bool {
        let mut pending = self.pending.iter();
        pending.any(|it| matches!(it.stage, Stage::Looking(..)))
    }
}

impl Reach {
    fn new(spans: Vec<Span>) -> Self {
        Self {
            spans,
            left: i64::MAX,
            heard: Instant::now(),
        }
    }

    /// Takes in how far the follower is; whether it is there, or brings nothing more.
    fn look(&mut self, passed: &[Passed]) -> bool {
        for span in &mut self.spans {
            let found = passed.iter().find(|it| it.partition == span.partition);
            span.to = found.map_or(span.from, |it| it.next);
        }
        let left = self.spans.iter().map(|it| (it.end - it.to).max(0)).sum();
        if left < self.left {
            (self.left, self.heard) = (left, Instant::now());
        }
        left == 0 || self.heard.elapsed() > PATIENCE
    }
}

impl Pending {
    fn judge(&self, accepted: u64, delivered: u64, spans: &[Span], passed: &[Passed]) -> Verdict {
        let Some(audit) = &self.part.audit else {
            return Err("nothing was entered".into());
        };
        let mut findings = audit.judge(accepted, delivered, spans);
        for cut in passed.iter().filter(|it| it.went_back) {
            findings.imbalances.push(format!(
                "partition {} was cut at its end while it was read: what was read may be gone; `linger audit` reads it anew",
                cut.partition
            ));
        }
        Ok(Arc::new(findings))
    }

    /// Goes on as far as it can; the verdict, once there is one.
    fn advance(&mut self, reported: Option<(u64, u64)>) -> Option<Verdict> {
        if let (Stage::Running, Some((accepted, delivered))) = (&self.stage, reported) {
            self.stage = Stage::Reported(accepted, delivered);
        }
        if let Stage::Looking(accepted, delivered, answer) = &self.stage {
            let (accepted, delivered) = (*accepted, *delivered);
            match answer.try_recv() {
                Ok(Ok(spans)) => {
                    self.stage = Stage::Reading(accepted, delivered, Reach::new(spans));
                }
                Ok(Err(reason)) => return Some(Err(crate::cluster::redact(&reason).into())),
                Err(TryRecvError::Empty) => {}
                Err(TryRecvError::Disconnected) => {
                    return Some(Err("the ends of the partitions could not be found".into()));
                }
            }
        }
        let passed = self.follower.passed();
        let Stage::Reading(accepted, delivered, reach) = &mut self.stage else {
            return None;
        };
        if !reach.look(&passed) {
            return None;
        }
        let (accepted, delivered) = (*accepted, *delivered);
        let spans = std::mem::take(&mut reach.spans);
        Some(self.judge(accepted, delivered, &spans, &passed))
    }
}

impl Engine {
    /// Goes on with the audits that can go on, and enters the verdicts of those that are over.
    pub(super) fn settle_audits(&mut self) {
        let mut over = Vec::new();
        for pending in &mut self.trial_audits.pending {
            if let Some(verdict) = pending.advance(self.trials.reported(pending.trial)) {
                over.push((pending.trial, verdict));
            }
        }
        self.trial_audits
            .pending
            .retain(|pending| over.iter().all(|(trial, _)| *trial != pending.trial));
        for (trial, verdict) in over {
            self.trials.audited(trial, verdict, &self.config.goals);
        }
        self.look_for_ends();
    }

    /// One thread at a time looks where partitions end: it has a client of its own.
    fn look_for_ends(&mut self) {
        if self.trial_audits.is_looking() {
            return;
        }
        let base = self.connection().client_config();
        let topic = self.config.topic.clone();
        let isolation = self.config.isolation.unwrap_or_default();
        let mut pending = self.trial_audits.pending.iter_mut();
        let Some((pending, accepted, delivered)) = pending.find_map(|it| match it.stage {
            Stage::Reported(accepted, delivered) => Some((it, accepted, delivered)),
            _ => None,
        }) else {
            return;
        };
        let (tell, answer) = mpsc::channel();
        let passed = pending.follower.passed();
        let starts: BTreeMap<i32, i64> = passed.iter().map(|it| (it.partition, it.start)).collect();
        let ends = pending.part.audit.as_ref().map(|it| it.ends());
        let look = move || {
            let known = Known {
                starts: Some(&starts),
                ends: ends.as_deref().unwrap_or_default(),
                isolation,
            };
            let found = base
                .map_err(|error| error.to_string())
                .and_then(|base| final_spans(base, &topic, known));
            let _ = tell.send(found);
        };
        // Where no thread can be started the channel is closed, which is said.
        let _ = thread::Builder::new().name("audit-ends".into()).spawn(look);
        pending.stage = Stage::Looking(accepted, delivered, answer);
    }

    /// Gives up the audits that are not settled.
    pub(super) fn give_up_audits(&mut self) {
        for pending in std::mem::take(&mut self.trial_audits.pending) {
            let reason = "the lab ended before the topic was read to its end";
            self.trials
                .audited(pending.trial, Err(reason.into()), &self.config.goals);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_follower_must_come_to_every_end() {
        let span = |partition, end| Span {
            partition,
            start: 0,
            from: 0,
            to: 0,
            end,
            is_final: true,
        };
        let passed = |next: [i64; 2]| {
            [0, 1].map(|at| Passed {
                partition: at,
                start: 0,
                next: next[usize::from(at == 1)],
                went_back: false,
            })
        };
        let mut reach = Reach::new(vec![span(0, 5), span(1, 0)]);
        assert!(!reach.look(&passed([4, 0])));
        // Others go on writing: only up to the end that was found is waited for.
        assert!(reach.look(&passed([7, 3])));
        assert_eq!(reach.spans[0].to, 7);
        let mut nothing = Reach::new(vec![span(0, 0)]);
        assert!(nothing.look(&[]), "a partition that holds nothing");
    }

    #[test]
    fn a_count_is_pending_until_the_verdict_and_exact_after_it() {
        use crate::lab::{Figure, Told};
        let pending = AuditReading {
            duplicated: 3,
            ..AuditReading::default()
        };
        assert_eq!(pending.told(Figure::Lost), Some(Told::Pending(0)));
        assert_eq!(pending.told(Figure::Duplicated), Some(Told::Pending(3)));
        assert_eq!(pending.told(Figure::Mean), None);
        let told = |findings: Findings| {
            let settled = pending.clone().settled(Ok(Arc::new(findings)));
            settled.told(Figure::Lost).unwrap()
        };
        assert_eq!(told(Findings::default()), Told::Exactly(0));
        let findings = Findings {
            unverified: 1,
            ..Findings::default()
        };
        assert_eq!(told(findings), Told::AtLeast(0));
        let findings = Findings {
            imbalances: vec!["1 and 2 differ".into()],
            ..Findings::default()
        };
        assert_eq!(told(findings), Told::Unknown);
        let none = pending.settled(Err("no answer".into()));
        assert_eq!(none.told(Figure::Lost), Some(Told::Unknown));
        assert_eq!(none.trouble(), Some("no answer"));
    }
}
