//! The person's profiles and snapshots, as the screen opens and saves them.

use std::sync::Arc;

use crate::cluster::{ClusterFacts, ClusterKind};
use crate::lab::Goal;
use crate::measure::Counts;
use crate::profile::{Profile, Shelf};
use crate::settings::{Settings, native};
use crate::snapshot::diff::circumstances;
use crate::snapshot::{Environment, Snapshot, store};
use crate::tui::dialog::{FileEntry, FileKind, Loaded, Reference};
use crate::tui::run::Files;

/// Reads the folders anew at every call.
pub struct Cupboard;

impl Files for Cupboard {
    fn list(&self) -> Result<Vec<FileEntry>, String> {
        let shelf = Shelf::user().map_err(|error| error.to_string())?;
        let profiles = shelf.list().into_iter().map(|listed| {
            let usable = listed.profile.is_ok();
            let about = listed
                .profile
                .map_or_else(|error| error.to_string(), |profile| profile.about);
            FileEntry {
                kind: FileKind::Profile,
                name: listed.name,
                about,
                usable,
            }
        });
        let snapshots = store::list()
            .map_err(|error| error.to_string())?
            .into_iter()
            .map(|entry| {
                let usable = entry.snapshot.is_ok();
                let about = entry
                    .snapshot
                    .map_or_else(|error| error.to_string(), |snapshot| about(&snapshot));
                FileEntry {
                    kind: FileKind::Snapshot,
                    name: entry.name,
                    about,
                    usable,
                }
            });
        Ok(profiles.chain(snapshots).collect())
    }

    fn load(&self, file: &FileEntry, onto: &Settings, on: &ClusterFacts) -> Result<Loaded, String> {
        match file.kind {
            FileKind::Profile => {
                let profile = Shelf::user()
                    .and_then(|shelf| shelf.read(&file.name))
                    .map_err(|error| error.to_string())?;
                let mut settings = onto.clone();
                profile.apply(&mut settings);
                Ok(Loaded {
                    name: file.name.clone(),
                    settings: Some(Arc::new(settings)),
                    reference: None,
                })
            }
            FileKind::Snapshot => {
                let snapshot = store::load(&file.name).map_err(|error| error.to_string())?;
                let reference = reference(&file.name, &snapshot, on);
                if reference.is_none() {
                    return Err(format!(
                        "{} holds no histogram that could be drawn",
                        file.name
                    ));
                }
                Ok(Loaded {
                    name: file.name.clone(),
                    settings: None,
                    reference,
                })
            }
        }
    }

    fn save_profile(
        &self,
        name: &str,
        settings: &Settings,
        goals: &[Goal],
    ) -> Result<String, String> {
        let shelf = Shelf::user().map_err(|error| error.to_string())?;
        let mut profile = Profile::of(name, settings);
        profile.goals = goals.iter().map(ToString::to_string).collect();
        let path = shelf
            .save(&profile, false)
            .map_err(|error| error.to_string())?;
        Ok(path.display().to_string())
    }
}

fn about(snapshot: &Snapshot) -> String {
    let rate = snapshot
        .result
        .records_per_s
        .map_or_else(|| "n/a".into(), |rate| format!("{rate:.0}"));
    let p99 = snapshot
        .result
        .response_ms
        .p99
        .map_or_else(|| "n/a".into(), |p99| format!("{:.1} ms", p99.0));
    format!(
        "{} · {rate}/s · p99 {p99}",
        snapshot
            .started_at
            .get(..16)
            .unwrap_or(&snapshot.started_at)
    )
}

fn reference(name: &str, snapshot: &Snapshot, on: &ClusterFacts) -> Option<Reference> {
    let counts = Counts::decode_base64(snapshot.result.histograms.response.as_ref()?).ok()?;
    // What the running session would save of its circumstances.
    let here = Snapshot {
        librdkafka_version: native::version(),
        environment: Environment::of_this_machine(),
        cluster: on.into(),
        ..Snapshot::default()
    };
    let differs = circumstances(snapshot, &here);
    Some(Reference {
        name: name.into(),
        bins: counts.bins(),
        response: snapshot.result.response_ms,
        settings: snapshot.settings_onto(&Settings::default()),
        simulated: snapshot.cluster.kind == ClusterKind::Embedded,
        differs: differs.into_iter().map(|one| one.what).collect(),
    })
}
