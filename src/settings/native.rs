//! What the linked librdkafka itself says: defaults, accepted values, version.

use std::collections::HashMap;
use std::sync::LazyLock;

use rdkafka::config::{ClientConfig, NativeClientConfig};
use rdkafka::error::KafkaError;

use crate::settings::knobs::rows;

/// Asked once; librdkafka never changes its mind. A topic property must be set before it tells the others, so acks is set to its own default.
static ANSWERS: LazyLock<HashMap<&'static str, String>> = LazyLock::new(|| {
    let Ok(config) = ClientConfig::new().set("acks", "-1").create_native_config() else {
        return HashMap::new();
    };
    let ask = |name: &'static str| Some((name, answer(&config, name)?));
    rows()
        .iter()
        .filter_map(|row| row.native)
        .chain(["builtin.features"])
        .filter_map(ask)
        .collect()
});

/// A text that is not set has no answer: it is empty.
fn answer(config: &NativeClientConfig, name: &str) -> Option<String> {
    let unset = || accepts(name, "text").is_ok().then(String::new);
    config.get(name).ok().or_else(unset)
}

/// librdkafka's default of one of the table's properties, as it writes it; none for properties that it does not know.
#[must_use]
pub fn default_of(native: &str) -> Option<&'static str> {
    ANSWERS.get(native).map(String::as_str)
}

/// Whether librdkafka takes this text for this property; the error is its own sentence.
pub fn accepts(native: &str, text: &str) -> Result<(), String> {
    match ClientConfig::new().set(native, text).create_native_config() {
        Ok(_) => Ok(()),
        Err(KafkaError::ClientConfig(_, sentence, _, _)) => Err(sentence.trim().into()),
        Err(other) => Err(other.to_string()),
    }
}

/// What the linked librdkafka was built with, such as `gzip`, `zstd` and `sasl_scram`.
#[must_use]
pub fn built_in_features() -> Vec<&'static str> {
    default_of("builtin.features")
        .map(|list| list.split(',').map(str::trim).collect())
        .unwrap_or_default()
}

/// The version of the linked librdkafka, such as `2.12.1`.
#[must_use]
pub fn version() -> String {
    rdkafka::util::get_rdkafka_version().1
}
