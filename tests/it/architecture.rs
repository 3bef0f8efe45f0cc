//! The map in `lib.rs` holds: which room uses which, which room names which crate, where `unsafe` is, and how long a file is.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{Source, code_only, sources};

/// The rooms from the bottom to the top. A room uses only rooms of lower layers, and within a layer in one direction only.
const LAYERS: [&[&str]; 9] = [
    &["drill"],
    &["settings"],
    &["measure", "wire", "cluster"],
    &["profile", "load", "audit"],
    &["snapshot"],
    &["lab"],
    &["report", "scenario", "compare", "sweep"],
    &["cli", "tui"],
    &["main", "lib"],
];

/// Which places may name a crate; all others may not.
const CRATES: [(&str, &[&str]); 13] = [
    ("clap", &["cli", "main"]),
    ("clap_complete", &["cli", "main"]),
    ("clap_mangen", &["cli", "main"]),
    ("ratatui", &["tui"]),
    ("crossterm", &["tui"]),
    ("tui_input", &["tui"]),
    ("termprofile", &["tui"]),
    ("rdkafka", CLIENT_ROOMS),
    ("rdkafka_sys", CLIENT_ROOMS),
    ("kafka_protocol", &["wire", "cluster"]),
    ("libc", &["load"]),
    ("plotters", &["report/page"]),
    ("rusqlite", &["scenario/consumers"]),
];
const CLIENT_ROOMS: &[&str] = &[
    "settings/native",
    // Tests only: they ask the linked library whether our rules are its rules.
    "settings/rules/tests",
    "cluster",
    "load",
    "audit",
    "scenario",
];

/// The only room with `unsafe`.
const UNSAFE_ROOM: &str = "load";
/// A file longer than this has more than one purpose.
const MOST_LINES: usize = 400;

fn layer(room: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&room))
}

/// A word of the code, with the byte where it begins.
type Word<'a> = (usize, &'a str);

/// The identifiers and single signs of some code; `::` is one sign.
fn words(code: &str) -> Vec<Word<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = code[at..].chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let length = if is_word(first) {
            code[at..].find(|c| !is_word(c)).unwrap_or(code.len() - at)
        } else if code[at..].starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        if !first.is_whitespace() {
            found.push((at, &code[at..at + length]));
        }
        at += length;
    }
    found
}

/// The rooms that the words name by `crate::`, `linger::` or enough `super::`, each with its place.
fn used_rooms<'a>(source: &Source, words: &[Word<'a>]) -> Vec<Word<'a>> {
    let mut found = Vec::new();
    for (index, &(_, word)) in words.iter().enumerate() {
        let Some(&(_, "::")) = words.get(index + 1) else {
            continue;
        };
        let is_root = match word {
            "crate" => true,
            "linger" => source.path == "main.rs",
            "super" => supers_before(words, index) + 1 == source.depth(),
            _ => false,
        };
        if is_root {
            found.extend(heads(&words[index + 2..]));
        }
    }
    found
}

/// How many `super::` stand before the one at `index`.
fn supers_before(words: &[Word<'_>], index: usize) -> usize {
    let pairs = words[..index].rchunks_exact(2);
    pairs
        .take_while(|pair| pair[0].1 == "super" && pair[1].1 == "::")
        .count()
}

/// The first names of a path's rest: one, or those of a group in braces.
fn heads<'a>(words: &[Word<'a>]) -> Vec<Word<'a>> {
    if words.first().is_none_or(|word| word.1 != "{") {
        return words.first().copied().into_iter().collect();
    }
    let (mut depth, mut heads, mut begins) = (0, Vec::new(), false);
    for &word in words {
        match word.1 {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ if begins && depth == 1 => heads.push(word),
            _ => {}
        }
        begins = depth == 1 && matches!(word.1, "{" | ",");
        if depth == 0 {
            break;
        }
    }
    heads
}

/// `src/FILE:LINE: the line`, for the byte `at`.
fn place(source: &Source, code: &str, at: usize) -> String {
    let number = code[..at].matches('\n').count();
    let line = source.text.lines().nth(number).unwrap_or_default().trim();
    format!("src/{}:{}: {line}", source.path, number + 1)
}

