//! The knobs as librdkafka reads them.

use super::{Entry, OUR_NAME, is_our_name, transactional};
use crate::settings::{Knob, Settings, Value, rows};

pub(super) fn entries(settings: &Settings) -> Vec<Entry> {
    rows()
        .iter()
        .filter(|row| row.group.is_producer())
        .map(|row| entry(row, settings))
        .collect()
}

fn entry(row: &'static Knob, settings: &Settings) -> Entry {
    let Some(name) = row.native else {
        return Entry::none(
            row,
            settings,
            "librdkafka has none and reports a full queue at once; linger waited in send(), your application must do so itself",
        );
    };
    if is_our_name(row, settings) {
        return Entry::none(row, settings, OUR_NAME);
    }
    if row.name == "transactional.id" {
        return transactional(row, settings);
    }
    let at_work = settings.effective(row.name);
    match (row.native_text(&at_work), settings.value(row.name)) {
        (Some(text), Value::Auto) => Entry::pair(row, settings, name, text)
            .note(format!("comes to {} here", row.show(&at_work))),
        (Some(text), _) => Entry::pair(row, settings, name, text),
        // What only the codec knows.
        (None, _) => Entry::pair(row, settings, name, "-1"),
    }
}
