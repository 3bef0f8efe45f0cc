//! What the engine publishes: the reading, and snapshots of its trials.

use std::sync::Arc;
use std::time::Duration;

use crate::cluster::ClusterKind;
use crate::lab::desk::bytes_with_in_flight;
use crate::lab::engine::Engine;
use crate::lab::trials::Archive;
use crate::lab::{
    GoalState, LoadState, Place, Reading, Saved, StopAfter, TrialReading, TrialState, Warning,
    advice, warnings,
};
use crate::measure::Steadiness;
use crate::settings::Millis;
use crate::snapshot::{self, Snapshot};

/// A sender that is later than this at p99 distorts what it measures.
const LATE_MS: f64 = 10.0;

/// Records that nobody has answered for this long, beyond what the settings make them wait, deserve a word.
const UNANSWERED: Duration = Duration::from_secs(3);

/// The warning that no broker answers, from the time line of the reading.
fn unanswered(reading: &Reading) -> Option<Warning> {
    let live = reading.live_trial()?;
    if reading.load != LoadState::Running || reading.accounts.in_flight() == 0 {
        return None;
    }
    let columns = reading.history.iter().rev();
    let silent =
        columns.take_while(|column| !column.paused && column.delivered + column.failed == 0);
    let first = silent.last()?;
    let waits = live.settings.number("linger.ms") + live.settings.number("rtt.ms");
    let silence = reading.at.saturating_sub(first.from);
    (silence > UNANSWERED + Duration::from_secs_f64(waits / 1000.0)).then(|| Warning {
        word: "NO ANSWER",
        text: format!(
            "no record was answered for {} s: check that the brokers run and can be reached",
            silence.as_secs()
        ),
    })
}

/// Why the figures of a trial are not those of a steady one.
fn unsettled(trial: &TrialReading) -> Option<String> {
    let ends = "figures count once five seconds in a row are alike";
    match trial.steadiness {
        Steadiness::Early => Some(format!("the warm-up is not over yet: {ends}")),
        Steadiness::Restless(restless) => Some(format!("{restless}: {ends}")),
        Steadiness::Unasked if trial.state == TrialState::Settling => {
            Some("figures count once the former trial has drained".into())
        }
        Steadiness::Unasked | Steadiness::Steady => None,
    }
}

/// The warning that the follower reads less than is delivered: what it measures is then itself.
fn follower_late(reading: &Reading) -> Option<Warning> {
    let (live, follower) = (reading.live_trial()?, reading.follower.as_ref()?);
    let a_second = live.sent_per_s.max(1000.0);
    let why = follower.trouble.as_ref();
    #[expect(clippy::cast_precision_loss, reason = "a count of records")]
    let is_late = follower.unread as f64 > a_second;
    is_late.then(|| Warning {
        word: "FOLLOWER LATE",
        text: format!(
            "{} delivered records are not read back yet{}: due→read tells how fast this machine reads",
            follower.unread,
            why.map(|why| format!(" ({why})")).unwrap_or_default()
        ),
    })
}

/// The warning that a trial was to be audited and has no verdict.
fn not_audited(trial: &TrialReading) -> Option<Warning> {
    let Some(Err(reason)) = &trial.audit.as_ref()?.verdict else {
        return None;
    };
    Some(Warning {
        word: "NOT AUDITED",
        text: reason.to_string(),
    })
}

impl Engine {
    /// The whole lab now.
    pub(super) fn reading(&self) -> Reading {
        let accounts = self.trials.accounts();
        let at = self.clock.elapsed();
        let mut reading = Reading {
            at,
            cluster: Arc::clone(&self.desk.facts),
            load: self.state.clone(),
            loaded: self.desk.loaded,
            trials: self.trials.rows(&self.config.goals),
            live: self.trials.live_number(),
            base: self.trials.base,
            opening: self.turning.opening(self.trials.next_number()),
            waiting: self.turning.waiting.clone(),
            refused: self.turning.refused.clone(),
            accounts,
            behind: if matches!(self.state, LoadState::Running | LoadState::Paused) {
                self.desk.behind(self.clock.now(), accounts)
            } else {
                0
            },
            broker_log: self.desk.broker_log.clone(),
            budget: self
                .config
                .limits
                .byte_budget
                .map(|budget| (bytes_with_in_flight(accounts), budget.0)),
            ceiling: self.config.limits.ceiling,
            history: self.desk.history.columns(),
            events: self.desk.events(),
            warnings: Vec::new(),
            advice: Vec::new(),
            cpu: self.desk.cpu,
            follower: self.following.reading(self.trials.unread()),
            logs: self.desk.logs(),
            saved: self.desk.saved.clone(),
            block: self.desk.block.clone(),
            read_back: None,
        };
        // The most pressing first: the screen has room for two or three.
        let mut warnings = Vec::from_iter(unanswered(&reading));
        warnings.extend(
            reading
                .live_trial()
                .map_or_else(Vec::new, |live| self.warnings(live)),
        );
        warnings.extend(follower_late(&reading));
        reading.warnings = warnings;
        reading.advice = advice::advise_for(&reading, &self.config.goals);
        reading
    }

