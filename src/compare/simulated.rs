//! The driver on a simulated clock: a drifting machine, thousands of comparisons.

use std::time::Duration;

use rand::SeedableRng as _;
use rand::rngs::SmallRng;
use rand_distr::{Distribution as _, StandardNormal};

use super::{Arm, Bench, CompareError, Figures, MachineFigures, Phase, Plan, Series, run, warm_up};
use crate::measure::Latencies;
use crate::measure::comparison::{Metric, Reason, Verdict};
use crate::settings::Millis;

const BLOCK: Duration = Duration::from_secs(5);
const WARMUP: Duration = Duration::from_secs(1);

/// A machine whose speed drifts from block to block and that is a little different in every one.
struct Machine {
    rng: SmallRng,
    drift: f64,
    rho: f64,
    drift_sd: f64,
    residual_sd: f64,
    /// The logarithm of B's median ÷ A's.
    effect: f64,
    now: Duration,
    /// It stands still in every so manieth block, and makes that block's times so many times as long.
    spoils: Option<(u32, f64)>,
    blocks: u32,
    settles: bool,
}

impl Machine {
    fn new(seed: u64, effect_percent: f64) -> Self {
        let mut rng = SmallRng::seed_from_u64(seed);
        let drift_sd = 0.04;
        let first: f64 = StandardNormal.sample(&mut rng);
        Self {
            drift: drift_sd * first,
            rng,
            rho: 0.9,
            drift_sd,
            residual_sd: 0.02,
            effect: (effect_percent / 100.0).ln_1p(),
            now: Duration::ZERO,
            spoils: None,
            blocks: 0,
            settles: true,
        }
    }

    fn normal(&mut self) -> f64 {
        StandardNormal.sample(&mut self.rng)
    }
}

impl Bench for Machine {
    async fn block(&mut self, arm: Arm) -> Result<Figures, String> {
        self.now += BLOCK + WARMUP;
        let shock = self.normal();
        self.drift =
            self.rho * self.drift + (1.0 - self.rho.powi(2)).sqrt() * self.drift_sd * shock;
        let residual = self.residual_sd * self.normal();
        let own = if arm == Arm::B { self.effect } else { 0.0 };
        let mut median = 10.0 * (self.drift + residual + own).exp();
        self.blocks += 1;
        let mut paused = 0.0005 * f64::from(self.blocks % 3);
        if let Some((_, times)) = self
            .spoils
            .filter(|(nth, _)| self.blocks.is_multiple_of(*nth))
        {
            (median, paused) = (median * times, 0.07);
        }
        Ok(Figures {
            response_ms: Latencies {
                count: 50_000,
                p50: Some(Millis(median)),
                ..Latencies::default()
            },
            settled: self.settles || arm == Arm::A,
            machine: MachineFigures {
                paused: Some(paused),
                ..MachineFigures::default()
            },
            ..Figures::default()
        })
    }

    fn elapsed(&self) -> Duration {
        self.now
    }

    fn restart(&mut self) {
        self.now = Duration::ZERO;
    }
}

fn plan(pairs: usize, seed: u64) -> Plan {
    Plan {
        margin_percent: 2.0,
        seed,
        ..Plan::new(Metric::P50, Some(pairs), (BLOCK, WARMUP), None).unwrap()
    }
}

fn compared(plan: Plan, mut machine: Machine) -> Series {
    let mut series = Series::new(plan);
    let never = std::future::pending();
    futures::executor::block_on(run(&mut series, &mut machine, |_, _| {}, never)).unwrap();
    series
}

/// How often A, B, neither and nothing came out.
fn outcomes(effect_percent: f64, seeds: std::ops::Range<u32>) -> [u32; 4] {
    let mut counts = [0; 4];
    for seed in seeds.map(u64::from) {
        let series = compared(
            plan(PAIRS, seed),
            Machine::new(seed ^ 0x5eed, effect_percent),
        );
        counts[match series.judge().verdict {
            Verdict::ABetter => 0,
            Verdict::BBetter => 1,
            Verdict::NoDifference => 2,
            Verdict::Inconclusive => 3,
        }] += 1;
    }
    counts
}

