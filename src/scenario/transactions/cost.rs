//! C13: what idempotence costs, and what transactions cost beside it, in paired blocks on one running lab.

use std::time::Duration;

use super::clients;
use crate::compare::{self, ArmReport, Circumstances, Comparison, LabBench, Plan, Series};
use crate::lab::Blocks;
use crate::measure::comparison::{Metric, Verdict};
use crate::scenario::load::Run;
use crate::scenario::row::{Arm, Check, Stopped, Told};
use crate::scenario::stage::Stage;
use crate::settings::{Settings, Source};

/// Pairs of each comparison: the effects are large, and so is what a machine does to the slowest of a hundred records.
const PAIRS: usize = 8;
const BLOCK: Duration = Duration::from_secs(2);
/// An idempotent producer asks for its id and shows it to each partition first: with 200 ms its p99 was six times that of a plain one.
const WARM_UP: Duration = Duration::from_secs(1);
/// Little for any cluster, even where each record is a request of its own.
const RATE: &str = "1000";
/// Commit intervals, in milliseconds.
const OFTEN: &str = "20";
const SELDOM: &str = "500";

type Rows<'a> = Vec<(&'a str, &'a str)>;

pub fn run(stage: &Stage) -> Result<Told, Stopped> {
    let name = clients::name("c13");
    let plain: Rows<'_> = vec![
        ("rate", RATE),
        ("record.size", "200"),
        ("linger.ms", "1"),
        ("acks", "all"),
        ("max.in.flight", "5"),
        ("delivery.timeout.ms", "60000"),
    ];
    let idempotent = with(&plain, &[("enable.idempotence", "on")]);
    stage.say("idempotence against none");
    let first = compared(stage, "plain", &plain, &idempotent)?;
    let committed = |interval| {
        stage.say(&format!("a commit every {interval} ms against none"));
        let rows = [
            ("transactional.id", name.as_str()),
            ("transaction.interval.ms", interval),
        ];
        compared(stage, interval, &idempotent, &with(&idempotent, &rows))
    };
    let (often, seldom) = (committed(OFTEN)?, committed(SELDOM)?);
    let mut others = [&first, &seldom].into_iter();
    let unclear = others.find(|found| is_open(found, &often));
    let open = (often.verdict == Verdict::Inconclusive).then_some(&often);
    if let Some(found) = open.or(unclear) {
        return Err(Stopped::NotExercised(format!(
            "the machine does not hold still enough to tell: {}",
            found.sentence
        )));
    }
    Ok(Told {
        control: told("idempotence", &first),
        treatment: told(&format!("a commit every {OFTEN} ms"), &often),
        further: vec![told(&format!("a commit every {SELDOM} ms"), &seldom)],
        checks: checks(&first, &often, &seldom),
        lesson: "everything waits while a transaction ends, so its price is the time of a commit over the time between two of them".into(),
    })
}

fn with<'a>(rows: &Rows<'a>, more: &[(&'a str, &'a str)]) -> Rows<'a> {
    rows.iter().chain(more).copied().collect()
}

fn settings(rows: &Rows<'_>) -> Result<Settings, Stopped> {
    let mut settings = Settings::default();
    for (name, text) in rows {
        settings
            .set(name, text, Source::Flag)
            .map_err(Stopped::broken)?;
    }
    Ok(settings)
}

/// B against A, on a lab of their own.
fn compared(stage: &Stage, word: &str, a: &Rows<'_>, b: &Rows<'_>) -> Result<Comparison, Stopped> {
    let topic = stage.topic(&format!("cost-{word}"), 3, 1, &[])?;
    let arms = (settings(a)?, settings(b)?);
    let plan =
        Plan::new(Metric::P99, Some(PAIRS), (BLOCK, WARM_UP), None).map_err(Stopped::broken)?;
    let plan = Plan {
        noise_pairs: 0,
        keep_contaminated: true,
        seed: rand::random(),
        ..plan
    };
    let config = stage.config(&Run {
        settings: a,
        audit: false,
        ..Run::to(&topic)
    })?;
    let blocks = Blocks::start(config).map_err(Stopped::broken)?;
    let mut bench = LabBench::new(blocks, arms, WARM_UP, BLOCK);
    let mut series = Series::new(plan);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .map_err(Stopped::broken)?;
    let measured = runtime.block_on(async {
        compare::warm_up(&mut bench, stage.warm_up()).await?;
        let stop = std::future::pending();
        compare::run(&mut series, &mut bench, |_, _| (), stop).await
    });
    let _ = bench.into_blocks().finish();
    measured.map_err(Stopped::broken)?;
    let reports = (ArmReport::default(), ArmReport::default());
    Ok(Comparison::of(
        &series,
        Circumstances::default(),
        reports,
        &[],
    ))
}

fn told(name: &str, found: &Comparison) -> Arm {
    let interval = found.interval_percent;
    Arm::new(name)
        .with_some("p99_effect_percent", found.effect_percent)
        .with_some("p99_effect_from_percent", interval.map(|it| it[0]))
        .with_some("p99_effect_to_percent", interval.map(|it| it[1]))
        .with("pairs", found.pairs_counted as u64)
        .note(found.sentence.clone())
}

/// How much B is above A, in percent.
fn percent(found: &Comparison) -> f64 {
    found.effect_percent.unwrap_or(0.0)
}

/// Whether one effect is not the smaller one, and might be.
fn is_open(one: &Comparison, other: &Comparison) -> bool {
    let bounds = one.interval_percent.zip(other.interval_percent);
    percent(one) >= percent(other) && bounds.is_none_or(|(one, other)| one[0] < other[1])
}

fn checks(idempotence: &Comparison, often: &Comparison, seldom: &Comparison) -> Vec<Check> {
    vec![
        Check::new(
            format!(
                "a commit every {OFTEN} ms makes p99 slower: {:+.0} %",
                percent(often)
            ),
            often.verdict == Verdict::ABetter,
        ),
        Check::new(
            format!(
                "idempotence alone costs less than that: {:+.0} %",
                percent(idempotence)
            ),
            percent(idempotence) < percent(often),
        ),
        Check::new(
            format!(
                "a commit every {SELDOM} ms costs less than one every {OFTEN} ms: {:+.0} %",
                percent(seldom)
            ),
            percent(seldom) < percent(often),
        ),
    ]
}