    pub(super) fn warnings(&self, live: &TrialReading) -> Vec<Warning> {
        let mut warnings = Vec::new();
        if self.desk.facts.kind == ClusterKind::Embedded {
            let text = "simulated brokers: no disk, no replication, acks has no effect".to_owned();
            warnings.push(Warning {
                word: "EMBEDDED",
                text,
            });
        }
        if self.desk.facts.kind == ClusterKind::Embedded && live.audit.is_some() {
            let text = "simulated brokers neither replicate nor deduplicate, and keep 5 MiB a partition: for a verdict, linger --local-kafka --audit";
            warnings.push(Warning {
                word: "SIMULATED AUDIT",
                text: text.into(),
            });
        }
        warnings.extend(warnings::of_machine(live));
        warnings.extend(unsettled(live).map(|text| Warning {
            word: "NOT SETTLED",
            text,
        }));
        if let Some(late) = live.lateness.p99.filter(|late| late.0 > LATE_MS) {
            let text = format!(
                "1 % of the records were tried {:.1} ms or more after they were due",
                late.0
            );
            warnings.push(Warning { word: "LATE", text });
        }
        warnings
    }

    /// Every trial as a snapshot, oldest first.
    pub(super) fn snapshots(&self) -> Vec<Snapshot> {
        let numbers = self.trials.numbers();
        numbers
            .into_iter()
            .filter_map(|number| self.snapshot(number))
            .collect()
    }

    fn snapshot(&self, number: u64) -> Option<Snapshot> {
        let archive = self.trials.archive(number, &self.config.goals)?;
        let alone = self.trials.numbers().len() == 1;
        let mut snapshot = Snapshot {
            librdkafka_version: crate::settings::native::version(),
            started_at: archive.rest.started_at.to_string(),
            note: archive.row.note.clone(),
            trial: Some(number),
            environment: snapshot::Environment::of_this_machine(),
            cluster: (&*self.desk.facts).into(),
            conditions: snapshot::Conditions::of(&archive.row.settings, &self.desk.facts),
            settings: snapshot::settings_map(&archive.row.settings),
            workload: snapshot::Workload::of(&archive.row.settings),
            result: self.outcome(&archive),
            ..Snapshot::default()
        };
        match self.config.stop_after {
            Some(StopAfter::Records(records)) => snapshot.workload.num_records = Some(records),
            Some(StopAfter::Time(time)) => snapshot.workload.duration_s = Some(time.as_secs_f64()),
            None => {}
        }
        snapshot.workload.warmup_records = self.config.warmup_records;
        if let Some(log) = self.desk.broker_log.as_ref().filter(|_| alone) {
            snapshot.result.log_end_delta = Some(log.delta);
            snapshot.result.log_end_note = Some(log.sentence.clone());
        }
        Some(snapshot)
    }

