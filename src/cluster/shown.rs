//! Text from outside (brokers, topic names, librdkafka's messages), made safe to draw.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How many characters of one text are kept.
pub const MAX_CHARS: usize = 400;

/// Text from outside that holds nothing a terminal would obey and nothing invisible.
///
/// It is at most [`MAX_CHARS`] long, an ellipsis marks a cut.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Shown(String);

impl Shown {
    /// Makes `text` safe with [`escape_visible`].
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(escape_visible(text, MAX_CHARS))
    }

    /// The safe text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl From<String> for Shown {
    fn from(text: String) -> Self {
        Self::new(&text)
    }
}

impl From<&str> for Shown {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<Shown> for String {
    fn from(shown: Shown) -> Self {
        shown.0
    }
}

/// Replaces every control, direction-changing or invisible character by a visible `<1B>` and cuts after `limit` characters.
///
/// The result holds at most `limit` characters and a final ellipsis.
#[must_use]
pub fn escape_visible(text: &str, limit: usize) -> String {
    let mut safe = String::with_capacity(text.len().min(limit));
    let mut used = 0;
    for character in text.chars() {
        let piece = if is_unsafe(character) {
            format!("<{:02X}>", u32::from(character))
        } else {
            character.to_string()
        };
        used += piece.chars().count();
        if used > limit {
            safe.push('…');
            return safe;
        }
        safe.push_str(&piece);
    }
    safe
}

fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_escape_sequence_becomes_visible_text() {
        assert_eq!(Shown::new("a\x1b[2Jb\u{9b}c").as_str(), "a<1B>[2Jb<9B>c");
        assert_eq!(Shown::new("x\u{202e}gpj").as_str(), "x<202E>gpj");
    }

    #[test]
    fn ordinary_names_stay_as_they_are() {
        assert_eq!(
            Shown::new("zahlungen-größe_ü.1 日本").as_str(),
            "zahlungen-größe_ü.1 日本"
        );
    }

    #[test]
    fn long_text_is_cut_and_says_so() {
        let shown = escape_visible(&"x".repeat(5_000), 10);
        assert_eq!(shown, "xxxxxxxxxx…");
    }

    proptest! {
        #[test]
        fn nothing_unsafe_is_left(text in any::<String>()) {
            let shown = escape_visible(&text, 50);
            prop_assert!(!shown.chars().any(is_unsafe));
            prop_assert!(shown.chars().count() <= 51);
            prop_assert_eq!(escape_visible(&shown, 60), shown);
        }
    }
}
