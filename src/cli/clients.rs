//! `linger profile export`.

use std::path::Path;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::profile::{Profile, Shelf};
use crate::report::format::second;
use crate::report::origin::{self, Measured};
use crate::settings::export::{self, FORMATS, Format};
use crate::settings::{Settings, Surroundings};
use crate::snapshot::store;

use super::gather;
use super::output::{Failure, put};

/// The forms that `--to` takes, from the table of formats.
#[must_use]
pub fn format() -> impl TypedValueParser<Value = &'static Format> {
    let names = FORMATS
        .iter()
        .map(|format| PossibleValue::new(format.name).help(format.about));
    PossibleValuesParser::new(names)
        .try_map(|name| export::find(&name).ok_or("there is no such format"))
}

/// Writes the settings of a profile or a snapshot in another tool's words.
pub fn run(
    shelf: &Shelf,
    place: &str,
    format: &Format,
    output: Option<&Path>,
    overwrite: bool,
) -> Result<(), Failure> {
    let (about, settings) = read(shelf, place)?;
    // What librdkafka would refuse was never measured, and the other clients refuse most of it too.
    gather::judge(&settings, &Surroundings::default())?;
    let written = format.write(&about, &settings);
    put(&written.text, output, overwrite)?;
    // On standard output the comments say it.
    gather::tell(&written.altered, output.is_none());
    Ok(())
}

/// The settings, and where they come from in sentences.
fn read(shelf: &Shelf, place: &str) -> Result<(Vec<String>, Settings), Failure> {
    let ends_so = Path::new(place)
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("json"));
    // A name is a profile's first, and a snapshot's where no profile has it.
    if ends_so || (shelf.read(place).is_err() && store::load(place).is_ok()) {
        let snapshot = store::load(place).map_err(Failure::usage)?;
        let settings = snapshot.settings_onto(&Settings::default());
        let name = snapshot.name.as_deref().unwrap_or("without a name");
        let about = origin::measured(&Measured {
            what: &format!("snapshot {name} of {}", second(&snapshot.started_at)),
            cluster: snapshot.cluster.kind,
            librdkafka: &snapshot.librdkafka_version,
            records_per_s: snapshot.result.records_per_s,
            response: &snapshot.result.response_ms,
        });
        return Ok((about, settings));
    }
    let profile = shelf.read(place).map_err(Failure::usage)?;
    let mut settings = Settings::default();
    profile.apply(&mut settings);
    Ok((chosen(&profile), settings))
}

fn chosen(profile: &Profile) -> Vec<String> {
    let name = &profile.name;
    let mut about = vec![format!(
        "Producer settings of linger's profile {name}; what it leaves open is librdkafka's default."
    )];
    let said = [
        ("for", &profile.about),
        ("values from", &profile.source),
        ("gives up", &profile.gives_up),
    ];
    let said = said.iter().filter(|(_, text)| !text.is_empty());
    about.extend(said.map(|(word, text)| format!("{word}: {text}")));
    about
}
