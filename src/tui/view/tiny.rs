//! The key figures in words, where there is no room for more.

use crate::lab::LoadState;
use crate::tui::theme::Role;
use crate::tui::view::percentiles::figure;
use crate::tui::view::scene::Scene;
use crate::tui::widgets::number::short;
use crate::tui::widgets::pen::{Pen, wrap};

/// Draws as many lines as fit.
pub fn draw(pen: &mut Pen<'_>, scene: &Scene<'_>) {
    let reading = scene.latest;
    let kind = if scene.embedded() { "EMBEDDED" } else { "REAL" };
    let state = match &reading.load {
        LoadState::Starting => "starting",
        LoadState::Running => "load",
        LoadState::Paused => "paused",
        LoadState::Stopping => "draining",
        LoadState::Stopped => "stopped",
        LoadState::Failed(_) => "FAILED",
    };
    let mut text = vec![(Role::Figure, format!("linger {kind} {state}"))];
    if let Some(trial) = scene.live {
        let response = &trial.response;
        let times = format!(
            "#{} p50 {} p99 {} ms",
            trial.number,
            figure(response.p50, response),
            figure(response.p99, response)
        );
        text.push((Role::Text, times));
        text.push((
            Role::Text,
            format!(
                "{}/s, failed {}",
                short(trial.sent_per_s),
                reading.accounts.failed
            ),
        ));
    }
    text.push((Role::Label, "needs 40 × 10 cells · q quits".into()));
    let mut y = 0;
    for (role, words) in text {
        for line in wrap(&words, pen.width()) {
            pen.text(0, y, line, scene.style(role));
            y += 1;
        }
    }
}