/// A pair varies by 3.3 % here: so many are needed to place an interval within 2 %.
const PAIRS: usize = 40;
const COMPARISONS: u32 = 2_000;

#[test]
fn a_setting_compared_with_itself_is_rarely_called_different() {
    let [a, b, neither, nothing] = outcomes(0.0, 0..COMPARISONS);
    let share = |count: u32| f64::from(count) / f64::from(COMPARISONS);
    println!("A {a}, B {b}, no difference {neither}, inconclusive {nothing}");
    assert!(share(a + b) <= 0.07, "{a} + {b} of {COMPARISONS}");
    assert!(share(neither) >= 0.80, "{neither} of {COMPARISONS}");
}

#[test]
fn a_true_effect_is_found_with_the_right_sign() {
    // Latency is 5 % higher with B: A is better.
    let [a, b, neither, nothing] = outcomes(5.0, 10_000..10_000 + COMPARISONS);
    let share = |count: u32| f64::from(count) / f64::from(COMPARISONS);
    println!("A {a}, B {b}, no difference {neither}, inconclusive {nothing}");
    assert_eq!(b, 0, "wrong sign");
    assert!(share(neither) <= 0.07, "{neither} of {COMPARISONS}");
    assert!(share(a) >= 0.95, "{a} of {COMPARISONS}");
}

#[test]
fn both_orders_occur_and_the_noise_floor_comes_first() {
    let series = compared(plan(20, 3), Machine::new(3, 0.0));
    let first = series
        .pairs()
        .iter()
        .filter(|pair| pair.phase == Phase::Pairs && pair.blocks.0 < pair.blocks.1);
    assert!((4..=16).contains(&first.count()));
    assert_eq!(series.blocks().len(), 2 * (6 + 20));
    assert!(
        series.blocks()[..12]
            .iter()
            .all(|done| done.ask.phase == Phase::Noise && done.ask.arm == Arm::A)
    );
    let smallest = series.smallest_effect().unwrap();
    assert!((0.005..0.06).contains(&smallest), "{smallest}");
}

#[test]
fn spoilt_pairs_are_dropped_and_too_many_end_it() {
    let few = compared(
        plan(20, 5),
        Machine {
            spoils: Some((15, 1.0)),
            ..Machine::new(9, 5.0)
        },
    );
    let dropped = few.pairs().iter().filter(|pair| pair.dropped.is_some());
    assert!(dropped.count() > 0);
    assert_eq!(few.judge().verdict, Verdict::ABetter);
    assert_eq!(few.judge().estimate.unwrap().pairs, 20);

    let many = compared(
        plan(20, 5),
        Machine {
            spoils: Some((5, 1.0)),
            ..Machine::new(9, 5.0)
        },
    );
    assert_eq!(many.judge().reason, Some(Reason::Noisy));
    assert!(many.blocks().len() < 20);
}

#[test]
fn a_spoilt_pair_is_dropped_whichever_way_its_outcome_points() {
    let dropped = |series: &Series| -> Vec<usize> {
        let pairs = series.pairs().iter().enumerate();
        pairs
            .filter(|(_, pair)| pair.dropped.is_some())
            .map(|(at, _)| at)
            .collect()
    };
    let spoilt = |times| {
        let machine = Machine {
            spoils: Some((15, times)),
            ..Machine::new(9, 0.0)
        };
        compared(plan(PAIRS, 5), machine)
    };
    let calm = spoilt(1.0);
    assert!(dropped(&calm).len() >= 3, "{:?}", dropped(&calm));
    for times in [0.1, 10.0] {
        let series = spoilt(times);
        assert_eq!(dropped(&series), dropped(&calm), "{times}");
        assert_eq!(series.judge(), calm.judge(), "{times}");
        assert_eq!(
            series.ratios(Phase::Pairs).len(),
            PAIRS,
            "others took their places"
        );
        for (at, pair) in series.pairs().iter().enumerate() {
            let spoils = |block: usize| (block + 1).is_multiple_of(15);
            let hit = spoils(pair.blocks.0) || spoils(pair.blocks.1);
            assert_eq!(pair.dropped.is_some(), hit, "pair {at}");
        }
    }
}

