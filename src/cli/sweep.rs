//! `linger sweep`: many settings, one answer with its evidence, or none.

mod args;
mod bench;
mod finish;
mod progress;

use std::path::Path;
use std::time::Duration;

use crate::cluster::ClusterKind;
use crate::cluster::local::WARM_BROKERS;
use crate::lab::{Blocks, LabConfig};
use crate::settings::{Settings, Source, Surroundings, Value};
use crate::snapshot::journal::Journal;
use crate::sweep::journal::{Header, KIND, Line, Opened, Recorded};
use crate::sweep::{
    Ended, MOST_RATE, Objective, Plan, Space, Steps, Sweep, Times, Wish, draft, search,
};

use self::bench::LabBench;
use super::gather::{self, Gathered};
use super::output::{Failure, Outcome, note, writable};
use super::target::Prepared;
use super::{journal, run, target};

pub use args::{SearchWord, SweepArgs};

/// What opening, turning and draining take in each block, about.
const BETWEEN: Duration = Duration::from_millis(600);

/// A sweep that is ready to begin, or to go on.
struct Ready {
    header: Header,
    recorded: Vec<Line>,
    journal: Journal,
    config: LabConfig,
    space: Space,
    local: Option<std::sync::Arc<crate::cluster::local::LocalKafka>>,
}

impl Ready {
    fn of(
        prepared: Prepared,
        header: Header,
        recorded: Vec<Line>,
        journal: Journal,
        space: Space,
    ) -> Self {
        let mut settings = space.base.clone();
        settings.put("rate", Value::Number(header.plan.rate), Source::Flag);
        let config = LabConfig {
            limits: prepared.limits,
            wire: prepared.wire,
            ..LabConfig::plain(prepared.target, prepared.topic, settings, header.plan.seed)
        };
        Self {
            header,
            recorded,
            journal,
            config,
            space,
            local: prepared.local,
        }
    }
}

/// What there is to do.
enum Begun {
    /// Blocks are still to be measured.
    Ready(Box<Ready>),
    /// A journal holds all of them: no load is needed to tell what they say.
    Done(Box<(Sweep, Space)>),
}

/// Sweeps, prints what was found, and judges it.
pub fn run(args: &SweepArgs) -> Result<Outcome, Failure> {
    if let Some(name) = &args.save_profile {
        finish::vacant(name, args.overwrite)?;
    }
    writable(args.output.as_deref(), args.overwrite)?;
    let begun = match &args.written.resume {
        Some(path) => resumed(args, path)?,
        None => Begun::Ready(Box::new(fresh(args)?)),
    };
    let (sweep, space) = match begun {
        Begun::Ready(ready) => measure(args, *ready)?,
        Begun::Done(done) => *done,
    };
    finish::finish(args, &sweep, &space)
}

/// The brokers that a sweep of this journal ran on.
fn kind(header: &Header) -> ClusterKind {
    if header.cluster == journal::EMBEDDED {
        ClusterKind::Embedded
    } else {
        ClusterKind::Real
    }
}

fn fresh(args: &SweepArgs) -> Result<Ready, Failure> {
    let quiet = args.lab.output.quiet;
    let (connect, load) = (&args.lab.connect, &args.lab.load);
    let place = journal::place(args.written.journal.as_deref(), "sweep")?;
    let mut gathered = gather::gather(connect, load, &args.rows())?;
    let foreign = target::is_foreign(connect, &gathered.connection);
    target::first_rate(&mut gathered.settings, foreign);
    let objective = objective(args, &gathered)?;
    let base = gathered.settings.clone();
    let around = target::foreseen(connect, load, &gathered.connection, &gathered.settings);
    gathered.notes.extend(gather::judge(&base, &around)?);
    gather::payload_file(&base)?;
    let space = Space::parse(&args.knobs, base, around).map_err(Failure::usage)?;
    let mut plan = plan(args, objective, &space)?;
    gather::tell(&gathered.notes, quiet);
    let cluster = journal::cluster(connect, &gathered.connection);
    let agreed = highest(args, &space.base, &plan.objective);
    let prepared = target::prepare(connect, load, &agreed, gathered.connection, quiet)?;
    let bounds = [args.most_rate, prepared.limits.ceiling.map(|rate| rate.0)];
    plan.most_rate = Some(bounds.into_iter().flatten().fold(MOST_RATE, f64::min));
    let header = Header {
        kind: KIND.word.into(),
        schema: KIND.schema,
        linger_version: env!("CARGO_PKG_VERSION").into(),
        started_at: jiff::Timestamp::now().to_string(),
        words: args.knobs.clone(),
        settings: written(&space.base),
        plan,
        block_s: args.block.as_secs_f64(),
        warmup_s: args.warmup.as_secs_f64(),
        budget_s: args.budget.map(|budget| budget.as_secs_f64()),
        cluster,
        topic: prepared.topic.clone(),
        partitions: load.partitions,
    };
    let journal = Journal::create(&place, &header).map_err(Failure::usage)?;
    if !quiet {
        note(&format!(
            "journal {0}: after a stop or a kill, `linger sweep --resume {0}{1}` goes on",
            place.display(),
            journal::flags_of(&header.cluster)
        ));
    }
    Ok(Ready::of(prepared, header, Vec::new(), journal, space))
}

