//! Two settings in randomised pairs of short blocks, on one lab; what a comparison leaves open ends the round without a verdict.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::compare::{self, Bench, Circumstances, Comparison, Figures, Phase, Plan, Series};
use crate::lab::Blocks;
use crate::measure::comparison::{self as pairs, FEWEST_PAIRS, Limits, Metric, Verdict};
use crate::scenario::load::Run;
use crate::scenario::row::{Arm, Stopped};
use crate::scenario::stage::Stage;
use crate::scenario::tap::Tap;
use crate::settings::{Settings, Source};
use crate::snapshot::Snapshot;

/// What a block measures, and what does not count before it.
const BLOCK: Duration = Duration::from_secs(1);
const WARMUP: Duration = Duration::from_millis(200);
/// No pair is begun after so many blocks' time for each that was asked for.
const BUDGET: usize = 5;
/// How often it is looked whether the round was stopped.
const LOOK: Duration = Duration::from_millis(100);
/// CPU that differs by less than this share is about the same.
const CPU_MARGIN: f64 = 0.05;

/// What the claim says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// A is better.
    ABetter,
    /// B is better.
    BBetter,
    /// Neither is, by as much as the margin.
    Same,
    /// Nothing: the figures beside it are what counts.
    Anything,
}

/// Two settings on one topic.
pub struct Duel<'a> {
    pub topic: &'a str,
    pub metric: Metric,
    pub expect: Expect,
    /// The rows of both.
    pub shared: &'a [(&'a str, &'a str)],
    pub a: &'a [(&'a str, &'a str)],
    pub b: &'a [(&'a str, &'a str)],
    /// The least difference that matters, in percent.
    pub margin: f64,
    pub pairs: usize,
    pub block: Duration,
    pub wire: Option<&'a Tap>,
}

/// What came of it.
pub struct Found {
    /// A, with the medians over its blocks.
    pub a: Arm,
    /// B.
    pub b: Arm,
    /// Whether it came out as the claim says.
    pub holds: bool,
    /// How it came out.
    pub sentence: String,
    /// Mean records of a batch, of A and B.
    pub batch_records: (f64, f64),
    /// Bytes before compression ÷ on the wire, of B.
    pub compression: f64,
    /// Logarithms of the ratio B ÷ A of the client's CPU a record, by pair.
    cpu: Vec<f64>,
}

/// What CPU says.
pub struct Cost {
    pub sentence: String,
    pub holds: bool,
}

impl<'a> Duel<'a> {
    /// On this topic, judged by this figure.
    pub fn on(topic: &'a str, metric: Metric, expect: Expect) -> Self {
        Self {
            topic,
            metric,
            expect,
            shared: &[],
            a: &[],
            b: &[],
            margin: metric.usual_margin(),
            pairs: FEWEST_PAIRS,
            block: BLOCK,
            wire: None,
        }
    }

    /// Runs it.
    ///
    /// # Errors
    /// It could not be measured; or the comparison is inconclusive, which puts nothing to the test.
    pub fn fight(&self, stage: &Stage) -> Result<Found, Stopped> {
        let rows: Vec<_> = self.shared.iter().chain(self.a).copied().collect();
        let run = Run {
            arm: &named(self.a),
            settings: &rows,
            wire: self.wire,
            audit: false,
            ..Run::to(self.topic)
        };
        let config = stage.config(&run)?;
        let a = config.settings.clone();
        let b = changed(&a, self.b)?;
        let mut bench = Metered {
            blocks: Blocks::start(config).map_err(Stopped::broken)?,
            arms: (a, b),
            times: (WARMUP, self.block),
            since: Instant::now(),
            cpu: Vec::new(),
        };
        let mut series = Series::new(self.plan()?);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .map_err(Stopped::broken)?;
        let measured = runtime.block_on(self.measure(stage, &mut series, &mut bench));
        let Metered { blocks, cpu, .. } = bench;
        let trials = blocks.finish();
        measured?;
        if series.is_stopped() {
            return Err(Stopped::broken("it was stopped"));
        }
        self.judge(&series, &cpu, &trials)
    }

