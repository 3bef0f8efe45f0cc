//! `linger compare`: two arms, honestly.

mod args;
mod arms;
mod exec;
mod progress;

use std::path::Path;

use crate::cluster::local::WARM_BROKERS;
use crate::compare::{
    self, Arm, ArmReport, Bench, Circumstances, CommandBench, Comparison, LabBench, Plan, Series,
};
use crate::lab::{Blocks, Goal, GoalState, LabConfig};
use crate::measure::comparison::{Metric, Verdict};
use crate::report::comparison as report;
use crate::report::{json, trials};
use crate::settings::Settings;
use crate::snapshot::{Cluster, Environment};

use self::arms::Setting;
use self::progress::{Teller, flag};
use super::gather::{self, Gathered};
use super::output::{Failure, Outcome, note, put, writable};
use super::signals::Ending;
use super::{run, target};

pub use args::{CompareArgs, Contaminated, EXAMPLES, OnInconclusive};

/// Compares, prints the verdict, and judges it.
pub fn run(args: &CompareArgs) -> Result<Outcome, Failure> {
    let (connect, load) = (&args.lab.connect, &args.lab.load);
    writable(args.place.as_deref(), args.overwrite)?;
    if let Some(file) = &args.from {
        return finish(args, &earlier(file)?);
    }
    let mut gathered = gather::gather(connect, load, &args.sent.rows())?;
    let why = "a comparison does not read the topic back; leave it out";
    gather::without_audit(&gathered.goals, why)?;
    let foreign = target::is_foreign(connect, &gathered.connection);
    target::first_rate(&mut gathered.settings, foreign);
    if let (Some(a), Some(b)) = (&args.a_exec, &args.b_exec) {
        return commands(args, &gathered, foreign, (a, b));
    }
    if args.a.is_empty() && args.b.is_empty() {
        return Err(Failure::usage(
            "nothing to compare: name the arms by --a and --b, for example --b linger.ms=50 (`linger compare --help`)",
        ));
    }
    settings(args, gathered, foreign)
}

fn settings(args: &CompareArgs, gathered: Gathered, foreign: bool) -> Result<Outcome, Failure> {
    let quiet = args.lab.output.quiet;
    let (connect, load) = (&args.lab.connect, &args.lab.load);
    let mut a = arms::read("--a", &args.a, &gathered.settings)?;
    let mut b = arms::read("--b", &args.b, &gathered.settings)?;
    if let Some(metric) = args.metric.filter(|metric| metric.is_read()) {
        arms::follow("--a", &mut a, metric)?;
        arms::follow("--b", &mut b, metric)?;
    }
    let rates = [&a, &b].map(|arm| arm.settings.number("rate"));
    let plan = plan(args, rates, foreign)?;
    let mut notes = gathered.notes;
    let around = target::foreseen(connect, load, &gathered.connection, &gathered.settings);
    for (arm, setting) in [(Arm::A, &a), (Arm::B, &b)] {
        let told = |failure: Failure| Failure::usage(format!("{}: {failure}", flag(arm)));
        let cautions = gather::judge(&setting.settings, &around).map_err(told)?;
        gather::payload_file(&setting.settings).map_err(told)?;
        let label = |text: String| format!("{}: {text}", arm.name());
        notes.extend(cautions.into_iter().map(label));
    }
    gather::tell(&notes, quiet);
    // The faster arm is what must be agreed to.
    let faster = if rates[1] > rates[0] { &b } else { &a };
    let prepared = target::prepare(connect, load, &faster.settings, gathered.connection, quiet)?;
    let config = LabConfig {
        limits: prepared.limits,
        wire: prepared.wire,
        ..LabConfig::plain(
            prepared.target,
            prepared.topic,
            a.settings.clone(),
            plan.seed,
        )
    };
    let found = on_the_lab(args, plan, config, (&a, &b), &gathered.goals)?;
    drop(prepared.local);
    finish(args, &found)
}