    fn outcome(&self, archive: &Archive) -> snapshot::Outcome {
        let (row, rest) = (&archive.row, &archive.rest);
        let [response, delivery, send, end_to_end] =
            rest.histograms.each_ref().map(|bytes| Some(base64(bytes)));
        let mut warnings = self.warnings(row);
        warnings.extend(not_audited(row));
        snapshot::Outcome {
            attempted: row.accounts.attempted,
            delivered: row.accounts.delivered,
            failed: row.accounts.failed,
            in_flight: row.accounts.in_flight(),
            unread_failures: row.unread_failures,
            duration_s: rest.duration.map(|duration| duration.as_secs_f64()),
            records_per_s: Some(row.sent_per_s),
            mib_per_s: Some(row.mib_per_s),
            send_ms: row.send,
            delivery_ms: row.delivery,
            response_ms: row.response,
            lateness_ms: row.lateness,
            end_to_end_ms: row.followed.map(|followed| followed.end_to_end),
            follower: self.follower(row),
            transactions: row.transactions,
            audit: row.audit.as_ref().and_then(|it| it.findings().cloned()),
            quality: snapshot::Quality {
                settled: rest.settled,
                warmup_s: rest.warmup.map(|warmup| warmup.as_secs_f64()),
                late_ms: row.lateness.p99,
                client_cpu: row.machine.busiest,
                saturated: row.machine.saturated,
                run_queue_wait: row.machine.waited,
                cpu_stolen: row.machine.stolen,
                paused: row.machine.paused,
                hiccup_p99_ms: row.machine.hiccups.p99,
                hiccup_max_ms: row.machine.hiccups.max,
                spread: row.spread.map(|(p50, p99)| snapshot::Spread { p50, p99 }),
                turn_took_ms: row.turn_took.map(Millis::of),
                turn_pause_ms: row.turn_pause.map(Millis::of),
                warnings: warnings
                    .into_iter()
                    .map(|warning| snapshot::Notice {
                        word: warning.word.into(),
                        text: warning.text,
                    })
                    .collect(),
            },
            errors: row.errors.clone(),
            retries: Some(row.stages.retries),
            requests: Some(row.stages.requests),
            batch_records_mean: row.stages.batch_records,
            batch_bytes_mean: row.stages.batch_bytes,
            compression_ratio: row.stages.compression_ratio,
            breakdown_ms: (&row.stages).into(),
            partitions: row.partitions.clone(),
            goals: self.goals(row),
            histograms: snapshot::Histograms {
                response,
                delivery,
                send,
                end_to_end: row.followed.and(end_to_end),
            },
            intervals: self.intervals(archive),
            ..snapshot::Outcome::default()
        }
    }

    /// What the follower says of a trial, with what it says of the whole topic.
    fn follower(&self, row: &TrialReading) -> Option<snapshot::Follower> {
        let (trial, topic) = (row.followed?, self.following.reading(0)?);
        Some(snapshot::Follower {
            read: trial.read,
            unread: trial.unread,
            early: trial.early,
            earliest_ms: trial.earliest,
            foreign: topic.foreign,
            corrupt: topic.corrupt,
            skipped: topic.skipped,
            cpu: topic.cpu,
        })
    }

    fn goals(&self, row: &TrialReading) -> Vec<snapshot::Goal> {
        self.config
            .goals
            .iter()
            .zip(&row.goals)
            .map(|(goal, state)| snapshot::Goal {
                goal: goal.to_string(),
                outcome: judged(*state),
            })
            .collect()
    }

    fn intervals(&self, archive: &Archive) -> Vec<snapshot::Interval> {
        let columns = self.desk.history.columns();
        let mine = columns
            .iter()
            .filter(|column| column.trial == archive.row.number);
        let settled = archive.rest.settled_at();
        let start = mine
            .clone()
            .next()
            .map_or(std::time::Duration::ZERO, |column| column.from);
        mine.map(|column| snapshot::Interval {
            from_s: column.from.saturating_sub(start).as_secs_f64(),
            to_s: column.to.saturating_sub(start).as_secs_f64(),
            attempted: column.attempted,
            delivered: column.delivered,
            failed: column.failed,
            delivered_bytes: column.bytes,
            p50_ms: column
                .quantiles
                .map(|(p50, _, _)| crate::settings::Millis(p50)),
            p99_ms: column
                .quantiles
                .map(|(_, p99, _)| crate::settings::Millis(p99)),
            max_ms: column
                .quantiles
                .map(|(_, _, max)| crate::settings::Millis(max)),
            requests: None,
            counted: settled.is_none_or(|settled| column.to > settled),
            response: (!column.histogram.is_empty()).then(|| base64(&column.histogram)),
        })
        .collect()
    }

    /// Saves a trial; the outcome stands in the next reading.
    pub(super) fn save(&mut self, number: u64, place: &Place) {
        let outcome = match self.snapshot(number) {
            None => Err(format!("there is no trial #{number}")),
            Some(snapshot) => match place {
                Place::Name(name) => snapshot::store::save(&snapshot, name),
                Place::File(path) => {
                    snapshot::store::save_file(&snapshot, path).map(|()| path.clone())
                }
            }
            .map(|path| path.display().to_string())
            .map_err(|error| error.to_string()),
        };
        let serial = self.desk.saved.as_ref().map_or(1, |saved| saved.serial + 1);
        self.desk.saved = Some(Saved {
            trial: number,
            outcome,
            serial,
        });
    }
}

pub(super) fn judged(state: GoalState) -> snapshot::GoalOutcome {
    match state {
        GoalState::Held => snapshot::GoalOutcome::Held,
        GoalState::Missed => snapshot::GoalOutcome::Missed,
        GoalState::Unknown => snapshot::GoalOutcome::Unknown,
    }
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
