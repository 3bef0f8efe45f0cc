//! From settings to a producer's configuration.

use rdkafka::config::ClientConfig;

use crate::settings::Settings;

/// How often librdkafka tells its statistics, in milliseconds.
const STATISTICS: &str = "100";

/// The configuration of a producer: the connection's, every knob, and what the lab needs for itself.
#[must_use]
pub fn with_knobs(mut base: ClientConfig, settings: &Settings) -> ClientConfig {
    for (name, value) in settings.native() {
        base.set(name, value);
    }
    base.set("statistics.interval.ms", STATISTICS);
    // Connections to all brokers are opened at once, so that none is opened under load.
    base.set("enable.sparse.connections", "false");
    base.set("enable.metrics.push", "false");
    base
}