    fn plan(&self) -> Result<Plan, Stopped> {
        let times = (self.block, WARMUP);
        let plan = Plan::new(self.metric, Some(self.pairs), times, None);
        #[expect(clippy::cast_precision_loss, reason = "a number of pairs")]
        let blocks = (self.pairs * BUDGET) as f64;
        Ok(Plan {
            margin_percent: self.margin,
            noise_pairs: 0,
            budget: Some(self.block.mul_f64(blocks)),
            seed: rand::random::<u32>().into(),
            ..plan.map_err(Stopped::broken)?
        })
    }

    async fn measure(
        &self,
        stage: &Stage,
        series: &mut Series,
        bench: &mut Metered,
    ) -> Result<(), Stopped> {
        compare::warm_up(bench, stage.warm_up())
            .await
            .map_err(Stopped::broken)?;
        bench.cpu.clear();
        let stopped = async {
            while !stage.is_stopped() {
                tokio::time::sleep(LOOK).await;
            }
        };
        let news = |series: &Series, ask: &compare::Ask| {
            let progress = series.progress(ask);
            let arm = match ask.arm {
                compare::Arm::A => self.a,
                compare::Arm::B => self.b,
            };
            stage.say(&format!(
                "{}: {} · pair {} of {}",
                self.metric.name(),
                named(arm),
                progress.done + 1,
                progress.of
            ));
        };
        let done = compare::run(series, bench, news, stopped).await;
        done.map_err(Stopped::broken)
    }

    fn judge(
        &self,
        series: &Series,
        cpu: &[Option<f64>],
        trials: &[Snapshot],
    ) -> Result<Found, Stopped> {
        let label = |rows| compare::ArmReport {
            label: named(rows),
            ..compare::ArmReport::default()
        };
        let arms = (label(self.a), label(self.b));
        let found = Comparison::of(series, Circumstances::default(), arms, &[]);
        let holds = match (found.verdict, self.expect) {
            (_, Expect::Anything)
            | (Verdict::ABetter, Expect::ABetter)
            | (Verdict::BBetter, Expect::BBetter)
            | (Verdict::NoDifference, Expect::Same) => true,
            (Verdict::Inconclusive, _) => {
                return Err(Stopped::NotExercised(format!(
                    "{} against {}: {}",
                    named(self.b),
                    named(self.a),
                    found.sentence
                )));
            }
            _ => false,
        };
        let of = |rows| mean_batches(trials, rows);
        Ok(Found {
            a: arm(&found.a),
            b: arm(&found.b),
            holds,
            sentence: found.sentence,
            batch_records: (of(self.a).0, of(self.b).0),
            compression: of(self.b).1,
            cpu: ratios(series, cpu),
        })
    }
}

impl Found {
    /// Whether B takes more of the client's CPU a record than A.
    ///
    /// # Errors
    /// It cannot be told.
    pub fn cpu(&self) -> Result<Cost, Stopped> {
        let limits = Limits {
            margin: CPU_MARGIN,
            higher_is_better: false,
            a_is_bound: false,
            b_is_bound: false,
        };
        let judged = pairs::judge(&self.cpu, &limits, 1);
        let (Some(estimate), false) = (judged.estimate, judged.verdict == Verdict::Inconclusive)
        else {
            return Err(Stopped::NotExercised(format!(
                "the client's CPU a record cannot be told apart in {} pairs",
                self.cpu.len()
            )));
        };
        let percent = pairs::percent;
        Ok(Cost {
            sentence: format!(
                "the client's threads take {:+.0} % CPU a record with {} (95 % interval: {:+.0} to {:+.0} %)",
                percent(estimate.mean),
                self.b.name,
                percent(estimate.interval.0),
                percent(estimate.interval.1)
            ),
            holds: judged.verdict == Verdict::ABetter,
        })
    }
}

