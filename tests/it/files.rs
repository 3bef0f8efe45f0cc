//! Files of ours: written whole or not at all, private, in the folders that are asked for.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::cli::{home, linger, run, stderr, stdout};

const PROFILES: &str = "config/linger/profiles";
const SNAPSHOTS: &str = "data/linger/snapshots";

fn start(home: &Path, words: &[&str]) -> Child {
    linger(home)
        .args(words)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn of_processes_that_save_one_name_at_once_one_wins_whole() {
    let home = home();
    let values: Vec<String> = (1..=8).map(|ms| format!("linger.ms={ms}")).collect();
    let all: Vec<Child> = values
        .iter()
        .map(|set| start(home.path(), &["profile", "save", "same", "--set", set]))
        .collect();
    let mut winners = Vec::new();
    for (child, set) in all.into_iter().zip(&values) {
        let output = child.wait_with_output().unwrap();
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        match output.status.code() {
            Some(0) => winners.push(set),
            code => assert!(
                code == Some(2) && message.contains("already there"),
                "{code:?} {message}"
            ),
        }
    }
    assert_eq!(winners.len(), 1, "{winners:?}");
    let shown = stdout(&run(home.path(), &["profile", "show", "same", "--json"]).success());
    let profile: serde_json::Value = serde_json::from_str(&shown).unwrap();
    let (_, ms) = winners[0].split_once('=').unwrap();
    assert_eq!(profile["values"]["linger.ms"], ms);
    assert_eq!(names(&home.path().join(PROFILES)), ["same.toml"]);
}

#[test]
fn of_two_benches_that_save_one_name_one_wins_and_both_print() {
    let home = home();
    let words = ["bench", "--num-records", "500", "-q", "--save", "same"];
    let both = [start(home.path(), &words), start(home.path(), &words)];
    let outputs = both.map(|child| child.wait_with_output().unwrap());
    let mut codes = outputs.each_ref().map(|output| output.status.code());
    codes.sort_unstable();
    assert_eq!(codes, [Some(0), Some(2)]);
    for output in &outputs {
        let text = String::from_utf8_lossy(&output.stdout);
        let message = String::from_utf8_lossy(&output.stderr);
        let refused_at_once = text.is_empty() && message.contains("already there");
        assert!(
            refused_at_once || text.trim_end().ends_with("99.9th."),
            "{text}{message}"
        );
    }
    run(home.path(), &["snapshot", "show", "same"]).success();
    assert_eq!(names(&home.path().join(SNAPSHOTS)), ["same.json"]);
}

#[test]
fn a_process_killed_while_it_saves_leaves_the_old_file_or_the_new_one() {
    let home = home();
    let save = ["profile", "save", "one", "--overwrite", "--set"];
    run(home.path(), &[&save[..], &["linger.ms=1"]].concat()).success();
    let whole = |ms: &str| {
        let shown = stdout(&run(home.path(), &["profile", "show", "one", "--json"]).success());
        let profile: serde_json::Value = serde_json::from_str(&shown).unwrap();
        profile["values"]["linger.ms"] == ms || profile["values"]["linger.ms"] == "1"
    };
    for delay in 0..12 {
        let mut child = start(home.path(), &[&save[..], &["linger.ms=2"]].concat());
        std::thread::sleep(Duration::from_millis(delay * 2));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(whole("2"), "after {delay}");
    }
}

#[test]
fn what_a_crash_left_is_not_read() {
    let home = home();
    for (folder, save) in [
        (PROFILES, &["profile", "save", "one"][..]),
        (
            SNAPSHOTS,
            &["bench", "-q", "--num-records", "5", "--save", "one"],
        ),
    ] {
        run(home.path(), save).success();
        let left = home.path().join(folder).join(".linger-Ab12Cd");
        std::fs::write(&left, "schema = 1\nkind = \"linger-pro").unwrap();
        let kind = save[0].replace("bench", "snapshot");
        let listed = run(home.path(), &[&kind, "list"]).success();
        assert!(stdout(&listed).contains("one") && !stdout(&listed).contains("Ab12Cd"));
        assert_eq!(stderr(&listed), "");
        run(home.path(), &[&kind, "show", ".linger-Ab12Cd"]).code(2);
    }
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn files_and_folders_are_private_whatever_the_umask() {
    let home = home();
    let program = env!("CARGO_BIN_EXE_linger");
    let script = format!(
        "umask 000; {program} profile save one && {program} bench -q --num-records 5 --save one"
    );
    let template = linger(home.path());
    let variables = template
        .get_envs()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())));
    let status = Command::new("bash")
        .args(["-c", &script])
        .envs(variables)
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
    for (folder, file) in [(PROFILES, "one.toml"), (SNAPSHOTS, "one.json")] {
        let folder = home.path().join(folder);
        assert_eq!(mode(&folder.join(file)), 0o600, "{file}");
        assert_eq!(mode(&folder), 0o700, "{}", folder.display());
        assert_eq!(mode(folder.parent().unwrap()), 0o700);
    }
}

#[test]
fn folders_of_ones_own_are_used_instead() {
    let home = home();
    let own = |name: &str| -> PathBuf { home.path().join("own").join(name) };
    let with = |words: &[&str]| {
        let output = linger(home.path())
            .args(words)
            .env("LINGER_CONFIG_DIR", own("config"))
            .env("LINGER_DATA_DIR", own("data"))
            .output()
            .unwrap();
        assert!(output.status.success(), "{words:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    with(&["profile", "save", "mine"]);
    with(&["bench", "-q", "--num-records", "5", "--save", "mine"]);
    assert_eq!(names(&own("config/profiles")), ["mine.toml"]);
    assert_eq!(names(&own("data/snapshots")), ["mine.json"]);
    assert!(with(&["profile", "list"]).contains("mine"));
    assert!(with(&["snapshot", "list"]).contains("mine"));
    assert!(!home.path().join("config").exists() && !home.path().join("data").exists());
}
