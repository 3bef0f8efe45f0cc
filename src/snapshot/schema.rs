//! The JSON object that `bench --json` prints and a snapshot file holds.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::parts::{Cluster, Conditions, Environment, Setting, Workload};
use super::result::Outcome;
use crate::settings::{Settings, Source};

/// The version of the object's form; it rises when a reader of the old form would go wrong.
pub const SCHEMA_VERSION: u32 = 1;

/// One trial with its environment, settings and results. `null` means that there is not enough data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Snapshot {
    /// The version of this form.
    pub schema_version: u32,
    /// The version of linger that measured.
    pub linger_version: String,
    /// The version of the linked librdkafka.
    pub librdkafka_version: String,
    /// When the trial began: RFC 3339, UTC.
    pub started_at: String,
    /// The name under which it was saved, where there is one.
    pub name: Option<String>,
    /// A person's note.
    pub note: Option<String>,
    /// The trial's number in its session: 1, 2, 3 …
    pub trial: Option<u64>,
    /// The machine that sent.
    pub environment: Environment,
    /// The cluster that was written to.
    pub cluster: Cluster,
    /// What the lab did to the cluster's side.
    pub conditions: Conditions,
    /// Every row of the table with its value and where that came from, by name.
    pub settings: BTreeMap<String, Setting>,
    /// What was sent, and how fast.
    pub workload: Workload,
    /// What came of it.
    pub result: Outcome,
}

impl Default for Snapshot {
    fn default() -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            linger_version: env!("CARGO_PKG_VERSION").into(),
            librdkafka_version: String::new(),
            started_at: String::new(),
            name: None,
            note: None,
            trial: None,
            environment: Environment::default(),
            cluster: Cluster::default(),
            conditions: Conditions::default(),
            settings: BTreeMap::new(),
            workload: Workload::default(),
            result: Outcome::default(),
        }
    }
}

impl Snapshot {
    /// Its settings, to be chosen again; rows that this version does not know, or values out of range, stay as in `onto`.
    #[must_use]
    pub fn settings_onto(&self, onto: &Settings) -> Settings {
        let mut settings = onto.clone();
        let name = self.name.clone().unwrap_or_else(|| "snapshot".into());
        for (row, setting) in &self.settings {
            let _ = settings.set(
                row,
                &setting.value.to_string(),
                Source::Profile(name.clone()),
            );
        }
        settings
    }

    /// The JSON Schema (draft 2020-12) of this form.
    #[must_use]
    pub fn json_schema() -> serde_json::Value {
        schemars::schema_for!(Self).to_value()
    }
}
