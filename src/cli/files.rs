//! The person's profiles and snapshots, as the screen opens and saves them.

use std::sync::Arc;

use crate::measure::counts::Counts;
use crate::profile::{Profile, Shelf};
use crate::settings::{Settings, Source};
use crate::snapshot::{SettingValue, Snapshot, store};
use crate::tui::dialog::{FileEntry, FileKind, Loaded, Reference};
use crate::tui::run::Files;

/// Files in the person's folders.
#[derive(Clone, Copy, Debug, Default)]
pub struct OwnFiles;

impl Files for OwnFiles {
    fn list(&self) -> Result<Vec<FileEntry>, String> {
        let shelf = Shelf::user().map_err(|error| error.to_string())?;
        let mut all: Vec<FileEntry> = shelf
            .list()
            .into_iter()
            .map(|one| FileEntry {
                kind: FileKind::Profile,
                usable: one.profile.is_ok(),
                about: one
                    .profile
                    .map_or_else(|error| error.to_string(), |profile| profile.about),
                name: one.name,
            })
            .collect();
        let snapshots = store::list().map_err(|error| error.to_string())?;
        all.extend(snapshots.into_iter().map(|one| {
            FileEntry {
                kind: FileKind::Snapshot,
                usable: one.snapshot.is_ok(),
                about: one
                    .snapshot
                    .map_or_else(|error| error.to_string(), |snapshot| snapshot.started_at),
                name: one.name,
            }
        }));
        Ok(all)
    }

    fn load(&self, file: &FileEntry, onto: &Settings) -> Result<Loaded, String> {
        match file.kind {
            FileKind::Profile => {
                let shelf = Shelf::user().map_err(|error| error.to_string())?;
                let profile = shelf.read(&file.name).map_err(|error| error.to_string())?;
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
                Ok(Loaded {
                    name: file.name.clone(),
                    settings: Some(Arc::new(settings_of(&snapshot, onto)?)),
                    reference: reference(&file.name, &snapshot),
                })
            }
        }
    }

    fn save_profile(&self, name: &str, settings: &Settings) -> Result<String, String> {
        let shelf = Shelf::user().map_err(|error| error.to_string())?;
        let saved = shelf.save(&Profile::of(name, settings), false);
        saved
            .map(|path| path.display().to_string())
            .map_err(|error| error.to_string())
    }
}

fn settings_of(snapshot: &Snapshot, onto: &Settings) -> Result<Settings, String> {
    let mut settings = onto.clone();
    for (name, setting) in &snapshot.settings {
        let text = match &setting.value {
            SettingValue::Whole(number) => number.to_string(),
            SettingValue::Number(number) => number.to_string(),
            SettingValue::Switch(on) => on.to_string(),
            SettingValue::Text(text) => text.clone(),
        };
        settings
            .set(name, &text, Source::Hand)
            .map_err(|error| error.to_string())?;
    }
    Ok(settings)
}

/// A snapshot without a readable histogram gives settings only.
fn reference(name: &str, snapshot: &Snapshot) -> Option<Reference> {
    let encoded = snapshot.result.histograms.response.as_deref()?;
    let counts = Counts::decode_base64(encoded).ok()?;
    Some(Reference {
        name: name.to_owned(),
        bins: counts.bins(),
        response: snapshot.result.response_ms,
    })
}
