//! Words for a command line.

/// A word as a shell reads it back unchanged.
#[must_use]
pub fn quoted(word: &str) -> String {
    let safe = |letter: char| letter.is_ascii_alphanumeric() || "._-=/:,@%+".contains(letter);
    if !word.is_empty() && word.chars().all(safe) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// The flag that sets a row: `--set linger.ms=20`.
#[must_use]
pub fn set_flag(name: &str, value: impl std::fmt::Display) -> String {
    format!("--set {}", quoted(&format!("{name}={value}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_survive_a_shell() {
        assert_eq!(quoted("acks=all"), "acks=all");
        assert_eq!(quoted("it's; rm"), r"'it'\''s; rm'");
        assert_eq!(quoted(""), "''");
    }
}
