//! The snapshot as one JSON object.

use crate::snapshot::Snapshot;

/// One object, on several lines, with a line end. Fails only if a figure cannot be written as JSON.
pub fn object(snapshot: &Snapshot) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(snapshot).map(|text| text + "\n")
}
