//! Scenarios: each puts one claim about Kafka to the test, with a control and a treatment, and judges what was counted.
//!
//! ```text
//! FAMILIES (rows: claim, needs, arms, rule) ─ run ─→ stage (topics, wire, loads, children) ─→ Told
//!                                   Told ─ verdict (pure) ─→ Round ─ several rounds ─→ Judged → Report
//! ```
//! A row's body says what happened, never what it means: that is the rule's matter, and a fault that hit nothing has tested nothing.

mod anatomy;
mod arms;
pub mod child;
mod consumers;
mod delivery;
mod failover;
mod ground;
mod journal;
mod leavings;
mod load;
mod result;
mod row;
mod run;
mod settings;
mod speed;
mod stage;
mod table;
mod tap;
mod transactions;
mod verdict;

pub use child::{Act, Cue};
pub use ground::Ground;
pub use journal::{Header, KIND, Line, Opened};
pub use load::{Produced, Run, Running};
pub use result::{Judged, Report, Round};
pub use row::{Arm, Check, Figure, Needs, Rule, Scenario, Stopped, Told};
pub use run::{News, Step, Watch, round, steps};
pub use stage::Stage;
pub use table::{ACTS, FAMILIES, Unknown, all, find};
pub use tap::Tap;
pub use verdict::{Verdict, judge, over_all};