#[test]
fn spoilt_pairs_count_where_that_was_asked_for_and_where_they_are_the_rule() {
    let kept = Plan {
        keep_contaminated: true,
        ..plan(20, 5)
    };
    let machine = |nth| Machine {
        spoils: Some((nth, 1.0)),
        ..Machine::new(9, 5.0)
    };
    let series = compared(kept, machine(5));
    assert_eq!(series.judge().verdict, Verdict::ABetter);
    assert!(series.pairs().iter().all(|pair| pair.dropped.is_none()));
    let told = series
        .blocks()
        .iter()
        .filter(|done| done.figures.contaminated.is_some());
    assert!(told.count() >= 8, "they are told all the same");
    // A machine that stands still in every second block does so in both arms.
    let series = compared(plan(20, 5), machine(2));
    assert_eq!(series.judge().verdict, Verdict::ABetter);
    assert!(series.pairs().iter().all(|pair| pair.dropped.is_none()));
}

#[test]
fn an_arm_that_never_settles_is_not_judged() {
    let series = compared(
        plan(10, 5),
        Machine {
            settles: false,
            ..Machine::new(8, 50.0)
        },
    );
    assert_eq!(series.judge().reason, Some(Reason::Unsteady));
    assert_eq!(series.unsteady(), Some(Arm::B));
}

#[test]
fn a_budget_is_kept_by_the_time_that_pairs_really_take() {
    // Foreseen are 12.8 s a pair; they take 12 s.
    let budget = Duration::from_secs(300);
    let plan = Plan {
        seed: 1,
        ..Plan::new(Metric::P50, None, (BLOCK, WARMUP), Some(budget)).unwrap()
    };
    let mut machine = Machine::new(1, 0.0);
    let mut series = Series::new(plan);
    let never = std::future::pending();
    futures::executor::block_on(run(&mut series, &mut machine, |_, _| {}, never)).unwrap();
    assert!(machine.now <= budget, "{:?}", machine.now);
    assert!(machine.now >= budget * 8 / 10, "{:?}", machine.now);
}

#[test]
fn warming_up_takes_its_time_and_none_of_the_budgets() {
    let mut machine = Machine::new(1, 0.0);
    futures::executor::block_on(warm_up(&mut machine, BLOCK * 3)).unwrap();
    assert_eq!((machine.blocks, machine.now), (3, Duration::ZERO));
}

#[test]
fn stopping_judges_what_is_done_and_a_missing_figure_ends_it() {
    let mut series = Series::new(plan(20, 1));
    let mut machine = Machine::new(1, 30.0);
    let mut asked = 0;
    while let Some(ask) = series.next(machine.now) {
        asked += 1;
        let figures = futures::executor::block_on(machine.block(ask.arm)).unwrap();
        series.take(&ask, figures, machine.now).unwrap();
        // After six pairs of noise and eight pairs, in the middle of one.
        if asked == 2 * (6 + 8) + 1 {
            series.stop();
        }
    }
    assert!(series.is_stopped());
    assert_eq!(series.judge().estimate.unwrap().pairs, 8);
    assert_eq!(series.judge().verdict, Verdict::ABetter);

    let mut series = Series::new(plan(20, 1));
    let ask = series.next(Duration::ZERO).unwrap();
    let error = series.take(&ask, Figures::default(), WARMUP).unwrap_err();
    assert!(matches!(error, CompareError::NoFigure { number: 1, .. }));
}
