//! The session's trials as a table, printed when the lab is left, and the next command to type.

use std::collections::BTreeMap;

use crate::audit::Findings;
use crate::settings::words::{quoted, set_flag};
use crate::settings::{Knob, knobs};
use crate::snapshot::{GoalOutcome, Setting, Snapshot};

use super::format::{bounded, count, maybe};
use super::table::{Align, lines};

/// One row a trial, oldest first, each with what changed from the first; ends with a line end. Empty without trials.
#[must_use]
pub fn session(trials: &[Snapshot]) -> String {
    let Some(base) = trials.first() else {
        return String::new();
    };
    let audited = trials.iter().any(|trial| trial.result.audit.is_some());
    let mut heads: Vec<String> = [
        "#",
        "changed from the first",
        "sent/s",
        "MiB/s",
        "p50 ms",
        "p99",
        "p99.9",
        "rec/batch",
        "again",
        "failed",
        "goal",
    ]
    .map(str::to_owned)
    .into();
    if audited {
        heads.extend(["lost", "duplicated", "reordered"].map(str::to_owned));
    }
    let mut columns = vec![Align::Right; heads.len()];
    columns[1] = Align::Left;
    let mut rows = vec![heads];
    rows.extend(trials.iter().map(|trial| {
        let mut row = row(trial, base);
        if audited {
            row.extend(guarantees(trial));
        }
        row
    }));
    lines(&rows, &columns).join("\n") + "\n"
}

/// What an audit counted; n/a where there was none, or none that is worth anything.
fn guarantees(trial: &Snapshot) -> [String; 3] {
    let found = trial.result.audit.as_ref().filter(|it| it.balances());
    let told = |of: fn(&Findings) -> u64| match found {
        Some(found) if found.unverified == 0 => count(of(found)),
        Some(found) if of(found) > 0 => format!("≥{}", count(of(found))),
        None | Some(_) => "n/a".into(),
    };
    [
        told(|it| it.lost),
        told(|it| it.duplicated),
        told(|it| it.reordered),
    ]
}

fn row(trial: &Snapshot, base: &Snapshot) -> Vec<String> {
    let result = &trial.result;
    let times = &result.response_ms;
    let mut changed = changes(&base.settings, &trial.settings);
    if let Some(note) = &trial.note {
        changed = format!("{changed} ({note})");
    }
    vec![
        trial
            .trial
            .map_or_else(String::new, |number| number.to_string()),
        changed,
        maybe(result.records_per_s),
        maybe(result.mib_per_s),
        bounded(times.p50, times),
        bounded(times.p99, times),
        bounded(times.p99_9, times),
        maybe(result.batch_records_mean),
        result.retries.map_or_else(|| "n/a".into(), count),
        count(result.failed),
        goal_word(trial).into(),
    ]
}

fn goal_word(trial: &Snapshot) -> &'static str {
    let outcomes = || trial.result.goals.iter().map(|goal| goal.outcome);
    if trial.result.goals.is_empty() {
        "-"
    } else if outcomes().any(|outcome| outcome == GoalOutcome::Missed) {
        "missed"
    } else if outcomes().all(|outcome| outcome == GoalOutcome::Held) {
        "held"
    } else {
        "n/a"
    }
}

/// What differs between two sets of settings, in the table's order: `linger.ms 5→20, acks all→1`.
#[must_use]
pub fn changes(from: &BTreeMap<String, Setting>, to: &BTreeMap<String, Setting>) -> String {
    let list: Vec<String> = knobs::rows()
        .iter()
        .filter_map(|row| {
            let (old, new) = (&from.get(row.name)?.value, &to.get(row.name)?.value);
            (old != new).then(|| format!("{} {}→{}", row.name, old, new))
        })
        .collect();
    if list.is_empty() {
        "nothing".into()
    } else {
        list.join(", ")
    }
}