/// Blocks on a lab, with the client's CPU of each.
struct Metered {
    blocks: Blocks,
    arms: (Settings, Settings),
    /// Warm-up and measurement.
    times: (Duration, Duration),
    since: Instant,
    /// Cores that the client's threads take a record, block by block.
    cpu: Vec<Option<f64>>,
}

impl Bench for Metered {
    async fn block(&mut self, arm: compare::Arm) -> Result<Figures, String> {
        let settings = match arm {
            compare::Arm::A => &self.arms.0,
            compare::Arm::B => &self.arms.1,
        };
        let (warmup, measure) = self.times;
        let block = self.blocks.run(settings, warmup, measure).await;
        let block = block.map_err(|error| error.to_string())?;
        let cpu = block.machine.client.filter(|cpu| *cpu > 0.0);
        let cpu = cpu.filter(|_| block.records_per_s > 0.0);
        self.cpu.push(cpu.map(|cpu| cpu / block.records_per_s));
        Ok(Figures::from(&block))
    }

    fn elapsed(&self) -> Duration {
        self.since.elapsed()
    }

    fn restart(&mut self) {
        self.since = Instant::now();
    }
}

/// `acks=1`.
fn named(rows: &[(&str, &str)]) -> String {
    let words: Vec<String> = rows
        .iter()
        .map(|(name, text)| format!("{name}={text}"))
        .collect();
    words.join(" ")
}

fn changed(settings: &Settings, rows: &[(&str, &str)]) -> Result<Settings, Stopped> {
    let mut settings = settings.clone();
    for (name, text) in rows {
        settings
            .set(name, text, Source::Flag)
            .map_err(Stopped::broken)?;
    }
    Ok(settings)
}

fn arm(report: &compare::ArmReport) -> Arm {
    let unit = |name: &str| match name.parse::<Metric>() {
        Ok(metric) if metric.unit() == "ms" => format!("{name} ms"),
        _ => format!("{name} records/s"),
    };
    let medians: &BTreeMap<String, f64> = &report.medians;
    let arm = Arm::new(report.label.clone());
    medians
        .iter()
        .fold(arm, |arm, (name, value)| arm.with(&unit(name), *value))
}

/// Means over the trials with these rows: records of a batch, and bytes before compression ÷ on the wire.
fn mean_batches(trials: &[Snapshot], rows: &[(&str, &str)]) -> (f64, f64) {
    let default = Settings::default();
    let wanted = changed(&default, rows).unwrap_or(default);
    let wanted = crate::snapshot::settings_map(&wanted);
    let mine = |trial: &&Snapshot| {
        let same = |name: &str| {
            let value = |map: &BTreeMap<String, _>| map.get(name).map(value_of);
            value(&trial.settings) == value(&wanted)
        };
        rows.iter().all(|(name, _)| same(name))
    };
    let results = || trials.iter().filter(mine).map(|trial| &trial.result);
    (
        mean(results().filter_map(|result| result.batch_records_mean)),
        mean(results().filter_map(|result| result.compression_ratio)),
    )
}

fn value_of(setting: &crate::snapshot::Setting) -> String {
    setting.value.to_string()
}

#[expect(clippy::cast_precision_loss, reason = "a number of trials")]
fn mean(figures: impl Iterator<Item = f64>) -> f64 {
    let figures: Vec<f64> = figures.collect();
    figures.iter().sum::<f64>() / figures.len().max(1) as f64
}

/// Logarithms of B ÷ A over the pairs that count.
fn ratios(series: &Series, cpu: &[Option<f64>]) -> Vec<f64> {
    let of = |at: usize| cpu.get(at).copied().flatten();
    let counted = series
        .pairs()
        .iter()
        .filter(|pair| pair.phase == Phase::Pairs && pair.dropped.is_none());
    counted
        .filter_map(|pair| Some((of(pair.blocks.1)? / of(pair.blocks.0)?).ln()))
        .collect()
}

#[cfg(test)]
mod tests;
