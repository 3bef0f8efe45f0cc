//! Settings in the words of other tools. Every knob is written out, since defaults differ between clients; what a tool has no equal
//! for, or holds otherwise, is said in a comment beside.

use crate::settings::{Knob, Settings, Value, native};

mod java;
mod librdkafka;
mod perf_test;
mod shape;
mod spring;

/// A form that settings can be written in: one row of the table.
#[derive(Debug)]
pub struct Format {
    /// The name, as `--to` takes it.
    pub name: &'static str,
    /// What it is for, in a few words.
    pub about: &'static str,
    /// A file's name that fits.
    pub file: &'static str,
    /// What must be known to use it, as sentences for the head.
    usage: &'static [&'static str],
    /// The knobs in the words of this tool.
    entries: fn(&Settings) -> Vec<Entry>,
    /// Writes head and knobs as this tool reads them.
    draw: fn(&str, &[Entry], &Settings) -> String,
}

/// Settings as another tool reads them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The text of the file.
    pub text: String,
    /// The knobs whose values the tool could not take as they are, each with what was done, as sentences.
    pub altered: Vec<String>,
}

/// One knob in a tool's words.
#[derive(Clone)]
struct Entry {
    row: &'static Knob,
    /// The value as a person reads it.
    shown: String,
    /// The tool's name and value for it; none where it has no equal.
    pair: Option<(String, String)>,
    /// How it differs there.
    notes: Vec<String>,
    /// Whether the value is another one than the knob's.
    altered: bool,
}

impl Entry {
    /// A knob that the tool knows by this name.
    fn pair(row: &'static Knob, settings: &Settings, name: &str, value: impl Into<String>) -> Self {
        Self {
            pair: Some((name.into(), value.into())),
            ..Self::without(row, settings)
        }
    }

    /// A knob that the tool has no equal for.
    fn none(row: &'static Knob, settings: &Settings, why: impl Into<String>) -> Self {
        Self::without(row, settings).note(why)
    }

    fn without(row: &'static Knob, settings: &Settings) -> Self {
        Self {
            row,
            shown: row.show(settings.value(row.name)),
            pair: None,
            notes: Vec::new(),
            altered: false,
        }
    }

    fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Says what was done to a value that the tool could not take.
    fn altered(mut self, text: impl Into<String>) -> Self {
        self.altered = true;
        self.note(text)
    }

    /// The notes as lines for comments; they begin with the knob's name.
    fn comments(&self) -> impl Iterator<Item = String> + '_ {
        let what = format!("{} {}", self.row.name, self.shown);
        self.notes
            .iter()
            .map(move |note| format!("{}: {note}", what.trim_end()))
    }
}

const JAVA_USAGE: &str = "Names and levels are those of Apache Kafka 3.8 and newer.";

