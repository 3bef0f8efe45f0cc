//! `linger` is a terminal laboratory for tuning Kafka producers.
//!
//! The one path of the data:
//! ```text
//! profile + env + flags + hand → Settings → Trial → lanes ── send(due) ──→ librdkafka → brokers
//! view ← Reading ← History ← Interval ← recorders ← delivery reports (the producer's own poll thread) ←┘
//! keys, mouse → Action → update → Command → lab        (the only way back)
//! ```
//! The rooms use each other in one direction only, held by a test:
//! `main → {cli, tui} → {report, scenario, compare, sweep} → lab → snapshot → {profile, load, audit} → {measure, wire, cluster} → settings → drill`.

pub mod audit;
pub mod cli;
pub mod cluster;
pub mod compare;
pub mod drill;
pub mod lab;
pub mod load;
pub mod measure;
pub mod profile;
pub mod report;
pub mod scenario;
pub mod settings;
pub mod snapshot;
pub mod sweep;
pub mod tui;
pub mod wire;
