//! The lab's follower: opened before the first trial that is to be followed, ended when no trial is followed any more.

use std::collections::HashSet;
use std::sync::Arc;

use crate::audit::{
    FollowPart, Follower, FollowerState, Origin, Source, Totals, TrialAudit, marks,
};
use crate::lab::cpu::{self, ThreadsCpu};
use crate::lab::engine::Engine;
use crate::lab::reading::FollowerReading;
use crate::lab::{LoadState, Target};
use crate::load::clock::Clock;
use crate::load::mark::Marks;
use crate::settings::Settings;

/// What the engine knows of following.
pub struct Following {
    origin: Origin,
    marks: Arc<Marks>,
    current: Option<Current>,
    /// Followers that were told to end, with what they read.
    ended: Vec<(Follower, Arc<Totals>)>,
    /// What those read that are gone.
    past: FollowerReading,
}

struct Current {
    follower: Follower,
    totals: Arc<Totals>,
    /// The threads of this process before it was opened.
    before: HashSet<String>,
    cpu: Option<ThreadsCpu>,
}

impl Following {
    /// Nothing is followed yet.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        let origin = Origin::new_run();
        Self {
            origin,
            marks: Arc::new(marks(origin, clock)),
            current: None,
            ended: Vec::new(),
            past: FollowerReading::default(),
        }
    }

    /// What writes the header, and where the follower counts the records of a trial, and enters them where it is audited.
    #[must_use]
    pub fn register(&self, trial: u64, audited: bool) -> (Arc<Marks>, Arc<FollowPart>) {
        let part = Arc::new(FollowPart {
            audit: audited.then(|| Arc::new(TrialAudit::new(self.run()))),
            ..FollowPart::default()
        });
        if let Some(current) = &self.current {
            current.follower.register(trial, Arc::clone(&part));
        }
        (Arc::clone(&self.marks), part)
    }

    /// What the follower that reads now has read in all.
    #[must_use]
    pub fn totals(&self) -> Option<Arc<Totals>> {
        Some(Arc::clone(&self.current.as_ref()?.totals))
    }

    /// What writes the header where nothing is followed.
    #[must_use]
    pub fn marks(&self) -> Arc<Marks> {
        Arc::clone(&self.marks)
    }

    /// The number of this run in the headers.
    #[must_use]
    pub fn run(&self) -> u32 {
        self.origin.run
    }

    /// How many records with a header the client accepted from each sender, by its number.
    #[must_use]
    pub fn accepted(&self) -> Vec<u64> {
        self.marks.accepted()
    }

    /// Lets the follower end; its thread is waited for when the lab ends.
    fn end(&mut self) {
        if let Some(current) = self.current.take() {
            current.follower.end();
            self.past.cpu = current.cpu.as_ref().and_then(ThreadsCpu::share);
            self.past.trouble = current.totals.trouble();
            self.ended.push((current.follower, current.totals));
        }
    }

    /// Keeps of the followers that are gone only what they read.
    fn bury(&mut self) {
        let past = &mut self.past;
        self.ended.retain(|(follower, totals)| {
            let gone = follower.is_gone();
            if gone {
                add(past, totals);
            }
            !gone
        });
    }

    /// The follower, once one was opened; `unread` counts delivered records that it has not read.
    #[must_use]
    pub fn reading(&self, unread: u64) -> Option<FollowerReading> {
        let mut all = self.past.clone();
        for (_, totals) in &self.ended {
            add(&mut all, totals);
        }
        if let Some(current) = &self.current {
            add(&mut all, &current.totals);
            all.cpu = current.cpu.as_ref().and_then(ThreadsCpu::share);
            all.trouble = current.totals.trouble();
        } else if all == FollowerReading::default() {
            return None;
        }
        all.unread = unread;
        Some(all)
    }
}

fn add(sum: &mut FollowerReading, totals: &Totals) {
    sum.read += totals.read.get();
    sum.foreign += totals.foreign.get();
    sum.corrupt += totals.corrupt.get();
    sum.skipped += totals.skipped.get();
}

impl Engine {
    /// Whether the wish may open now. One that is to be followed waits until the follower knows where to begin, so that it misses
    /// none of its records; where the topic cannot be read, it is refused.
    pub(super) fn is_followed(&mut self) -> bool {
        let Some(wish) = self.turning.wish.as_ref() else {
            return true;
        };
        if !wish.settings.is_on("follow") {
            return true;
        }
        let settings = Arc::clone(&wish.settings);
        match self.follower_state() {
            Ok(FollowerState::Follows) => true,
            Ok(FollowerState::Opening) => {
                self.turning.waiting = Some("the follower is being opened".into());
                false
            }
            Ok(FollowerState::Refused(reason)) | Err(reason) => {
                self.following.end();
                self.refuse_following(settings, &reason);
                true
            }
        }
    }

    fn refuse_following(&mut self, settings: Arc<Settings>, reason: &str) {
        self.turning.wish = None;
        let reason = crate::cluster::redact(reason);
        self.refuse(
            settings,
            format!(
                "the topic cannot be read back: {reason}; set follow off, or ask for READ on it"
            ),
        );
    }

    /// The state of the follower; starts one where there is none.
    fn follower_state(&mut self) -> Result<FollowerState, String> {
        if self.following.current.is_none() {
            let before = cpu::threads();
            let totals = Arc::<Totals>::default();
            let connection = self.connection();
            let source = Source {
                connection: &connection,
                topic: &self.config.topic,
                embedded: matches!(self.config.target, Target::Embedded { .. }),
                isolation: self.config.isolation.unwrap_or_default(),
            };
            let follower = Follower::start(
                &source,
                self.following.origin,
                self.clock,
                Arc::clone(&totals),
            )
            .map_err(|error| error.to_string())?;
            self.following.current = Some(Current {
                follower,
                totals,
                before,
                cpu: None,
            });
        }
        let Some(current) = &mut self.following.current else {
            return Ok(FollowerState::Opening);
        };
        let state = current.follower.state();
        // No producer is opened meanwhile: what is new since then is the follower's thread and its client's.
        if state == FollowerState::Follows && current.cpu.is_none() {
            current.cpu = Some(ThreadsCpu::of_new(&current.before));
        }
        Ok(state)
    }

    /// Ends the follower when no trial needs it any more.
    pub(super) fn end_idle_follower(&mut self) {
        let is_idle = self.turning.wish.is_none() && !self.turning.is_busy();
        let is_needed = self.trials.any_followed() || !self.trial_audits.is_empty();
        if is_idle && !is_needed && self.state == LoadState::Running {
            self.following.end();
        }
        self.following.bury();
    }
}
