//! `linger profile`.

use std::path::Path;

use crate::profile::{Listed, Origin, Profile, ProfileError, Shelf};
use crate::report::table::{Align, lines};
use crate::settings::files::write_whole;
use crate::settings::find;

use super::ProfileAction;
use super::args::{ConnectArgs, LoadArgs};
use super::output::{Failure, note, print, unwritten};
use super::{clients, gather, target};

/// Lists, shows, saves or exports profiles.
pub fn run(action: &ProfileAction) -> Result<(), Failure> {
    let shelf = Shelf::user().map_err(Failure::usage)?;
    match action {
        ProfileAction::List { json } => list(&shelf, *json),
        ProfileAction::Show { profile, json } => {
            show(&shelf.read(profile).map_err(Failure::usage)?, *json)
        }
        ProfileAction::Export {
            profile,
            to,
            output,
            overwrite,
        } => clients::run(&shelf, profile, to, output.as_deref(), *overwrite),
        ProfileAction::Save {
            name,
            about,
            overwrite,
            load,
            connect,
        } => {
            let profile = made(name, about.as_deref(), load, connect)?;
            save(&shelf, name, &profile, *overwrite)
        }
    }
}

fn list(shelf: &Shelf, json: bool) -> Result<(), Failure> {
    let all = shelf.list();
    if json {
        let rows: Vec<_> = all.iter().map(listed_json).collect();
        return print_json(&rows);
    }
    let rows: Vec<Vec<String>> = all.iter().filter_map(row).collect();
    print(&(lines(&rows, &[Align::Left; 3]).join("\n") + "\n"))?;
    let damaged: Vec<&ProfileError> = all
        .iter()
        .filter_map(|one| one.profile.as_ref().err())
        .collect();
    for error in &damaged {
        note(&format!("error: {error}"));
    }
    match damaged.len() {
        0 => Ok(()),
        count => Err(Failure::usage(format!(
            "{count} of the profiles cannot be read"
        ))),
    }
}

fn row(listed: &Listed) -> Option<Vec<String>> {
    let profile = listed.profile.as_ref().ok()?;
    let origin = match listed.origin {
        Origin::Shipped => "shipped",
        Origin::File(_) => "own",
    };
    Some(vec![
        listed.name.clone(),
        origin.into(),
        profile.about.clone(),
    ])
}

fn listed_json(listed: &Listed) -> serde_json::Value {
    let file = match &listed.origin {
        Origin::Shipped => None,
        Origin::File(path) => Some(path),
    };
    let profile = listed.profile.as_ref();
    serde_json::json!({
        "name": listed.name,
        "file": file,
        "about": profile.ok().map(|one| &one.about),
        "error": profile.err().map(ToString::to_string),
    })
}

fn show(profile: &Profile, json: bool) -> Result<(), Failure> {
    if json {
        let values: serde_json::Map<_, _> = profile
            .pairs()
            .into_iter()
            .map(|(name, text)| (name, text.into()))
            .collect();
        return print_json(&serde_json::json!({
            "name": profile.name,
            "about": profile.about,
            "source": profile.source,
            "gives_up": profile.gives_up,
            "goals": profile.goals,
            "values": values,
        }));
    }
    let mut text = vec![match profile.about.as_str() {
        "" => profile.name.clone(),
        about => format!("{}: {about}", profile.name),
    }];
    for (word, said) in [
        ("values from", &profile.source),
        ("gives up", &profile.gives_up),
    ] {
        if !said.is_empty() {
            text.push(format!("{word}: {said}"));
        }
    }
    text.extend(profile.goals.iter().map(|goal| format!("goal: {goal}")));
    let rows: Vec<Vec<String>> = profile
        .values
        .iter()
        .filter_map(|(name, value)| Some(vec![format!("  {name}"), find(name)?.show(value)]))
        .collect();
    text.extend(lines(&rows, &[Align::Left; 2]));
    print(&(text.join("\n") + "\n"))
}

/// The profile of what the arguments choose; settings that the client would refuse are refused here.
fn made(
    place: &str,
    about: Option<&str>,
    load: &LoadArgs,
    connect: &ConnectArgs,
) -> Result<Profile, Failure> {
    let gathered = gather::gather(connect, load, &[])?;
    let around = target::foreseen(connect, load, &gathered.connection, &gathered.settings);
    gather::tell(&gather::judge(&gathered.settings, &around)?, false);
    let stem = Path::new(place)
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned());
    let name = if is_file(place) {
        stem.unwrap_or_default()
    } else {
        place.to_owned()
    };
    let mut profile = Profile::of_chosen(&name, &gathered.settings);
    about.unwrap_or_default().clone_into(&mut profile.about);
    profile.goals = gathered.goals.iter().map(ToString::to_string).collect();
    Ok(profile)
}

fn is_file(place: &str) -> bool {
    place.contains('/')
        || Path::new(place)
            .extension()
            .is_some_and(|end| end == "toml")
}

fn save(shelf: &Shelf, place: &str, profile: &Profile, overwrite: bool) -> Result<(), Failure> {
    let saved = if is_file(place) {
        let path = Path::new(place);
        write_whole(path, profile.write().as_bytes(), overwrite)
            .map(|()| path.to_owned())
            .map_err(ProfileError::File)
    } else {
        shelf.save(profile, overwrite)
    };
    match saved {
        Ok(path) => {
            note(&format!("saved {}", path.display()));
            Ok(())
        }
        Err(ProfileError::File(error)) => Err(unwritten(error)),
        Err(error) => Err(Failure::usage(error)),
    }
}

fn print_json(value: &impl serde::Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(Failure::unmeasured)?;
    print(&(text + "\n"))
}