fn on_the_lab(
    args: &CompareArgs,
    plan: Plan,
    config: LabConfig,
    (a, b): (&Setting, &Setting),
    goals: &[Goal],
) -> Result<Comparison, Failure> {
    let mut circumstances = circumstances(shared_rate(&a.settings, &b.settings));
    let runtime = run::runtime()?;
    let blocks = Blocks::start(config).map_err(Failure::unmeasured)?;
    let arms = (a.settings.clone(), b.settings.clone());
    let mut bench = LabBench::new(blocks, arms, plan.warmup, plan.block);
    let mut series = Series::new(plan);
    let measured = runtime.block_on(measure(args, &mut series, &mut bench));
    let blocks = bench.into_blocks();
    circumstances.cluster = Some(Cluster::from(&*blocks.reading().cluster));
    let _ = blocks.finish();
    measured?;
    let reports = (a.report(), b.report());
    Ok(Comparison::of(&series, circumstances, reports, goals))
}

fn commands(
    args: &CompareArgs,
    gathered: &Gathered,
    foreign: bool,
    (a, b): (&String, &String),
) -> Result<Outcome, Failure> {
    let quiet = args.lab.output.quiet;
    let rate = gathered.settings.number("rate");
    let plan = plan(args, [rate; 2], foreign)?;
    gather::tell(&gathered.notes, quiet);
    let connect = &args.lab.connect;
    let local = connect
        .local_kafka
        .map(|brokers| target::start_local(brokers, quiet))
        .transpose()?;
    let servers = local.as_ref().map(|kafka| kafka.bootstrap().to_owned());
    let flags = exec::flags(args, rate, servers.as_deref(), plan.metric);
    let time = plan.warmup + plan.block;
    let mut bench = CommandBench::new((a.clone(), b.clone()), flags, time);
    let mut series = Series::new(plan);
    let circumstances = circumstances(Some(rate).filter(|rate| rate.is_finite()));
    run::runtime()?.block_on(measure(args, &mut series, &mut bench))?;
    drop(local);
    let report = |command: &String| ArmReport {
        label: command.clone(),
        command: Some(command.clone()),
        ..ArmReport::default()
    };
    let reports = (report(a), report(b));
    let found = Comparison::of(&series, circumstances, reports, &gathered.goals);
    finish(args, &found)
}

/// What is fixed before anything is measured; refuses what could not lead to a verdict.
fn plan(args: &CompareArgs, rates: [f64; 2], foreign: bool) -> Result<Plan, Failure> {
    let full_speed = rates.iter().any(|rate| rate.is_infinite());
    let metric = args.metric.unwrap_or(if full_speed {
        Metric::Throughput
    } else {
        Metric::P50
    });
    if metric != Metric::Throughput {
        if full_speed {
            return Err(Failure::usage(format!(
                "{} at full speed is the time in a full queue, whatever the settings: give both arms a rate that they can hold (--throughput N), or --metric throughput",
                metric.name()
            )));
        }
        if (rates[0] - rates[1]).abs() > f64::EPSILON {
            return Err(Failure::usage(format!(
                "A sends {}/s and B {}/s: {} compares only at one rate; give both the same (--throughput N)",
                rates[0],
                rates[1],
                metric.name()
            )));
        }
        if foreign && args.sent.throughput.is_none() {
            return Err(Failure::usage(format!(
                "{} on a real cluster needs --throughput N: a rate that both arms can hold, at most 70 % of what the slower one can do",
                metric.name()
            )));
        }
    }
    let pairs = args.pairs.map(usize::from);
    let plan =
        Plan::new(metric, pairs, (args.block, args.warmup), args.budget).map_err(Failure::usage)?;
    plan.check_rate(rates[0].min(rates[1]))
        .map_err(Failure::usage)?;
    Ok(Plan {
        margin_percent: args.margin.unwrap_or(plan.margin_percent),
        keep_contaminated: args.contaminated == Contaminated::Keep,
        seed: args
            .seed
            .unwrap_or_else(|| u64::from(rand::random::<u32>())),
        ..plan
    })
}

fn shared_rate(a: &Settings, b: &Settings) -> Option<f64> {
    let (a, b) = (a.number("rate"), b.number("rate"));
    (a.is_finite() && (a - b).abs() <= f64::EPSILON).then_some(a)
}

