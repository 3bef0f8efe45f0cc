//! What is printed: the same snapshot as text, as JSON, in the formats of other tools; the table of trials, of knobs.

pub mod audit;
pub mod comparison;
pub mod diff;
pub mod errors;
pub mod export;
pub mod format;
pub mod json;
pub mod knobs;
pub mod markdown;
mod markup;
pub mod metrics;
pub mod origin;
pub mod page;
pub mod perf;
pub mod prometheus;
pub mod scenario;
pub mod sweep;
pub mod table;
pub mod text;
pub mod trials;
