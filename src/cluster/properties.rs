//! Files with client properties, Java's and librdkafka's: one parser that reads both.

use java_properties::{LineContent, PropertiesIter};
use thiserror::Error;

use super::keys;

/// One property of a file.
#[derive(Clone, PartialEq, Eq)]
pub struct Line {
    /// The name as it is written, without escapes.
    pub key: String,
    /// The value, without escapes; it may be a secret.
    pub value: String,
    /// The line in the file, from 1.
    pub number: usize,
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Line({}: {} = …)",
            self.number,
            keys::nearest(&self.key, &[]).unwrap_or("?")
        )
    }
}

/// A file that is no properties file.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum PropertiesError {
    /// A line cannot be read.
    #[error(
        "line {line} cannot be read: write name=value, with \\\\ for a backslash and \\uXXXX for a character by number"
    )]
    Line {
        /// The line, from 1.
        line: usize,
    },
    /// A value holds a NUL character or ends in a lone backslash.
    #[error("line {line} holds a NUL character: remove it")]
    Nul {
        /// The line, from 1.
        line: usize,
    },
}

/// Reads the text of a Java `.properties` file or of a librdkafka `.conf` file.
///
/// Text that is not UTF-8 is read as ISO-8859-1, as Java does. A backslash is an escape, as in Java.
///
/// # Errors
/// The first line that cannot be read; values are never part of the message.
pub fn parse(bytes: &[u8]) -> Result<Vec<Line>, PropertiesError> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.trim_start_matches('\u{feff}').to_owned(),
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    };
    // A lone backslash at the very end continues with nothing; without an empty line the parser would drop its line.
    let plain = to_ascii(&without_comments(&text)) + "\n\n";
    let mut lines = Vec::new();
    for (index, line) in PropertiesIter::new(plain.as_bytes()).enumerate() {
        let line = line.map_err(|error| PropertiesError::Line {
            line: error.line_number().unwrap_or(index + 1),
        })?;
        let number = line.line_number();
        if let LineContent::KVPair(key, value) = line.consume_content() {
            if key.contains('\0') || value.contains('\0') {
                return Err(PropertiesError::Nul { line: number });
            }
            let value = value.trim_end().to_owned();
            lines.push(Line { key, value, number });
        }
    }
    Ok(lines)
}

/// Empties comment lines: the parser would stumble over a `\u` in them (`# C:\users`).
fn without_comments(text: &str) -> String {
    let mut continues = false;
    let mut kept = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let body = line.trim_end_matches(['\n', '\r']);
        let is_comment = !continues && body.trim_start().starts_with(['#', '!']);
        if is_comment {
            kept.push('\n');
        } else {
            kept.push_str(line);
        }
        let backslashes = body.chars().rev().take_while(|c| *c == '\\').count();
        continues = !is_comment && backslashes % 2 == 1;
    }
    kept
}

/// Writes other characters as `\uXXXX`: the parser reads its input as Windows-1252.
fn to_ascii(text: &str) -> String {
    let mut ascii = String::with_capacity(text.len());
    let mut escaping = false;
    for character in text.chars() {
        if character.is_ascii() {
            ascii.push(character);
            escaping = character == '\\' && !escaping;
            continue;
        }
        // A backslash that stands before the character is the escape's own.
        let start = if escaping { "" } else { "\\" };
        escaping = false;
        let mut units = [0; 2];
        match character.encode_utf16(&mut units) {
            [unit] => ascii.extend(start.chars().chain(format!("u{unit:04x}").chars())),
            // Beyond 16 bits the parser has no form; a name or password with an emoji is worth an error by its line.
            _ => ascii.extend([start, "ud800"]),
        }
    }
    ascii
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        parse(text.as_bytes())
            .unwrap()
            .into_iter()
            .map(|l| (l.key, l.value))
            .collect()
    }

    fn pair(key: &str, value: &str) -> (String, String) {
        (key.to_owned(), value.to_owned())
    }

    #[test]
    fn reads_java_files() {
        let text = "# C:\\users\\bob\n! note\nbootstrap.servers = a:1,\\\n    b:2\n\nssl.key.password:pa\\:ss\\=w\\u00f6rd\nempty=\n";
        assert_eq!(
            pairs(text),
            [
                pair("bootstrap.servers", "a:1,b:2"),
                pair("ssl.key.password", "pa:ss=wörd"),
                pair("empty", "")
            ]
        );
    }

    #[test]
    fn reads_librdkafka_files() {
        assert_eq!(
            pairs("bootstrap.servers=h:9092\r\nsasl.username=größe # no comment\r\n"),
            [
                pair("bootstrap.servers", "h:9092"),
                pair("sasl.username", "größe # no comment")
            ]
        );
        assert_eq!(parse(b"a=\xfc").unwrap()[0].value, "ü");
    }

    #[test]
    fn a_bad_line_is_named_without_its_value() {
        let error = parse(b"a=1\nsasl.password=canary\\u12").unwrap_err();
        assert_eq!(error, PropertiesError::Line { line: 2 });
        assert_eq!(parse(b"a=b\\").unwrap()[0].value, "b");
        assert_eq!(parse(b"a=b\\u0000"), Err(PropertiesError::Nul { line: 1 }));
    }

    #[test]
    fn debug_does_not_show_the_value() {
        let lines = parse(b"sasl.password=canary-77").unwrap();
        assert!(!format!("{lines:?}").contains("canary"));
    }

    proptest! {
        #[test]
        fn what_java_writes_is_read_back(key in "[a-z][a-z.]{0,20}", value in "[a-zA-Z0-9=:#!\\\\ äß]{0,30}") {
            let value = value.trim().to_owned();
            let mut written = Vec::new();
            let mut writer = java_properties::PropertiesWriter::new(&mut written);
            writer.write(&key, &value).unwrap();
            writer.flush().unwrap();
            drop(writer);
            let lines = parse(&written).unwrap();
            prop_assert_eq!(&lines[0].key, &key);
            prop_assert_eq!(&lines[0].value, &value);
        }

        #[test]
        fn no_text_makes_it_panic(text in any::<Vec<u8>>()) {
            let _ = parse(&text);
        }
    }
}