/// The command that measures the settings of this trial again; `target` are the arguments that name the cluster (`-b …`) and the
/// profile file that was given, quoted already. What one profile says is told by its name.
#[must_use]
pub fn next_command(trial: &Snapshot, target: &str) -> String {
    let mut words = vec!["linger bench".to_owned()];
    if !target.is_empty() {
        words.push(target.into());
    }
    let profile = only_profile(trial);
    if let Some(source) = profile
        && !target.contains("--profile")
    {
        let name = source.trim_start_matches(PROFILE);
        words.push(format!("--profile {}", quoted(name)));
    }
    words.extend(chosen_flags(&trial.settings, profile));
    words.join(" ")
}

/// The flags that set again what was chosen, in the table's order; what came from the source `told` is told otherwise.
#[must_use]
pub fn chosen_flags(settings: &BTreeMap<String, Setting>, told: Option<&str>) -> Vec<String> {
    let chosen =
        |setting: &&Setting| setting.source != "default" && Some(setting.source.as_str()) != told;
    let flag = |row: &&'static Knob| {
        let setting = settings.get(row.name).filter(chosen)?;
        Some(set_flag(row.name, &setting.value))
    };
    knobs::rows().iter().filter_map(flag).collect()
}

/// How a profile's name begins as a source.
const PROFILE: &str = "profile:";

/// The profile that values come from, where there is exactly one.
fn only_profile(trial: &Snapshot) -> Option<&str> {
    let sources = trial.settings.values().map(|one| one.source.as_str());
    let mut profiles = sources.filter(|source| source.starts_with(PROFILE));
    let first = profiles.next()?;
    profiles.all(|other| other == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Settings, Source};
    use crate::snapshot::settings_map;

    fn trial(number: u64, linger: &str) -> Snapshot {
        let mut settings = Settings::default();
        settings.set("linger.ms", linger, Source::Hand).unwrap();
        Snapshot {
            trial: Some(number),
            settings: settings_map(&settings),
            ..Snapshot::default()
        }
    }

    #[test]
    fn every_trial_has_a_row_with_its_change() {
        let text = session(&[trial(1, "5"), trial(2, "20")]);
        assert_eq!(text.lines().count(), 3);
        assert!(text.contains("linger.ms 5→20"), "{text}");
        assert!(text.contains("nothing"), "{text}");
        assert_eq!(session(&[]), "");
        assert!(!text.contains("lost"), "{text}");
    }

    #[test]
    fn what_audits_counted_stands_behind() {
        let mut audited = trial(2, "20");
        audited.result.audit = Some(Findings {
            duplicated: 1_423,
            ..Findings::default()
        });
        let text = session(&[trial(1, "5"), audited]);
        let ends: Vec<Vec<&str>> = text
            .lines()
            .map(|line| line.split_whitespace().rev().take(3).collect())
            .collect();
        assert_eq!(ends[0], ["reordered", "duplicated", "lost"]);
        assert_eq!(ends[1], ["n/a"; 3]);
        assert_eq!(ends[2], ["0", "1,423", "0"]);
    }

    #[test]
    fn the_next_command_sets_what_was_turned() {
        assert_eq!(
            next_command(&trial(2, "20"), "-b h:1"),
            "linger bench -b h:1 --set linger.ms=20"
        );
    }

    #[test]
    fn the_next_command_names_the_profile_once() {
        let mut settings = Settings::default();
        let profile = || Source::Profile("mine".into());
        settings.set("acks", "1", profile()).unwrap();
        settings.set("rate", "5000", profile()).unwrap();
        settings.set("linger.ms", "20", Source::Hand).unwrap();
        let trial = Snapshot {
            settings: settings_map(&settings),
            ..Snapshot::default()
        };
        assert_eq!(
            next_command(&trial, ""),
            "linger bench --profile mine --set linger.ms=20"
        );
        assert_eq!(
            next_command(&trial, "--profile ./mine.toml"),
            "linger bench --profile ./mine.toml --set linger.ms=20"
        );
    }
}
