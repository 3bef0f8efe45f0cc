//! What librdkafka says while a question is asked: its log and error events, scrubbed and escaped.

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
pub struct Ear(Arc<Mutex<Vec<Heard>>>);

impl Ear {
    /// Everything heard so far, oldest first.
    #[must_use]
    pub fn heard(&self) -> Vec<Heard> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn hear(&self, code: Option<RDKafkaErrorCode>, text: &str) {
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
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