fn resumed(args: &SweepArgs, path: &Path) -> Result<Begun, Failure> {
    let quiet = args.lab.output.quiet;
    let (connect, load) = (&args.lab.connect, &args.lab.load);
    if !load.set.is_empty()
        || load.profile.is_some()
        || !load.goal.is_empty()
        || load.topic.is_some()
    {
        return Err(Failure::usage(
            "--resume takes settings, goals and topic from the journal: leave out --set, --profile, --goal and --topic",
        ));
    }
    let opened: Opened = journal::open(path, KIND, quiet)?;
    let header = opened.header;
    let mut base = Settings::default();
    for (name, text) in &header.settings {
        base.set(name, text, Source::Flag).map_err(Failure::usage)?;
    }
    let gathered = gather::gather(connect, load, &[])?;
    let cluster = journal::cluster(connect, &gathered.connection);
    let around = Surroundings {
        embedded: kind(&header) == ClusterKind::Embedded,
        partitions: header.partitions,
        ..target::foreseen(connect, load, &gathered.connection, &base)
    };
    let space = Space::parse(&header.words, base, around).map_err(Failure::usage)?;
    let steps = Steps::behind(space.clone(), header.plan.clone(), opened.done.clone());
    let look = steps.look(&Ended::Stopped).map_err(Failure::usage)?;
    // To read what a finished sweep found, no cluster need be named.
    if look.next.is_none() && [journal::EMBEDDED, &header.cluster].contains(&cluster.as_str()) {
        let kind = kind(&header);
        let sweep = Sweep::of(header, path.to_owned(), kind, look.found);
        return Ok(Begun::Done(Box::new((sweep, space))));
    }
    if cluster != header.cluster {
        return Err(journal::other_cluster(path, &header.cluster, &cluster));
    }
    gather::payload_file(&space.base)?;
    let load = super::LoadArgs {
        topic: Some(header.topic.clone()),
        partitions: header.partitions,
        ..load.clone()
    };
    let mut agreed = space.base.clone();
    let most = header
        .plan
        .most_rate
        .filter(|_| !header.plan.objective.is_full_speed());
    agreed.put("rate", most.map_or(Value::Max, Value::Number), Source::Flag);
    let prepared = target::prepare(connect, &load, &agreed, gathered.connection, quiet)?;
    if !quiet {
        note(&format!(
            "resuming behind {} finished blocks",
            opened.done.len()
        ));
    }
    let ready = Ready::of(prepared, header, opened.done, opened.journal, space);
    Ok(Begun::Ready(Box::new(ready)))
}

/// What is sought, with the goals of flags and profile.
fn objective(args: &SweepArgs, gathered: &Gathered) -> Result<Objective, Failure> {
    let mut objective: Objective = args.objective.parse().map_err(Failure::usage)?;
    objective.goals.extend(gathered.goals.iter().cloned());
    Ok(objective)
}

fn plan(args: &SweepArgs, objective: Objective, space: &Space) -> Result<Plan, Failure> {
    let wish = Wish {
        search: args.search.map(Into::into),
        repeats: args.repeats.map(usize::from),
        points: args.points.map(usize::from),
        pairs: args.pairs.map(usize::from),
        budget: args.budget,
    };
    let times = Times {
        block: args.block,
        warmup: args.warmup,
        between: BETWEEN,
    };
    let seed = args
        .seed
        .unwrap_or_else(|| u64::from(rand::random::<u32>()));
    draft(space, objective, &wish, &times, (args.margin, seed)).map_err(Failure::usage)
}

/// The settings with the highest rate that the sweep may ask for: what a person must agree to.
fn highest(args: &SweepArgs, base: &Settings, objective: &Objective) -> Settings {
    let mut settings = base.clone();
    if let Some(rate) = args.most_rate.or(objective.rate) {
        settings.put("rate", Value::Number(rate), Source::Flag);
    } else if objective.is_full_speed() && *base.value("rate") != Value::Max {
        settings.put("rate", Value::Max, Source::Default);
    }
    settings
}

/// Every setting that is not the default, as `--set` reads it.
fn written(settings: &Settings) -> Vec<(String, String)> {
    let rows = settings.changed_from(&Settings::default());
    let pair = |row: &&'static crate::settings::Knob| {
        (row.name.to_owned(), row.text(settings.value(row.name)))
    };
    rows.iter().map(pair).collect()
}

fn measure(args: &SweepArgs, ready: Ready) -> Result<(Sweep, Space), Failure> {
    let Ready {
        header,
        recorded,
        journal,
        config,
        space,
        local,
    } = ready;
    let place = journal.path.clone();
    let runtime = run::runtime()?;
    let is_real = matches!(config.target, crate::lab::Target::Real { .. });
    let fresh = local.is_some();
    if fresh && !args.lab.output.quiet {
        target::tell_warming();
    }
    let least = if fresh { WARM_BROKERS } else { Duration::ZERO };
    let first = is_real.then(|| (config.settings.clone(), least));
    let blocks = Blocks::start(config).map_err(Failure::unmeasured)?;
    let done: f64 = recorded.iter().map(|line| line.measured.took_s).sum();
    let bench = LabBench::new(args, &header, &space, blocks, &runtime, done)?.warmed_by(first);
    let mut bench = Recorded::new(journal, recorded, bench);
    let found = search(&space, &header.plan, &mut bench);
    bench.bench.end();
    drop(local);
    let found = found.map_err(Failure::usage)?;
    if found.ended_early.is_some() {
        note(&format!(
            "`linger sweep --resume {}{}` goes on where this ended",
            place.display(),
            journal::flags_of(&header.cluster)
        ));
    }
    let kind = kind(&header);
    Ok((Sweep::of(header, place, kind, found), space))
}
