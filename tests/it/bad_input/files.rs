//! Files that cannot be read or written: named, left as they are, and never taken for something else.

use std::path::Path;
use std::process::Command;

use crate::cli::{home, linger, run, stderr, stdout};

use super::Untouched;

const BENCH: [&str; 4] = ["bench", "--num-records", "50", "-q"];

/// Bad contents of a profile, each with a word of the complaint.
const PROFILES: [(&[u8], &str); 8] = [
    (b"", "empty"),
    (b" \n\n", "empty"),
    (b"schema = 1\nkind = \"linger-pro", "damaged"),
    (b"\xff\xfe\x00\x01", "UTF-8"),
    (b"schema = 1\nkind = \"something\"\n", "damaged"),
    (b"schema = 2\nkind = \"linger-profile\"\n", "newer"),
    (
        b"schema = 1\nkind = \"linger-profile\"\n[settings]\n\"lingr.ms\" = 5\n",
        "linger.ms?",
    ),
    (
        b"schema = 1\nkind = \"linger-profile\"\n[settings]\n\"linger.ms\" = -5\n",
        "0 ms to 900 s",
    ),
];

/// Bad contents of a snapshot, each with a word of the complaint.
const SNAPSHOTS: [(&[u8], &str); 6] = [
    (b"", "empty"),
    (b"\n", "empty"),
    (b"{\"schema_version\":1,", "damaged"),
    (b"\xff\xfe\x00\x01", "UTF-8"),
    (b"{\"schema_version\":99}", "update linger"),
    (b"{\"schema_version\":1}", "damaged"),
];

#[test]
fn a_bad_profile_is_named_and_left_as_it_is() {
    let home = home();
    let folder = home.path().join("config/linger/profiles");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("mine.toml");
    for (content, word) in PROFILES {
        std::fs::write(&path, content).unwrap();
        let nobody = Untouched::new();
        let address = nobody.address();
        let used = [
            "bench",
            "--yes",
            "-b",
            address.as_str(),
            "--profile",
            "mine",
        ];
        for words in [
            &used[..],
            &["profile", "show", "mine"],
            &["profile", "export", "mine", "--to", "java"],
            &["profile", "list"],
        ] {
            let failed = run(home.path(), words).code(2);
            let message = stderr(&failed);
            assert!(
                message.contains("mine.toml") && message.contains(word),
                "{words:?}: {message}"
            );
            assert!(!message.contains("panicked"), "{message}");
        }
        nobody.assert_untouched(&used);
        assert_eq!(std::fs::read(&path).unwrap(), content);
        let again = run(home.path(), &["profile", "save", "mine"]).code(2);
        assert!(stderr(&again).contains("mine.toml"), "{}", stderr(&again));
        assert_eq!(std::fs::read(&path).unwrap(), content);
    }
    let listed = run(home.path(), &["profile", "list"]).code(2);
    assert!(
        stdout(&listed).contains("balanced"),
        "the others are listed"
    );
}

#[test]
fn a_bad_snapshot_is_named_and_left_as_it_is() {
    let home = home();
    let folder = home.path().join("data/linger/snapshots");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("half.json");
    for (content, word) in SNAPSHOTS {
        std::fs::write(&path, content).unwrap();
        let file = path.to_str().unwrap();
        for words in [
            &["snapshot", "show", "half"][..],
            &["snapshot", "diff", "half", "half"],
            &["profile", "export", file, "--to", "java"],
            &["snapshot", "list"],
        ] {
            let failed = run(home.path(), words).code(2);
            let message = stderr(&failed);
            assert!(
                message.contains("half.json") && message.contains(word),
                "{words:?}: {message}"
            );
            assert!(!message.contains("panicked"), "{message}");
        }
        let again = run(home.path(), &[&BENCH[..], &["--save", "half"]].concat()).code(2);
        assert!(stderr(&again).contains("half.json"), "{}", stderr(&again));
        assert_eq!(stdout(&again), "", "nothing was measured");
        assert_eq!(std::fs::read(&path).unwrap(), content);
    }
}

#[test]
fn a_folder_or_a_pipe_is_no_file_of_ours() {
    let home = home();
    for words in [
        &["snapshot", "show", "./"][..],
        &["profile", "show", "./"],
        &["profile", "export", "./", "--to", "spring"],
        &["snapshot", "diff", "./", "/dev/zero"],
        &["bench", "--profile", "/dev/zero"],
        &["snapshot", "show", "/dev/zero"],
        &["bench", "-F", "./"],
        &["bench", "-F", "/dev/zero"],
        &["bench", "--payload-file", "./"],
        &["bench", "--payload-file", "missing"],
    ] {
        let failed = run(home.path(), words).code(2);
        assert!(stderr(&failed).starts_with("error: "), "{words:?}");
        assert_eq!(stdout(&failed), "", "{words:?}");
    }
}

#[test]
fn a_missing_payload_file_is_found_out_before_anything_is_sent() {
    let nobody = Untouched::new();
    let address = nobody.address();
    let words = [
        "bench",
        "-b",
        address.as_str(),
        "--yes",
        "--payload-file",
        "missing.txt",
    ];
    crate::cli::refused(&words, &["missing.txt"]);
    nobody.assert_untouched(&words);
}

#[test]
fn a_result_that_cannot_be_saved_is_still_printed() {
    let home = home();
    let words = [&BENCH[..], &["--save", "/dev/full/x.json"]].concat();
    let failed = run(home.path(), &words).code(2);
    assert!(
        stderr(&failed).contains("/dev/full/x.json"),
        "{}",
        stderr(&failed)
    );
    assert!(stdout(&failed).contains("99.9th."));
}

/// Runs the binary in `folder`, mounted as a disk of 4 KiB; `None` where that right is missing.
fn on_a_full_disk(home: &Path, words: &[&str]) -> Option<(Option<i32>, String, String)> {
    let can_mount = Command::new("unshare").args(["-rm", "true"]).status();
    if !can_mount.is_ok_and(|status| status.success()) {
        eprintln!("skipped: no right to mount a small disk");
        return None;
    }
    let script = format!(
        "mount -t tmpfs -o size=4k none . && cd \"$PWD\" && head -c 4096 /dev/zero > ballast; {} {}; code=$?; ls -A; exit $code",
        env!("CARGO_BIN_EXE_linger"),
        words.join(" ")
    );
    let full = home.join("full");
    std::fs::create_dir_all(&full).unwrap();
    let mut command = linger(home);
    let variables: Vec<_> = command
        .get_envs()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
        .collect();
    command = Command::new("unshare");
    let output = command
        .args(["-rm", "bash", "-c", &script])
        .envs(variables)
        .current_dir(&full)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Some((
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    ))
}

#[test]
fn a_full_disk_is_named_and_leaves_nothing_behind() {
    let home = home();
    let words = [&BENCH[..], &["--save", "./x.json"]].concat();
    let Some((code, text, message)) = on_a_full_disk(home.path(), &words) else {
        return;
    };
    assert_eq!(code, Some(2), "{text}{message}");
    assert!(message.contains("x.json"), "{message}");
    assert!(
        text.trim_end().ends_with("99.9th.\nballast"),
        "the result, and no file after it: {text}"
    );
    let words = ["profile", "save", "./p.toml"];
    let Some((code, text, message)) = on_a_full_disk(home.path(), &words) else {
        return;
    };
    assert_eq!((code, text.trim_end()), (Some(2), "ballast"), "{message}");
    assert!(message.contains("p.toml"), "{message}");
}