fn circumstances(rate: Option<f64>) -> Circumstances {
    Circumstances {
        linger_version: env!("CARGO_PKG_VERSION").into(),
        librdkafka_version: crate::settings::native::version(),
        started_at: jiff::Timestamp::now().to_string(),
        environment: Environment::of_this_machine(),
        cluster: None,
        rate,
    }
}

/// Measures until there is enough; a signal ends it with what is done, a second one the program.
async fn measure<B: Bench>(
    args: &CompareArgs,
    series: &mut Series,
    bench: &mut B,
) -> Result<(), Failure> {
    let mut ending = Ending::listen().map_err(Failure::unmeasured)?;
    let mut teller = Teller::new(args.lab.output.quiet);
    if args.lab.connect.local_kafka.is_some() {
        if !args.lab.output.quiet {
            target::tell_warming();
        }
        tokio::select! {
            biased;
            _ = ending.next() => {
                series.stop();
                return Ok(());
            }
            warm = compare::warm_up(bench, WARM_BROKERS) => warm.map_err(Failure::unmeasured)?,
        }
    }
    let stop = async {
        let _ = ending.next().await;
        note("ending early with what is done");
    };
    let done = compare::run(series, bench, |series, ask| teller.look(series, ask), stop).await;
    teller.end();
    done.map_err(Failure::unmeasured)
}

/// A comparison that was written as JSON.
fn earlier(file: &Path) -> Result<Comparison, Failure> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::usage(format!("--from {}: {error}", file.display())))?;
    serde_json::from_str(&text).map_err(|error| {
        Failure::usage(format!(
            "--from {}: this is not what `linger compare --json` prints: {error}",
            file.display()
        ))
    })
}

/// The command that keeps the better arm as a profile; none where neither is, or where it is a command.
fn keep(found: &Comparison) -> Option<String> {
    let better = match found.verdict {
        Verdict::ABetter => &found.a,
        Verdict::BBetter => &found.b,
        _ => return None,
    };
    let chosen = trials::chosen_flags(&better.settings, None).join(" ");
    (!chosen.is_empty())
        .then(|| format!("to keep the better one: linger profile save NAME {chosen}"))
}

fn finish(args: &CompareArgs, found: &Comparison) -> Result<Outcome, Failure> {
    let text = match args.format() {
        Some(format) => format
            .write_comparison(found)
            .map_err(Failure::unmeasured)?,
        None if args.lab.output.json => json::object(found).map_err(Failure::unmeasured)?,
        None => report::text(found),
    };
    put(&text, args.place.as_deref(), args.overwrite)?;
    if !args.lab.output.quiet {
        let sentence = args.place.as_ref().map(|_| found.sentence.clone());
        for line in sentence.into_iter().chain(keep(found)) {
            note(&line);
        }
    }
    let (outcome, sentence) = judge(args, found);
    if let Some(sentence) = sentence {
        note(&sentence);
    }
    Ok(outcome)
}

fn judge(args: &CompareArgs, found: &Comparison) -> (Outcome, Option<String>) {
    let of = |wanted| {
        let named = found.goals.iter().filter(|goal| goal.outcome == wanted);
        named.map(|goal| goal.goal.to_string()).collect::<Vec<_>>()
    };
    let missed = of(GoalState::Missed);
    if !missed.is_empty() {
        let sentence = format!("goal missed by B: {}", missed.join(", "));
        return (Outcome::No, Some(sentence));
    }
    if args.fail_on_regression && found.is_regression() {
        return (Outcome::No, Some("B is worse than A".into()));
    }
    let unknown = of(GoalState::Unknown);
    if !unknown.is_empty() {
        let sentence = format!("not enough data for goal {}", unknown.join(", "));
        return (Outcome::Unmeasured, Some(sentence));
    }
    let open = found.verdict == Verdict::Inconclusive;
    if open && args.on_inconclusive == OnInconclusive::Fail {
        return (Outcome::Unmeasured, None);
    }
    (Outcome::Fine, None)
}
