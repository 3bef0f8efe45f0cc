//! The screen: keys and mouse in, a picture out; the lab is reached only through commands and readings.

pub mod action;
pub mod dialog;
pub mod key_table;
pub mod keymap;
pub mod model;
pub mod painter;
pub mod picture;
pub mod run;
#[cfg(test)]
pub mod sample;
pub mod terminal;
pub mod theme;
pub mod update;
pub mod view;
pub mod watchdog;
pub mod widgets;
