//! From what was typed behind `--a` and `--b` to settings.

use std::path::Path;

use crate::cli::output::Failure;
use crate::compare::ArmReport;
use crate::measure::comparison::Metric;
use crate::profile::Shelf;
use crate::settings::{Settings, Source, Value, rows};
use crate::snapshot::{settings_map, store};

const PROFILE: &str = "profile:";

/// An arm that is settings.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Knobs and workload.
    pub settings: Settings,
    /// As it was typed.
    pub label: String,
    /// Whether the arm itself asked not to be followed.
    asked_off: bool,
}

impl Setting {
    /// What a result says of it before anything is measured.
    #[must_use]
    pub fn report(&self) -> ArmReport {
        ArmReport {
            label: self.label.clone(),
            settings: settings_map(&self.settings),
            ..ArmReport::default()
        }
    }
}

/// Reads an arm onto the settings that both share: profiles and snapshots first, then single knobs.
pub fn read(flag: &str, words: &[String], base: &Settings) -> Result<Setting, Failure> {
    let mut settings = base.clone();
    let (knobs, wholes): (Vec<_>, Vec<_>) = words.iter().partition(|word| is_pair(word));
    if wholes.len() > 1 {
        return Err(Failure::usage(format!(
            "{flag} {} and {flag} {}: an arm starts from one profile or snapshot; give single knobs beside it",
            wholes[0], wholes[1]
        )));
    }
    for word in wholes {
        settings = whole(flag, word, &settings)?;
        // What was typed for both arms is stronger than what a file says.
        for row in rows() {
            if *base.source(row.name) == Source::Flag {
                settings.put(row.name, base.value(row.name).clone(), Source::Flag);
            }
        }
    }
    for word in knobs {
        let (name, value) = word.split_once('=').unwrap_or((word, ""));
        settings
            .set(name.trim(), value.trim(), Source::Flag)
            .map_err(|error| Failure::usage(format!("{flag} {word}: {error}")))?;
    }
    let label = if words.is_empty() {
        "the settings that both share".to_owned()
    } else {
        words.join(" ")
    };
    let asked_off =
        words.iter().any(|word| word.starts_with("follow=")) && !settings.is_on("follow");
    Ok(Setting {
        settings,
        label,
        asked_off,
    })
}

/// Lets an arm's records be read back, which such a metric is about.
pub fn follow(flag: &str, arm: &mut Setting, metric: Metric) -> Result<(), Failure> {
    let settings = &mut arm.settings;
    if !settings.is_on("follow") && arm.asked_off {
        return Err(Failure::usage(format!(
            "{flag} follow=off: {} is the time until a record is read back, so both arms must be followed; leave follow out",
            metric.name()
        )));
    }
    settings.put("follow", Value::Switch(true), Source::Flag);
    Ok(())
}

fn is_pair(word: &str) -> bool {
    !word.starts_with(PROFILE) && word.contains('=') && !Path::new(word).exists()
}

fn whole(flag: &str, word: &str, onto: &Settings) -> Result<Settings, Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::usage(format!("{flag} {word}: {error}"));
    if let Some(name) = word.strip_prefix(PROFILE) {
        let shelf = Shelf::user().map_err(|error| failed(&error))?;
        let profile = shelf.read(name).map_err(|error| failed(&error))?;
        let mut settings = onto.clone();
        profile.apply(&mut settings);
        return Ok(settings);
    }
    match store::load(word) {
        Ok(snapshot) => Ok(snapshot.settings_onto(onto)),
        Err(error) => {
            let is_profile = Shelf::user().is_ok_and(|shelf| shelf.read(word).is_ok());
            if is_profile {
                return Err(failed(&format!(
                    "that is a profile: write {flag} profile:{word}"
                )));
            }
            Err(failed(&format!(
                "{error}; an arm is KNOB=VALUE, profile:NAME or a snapshot"
            )))
        }
    }
}
