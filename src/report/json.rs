//! A result as one JSON object.

use serde::Serialize;

/// One object, on several lines, with a line end. Fails only if a figure cannot be written as JSON.
pub fn object(result: &impl Serialize) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(result).map(|text| text + "\n")
}
