//! A sweep with its circumstances: the object that `sweep --json` prints, and that other formats are made of.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::cluster::ClusterKind;
use crate::snapshot::Environment;

use super::journal::Header;
use super::outcome::Outcome;

/// The version of the object's form; it rises when a reader of the old form would go wrong.
const SCHEMA_VERSION: u32 = 1;

/// What was swept where, and what came of it. `null` means that there is not enough data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Sweep {
    /// The version of this form.
    pub schema_version: u32,
    /// The version of the linked librdkafka.
    pub librdkafka_version: String,
    /// The machine that sent.
    pub environment: Environment,
    /// Whether the brokers were simulated.
    pub cluster_kind: ClusterKind,
    /// What was asked for.
    #[serde(flatten)]
    pub header: Header,
    /// Where the finished blocks are written down.
    pub journal: PathBuf,
    /// What was found.
    #[serde(flatten)]
    pub found: Outcome,
}

impl Sweep {
    /// What this machine found on such a cluster.
    #[must_use]
    pub fn of(header: Header, journal: PathBuf, cluster_kind: ClusterKind, found: Outcome) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            librdkafka_version: crate::settings::native::version(),
            environment: Environment::of_this_machine(),
            cluster_kind,
            header,
            journal,
            found,
        }
    }

    /// The JSON Schema (draft 2020-12) of this form.
    #[must_use]
    pub fn json_schema() -> serde_json::Value {
        schemars::schema_for!(Self).to_value()
    }
}
