//! Searches judged by the truth of simulated targets.

use super::simulated::{Target, plan};
use super::*;
use rand::prelude::*;
use rand::rngs::StdRng;

/// What a search may miss of the optimum: the noise of a few blocks; and for rates also the step between two of them.
const TOLERANCE: f64 = 0.05;
const RATE_STEP: f64 = 0.1;

/// Draws other targets: `LINGER_SWEEP_SEED=n cargo test --lib sweep`.
fn first_seed() -> u64 {
    let given = std::env::var("LINGER_SWEEP_SEED").ok();
    given.and_then(|text| text.parse().ok()).unwrap_or(1)
}

fn point_of(space: &Space, parameters: &std::collections::BTreeMap<String, String>) -> Point {
    let (points, _) = space.grid().unwrap();
    let is_it = |point: &&Point| {
        let values: std::collections::BTreeMap<_, _> = space.values(point).into_iter().collect();
        values == *parameters
    };
    points
        .iter()
        .find(is_it)
        .cloned()
        .unwrap_or_else(|| space.home())
}

#[test]
fn of_twenty_drawn_targets_each_optimum_is_found_within_a_quarter_of_the_grid() {
    let mut missed = Vec::new();
    for seed in first_seed()..first_seed() + 20 {
        let mut rng = StdRng::seed_from_u64(seed);
        let text = if seed % 2 == 0 {
            "min p99 at 1000/s".to_owned()
        } else {
            format!("max throughput where p99<{}ms", rng.random_range(8..60))
        };
        let mut target = Target::random(seed, text.parse().unwrap());
        let space = target.space.clone();
        let (points, _) = space.grid().unwrap();
        let plan = plan(&target);
        let outcome = search(&space, &plan, &mut target).unwrap();
        let whole = Plan {
            search: Search::Grid,
            ..plan.clone()
        };
        assert!(
            outcome.measured <= points.len() / 4 + 1,
            "{} of {}",
            outcome.measured,
            points.len()
        );
        if !plan.objective.seeks_rate() {
            assert!(
                outcome.blocks * 4 <= whole.blocks(points.len()),
                "{}",
                outcome.blocks
            );
        }
        let truth = |point: &Point| target.truth(point);
        let best = points.iter().map(truth).fold(f64::INFINITY, f64::min);
        let found = truth(&point_of(&space, &outcome.recommendation.parameters));
        let slack = if plan.objective.seeks_rate() {
            RATE_STEP
        } else {
            TOLERANCE
        };
        if (found - best) / best.abs() > slack {
            missed.push(format!(
                "{seed} {text}: {found} instead of {best}: {:?}",
                outcome.recommendation.ground
            ));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

/// Every point alike: whatever a search calls better is noise.
#[test]
fn of_a_hundred_flat_targets_hardly_any_leads_to_a_recommendation() {
    let first = first_seed();
    let recommended = (first..first + 100).filter(|seed| {
        let mut target = Target::random(*seed, "min p99 at 1000/s".parse().unwrap()).flat();
        let space = target.space.clone();
        // A margin far below the noise, so that only the noise is in the way.
        let plan = Plan {
            points: 10,
            margin: Some(0.1),
            ..plan(&target)
        };
        let outcome = search(&space, &plan, &mut target).unwrap();
        assert_ne!(outcome.recommendation.ground, Ground::Unfinished);
        outcome.recommendation.recommended
    });
    assert!(recommended.count() <= 7);
}