#[test]
fn rooms_use_only_what_stands_below_them() {
    let mut wrong = Vec::new();
    let mut beside: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources() {
        let code = code_only(&source.text);
        let Some(own) = layer(source.room()) else {
            wrong.push(format!(
                "src/{}: no layer has a room '{}'",
                source.path,
                source.room()
            ));
            continue;
        };
        for (at, room) in used_rooms(&source, &words(&code)) {
            match layer(room) {
                Some(other) if other > own => wrong.push(place(&source, &code, at)),
                Some(other) if other == own && room != source.room() => {
                    beside
                        .entry(source.room().to_owned())
                        .or_default()
                        .insert(room.to_owned());
                }
                _ => {}
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "these lines reach upwards:\n{}",
        wrong.join("\n")
    );
    for (from, targets) in &beside {
        for to in targets {
            let back = reaches(&beside, to, from);
            assert!(
                !back,
                "{from} uses {to}, and {to} (perhaps by others) uses {from}"
            );
        }
    }
}

fn reaches(uses: &BTreeMap<String, BTreeSet<String>>, from: &str, to: &str) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![from];
    while let Some(room) = open.pop() {
        if room == to {
            return true;
        }
        if seen.insert(room) {
            open.extend(uses.get(room).into_iter().flatten().map(String::as_str));
        }
    }
    false
}

#[test]
fn crates_are_named_only_where_they_belong() {
    let mut wrong = Vec::new();
    for source in sources() {
        let code = code_only(&source.text);
        let words = words(&code);
        for (index, &(at, word)) in words.iter().enumerate() {
            let Some((_, places)) = CRATES.iter().find(|(name, _)| *name == word) else {
                continue;
            };
            let before = index.checked_sub(1).map(|before| words[before].1);
            let is_path =
                words.get(index + 1).is_some_and(|next| next.1 == "::") && before != Some("::");
            let named = is_path || before == Some("use");
            let allowed = places.iter().any(|place| is_in(&source, place));
            if named && !allowed {
                wrong.push(place(&source, &code, at));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "these lines name a crate of another room:\n{}",
        wrong.join("\n")
    );
}

/// Whether a file belongs to a room, or to a module of it such as `settings/native`.
fn is_in(source: &Source, place: &str) -> bool {
    let path = source.path.strip_suffix(".rs").unwrap_or(&source.path);
    path == place
        || path
            .strip_prefix(place)
            .is_some_and(|rest| rest.starts_with('/'))
}

#[test]
fn unsafe_code_stands_in_one_room() {
    let mut wrong = Vec::new();
    for source in sources()
        .iter()
        .filter(|source| source.room() != UNSAFE_ROOM)
    {
        let code = code_only(&source.text);
        let found = words(&code).into_iter().filter(|word| word.1 == "unsafe");
        wrong.extend(found.map(|(at, _)| place(source, &code, at)));
    }
    assert!(
        wrong.is_empty(),
        "unsafe outside src/{UNSAFE_ROOM}:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn files_are_short_and_none_is_called_mod() {
    let mut wrong = Vec::new();
    for source in sources() {
        let lines = source.text.lines().count();
        if lines > MOST_LINES {
            wrong.push(format!(
                "src/{}: {lines} lines, more than {MOST_LINES}",
                source.path
            ));
        }
        if source.path.ends_with("mod.rs") {
            wrong.push(format!("src/{}: use foo.rs beside foo/", source.path));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn uses_are_found_in_all_their_forms() {
    let used = |path: &str, text: &str| -> Vec<String> {
        let source = Source {
            path: path.into(),
            text: text.into(),
        };
        used_rooms(&source, &words(text))
            .iter()
            .map(|word| word.1.to_owned())
            .collect()
    };
    assert_eq!(
        used("lab/a.rs", "use crate::tui::x; crate::cli::run()"),
        ["tui", "cli"]
    );
    assert_eq!(
        used("lab.rs", "use crate::{load::{a, b}, tui, wire::c};"),
        ["load", "tui", "wire"]
    );
    assert_eq!(
        used("lab/a.rs", "use super::super::tui; use super::b;"),
        ["tui"]
    );
    assert_eq!(used("lab.rs", "use super::tui::x;"), ["tui"]);
    assert_eq!(used("main.rs", "linger::cli::run()"), ["cli"]);
}
