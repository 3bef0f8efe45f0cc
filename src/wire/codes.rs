//! Kafka's error codes and APIs by name.

use kafka_protocol::ResponseError;
use kafka_protocol::messages::ApiKey;

/// The highest code that is looked for.
const HIGHEST: i16 = 200;

/// The name of a code as Kafka's own table spells it, `NONE` for 0.
#[must_use]
pub fn name(code: i16) -> String {
    match ResponseError::try_from_code(code) {
        None => "NONE".to_owned(),
        Some(ResponseError::Unknown(code)) => format!("ERROR_{code}"),
        Some(error) => upper(&format!("{error:?}")),
    }
}

/// The name of an API as Kafka's own table spells it.
#[must_use]
pub fn api(key: i16) -> String {
    ApiKey::try_from(key).map_or_else(|()| format!("API {key}"), |api| format!("{api:?}"))
}

/// The code of a name, in either case, or of a number as text.
#[must_use]
pub fn find(text: &str) -> Option<i16> {
    let wanted = text.trim().to_ascii_uppercase();
    let number = wanted.parse().ok();
    all().find(|&code| Some(code) == number || name(code) == wanted)
}

/// The name that is most like a text.
#[must_use]
pub fn nearest(text: &str) -> String {
    let wanted = text.trim().to_ascii_uppercase();
    let likeness = |name: &String| strsim::jaro_winkler(name, &wanted);
    let most = all()
        .map(name)
        .max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    most.unwrap_or_default()
}

/// Every error code that Kafka has.
fn all() -> impl Iterator<Item = i16> {
    let known = |code: &i16| {
        !matches!(
            ResponseError::try_from_code(*code),
            None | Some(ResponseError::Unknown(_))
        )
    };
    (-1..HIGHEST).filter(known)
}

/// `NotLeaderOrFollower` as `NOT_LEADER_OR_FOLLOWER`.
fn upper(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 6);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(letter.to_ascii_uppercase());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kafkas() {
        for (code, expected) in [
            (0, "NONE"),
            (-1, "UNKNOWN_SERVER_ERROR"),
            (6, "NOT_LEADER_OR_FOLLOWER"),
            (7, "REQUEST_TIMED_OUT"),
            (19, "NOT_ENOUGH_REPLICAS"),
            (20, "NOT_ENOUGH_REPLICAS_AFTER_APPEND"),
            (45, "OUT_OF_ORDER_SEQUENCE_NUMBER"),
            (46, "DUPLICATE_SEQUENCE_NUMBER"),
            (9999, "ERROR_9999"),
        ] {
            assert_eq!(name(code), expected);
        }
        assert_eq!([api(0), api(999)], ["Produce", "API 999"]);
        assert_eq!(find("request_timed_out"), Some(7));
        assert_eq!(find("19"), Some(19));
        assert_eq!(find("0"), None);
        assert_eq!(find("NOT_LEADER"), None);
        assert_eq!(nearest("NOT_LEADER"), "NOT_LEADER_OR_FOLLOWER");
        assert!(all().count() > 100);
    }
}
