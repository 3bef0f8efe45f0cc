//! What all panels need for one picture: the reading that is shown, the settings by their marks, and the words for them.

use std::sync::Arc;

use crate::cluster::ClusterKind;
use crate::lab::{Reading, TrialReading};
use crate::measure::{Bins, Latencies};
use crate::settings::{Knob, Settings, Source, Surroundings, Value};
use crate::snapshot::diff::workload;
use crate::tui::dialog::Reference;
use crate::tui::model::{Model, surroundings};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::number::percent;
use ratatui::style::Style;
use ratatui::text::Span;

/// The view's own look at a model and a reading, made once for every picture.
pub struct Scene<'a> {
    /// The state of the screen.
    pub model: &'a Model,
    /// The newest reading, for the header, which stays live.
    pub latest: &'a Reading,
    /// The reading that the panels show: the frozen one, else the newest.
    pub reading: &'a Reading,
    /// Colours.
    pub theme: &'a Theme,
    /// The settings that the load is on (●).
    pub now: Arc<Settings>,
    /// The settings that come next (○); equal to `now` without a wish.
    pub next: Arc<Settings>,
    /// The live trial.
    pub live: Option<&'a TrialReading>,
    /// The baseline.
    pub base: Option<&'a TrialReading>,
    /// What rules and hints need to know.
    pub around: Surroundings,
}

/// The distribution that the live one is held against.
pub struct Behind<'a> {
    /// `#1 base`, `#3`, or a snapshot's name.
    pub name: String,
    /// Its short name: `#1`.
    pub short: String,
    /// Its response times.
    pub bins: &'a Bins,
    /// Its percentiles.
    pub response: &'a Latencies,
    /// Spread of its p50 and p99 between intervals, as shares.
    pub spread: Option<(f64, f64)>,
    /// Its settings; none of a snapshot, which no comparison on this lab was about.
    pub settings: Option<&'a Settings>,
    /// What makes it no match for the live trial, in words (a snapshot's machine, rate, …); empty for trials.
    pub differs: Vec<&'static str>,
}

impl<'a> Scene<'a> {
    /// Looks at a model and a reading.
    #[must_use]
    pub fn new(model: &'a Model, latest: &'a Reading, theme: &'a Theme) -> Self {
        let reading = model.shown(latest);
        Self {
            model,
            latest,
            reading,
            theme,
            now: model.current(reading),
            next: model.next(reading),
            live: reading.live_trial().map(AsRef::as_ref),
            base: reading.base_trial().map(AsRef::as_ref),
            around: surroundings(reading),
        }
    }

    /// The style of a role.
    #[must_use]
    pub fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }

    /// A piece of text in a role.
    #[must_use]
    pub fn span<'t>(&self, role: Role, text: impl Into<std::borrow::Cow<'t, str>>) -> Span<'t> {
        Span::styled(text, self.theme.style(role))
    }

    /// Whether the cluster is simulated.
    #[must_use]
    pub fn embedded(&self) -> bool {
        self.reading.cluster.kind == ClusterKind::Embedded
    }

    /// The distribution that the live one is held against: an opened snapshot, else the chosen trial, else the baseline.
    #[must_use]
    pub fn behind(&self) -> Option<Behind<'a>> {
        if let Some(reference) = &self.model.reference {
            return Some(Behind {
                name: reference.name.clone(),
                short: "saved".into(),
                bins: &reference.bins,
                response: &reference.response,
                spread: None,
                settings: None,
                differs: self.differs(reference),
            });
        }
        let chosen = self
            .model
            .chosen_trial
            .filter(|at| *at != self.reading.live);
        let chosen = chosen.and_then(|at| self.reading.trial(at));
        let trial = chosen.map(AsRef::as_ref).or(self.base)?;
        if trial.number == self.reading.live {
            return None;
        }
        let is_base = self.reading.base == Some(trial.number);
        Some(Behind {
            name: format!("#{}{}", trial.number, if is_base { " base" } else { "" }),
            short: format!("#{}", trial.number),
            bins: &trial.bins,
            response: &trial.response,
            spread: trial.spread,
            settings: Some(&trial.settings),
            differs: Vec::new(),
        })
    }

    /// In what a snapshot differs from the live trial beside the producer's settings.
    fn differs(&self, reference: &Reference) -> Vec<&'static str> {
        let simulated = reference.simulated && self.embedded();
        let live = self.live.map_or(&self.now, |trial| &trial.settings);
        let load = workload(&reference.settings, live, simulated);
        let rows = load.into_iter().map(|row| row.name);
        reference.differs.iter().copied().chain(rows).collect()
    }

    /// How the response time is called: without acknowledgements it ends at the socket.
    #[must_use]
    pub fn response_name(&self) -> &'static str {
        if self.unacknowledged() {
            "due→socket"
        } else {
            "due→ack"
        }
    }

    /// Whether nothing is acknowledged (`acks=0`).
    #[must_use]
    pub fn unacknowledged(&self) -> bool {
        self.now.word("acks") == "0"
    }

    /// Whether any row has the counts of an audit, or the next one will.
    #[must_use]
    pub fn is_audited(&self) -> bool {
        let mut trials = self.reading.trials.iter();
        self.now.is_on("audit") || trials.any(|trial| trial.audit.is_some())
    }

    /// What reading back takes of a core, in words, once that is known.
    #[must_use]
    pub fn reading_back(&self) -> Option<String> {
        let share = self.reading.follower.as_ref()?.cpu?;
        Some(format!("reading back {}", percent(share)))
    }

    /// Records tried per second, over about the last second of load; `None` before there is any.
    #[must_use]
    pub fn sent_per_s(&self) -> Option<f64> {
        let mut records = 0;
        let mut seconds = 0.0;
        for column in self.latest.history.iter().rev() {
            records += column.attempted;
            seconds += column.to.saturating_sub(column.from).as_secs_f64();
            if seconds >= 0.95 {
                break;
            }
        }
        (seconds > 0.0).then(|| super::super::widgets::number::float(records) / seconds)
    }

    /// What a trial changed from the baseline (or from `other`), in words: `linger.ms 5→2, lz4`.
    #[must_use]
    pub fn changes(&self, settings: &Settings, other: &Settings) -> String {
        let changed = settings.changed_from(other);
        let words: Vec<String> = changed
            .iter()
            .map(|row| change_of(row, other.value(row.name), settings.value(row.name)))
            .collect();
        words.join(", ")
    }
}

