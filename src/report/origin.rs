//! Where exported settings come from, in sentences for the head of the file.

use crate::cluster::ClusterKind;
use crate::measure::Latencies;

use super::format::{maybe, millis};

/// A measurement of the settings.
pub struct Measured<'a> {
    /// What was measured: `trial #4 of a session`, `snapshot monday of …`.
    pub what: &'a str,
    /// On what.
    pub cluster: ClusterKind,
    /// With which version of librdkafka.
    pub librdkafka: &'a str,
    /// Records delivered per second.
    pub records_per_s: Option<f64>,
    /// The response times.
    pub response: &'a Latencies,
}

/// What was measured with the settings.
#[must_use]
pub fn measured(one: &Measured<'_>) -> Vec<String> {
    let cluster = match one.cluster {
        ClusterKind::Embedded => "the embedded cluster (simulated)",
        ClusterKind::Real => "a real cluster",
    };
    vec![
        format!(
            "Producer settings of linger's {}, on {cluster} with librdkafka {}:",
            one.what, one.librdkafka
        ),
        format!(
            "{} records/s, response time p50 {} ms, p99 {} ms.",
            maybe(one.records_per_s),
            millis(one.response.p50),
            millis(one.response.p99)
        ),
    ]
}
