//! What is printed: the same snapshot as text, as JSON, as a table of trials; the table of knobs.

pub mod errors;
pub mod format;
pub mod json;
pub mod knobs;
pub mod markdown;
pub mod metrics;
pub mod perf;
pub mod table;
pub mod text;
pub mod trials;