/// One change in words: `linger.ms 5→2`, `acks all→1`.
#[must_use]
pub fn change_of(row: &Knob, from: &Value, to: &Value) -> String {
    if let Some(word) = telling(row, to) {
        return word.to_owned();
    }
    format!("{} {}", row.name, turned(row, from, to, true))
}

/// A choice that tells by itself what was chosen (`lz4`), unlike `all`, `1` or `none`.
fn telling(row: &Knob, to: &Value) -> Option<&'static str> {
    let (crate::settings::Kind::Choice(words), Value::Choice(chosen)) = (row.kind, to) else {
        return None;
    };
    let names = words
        .iter()
        .all(|word| word.starts_with(|c: char| c.is_ascii_alphabetic()));
    (names && *chosen != "none" && words.len() > 2).then_some(*chosen)
}

/// A change of value: `2→20 ms`, `all→1`; with `bare` without a unit that the row's name already tells.
#[must_use]
pub fn turned(row: &Knob, from: &Value, to: &Value, bare: bool) -> String {
    let (from, to) = (row.show(from), row.show(to));
    let unit = |text: &str| text.split_once(' ').map(|(_, unit)| unit.to_owned());
    let same_unit = unit(&from).is_some() && unit(&from) == unit(&to);
    let from = if same_unit { bare_number(&from) } else { &from };
    let to = if bare && unit(&to).as_deref() == Some("ms") && row.name.ends_with("ms") {
        bare_number(&to)
    } else {
        &to
    };
    format!(
        "{}→{}",
        tight(from),
        if bare { tight(to) } else { to.to_owned() }
    )
}

fn bare_number(text: &str) -> &str {
    text.split_once(' ').map_or(text, |(number, _)| number)
}

/// A value without the space before its unit and with the binary units' first letter alone: `128K`.
fn tight(text: &str) -> String {
    text.replace(",000,000", "M")
        .replace(" KiB", "K")
        .replace(" MiB", "M")
        .replace(" GiB", "G")
        .replace(".0 MB", "M")
        .replace(".0M", "M")
        .replace(' ', "")
}

/// Where the settings as a whole come from, in words: a profile's name, or the defaults.
#[must_use]
pub fn origin(settings: &Settings) -> String {
    let profile = crate::settings::knobs::rows().iter().find_map(|row| {
        if let Source::Profile(name) = settings.source(row.name) {
            Some(name.clone())
        } else {
            None
        }
    });
    profile.map_or_else(
        || {
            let changed = settings.changed_from(&Settings::default());
            let producer: Vec<String> = changed
                .iter()
                .filter(|row| row.group.is_producer())
                .map(|row| {
                    format!(
                        "{} {}",
                        row.name,
                        tight(&row.show(settings.value(row.name)))
                    )
                })
                .collect();
            if producer.is_empty() {
                "librdkafka defaults".into()
            } else {
                format!("defaults, {}", producer.join(", "))
            }
        },
        |name| format!("profile {name}"),
    )
}

/// Where a value comes from, in words.
#[must_use]
pub fn source_words(source: &Source) -> String {
    match source {
        Source::Default => "default".into(),
        Source::File => "from a file".into(),
        Source::Profile(name) => format!("profile {name}"),
        Source::Env => "from the environment".into(),
        Source::Property => "from -X".into(),
        Source::Flag => "from a flag".into(),
        Source::Hand => "by hand".into(),
    }
}
