//! The screen: keys and mouse in, a picture out; the lab is reached only through commands and readings.

pub mod action;
pub mod dialog;
pub mod keymap;
pub mod model;
pub mod theme;
pub mod view;
pub mod widgets;
#[cfg(test)]
pub mod sample;
pub mod update;
