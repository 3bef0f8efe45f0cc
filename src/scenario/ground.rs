//! Where scenarios run, and what they lack there.

use std::sync::Arc;

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
}

impl Ground {
    /// A cluster that we did not start; a person has agreed to load within these limits.
    ///
    /// # Errors
    /// It cannot be reached.
    pub fn real(connection: Connection, limits: Limits) -> Result<Self, ProbeError> {
        let broker_version = version(&connection)?;
        Ok(Self {
            connection: Some(connection),
            local: None,
            limits,
            broker_version,
        })
    }

    /// Brokers of our own; they live as long as this does.
    ///
    /// # Errors
    /// They cannot be reached.
    pub fn local(kafka: Arc<LocalKafka>) -> Result<Self, ProbeError> {
        let connection = Connection::plain(kafka.bootstrap());
        let broker_version = version(&connection)?;
        Ok(Self {
            connection: Some(connection),
            local: Some(kafka),
            limits: Limits::default(),
            broker_version,
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

fn version(connection: &Connection) -> Result<Option<String>, ProbeError> {
    let probe = Probe::open(connection, ClusterKind::Real)?;
    Ok(probe.facts(NOBODY)?.broker_version)
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
