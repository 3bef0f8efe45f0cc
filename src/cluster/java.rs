//! Java's producer, asked what it says to a configuration. It connects to nothing.

use std::process::Stdio;

use super::local::{LocalError, LocalKafka};

/// Kafka's own tool that makes a producer of whatever properties it is given.
const TOOL: &str = "org.apache.kafka.tools.ProducerPerformance";
/// Nobody listens there, and the one record waits for a broker so many milliseconds.
const NOWHERE: [&str; 2] = ["bootstrap.servers=127.0.0.1:1", "max.block.ms=1"];
const REFUSAL: &str = "ConfigException: ";
const NO_BROKER: &str = "TimeoutException";

/// What Java's producer says to a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JavasWord {
    /// It starts with it.
    Takes,
    /// It refuses it, in these words.
    Refuses(String),
}

/// Asks Java's producer, which takes a second or two of a core; none where there is no Java, or Kafka's jars were not fetched yet.
#[must_use]
pub fn ask(properties: &[(String, String)]) -> Option<JavasWord> {
    let pairs = properties
        .iter()
        .map(|(name, value)| format!("{name}={value}"));
    let mut words: Vec<String> = [
        "--topic",
        "linger-java",
        "--num-records",
        "1",
        "--record-size",
        "1",
        "--throughput",
        "-1",
        "--producer-props",
    ]
    .map(str::to_owned)
    .to_vec();
    words.extend(NOWHERE.map(str::to_owned));
    words.extend(pairs);
    heard(&said(&words).ok()?)
}

fn said(words: &[String]) -> Result<String, LocalError> {
    let output = LocalKafka::tool(TOOL)?
        .args(words)
        .stdin(Stdio::null())
        .output()
        .map_err(LocalError::Bash)?;
    let text = [output.stdout, output.stderr].concat();
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// What it printed, understood; nothing else is taken for an answer.
fn heard(text: &str) -> Option<JavasWord> {
    if let Some((_, reason)) = text.split_once(REFUSAL) {
        let line = reason.lines().next().unwrap_or_default();
        return Some(JavasWord::Refuses(line.trim().to_owned()));
    }
    text.contains(NO_BROKER).then_some(JavasWord::Takes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_producer_itself_says_counts() {
        let refused = "Exception in thread \"main\" org.apache.kafka.common.config.ConfigException: acks must be all\n\tat x";
        let word = JavasWord::Refuses("acks must be all".into());
        assert_eq!(heard(refused), Some(word));
        let waited = "org.apache.kafka.common.errors.TimeoutException: Topic linger-java not present in metadata after 1 ms.";
        assert_eq!(heard(waited), Some(JavasWord::Takes));
        assert_eq!(heard("error: there is no java on the PATH"), None);
    }
}
