//! The README says what the program does: its commands parse, its values are accepted, its tables come from the code.
//!
//! `LINGER_BLESS=1 cargo test --test it readme` writes the tables anew.

use std::path::Path;

use clap::Parser as _;
use linger::cli::{BenchArgs, Cli, Command, LoadArgs, ProfileAction};
use linger::lab::Goal;
use linger::profile::Shelf;
use linger::report::markdown;
use linger::settings::{Settings, Source};

fn path() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")
}

fn readme() -> String {
    std::fs::read_to_string(path()).unwrap()
}

/// The lines of the fenced blocks of shell, without comments; a final backslash joins two lines.
fn shell_lines(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut inside = false;
    let joined = text.replace("\\\n", " ");
    for line in joined.lines() {
        match line.trim().strip_prefix("```") {
            Some(word) => inside = matches!(word, "sh" | "console") && !inside,
            None if inside => lines.push(line.trim_start_matches("$ ").trim().to_owned()),
            None => {}
        }
    }
    lines
}

/// The words of one command, quotes taken off, up to a pipe, a redirection or a comment.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for sign in line.chars() {
        match (quote, sign) {
            (Some(open), _) if open == sign => quote = None,
            (None, '\'' | '"') => {
                quote = Some(sign);
                word.get_or_insert_default();
            }
            (None, '|' | '>' | ';' | '#' | '&') => break,
            (None, ' ') => words.extend(word.take()),
            _ => word.get_or_insert_default().push(sign),
        }
    }
    words.extend(word);
    words
}

/// Every command line of linger in the README, from the program's name on; variables before it are left out.
fn commands() -> Vec<Vec<String>> {
    let text = readme();
    let all = shell_lines(&text);
    let cargo = ["cargo", "run", "--release", "--"].map(str::to_owned);
    let command = |line: &String| {
        let mut words = words(line);
        while words.first().is_some_and(|word| is_variable(word)) {
            words.remove(0);
        }
        if let Some(rest) = words.strip_prefix(&cargo) {
            words = [&["linger".to_owned()], rest].concat();
        }
        (words.first()? == "linger").then_some(words)
    };
    all.iter().filter_map(command).collect()
}

fn is_variable(word: &str) -> bool {
    let capital = |sign: char| sign.is_ascii_uppercase() || sign == '_';
    word.split_once('=')
        .is_some_and(|(name, _)| name.chars().all(capital))
}

#[test]
fn every_command_line_parses() {
    let commands = commands();
    assert!(commands.len() >= 20, "only {} commands", commands.len());
    for words in &commands {
        let parsed = match Cli::try_parse_from(words) {
            Ok(parsed) => parsed,
            Err(error) if !error.use_stderr() => continue,
            Err(error) => panic!("{}: {error}", words.join(" ")),
        };
        if let Some(load) = load(&parsed) {
            judge(words, load);
        }
    }
}

fn load(cli: &Cli) -> Option<&LoadArgs> {
    match &cli.command {
        None => Some(&cli.lab.load),
        Some(Command::Bench(bench)) => {
            let BenchArgs { lab, .. } = &**bench;
            Some(&lab.load)
        }
        Some(Command::Sweep(sweep)) => Some(&sweep.lab.load),
        Some(Command::Compare(compare)) => Some(&compare.lab.load),
        Some(Command::Profile {
            action: ProfileAction::Save { load, .. },
        }) => Some(load),
        _ => None,
    }
}

/// Knobs, goals and profiles that a command line names are there.
fn judge(words: &[String], load: &LoadArgs) {
    let line = words.join(" ");
    let mut settings = Settings::default();
    for pair in &load.set {
        let (name, value) = pair.split_once('=').unwrap();
        let set = settings.set(name, value, Source::Flag);
        set.unwrap_or_else(|error| panic!("{line}: {error}"));
    }
    for goal in &load.goal {
        let goal = goal.parse::<Goal>();
        assert!(goal.is_ok(), "{line}: {goal:?}");
    }
    if let Some(name) = &load.profile {
        let own = readme().contains(&format!("profile save {name}"));
        let shelf = Shelf::at(env!("CARGO_MANIFEST_DIR"));
        assert!(own || shelf.read(name).is_ok(), "{line}: no profile {name}");
    }
}

/// The README with the table between the markers of this name replaced.
fn with_table(text: &str, name: &str, table: &str) -> String {
    let (open, close) = (format!("<!-- {name} -->"), format!("<!-- /{name} -->"));
    let (before, rest) = text
        .split_once(&open)
        .unwrap_or_else(|| panic!("{open} is missing"));
    let (_, after) = rest
        .split_once(&close)
        .unwrap_or_else(|| panic!("{close} is missing"));
    format!("{before}{open}\n{}\n{close}{after}", table.trim_end())
}

#[test]
fn the_tables_are_the_codes() {
    let old = readme();
    let tables = [
        ("knobs", markdown::knobs()),
        ("profiles", markdown::profiles()),
        ("header", markdown::header()),
        ("formats", markdown::formats()),
        ("clients", markdown::clients()),
        ("faults", markdown::faults()),
        ("keys", linger::tui::key_table::markdown()),
    ];
    let fold = |text: String, (name, table): &(&str, String)| with_table(&text, name, table);
    let new = tables.iter().fold(old.clone(), fold);
    if std::env::var("LINGER_BLESS").is_ok_and(|value| value == "1") {
        // The other tests of this file read it meanwhile.
        let whole = path().with_extension("md.new");
        std::fs::write(&whole, &new).unwrap();
        std::fs::rename(whole, path()).unwrap();
        return;
    }
    let differs = old.lines().zip(new.lines()).find(|(old, new)| old != new);
    assert!(
        old == new,
        "the README's tables are old ({differs:?}): LINGER_BLESS=1 cargo test --test it readme"
    );
}

#[test]
fn pictures_and_files_that_it_names_are_there() {
    let text = readme();
    let targets = text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')').map(|(target, _)| target));
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for target in targets.filter(|target| !target.contains("://") && !target.starts_with('#')) {
        assert!(root.join(target).exists(), "{target}");
    }
}
