//! Secrets: kept apart from text, resolved when they are used, scrubbed from whatever is shown.

use std::fmt;
use std::sync::{PoisonError, RwLock};

use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

use super::properties;

/// What stands in the place of a secret.
pub const MASK: &str = "•••";

/// Every secret value that this process has met, longest first. Scrubbing needs them where no connection is at hand (a panic, a log line).
static KNOWN: RwLock<Vec<SecretString>> = RwLock::new(Vec::new());

/// A value that no `Debug`, `Display` or serializer of this program prints.
///
/// Making one also teaches [`redact`] the value. It may hold placeholders (see [`Secret::resolve`]).
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Wraps `value` and remembers it for [`redact`].
    #[must_use]
    pub fn new(value: String) -> Self {
        remember(&value);
        Self(value.into())
    }

    /// Wraps a value that may stand in a message, so it is not remembered.
    #[must_use]
    pub fn open(value: &str) -> Self {
        Self(value.into())
    }

    /// The value itself: for librdkafka only, never for text.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Replaces `${env:VAR}`, `${file:/path}`, `${file:/path:key}` and `${directory:/dir:file}` by what they name.
    ///
    /// # Errors
    /// Names the variable or file that is missing; never a value.
    pub fn resolve(&self) -> Result<Self, SecretError> {
        resolve(self.expose()).map(Self::new)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

/// A placeholder that leads nowhere.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum SecretError {
    /// The environment variable is not set, or is not text.
    #[error("environment variable {0} is not set: export it, or replace ${{env:{0}}}")]
    Variable(String),
    /// The file cannot be read.
    #[error("cannot read {path}: {reason}; the placeholder ${{file:…}} needs a readable file")]
    File {
        /// The file's path.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// The file has no such property.
    #[error("{path} has no property {key}: add it, or name another with ${{file:{path}:KEY}}")]
    Key {
        /// The file's path.
        path: String,
        /// The property that was asked for.
        key: String,
    },
}

/// Whether `text` holds a placeholder that [`resolve`] would replace.
#[must_use]
pub fn has_placeholder(text: &str) -> bool {
    next_placeholder(text).is_some()
}

/// Replaces the placeholders in `text`; anything else in `${…}` stays as it is.
///
/// # Errors
/// The first placeholder that cannot be followed.
pub fn resolve(text: &str) -> Result<String, SecretError> {
    let mut resolved = String::with_capacity(text.len());
    let mut left = text;
    while let Some((before, kind, body, after)) = next_placeholder(left) {
        resolved.push_str(before);
        let value = match kind {
            "env" => std::env::var(body).map_err(|_| SecretError::Variable(body.to_owned()))?,
            "directory" => read_text(&body.replacen(':', "/", 1))?,
            _ => from_file(body)?,
        };
        remember(&value);
        resolved.push_str(&value);
        left = after;
    }
    resolved.push_str(left);
    Ok(resolved)
}

fn next_placeholder(text: &str) -> Option<(&str, &str, &str, &str)> {
    let mut from = 0;
    while let Some(start) = text.get(from..)?.find("${").map(|at| at + from) {
        let inner = text.get(start + 2..)?;
        let end = inner.find('}')?;
        if let Some((kind, body)) = inner.get(..end)?.split_once(':')
            && matches!(kind, "env" | "file" | "directory")
            && !body.is_empty()
        {
            return Some((text.get(..start)?, kind, body, inner.get(end + 1..)?));
        }
        from = start + 2;
    }
    None
}

fn from_file(body: &str) -> Result<String, SecretError> {
    let Some((path, key)) = body.rsplit_once(':').filter(|(path, _)| !path.is_empty()) else {
        return read_text(body);
    };
    let text = read_text(path)?;
    let missing = || SecretError::Key {
        path: path.to_owned(),
        key: key.to_owned(),
    };
    properties::parse(text.as_bytes())
        .map_err(|_| missing())?
        .into_iter()
        .rev()
        .find(|line| line.key == key)
        .map(|line| line.value)
        .ok_or_else(missing)
}

fn read_text(path: &str) -> Result<String, SecretError> {
    let text = std::fs::read_to_string(path).map_err(|error| SecretError::File {
        path: path.to_owned(),
        reason: error.kind().to_string(),
    })?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

fn remember(value: &str) {
    if value.trim().is_empty() || has_placeholder(value) {
        return;
    }
    let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    if known.iter().any(|old| old.expose_secret() == value) {
        return;
    }
    known.push(value.to_owned().into());
    // A secret that contains another one has to go first, or its rest would stay.
    known.sort_by_key(|secret| std::cmp::Reverse(secret.expose_secret().len()));
}

/// Removes every secret that this process has met from `text`, also as it looks when quoted or escaped, and passwords in URLs.
///
/// A secret of fewer than four characters is removed only where it stands as a word of its own.
#[must_use]
pub fn redact(text: &str) -> String {
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
    let mut clean = without_user_info(text);
    for secret in known.iter() {
        let value = secret.expose_secret();
        clean = without(&clean, value);
        let escaped = value.escape_debug().to_string();
        if escaped != value {
            clean = without(&clean, &escaped);
        }
    }
    clean
}

fn without(text: &str, secret: &str) -> String {
    if !text.contains(secret) {
        return text.to_owned();
    }
    if secret.chars().count() >= 4 {
        return text.replace(secret, MASK);
    }
    let mut clean = String::with_capacity(text.len());
    let mut last = 0;
    for (at, found) in text.match_indices(secret) {
        let (Some(before), Some(after)) = (text.get(..at), text.get(at + found.len()..)) else {
            continue;
        };
        let is_word =
            !before.ends_with(char::is_alphanumeric) && !after.starts_with(char::is_alphanumeric);
        clean.push_str(text.get(last..at).unwrap_or_default());
        clean.push_str(if is_word { MASK } else { found });
        last = at + found.len();
    }
    clean.push_str(text.get(last..).unwrap_or_default());
    clean
}

fn without_user_info(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut left = text;
    while let Some((before, after)) = left.split_once("://") {
        clean.push_str(before);
        clean.push_str("://");
        let end = after
            .find(|c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '"' | '\'' | ','))
            .unwrap_or(after.len());
        let (authority, rest) = after.split_at(end);
        match authority.rsplit_once('@') {
            Some((_, host)) => {
                clean.push_str(MASK);
                clean.push('@');
                clean.push_str(host);
            }
            None => clean.push_str(authority),
        }
        left = rest;
    }
    clean.push_str(left);
    clean
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_secret_is_never_printed() {
        let secret = Secret::new("canary-4711-debug".to_owned());
        assert!(!format!("{secret:?} {secret} {:?}", Some(&secret)).contains("4711"));
        assert_eq!(redact("login canary-4711-debug failed"), "login ••• failed");
    }

    #[test]
    fn quoted_and_overlapping_secrets_are_scrubbed() {
        let _short = Secret::new("tail\"quote".to_owned());
        let _long = Secret::new("long-tail\"quote-end".to_owned());
        assert_eq!(redact(&format!("{:?}", "x tail\"quote")), "\"x •••\"");
        assert_eq!(redact("long-tail\"quote-end"), "•••");
    }

    #[test]
    fn a_short_secret_leaves_other_words_alone() {
        let _pw = Secret::new("qz".to_owned());
        assert_eq!(redact("qz=1, aqza, (qz)"), "•••=1, aqza, (•••)");
    }

    #[test]
    fn passwords_in_urls_are_scrubbed() {
        assert_eq!(
            redact("see https://bob:hunter2@host:9/x and http://h"),
            "see https://•••@host:9/x and http://h"
        );
    }

    #[test]
    fn placeholders_are_followed_when_used() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pw");
        std::fs::write(&file, "db=one\nkafka=t\\u0077o-secret\n").unwrap();
        let path = file.display();
        let got = resolve(&format!("a${{file:{path}:kafka}}b")).unwrap();
        assert_eq!(got, "atwo-secretb");
        assert_eq!(
            resolve(&format!("${{directory:{}:pw}}", folder.path().display())).unwrap(),
            "db=one\nkafka=t\\u0077o-secret"
        );
        assert!(
            resolve(&format!("${{file:{path}:nope}}"))
                .unwrap_err()
                .to_string()
                .contains("no property nope")
        );
        assert!(!redact("it was two-secret").contains("two-secret"));
    }

    #[test]
    fn a_missing_variable_is_named() {
        let error = Secret::new("${env:LINGER_NO_SUCH_VAR}".to_owned())
            .resolve()
            .unwrap_err();
        assert!(error.to_string().contains("LINGER_NO_SUCH_VAR is not set"));
    }

    #[test]
    fn other_dollar_braces_stay() {
        assert_eq!(
            resolve("pa${ss}w${}o${foo:bar}rd${").unwrap(),
            "pa${ss}w${}o${foo:bar}rd${"
        );
    }

    proptest! {
        #[test]
        fn a_known_secret_never_survives(secret in "[a-zA-Z0-9\"\\\\ é]{4,20}", before in ".{0,20}", after in ".{0,20}") {
            let secret = format!("<{secret}>");
            let _known = Secret::new(secret.clone());
            prop_assert!(!redact(&format!("{before}{secret}{after}")).contains(&secret), "leaked");
        }
    }
}
