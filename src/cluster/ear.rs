//! What librdkafka says while a question is asked: its log and error events, scrubbed and escaped.

use std::sync::atomic::{AtomicI16, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rdkafka::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{DeliveryResult, ProducerContext};

use super::secrets::redact;
use super::shown::Shown;

/// The most lines that one ear keeps; the oldest go first.
const MOST_LINES: usize = 100;

/// One thing that librdkafka said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// The code of an error event; `None` for a log line.
    pub code: Option<RDKafkaErrorCode>,
    /// The text without secrets and control characters.
    pub text: Shown,
}

/// Collects log and error events of one client; clones share what was heard. Called on the thread that polls.
#[derive(Clone, Debug, Default)]
pub struct Ear {
    heard: Arc<Mutex<Vec<Heard>>>,
    /// The newest Produce version that a broker offers, plus one; 0 is unknown.
    produce: Arc<AtomicI16>,
}

impl Ear {
    /// Everything heard so far, oldest first.
    #[must_use]
    pub fn heard(&self) -> Vec<Heard> {
        self.heard
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The newest version of the Produce request that the brokers offer; heard only from a client with `debug=feature`.
    #[must_use]
    pub fn newest_produce(&self) -> Option<i16> {
        Some(self.produce.load(Ordering::Relaxed) - 1).filter(|version| *version >= 0)
    }

    fn hear_version(&self, text: &str) {
        let version = text
            .split_once("ApiKey Produce (0) Versions ")
            .and_then(|(_, range)| range.split_once("..")?.1.trim().parse::<i16>().ok());
        if let Some(version) = version {
            self.produce
                .store(version.saturating_add(1), Ordering::Relaxed);
        }
    }

    fn hear(&self, code: Option<RDKafkaErrorCode>, text: &str) {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        let line = Heard {
            code,
            text: Shown::new(&redact(without_thread(text))),
        };
        if heard.contains(&line) {
            return;
        }
        if heard.len() >= MOST_LINES {
            heard.remove(0);
        }
        heard.push(line);
    }
}

/// Leaves out the thread's name, which repeats the broker's.
fn without_thread(text: &str) -> &str {
    text.strip_prefix("[thrd:")
        .and_then(|rest| rest.split_once("]: "))
        .map_or(text, |(_, rest)| rest)
}

impl ClientContext for Ear {
    fn log(&self, level: RDKafkaLogLevel, _facility: &str, text: &str) {
        if level as i32 <= RDKafkaLogLevel::Warning as i32 {
            self.hear(None, text);
        } else {
            self.hear_version(text);
        }
    }

    fn error(&self, error: KafkaError, reason: &str) {
        self.hear(error.rdkafka_error_code(), reason);
    }
}

impl ProducerContext for Ear {
    type DeliveryOpaque = ();

    fn delivery(&self, _result: &DeliveryResult<'_>, _opaque: ()) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offered_version_is_heard_and_old_lines_make_room() {
        let ear = Ear::default();
        assert_eq!(ear.newest_produce(), None);
        let line = "h:1/bootstrap:   ApiKey Produce (0) Versions 0..13";
        ear.log(RDKafkaLogLevel::Debug, "APIVERSION", line);
        assert_eq!(ear.newest_produce(), Some(13));
        for number in 0..=MOST_LINES {
            let line = format!("[thrd:x]: line {number}");
            ear.log(RDKafkaLogLevel::Error, "FAIL", &line);
        }
        assert_eq!(ear.heard().len(), MOST_LINES);
        assert_eq!(ear.heard()[0].text.as_str(), "line 1");
    }
}
