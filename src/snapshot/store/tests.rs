use super::*;

fn temp() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn what_was_saved_is_loaded_again() {
    let folder = temp();
    let path = folder.path().join("deep/one.json");
    let mut snapshot = Snapshot::default();
    snapshot.result.attempted = 3;
    snapshot.note = Some("a note".into());
    save_file(&snapshot, &path).unwrap();
    assert_eq!(load_file(&path).unwrap(), snapshot);
}

#[test]
fn files_are_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = temp();
    let path = folder.path().join("mine/one.json");
    save_file(&Snapshot::default(), &path).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
}

#[test]
fn another_one_is_never_replaced() {
    let folder = temp();
    let path = folder.path().join("one.json");
    fs::write(&path, "mine").unwrap();
    let error = save_file(&Snapshot::default(), &path).unwrap_err();
    assert!(error.to_string().contains("already there"), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn empty_damaged_and_newer_files_are_named_and_left_alone() {
    let folder = temp();
    let cases = [
        ("", "is empty"),
        ("{\"schema_version\": 1", "is damaged"),
        ("{\"schema_version\": 1}", "is damaged"),
        ("[1, 2]", "no schema_version"),
        ("{\"schema_version\": 99}", "update linger"),
    ];
    for (text, expected) in cases {
        let path = folder.path().join("bad.json");
        fs::write(&path, text).unwrap();
        let message = load_file(&path).unwrap_err().to_string();
        assert!(message.contains(expected), "{text:?}: {message}");
        assert!(message.contains("bad.json"), "{message}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}

#[test]
fn a_folder_or_device_is_no_snapshot() {
    let folder = temp();
    assert!(load_file(folder.path()).is_err());
    let message = load_file(Path::new("/dev/zero")).unwrap_err().to_string();
    assert!(message.contains("not an ordinary file"), "{message}");
}

#[test]
fn names_do_not_leave_the_folder() {
    for name in ["", "..", ".hidden", "a b", "a\nb"] {
        assert!(named(Path::new("x"), name).is_err(), "{name:?}");
    }
    assert_eq!(
        named(Path::new("x"), "acks-1_b.2").unwrap(),
        Path::new("x/acks-1_b.2.json")
    );
}

#[test]
fn the_schema_accepts_what_is_written() {
    let schema = Snapshot::json_schema();
    let value = serde_json::to_value(Snapshot::default()).unwrap();
    jsonschema::validate(&schema, &value).unwrap();
}
