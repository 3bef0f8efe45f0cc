//! Where profiles stand: a person's own folder first, then the shipped ones.

use std::path::{Path, PathBuf};

use crate::profile::{LIMIT, Profile, ProfileError, file_name, shipped};
use crate::settings::files::{config_folder, read_within, write_whole};

/// Where a profile comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It is part of the program.
    Shipped,
    /// It is a person's file.
    File(PathBuf),
}

/// One line of the list: a profile, or why it cannot be read.
#[derive(Debug)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// Where it comes from.
    pub origin: Origin,
    /// The profile, or what is wrong with its file.
    pub profile: Result<Profile, ProfileError>,
}

/// The profiles that can be had by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shelf {
    folder: PathBuf,
}

impl Shelf {
    /// The person's shelf: `profiles` in the configuration folder.
    pub fn user() -> Result<Self, ProfileError> {
        Ok(Self::at(config_folder()?.join("profiles")))
    }

    /// A shelf in this folder, which need not exist yet.
    #[must_use]
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// Reads a profile by name (the person's own first, then the shipped ones) or, if the text has a `/` or ends in `.toml`, by path.
    pub fn read(&self, name_or_path: &str) -> Result<Profile, ProfileError> {
        if name_or_path.contains('/') || ends_in_toml(Path::new(name_or_path)) {
            return read_file(Path::new(name_or_path));
        }
        let own = self.folder.join(file_name(name_or_path)?);
        if own.exists() {
            return read_file(&own);
        }
        match shipped::text(name_or_path) {
            Some(text) => Profile::read(name_or_path, text),
            None => Err(self.unknown(name_or_path)),
        }
    }

    /// All profiles: the person's own, then the shipped ones that they do not hide; each group by name.
    #[must_use]
    pub fn list(&self) -> Vec<Listed> {
        let mut own: Vec<Listed> = self.own_files().into_iter().map(listed).collect();
        own.sort_by(|one, other| one.name.cmp(&other.name));
        let hidden: Vec<String> = own.iter().map(|listed| listed.name.clone()).collect();
        own.extend(Self::shipped().filter(|listed| !hidden.contains(&listed.name)));
        own
    }

    /// The profiles that are part of the program, in the order in which they are read best.
    pub fn shipped() -> impl Iterator<Item = Listed> {
        shipped::ALL.iter().map(|(name, text)| Listed {
            name: (*name).into(),
            origin: Origin::Shipped,
            profile: Profile::read(name, text),
        })
    }

    /// Saves a profile under its name, whole or not at all, and says where. Without `overwrite` a file that is there is left alone.
    pub fn save(&self, profile: &Profile, overwrite: bool) -> Result<PathBuf, ProfileError> {
        let path = self.folder.join(file_name(&profile.name)?);
        write_whole(&path, profile.write().as_bytes(), overwrite)?;
        Ok(path)
    }

    fn own_files(&self) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(&self.folder) else {
            return Vec::new();
        };
        entries
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| ends_in_toml(path))
            .collect()
    }

    fn unknown(&self, name: &str) -> ProfileError {
        let all = self.list();
        let near = all
            .iter()
            .map(|listed| (strsim::jaro_winkler(&listed.name, name), &listed.name))
            .filter(|(likeness, _)| *likeness >= 0.75)
            .max_by(|one, other| one.0.total_cmp(&other.0));
        ProfileError::Unknown {
            name: name.into(),
            nearest: near.map(|(_, name)| name.clone()),
        }
    }
}

fn ends_in_toml(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "toml")
}

fn listed(path: PathBuf) -> Listed {
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    Listed {
        name: name.into_owned(),
        profile: read_file(&path),
        origin: Origin::File(path),
    }
}

fn read_file(path: &Path) -> Result<Profile, ProfileError> {
    let text = read_within(path, LIMIT)?;
    let mut profile = Profile::read(&path.display().to_string(), &text)?;
    if profile.name.is_empty() {
        profile.name = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
    }
    Ok(profile)
}
