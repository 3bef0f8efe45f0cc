//! What can be turned: the table, its values, the rules between them, and a chosen value for each.

pub mod chosen;
pub mod export;
pub mod files;
pub mod gather;
pub mod knob;
pub mod knobs;
pub mod layers;
pub mod native;
pub mod rules;
pub mod slider;
pub mod units;
pub mod value;
pub mod words;

pub use chosen::{SettingError, Settings, Source};
pub use knob::{Group, Kind, Knob, Step, Surroundings};
pub use knobs::{HEADER_BYTES, find, position, rows};
pub use layers::{LayerError, Layers};
pub use rules::{Finding, Mend, Severity, check, check_turned};
pub use units::{Bytes, Millis, PerSecond};
pub use value::{Value, ValueError};
