//! The lines above the keys: messages, warnings in words, and what to turn next.

use ratatui::text::Line;

use crate::lab::LoadState;
use crate::tui::theme::Role;
use crate::tui::view::layout::Size;
use crate::tui::view::scene::Scene;
use crate::tui::view::{knob, layout::Layout};
use crate::tui::widgets::pen::{Pen, cut, width, wrap};

/// Whether there is a warning beside the badge of the embedded cluster.
#[must_use]
pub fn warns(scene: &Scene<'_>) -> bool {
    scene
        .reading
        .warnings
        .iter()
        .any(|warning| warning.word != "EMBEDDED")
}

/// Draws as many lines as there are: the most pressing ones.
pub fn draw(pen: &mut Pen<'_>, scene: &Scene<'_>) {
    let size = Layout::of(pen.whole(), scene).size;
    let mut y = 0;
    let room = pen.width().saturating_sub(8);
    for (word, role, text) in lines(scene, size) {
        if y >= pen.height() {
            return;
        }
        let indent = if word == "why" { 7 } else { width(&word) + 2 };
        pen.line(
            0,
            y,
            &Line::from(scene.span(head(role), format!(" {word} "))),
        );
        let last = pen.height() - y;
        let broken = wrap(&text, room.min(pen.width().saturating_sub(indent)));
        let many = broken.len() > usize::from(last);
        for (at, line) in broken.iter().take(usize::from(last)).enumerate() {
            let ends = many && at + 1 == usize::from(last);
            let line = if ends {
                cut(&format!("{line} …"), room)
            } else {
                line.clone()
            };
            pen.text(indent, y, line, scene.style(role));
            y += 1;
        }
    }
}

fn head(role: Role) -> Role {
    match role {
        Role::Text => Role::Key,
        other => other,
    }
}

/// What is to be said, the most pressing first: word, role, sentence.
fn lines(scene: &Scene<'_>, size: Size) -> Vec<(String, Role, String)> {
    let mut lines = Vec::new();
    if let LoadState::Failed(reason) = &scene.latest.load {
        lines.push(("✗".into(), Role::Bad, reason.clone()));
    }
    if let Some(message) = scene.model.message() {
        let role = if message.bad { Role::Bad } else { Role::Good };
        lines.push((
            if message.bad { "✗" } else { "✓" }.into(),
            role,
            message.text.clone(),
        ));
    }
    if size != Size::Wide {
        let pending = knob::pending(scene).into_iter();
        lines.extend(pending.map(|(role, text)| (String::new(), role, text)));
    }
    let warnings = scene.reading.warnings.iter();
    for warning in warnings.filter(|warning| warning.word != "EMBEDDED") {
        lines.push((
            format!("▲ {}", warning.word),
            Role::Warn,
            warning.text.clone(),
        ));
    }
    if let Some(advice) = scene.reading.advice.first() {
        let key = crate::tui::action::key_of(crate::tui::action::Action::Advice);
        let turn = advice
            .turn
            .as_ref()
            .map(|_| format!(". {key} puts it on the slider."));
        let sentence = advice.text.trim_end_matches('.');
        let text = format!("{sentence}{}", turn.unwrap_or_else(|| ".".into()));
        lines.push(("why".into(), Role::Text, text));
    }
    lines
}