/// Every form.
pub static FORMATS: &[Format] = &[
    Format {
        name: "java",
        about: "Java's producer: a .properties file",
        file: "producer.properties",
        usage: &[JAVA_USAGE],
        entries: java::entries,
        draw: |head, entries, _| head.to_owned() + &shape::properties(entries, str::to_owned),
    },
    Format {
        name: "spring",
        about: "Spring Boot: application.yaml",
        file: "application.yaml",
        usage: &[JAVA_USAGE],
        entries: java::entries,
        draw: |head, entries, _| head.to_owned() + &spring::yaml(entries),
    },
    Format {
        name: "spring-properties",
        about: "Spring Boot: application.properties",
        file: "application.properties",
        usage: &[JAVA_USAGE],
        entries: java::entries,
        draw: |head, entries, _| head.to_owned() + &spring::properties(entries),
    },
    Format {
        name: "librdkafka",
        about: "librdkafka and what is built on it: a conf file",
        file: "librdkafka.conf",
        usage: &["For kcat -F, and as names and values for librdkafka's bindings."],
        entries: librdkafka::entries,
        draw: |head, entries, _| head.to_owned() + &shape::conf(entries),
    },
    Format {
        name: "connect",
        about: "Kafka Connect: one source connector",
        file: "connector.properties",
        usage: &[
            JAVA_USAGE,
            "Add these to a source connector's own properties. Its worker must allow it: connector.client.config.override.policy=All, \
the default of Kafka 3.0 to 4.x; with policy Allowlist the names without producer.override. belong into \
connector.client.config.override.allowlist.",
        ],
        entries: java::entries,
        draw: |head, entries, _| {
            let key = |name: &str| format!("producer.override.{name}");
            head.to_owned() + &shape::properties(entries, key)
        },
    },
    Format {
        name: "connect-worker",
        about: "Kafka Connect: every source connector of a worker",
        file: "connect-distributed.properties",
        usage: &[
            JAVA_USAGE,
            "Add these to the worker's properties and restart it: they hold for all of its source connectors, and need no override policy.",
        ],
        entries: java::entries,
        draw: |head, entries, _| {
            head.to_owned() + &shape::properties(entries, |name| format!("producer.{name}"))
        },
    },
    Format {
        name: "strimzi",
        about: "Strimzi: a KafkaConnect's config",
        file: "kafka-connect.yaml",
        usage: &[
            JAVA_USAGE,
            "Merge spec.config into your own KafkaConnect. For a single KafkaConnector take `--to connect`, whose names go into \
its spec.config. Strimzi older than 0.49 calls the API v1beta2.",
        ],
        entries: java::entries,
        draw: |head, entries, _| {
            let top = "apiVersion: kafka.strimzi.io/v1\nkind: KafkaConnect\nmetadata:\n  name: my-connect\nspec:\n  config:\n";
            let body = shape::yaml(entries, 4, |name| format!("producer.{name}"));
            format!("{head}{top}{body}")
        },
    },
    Format {
        name: "strimzi-bridge",
        about: "Strimzi: a KafkaBridge's producer",
        file: "kafka-bridge.yaml",
        usage: &[
            JAVA_USAGE,
            "Merge spec.producer.config into your own KafkaBridge. Strimzi older than 0.49 calls the API v1beta2.",
        ],
        entries: java::entries,
        draw: |head, entries, _| {
            let top = "apiVersion: kafka.strimzi.io/v1\nkind: KafkaBridge\nmetadata:\n  name: my-bridge\nspec:\n  producer:\n    config:\n";
            let body = shape::yaml(entries, 6, str::to_owned);
            format!("{head}{top}{body}")
        },
    },
    Format {
        name: "perf-test",
        about: "kafka-producer-perf-test: a command line",
        file: "perf-test.sh",
        usage: &[
            JAVA_USAGE,
            "It writes to $TOPIC on $BOOTSTRAP_SERVERS; a secured cluster needs --producer.config FILE beside.",
        ],
        entries: perf_test::entries,
        draw: perf_test::command,
    },
];

/// The form of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

impl Format {
    /// Writes settings in this form; `about` says in sentences where they come from. No secret is in it: only knobs are written.
    #[must_use]
    pub fn write(&self, about: &[String], settings: &Settings) -> Written {
        let entries = (self.entries)(settings);
        let mut head: Vec<String> = about.to_vec();
        head.push(format!("For {}.", self.about));
        head.extend(self.usage.iter().map(|sentence| (*sentence).to_owned()));
        head.push(
            "Every knob is written out, since defaults differ between clients; what differs is said beside it. \
Add your own bootstrap.servers, security and secrets: none of them is ever exported."
                .into(),
        );
        if self.name != "librdkafka" {
            head.push(format!(
                "Tuned with librdkafka {}: Java's producer is another program, so measure again with it.",
                native::version()
            ));
        }
        let head: String = head
            .iter()
            .map(|line| shape::comment(line, 0))
            .collect::<String>()
            + "\n";
        Written {
            text: (self.draw)(&head, &entries, settings),
            altered: entries
                .iter()
                .filter(|entry| entry.altered)
                .flat_map(Entry::comments)
                .collect(),
        }
    }
}

/// Whether the name of the client is still ours: an application has its own.
fn is_our_name(row: &Knob, settings: &Settings) -> bool {
    row.name == "client.id" && *settings.value("client.id") == row.default_value()
}

const OUR_NAME: &str =
    "left out: give your application's own name, by which brokers log and limit it";

/// Our name for transactions is nobody else's: whoever takes it over fences the other off.
fn transactional(row: &'static Knob, settings: &Settings) -> Entry {
    let why = if settings.word(row.name).is_empty() {
        "left out: nothing is sent in transactions"
    } else {
        "left out: give your application's own name, which only one producer at a time may have; it must begin and commit its transactions itself"
    };
    Entry::none(row, settings, why)
}

/// A number as the tools write it.
fn text(row: &Knob, value: &Value) -> String {
    match value {
        Value::Number(number) => format!("{number}"),
        other => row.text(other),
    }
}

#[cfg(test)]
mod tests;
