//! Small things that panels are drawn with: they know figures and cells, and nothing of the lab.

pub mod axis;
pub mod columns;
pub mod number;
pub mod pen;
pub mod slider;
