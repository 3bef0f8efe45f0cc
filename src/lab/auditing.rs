//! The lab's audit: it hears every report, and reads the topic back once everything is drained.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::watch::Sender;

use crate::audit::{Counted, Findings};
use crate::cluster::{ClusterKind, Connection, Probe};
use crate::lab::config::LabError;
use crate::lab::engine::Engine;
use crate::lab::{Goal, LoadState, Reading};
use crate::snapshot::{Notice, Snapshot};

/// Where every partition ends before the run.
pub fn starts(connection: &Connection, topic: &str) -> Result<BTreeMap<i32, i64>, LabError> {
    let found = Probe::open(connection, ClusterKind::Real)
        .and_then(|probe| probe.end_offsets(topic))
        .map_err(|error| LabError::Audit(error.to_string()))?;
    Ok(found.partitions)
}

impl Engine {
    /// Reads back what the run has written, and enters what that says into the last trial's result; the readings tell how far it
    /// is. Blocks.
    pub(super) fn audit(&self, snapshots: &mut [Snapshot], readings: &Sender<Arc<Reading>>) {
        let Some(audit) = &self.auditing else { return };
        let Some(last) = snapshots.last_mut() else {
            return;
        };
        if matches!(self.state, LoadState::Failed(_)) {
            return;
        }
        let counted = Counted {
            accepted: self.following.accepted(),
            delivered: self.trials.accounts().delivered,
        };
        let last_reading = Arc::clone(&readings.borrow());
        let tell = &mut |progress| {
            readings.send_replace(Arc::new(Reading {
                read_back: Some(progress),
                ..(*last_reading).clone()
            }));
        };
        let config = self.connection().client_config();
        let found = config.map_err(|error| error.to_string()).and_then(|base| {
            let (topic, isolation) = (&self.config.topic, self.config.isolation);
            audit.judge(base, topic, &counted, isolation, tell)
        });
        match found {
            Ok(findings) => enter(last, findings, &self.config.goals),
            Err(reason) => last.result.quality.warnings.push(Notice {
                word: "NOT AUDITED".into(),
                text: crate::cluster::redact(&reason),
            }),
        }
    }
}

fn enter(snapshot: &mut Snapshot, findings: Findings, goals: &[Goal]) {
    let result = &mut snapshot.result;
    for (goal, entry) in goals.iter().zip(&mut result.goals) {
        if let Some(state) = goal.audited(&findings) {
            entry.outcome = super::publish::judged(state);
        }
    }
    result.audit = Some(findings);
}
