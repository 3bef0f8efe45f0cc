//! Text inside XML and HTML.

/// The text with every sign that markup gives a meaning replaced; control characters, which XML forbids, become spaces.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => out.push(' '),
            sign if sign.is_control() => out.push(' '),
            sign => out.push(sign),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_person_typed_becomes_markup() {
        let text = escaped("<b>\"p99<20ms\" & 'x'\u{1b}[0m");
        assert_eq!(
            text,
            "&lt;b&gt;&quot;p99&lt;20ms&quot; &amp; &#39;x&#39; [0m"
        );
    }
}
