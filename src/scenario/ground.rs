//! Where scenarios run, and what they lack there.

use std::sync::Arc;

use super::leavings::{self, Leavings};
use super::row::{Needs, Scenario};
use crate::cluster::local::LocalKafka;
use crate::cluster::{ClusterKind, Connection, Probe, ProbeError};
use crate::lab::config::Limits;

/// A topic that is asked for where only the brokers matter.
const NOBODY: &str = "linger-nobody";

/// Where scenarios run: nowhere but in this process, on a cluster of somebody's, or on brokers of our own.
#[derive(Clone, Debug, Default)]
pub struct Ground {
    connection: Option<Connection>,
    local: Option<Arc<LocalKafka>>,
    limits: Limits,
    broker_version: Option<String>,
    /// What stands on a cluster of somebody's; brokers of our own take everything with them.
    leavings: Option<Arc<Leavings>>,
    mended: Vec<String>,
}

impl Ground {
    /// A cluster that we did not start; a person has agreed to load within these limits. What scenarios that were killed have left
    /// there is removed: [`Ground::mended`] tells it.
    ///
    /// # Errors
    /// It cannot be reached.
    pub fn real(connection: Connection, limits: Limits) -> Result<Self, ProbeError> {
        let probe = Probe::open(&connection, ClusterKind::Real)?;
        let facts = probe.facts(NOBODY)?;
        let servers = || connection.bootstrap().unwrap_or_default().to_owned();
        let cluster = facts.cluster_id.unwrap_or_else(servers);
        let mut mended = leavings::clear_up(&probe, &cluster);
        let leavings = match Leavings::begin(&cluster) {
            Ok(leavings) => Some(Arc::new(leavings)),
            Err(reason) => {
                mended.push(format!(
                    "what a kill would leave behind cannot be written down: {reason}; `linger topic list` would show it"
                ));
                None
            }
        };
        Ok(Self {
            connection: Some(connection),
            limits,
            broker_version: facts.broker_version,
            leavings,
            mended,
            ..Self::default()
        })
    }

    /// Brokers of our own; they live as long as this does.
    ///
    /// # Errors
    /// They cannot be reached.
    pub fn local(kafka: Arc<LocalKafka>) -> Result<Self, ProbeError> {
        let connection = Connection::plain(kafka.bootstrap());
        let facts = Probe::open(&connection, ClusterKind::Real)?.facts(NOBODY)?;
        Ok(Self {
            connection: Some(connection),
            local: Some(kafka),
            broker_version: facts.broker_version,
            ..Self::default()
        })
    }

    /// How to reach the real cluster, where there is one.
    #[must_use]
    pub fn connection(&self) -> Option<&Connection> {
        self.connection.as_ref()
    }

    /// The brokers of our own, where there are such.
    #[must_use]
    pub fn kafka(&self) -> Option<&LocalKafka> {
        self.local.as_deref()
    }

    /// What load on the real cluster must not pass.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// The brokers' version, as far as they tell it.
    #[must_use]
    pub fn broker_version(&self) -> Option<&str> {
        self.broker_version.as_deref()
    }

    /// What was done to make good what a kill had left behind, in sentences; empty where there was nothing.
    #[must_use]
    pub fn mended(&self) -> &[String] {
        &self.mended
    }

    /// Where topics are written down that outlive this process.
    pub(super) fn leavings(&self) -> Option<&Leavings> {
        self.leavings.as_deref()
    }

    /// What the scenario lacks here, with the command that has it; none when it can run.
    #[must_use]
    pub fn lacks(&self, scenario: &Scenario) -> Option<String> {
        let run = format!("linger scenario run {}", scenario.id);
        let needs = scenario.needs;
        match needs {
            Needs::Nothing | Needs::Embedded => None,
            Needs::Real => self.connection.is_none().then(|| {
                format!("it needs {needs}: `{run} --local-kafka` starts one, `{run} -b HOST:PORT` takes yours")
            }),
            Needs::Local(brokers) => {
                let have = self.kafka().map_or(0, LocalKafka::brokers);
                (have < brokers).then(|| {
                    format!("it needs {needs}, whose brokers it may stop: `{run} --local-kafka={brokers}`")
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::all;
    use super::*;

    #[test]
    fn without_a_cluster_what_needs_one_names_the_command_that_starts_one() {
        let nowhere = Ground::default();
        for row in all() {
            let lacks = nowhere.lacks(row);
            let is_real = matches!(row.needs, Needs::Real | Needs::Local(_));
            assert_eq!(lacks.is_some(), is_real, "{}", row.id);
            if let Some(reason) = lacks {
                let command = format!("linger scenario run {} --local-kafka", row.id);
                assert!(reason.contains(&command), "{reason}");
            }
        }
    }
}
