//! A secret that is given in any way, right or wrong, stands in no output and in no file.

use std::path::Path;

use crate::cli::{home, linger};

use super::Untouched;

const CANARY: &str = "canary-3f9a71";

/// Everything that a run says, and the exit code.
fn said(home: &Path, words: &[&str], variables: &[(&str, &str)]) -> (String, Option<i32>) {
    let output = linger(home)
        .args(words)
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let mut all = output.stdout;
    all.extend(output.stderr);
    (
        String::from_utf8_lossy(&all).into_owned(),
        output.status.code(),
    )
}

#[test]
fn a_secret_in_a_wrong_command_line_is_not_repeated() {
    let home = home();
    let given = |form: &str| form.replace('@', CANARY);
    for form in [
        "-X sasl.password=@ -X sasl.pasword=@",
        "-X sasl.password=@ -X foo=1",
        "-X foo=1 sasl.password=@",
        "-X foo=1 ssl.key.password=@",
        "--set sasl.password=@",
        "--set sasl.password:@",
        "--sasl.password=@",
        "-X sasl.password=@ -X sasl.mechanism=NONSENSE",
        "-X sasl.jaas.config=@",
        "-X sasl.oauthbearer.client.secret=@",
        "-X sasl.password=@ --num-record 5",
    ] {
        let form = given(form);
        let words: Vec<&str> = ["bench", "--yes"]
            .into_iter()
            .chain(form.split(' '))
            .collect();
        let (text, code) = said(home.path(), &words, &[]);
        assert_eq!(code, Some(2), "{form}: {text}");
        assert!(!text.contains(CANARY), "{text}");
    }
}

#[test]
fn a_secret_that_is_used_stays_out_of_every_message() {
    let home = home();
    let closed = Untouched::new().address();
    let word = format!("sasl.password={CANARY}");
    let words = [
        "bench",
        "--yes",
        "-v",
        "-b",
        &closed,
        "-X",
        "security.protocol=SASL_PLAINTEXT",
        "-X",
        "sasl.mechanism=PLAIN",
        "-X",
        "sasl.username=user",
    ];
    let (text, code) = said(home.path(), &[&words[..], &["-X", &word]].concat(), &[]);
    assert_eq!(code, Some(3), "{text}");
    assert!(!text.contains(CANARY), "{text}");
    let variable = [("LINGER_SASL_PASSWORD", CANARY)];
    let (text, code) = said(home.path(), &words, &variable);
    assert_eq!(code, Some(3), "{text}");
    assert!(!text.contains(CANARY), "{text}");
    let doctor = ["doctor", "-b", &closed, "-X", &word, "--json"];
    let (text, _) = said(home.path(), &doctor, &[]);
    assert!(!text.contains(CANARY), "{text}");
}

#[test]
fn a_secret_is_in_no_snapshot_and_no_profile() {
    let home = home();
    let word = format!("sasl.password={CANARY}");
    let bench = [
        "bench",
        "--num-records",
        "5",
        "--save",
        "x.json",
        "-X",
        "sasl.username=user",
        "-X",
        &word,
    ];
    let (text, code) = said(home.path(), &bench, &[]);
    assert_eq!(code, Some(0), "{text}");
    assert!(!text.contains(CANARY), "{text}");
    let save = ["profile", "save", "./p.toml", "-X", &word];
    let (text, code) = said(home.path(), &save, &[]);
    assert_eq!(code, Some(0), "{text}");
    assert!(!text.contains(CANARY), "{text}");
    for file in ["x.json", "p.toml"] {
        let content = std::fs::read_to_string(home.path().join(file)).unwrap();
        assert!(!content.contains(CANARY), "{file}");
    }
}

#[test]
fn a_java_store_gets_the_command_that_converts_it() {
    let home = home();
    for (name, command) in [
        ("ssl.truststore.location", "keytool -list -rfc -keystore"),
        ("ssl.keystore.location", "keytool -importkeystore"),
    ] {
        let nobody = Untouched::new();
        let content = format!(
            "bootstrap.servers={}\nsecurity.protocol=SSL\n{name}=/keys/store.jks\n{}={CANARY}\n",
            nobody.address(),
            name.replace("location", "password"),
        );
        std::fs::write(home.path().join("client.properties"), content).unwrap();
        let words = ["bench", "--yes", "-F", "client.properties"];
        let (text, code) = said(home.path(), &words, &[]);
        assert_eq!(code, Some(2), "{text}");
        for part in ["client.properties:3", "/keys/store.jks", command] {
            assert!(text.contains(part), "{part:?} is not in: {text}");
        }
        assert!(!text.contains(CANARY), "{text}");
        nobody.assert_untouched(&words);
    }
}
