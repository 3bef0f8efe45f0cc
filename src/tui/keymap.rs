//! From a key of the terminal to an action, by the table; and keys as text, for tests and messages.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::tui::action::{Action, TABLE};
use crate::tui::model::Panel;

const NAMED: &[(&str, KeyCode)] = &[
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("enter", KeyCode::Enter),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pageup", KeyCode::PageUp),
    ("pagedown", KeyCode::PageDown),
    ("f1", KeyCode::F(1)),
    ("space", KeyCode::Char(' ')),
];

/// The action of a key in a panel, by the table.
#[must_use]
pub fn lookup(key: KeyEvent, panel: Panel) -> Option<Action> {
    let name = text(key);
    let digit = name.len() == 1 && name.bytes().all(|byte| byte.is_ascii_digit());
    TABLE
        .iter()
        .filter(|row| row.when.holds_in(panel))
        .find(|row| {
            row.keys
                .iter()
                .any(|key| *key == name || (digit && *key == "0-9"))
        })
        .map(|row| row.action)
}

/// A key in words: `left`, `shift-tab`, `ctrl-r`, `H`, `?`. A key that has no name is empty.
#[must_use]
pub fn text(key: KeyEvent) -> String {
    let (code, back) = match key.code {
        KeyCode::BackTab => (KeyCode::Tab, true),
        code => (code, false),
    };
    let named = NAMED.iter().find(|(_, named)| *named == code);
    let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
    let shift = back || key.modifiers.contains(KeyModifiers::SHIFT);
    let base = match (named, code) {
        (Some((name, _)), _) if shift => format!("shift-{name}"),
        (Some((name, _)), _) => (*name).to_owned(),
        (None, KeyCode::Char(letter)) if ctrl => letter.to_ascii_lowercase().to_string(),
        (None, KeyCode::Char(letter)) => letter.to_string(),
        _ => return String::new(),
    };
    let alt = key.modifiers.contains(KeyModifiers::ALT);
    format!(
        "{}{}{base}",
        if ctrl { "ctrl-" } else { "" },
        if alt { "alt-" } else { "" }
    )
}

/// The key of a text as `text` writes it; `None` when there is no such key.
#[must_use]
pub fn parse(text: &str) -> Option<KeyEvent> {
    let mut rest = text;
    let mut modifiers = KeyModifiers::NONE;
    for (prefix, modifier) in [
        ("ctrl-", KeyModifiers::CONTROL),
        ("alt-", KeyModifiers::ALT),
        ("shift-", KeyModifiers::SHIFT),
    ] {
        if let Some(after) = rest.strip_prefix(prefix).filter(|after| !after.is_empty()) {
            rest = after;
            modifiers |= modifier;
        }
    }
    if let Some((_, code)) = NAMED.iter().find(|(name, _)| *name == rest) {
        return Some(KeyEvent::new(*code, modifiers));
    }
    let mut letters = rest.chars();
    let letter = letters.next()?;
    letters
        .next()
        .is_none()
        .then(|| KeyEvent::new(KeyCode::Char(letter), modifiers))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_the_table_reaches_its_action() {
        for row in TABLE {
            for key in row.keys.iter().filter(|key| **key != "0-9") {
                let event = parse(key).unwrap_or_else(|| panic!("{key} is not a key"));
                let panels = Panel::ALL
                    .into_iter()
                    .filter(|panel| row.when.holds_in(*panel));
                for panel in panels {
                    assert_eq!(lookup(event, panel), Some(row.action), "{key} in {panel:?}");
                }
            }
        }
    }

    #[test]
    fn any_digit_opens_an_entry_on_a_slider_only() {
        let seven = parse("7").unwrap();
        assert_eq!(lookup(seven, Panel::Settings), Some(Action::Digit));
        assert_eq!(lookup(seven, Panel::Trials), None);
    }

    #[test]
    fn a_capital_that_the_terminal_reports_with_shift_is_the_same_key() {
        let held = KeyEvent::new(KeyCode::Char('H'), KeyModifiers::SHIFT);
        assert_eq!(lookup(held, Panel::Settings), Some(Action::Hold));
        let back = KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT);
        assert_eq!(lookup(back, Panel::Settings), Some(Action::PreviousPanel));
    }
}
