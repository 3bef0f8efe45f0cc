//! Rust source as the tests on the code itself see it: files, and their text without comments and strings.

use std::path::{Path, PathBuf};

/// One source file.
pub struct Source {
    /// The path below `src/`, such as `cluster/local.rs`.
    pub path: String,
    pub text: String,
}

impl Source {
    /// The top-level module it belongs to: `cluster` for `cluster.rs` and all below `cluster/`.
    pub fn room(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// How many `super::` lead from this file's own module to the crate's root.
    pub fn depth(&self) -> usize {
        if self.path == "lib.rs" || self.path == "main.rs" {
            0
        } else {
            self.path.split('/').count()
        }
    }
}

/// All files below `src/`, in order.
pub fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder of sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).expect("a source file");
                let path = path
                    .strip_prefix(&root)
                    .expect("below src")
                    .display()
                    .to_string();
                found.push(Source { path, text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// The text with comments and the contents of strings blanked out; lines and columns stay where they are.
pub fn code_only(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = end_of_prose(&chars, at);
        if end == at {
            code.push(chars[at]);
            at += 1;
            continue;
        }
        code.extend(
            chars[at..end]
                .iter()
                .map(|&c| if c == '\n' { '\n' } else { ' ' }),
        );
        at = end;
    }
    code
}

/// Where the comment, string or character that begins at `at` ends; `at` itself if none begins there.
fn end_of_prose(chars: &[char], at: usize) -> usize {
    let rest = &chars[at..];
    let previous = at.checked_sub(1).map(|before| chars[before]);
    match rest {
        ['/', '/', ..] => at + rest.iter().position(|&c| c == '\n').unwrap_or(rest.len()),
        ['/', '*', ..] => at + 2 + until(&rest[2..], &['*', '/']),
        ['r', '"' | '#', ..] if !previous.is_some_and(is_word) => raw_string(chars, at),
        ['b', 'r', '"' | '#', ..] if !previous.is_some_and(is_word) => raw_string(chars, at + 1),
        ['"', ..] => at + 1 + quoted(&rest[1..]),
        ['\'', '\\', _, tail @ ..] => at + 3 + until(tail, &['\'']),
        ['\'', _, '\'', ..] => at + 3,
        _ => at,
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The length up to and with `end`, or all of it.
fn until(rest: &[char], end: &[char]) -> usize {
    rest.windows(end.len())
        .position(|window| window == end)
        .map_or(rest.len(), |at| at + end.len())
}

/// The length up to and with the closing quote.
fn quoted(rest: &[char]) -> usize {
    let mut at = 0;
    while at < rest.len() {
        match rest[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// The end of the raw string whose `r` stands at `at`; `at` if it is a raw identifier.
fn raw_string(chars: &[char], at: usize) -> usize {
    let hashes = chars[at + 1..].iter().take_while(|&&c| c == '#').count();
    let open = at + 1 + hashes;
    if chars.get(open) != Some(&'"') {
        return at;
    }
    let mut close = vec!['"'];
    close.extend(std::iter::repeat_n('#', hashes));
    open + 1 + until(&chars[open + 1..], &close)
}

#[test]
fn comments_and_strings_are_no_code() {
    let text = "a // crate::x\nb /* c\nd */ e \"f \\\" g\" r#\"h \" i\"# 'j' '\\'' &'k l r#type";
    let words: Vec<String> = code_only(text)
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    assert_eq!(words, ["a", "b", "e", "&'k", "l", "r#type"]);
    assert_eq!(code_only(text).lines().count(), text.lines().count());
}
