//! The end of a sweep: what is printed, the profile that is saved, the exit code.

use crate::cli::output::{Failure, Outcome, note, print, put};
use crate::profile::{Listed, Origin, Profile, Shelf, fit_name};
use crate::report::{json, sweep as report};
use crate::settings::{Source, Value};
use crate::sweep::journal::Header;
use crate::sweep::{Outcome as Found, Space, Sweep};

use super::args::SweepArgs;

/// Prints what was found, saves what is recommended, and judges.
pub fn finish(args: &SweepArgs, sweep: &Sweep, space: &Space) -> Result<Outcome, Failure> {
    let (found, header) = (&sweep.found, &sweep.header);
    let told = match args.to {
        Some(format) => {
            let told = format.write_sweep(sweep).map_err(Failure::unmeasured)?;
            put(&told, args.output.as_deref(), args.overwrite)?;
            args.output.is_none()
        }
        None => false,
    };
    if args.lab.output.json {
        print(&json::object(sweep).map_err(Failure::unmeasured)?)?;
    } else if !told {
        print(&report::text(found))?;
    }
    let recommendation = &found.recommendation;
    if let Some(name) = &args.save_profile {
        if recommendation.recommended {
            save(args, name, found, space, header)?;
        } else {
            note(&format!(
                "profile {name} was not saved: nothing is recommended"
            ));
        }
    }
    if let Some(reason) = &found.ended_early {
        note(&format!("ended early: {reason}"));
    }
    Ok(match recommendation.ground.outcome() {
        Some(true) => Outcome::Fine,
        Some(false) => Outcome::No,
        None => Outcome::Unmeasured,
    })
}

/// Refuses a profile's name that cannot be used, before anything is measured.
pub fn vacant(name: &str, overwrite: bool) -> Result<(), Failure> {
    fit_name(name).map_err(Failure::usage)?;
    let shelf = Shelf::user().map_err(Failure::usage)?;
    let own = |one: &Listed| matches!(one.origin, Origin::File(_)) && one.name == name;
    if !overwrite && shelf.list().iter().any(own) {
        return Err(Failure::usage(format!(
            "profile {name} is already there and was left alone; choose another name, or add --overwrite"
        )));
    }
    Ok(())
}

fn save(
    args: &SweepArgs,
    name: &str,
    found: &Found,
    space: &Space,
    header: &Header,
) -> Result<(), Failure> {
    let mut settings = space.base.clone();
    let recommendation = &found.recommendation;
    for (knob, text) in &recommendation.parameters {
        settings
            .set(knob, text, Source::Flag)
            .map_err(Failure::usage)?;
    }
    let rate = recommendation.rate.map_or(Value::Max, Value::Number);
    settings.put("rate", rate, Source::Flag);
    let mut profile = Profile::of(name, &settings);
    profile.about = format!("{}, found by a sweep", found.objective);
    profile.source = format!(
        "linger sweep of {}: {}",
        header.started_at,
        report::evidence(found).join("; ")
    );
    profile.gives_up = recommendation.mind.join("; ");
    profile.goals = header
        .plan
        .objective
        .goals
        .iter()
        .map(ToString::to_string)
        .collect();
    let shelf = Shelf::user().map_err(Failure::usage)?;
    let path = shelf
        .save(&profile, args.overwrite)
        .map_err(Failure::usage)?;
    note(&format!("saved {}", path.display()));
    Ok(())
}
